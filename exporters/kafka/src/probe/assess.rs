//! What is exposed of the probe.

use lookout_exposition::{Batch, Family};
use lookout_kafka_spec::metrics::{
    PROBE_COMMIT_LATENCY, PROBE_DUPLICATED, PROBE_END_TO_END_LATENCY, PROBE_FAILED, PROBE_FAILED_COMMITS,
    PROBE_IN_FLIGHT, PROBE_LATE, PROBE_LOST, PROBE_PRODUCE_LATENCY, PROBE_PRODUCED, PROBE_RECEIVED,
    PROBE_UNCOVERED_BROKERS,
};

use super::Observation;
use super::reason::PROBE_REASONS;

/// Writes what has been measured. Each reason has a row from the start, so that the first failure is an increase.
pub fn assess(observation: &Observation, batch: &mut Batch) {
    let cluster = observation.cluster.as_str();
    let mut produced = Family::new(&PROBE_PRODUCED);
    let mut failed = Family::new(&PROBE_FAILED);
    let mut received = Family::new(&PROBE_RECEIVED);
    let mut lost = Family::new(&PROBE_LOST);
    let mut late = Family::new(&PROBE_LATE);
    let mut duplicated = Family::new(&PROBE_DUPLICATED);
    let mut in_flight = Family::new(&PROBE_IN_FLIGHT);
    let mut produce = Family::new(&PROBE_PRODUCE_LATENCY);
    let mut end_to_end = Family::new(&PROBE_END_TO_END_LATENCY);
    for (broker, account) in &observation.accounts {
        let labels = (cluster, *broker);
        produced.total(labels, account.produced as f64);
        for reason in PROBE_REASONS {
            let count = account.failed.get(reason).copied().unwrap_or_default();
            failed.total((cluster, *broker, *reason), count as f64);
        }
        received.total(labels, account.received as f64);
        lost.total(labels, account.lost as f64);
        late.total(labels, account.late as f64);
        duplicated.total(labels, account.duplicated as f64);
        in_flight.set(labels, account.in_flight as f64);
        produce.observations(labels, account.produce.counts(), account.produce.sum());
        end_to_end.observations(labels, account.end_to_end.counts(), account.end_to_end.sum());
    }
    batch.add(produced);
    batch.add(failed);
    batch.add(received);
    batch.add(lost);
    batch.add(late);
    batch.add(duplicated);
    batch.add(in_flight);
    batch.add(produce);
    batch.add(end_to_end);

    let mut commits = Family::new(&PROBE_COMMIT_LATENCY);
    commits.observations((cluster,), observation.commits.latency.counts(), observation.commits.latency.sum());
    batch.add(commits);
    let mut failed_commits = Family::new(&PROBE_FAILED_COMMITS);
    for reason in PROBE_REASONS {
        let count = observation.commits.failed.get(reason).copied().unwrap_or_default();
        failed_commits.total((cluster, *reason), count as f64);
    }
    batch.add(failed_commits);
    let mut uncovered = Family::new(&PROBE_UNCOVERED_BROKERS);
    if let Some(count) = observation.uncovered {
        uncovered.set((cluster,), count as f64);
    }
    batch.add(uncovered);
}
