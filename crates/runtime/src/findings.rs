//! What a source finds wrong with what it reads, and the alert that tells of it.
//!
//! A person who looks at the page sees it before the alert fires; the runbook is the same.
//!
//! Invariant: whatever alert a finding names is in a list of [`finding_alerts!`](crate::finding_alerts), which a test of the
//! exporter holds against what the exporter declares. So a click leads to a runbook that there is.
//!
//! How to get it wrong: naming an alert that is about something similar. Its runbook sends the person elsewhere; none is better.

/// Something that was read well, and is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What: a path, an address, an object's name.
    pub subject: String,
    /// What is wrong with it.
    pub message: String,
    /// What to do about it: a sentence for the person who can.
    pub remedy: String,
    /// The alert that tells of it, by its own thresholds; none if no alert does.
    pub alert: Option<AlertName>,
}

/// The name of an alert that tells of findings; made by [`finding_alerts!`](crate::finding_alerts) alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AlertName(&'static str);

impl AlertName {
    /// For [`finding_alerts!`](crate::finding_alerts).
    #[doc(hidden)]
    pub const fn listed(name: &'static str) -> Self {
        Self(name)
    }

    /// The name, as declared.
    pub const fn as_str(self) -> &'static str {
        self.0
    }
}

/// Names the alerts that tell of an exporter's findings: a constant for each, and all of them in a list.
///
/// ```
/// lookout_runtime::finding_alerts! {
///     /// The alerts that tell of what is found wrong.
///     pub ALL;
///     pub LATE = "LookoutExampleLate";
/// }
/// assert_eq!(ALL, [LATE]);
/// assert_eq!(LATE.as_str(), "LookoutExampleLate");
/// ```
#[macro_export]
macro_rules! finding_alerts {
    ($(#[$doc:meta])* $all_visibility:vis $all:ident; $($visibility:vis $alert:ident = $name:literal;)+) => {
        $(#[doc = concat!("`", $name, "`")] $visibility const $alert: $crate::AlertName = $crate::AlertName::listed($name);)+
        $(#[$doc])*
        $all_visibility const $all: &[$crate::AlertName] = &[$($alert),+];
    };
}
