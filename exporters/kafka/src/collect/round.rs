//! One reading of a cluster: its clock, its faults, and the brokers that are given up.

use core::time::Duration;
use std::collections::BTreeMap;

use lookout_declarations::Reason;
use lookout_kafka_spec::labels::Stage;
use lookout_kafka_spec::pattern::Selection;
use lookout_kafka_wire::Cluster;
use lookout_kafka_wire::metadata::Topics;
use lookout_runtime::{CollectError, Fault, Shard};
use tokio::time::{Instant, timeout_at};

use super::faults::Faults;
use super::metadata::Draft;
use super::missed::{Missed, chain};
use crate::model::{Stages, Topology};

/// By which part of the deadline the brokers and the metadata are known, in percent: one broker that stalls has a third, and
/// there is time for another. What is left is for the parts after it, here and below.
const METADATA_UNTIL: u32 = 50;

/// By which part of the deadline groups and commits are read.
const GROUPS_UNTIL: u32 = 60;

/// By which part of the deadline offsets are read.
const OFFSETS_UNTIL: u32 = 75;

/// By which part of the deadline everything is read. To judge a million partitions, and to encode their series, takes up to two
/// seconds on a machine that is busy, and a cycle that is cut off has read everything for nothing.
const ALL_UNTIL: u32 = 85;

/// How many brokers are asked for the metadata: one after the other, as far as there is time.
const METADATA_ATTEMPTS: usize = 3;

/// One reading of a cluster.
#[derive(Debug)]
pub struct Round {
    begun: Instant,
    deadline: Duration,
    /// What went wrong.
    pub faults: Faults,
    /// The brokers that are not asked again.
    gone: BTreeMap<i32, Missed>,
    /// The brokers that did not answer a question.
    pub unreachable: BTreeMap<i32, Reason>,
    /// How long each part took.
    pub stages: Stages,
}

// === impl Round ===

impl Round {
    /// Begins now.
    pub fn begin(deadline: Duration) -> Self {
        let (faults, gone, unreachable) = (Faults::default(), BTreeMap::new(), BTreeMap::new());
        Self { begun: Instant::now(), deadline, faults, gone, unreachable, stages: Stages::new() }
    }

    /// By when groups and commits are to be read.
    pub fn groups_until(&self) -> Instant {
        self.until(GROUPS_UNTIL)
    }

    /// By when offsets are to be read.
    pub fn offsets_until(&self) -> Instant {
        self.until(OFFSETS_UNTIL)
    }

    /// By when all is to be read.
    pub fn all_until(&self) -> Instant {
        self.until(ALL_UNTIL)
    }

    fn until(&self, percent: u32) -> Instant {
        self.begun + self.deadline * percent / 100
    }

    /// Adds the time since `begun` to a part.
    pub fn took(&mut self, stage: Stage, begun: Instant) {
        *self.stages.entry(stage).or_default() += begun.elapsed();
    }

    /// A broker that did not give what it was asked for.
    pub fn miss(&mut self, broker: i32, missed: &Missed) {
        self.faults.broker(broker, missed);
        if !missed.has_answered {
            self.unreachable.entry(broker).or_insert(missed.reason);
        }
        if missed.is_gone() {
            self.gone.entry(broker).or_insert_with(|| missed.clone());
        }
    }

    /// Why a broker is not asked again, if so.
    pub fn gone(&self, broker: i32) -> Option<&Missed> {
        self.gone.get(&broker)
    }

    /// Asks for the whole metadata, and follows the brokers.
    ///
    /// # Errors
    /// Nobody could be asked in time.
    pub async fn metadata(
        &mut self,
        cluster: &mut Cluster,
        previous: &Topology,
        selection: &Selection,
        shard: Shard,
    ) -> Result<Topology, CollectError> {
        let begun = Instant::now();
        let mut failures = Vec::new();
        let until = self.until(METADATA_UNTIL);
        while failures.len() < METADATA_ATTEMPTS && Instant::now() < until {
            let mut draft = Draft::new(previous, selection, shard);
            let asked = timeout_at(until, cluster.refresh(Topics::All, |row| draft.row(row))).await;
            let Ok(asked) = asked else {
                self.late(until, &mut failures);
                break;
            };
            match asked {
                Ok(overall) if overall.code.is_none() => {
                    self.look_for_topics(&draft);
                    let (topology, misplaced) = draft.finish();
                    self.judge(&topology, misplaced);
                    self.took(Stage::Metadata, begun);
                    return Ok(topology);
                }
                Ok(overall) => {
                    let reason = overall.code.reason().unwrap_or(Reason::Unexpected);
                    failures.push((reason, format!("the metadata as a whole is {}", overall.code)));
                }
                Err(failure) => failures.push((failure.reason(), chain(&failure))),
            }
        }
        Err(nobody(failures))
    }

