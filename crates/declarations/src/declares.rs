//! What the settings of an exporter declare: its alerts, recordings and boards as they are in force.

use crate::{Alert, Board, ExporterSpec, Muting, Recording};

/// Implemented by the settings of every exporter: the same as its [`ExporterSpec`], for these settings.
pub trait Declares {
    /// What is declared whatever the settings say.
    fn spec(&self) -> &'static ExporterSpec;
    /// The alerts.
    fn alerts(&self) -> Vec<Alert>;
    /// The recording rules.
    fn recordings(&self) -> Vec<Recording>;
    /// The boards.
    fn boards(&self) -> Vec<Board>;
    /// What mutes what by the values of labels; nothing, for most.
    fn mutings(&self) -> Vec<Muting> {
        Vec::new()
    }
    /// All of it.
    fn declared(&self) -> Declared {
        Declared {
            spec: self.spec(),
            alerts: self.alerts(),
            recordings: self.recordings(),
            boards: self.boards(),
            mutings: self.mutings(),
        }
    }
}

/// What one exporter declares for given settings.
#[derive(Clone, Debug)]
pub struct Declared {
    /// What does not depend on settings.
    pub spec: &'static ExporterSpec,
    /// The alerts.
    pub alerts: Vec<Alert>,
    /// The recording rules.
    pub recordings: Vec<Recording>,
    /// The boards.
    pub boards: Vec<Board>,
    /// What mutes what by the values of labels.
    pub mutings: Vec<Muting>,
}

impl From<&'static ExporterSpec> for Declared {
    /// What it declares for the default settings.
    fn from(spec: &'static ExporterSpec) -> Self {
        Self {
            spec,
            alerts: (spec.alerts)(),
            recordings: (spec.recordings)(),
            boards: (spec.boards)(),
            mutings: Vec::new(),
        }
    }
}
