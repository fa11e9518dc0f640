//! The file source: facts. What a file says stays true until the file says something else.

use core::time::Duration;
use std::sync::Arc;

use jiff::Timestamp;
use lookout_certs_spec::{FILE_REASONS, Settings};
use lookout_exposition::Batch;
use lookout_runtime::{
    CollectError, Collected, DataKind, DirectoryWatch, Fault, Finding, Source, SourceDescription,
};
use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

use super::inventory::{Inventory, Tally};
use super::plan::Plan;
use super::scan::{PathFault, Scan, Scanner};
use crate::assess;
use crate::blocking::Blocking;
use crate::findings;

/// The time after a change in which others are waited for: a renewal writes several files.
const GATHER_CHANGES: Duration = Duration::from_millis(100);

/// The shortest time between two scans for changes: a busy directory must not keep us busy.
const BETWEEN_SCANS: Duration = Duration::from_secs(1);

/// Reads the configured paths.
pub struct FileSource {
    plan: Plan,
    work: Blocking<Worker, Scan>,
    tally: Tally,
    changed: Arc<Notify>,
    last_scan: Option<Instant>,
}

/// Everything that touches the file system, which may hang: it lives on the blocking thread.
struct Worker {
    scanner: Scanner,
    watch: DirectoryWatch,
}

impl Worker {
    fn look(&mut self) -> Scan {
        let mut scan = self.scanner.scan();
        self.watch.set(std::mem::take(&mut scan.directories));
        scan
    }
}

impl FileSource {
    /// A source that has read nothing yet.
    pub fn new(plan: Plan) -> Self {
        let changed = Arc::new(Notify::new());
        let (of_worker, wake) = (plan.clone(), Arc::clone(&changed));
        let fresh = move || Worker {
            scanner: Scanner::new(of_worker.clone()),
            watch: DirectoryWatch::new(Arc::clone(&wake)),
        };
        Self { plan, work: Blocking::new(fresh), tally: Tally::default(), changed, last_scan: None }
    }

    /// What the driver must know of it.
    pub fn description(settings: &Settings) -> SourceDescription {
        SourceDescription {
            exporter: lookout_certs_spec::SPEC.name,
            name: "files".to_owned(),
            data: DataKind::Facts,
            period: settings.period.get(),
            deadline: settings.deadline.get(),
            reasons: FILE_REASONS,
        }
    }
}

impl Source for FileSource {
    type Model = Inventory;

    async fn collect(&mut self) -> Result<Collected<Inventory>, CollectError> {
        self.last_scan = Some(Instant::now());
        let scan = self.work.run(Worker::look).await;
        let (model, faults) = Inventory::new(scan, &self.plan, &mut self.tally);
        Ok(Collected { model, faults: faults.into_iter().map(Fault::from).collect() })
    }

    async fn changed(&mut self) {
        self.changed.notified().await;
        let gathered = Instant::now() + GATHER_CHANGES;
        sleep_until(self.last_scan.map_or(gathered, |last| gathered.max(last + BETWEEN_SCANS))).await;
    }

    fn assess(&self, model: &Inventory, now: Timestamp, batch: &mut Batch) {
        assess::stored::assess(model, self.plan.exposes_relative, now, batch);
    }

    fn findings(&self, model: &Inventory, now: Timestamp) -> Vec<Finding> {
        findings::stored(model, &self.plan.about_to_expire, now)
    }
}

impl From<PathFault> for Fault {
    fn from(fault: PathFault) -> Self {
        Self { reason: fault.reason, subject: fault.path.display().to_string(), message: fault.message }
    }
}
