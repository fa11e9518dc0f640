//! Numbers as text: sample values, and the bounds of buckets.
//!
//! A value is written so that reading it gives the same `f64`: an integer up to 2^53 as its digits, everything else
//! as the shortest text that is unique. A bucket's bound is a label value, so it must always look the same: it is
//! written as the `OpenMetrics` specification's canonical numbers, which is Go's `%g` with `.0` where nothing else
//! tells that it is a float.

/// Up to here every integer is an `f64` of its own.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// Appends a sample's value.
#[inline]
pub(crate) fn push_value(body: &mut Vec<u8>, value: f64) {
    if value.abs() <= EXACT {
        // In range, so nothing is cut off but a fraction, and that shows in the comparison.
        #[allow(clippy::cast_possible_truncation)]
        let integer = value as i64;
        #[allow(clippy::float_cmp)] // equality is the question
        if integer as f64 == value {
            body.extend_from_slice(itoa::Buffer::new().format(integer).as_bytes());
            return;
        }
    }
    push_unusual(body, value);
}

fn push_unusual(body: &mut Vec<u8>, value: f64) {
    if value.is_finite() {
        body.extend_from_slice(zmij::Buffer::new().format_finite(value).as_bytes());
    } else if value.is_nan() {
        body.extend_from_slice(b"NaN");
    } else {
        body.extend_from_slice(if value > 0.0 { b"+Inf" } else { b"-Inf" });
    }
}

/// The text of a bucket's finite upper bound, without quotes: `1.0`, `0.005`, `1e+06`.
pub(crate) fn canonical_bound(bound: f64) -> String {
    if bound == 0.0 {
        return "0.0".to_owned();
    }
    // `{:e}` is the shortest unique text, as digits and a decimal exponent: `-1.25e-7`.
    let scientific = format!("{bound:e}");
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..6).contains(&exponent) {
        // Rust's `Display` never uses an exponent and is as short.
        let text = bound.to_string();
        return if text.contains('.') { text } else { text + ".0" };
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}e{sign}{:02}", exponent.unsigned_abs())
}

#[cfg(test)]
mod tests {
    use super::{canonical_bound, push_value};

    fn text(value: f64) -> String {
        let mut body = Vec::new();
        push_value(&mut body, value);
        String::from_utf8(body).unwrap()
    }

    #[test]
    fn integers_are_exact_to_2_to_the_53() {
        for integer in [0_i64, 1, -1, 42, 1_000_000, 1 << 40, (1 << 53) - 1, 1 << 53, -(1 << 53)] {
            assert_eq!(text(integer as f64), integer.to_string());
        }
    }

    #[test]
    fn other_numbers_are_the_shortest_text_that_reads_back() {
        for (value, expected) in [
            (0.5, "0.5"),
            (-0.1, "-0.1"),
            (1e-7, "1e-7"),
            (f64::MAX, "1.7976931348623157e+308"),
            (f64::MIN_POSITIVE, "2.2250738585072014e-308"),
            (1e300, "1e+300"),
        ] {
            assert_eq!(text(value), expected);
        }
        let beyond = text(9_007_199_254_740_994.0);
        assert_eq!(beyond.parse::<f64>().unwrap().to_bits(), 9_007_199_254_740_994_f64.to_bits(), "{beyond}");
    }

    #[test]
    fn zero_has_no_sign() {
        assert_eq!(text(-0.0), "0");
    }

    #[test]
    fn values_that_are_not_finite_have_their_own_words() {
        assert_eq!(text(f64::NAN), "NaN");
        assert_eq!(text(-f64::NAN), "NaN");
        assert_eq!(text(f64::INFINITY), "+Inf");
        assert_eq!(text(f64::NEG_INFINITY), "-Inf");
    }

    #[test]
    fn bounds_are_the_specifications_canonical_numbers() {
        let cases = [
            "0.0", "0.001", "0.002", "0.01", "0.1", "0.9", "0.95", "0.99", "0.999", "1.0", "1.7", "10.0",
            "1e-10", "1e-09", "1e-05", "0.0001", "100000.0", "1e+06", "1e+10", "1.5e+07", "123456.5",
            "0.005", "1e+100", "1.25e-07",
        ];
        for text in cases {
            assert_eq!(canonical_bound(text.parse().unwrap()), text);
        }
    }
}
