//! One set of clients and the threads that work with them, for as long as it is held.
//!
//! librdkafka's calls block and its events must be polled for, so each of the four tasks has a thread; they sleep in
//! librdkafka until something comes. The end is told to them and not waited for: they close their clients themselves, within
//! a second or so when brokers answer.

use std::sync::Arc;
use std::thread::{Builder, JoinHandle};

use lookout_declarations::Reason;
use lookout_kafka_spec::config::ClusterSettings;
use lookout_runtime::CollectError;
use rdkafka::consumer::BaseConsumer;
use rdkafka::error::KafkaError;
use rdkafka::producer::BaseProducer;

use super::bearer::Bearer;
use super::client;
use super::committer::commit;
use super::context::ProbeContext;
use super::desk::{Desk, Shift, bounded};
use super::group::group_name;
use super::keeper::Keeper;
use super::pacer::Pacer;
use super::reason::reason_of;
use super::receiver::receive;

/// The clients at work.
pub(super) struct Crew {
    pub(super) shift: Arc<Shift>,
    _bearer: Option<Bearer>,
    threads: Vec<JoinHandle<()>>,
}

impl Crew {
    /// Makes the clients and sets them to work. Reads files, and blocks for as long.
    ///
    /// # Errors
    /// What librdkafka cannot do or refuses; a secret, certificate or key that cannot be read. Not that nobody answers.
    pub(super) fn start(
        desk: Arc<Desk>,
        cluster: &ClusterSettings,
        bearer: Option<Bearer>,
    ) -> Result<Self, CollectError> {
        let held = bearer.as_ref().map(|bearer| Arc::clone(&bearer.held));
        let shift = Arc::new(Shift::new(desk, held));
        let common = client::common(cluster)?;
        let context = ProbeContext { shift: Arc::clone(&shift) };
        let consumer = client::consumer(&common, &group_name(&cluster.probe.group));
        let consumer: BaseConsumer<_> =
            consumer.create_with_context(context.clone()).map_err(|error| unmade(&error))?;
        let consumer = Arc::new(consumer);
        let producer = client::producer(&common, cluster.probe.timeout.get());
        let producer: BaseProducer<_> =
            producer.create_with_context(context.clone()).map_err(|error| unmade(&error))?;

        let mut crew = Self { shift: Arc::clone(&shift), _bearer: bearer, threads: Vec::new() };
        let keeper = Keeper::new(context, Arc::clone(&consumer), common, cluster);
        let settings = cluster.probe.clone();
        let pacer = Pacer { shift: Arc::clone(&shift), producer, settings: settings.clone() };
        let (committing, to_commit) = (Arc::clone(&shift), Arc::clone(&consumer));
        // Should one of them not start, dropping the crew ends the others.
        crew.spawn("probe-read", move || receive(&shift, &consumer))?;
        crew.spawn("probe-commit", move || commit(&committing, &to_commit, &settings))?;
        crew.spawn("probe-keep", move || keeper.run())?;
        crew.spawn("probe-send", move || pacer.run())?;
        Ok(crew)
    }

    /// Whether a thread has ended before its time: by a defect only.
    pub(super) fn is_broken(&self) -> bool {
        self.threads.iter().any(JoinHandle::is_finished)
    }

    fn spawn(&mut self, name: &str, work: impl FnOnce() + Send + 'static) -> Result<(), CollectError> {
        let unspawned =
            |error| CollectError::new(Reason::Io, format!("cannot start a thread of the probe: {error}"));
        let thread = Builder::new().name(name.to_owned()).spawn(work).map_err(unspawned)?;
        self.threads.push(thread);
        Ok(())
    }
}

impl Drop for Crew {
    fn drop(&mut self) {
        self.shift.end();
    }
}

/// librdkafka names the property that it refuses and, but for passwords, its value.
fn unmade(error: &KafkaError) -> CollectError {
    let message = match error {
        KafkaError::ClientConfig(_, why, key, _) => format!("librdkafka refuses `{key}`: {why}"),
        other => other.to_string(),
    };
    CollectError::new(reason_of(error), bounded(&format!("cannot make the clients of the probe: {message}")))
}

#[cfg(test)]
mod tests {
    use core::time::Duration;

    use lookout_kafka_spec::metrics::PROBE_BOUNDS;
    use rdkafka::mocking::MockCluster;

    use super::*;

    /// Tries for a minute, which no machine is too busy for.
    fn eventually(what: &str, mut is_so: impl FnMut() -> bool) {
        let is_seen = (0..1200).any(|_| {
            std::thread::sleep(Duration::from_millis(50));
            is_so()
        });
        assert!(is_seen, "{what}");
    }

    #[test]
    fn threads_and_clients_end_when_the_crew_is_dropped() {
        let mock = MockCluster::new(2).unwrap();
        mock.create_topic("lookout-probe", 2, 2).unwrap();
        let brokers = mock.bootstrap_servers().split(',').map(str::to_owned).collect();
        let cluster = ClusterSettings { brokers, ..ClusterSettings::default() };
        let desk = Arc::new(Desk::new(Duration::from_secs(10), PROBE_BOUNDS));
        let mut crew = Crew::start(Arc::clone(&desk), &cluster, None).unwrap();
        eventually("it runs", || desk.books().ledger.accounts().any(|(_, account)| account.received > 0));
        assert!(!crew.is_broken());
        let (shift, threads) = (Arc::downgrade(&crew.shift), core::mem::take(&mut crew.threads));
        drop(crew);
        eventually("the threads end", || threads.iter().all(JoinHandle::is_finished));
        // The clients hold the shift, in their context: they are gone as well.
        assert_eq!(shift.strong_count(), 0);
        assert!(threads.into_iter().all(|thread| thread.join().is_ok()));
    }

    #[test]
    fn threads_end_when_nobody_answers() {
        let cluster =
            ClusterSettings { brokers: vec!["127.0.0.1:1".to_owned()], ..ClusterSettings::default() };
        let desk = Arc::new(Desk::new(Duration::from_secs(10), PROBE_BOUNDS));
        let mut crew = Crew::start(desk, &cluster, None).unwrap();
        let threads = core::mem::take(&mut crew.threads);
        drop(crew);
        eventually("the threads end", || threads.iter().all(JoinHandle::is_finished));
    }
}
