//! From what is known of the API to its rows. Pure.

use lookout_exposition::{Batch, Family};
use lookout_kubernetes_spec::metrics::{
    LISTS, OBJECTS, OBJECTS_UNREADABLE, PERMISSION_GRANTED, RECEIVED_BYTES, REQUEST_DURATION,
    REQUEST_FAILURES, REQUESTS, REQUESTS_LIMIT, REQUESTS_WAITING, SERVER_INFO, WAITED, WATCH_EVENTS,
    WATCH_RESUMES, WATCHES,
};

use super::Access;
use crate::figures::{Figures, ResourceFigures};
use crate::need::{Reviewed, Verdict};

/// Writes the rows of `access`.
pub(super) fn write(access: &Access, batch: &mut Batch) {
    let mut server = Family::new(&SERVER_INFO);
    if let Some(version) = &access.version {
        server.present((version,));
    }
    batch.add(server);
    rights(&access.reviewed, batch);
    requests(&access.figures, batch);
    resources(&access.figures.resources, batch);
}

fn rights(reviewed: &[Reviewed], batch: &mut Batch) {
    let mut granted = Family::new(&PERMISSION_GRANTED);
    for Reviewed { need, verdict, .. } in reviewed {
        let value = match verdict {
            Verdict::Allowed => 1.0,
            Verdict::Denied { .. } => 0.0,
            Verdict::Unknown { .. } => continue,
        };
        let namespace = need.namespace.as_deref().unwrap_or_default();
        granted.set((need.exporter, need.verb, &need.resource.to_string(), namespace), value);
    }
    batch.add(granted);
}

fn requests(figures: &Figures, batch: &mut Batch) {
    let mut requests = Family::new(&REQUESTS);
    for (verb, resource, code, count) in &figures.requests {
        let code = if *code == 0 { "none".to_owned() } else { code.to_string() };
        requests.total((*verb, resource, &code), *count as f64);
    }
    let mut failures = Family::new(&REQUEST_FAILURES);
    for (verb, resource, reason, count) in &figures.failures {
        failures.total((*verb, resource, *reason), *count as f64);
    }
    let mut durations = Family::new(&REQUEST_DURATION);
    for (verb, duration) in &figures.durations {
        durations.observations((*verb,), &duration.counts, duration.sum.as_secs_f64());
    }
    let mut in_flight = Family::new(&REQUESTS_WAITING);
    in_flight.set((), figures.in_flight as f64);
    let mut limit = Family::new(&REQUESTS_LIMIT);
    limit.set((), figures.in_flight_limit as f64);
    let mut waited = Family::new(&WAITED);
    for (cause, time) in &figures.waited {
        waited.total((*cause,), time.as_secs_f64());
    }
    batch.add(requests);
    batch.add(failures);
    batch.add(durations);
    batch.add(in_flight);
    batch.add(limit);
    batch.add(waited);
}

fn resources(figures: &[ResourceFigures], batch: &mut Batch) {
    let (mut received, mut watches) = (Family::new(&RECEIVED_BYTES), Family::new(&WATCHES));
    let (mut objects, mut unreadable) = (Family::new(&OBJECTS), Family::new(&OBJECTS_UNREADABLE));
    let (mut lists, mut resumes) = (Family::new(&LISTS), Family::new(&WATCH_RESUMES));
    let mut events = Family::new(&WATCH_EVENTS);
    for figures in figures {
        let resource = figures.resource.as_str();
        received.total((resource,), figures.received_bytes as f64);
        watches.set((resource,), figures.watches as f64);
        objects.set((resource,), figures.objects as f64);
        for (cause, count) in &figures.lists {
            lists.total((resource, *cause), *count as f64);
        }
        resumes.total((resource,), figures.resumes as f64);
        for (event, count) in &figures.events {
            events.total((resource, *event), *count as f64);
        }
        unreadable.total((resource,), figures.unreadable as f64);
    }
    batch.add(received);
    batch.add(watches);
    batch.add(objects);
    batch.add(lists);
    batch.add(resumes);
    batch.add(events);
    batch.add(unreadable);
}
