//! What Lookout says of itself: one more source, of the exporter `lookout`.
//!
//! It watches the others' status and the server's counters and reads the process's own figures; its model is all of
//! that at one moment, so what is exposed is a pure function of it.
//!
//! Invariant: it runs when a cycle of another source has ended, at most once a second, and every five seconds.

mod model;
mod process;
mod rows;

use core::time::Duration;

use jiff::Timestamp;
use lookout_declarations::Reason;
use lookout_exposition::{Batch, Exposition};
use lookout_self_metrics::{NAME, REASONS};
use tokio::sync::watch;
use tokio::time::Instant;

pub use self::model::{
    BuildInfo, HttpFigures, PathFigures, ProcessFigures, RuntimeFigures, SelfModel, SourceFigures,
};
use crate::driver::Driver;
use crate::http::HttpMetrics;
use crate::reload::Reloads;
use crate::source::{CollectError, Collected, DataKind, Fault, Source, SourceDescription};
use crate::status::Statuses;

/// How often the figures are read when nothing happens; a scrape is served figures no older than this.
const PERIOD: Duration = Duration::from_secs(5);
/// Reading them takes a millisecond; a process that cannot in this time is starved.
const DEADLINE: Duration = Duration::from_secs(4);

/// The source of the self-metrics.
pub struct SelfSource {
    build: BuildInfo,
    statuses: Statuses,
    cycles: watch::Receiver<u64>,
    exposition: Exposition,
    http: HttpMetrics,
    reloads: Reloads,
}

impl SelfSource {
    /// Adds the source to `driver`, whose sources it will speak of.
    pub fn start(driver: &mut Driver, build: BuildInfo, http: HttpMetrics, reloads: Reloads) {
        let statuses = driver.statuses();
        let cycles = statuses.cycles();
        let source = Self { build, statuses, cycles, exposition: driver.exposition(), http, reloads };
        let description = SourceDescription {
            exporter: NAME,
            name: "self".to_owned(),
            data: DataKind::Measurements,
            period: PERIOD,
            deadline: DEADLINE,
            reasons: REASONS,
        };
        driver.add_observer(description, source);
    }
}

impl Source for SelfSource {
    type Model = SelfModel;

    async fn collect(&mut self) -> Result<Collected<SelfModel>, CollectError> {
        let now = Instant::now();
        let mut faults = Vec::new();
        let process = match process::figures() {
            Ok(process) => process,
            Err(error) => {
                faults.push(Fault {
                    reason: Reason::Io,
                    subject: "the figures of the process".to_owned(),
                    message: error.to_string(),
                });
                None
            }
        };
        let model = SelfModel {
            build: self.build,
            sources: self.statuses.all().into_iter().map(|status| SourceFigures::new(status, now)).collect(),
            exporters: self.exposition.statistics(),
            http: self.http.figures(),
            process,
            runtime: RuntimeFigures::now(),
            configurations: self.reloads.figures(),
            log_lines_suppressed: crate::logging::suppressed(),
        };
        Ok(Collected { model, faults })
    }

    async fn changed(&mut self) {
        if self.cycles.changed().await.is_err() {
            // Nobody runs the other sources any more.
            core::future::pending::<()>().await;
        }
    }

    fn assess(&self, model: &SelfModel, _now: Timestamp, batch: &mut Batch) {
        model.write(batch);
    }
}
