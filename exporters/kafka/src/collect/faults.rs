//! What went wrong in a cycle, gathered into few faults: one for each broker and part, one for each kind and reason of items.
//!
//! How to get it wrong: a fault per partition. A broker that is down would be a million lines in the log.

use std::collections::BTreeMap;

use lookout_declarations::Reason;
use lookout_runtime::Fault;

use super::missed::Missed;

/// How many items a fault names; the others are counted.
const MAX_NAMES: usize = 20;

/// How many faults a cycle has: brokers and parts beyond are counted elsewhere, in `kafka_broker_reachable`.
const MAX_FAULTS: usize = 200;

/// The characters of a name that are kept: names of topics have 249 at most, of groups any number.
const MAX_NAME: usize = 100;

/// Gathers faults.
#[derive(Debug, Default)]
pub struct Faults {
    brokers: Vec<Fault>,
    items: BTreeMap<(&'static str, Reason), Tally>,
}

#[derive(Debug, Default)]
struct Tally {
    count: u64,
    names: Vec<String>,
    detail: String,
}

// === impl Faults ===

impl Faults {
    /// A broker that did not give what it was asked for in one part of the cycle.
    pub fn broker(&mut self, id: i32, missed: &Missed) {
        if self.brokers.len() < MAX_FAULTS {
            let subject = format!("broker {id}");
            self.brokers.push(Fault { reason: missed.reason, subject, message: missed.message.clone() });
        }
    }

    /// Something that is wrong with the answers as a whole.
    pub fn whole(&mut self, subject: &str, reason: Reason, message: &str) {
        if self.brokers.len() < MAX_FAULTS {
            self.brokers.push(Fault { reason, subject: subject.to_owned(), message: message.to_owned() });
        }
    }

    /// `count` items of a kind that could not be read for a reason; `name` is one of them, or what has them.
    pub fn items(
        &mut self,
        kind: &'static str,
        reason: Reason,
        count: u64,
        name: &str,
        detail: impl FnOnce() -> String,
    ) {
        let tally = self.items.entry((kind, reason)).or_default();
        if tally.count == 0 {
            tally.detail = detail();
        }
        tally.count += count;
        // Items mostly come in the order of their names.
        let is_told = tally.names.last().is_some_and(|last| last == name);
        if tally.names.len() < MAX_NAMES && !is_told {
            let name: String = name.chars().take(MAX_NAME).collect();
            if !tally.names.contains(&name) {
                tally.names.push(name);
            }
        }
    }

    /// The faults.
    pub fn finish(self) -> Vec<Fault> {
        let mut faults = self.brokers;
        faults.extend(self.items.into_iter().map(|((kind, reason), tally)| {
            let Tally { count, names, detail } = tally;
            let names = names.join("`, `");
            let message = format!("{count} could not be read ({detail}), among them `{names}`");
            Fault { reason, subject: kind.to_owned(), message }
        }));
        faults
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_million_partitions_are_one_fault() {
        let mut faults = Faults::default();
        for number in 0..1_000_000 {
            faults.items("partitions", Reason::Server, 1, &format!("prices-{}", number % 100), || {
                "moved".to_owned()
            });
        }
        faults.items("partitions", Reason::Timeout, 2, "trades", || "late".to_owned());
        let faults = faults.finish();
        let told: Vec<_> = faults.iter().map(|fault| (fault.reason, fault.message.len() < 1_000)).collect();
        assert_eq!(told.len(), 2);
        assert!(told.contains(&(Reason::Server, true)) && told.contains(&(Reason::Timeout, true)));
        assert!(faults.iter().any(|fault| {
            fault.message.starts_with("1000000 could not be read (moved), among them `prices-0`")
        }));
    }
}
