//! The books, against a naive account of each record's fate.

use core::time::Duration;

use lookout_declarations::Reason;
use lookout_kafka::probe::ledger::Ledger;
use proptest::prelude::*;

const TIMEOUT: Duration = Duration::from_millis(100);
const BOUNDS: &[f64] = &[0.01, 0.05];

/// What happens to one record, in milliseconds after it was sent.
#[derive(Clone, Debug)]
struct Fate {
    sent: u64,
    acknowledged: Option<(u64, bool)>,
    returns: Vec<u64>,
}

/// What must have been counted.
#[derive(Debug, Default, PartialEq, Eq)]
struct Count {
    produced: u64,
    failed: u64,
    received: u64,
    lost: u64,
    late: u64,
    duplicated: u64,
}

fn fate() -> impl Strategy<Value = Fate> {
    let acknowledged = proptest::option::of((0_u64..300, any::<bool>()));
    let returns = proptest::collection::vec(0_u64..300, 0..3);
    (0_u64..1000, acknowledged, returns).prop_map(|(sent, acknowledged, returns)| Fate {
        sent,
        acknowledged,
        returns,
    })
}

/// Told record by record, without a queue or a clock.
fn naive(fates: &[Fate]) -> Count {
    let limit = u64::try_from(TIMEOUT.as_millis()).unwrap();
    let mut count = Count::default();
    for fate in fates {
        let mut returns = fate.returns.clone();
        returns.sort_unstable();
        let acknowledged = fate.acknowledged.filter(|(after, _)| *after < limit);
        let is_produced = acknowledged.is_some_and(|(_, is_good)| is_good);
        // A failure ends the wait; at the same moment the acknowledgement is told first.
        let end = acknowledged.filter(|(_, is_good)| !is_good).map_or(limit, |(after, _)| after);
        let in_time = returns.first().is_some_and(|after| *after < end);
        count.produced += u64::from(is_produced);
        count.failed += u64::from(!is_produced);
        count.received += u64::from(in_time);
        count.lost += u64::from(is_produced && !in_time);
        count.late += u64::from(!in_time && !returns.is_empty());
        count.duplicated += u64::try_from(returns.len().saturating_sub(1)).unwrap();
    }
    count
}

enum Event {
    Sent(usize),
    Acknowledged(usize, bool),
    Returned(usize),
}

fn play(fates: &[Fate]) -> (Ledger, Vec<(u64, Ledger)>) {
    let mut events: Vec<(u64, u8, Event)> = Vec::new();
    for (index, fate) in fates.iter().enumerate() {
        events.push((fate.sent, 0, Event::Sent(index)));
        if let Some((after, is_good)) = fate.acknowledged {
            events.push((fate.sent + after, 1, Event::Acknowledged(index, is_good)));
        }
        events.extend(fate.returns.iter().map(|after| (fate.sent + after, 2, Event::Returned(index))));
    }
    events.sort_by_key(|(at, order, _)| (*at, *order));
    let mut ledger = Ledger::new(TIMEOUT, BOUNDS);
    ledger.cover([7], Duration::ZERO);
    let mut numbers = vec![0; fates.len()];
    let mut moments = Vec::new();
    let mut sent = 0;
    for (at, _, event) in events {
        let now = Duration::from_millis(at);
        ledger.expire(now);
        match event {
            Event::Sent(index) => {
                numbers[index] = ledger.send(7, now).unwrap();
                sent += 1;
            }
            Event::Acknowledged(index, is_good) => {
                let result = if is_good { Ok(()) } else { Err(Reason::Denied) };
                ledger.acknowledged(numbers[index], result, now);
            }
            Event::Returned(index) => ledger.received(numbers[index], 7, now),
        }
        moments.push((sent, ledger.clone()));
    }
    ledger.expire(Duration::from_secs(2));
    (ledger, moments)
}

proptest! {
    #[test]
    fn every_record_has_one_fate(fates in proptest::collection::vec(fate(), 0..40)) {
        let (ledger, moments) = play(&fates);
        let account = ledger.accounts().next().unwrap().1;
        let counted = Count {
            produced: account.produced,
            failed: account.failures(),
            received: account.received,
            lost: account.lost,
            late: account.late,
            duplicated: account.duplicated,
        };
        prop_assert_eq!(counted, naive(&fates));
        prop_assert_eq!(account.in_flight, 0);
        prop_assert_eq!(account.produce.total(), account.produced);
        prop_assert_eq!(account.end_to_end.total(), account.received);
        for (sent, ledger) in moments {
            let account = ledger.accounts().next().unwrap().1;
            prop_assert!(account.produced + account.failures() <= sent);
            prop_assert!(sent <= account.produced + account.failures() + account.in_flight);
        }
    }

    #[test]
    fn what_is_abandoned_is_neither_in_flight_nor_lost(fates in proptest::collection::vec(fate(), 0..40)) {
        let (_, moments) = play(&fates);
        for (_, mut ledger) in moments {
            let lost = ledger.accounts().next().unwrap().1.lost;
            ledger.abandon(Reason::Disconnected);
            ledger.expire(Duration::from_secs(2));
            let account = ledger.accounts().next().unwrap().1;
            prop_assert_eq!((account.in_flight, account.lost), (0, lost));
        }
    }
}

#[test]
fn memory_is_bounded_and_what_is_not_sent_is_counted() {
    let mut ledger = Ledger::new(TIMEOUT, BOUNDS);
    ledger.cover([1], Duration::ZERO);
    let sent = (0..100_000).filter(|_| ledger.send(1, Duration::ZERO).is_some()).count();
    let account = ledger.accounts().next().unwrap().1;
    let refused = account.failed.get(&Reason::TooMany).copied().unwrap();
    assert_eq!(sent as u64 + refused, 100_000);
    assert_eq!(account.in_flight, sent as u64);
    // Given up, they make room.
    ledger.expire(TIMEOUT);
    assert!(ledger.send(1, TIMEOUT).is_some());
}

#[test]
fn a_record_that_is_remembered_no_longer_is_late_for_the_broker_that_it_names() {
    let mut ledger = Ledger::new(TIMEOUT, BOUNDS);
    ledger.cover([1, 2], Duration::ZERO);
    let old = ledger.send(2, Duration::ZERO).unwrap();
    let now = Duration::from_hours(1);
    ledger.expire(now);
    ledger.received(old, 2, now);
    ledger.received(old, 9, now);
    let late: Vec<_> = ledger.accounts().map(|(broker, account)| (broker, account.late)).collect();
    assert_eq!(late, [(1, 0), (2, 1)]);
}

#[test]
fn the_account_of_a_broker_that_is_gone_is_closed_after_a_while() {
    let mut ledger = Ledger::new(TIMEOUT, BOUNDS);
    ledger.cover([1, 2], Duration::ZERO);
    ledger.cover([1], Duration::from_mins(1));
    assert_eq!(ledger.accounts().count(), 2);
    ledger.cover([1], Duration::from_hours(1));
    assert_eq!(ledger.accounts().map(|(broker, _)| broker).collect::<Vec<_>>(), [1]);
    assert_eq!(ledger.send(2, Duration::from_hours(1)), None);
}
