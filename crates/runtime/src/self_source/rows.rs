//! From the model to rows. Pure: what is missing in the model is missing in the exposition.

use std::collections::BTreeMap;

use lookout_declarations::{Gauge, Reason};
use lookout_exposition::{Batch, DropReason as Dropping, ExporterStatistics, Family};
use lookout_self_metrics::metrics::{
    BUILD_INFO, CONFIGURATION_LAST_RELOAD_SUCCESS, CONFIGURATION_LAST_RELOAD_SUCCESSFUL,
    CONFIGURATION_RELOADS, Configuration, DropReason, Exporter, FAMILY_WITHHELD, HTTP_AUTHENTICATIONS,
    HTTP_CERTIFICATE_NOT_AFTER, HTTP_CONNECTIONS, HTTP_CONNECTIONS_CLOSED, HTTP_CONNECTIONS_LIMIT,
    HTTP_PROBES, HTTP_PROBES_LIMIT, HTTP_REQUEST_DURATION, HTTP_REQUESTS, HTTP_RESPONSE_BYTES, HTTP_SCRAPES,
    HTTP_SCRAPES_LIMIT, LABELS_CLIPPED, LOG_LINES_SUPPRESSED, PROCESS_CPU, PROCESS_MAX_FDS, PROCESS_OPEN_FDS,
    PROCESS_RESIDENT_MEMORY, PROCESS_START_TIME, PROCESS_THREADS, PROCESS_VIRTUAL_MEMORY,
    RUNTIME_ALIVE_TASKS, RUNTIME_BUSY, RUNTIME_QUEUE_DEPTH, RUNTIME_WORKERS, SERIES, SERIES_BUDGET,
    SERIES_DROPPED, SOURCE_COLLECT_DURATION, SOURCE_DATA_AGE, SOURCE_DEADLINE, SOURCE_ERRORS, SOURCE_FAULTS,
    SOURCE_INFO, SOURCE_LAST_SUCCESS, SOURCE_PERIOD, SOURCE_RESTARTS, SOURCE_UP, SOURCE_WITHDRAWN, Source,
};

use super::{HttpFigures, ProcessFigures, RuntimeFigures, SelfModel, SourceFigures};
use crate::reload::ConfigurationFigures;
use crate::source::DataKind;
use crate::status::{SourceState, SourceStatus};

impl SelfModel {
    /// Writes everything that the model says.
    pub fn write(&self, batch: &mut Batch) {
        let mut build = Family::new(&BUILD_INFO);
        build.present((self.build.version, self.build.revision, self.build.rustc));
        batch.add(build);
        states(&self.sources, batch);
        failures(&self.sources, batch);
        exporters(&self.exporters, batch);
        http(&self.http, batch);
        if let Some(figures) = &self.process {
            process(figures, batch);
        }
        runtime(&self.runtime, batch);
        configurations(&self.configurations, batch);
        let mut suppressed = Family::new(&LOG_LINES_SUPPRESSED);
        suppressed.total((), self.log_lines_suppressed as f64);
        batch.add(suppressed);
    }
}

/// A gauge with one row for each source that has a value.
fn per_source(
    metric: &'static Gauge<(Exporter, Source)>,
    sources: &[SourceFigures],
    value: impl Fn(&SourceFigures) -> Option<f64>,
    batch: &mut Batch,
) {
    let mut family = Family::new(metric);
    for source in sources {
        if let Some(value) = value(source) {
            family.set(name(&source.status), value);
        }
    }
    batch.add(family);
}

fn name(status: &SourceStatus) -> (&str, &str) {
    (status.description.exporter, &status.description.name)
}

