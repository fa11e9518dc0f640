//! Rule files of others: every rule in them, whatever wraps it, and the line that it stands in.
//!
//! Nothing here knows PromQL or Lookout's metrics; `lookout rules lint` puts the two together.
//!
//! Invariants:
//! - Total: any text is rules or one error with its line, and never a panic.
//! - Bounded: neither nesting nor aliases make of a small file what fills the memory or the stack.
//!
//! How to get it wrong: deserialising into structs. They lose the lines, and refuse what they do not know.

mod outline;
mod rule;

pub use outline::{ReadYaml, Text};
pub use rule::{ForeignRule, RuleKind, rules};
