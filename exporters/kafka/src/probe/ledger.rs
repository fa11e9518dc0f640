//! The books of the probe: what was sent, acknowledged, received, and what is given up. Pure: the time is a parameter.
//!
//! A record has two fates that are told apart. Its acknowledgement: produced or failed. Its return: received or lost; a
//! record that failed before it came back is not waited for.
//!
//! Invariants, for each broker:
//! - sent = produced + failed + those that wait for their acknowledgement;
//! - produced ≤ received + lost + those that wait for their return, with equality while none fails that came back;
//! - no record is counted twice: what comes back again is `duplicated`, what comes back after it was given up is `late`.
//! - A record is given up `timeout` after it was sent, whatever answers come later.
//! - Memory is bounded: so many records are remembered, the oldest are forgotten first, and while none of them may be
//!   forgotten, a further one is not sent but counted as failed (`too_many`).
//!
//! How to get it wrong: a wall clock. It is set back now and then, and latencies are then negative or years.

mod account;
mod commits;
mod histogram;

use core::time::Duration;
use std::collections::{BTreeMap, VecDeque};

use lookout_declarations::Reason;

pub use account::Account;
pub use commits::Commits;
pub use histogram::Latencies;

/// How many records are remembered, to know late and repeated ones: a thousand brokers at one record a second for ten
/// timeouts of ten seconds would be 100,000; this is 2 MB.
const MAX_REMEMBERED: usize = 65_536;

/// How many timeouts a record is remembered for.
const REMEMBERED_TIMEOUTS: u32 = 30;

/// How long a broker that is probed no longer keeps its series: long enough for a rule that looks back ten minutes.
const FORGET_BROKER: Duration = Duration::from_mins(15);

/// The books.
#[derive(Clone, Debug)]
pub struct Ledger {
    timeout: Duration,
    bounds: &'static [f64],
    accounts: BTreeMap<i32, Entry>,
    /// The sequence number of the first of `records`.
    first: u64,
    records: VecDeque<Record>,
    /// All records before this sequence number have been given up or are settled.
    open: u64,
}

#[derive(Clone, Debug)]
struct Entry {
    account: Account,
    /// When the broker was last one that is to be probed.
    covered: Duration,
}

