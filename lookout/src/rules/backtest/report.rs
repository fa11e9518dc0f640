//! The answer: what would have fired first, the loudest first, then what could not be judged, then what is quiet.
//!
//! How to get it wrong: a list of all alerts in which "no data" looks like "quiet". They are two lists.

use core::fmt::Write as _;
use core::time::Duration;

use jiff::Timestamp;
use lookout_backtest::{Direction, Firing, Judgement, Proposal, Threshold, Verdict, Window};
use lookout_declarations::Alert;
use serde_json::{Value, json};

use super::threshold_keys::ThresholdKeys;

/// What is said of one alert; an error is what kept the server from answering.
pub(super) struct Entry<'a> {
    pub(super) alert: &'a Alert,
    pub(super) verdict: Result<Verdict, String>,
}

/// All of it.
pub(super) struct Report<'a> {
    pub(super) window: Window,
    pub(super) entries: Vec<Entry<'a>>,
    /// What the server said of its own answers.
    pub(super) warnings: Vec<String>,
    /// The keys of the configuration by which an alert's threshold can be set.
    pub(super) keys: ThresholdKeys,
}

/// How many label sets of one alert are written out.
const SHOWN: usize = 5;
/// How many moments of one label set are written out.
const MOMENTS: usize = 3;

impl Report<'_> {
    /// For people.
    pub(super) fn text(&self) -> String {
        let mut loud = Vec::new();
        let (mut quiet, mut blind, mut refused) = (Vec::new(), Vec::new(), Vec::new());
        for entry in &self.entries {
            match &entry.verdict {
                Ok(Verdict { judgement: Judgement::Seen { firings, .. }, .. }) if !firings.is_empty() => {
                    loud.push((entry.alert, firings, entry));
                }
                Ok(Verdict { judgement: Judgement::Seen { absent, .. }, .. }) => {
                    quiet.push((entry.alert.name, absent));
                }
                Ok(Verdict { judgement: Judgement::Blind(absent), .. }) => {
                    blind.push((entry.alert.name, absent));
                }
                Ok(Verdict { judgement: Judgement::Always, .. }) => {}
                Err(why) => refused.push((entry.alert.name, why)),
            }
        }
        loud.sort_by_key(|(_, firings, _)| core::cmp::Reverse(n_episodes(firings)));
        let Self { window, .. } = self;
        let mut text = format!(
            "From {} to {}, evaluated every {}:\n{} of {} would have fired{}.\n",
            moment(window.start()),
            moment(window.end()),
            length(Duration::from_secs(window.step().unsigned_abs())),
            loud.len(),
            counted(self.entries.len(), "alert"),
            match blind.len() + refused.len() {
                0 => String::new(),
                n_unjudged => format!("; {n_unjudged} could not be judged"),
            }
        );
        for (alert, firings, entry) in loud {
            text.push_str(&self.loud(alert, firings, entry));
        }
        let mut list = |title: &str, names: Vec<String>| {
            if !names.is_empty() {
                // Writing to a String cannot fail.
                let _ = write!(text, "\n{title}\n  {}\n", names.join("\n  "));
            }
        };
        let named = |(name, series): (&str, &Vec<String>)| format!("{name}: {}", series.join(", "));
        list(
            "Not judged, because the server has none of their series in this time:",
            blind.into_iter().map(named).collect(),
        );
        list(
            "Not judged, because the server would not answer:",
            refused.into_iter().map(|(name, why)| format!("{name}: {why}")).collect(),
        );
        let (whole, partly): (Vec<_>, Vec<_>) = quiet.into_iter().partition(|(_, absent)| absent.is_empty());
        list("Quiet, but the server has not all of their series:", partly.into_iter().map(named).collect());
        list("What the server said of its answers:", self.warnings.clone());
        list("Quiet:", whole.into_iter().map(|(name, _)| name.to_owned()).collect());
        text
    }

    fn loud(&self, alert: &Alert, firings: &[Firing], entry: &Entry<'_>) -> String {
        let n = n_episodes(firings);
        let total = firings.iter().map(|firing| firing.total).sum();
        let mut text = format!(
            "\n{} ({}): {}, {} in all\n",
            alert.name,
            alert.severity,
            counted(n, "time"),
            length(total)
        );
        for firing in firings.iter().take(SHOWN) {
            // Escaped: what others put into labels goes to a terminal.
            let labels: Vec<String> =
                firing.labels.iter().map(|(name, value)| format!("{name}={value:?}")).collect();
            let shown = firing.episodes.iter().take(MOMENTS).map(|episode| {
                let ended = if episode.end.is_none() { " and still" } else { "" };
                format!("{} for {}{ended}", moment(episode.start), length(episode.length(&self.window)))
            });
            let mut shown: Vec<String> = shown.collect();
            if firing.episodes.len() > MOMENTS {
                shown.push(format!("{} more", firing.episodes.len() - MOMENTS));
            }
            // Writing to a String cannot fail.
            let _ = writeln!(text, "  {{{}}}: {}", labels.join(", "), shown.join("; "));
        }
        if firings.len() > SHOWN {
            let _ = writeln!(text, "  and {} more label sets", firings.len() - SHOWN);
        }
        if let Ok(Verdict { judgement: Judgement::Seen { threshold: Some(threshold), .. }, .. }) =
            &entry.verdict
            && let Some(said) = proposed(threshold, &self.keys.of(alert, threshold.movable.bound))
        {
            let _ = writeln!(text, "  {said}");
        }
        text
    }

    /// For programs.
    pub(super) fn document(&self) -> Value {
        let alerts: Vec<Value> = self.entries.iter().map(|entry| self.entry(entry)).collect();
        json!({
            "start": moment(self.window.start()),
            "end": moment(self.window.end()),
            "step_seconds": self.window.step(),
            "alerts": alerts,
            "warnings": self.warnings,
        })
    }

    fn entry(&self, entry: &Entry<'_>) -> Value {
        let name = entry.alert.name;
        match &entry.verdict {
            Err(why) => json!({"alert": name, "judged": false, "error": why}),
            Ok(Verdict { judgement: Judgement::Blind(absent), .. }) => {
                json!({"alert": name, "judged": false, "absent_series": absent})
            }
            Ok(Verdict { judgement: Judgement::Always, .. }) => {
                json!({"alert": name, "judged": false, "always": true})
            }
            Ok(Verdict { judgement: Judgement::Seen { firings, absent, threshold }, .. }) => json!({
                "alert": name,
                "judged": true,
                "absent_series": absent,
                "n_episodes": n_episodes(firings),
                "total_seconds": firings.iter().map(|firing| firing.total.as_secs()).sum::<u64>(),
                "firings": firings.iter().map(|firing| self.firing(firing)).collect::<Vec<_>>(),
                "threshold": threshold.as_ref().map(|threshold| self.threshold(entry.alert, threshold)),
            }),
        }
    }

    fn threshold(&self, alert: &Alert, Threshold { movable, proposal }: &Threshold) -> Value {
        let proposed = |proposal: &Proposal| {
            let quantiles = Proposal::SHARES.iter().zip(proposal.quantiles);
            json!({
                "bound": proposal.bound,
                "n_episodes": proposal.n_episodes,
                "n_allowed": proposal.n_allowed,
                "is_quiet": proposal.is_quiet,
                "quantiles": quantiles
                    .map(|(share, value)| json!({"share": share, "value": value}))
                    .collect::<Vec<_>>(),
            })
        };
        json!({
            "bound": movable.bound,
            "bad": match movable.direction { Direction::Above => "above", Direction::Below => "below" },
            "is_inclusive": movable.is_inclusive,
            "settings": self.keys.of(alert, movable.bound),
            "proposal": proposal.as_ref().ok().and_then(Option::as_ref).map(proposed),
            "error": proposal.as_ref().err(),
        })
    }

    fn firing(&self, firing: &Firing) -> Value {
        let episodes: Vec<Value> = firing
            .episodes
            .iter()
            .map(|episode| {
                json!({
                    "start": moment(episode.start),
                    "end": episode.end.map(moment),
                    "seconds": episode.length(&self.window).as_secs(),
                })
            })
            .collect();
        json!({"labels": firing.labels, "total_seconds": firing.total.as_secs(), "episodes": episodes})
    }
}

