//! Numbers and truth values as YAML's core schema writes them.

/// `true`, `True`, `TRUE` and their contraries.
pub(crate) fn truth(text: &str) -> Option<bool> {
    match text {
        "true" | "True" | "TRUE" => Some(true),
        "false" | "False" | "FALSE" => Some(false),
        _ => None,
    }
}

/// A whole number, decimal, `0o17` or `0xff`.
pub(crate) fn whole(text: &str) -> Option<i128> {
    let (digits, radix) = match text.split_at_checked(2) {
        Some(("0o", digits)) => (digits, 8),
        Some(("0x", digits)) => (digits, 16),
        _ => (text, 10),
    };
    let signed = radix != 10 && digits.starts_with(['+', '-']);
    if signed { None } else { i128::from_str_radix(digits, radix).ok() }
}

/// A finite number. Words (`inf`, `nan`) are not numbers here: no option can mean them.
pub(crate) fn finite(text: &str) -> Option<f64> {
    let looks_numeric = text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-' | '.'))
        && text.chars().all(|c| c.is_ascii_digit() || matches!(c, '+' | '-' | '.' | 'e' | 'E'));
    if let Some(number) = whole(text) {
        return Some(number as f64);
    }
    looks_numeric.then(|| text.parse().ok()).flatten().filter(|number: &f64| number.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_core_schema_is_read() {
        assert_eq!(whole("-12"), Some(-12));
        assert_eq!(whole("0x1F"), Some(31));
        assert_eq!(whole("0o17"), Some(15));
        assert_eq!(finite("2.5e-1"), Some(0.25));
        assert_eq!(finite(".5"), Some(0.5));
        assert_eq!(truth("True"), Some(true));
    }

    #[test]
    fn words_and_half_numbers_are_not_numbers() {
        for text in ["", "inf", "nan", ".inf", "1_000", "0x", "0x-1", "1e999", "12:30", "e", "."] {
            assert_eq!((whole(text), finite(text)), (None, None), "{text}");
        }
        assert_eq!(truth("yes"), None);
    }
}
