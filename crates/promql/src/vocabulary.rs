//! What expressions may read: declared metrics, recorded series with their labels, and foreign series by name.
//!
//! The labels of a recorded series follow from its expression. So an alert on a recording is checked as one on a metric is:
//! a label that the recording has aggregated away is a label that nobody has.
//!
//! How to get it wrong: the labels of one rule for a name that several rules record. A series has those of any of them.

use std::collections::BTreeMap;

use lookout_declarations::{Alert, Declaration, Recording};

use crate::{LabelSet, Outcome, Problem, alert, known::Known, walk};

/// The recorded series of a catalogue, by name, with the labels that they can carry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Recorded(BTreeMap<&'static str, LabelSet>);

impl Recorded {
    /// The series that `recordings` write, which may read each other and `declarations`.
    ///
    /// Of an expression that cannot be read the labels are not known; [`Vocabulary::inspect`] says what is wrong with it.
    pub fn new(recordings: &[&Recording], declarations: &[&Declaration]) -> Self {
        let any = recordings.iter().map(|recording| (recording.name, LabelSet::any()));
        let mut recorded = Self(any.collect());
        // One that reads another knows a label more or less than it did, until all know all: a chain is at most as long as
        // there are recordings.
        for _ in recordings {
            let next = recorded.derived(recordings, declarations);
            if next == recorded {
                break;
            }
            recorded = next;
        }
        recorded
    }

    /// The labels of every recording, if those that it reads have the labels known so far.
    fn derived(&self, recordings: &[&Recording], declarations: &[&Declaration]) -> Self {
        let known = Known::new(declarations, &[]).with_recorded(self);
        let mut derived: BTreeMap<&'static str, LabelSet> = BTreeMap::new();
        for recording in recordings {
            let mut labels = walk::inspect(&recording.expression, known)
                .map_or_else(|_| LabelSet::any(), |outcome| outcome.labels);
            for (name, _) in &recording.labels {
                labels.add(name);
            }
            let union = derived.get(recording.name).map_or_else(|| labels.clone(), |other| other.or(&labels));
            derived.insert(recording.name, union);
        }
        Self(derived)
    }

    /// The labels of the series called `name`, if it is recorded.
    pub fn labels(&self, name: &str) -> Option<&LabelSet> {
        self.0.get(name)
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &'static str> {
        self.0.keys().copied()
    }
}

/// Everything that expressions of the catalogue may read.
#[derive(Clone, Copy)]
pub struct Vocabulary<'a>(Known<'a>);

impl<'a> Vocabulary<'a> {
    /// The metrics of `declarations` and the series of `recorded`.
    pub fn new(declarations: &'a [&'a Declaration], recorded: &'a Recorded) -> Self {
        Self::with_foreign(declarations, recorded, &[])
    }

    /// The same, and series of which only the names are known.
    pub fn with_foreign(
        declarations: &'a [&'a Declaration],
        recorded: &'a Recorded,
        foreign: &'a [&'a str],
    ) -> Self {
        Self(Known::new(declarations, foreign).with_recorded(recorded))
    }

    /// As [`inspect`](crate::inspect).
    pub fn inspect(&self, text: &str) -> Result<Outcome, Vec<Problem>> {
        walk::inspect(text, self.0)
    }

    /// What an alert's expression has, which may read also what [`ADDED`](crate::ADDED) names.
    ///
    /// # Errors
    /// As [`inspect`](crate::inspect).
    pub fn inspect_alert(&self, alert: &Alert) -> Result<Outcome, Vec<Problem>> {
        alert::inspect(alert, self.0)
    }

    /// As [`check_alert`](crate::check_alert).
    pub fn check_alert(&self, alert: &Alert) -> Vec<Problem> {
        alert::check(alert, self.0)
    }
}
