//! What people read of an alert is true for the settings in force: no summary, description or page keeps a default that somebody
//! has changed.
//!
//! A machine cannot read, but it can change one setting at a time, see which rules follow, and look for the old value in the texts
//! of these: as Prometheus writes it, and in words. What it finds is innocent only if the changed rule still has that value in another
//! place (a lag of `10m` that must hold for `10m`). And a `for` in words is wrong whatever the settings are.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use core::time::Duration;
use std::collections::BTreeSet;

use lookout_catalog::Settings;
use lookout_config::HumanDuration;
use lookout_declarations::{Alert, Declared, duration};
use lookout_render::Handbook;
use serde_yaml::Value;

const NUMBERS: [(&str, f64); 17] = [
    ("a", 1.0),
    ("an", 1.0),
    ("one", 1.0),
    ("two", 2.0),
    ("three", 3.0),
    ("four", 4.0),
    ("five", 5.0),
    ("six", 6.0),
    ("seven", 7.0),
    ("eight", 8.0),
    ("nine", 9.0),
    ("ten", 10.0),
    ("fourteen", 14.0),
    ("fifteen", 15.0),
    ("twenty", 20.0),
    ("thirty", 30.0),
    ("ninety", 90.0),
];

const UNITS: [(&str, f64); 6] = [
    ("millisecond", 0.001),
    ("second", 1.0),
    ("minute", 60.0),
    ("hour", 3600.0),
    ("day", 86_400.0),
    ("week", 604_800.0),
];

const SHARES: [(&str, f64); 7] = [
    ("half", 0.5),
    ("third", 1.0 / 3.0),
    ("quarter", 0.25),
    ("fifth", 0.2),
    ("tenth", 0.1),
    ("twentieth", 0.05),
    ("hundredth", 0.01),
];

/// What a text says in words.
#[derive(Debug, Default)]
struct Said {
    /// In seconds: "five minutes", "15 minutes", "half an hour", "a quarter of an hour".
    durations: Vec<f64>,
    /// "a tenth", "four fifths", "15 %".
    shares: Vec<f64>,
}

fn look_up(table: &[(&str, f64)], word: &str) -> Option<f64> {
    table.iter().find(|(name, _)| *name == word).map(|(_, value)| *value)
}

fn number(word: &str) -> Option<f64> {
    look_up(&NUMBERS, word).or_else(|| word.parse().ok())
}

/// A unit or a share, be there one of it or more.
fn singular(table: &[(&str, f64)], word: &str) -> Option<f64> {
    look_up(table, word).or_else(|| look_up(table, word.strip_suffix('s')?))
}

fn said(text: &str) -> Said {
    let text = text.to_lowercase();
    let belongs = |character: char| character.is_alphanumeric() || "%._".contains(character);
    let words = text.split(|character: char| !belongs(character)).map(|word| word.trim_matches('.'));
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    let mut said = Said::default();
    for (at, word) in words.iter().enumerate() {
        let before = |n: usize| at.checked_sub(n).and_then(|at| words.get(at)).copied().unwrap_or_default();
        if let Some(unit) = singular(&UNITS, word) {
            // "half an hour", "a quarter of an hour", "half a second".
            let share = [before(2), if before(2) == "of" { before(3) } else { "" }]
                .into_iter()
                .find_map(|word| singular(&SHARES, word));
            match (number(before(1)), share) {
                (Some(_), Some(share)) => said.durations.push(share * unit),
                (Some(number), None) => said.durations.push(number * unit),
                (None, _) => {}
            }
        } else if let Some(share) = singular(&SHARES, word) {
            said.shares.push(share * number(before(1)).unwrap_or(1.0));
        } else if let Some(percent) = word.strip_suffix('%') {
            let number = if percent.is_empty() { before(1) } else { percent };
            said.shares.extend(number.parse::<f64>().map(|percent| percent / 100.0));
        }
    }
    said
}

fn is_about(left: f64, right: f64) -> bool {
    (left - right).abs() < 1e-9
}

/// The texts of `alert` with nothing filled in: what somebody wrote.
fn written(alert: &Alert) -> String {
    format!("{}\n\n{}\n\n{}", alert.summary, alert.description, alert.runbook)
}

#[test]
fn words_for_durations_and_shares_are_read() {
    let durations = said("In five minutes, half an hour, a quarter of an hour; 15 minutes. A day!").durations;
    assert_eq!(durations, [300.0, 1800.0, 900.0, 900.0, 86_400.0]);
    let shares = said("less than four fifths, a tenth, 15 % or 20% of it").shares;
    assert!(
        shares.iter().zip([0.8, 0.1, 0.15, 0.2]).all(|(left, right)| is_about(*left, right)),
        "{shares:?}"
    );
    assert!(said("within the minute, a few hours, minutes").durations.is_empty());
}

#[test]
fn no_text_has_the_for_of_its_alert_in_words() {
    for alert in Settings::default().declared().iter().flat_map(|declared| &declared.alerts) {
        let hold = alert.hold.as_secs_f64();
        let durations = said(&written(alert)).durations;
        assert!(
            !durations.iter().any(|said| is_about(*said, hold)),
            "{} says its `for`, {}, in words; write `{{{{for}}}}` in the runbook, and format it into the description",
            alert.name,
            duration(alert.hold)
        );
    }
}

/// The settings with one of them changed, and what it was.
struct Changed {
    key: String,
    before: Before,
    settings: Settings,
}

enum Before {
    Duration(Duration),
    Number(f64),
}