fn states(sources: &[SourceFigures], batch: &mut Batch) {
    per_source(&SOURCE_UP, sources, |source| source.status.up().map(flag), batch);
    let last_success =
        |source: &SourceFigures| source.status.last_success.map(|moment| moment.as_duration().as_secs_f64());
    per_source(&SOURCE_LAST_SUCCESS, sources, last_success, batch);
    per_source(&SOURCE_DATA_AGE, sources, |source| source.data_age.map(|age| age.as_secs_f64()), batch);
    let duration =
        |source: &SourceFigures| source.status.last_duration.map(|duration| duration.as_secs_f64());
    per_source(&SOURCE_COLLECT_DURATION, sources, duration, batch);
    let deadline = |source: &SourceFigures| Some(source.status.description.deadline.as_secs_f64());
    per_source(&SOURCE_DEADLINE, sources, deadline, batch);
    let period = |source: &SourceFigures| Some(source.status.description.period.as_secs_f64());
    per_source(&SOURCE_PERIOD, sources, period, batch);
    let mut info = Family::new(&SOURCE_INFO);
    for source in sources {
        let (exporter, name) = name(&source.status);
        info.present((exporter, name, source.status.description.data));
    }
    batch.add(info);
    let withdrawn = |source: &SourceFigures| match source.status.description.data {
        DataKind::Facts => None,
        DataKind::Measurements => Some(flag(source.status.state == SourceState::Withdrawn)),
    };
    per_source(&SOURCE_WITHDRAWN, sources, withdrawn, batch);
}

fn failures(sources: &[SourceFigures], batch: &mut Batch) {
    let mut faults = Family::new(&SOURCE_FAULTS);
    let mut errors = Family::new(&SOURCE_ERRORS);
    let mut restarts = Family::new(&SOURCE_RESTARTS);
    for source in sources {
        let (exporter, name) = name(&source.status);
        let row = |reason: &Reason| (exporter, name, *reason);
        for (reason, count) in source.status.faults.iter().flat_map(|faults| &faults.by_reason) {
            faults.set(row(reason), *count as f64);
        }
        for (reason, count) in &source.status.errors {
            errors.total(row(reason), *count as f64);
        }
        restarts.total((exporter, name), source.status.restarts as f64);
    }
    batch.add(faults);
    batch.add(errors);
    batch.add(restarts);
}

fn exporters(exporters: &[ExporterStatistics], batch: &mut Batch) {
    let mut series = Family::new(&SERIES);
    let mut budget = Family::new(&SERIES_BUDGET);
    let mut dropped = Family::new(&SERIES_DROPPED);
    let mut withheld = Family::new(&FAMILY_WITHHELD);
    let mut clipped = Family::new(&LABELS_CLIPPED);
    for statistics in exporters {
        let exporter = statistics.exporter;
        series.set((exporter,), statistics.series as f64);
        budget.set((exporter,), statistics.budget as f64);
        for reason in Dropping::ALL {
            dropped.total((exporter, drop_reason(*reason)), statistics.dropped.get(*reason) as f64);
        }
        for family in &statistics.withheld {
            withheld.set((exporter, family), 1.0);
        }
        clipped.total((exporter,), statistics.clipped as f64);
    }
    batch.add(series);
    batch.add(budget);
    batch.add(dropped);
    batch.add(withheld);
    batch.add(clipped);
}

