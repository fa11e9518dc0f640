//! The one declaration from which all of Lookout is derived (invariant 1).
//!
//! A metric is declared once, as a typed constant. Collectors write through it, alerts and panels name it, and
//! the metric reference, the rule files and the tests read it. So a misspelt metric, label or label value is a
//! compile error or a failed test, never an alert that stays silent.
//!
//! Invariants:
//! - No IO, no async, no dependency: rules and documentation build without a TLS library.
//! - Everything here is data. Judgement lives in an exporter's `assess.rs`, text formats in `lookout-exposition`
//!   and `lookout-render`.
//! - The order of a `metrics!` block is the order of the documentation and of `/metrics`.
//!
//! How to get it wrong: writing a metric name as a string anywhere else. `cargo xtask tidy` finds it.

mod alert;
mod board;
mod case;
mod declares;
mod duration;
mod equivalent;
mod exporter;
mod health;
mod label;
mod labels;
pub mod lint;
mod metric;
mod muting;
mod permission;
mod reason;
mod recording;
mod selector;
mod unit;

pub use alert::{Alert, Owner, OwnerLabel, Severity, SeverityLabel};
pub use board::{Board, Panel, PanelKind, PanelUnit, Query, Row};
pub use case::{Case, CaseKind, Expectation, Given, expected};
pub use declares::{Declared, Declares};
pub use duration::duration;
pub use equivalent::Equivalent;
pub use exporter::ExporterSpec;
pub use health::{Health, HealthCase, Layer, LayerLabel, PartsLabel, SystemLabel};
pub use label::{Label, LabelInfo, LabelText, ValueInfo};
pub use labels::Labels;
pub use metric::{
    Counter, Declaration, Detail, Gauge, Histogram, Info, IsCounter, IsGauge, IsHistogram, IsInfo, Kind,
    Kinded, Metric, Stability, joined,
};
pub use muting::Muting;
pub use permission::Permission;
pub use reason::{Reason, ReasonLabel};
pub use recording::{RecordedSample, Recording, RecordingCase};
pub use selector::Selector;
pub use unit::Unit;
