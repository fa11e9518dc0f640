//! What the catalogue knows of an exporter.

use crate::{Alert, Board, Declaration, Equivalent, Permission, Reason, Recording};

/// One exporter, as declared: everything but the code that collects.
#[derive(Clone, Copy, Debug)]
pub struct ExporterSpec {
    /// The name: of the folder, the configuration section, the cargo feature and `/metrics/NAME`.
    pub name: &'static str,
    /// The question that a person on call asks it.
    pub question: &'static str,
    /// What to write in the configuration so that it has something to do, where nothing is found by itself: a clause
    /// for the page and for `lookout check`. Empty where there is always something.
    pub unconfigured: &'static str,
    /// The metrics, in documentation order.
    pub metrics: &'static [&'static Declaration],
    /// Every reason for which one of its sources can fail.
    pub reasons: &'static [Reason],
    /// The rights it uses.
    pub permissions: &'static [Permission],
    /// The alerts for the default settings. For live settings see [`Declares`](crate::Declares).
    pub alerts: fn() -> Vec<Alert>,
    /// Changes of its alerts that make no difference, for `lookout rules test --mutate`.
    pub equivalents: &'static [Equivalent],
    /// The recording rules for the default settings.
    pub recordings: fn() -> Vec<Recording>,
    /// The boards for the default settings, the exporter's own first.
    pub boards: fn() -> Vec<Board>,
}
