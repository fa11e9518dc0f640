//! Budgets that burn: the share of errors as a multiple of what the target allows.

use core::time::Duration;

use lookout_declarations::{Alert, Case, CaseKind, Given, Owner, Severity};

use super::samples::{EXAMPLE, fires, of_example, silent, steady};
use super::{KEEP_FIRING, KEEP_MUTING, MINUTE};
use crate::Settings;
use crate::series::{ERRORS_OVER, TARGET};

pub(super) fn alerts(settings: &Settings) -> Vec<Alert> {
    vec![fast(settings), slow(settings)]
}

/// How fast a budget may burn, and over which windows that is judged.
struct Burn {
    /// The share of the budget that may be spent within the long window.
    share: f64,
    long: (&'static str, Duration),
    short: &'static str,
}

/// Somebody must get up.
const FAST: [Burn; 2] = [
    Burn { share: 0.02, long: ("1h", Duration::from_hours(1)), short: "5m" },
    Burn { share: 0.05, long: ("6h", Duration::from_hours(6)), short: "30m" },
];

/// A ticket.
const SLOW: [Burn; 2] = [
    Burn { share: 0.1, long: ("1d", Duration::from_hours(24)), short: "2h" },
    Burn { share: 0.1, long: ("3d", Duration::from_hours(72)), short: "6h" },
];

impl Burn {
    /// The multiple of an even burn, of at most three decimals.
    fn rate(&self, settings: &Settings) -> f64 {
        let rate = self.share * settings.window.as_secs_f64() / self.long.1.as_secs_f64();
        (rate * 1000.0).round() / 1000.0
    }

    fn condition(&self, settings: &Settings) -> String {
        let rate = self.rate(settings);
        let burns = |window| format!("{} / (1 - {TARGET}) > {rate}", errors_over(window));
        format!("({} and {})", burns(self.long.0), burns(self.short))
    }
}

/// The recorded share of errors over a window.
fn errors_over(window: &str) -> &'static str {
    let found = ERRORS_OVER.iter().find(|(_, recorded, _)| *recorded == window);
    found.map_or("", |(name, ..)| name)
}

/// Either of two ways to burn. Two results for one objective would be one alert with a value that jumps: the first counts.
fn either(burns: &[Burn; 2], settings: &Settings) -> String {
    burns.each_ref().map(|burn| burn.condition(settings)).join(" or ")
}

fn fast(settings: &Settings) -> Alert {
    const HOLD: u32 = 2;
    Alert {
        name: "LookoutObjectiveBudgetBurnsFast",
        expression: either(&FAST, settings),
        hold: MINUTE * HOLD,
        keep_firing_for: KEEP_MUTING,
        severity: Severity::Critical,
        owner: Owner::Platform,
        summary: "The error budget of an objective burns so fast that somebody must act now",
        description: format!(
            "{SUBJECT} is missed {{{{ $value | humanize }}}} times as often as it may be. At this rate the budget of {} is spent within days.",
            settings.window
        ),
        runbook: include_str!("../../runbooks/LookoutObjectiveBudgetBurnsFast.md"),
        inhibits: &["LookoutObjectiveBudgetBurnsSlowly"],
        cases: cases(&FAST, settings, HOLD, 10),
    }
}

fn slow(settings: &Settings) -> Alert {
    const HOLD: u32 = 30;
    Alert {
        name: "LookoutObjectiveBudgetBurnsSlowly",
        expression: either(&SLOW, settings),
        hold: MINUTE * HOLD,
        keep_firing_for: KEEP_FIRING,
        severity: Severity::Warning,
        owner: Owner::Platform,
        summary: "The error budget of an objective will not last",
        description: format!(
            "{SUBJECT} has been missed {{{{ $value | humanize }}}} times as often as it may be for a day or more. At this rate the budget of {} is overspent at its end.",
            settings.window
        ),
        runbook: include_str!("../../runbooks/LookoutObjectiveBudgetBurnsSlowly.md"),
        inhibits: &[],
        cases: cases(&SLOW, settings, HOLD, 5),
    }
}

/// Which promise.
const SUBJECT: &str =
    "The {{ $labels.indicator }} of {{ $labels.objective }}, measured at the {{ $labels.measured_at }},";

/// The target of the cases: its budget of a half divides without rounding, so that a case can be exactly at a threshold.
const TARGET_OF_CASES: f64 = 0.5;

/// Both sides of each of the four thresholds, of the hold, and of the minutes that it goes on.
fn cases(burns: &[Burn; 2], settings: &Settings, hold: u32, keep: u32) -> Vec<Case> {
    let limits = burns.each_ref().map(|burn| burn.rate(settings) * (1.0 - TARGET_OF_CASES));
    let windows = burns.each_ref().map(|burn| [burn.long.0, burn.short]);
    let above = |limit: f64| limit * 1.01;
    let of = |errors: [[String; 2]; 2]| -> Vec<Given> {
        let mut given = vec![of_example(TARGET, steady(TARGET_OF_CASES))];
        for (windows, errors) in windows.iter().zip(errors) {
            given.extend(
                windows.iter().zip(errors).map(|(window, errors)| of_example(errors_over(window), errors)),
            );
        }
        given
    };
    let both = |pick: usize, long: f64, short: f64| {
        let mut errors = [[steady(0), steady(0)], [steady(0), steady(0)]];
        errors[pick] = [steady(long), steady(short)];
        of(errors)
    };
    let [first, second] = limits;
    let lasting = both(0, above(first), above(first));
    let ended = |minutes: u32| {
        let values = format!("{}x{} 0x300", above(first), minutes - 1);
        of([[values.clone(), values], [steady(0), steady(0)]])
    };
    // Soon after the hold: an open critical alert is another alert's matter before long.
    let end = hold + 1;
    let once = |name, kind, given, minutes| fires(name, kind, given, minutes, EXAMPLE);
    let never = |name, kind, given| silent(name, kind, given, hold + 30);
    let mut without_target = lasting.clone();
    without_target.remove(0);
    vec![
        once("it burns over the first two windows", CaseKind::Fires, lasting.clone(), hold),
        once("it burns over the second two", CaseKind::Other, both(1, above(second), above(second)), hold),
        once("it goes on for a little while", CaseKind::Other, ended(end), end),
        silent("it has ended", CaseKind::Clears, ended(end), end + keep + 1),
        silent("it has not burnt for long enough", CaseKind::Below, lasting, hold - 1),
        never("exactly as fast over the first long window", CaseKind::Below, both(0, first, above(first))),
        never("exactly as fast over the first short window", CaseKind::Below, both(0, above(first), first)),
        never("exactly as fast over the second long window", CaseKind::Below, both(1, second, above(second))),
        never(
            "exactly as fast over the second short window",
            CaseKind::Below,
            both(1, above(second), second),
        ),
        never("it is over already", CaseKind::Other, both(0, above(first), 0.0)),
        never("nothing is measured", CaseKind::Missing, vec![of_example(TARGET, steady(TARGET_OF_CASES))]),
        never("the target is no longer promised", CaseKind::Other, without_target),
    ]
}
