//! What an exporter wants to do, and whether it may.

use jiff::Timestamp;
use lookout_declarations::Reason;
use lookout_kubernetes_spec::metrics::Verb;

use crate::resource::Resource;

/// What an exporter wants to do.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Need {
    /// What is done.
    pub verb: Verb,
    /// What it is done to.
    pub resource: Resource,
    /// In which namespace; `None` for all of them, or where there are none.
    pub namespace: Option<String>,
    /// Which exporter needs it, as declared.
    pub exporter: &'static str,
    /// What for, one sentence part: `to read the certificates in them`.
    pub why: &'static str,
    /// What is missing without it, one sentence part: `certificates in Secrets are not watched`.
    pub without: &'static str,
}

/// Whether the server lets us.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It does.
    Allowed,
    /// It does not.
    Denied {
        /// The sentence for the person who can grant it, with a `kubectl` line that checks it.
        remedy: String,
    },
    /// It could not be asked.
    Unknown {
        /// Why.
        reason: Reason,
        /// What happened.
        message: String,
    },
}

/// A need, and whether the server lets us.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reviewed {
    /// What was asked.
    pub need: Need,
    /// What the server says.
    pub verdict: Verdict,
    /// When.
    pub when: Timestamp,
}
