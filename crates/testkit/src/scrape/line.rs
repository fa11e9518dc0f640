//! Single lines: metadata and samples, by the grammar and nothing beyond it.

use super::{Sample, ScrapeFormat, ScrapedKind};

/// A line of either format.
#[derive(Debug, PartialEq)]
pub(super) enum Line<'a> {
    Type(&'a str, ScrapedKind),
    Help(&'a str, String),
    Unit(&'a str, &'a str),
    Sample(Sample),
    End,
}

pub(super) fn parse(format: ScrapeFormat, line: &str) -> Result<Line<'_>, String> {
    let Some(comment) = line.strip_prefix('#') else { return sample(line).map(Line::Sample) };
    let open_metrics = format == ScrapeFormat::OpenMetrics;
    if open_metrics && comment == " EOF" {
        return Ok(Line::End);
    }
    let mut words = comment.strip_prefix(' ').ok_or("no space after #")?.splitn(3, ' ');
    let keyword = words.next().unwrap_or_default();
    let name = words.next().filter(|name| is_metric_name(name)).ok_or("no valid metric name")?;
    let rest = words.next().unwrap_or_default();
    match keyword {
        "TYPE" => kind(format, rest).map(|kind| Line::Type(name, kind)),
        "HELP" => unescape(rest, open_metrics).map(|help| Line::Help(name, help)),
        "UNIT" if open_metrics => Ok(Line::Unit(name, rest)),
        _ => Err(format!("a comment that says nothing: `{line}`")),
    }
}

fn kind(format: ScrapeFormat, word: &str) -> Result<ScrapedKind, String> {
    match (word, format) {
        ("counter", _) => Ok(ScrapedKind::Counter),
        ("gauge", _) => Ok(ScrapedKind::Gauge),
        ("histogram", _) => Ok(ScrapedKind::Histogram),
        ("info", ScrapeFormat::OpenMetrics) => Ok(ScrapedKind::Info),
        ("unknown", ScrapeFormat::OpenMetrics) => Ok(ScrapedKind::Unknown),
        _ => Err(format!("no kind is called `{word}`")),
    }
}

fn sample(line: &str) -> Result<Sample, String> {
    let end = line.find(['{', ' ']).ok_or("no value")?;
    let (name, rest) = line.split_at(end);
    if !is_metric_name(name) {
        return Err(format!("`{name}` is no metric name"));
    }
    let (labels, rest) = match rest.strip_prefix('{') {
        Some(rest) => labels(rest)?,
        None => (Vec::new(), rest),
    };
    let text = rest.strip_prefix(' ').ok_or("no single space before the value")?;
    Ok(Sample { name: name.to_owned(), labels, value: number(text)? })
}

/// Labels in order.
type LabelList = Vec<(String, String)>;

/// The labels up to and with the closing brace, and what follows.
fn labels(mut rest: &str) -> Result<(LabelList, &str), String> {
    let mut labels = LabelList::new();
    loop {
        let (name, after) = rest.split_once("=\"").ok_or("a label without =\"")?;
        if !is_label_name(name) {
            return Err(format!("`{name}` is no label name"));
        }
        if labels.iter().any(|(other, _)| other == name) {
            return Err(format!("the label `{name}` stands twice"));
        }
        let end = closing_quote(after).ok_or("a label value without an end")?;
        labels.push((name.to_owned(), unescape(&after[..end], true)?));
        rest = &after[end + 1..];
        if let Some(after) = rest.strip_prefix('}') {
            return Ok((labels, after));
        }
        rest = rest.strip_prefix(',').ok_or("neither comma nor brace after a label")?;
    }
}

/// The first quote that no backslash escapes.
fn closing_quote(text: &str) -> Option<usize> {
    let mut escaped = false;
    text.bytes().position(|byte| {
        let ends = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        ends
    })
}

/// Undoes `\\` and `\n`, and `\"` where it exists; every other escape is a fault.
fn unescape(text: &str, with_quotes: bool) -> Result<String, String> {
    let mut plain = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        plain.push(match character {
            '\\' => match characters.next() {
                Some('\\') => '\\',
                Some('n') => '\n',
                Some('"') if with_quotes => '"',
                other => return Err(format!("the escape of {other:?} does not exist")),
            },
            '"' if with_quotes => return Err("a quote that is not escaped".to_owned()),
            character => character,
        });
    }
    Ok(plain)
}

