//! The conditions of a status, and how its texts and moments are taken.

use jiff::Timestamp;
use lookout_kubernetes::Json;

/// The longest text of a status that is kept, in bytes: an authority's answer and the beginning of a page fit.
const MAX_MESSAGE: usize = 2048;

/// The longest name or reason that is kept, in bytes; those of Kubernetes have 253 at most.
const MAX_NAME: usize = 512;

/// One condition of a status.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// Whether it holds.
    pub status: ConditionStatus,
    /// The word of the controller for why.
    pub reason: Box<str>,
    /// The same for people, bounded.
    pub message: Box<str>,
    /// When the status last changed, in seconds since 1970-01-01T00:00:00Z.
    pub changed: Option<i64>,
}

/// Whether a condition holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ConditionStatus {
    /// It holds.
    True,
    /// It does not.
    False,
    /// The controller does not know, or has not said anything yet.
    #[default]
    Unknown,
}

/// The condition of that type in a list of conditions.
pub(crate) fn condition(conditions: Json<'_>, kind: &str) -> Option<Condition> {
    let found = conditions.items().find(|item| item.get("type").text().is_some_and(|found| found == kind))?;
    Some(Condition {
        status: match found.get("status").text().as_deref() {
            Some("True") => ConditionStatus::True,
            Some("False") => ConditionStatus::False,
            _ => ConditionStatus::Unknown,
        },
        reason: short(found.get("reason")),
        message: message(found.get("message")),
        changed: seconds(found.get("lastTransitionTime")),
    })
}

/// A moment in seconds since 1970-01-01T00:00:00Z.
pub(crate) fn seconds(moment: Json<'_>) -> Option<i64> {
    moment.text()?.parse::<Timestamp>().ok().map(Timestamp::as_second)
}

/// A name or a word, bounded; empty where there is none.
pub(crate) fn short(text: Json<'_>) -> Box<str> {
    bounded(text, MAX_NAME)
}

/// A text for people, bounded; empty where there is none.
pub(crate) fn message(text: Json<'_>) -> Box<str> {
    bounded(text, MAX_MESSAGE)
}

fn bounded(text: Json<'_>, most: usize) -> Box<str> {
    let text = text.text().unwrap_or_default();
    text.get(..text.floor_char_boundary(most)).unwrap_or_default().into()
}