/// Every way in which one duration or number of the default settings can be another.
fn changes() -> Vec<Changed> {
    let defaults = serde_yaml::to_value(Settings::default()).unwrap();
    let mut found = Vec::new();
    walk(&defaults, &mut Vec::new(), &mut |path, value| {
        // A whole number stays one.
        let (before, after) = match value {
            Value::String(text) => {
                let Ok(before) = text.parse::<HumanDuration>() else { return };
                let after = before.get().mul_f64(0.7).as_millis();
                (Before::Duration(before.get()), Value::from(format!("{after}ms")))
            }
            Value::Number(number) if number.is_f64() => {
                let before = number.as_f64().unwrap();
                (Before::Number(before), Value::from(before * 0.7))
            }
            Value::Number(number) => {
                let before = number.as_u64().unwrap();
                (Before::Number(before as f64), Value::from(before + 1))
            }
            _ => return,
        };
        let mut changed = defaults.clone();
        let place = path.iter().fold(&mut changed, |place, key| place.get_mut(key).unwrap());
        *place = after;
        // What cannot be read is no number or duration, though it looks like one.
        if let Ok(settings) = serde_yaml::from_value(changed) {
            found.push(Changed { key: path.join("."), before, settings });
        }
    });
    found
}

fn walk(value: &Value, path: &mut Vec<String>, leaf: &mut impl FnMut(&[String], &Value)) {
    match value {
        Value::Mapping(mapping) => {
            for (key, value) in mapping {
                path.push(key.as_str().unwrap().to_owned());
                walk(value, path, leaf);
                path.pop();
            }
        }
        // There is no default of what is in a list.
        Value::Sequence(_) => {}
        _ => leaf(path, value),
    }
}

fn rule(alert: &Alert) -> (&str, Duration, Duration) {
    (&alert.expression, alert.hold, alert.keep_firing_for)
}

/// What is in the rule, and may thus be in its texts: times in seconds, and all numbers.
fn constants(alert: &Alert) -> Vec<f64> {
    let words =
        alert.expression.split(|character: char| !(character.is_ascii_alphanumeric() || character == '.'));
    let in_expression = words.filter_map(|word| {
        word.parse().ok().or_else(|| Some(word.parse::<HumanDuration>().ok()?.as_secs_f64()))
    });
    let own = [alert.hold.as_secs_f64(), alert.keep_firing_for.as_secs_f64()];
    in_expression.chain(own).collect()
}

/// Whether `text` says `before` still.
fn still_says(text: &str, before: &Before) -> bool {
    let said = said(text);
    let belongs = |character: char| character.is_ascii_alphanumeric() || character == '.';
    let words: BTreeSet<&str> =
        text.split(|character: char| !belongs(character)).map(|word| word.trim_matches('.')).collect();
    match before {
        Before::Duration(before) => {
            said.durations.iter().any(|said| is_about(*said, before.as_secs_f64()))
                || words.contains(duration(*before).as_str())
        }
        // A small whole number is many things.
        Before::Number(before) if before.fract() == 0.0 => false,
        Before::Number(before) => {
            said.shares.iter().any(|said| is_about(*said, *before))
                || words.contains(before.to_string().as_str())
        }
    }
}

/// The page and the annotations, without the condition: that is the rule itself.
fn read_by_people(handbook: &Handbook<'_>, alert: &Alert) -> String {
    let page = handbook.page(alert.name).unwrap().expect("every alert has a page");
    let (written, behind) = page.split_once("\n## Condition\n").expect("a page has the condition");
    let (_, proof) = behind.split_once("\n## How it was proven\n").expect("a page has a proof");
    format!("{}\n\n{}\n\n{written}\n\n{proof}", alert.summary, alert.description)
}

#[test]
fn no_text_keeps_a_default_that_is_changed() {
    let defaults = Settings::default().declared();
    let default_of =
        |name| defaults.iter().flat_map(|declared| &declared.alerts).find(|alert| alert.name == name);
    let (mut n_followed, mut faults) = (0, Vec::new());
    for Changed { key, before, settings } in changes() {
        let catalogue: Vec<Declared> = settings.declared();
        let handbook = Handbook::new(&catalogue, &settings).unwrap();
        for alert in catalogue.iter().flat_map(|declared| &declared.alerts) {
            let follows = default_of(alert.name).is_some_and(|default| rule(default) != rule(alert));
            if !follows {
                continue;
            }
            n_followed += 1;
            let value = match before {
                Before::Duration(before) => before.as_secs_f64(),
                Before::Number(before) => before,
            };
            let is_innocent = constants(alert).iter().any(|constant| is_about(*constant, value));
            if !is_innocent && still_says(&read_by_people(&handbook, alert), &before) {
                faults.push(format!("{}: says what `{key}` is by default, though it is changed", alert.name));
            }
        }
    }
    assert!(n_followed >= 20, "{n_followed}: settings have ceased to change rules, or are not found");
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn a_text_that_keeps_a_default_is_found() {
    let before = Before::Duration(Duration::from_mins(10));
    for text in ["late for ten minutes", "late for 10 minutes", "late for 10m.", "for (10m)"] {
        assert!(still_says(text, &before), "{text}");
    }
    for text in ["late for 7m", "late for 10ms", "ten or more minutes later"] {
        assert!(!still_says(text, &before), "{text}");
    }
    assert!(still_says("more than four fifths", &Before::Number(0.8)));
    assert!(still_says("more than 0.8 of it", &Before::Number(0.8)));
    assert!(!still_says("more than 0.85 of it", &Before::Number(0.8)));
}
