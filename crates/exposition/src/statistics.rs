//! What is counted about the exposition: series served, series dropped and why.

use std::ops::AddAssign;

/// Why a series is not served.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DropReason {
    /// Its family is withheld, because the exporter is above its series budget; or its family is too large altogether.
    Budget,
    /// Another row with the same labels was published first.
    Duplicate,
    /// It cannot be expressed (a negative counter, clashing label names), or its exporter does not declare it.
    Invalid,
}

impl DropReason {
    /// Every reason, in the order of declaration.
    pub const ALL: &'static [Self] = &[Self::Budget, Self::Duplicate, Self::Invalid];

    /// The reason as a label value.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Budget => "budget",
            Self::Duplicate => "duplicate",
            Self::Invalid => "invalid",
        }
    }
}

/// Numbers of series that are not served, by reason.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Dropped {
    /// See [`DropReason::Budget`].
    pub budget: u64,
    /// See [`DropReason::Duplicate`].
    pub duplicate: u64,
    /// See [`DropReason::Invalid`].
    pub invalid: u64,
}

impl Dropped {
    /// The number for one reason.
    pub const fn get(&self, reason: DropReason) -> u64 {
        match reason {
            DropReason::Budget => self.budget,
            DropReason::Duplicate => self.duplicate,
            DropReason::Invalid => self.invalid,
        }
    }

    /// The number for all reasons.
    pub const fn total(&self) -> u64 {
        self.budget + self.duplicate + self.invalid
    }
}

impl AddAssign for Dropped {
    fn add_assign(&mut self, other: Self) {
        let Self { budget, duplicate, invalid } = other;
        self.budget += budget;
        self.duplicate += duplicate;
        self.invalid += invalid;
    }
}

/// How one exporter stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExporterStatistics {
    /// The exporter.
    pub exporter: &'static str,
    /// The series that are served.
    pub series: usize,
    /// The most that may be served.
    pub budget: usize,
    /// Series dropped since the start. One that is published and dropped again is counted again.
    pub dropped: Dropped,
    /// Label values that were shortened, and object labels left out for being too many, since the start.
    pub clipped: u64,
    /// The families that the budget withholds now, in order of declaration.
    pub withheld: Vec<&'static str>,
}
