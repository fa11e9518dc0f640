//! A driver in paused time, before and while it runs, with sources that do what a test tells them.

use std::sync::Arc;
use std::time::Duration;

use lookout_declarations::{Gauge, Reason};
use lookout_exposition::{Encoding, ExporterFamilies, Exposition, Format, Selection};
use lookout_runtime::{
    Applied, Clock, DataKind, Driver, DriverControl, Readiness, Source, SourceDescription, SourceStatus,
    Sources, Statuses,
};
use lookout_testkit::scrape::{Scrape, ScrapeFormat};
use tokio::task::JoinHandle;
use tokio::time::{Instant, advance, sleep};

use crate::scripted::{By, EXPORTER, METRICS, REASONS, Script, Scripted, Step, VALUE};

/// Longer than any thread takes; only a guard.
const PATIENCE: Duration = Duration::from_mins(1);

/// A driver, before and while it runs.
pub(crate) struct Stage {
    driver: Option<Driver>,
    pub(crate) statuses: Statuses,
    pub(crate) readiness: Readiness,
    pub(crate) control: DriverControl,
    exposition: Exposition,
    clock: Clock,
    pub(crate) began: Instant,
    running: Option<JoinHandle<()>>,
}

impl Stage {
    pub(crate) fn new() -> Self {
        let families = ExporterFamilies { exporter: EXPORTER, families: METRICS, series_budget: 1000 };
        let exposition = Exposition::new([families]);
        let clock = Clock::starting_at("2026-03-01T00:00:00Z".parse().unwrap());
        let driver = Driver::new(exposition.clone(), clock.clone());
        let (statuses, readiness, control) = (driver.statuses(), driver.readiness(), driver.control());
        Self {
            driver: Some(driver),
            statuses,
            readiness,
            control,
            exposition,
            clock,
            began: Instant::now(),
            running: None,
        }
    }

    /// Adds a source that follows the returned script.
    pub(crate) fn source(&mut self, name: &str, data: DataKind, period: u64, deadline: u64) -> Arc<Script> {
        let (script, source) = self.scripted(name);
        self.driver.as_mut().unwrap().add(description(name, data, period, deadline), source);
        script
    }

    /// Adds a source to a set; it follows the returned script if it is made at all. Equal `version`s are equal sources.
    pub(crate) fn want(
        &self,
        sources: &mut Sources,
        name: &str,
        data: DataKind,
        version: u32,
    ) -> Arc<Script> {
        self.want_of(sources, (), name, data, version)
    }

    /// The same, of an origin.
    pub(crate) fn want_of(
        &self,
        sources: &mut Sources,
        origin: impl PartialEq + Send + 'static,
        name: &str,
        data: DataKind,
        version: u32,
    ) -> Arc<Script> {
        let (script, source) = self.scripted(name);
        sources.add_of(origin, description(name, data, 10, 5), version, || source);
        script
    }

    /// Adds facts to a set, each of whose cycles may take so many seconds.
    pub(crate) fn want_within(&self, sources: &mut Sources, name: &str, deadline: u64) -> Arc<Script> {
        let (script, source) = self.scripted(name);
        sources.add(description(name, DataKind::Facts, 10, deadline), (), || source);
        script
    }

    /// Adds this source to a set.
    pub(crate) fn want_this<S: Source>(
        sources: &mut Sources,
        name: &str,
        data: DataKind,
        version: u32,
        source: S,
    ) {
        sources.add(description(name, data, 10, 5), version, || source);
    }

    /// Adds a source to a set; making it panics.
    pub(crate) fn want_one_that_cannot_be_made(&self, sources: &mut Sources, name: &str) {
        let (_, source) = self.scripted(name);
        let make = || {
            let making = Some(source);
            making.filter(|_| false).expect("making panics, as the test wants")
        };
        sources.add(description(name, DataKind::Facts, 10, 5), (), make);
    }