#[derive(Clone, Copy, Debug)]
struct Record {
    broker: i32,
    sent: Duration,
    acknowledgement: Acknowledgement,
    back: Return,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Acknowledgement {
    Awaited,
    Produced,
    Failed,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Return {
    Awaited,
    Received,
    /// Lost, failed, or late already.
    GivenUp,
}

impl Record {
    fn is_in_flight(&self) -> bool {
        self.acknowledgement == Acknowledgement::Awaited || self.back == Return::Awaited
    }
}

// === impl Ledger ===

impl Ledger {
    /// Empty books. `bounds` are the upper bounds of the latencies in seconds, ascending.
    pub fn new(timeout: Duration, bounds: &'static [f64]) -> Self {
        Self { timeout, bounds, accounts: BTreeMap::new(), first: 0, records: VecDeque::new(), open: 0 }
    }

    /// These brokers are to be probed: each has an account from now on, those of others are closed after a while.
    pub fn cover(&mut self, brokers: impl IntoIterator<Item = i32>, now: Duration) {
        for broker in brokers {
            let account = || Entry { account: Account::new(self.bounds), covered: now };
            self.accounts.entry(broker).or_insert_with(account).covered = now;
        }
        self.accounts.retain(|_, entry| {
            entry.account.in_flight > 0 || now.saturating_sub(entry.covered) < FORGET_BROKER
        });
    }

    /// The account of each broker, by node identifier.
    pub fn accounts(&self) -> impl Iterator<Item = (i32, &Account)> {
        self.accounts.iter().map(|(broker, entry)| (*broker, &entry.account))
    }

    /// A record is about to be sent to a partition that `broker` leads: its sequence number. None if it must not be sent,
    /// which is counted.
    pub fn send(&mut self, broker: i32, now: Duration) -> Option<u64> {
        self.forget(now);
        let entry = self.accounts.get_mut(&broker)?;
        if self.records.len() >= MAX_REMEMBERED {
            entry.account.fail(Reason::TooMany);
            return None;
        }
        entry.account.in_flight += 1;
        let (acknowledgement, back) = (Acknowledgement::Awaited, Return::Awaited);
        self.records.push_back(Record { broker, sent: now, acknowledgement, back });
        Some(self.first + self.records.len() as u64 - 1)
    }

    /// The record was acknowledged, or will not be.
    pub fn acknowledged(&mut self, sequence: u64, result: Result<(), Reason>, now: Duration) {
        self.change(sequence, |record, account| {
            if record.acknowledgement != Acknowledgement::Awaited {
                return;
            }
            match result {
                Ok(()) => {
                    record.acknowledgement = Acknowledgement::Produced;
                    account.produced += 1;
                    account.produce.observe(now.saturating_sub(record.sent));
                }
                Err(reason) => fail(record, account, reason),
            }
        });
    }

    /// The record came back. `broker` is what the record itself says, for one that is remembered no longer.
    pub fn received(&mut self, sequence: u64, broker: i32, now: Duration) {
        let known = self.change(sequence, |record, account| match record.back {
            Return::Awaited => {
                record.back = Return::Received;
                account.received += 1;
                account.end_to_end.observe(now.saturating_sub(record.sent));
            }
            Return::Received => account.duplicated += 1,
            Return::GivenUp => {
                record.back = Return::Received;
                account.late += 1;
            }
        });
        // Older than anything remembered: given up for certain. It may be a repetition, which nobody can tell any more.
        if !known && let Some(entry) = self.accounts.get_mut(&broker) {
            entry.account.late += 1;
        }
    }

    /// Gives up what was sent `timeout` ago or earlier.
    pub fn expire(&mut self, now: Duration) {
        let settled = usize::try_from(self.open.saturating_sub(self.first)).unwrap_or(usize::MAX);
        for record in self.records.iter_mut().skip(settled) {
            if now.saturating_sub(record.sent) < self.timeout {
                break;
            }
            self.open += 1;
            if record.is_in_flight()
                && let Some(entry) = self.accounts.get_mut(&record.broker)
            {
                give_up(record, &mut entry.account);
            }
        }
        self.forget(now);
    }

    /// The clients are gone, and with them every answer that was to come.
    pub fn abandon(&mut self, reason: Reason) {
        for record in self.records.iter_mut().filter(|record| record.is_in_flight()) {
            let Some(entry) = self.accounts.get_mut(&record.broker) else { continue };
            if record.acknowledgement == Acknowledgement::Awaited {
                fail(record, &mut entry.account, reason);
            } else {
                // Acknowledged, and nobody is there to receive it: neither received nor lost.
                record.back = Return::GivenUp;
            }
            entry.account.in_flight = entry.account.in_flight.saturating_sub(1);
        }
    }

    /// Changes a record and its account, and keeps count of what is in flight. Whether it is remembered.
    fn change(&mut self, sequence: u64, change: impl FnOnce(&mut Record, &mut Account)) -> bool {
        let index = sequence.checked_sub(self.first).and_then(|index| usize::try_from(index).ok());
        let Some(record) = index.and_then(|index| self.records.get_mut(index)) else { return false };
        let Some(entry) = self.accounts.get_mut(&record.broker) else { return false };
        let was_in_flight = record.is_in_flight();
        change(record, &mut entry.account);
        if was_in_flight && !record.is_in_flight() {
            entry.account.in_flight = entry.account.in_flight.saturating_sub(1);
        }
        true
    }

    /// Forgets what is settled and old, or settled and too much.
    fn forget(&mut self, now: Duration) {
        let remembered = self.timeout.saturating_mul(REMEMBERED_TIMEOUTS);
        while let Some(oldest) = self.records.front() {
            let is_old = now.saturating_sub(oldest.sent) >= remembered;
            let is_one_too_many = self.records.len() >= MAX_REMEMBERED;
            if oldest.is_in_flight() || !(is_old || is_one_too_many) {
                break;
            }
            self.records.pop_front();
            self.first += 1;
            self.open = self.open.max(self.first);
        }
    }
}

/// It was not acknowledged. Unless it is back already, it is not waited for.
fn fail(record: &mut Record, account: &mut Account, reason: Reason) {
    record.acknowledgement = Acknowledgement::Failed;
    account.fail(reason);
    if record.back == Return::Awaited {
        record.back = Return::GivenUp;
    }
}

/// Its time is over.
fn give_up(record: &mut Record, account: &mut Account) {
    if record.acknowledgement == Acknowledgement::Awaited {
        fail(record, account, Reason::Timeout);
    } else if record.back == Return::Awaited {
        record.back = Return::GivenUp;
        account.lost += 1;
    }
    account.in_flight = account.in_flight.saturating_sub(1);
}
