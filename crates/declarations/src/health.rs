//! Health: what of a system is counted, so that "96 % healthy" has a denominator.
//!
//! Each exporter says which parts of its systems can be healthy or not. Everything above that (the health of a system, of a
//! layer, of the platform) is computed from two recordings that are the same for all: how many parts there are, and how
//! many of them are healthy.
//!
//! How to get it wrong: an expression without a series for a part that is broken. It then has fewer parts, and a better
//! health.

use core::time::Duration;

use crate::{Given, RecordedSample, Recording, RecordingCase};

crate::label! {
    /// The layer of a platform that a system belongs to.
    pub LayerLabel = "layer" in Layer {
        /// How people reach the platform: tunnels, ingress, names.
        Edge = "edge",
        /// Keys, certificates and access.
        Security = "security",
        /// What stores, moves and computes data.
        Data = "data",
        /// Where images and packages come from.
        Supply = "supply",
        /// Copies of the data.
        Backup = "backup",
        /// What watches the rest.
        Observability = "observability",
        /// Work that is done on a schedule.
        Jobs = "jobs",
    }
    /// The system that is watched, such as `kafka`.
    pub SystemLabel = "system";
    /// What is counted, such as `brokers`.
    pub PartsLabel = "parts";
}

/// Parts of a system that are healthy or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Health {
    /// The system, such as `kafka`.
    pub system: &'static str,
    /// The layer that it belongs to.
    pub layer: Layer,
    /// What is counted, in the plural: `brokers`.
    pub parts: &'static str,
    /// PromQL: one series per part, 1 where it is healthy, 0 where it is not. Replicas of Lookout are one.
    pub expression: String,
    /// The proof. That nothing is counted where nothing is served needs no case.
    pub cases: Vec<HealthCase>,
}

/// One case: given these series, one value a minute, so many parts are there, and so many of them are healthy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HealthCase {
    /// What it shows, a short sentence.
    pub name: &'static str,
    /// The input, for at least ten minutes.
    pub given: Vec<Given>,
    /// How many parts there are.
    pub n_parts: u32,
    /// How many of them are healthy.
    pub n_healthy: u32,
}

impl Health {
    /// How many parts of a system there are.
    pub const PARTS: &'static str = "system:lookout_parts:count";
    /// How many of them are healthy.
    pub const HEALTHY: &'static str = "system:lookout_parts_healthy:sum";

    /// The recordings of all `parts`.
    pub fn all(parts: &[Self]) -> Vec<Recording> {
        parts.iter().flat_map(Self::recordings).collect()
    }

    /// The two recordings of these parts.
    pub fn recordings(&self) -> [Recording; 2] {
        let recording = |name, operation: &str, help, count: fn(&HealthCase) -> u32| Recording {
            name,
            expression: format!("{operation}({})", self.expression),
            labels: vec![
                ("system", self.system.to_owned()),
                ("layer", self.layer.to_string()),
                ("parts", self.parts.to_owned()),
            ],
            help,
            interval: None,
            cases: self.cases.iter().map(|case| case.of(count(case))).chain([nothing()]).collect(),
        };
        [
            recording(Self::PARTS, "count", "How many parts a system has whose health is known.", |case| {
                case.n_parts
            }),
            recording(Self::HEALTHY, "sum", "How many of the parts of a system are healthy.", |case| {
                case.n_healthy
            }),
        ]
    }
}

/// When the cases are looked at.
const AT: Duration = Duration::from_mins(10);

impl HealthCase {
    /// The case of one of the two recordings.
    fn of(&self, count: u32) -> RecordingCase {
        let recorded = RecordedSample { labels: Vec::new(), value: f64::from(count) };
        RecordingCase {
            name: self.name,
            interval: Duration::from_mins(1),
            given: self.given.clone(),
            at: AT,
            expect: vec![recorded],
        }
    }
}

/// What no system is known of is recorded of none.
fn nothing() -> RecordingCase {
    let (name, interval) = ("nothing is served", Duration::from_mins(1));
    RecordingCase { name, interval, given: Vec::new(), at: AT, expect: Vec::new() }
}
