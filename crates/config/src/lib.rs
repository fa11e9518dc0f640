//! YAML as written to validated settings: every error at once, each with its place and the way out.
//!
//! A person who mends a configuration wants to mend it once. So [`load`] does not stop at the first error: it notes
//! it with file, line, column and path, cuts the offending node out of the tree and goes on, and leaves out what is
//! wrong only because of the cut. The schema is closed: what nobody reads is an error, never ignored.
//!
//! ```text
//! text ──parse──▶ tree of nodes with places ──serde──▶ settings ──Validate──▶ settings that hold
//!                       └────────── findings, sorted by place ──────────┘
//! ```
//!
//! ```
//! use lookout_config::{Complaints, Validate, load};
//!
//! #[derive(Debug, Default, serde::Deserialize)]
//! #[serde(deny_unknown_fields, default)]
//! struct Settings {
//!     warning_days: u16,
//!     critical_days: u16,
//! }
//!
//! impl Validate for Settings {
//!     fn validate(&self, complaints: &mut Complaints) {
//!         let holds = self.critical_days < self.warning_days;
//!         complaints.require("critical_days", holds, "must be fewer than `warning_days`");
//!     }
//! }
//!
//! let faults = load::<Settings>("lookout.yaml", "warning-days: 28\ncritical_days: soon\n").unwrap_err();
//! assert_eq!(
//!     faults.to_string(),
//!     "lookout.yaml:1:1: warning-days: unknown key; did you mean `warning_days`?\n\
//!      lookout.yaml:2:16: critical_days: expected a whole number from 0 to 65535, found `soon`"
//! );
//! ```
//!
//! Invariants:
//! - A value is repeated in a message only where a number, a truth value or one of a list was expected: a text may be
//!   a password in the wrong place. A [`Secret`]'s text is never repeated.
//! - Whatever the bytes are, the answer is settings or faults: size, depth and number of faults are bounded.
//! - The default file ([`default_file`]) and the schema ([`schema`]) come from the settings type alone.
//!
//! How to get it wrong: `#[serde(flatten)]`, `untagged` and `tag = "…"` buffer their content and lose the place of
//! what is wrong inside; use nested sections and externally tagged enums. A section without
//! `#[serde(deny_unknown_fields)]` is open; [`open_objects`] finds it. A section whose [`Validate`] is not called by
//! the one around it is not checked.

#[cfg(feature = "fuzzing")]
extern crate self as lookout_config; // the tests' files name it so

mod access;
mod bytes;
mod comment;
mod complaints;
mod default_file;
mod deserializer;
mod duration;
mod fault;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzzing;
mod key_path;
mod load;
mod mistake;
mod nearest;
mod number;
mod outline;
mod parse;
mod placeholder;
mod printer;
mod quote;
mod ratio;
mod renames;
mod resolve;
mod scan_error;
mod schema;
mod secret;
mod size;
mod survey;
mod tree;
mod variant;

pub use complaints::{Complaints, Validate};
pub use default_file::default_file;
pub use duration::{HumanDuration, ParseDuration};
pub use fault::{Fault, Faults};
pub use load::{LoadFile, MAX_FILE_BYTES, load, load_bytes, load_bytes_then, load_file, load_then};
pub use parse::MAX_DEPTH;
pub use ratio::{OutOfRange, Ratio};
pub use renames::Renames;
pub use resolve::{MAX_SECRET_BYTES, ResolveSecret, SecretText};
pub use schema::{SCHEMA_ID, open_objects, schema};
pub use secret::{ParseSecret, Secret};
pub use size::{HumanSize, ParseSize};
pub use survey::MAX_FAULTS;