fn http(figures: &HttpFigures, batch: &mut Batch) {
    let mut requests = Family::new(&HTTP_REQUESTS);
    let mut durations = Family::new(&HTTP_REQUEST_DURATION);
    for path in &figures.paths {
        for (code, count) in &path.requests {
            requests.total((path.path, *code), *count as f64);
        }
        durations.observations((path.path,), &path.buckets, path.seconds);
    }
    batch.add(requests);
    batch.add(durations);
    let mut bytes = Family::new(&HTTP_RESPONSE_BYTES);
    bytes.total((), figures.response_bytes as f64);
    batch.add(bytes);
    one(&HTTP_CONNECTIONS, Some(figures.connections as f64), batch);
    one(&HTTP_CONNECTIONS_LIMIT, Some(figures.connections_limit as f64), batch);
    let mut closed = Family::new(&HTTP_CONNECTIONS_CLOSED);
    for (reason, count) in &figures.closed {
        closed.total((*reason,), *count as f64);
    }
    batch.add(closed);
    one(&HTTP_SCRAPES, Some(figures.scrapes as f64), batch);
    one(&HTTP_SCRAPES_LIMIT, Some(figures.scrapes_limit as f64), batch);
    one(&HTTP_PROBES, figures.probes.map(|load| load.in_flight as f64), batch);
    one(&HTTP_PROBES_LIMIT, figures.probes.map(|load| load.limit as f64), batch);
    let mut authentications = Family::new(&HTTP_AUTHENTICATIONS);
    for (result, count) in &figures.authentications {
        authentications.total((*result,), *count as f64);
    }
    batch.add(authentications);
    one(&HTTP_CERTIFICATE_NOT_AFTER, figures.certificate_not_after.map(|moment| moment as f64), batch);
}

fn configurations(configurations: &BTreeMap<Configuration, ConfigurationFigures>, batch: &mut Batch) {
    let mut successful = Family::new(&CONFIGURATION_LAST_RELOAD_SUCCESSFUL);
    let mut last_success = Family::new(&CONFIGURATION_LAST_RELOAD_SUCCESS);
    let mut reloads = Family::new(&CONFIGURATION_RELOADS);
    for (configuration, figures) in configurations {
        successful.set((*configuration,), flag(figures.rejected.is_none()));
        if let Some(moment) = figures.last_success {
            last_success.set((*configuration,), moment.as_duration().as_secs_f64());
        }
        for (result, count) in &figures.readings {
            reloads.total((*configuration, *result), *count as f64);
        }
    }
    batch.add(successful);
    batch.add(last_success);
    batch.add(reloads);
}

fn process(figures: &ProcessFigures, batch: &mut Batch) {
    let ProcessFigures {
        cpu_seconds,
        resident_bytes,
        virtual_bytes,
        open_fds,
        max_fds,
        start_seconds,
        threads,
    } = *figures;
    let float = |integer: u64| integer as f64;
    if let Some(seconds) = cpu_seconds {
        let mut cpu = Family::new(&PROCESS_CPU);
        cpu.total((), seconds);
        batch.add(cpu);
    }
    one(&PROCESS_RESIDENT_MEMORY, resident_bytes.map(float), batch);
    one(&PROCESS_VIRTUAL_MEMORY, virtual_bytes.map(float), batch);
    one(&PROCESS_OPEN_FDS, open_fds.map(float), batch);
    one(&PROCESS_MAX_FDS, max_fds, batch);
    one(&PROCESS_START_TIME, start_seconds, batch);
    one(&PROCESS_THREADS, threads.map(float), batch);
}

fn runtime(figures: &RuntimeFigures, batch: &mut Batch) {
    let RuntimeFigures { workers, alive_tasks, queue_depth, busy_seconds } = *figures;
    one(&RUNTIME_WORKERS, Some(workers as f64), batch);
    one(&RUNTIME_ALIVE_TASKS, Some(alive_tasks as f64), batch);
    one(&RUNTIME_QUEUE_DEPTH, Some(queue_depth as f64), batch);
    let mut busy = Family::new(&RUNTIME_BUSY);
    busy.total((), busy_seconds);
    batch.add(busy);
}

/// A gauge without labels, if it has a value.
fn one(metric: &'static Gauge<()>, value: Option<f64>, batch: &mut Batch) {
    if let Some(value) = value {
        let mut family = Family::new(metric);
        family.set((), value);
        batch.add(family);
    }
}

fn flag(value: bool) -> f64 {
    f64::from(u8::from(value))
}

const fn drop_reason(reason: Dropping) -> DropReason {
    match reason {
        Dropping::Budget => DropReason::Budget,
        Dropping::Duplicate => DropReason::Duplicate,
        Dropping::Invalid => DropReason::Invalid,
    }
}