/// A number of the grammar: the three words, or digits with at most one point and an exponent.
fn number(text: &str) -> Result<f64, String> {
    match text {
        "NaN" => return Ok(f64::NAN),
        "+Inf" => return Ok(f64::INFINITY),
        "-Inf" => return Ok(f64::NEG_INFINITY),
        _ => {}
    }
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = unsigned.split_once('e').unwrap_or((unsigned, "0"));
    let exponent = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, "0"));
    let is_digits = |digits: &str| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    if ![whole, fraction, exponent].into_iter().all(is_digits) {
        return Err(format!("`{text}` is no number (or something follows it)"));
    }
    text.parse().map_err(|error| format!("`{text}` is no number: {error}"))
}

fn is_metric_name(name: &str) -> bool {
    let valid = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b':';
    name.bytes().all(valid) && name.bytes().next().is_some_and(|byte| !byte.is_ascii_digit())
}

fn is_label_name(name: &str) -> bool {
    is_metric_name(name) && !name.contains(':')
}

#[cfg(test)]
mod tests {
    use super::super::ScrapeFormat::{OpenMetrics, Text};
    use super::super::{Sample, ScrapedKind};
    use super::{Line, number, parse};

    #[test]
    fn samples_are_read_to_the_last_byte() {
        let line = r#"x_total{a="} 1\" \\n",b="ü\n"} 1.5e+3"#;
        let labels = vec![("a".into(), "} 1\" \\n".into()), ("b".into(), "ü\n".into())];
        let sample = Sample { name: "x_total".into(), labels, value: 1500.0 };
        assert_eq!(parse(Text, line), Ok(Line::Sample(sample.clone())));
        assert_eq!(parse(OpenMetrics, line), Ok(Line::Sample(sample)));
    }

    #[test]
    fn metadata_differs_between_the_formats() {
        assert_eq!(parse(Text, "# TYPE x gauge"), Ok(Line::Type("x", ScrapedKind::Gauge)));
        assert_eq!(parse(Text, r#"# HELP x a "b" \\ c\n"#), Ok(Line::Help("x", "a \"b\" \\ c\n".into())));
        assert_eq!(parse(OpenMetrics, r#"# HELP x \"b\""#), Ok(Line::Help("x", "\"b\"".into())));
        assert_eq!(parse(OpenMetrics, "# UNIT x seconds"), Ok(Line::Unit("x", "seconds")));
        assert_eq!(parse(OpenMetrics, "# EOF"), Ok(Line::End));
        for text_only in [r#"# HELP x a "b""#, "# TYPE x untyped"] {
            assert!(parse(OpenMetrics, text_only).is_err(), "{text_only}");
        }
        for open_metrics_only in ["# UNIT x seconds", "# EOF", "# TYPE x info", r#"# HELP x \"b\""#] {
            assert!(parse(Text, open_metrics_only).is_err(), "{open_metrics_only}");
        }
    }

    #[test]
    fn faults_are_found() {
        let faults = [
            "",
            "x",
            "x 1 2",
            "x  1",
            "x 1 # {} 1",
            "x{} 1",
            "x{a=\"1\",} 1",
            "x{a=\"1\" } 1",
            "x{a='1'} 1",
            "x{a=\"1\"}1",
            "x{a=\"1\",a=\"2\"} 1",
            "x{a:b=\"1\"} 1",
            "x{1a=\"1\"} 1",
            "x{a=\"1} 1",
            r#"x{a="\t"} 1"#,
            "1x 1",
            "x-y 1",
            "#x",
            "# comment",
            "# TYPE 1x gauge",
            "# TYPE x",
            "x inf",
            "x nan",
            "x 0x1",
            "x +1",
            "x 1.",
            "x .5",
            "x 1e",
        ];
        for fault in faults {
            assert!(parse(Text, fault).is_err(), "{fault}");
            assert!(parse(OpenMetrics, fault).is_err(), "{fault}");
        }
    }

    #[test]
    fn numbers_keep_every_bit() {
        for value in [0.1, -1e-300, 9_007_199_254_740_993.0, f64::MAX, f64::MIN_POSITIVE] {
            assert_eq!(number(&format!("{value:e}")).unwrap().to_bits(), value.to_bits());
        }
        assert!(number("NaN").unwrap().is_nan());
    }
}
