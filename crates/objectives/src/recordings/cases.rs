//! The cases of the recordings.
//!
//! What looks back over a window is given ten values within it, other ones before, and is looked at a little after the last: where a
//! window begins at a value, engines differ in whether it counts.
//!
//! How to get it wrong: the series as the exporters have them, where a recording reads what another one records. Each is proven from what
//! it reads itself.

use core::time::Duration;

use lookout_declarations::{Given, Health, RecordedSample, RecordingCase};

const MINUTE: Duration = Duration::from_mins(1);

/// The labels of the objective of the cases. No configuration can name one so, because of the capital letter.
pub(super) const EXAMPLE: &[(&str, &str)] =
    &[("objective", "Example"), ("indicator", "availability"), ("measured_at", "edge")];

/// One sample that is recorded.
pub(super) fn recorded(labels: &[(&str, &str)], value: f64) -> RecordedSample {
    let labels = labels.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    RecordedSample { labels: labels.collect(), value }
}

/// A series by its name and labels.
pub(super) fn series(name: &str, labels: &[(&str, &str)], values: impl Into<String>) -> Given {
    let labels: Vec<String> = labels.iter().map(|(name, value)| format!("{name}=\"{value}\"")).collect();
    Given::raw(format!("{name}{{{}}}", labels.join(",")), values)
}

/// Looked at after ten minutes with a value in each.
pub(super) fn now(name: &'static str, given: Vec<Given>, expect: Vec<RecordedSample>) -> RecordingCase {
    RecordingCase { name, interval: MINUTE, given, at: MINUTE * 10, expect }
}

/// Looked at after two windows and a half, with ten values in each.
pub(super) fn within(
    name: &'static str,
    window: Duration,
    given: Vec<Given>,
    expect: Vec<RecordedSample>,
) -> RecordingCase {
    let interval = window / 10;
    RecordingCase { name, interval, given, at: interval * 25 + MINUTE.min(interval / 2), expect }
}

/// Values for [`within`]: before the window, in its first half, and in its second.
pub(super) fn halves(before: f64, first: f64, second: f64) -> String {
    format!("{before}x15 {first}x4 {second}x5")
}

/// Kinds of parts for the health of systems, layers and the platform: those that were four within the window, with three healthy ones or
/// with none that is known; four that all are healthy; and four of another layer, half of them healthy.
pub(super) fn parts(window: Duration, expect: Vec<RecordedSample>) -> RecordingCase {
    let fewer = halves(5.0, 4.0, 3.0);
    let of = |name, labels: &[(&str, &str); 3], values: &str| series(name, labels, values);
    let given = vec![
        of(Health::PARTS, BROKERS, &fewer),
        of(Health::HEALTHY, BROKERS, "3x30"),
        of(Health::PARTS, TOPICS, &fewer),
        of(Health::PARTS, HOSTS, "4x30"),
        of(Health::HEALTHY, HOSTS, "4x30"),
        of(Health::PARTS, TUNNELS, "4x30"),
        of(Health::HEALTHY, TUNNELS, "2x30"),
    ];
    within(
        "the most parts of the window count, and what is gone altogether is not healthy",
        window,
        given,
        expect,
    )
}

pub(super) const BROKERS: &[(&str, &str); 3] =
    &[("system", "Example"), ("layer", "data"), ("parts", "brokers")];
pub(super) const TOPICS: &[(&str, &str); 3] =
    &[("system", "Example"), ("layer", "data"), ("parts", "topics")];
pub(super) const HOSTS: &[(&str, &str); 3] = &[("system", "Another"), ("layer", "data"), ("parts", "hosts")];
pub(super) const TUNNELS: &[(&str, &str); 3] =
    &[("system", "Third"), ("layer", "edge"), ("parts", "tunnels")];

/// A text that the pattern fits, as a whole: the first of alternatives, and without what is optional. None if it takes more than that.
pub(super) fn fitting(pattern: &str) -> Option<String> {
    let mut text = pattern.to_owned();
    while let Some(end) = text.find(')') {
        let begin = text[..end].rfind('(')?;
        let (group, behind) = (&text[begin + 1..end], &text[end + 1..]);
        let first = group.trim_start_matches("?:").split('|').next().unwrap_or_default();
        text = match behind.strip_prefix(['?', '*']) {
            Some(behind) => format!("{}{behind}", &text[..begin]),
            None => format!("{}{first}{behind}", &text[..begin]),
        };
    }
    let first = text.split('|').next().unwrap_or_default();
    let text = first.replace(".*", "").replace(".+", "x").replace('\\', "");
    let fits = regex::Regex::new(&format!("^(?:{pattern})$")).is_ok_and(|pattern| pattern.is_match(&text));
    fits.then_some(text)
}

#[cfg(test)]
mod tests {
    use super::fitting;

    #[test]
    fn usual_patterns_have_an_example() {
        for (pattern, text) in [
            ("probe-edge", "probe-edge"),
            (r"https://portal\.example\.org/.*", "https://portal.example.org/"),
            ("a.+|b", "ax"),
            (r"https://(portal|grafana)\.example(/.*)?", "https://portal.example"),
        ] {
            assert_eq!(fitting(pattern).as_deref(), Some(text), "{pattern}");
        }
        assert_eq!(fitting("[0-9]{3}"), None);
    }
}