fn n_episodes(firings: &[Firing]) -> usize {
    firings.iter().map(|firing| firing.episodes.len()).sum()
}

/// What the values propose, in a few sentences; `keys` set the threshold.
fn proposed(Threshold { movable, proposal }: &Threshold, keys: &[String]) -> Option<String> {
    let proposal = match proposal {
        Ok(proposal) => proposal.as_ref()?,
        Err(why) => return Some(format!("No other threshold is looked for: {why}")),
    };
    let [half, nine, ninety_nine, worst] = proposal.quantiles;
    let (side, than) = match movable.direction {
        Direction::Above => ("above", "at most"),
        Direction::Below => ("below", "at least"),
    };
    let side = if movable.is_inclusive { format!("at or {side}") } else { side.to_owned() };
    let figures = format!(
        "It fires {side} {}. Half of the values are {than} {half}, 90 % {than} {nine}, 99 % {than} {ninety_nine}; the worst is \
         {worst}.",
        movable.bound
    );
    let keys = match keys {
        [] => String::new(),
        keys => format!(" (`{}`)", keys.join("`, `")),
    };
    Some(match proposal.bound {
        Some(other) => format!(
            "{figures} {} {other}{keys} it would have fired {}.",
            capitalised(&side),
            counted(proposal.n_episodes, "time")
        ),
        None if proposal.is_quiet => {
            format!("{figures} That is no more than once a week, so no other is proposed.")
        }
        None => format!("{figures} None would have been quiet for a week at a time."),
    })
}