    /// Begins with these sources.
    pub(crate) fn begin_with(&mut self, sources: Sources) {
        self.driver.as_mut().unwrap().set(sources).unwrap();
        self.run();
    }

    /// A configuration of nothing but facts named `files` in this version, put into force.
    pub(crate) async fn change_files(
        &self,
        version: u32,
        steps: impl IntoIterator<Item = Step>,
    ) -> (Applied, Arc<Script>) {
        let mut sources = self.control.sources();
        let script = self.want(&mut sources, "files", DataKind::Facts, version);
        steps.into_iter().for_each(|step| script.then(step));
        (self.control.apply(sources).await.unwrap(), script)
    }

    pub(crate) fn names(&self) -> Vec<String> {
        self.statuses.all().iter().map(|status| status.description.name.clone()).collect()
    }

    fn scripted(&self, name: &str) -> (Arc<Script>, Scripted) {
        let script = Arc::new(Script::default());
        let source =
            Scripted { name: name.to_owned(), script: Arc::clone(&script), clock: self.clock.clone() };
        (script, source)
    }

    pub(crate) fn run(&mut self) {
        self.running = Some(tokio::spawn(self.driver.take().unwrap().run()));
    }

    /// Lets `seconds` pass, and everything that is due in them.
    pub(crate) async fn after(&self, seconds: u64) {
        sleep(Duration::from_secs(seconds)).await;
    }

    /// Lets others work for a moment.
    pub(crate) async fn pause(&self) {
        sleep(Duration::from_millis(20)).await;
    }

    pub(crate) async fn stop(&mut self) {
        let running = self.running.take().unwrap();
        running.abort();
        assert!(running.await.unwrap_err().is_cancelled());
    }

    pub(crate) fn status(&self, name: &str) -> SourceStatus {
        self.statuses.all().into_iter().find(|status| status.description.name == name).unwrap()
    }

    pub(crate) fn errors(&self, name: &str, reason: Reason) -> u64 {
        self.status(name).errors[&reason]
    }

    /// Every value that is served, by what it is of.
    pub(crate) fn values(&self) -> Vec<(String, f64)> {
        let scrape = self.scrape();
        let rows = scrape.samples().map(|row| (row.label("by").unwrap().to_owned(), row.value));
        let mut rows: Vec<_> = rows.collect();
        rows.sort_by(|one, other| one.0.cmp(&other.0));
        rows
    }

    /// The value of `metric` that the source `name` has served, if it serves one.
    pub(crate) fn served(&self, metric: &Gauge<(By,)>, name: &str) -> Option<f64> {
        self.scrape().value(&metric.to_string(), &[("by", name)])
    }

    /// Waits until the source `name` serves this value. What is done on threads does not go by the paused clock, which does not
    /// move meanwhile: deadlines do not pass while a thread is slow.
    pub(crate) async fn until_served(&self, name: &str, value: f64) {
        let end = std::time::Instant::now() + PATIENCE;
        while self.served(&VALUE, name) != Some(value) {
            assert!(std::time::Instant::now() < end, "`{name}` never serves {value}");
            std::thread::sleep(Duration::from_millis(1));
            tokio::task::yield_now().await;
        }
    }

    fn scrape(&self) -> Scrape {
        let answer =
            self.exposition.snapshot().answer(Selection::All, Format::TEXT, Encoding::Identity).unwrap();
        let text = String::from_utf8(answer.buffers.concat()).unwrap();
        Scrape::parse(ScrapeFormat::Text, &text).unwrap()
    }
}

fn description(name: &str, data: DataKind, period: u64, deadline: u64) -> SourceDescription {
    SourceDescription {
        exporter: EXPORTER,
        name: name.to_owned(),
        data,
        period: Duration::from_secs(period),
        deadline: Duration::from_secs(deadline),
        reasons: REASONS,
    }
}

/// Moves the paused clock second by second, and lets everybody work in between.
pub(crate) async fn advance_by(seconds: u64) {
    for _ in 0..seconds {
        advance(Duration::from_secs(1)).await;
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
    }
}