    /// Asks who the brokers are, and follows them.
    ///
    /// # Errors
    /// Nobody could be asked in time.
    pub async fn brokers(&mut self, cluster: &mut Cluster) -> Result<(), CollectError> {
        let mut failures = Vec::new();
        let until = self.until(METADATA_UNTIL);
        while failures.len() < METADATA_ATTEMPTS && Instant::now() < until {
            match timeout_at(until, cluster.refresh(Topics::None, |_| ())).await {
                Ok(Ok(_)) => return Ok(()),
                Ok(Err(failure)) => failures.push((failure.reason(), chain(&failure))),
                Err(_) => self.late(until, &mut failures),
            }
        }
        Err(nobody(failures))
    }

    /// There was no time left for the attempt. Why one before it failed says more.
    fn late(&self, until: Instant, failures: &mut Vec<(Reason, String)>) {
        if !failures.is_empty() {
            return;
        }
        let within = until.saturating_duration_since(self.begun).as_millis();
        let message = format!(
            "those that were tried were silent, and {within} ms, the part of the deadline for finding a broker, were over; \
             the next cycle begins with others"
        );
        failures.push((Reason::Timeout, message));
    }

    /// A cluster without topics is told from one that shows none.
    fn look_for_topics(&mut self, draft: &Draft<'_>) {
        if draft.is_without_topics() {
            let message = "the broker names no topic: there is none, or the principal may describe none; if there should be \
                           some, grant it DESCRIBE on topics and groups";
            self.faults.whole("topics", Reason::Empty, message);
        }
    }

    /// What is odd about an answer.
    fn judge(&mut self, topology: &Topology, misplaced: u64) {
        if misplaced > 0 {
            let detail = || "a broker's metadata names partitions twice, or out of any range".to_owned();
            self.faults.items("metadata", Reason::Malformed, misplaced, "partitions", detail);
        }
        for (reason, count) in &topology.unread_topics {
            let detail = || match reason {
                Reason::TooMany => {
                    "there are more than are watched; watch a part, by `topics` or by shards".to_owned()
                }
                _ => "the metadata has an error instead of these topics".to_owned(),
            };
            self.faults.items("topics", *reason, *count, "partitions of them", detail);
        }
    }

    /// What went wrong, as faults.
    pub fn finish(self) -> (Vec<Fault>, BTreeMap<i32, Reason>, Stages) {
        (self.faults.finish(), self.unreachable, self.stages)
    }
}

/// Nothing was learnt: why, and what to do.
fn nobody(mut failures: Vec<(Reason, String)>) -> CollectError {
    let others = failures.len().saturating_sub(1);
    let Some((reason, mut message)) = failures.pop() else {
        return CollectError::new(
            Reason::Timeout,
            "no broker was asked for the metadata: there was no time left",
        );
    };
    let remedy = match reason {
        Reason::Unresolved | Reason::Unreachable => {
            "check `kafka.clusters.brokers`, and that they can be reached from here"
        }
        Reason::Handshake | Reason::Untrusted => "check `tls`, and whether this is a TLS port",
        Reason::Unauthenticated => "check `sasl` and the client certificate",
        Reason::Disconnected | Reason::Protocol => "check whether the port wants `tls` or `sasl`",
        Reason::Denied => "grant DESCRIBE on the topics that are to be watched",
        _ => "check whether the brokers are well",
    };
    if others > 0 {
        message = format!("{message} (so were {others} attempts before)");
    }
    CollectError::new(reason, format!("no broker tells the cluster's metadata: {message}; {remedy}"))
}
