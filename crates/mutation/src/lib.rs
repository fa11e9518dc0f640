//! Mutation: each alert with one fault, as a person could make it, and whether the alert's cases notice.
//!
//! Cases that pass say that an alert does what they show. They do not say that they show enough: an alert whose `for`
//! could be deleted without a failing case is not proven. So every alert is changed in every place where a fault could
//! be, and each change must make a case fail, or be declared to make no difference.
//!
//! Invariants:
//! - Pure: text in, text out. Who runs the tester and keeps the files is `lookout rules test --mutate`.
//! - Every mutant parses. One that an engine cannot evaluate on a case's data is noticed, as it would be in production.
//!
//! How to get it wrong: a score without the alert itself. It is played along as number 0 in each round, so that a tester
//! that fails for another reason does not look like a perfect score.

mod change;
mod mutant;
mod mutation;
mod outcome;
mod round;
mod score;
mod tree;

pub use mutant::{Mutant, mutants};
pub use mutation::Mutation;
pub use outcome::Outcome;
pub use round::Round;
pub use score::{Score, Survivor};
