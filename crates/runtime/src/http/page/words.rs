//! Numbers, durations and moments as people read them. All times are UTC.

use core::fmt::{self, Write as _};
use core::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// A duration in its largest unit: `34 s`, `13 min`, `5 h`, `3 days`.
pub(super) fn rounded(duration: Duration) -> String {
    match duration.as_secs() {
        seconds @ 0..120 => format!("{seconds} s"),
        seconds @ 120..7200 => format!("{} min", seconds / 60),
        seconds @ 7200..172_800 => format!("{} h", seconds / 3600),
        seconds => format!("{} days", grouped(seconds / 86_400)),
    }
}

/// How long something took: milliseconds matter below a second.
pub(super) fn precise(duration: Duration) -> String {
    match duration.as_millis() {
        milliseconds @ 0..1000 => format!("{milliseconds} ms"),
        1000..10_000 => format!("{:.1} s", duration.as_secs_f64()),
        _ => rounded(duration),
    }
}

/// The time from `earlier` to `later`; none if it is the other way round.
pub(super) fn between(earlier: Timestamp, later: Timestamp) -> Duration {
    later.duration_since(earlier).try_into().unwrap_or_default()
}

/// A moment to the second: without its date if it is of the same day as `now`.
pub(super) fn moment(moment: Timestamp, now: Timestamp) -> String {
    let (there, here) = (moment.to_zoned(TimeZone::UTC), now.to_zoned(TimeZone::UTC));
    let clock = there.time();
    let shown = format!("{:02}:{:02}:{:02} UTC", clock.hour(), clock.minute(), clock.second());
    let date = if there.date() == here.date() { String::new() } else { format!("{} ", there.date()) };
    format!("<time datetime=\"{moment:.0}\">{date}{shown}</time>")
}

/// A moment with its date, whatever the day.
pub(super) fn dated(moment: Timestamp) -> String {
    let there = moment.to_zoned(TimeZone::UTC);
    let clock = there.time();
    format!(
        "<time datetime=\"{moment:.0}\">{} {:02}:{:02}:{:02} UTC</time>",
        there.date(),
        clock.hour(),
        clock.minute(),
        clock.second()
    )
}

/// A number with a comma at each thousand.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number and what it counts: `1 source`, `1,000 sources`.
pub(super) fn count(number: usize, one: &str, several: &str) -> String {
    format!("{} {}", grouped(as_u64(number)), if number == 1 { one } else { several })
}

/// The verb's form: `1 fails`, `2 fail`.
pub(super) const fn verb<'a>(number: usize, one: &'a str, several: &'a str) -> &'a str {
    if number == 1 { one } else { several }
}

/// Phrases as one: `a`, `a and b`, `a, b and c`.
pub(super) fn listed(phrases: &[String]) -> String {
    match phrases {
        [] => String::new(),
        [only] => only.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}

/// A size as a number that is counted with.
pub(super) fn as_u64(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

/// Writes a closed list of paragraphs, each a sentence or more that is HTML already.
pub(super) fn paragraphs(page: &mut String, texts: impl IntoIterator<Item = impl fmt::Display>) {
    for text in texts {
        // Writing to a String cannot fail.
        let _ = write!(page, "\n<p>{text}</p>");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_shown_in_their_largest_unit() {
        for (seconds, expected) in
            [(0, "0 s"), (119, "119 s"), (120, "2 min"), (7200, "2 h"), (172_800, "2 days")]
        {
            assert_eq!(rounded(Duration::from_secs(seconds)), expected);
        }
    }

    #[test]
    fn what_took_long_is_not_shown_in_milliseconds() {
        for (milliseconds, expected) in
            [(0, "0 ms"), (999, "999 ms"), (1250, "1.2 s"), (9_999, "10.0 s"), (12_345, "12 s")]
        {
            assert_eq!(precise(Duration::from_millis(milliseconds)), expected);
        }
    }

    #[test]
    fn moments_are_shown_to_the_second_and_with_the_day_if_it_is_another() {
        let noon: Timestamp = "2026-03-01T12:00:00.75Z".parse().unwrap();
        let next: Timestamp = "2026-03-02T00:00:00Z".parse().unwrap();
        assert_eq!(moment(noon, noon), "<time datetime=\"2026-03-01T12:00:00Z\">12:00:00 UTC</time>");
        let dated_text = "<time datetime=\"2026-03-01T12:00:00Z\">2026-03-01 12:00:00 UTC</time>";
        assert_eq!(moment(noon, next), dated_text);
        assert_eq!(dated(noon), dated_text);
    }

    #[test]
    fn a_moment_of_the_future_has_no_age() {
        let noon: Timestamp = "2026-03-01T12:00:00Z".parse().unwrap();
        let earlier = noon - Duration::from_secs(5);
        assert_eq!(between(earlier, noon), Duration::from_secs(5));
        assert_eq!(between(noon, earlier), Duration::ZERO);
    }

    #[test]
    fn numbers_are_grouped_by_thousands_and_agree_with_their_noun() {
        for (number, expected) in [(0, "0"), (999, "999"), (1000, "1,000"), (1_234_567, "1,234,567")] {
            assert_eq!(grouped(number), expected);
        }
        assert_eq!(count(1, "source", "sources"), "1 source");
        assert_eq!(count(1000, "source", "sources"), "1,000 sources");
        assert_eq!(listed(&["a".to_owned(), "b".to_owned(), "c".to_owned()]), "a, b and c");
    }
}
