//! The contract of a source: what an exporter writes, and the driver runs.
//!
//! A source does IO in [`Source::collect`] and nowhere else; [`Source::assess`] is a pure function of the model and
//! the time. It knows nothing of periods, deadlines, retries or other sources.
//!
//! Invariants of an implementation:
//! - `collect` does not retry and does not sleep: it fails, with a reason of the source's declared list.
//! - One bad item is a [`Fault`] beside the model, not a [`CollectError`]: that one means that nothing was learnt.
//! - Messages carry no secrets: they are logged and shown at `/`.
//! - Both futures may be dropped at any await: `collect` at its deadline (then [`Source::recover`] is called),
//!   `changed` each time a cycle begins.
//!
//! How to get it wrong: blocking the thread in `collect`. The deadline cannot cut off what never awaits; the driver
//! counts overruns until it returns. Put blocking work into `tokio::task::spawn_blocking`, bounded.

use core::future::Future;
use core::time::Duration;

use jiff::Timestamp;
use lookout_declarations::Reason;
use lookout_exposition::{Batch, Revision};

use crate::findings::Finding;

/// Takes the rows of objects, each as a whole.
pub type Objects<'a> = Revision<'a>;

/// How the data of a source age: [`DataKind::Facts`] stay until replaced, [`DataKind::Measurements`] are withdrawn
/// after three periods, at least two minutes.
pub use lookout_self_metrics::metrics::Data as DataKind;

/// Something that is read on its own and fails on its own.
pub trait Source: Send + 'static {
    /// What one cycle learns: validated, without IO handles, cheap to judge again.
    type Model: Send + Sync + 'static;

    /// Reads the monitored system once.
    fn collect(&mut self) -> impl Future<Output = Result<Collected<Self::Model>, CollectError>> + Send;

    /// Completes when the next cycle should not wait for its period. Must be cancel-safe: it is dropped when a cycle
    /// begins, and what changes during the cycle must complete the next call. Many changes are best reported as one.
    fn changed(&mut self) -> impl Future<Output = ()> + Send {
        core::future::pending()
    }

    /// Judges `model` at `now` and writes what is to be exposed. Pure: it is called again on the same model as time
    /// goes on.
    fn assess(&self, model: &Self::Model, now: Timestamp, batch: &mut Batch);

    /// The same for a source whose model is an inventory of objects: names each object whose rows are not those that stand in the
    /// exposition since `before`. With nothing before, names every object; what else stood there is dropped. Pure too.
    ///
    /// Rows that are summed over the inventory belong to [`Source::assess`], which writes beside this.
    fn assess_objects(
        &self,
        _model: &Self::Model,
        _before: Option<Before<'_, Self::Model>>,
        _now: Timestamp,
        _objects: &mut Objects<'_>,
    ) {
    }

    /// What `model` shows to be wrong with the monitored system at `now`, for the page at `/` and for `lookout check`: what
    /// a person has to mend although it could be read. Pure, and called as often as `assess`.
    fn findings(&self, _model: &Self::Model, _now: Timestamp) -> Vec<Finding> {
        Vec::new()
    }

    /// Called before the next [`Source::collect`] when the last one was cut off, by its deadline or by a panic, and
    /// may have left the source half changed. Throw away connections and buffers here.
    fn recover(&mut self) {}
}

/// What the rows of objects were judged from that stand in the exposition.
#[derive(Debug)]
pub struct Before<'a, M> {
    /// The model.
    pub model: &'a M,
    /// When it was judged.
    pub now: Timestamp,
}

/// What a successful cycle brings: a model, and the errors of single items.
#[derive(Debug)]
pub struct Collected<M> {
    /// All that could be read.
    pub model: M,
    /// All that could not.
    pub faults: Vec<Fault>,
}

impl<M> Collected<M> {
    /// A model without a fault.
    pub fn complete(model: M) -> Self {
        Self { model, faults: Vec::new() }
    }
}

/// An item that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Why, from the source's declared list.
    pub reason: Reason,
    /// Which item: a path, an address, an object's name.
    pub subject: String,
    /// What happened, for the log.
    pub message: String,
}

/// The whole source failed: nothing was learnt in this cycle.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct CollectError {
    /// Why, from the source's declared list.
    pub reason: Reason,
    /// What was tried, on what, and what happened, for the log.
    pub message: String,
}

impl CollectError {
    /// An error with its reason.
    pub fn new(reason: Reason, message: impl Into<String>) -> Self {
        Self { reason, message: message.into() }
    }
}

/// What the driver must know of a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceDescription {
    /// The exporter that the source belongs to, as declared.
    pub exporter: &'static str,
    /// The source's name within the exporter, a value of the label `source`: bounded, and without secrets.
    pub name: String,
    /// How its data age.
    pub data: DataKind,
    /// The time from the start of one cycle to the start of the next; at least a second.
    pub period: Duration,
    /// The time after which a cycle is cut off. Best below the period: what is longer overruns the next cycle.
    pub deadline: Duration,
    /// Every reason that the source itself can give; those of the driver come on top.
    pub reasons: &'static [Reason],
}