fn capitalised(word: &str) -> String {
    let mut characters = word.chars();
    characters.next().map(|first| first.to_uppercase().chain(characters).collect()).unwrap_or_default()
}

fn counted(n: usize, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}

fn moment(at: i64) -> String {
    Timestamp::from_second(at).map_or_else(|_| at.to_string(), |moment| moment.to_string())
}

/// A length as people say it: the two largest units.
fn length(length: Duration) -> String {
    const UNITS: [(u64, &str); 4] = [(86_400, "d"), (3_600, "h"), (60, "m"), (1, "s")];
    let mut rest = length.as_secs();
    let mut text = String::new();
    let mut n_units = 0;
    for (unit, name) in UNITS {
        if rest >= unit && n_units < 2 {
            let _ = write!(text, "{}{name}", rest / unit);
            n_units += 1;
        }
        rest %= unit;
    }
    if text.is_empty() { "0s".to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use lookout_backtest::Movable;

    use super::*;

    #[test]
    fn lengths_have_their_two_largest_units() {
        for (seconds, expected) in
            [(0, "0s"), (59, "59s"), (3_660, "1h1m"), (90_061, "1d1h"), (3_601, "1h1s")]
        {
            assert_eq!(length(Duration::from_secs(seconds)), expected);
        }
    }

    fn threshold(bound: Option<f64>, is_quiet: bool) -> Threshold {
        let movable = Movable {
            bound: 600.0,
            direction: Direction::Above,
            is_inclusive: false,
            without_bound: "x".to_owned(),
        };
        let quantiles = [3.0, 40.0, 700.0, 950.0];
        let proposal = Proposal { bound, n_episodes: 1, n_allowed: 1, is_quiet, quantiles };
        Threshold { movable, proposal: Ok(Some(proposal)) }
    }

    #[test]
    fn a_proposal_says_what_led_to_it_and_which_key_to_change() {
        let keys = ["kafka.alerts.lag".to_owned()];
        assert_eq!(
            proposed(&threshold(Some(900.0), false), &keys).unwrap(),
            "It fires above 600. Half of the values are at most 3, 90 % at most 40, 99 % at most 700; the worst is 950. \
             Above 900 (`kafka.alerts.lag`) it would have fired 1 time."
        );
        let said = |threshold: &Threshold| proposed(threshold, &[]).unwrap();
        assert!(said(&threshold(None, true)).ends_with("no more than once a week, so no other is proposed."));
        assert!(said(&threshold(None, false)).ends_with("None would have been quiet for a week at a time."));
        let mut inclusive = threshold(Some(900.0), false);
        inclusive.movable.is_inclusive = true;
        assert!(said(&inclusive).contains("At or above 900 it would"));
        let unasked = Threshold { proposal: Err("too much".to_owned()), ..threshold(None, false) };
        assert_eq!(said(&unasked), "No other threshold is looked for: too much");
    }
}
