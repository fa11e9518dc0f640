//! `HumanDuration`: what is read, what is printed, and that the one reads the other.

use lookout_config::HumanDuration;
use proptest::prelude::*;

fn read(text: &str) -> Result<u128, String> {
    text.parse::<HumanDuration>()
        .map(|duration| duration.get().as_millis())
        .map_err(|error| error.to_string())
}

#[test]
fn durations_are_read() {
    for (text, milliseconds) in [
        ("30s", 30_000),
        ("1h30m", 5_400_000),
        ("500ms", 500),
        ("1d", 86_400_000),
        ("90m", 5_400_000),
        ("0s", 0),
    ] {
        assert_eq!(read(text), Ok(milliseconds), "{text}");
    }
}

#[test]
fn errors_say_what_to_write() {
    for (text, message) in [
        ("30", "`30` has no unit; write `30s`, `30m` or `30h`"),
        ("1h30", "`30` has no unit; write `30s`, `30m` or `30h`"),
        ("-5s", "a duration cannot be negative"),
        ("1.5h", "a duration has no fractions; write `1h30m` instead of `1.5h`"),
        ("30sec", "unknown unit `sec` in a duration; valid are `d`, `h`, `m`, `s` and `ms`"),
        ("30m1h", "the units of a duration go from large to small, each once, as in `1d12h30m`"),
        ("1s1s", "the units of a duration go from large to small, each once, as in `1d12h30m`"),
        ("18446744073709551616ms", "the duration is longer than can be counted"),
        ("213503982335d", "the duration is longer than can be counted"),
        ("213503982334d23h", "the duration is longer than can be counted"),
        ("", "not a duration; write for example `30s`, `1h30m` or `500ms`"),
        ("soon", "not a duration; write for example `30s`, `1h30m` or `500ms`"),
    ] {
        assert_eq!(read(text), Err(message.to_owned()), "{text}");
    }
}

proptest! {
    #[test]
    fn what_is_printed_reads_back(milliseconds in any::<u64>()) {
        let duration = HumanDuration::from_millis(milliseconds);
        prop_assert_eq!(duration.to_string().parse(), Ok(duration));
        let json = serde_json::to_string(&duration).unwrap();
        prop_assert_eq!(serde_json::from_str::<HumanDuration>(&json).unwrap(), duration);
    }

    #[test]
    fn any_text_gets_an_answer(text in "[0-9dhms.µ -]{0,30}|\\PC{0,30}") {
        if let Ok(duration) = text.parse::<HumanDuration>() {
            prop_assert_eq!(duration.to_string().parse(), Ok(duration));
        }
    }
}
