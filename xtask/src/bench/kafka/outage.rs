//! The only broker is killed, and started again: what do scrapes say meanwhile, and when are they right again?
//!
//! Nothing is produced, so every lag afterwards must be what it was before. A lag of 0 is false then: there was none.
//!
//! How to get it wrong: to ask the exporters one after the other. One that hangs for a minute would delay the others.

use std::thread;
use std::time::{Duration, Instant, SystemTime};

use super::contender::{Contender, Kind};
use super::scrape::{self, Lags};
use super::world::Broker;
use crate::error::Error;

/// What an exporter did.
#[derive(Clone, Debug, Default)]
pub(super) struct Outage {
    /// 10 s and 60 s after the kill, in words.
    pub(super) during: [String; 2],
    /// Seconds from when the broker listened again until every lag was read anew, and right; none if not within [`PATIENCE`].
    pub(super) right_after: Option<f64>,
    /// The most lags of one scrape that were 0 after the restart.
    pub(super) false_zeros: usize,
    /// The most lags of one scrape that were neither right nor 0.
    pub(super) wrong: usize,
}

/// When scrapes are looked at, after the kill.
const LOOKS: [Duration; 2] = [Duration::from_secs(10), Duration::from_mins(1)];
/// How long an exporter may take to be right again.
const PATIENCE: Duration = Duration::from_mins(7);
const PAUSE: Duration = Duration::from_secs(2);
/// How long it must stay right: what is right may be old, or may go wrong in the next cycle.
const STEADY: Duration = Duration::from_secs(90);

/// Kills the broker, looks, starts it again, and watches each exporter until it is right.
pub(super) fn watch(contenders: &[Contender], broker: &mut Broker) -> Result<Vec<Outage>, Error> {
    let before: Vec<Lags> = contenders
        .iter()
        .map(|contender| super::cost::text(contender).map(|text| scrape::lags(&text)))
        .collect::<Result<_, _>>()?;
    println!("killing the broker");
    broker.kill();
    let killed = Instant::now();
    let during: Vec<[String; 2]> = thread::scope(|scope| {
        let looks = contenders.iter().zip(&before).map(|(contender, before)| {
            scope.spawn(move || {
                LOOKS.map(|look| {
                    thread::sleep(look.saturating_sub(killed.elapsed()));
                    words(contender, before)
                })
            })
        });
        let looks: Vec<_> = looks.collect();
        looks.into_iter().map(|look| look.join().unwrap_or_default()).collect()
    });
    println!("starting the broker again");
    broker.start_again()?;
    let back = Instant::now();
    let after: Vec<Outage> = thread::scope(|scope| {
        let watches = contenders
            .iter()
            .zip(&before)
            .map(|(contender, before)| scope.spawn(move || recovery(contender, before, back)));
        let watches: Vec<_> = watches.collect();
        watches.into_iter().map(|watch| watch.join().unwrap_or_default()).collect()
    });
    Ok(after.into_iter().zip(during).map(|(outage, during)| Outage { during, ..outage }).collect())
}

/// What a scrape says without a broker.
fn words(contender: &Contender, before: &Lags) -> String {
    let begun = Instant::now();
    let Some(answer) = contender.ask("") else {
        return format!("no answer in {:.0} s", begun.elapsed().as_secs_f64());
    };
    let text = answer.text();
    let lags = scrape::lags(&text).len();
    let share = if lags == 0 {
        "no lag".to_owned()
    } else if lags == before.len() {
        "every lag, as before".to_owned()
    } else {
        format!("{lags} lags")
    };
    let up = match contender.kind {
        Kind::Lookout => scrape::value(
            &text,
            lookout_self_metrics::metrics::SOURCE_UP.declaration().name,
            "source=\"bench\"",
        ),
        Kind::Klag => scrape::value(&text, "kafka_lag_exporter_up", ""),
        Kind::Peer => None,
    };
    let up = up.map_or(String::new(), |up| format!(", up {up}"));
    format!("{} after {:.1} s, {share}{up}", answer.status, answer.took.as_secs_f64())
}

/// Watches until every lag has been read again and is what it was, and stays so for [`STEADY`].
fn recovery(contender: &Contender, before: &Lags, back: Instant) -> Outage {
    let mut outage = Outage::default();
    let wall = wall_clock() - back.elapsed().as_secs_f64();
    // Of an exporter that does not say when it last read, what it says is taken for fresh.
    let is_fresh = |text: &str| contender.own(text).ended.is_none_or(|ended| ended > wall);
    while back.elapsed() < PATIENCE {
        let text = contender.scrape().map(|answer| answer.text()).unwrap_or_default();
        let lags = scrape::lags(&text);
        let (zeros, wrong) = mistakes(before, &lags);
        outage.false_zeros = outage.false_zeros.max(zeros);
        outage.wrong = outage.wrong.max(wrong);
        let now = back.elapsed().as_secs_f64();
        outage.right_after =
            if &lags == before && is_fresh(&text) { outage.right_after.or(Some(now)) } else { None };
        if outage.right_after.is_some_and(|since| now - since >= STEADY.as_secs_f64()) {
            break;
        }
        thread::sleep(PAUSE);
    }
    outage
}

/// The time that exporters say when they last read in, seconds since 1970.
#[expect(
    clippy::disallowed_methods,
    reason = "it is compared with what other processes say of the same clock"
)]
fn wall_clock() -> f64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64())
}

/// How many lags are falsely 0, and how many are otherwise not what they were.
fn mistakes(before: &Lags, lags: &Lags) -> (usize, usize) {
    let differs =
        lags.iter().filter(|(key, lag)| before.get(*key).is_some_and(|before| before.total_cmp(lag).is_ne()));
    let (zeros, wrong): (Vec<_>, Vec<_>) = differs.partition(|(_, lag)| lag.abs() < 0.5);
    (zeros.len(), wrong.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_false_zero_is_told_from_another_mistake() {
        let lags = |lags: [f64; 3]| -> Lags {
            lags.iter()
                .zip(["0", "1", "2"])
                .map(|(lag, at)| (["g", "t", at].map(str::to_owned), *lag))
                .collect()
        };
        assert_eq!(mistakes(&lags([1.0, 2.0, 3.0]), &lags([1.0, 0.0, 4.0])), (1, 1));
        assert_eq!(mistakes(&lags([1.0, 2.0, 3.0]), &Lags::new()), (0, 0));
    }
}
