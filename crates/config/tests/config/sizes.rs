//! `HumanSize`: what is read, what is printed, and that the one reads the other.

use lookout_config::HumanSize;
use proptest::prelude::*;

fn read(text: &str) -> Result<u64, String> {
    text.parse().map(HumanSize::get).map_err(|error: lookout_config::ParseSize| error.to_string())
}

#[test]
fn sizes_are_read() {
    for (text, bytes) in [
        ("64KiB", 65_536),
        ("1MiB", 1_048_576),
        ("10MB", 10_000_000),
        ("5kB", 5000),
        ("5KB", 5000),
        ("1024B", 1024),
        ("0B", 0),
        ("2TiB", 2 << 40),
    ] {
        assert_eq!(read(text), Ok(bytes), "{text}");
    }
}

#[test]
fn errors_say_what_to_write() {
    for (text, message) in [
        ("1024", "`1024` has no unit; write `1024B`, `1024KiB` or `1024MiB`"),
        ("-1B", "a size cannot be negative"),
        ("1.5MiB", "a size has no fractions; write `1536KiB` instead of `1.5MiB`"),
        ("10mb", "unknown unit `mb` in a size; did you mean `MB`?"),
        ("64Ki", "unknown unit `Ki` in a size; did you mean `KiB`?"),
        ("10 MB", "unknown unit ` MB` in a size; did you mean `MB`?"),
        (
            "3parsecs",
            "unknown unit `parsecs` in a size; \
             valid are `B`, `KiB`, `MiB`, `GiB`, `TiB` and `kB`, `MB`, `GB`, `TB`",
        ),
        ("18446744073709551616B", "the size is larger than can be counted"),
        ("16777216TiB", "the size is larger than can be counted"),
        ("", "not a size; write for example `64KiB`, `10MB` or `1024B`"),
        ("large", "not a size; write for example `64KiB`, `10MB` or `1024B`"),
    ] {
        assert_eq!(read(text), Err(message.to_owned()), "{text}");
    }
}

#[test]
fn sizes_are_printed_in_the_largest_exact_unit() {
    for (bytes, text) in [(0, "0B"), (1023, "1023B"), (1024, "1KiB"), (10_000_000, "10MB"), (1 << 20, "1MiB")]
    {
        assert_eq!(HumanSize::from_bytes(bytes).to_string(), text);
    }
}

proptest! {
    #[test]
    fn what_is_printed_reads_back(bytes in prop_oneof![any::<u64>(), (0..1_u64 << 24).prop_map(|n| n << 10)]) {
        let size = HumanSize::from_bytes(bytes);
        prop_assert_eq!(size.to_string().parse(), Ok(size));
        let json = serde_json::to_string(&size).unwrap();
        prop_assert_eq!(serde_json::from_str::<HumanSize>(&json).unwrap(), size);
    }

    #[test]
    fn any_text_gets_an_answer(text in "[0-9KMGTkib. -]{0,30}|\\PC{0,30}") {
        if let Ok(size) = text.parse::<HumanSize>() {
            prop_assert_eq!(size.to_string().parse(), Ok(size));
        }
    }
}
