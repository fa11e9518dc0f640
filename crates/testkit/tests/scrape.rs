//! The strict reader accepts what is right and says where what is wrong.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use lookout_testkit::scrape::ScrapeFormat::{OpenMetrics, Text};
use lookout_testkit::scrape::{Scrape, ScrapeFormat, ScrapedKind};

const HISTOGRAM: &str = "\
# TYPE h_seconds histogram
h_seconds_bucket{a=\"1\",le=\"0.5\"} 1
h_seconds_bucket{a=\"1\",le=\"+Inf\"} 3
h_seconds_sum{a=\"1\"} 2.5
h_seconds_count{a=\"1\"} 3
";

fn fault(format: ScrapeFormat, text: &str, line: usize, part: &str) {
    let fault = Scrape::parse(format, text).expect_err(text);
    assert_eq!(fault.line, line, "{fault}\n{text}");
    assert!(fault.message.contains(part), "{fault}\n{text}");
}

#[test]
fn a_whole_answer_of_each_format_is_read() {
    let text = format!("# HELP x_total Things.\n# TYPE x_total counter\nx_total{{a=\"1\"}} 2\n{HISTOGRAM}");
    let scrape = Scrape::parse(Text, &text).unwrap();
    assert_eq!(scrape.value("x_total", &[("a", "1")]), Some(2.0));
    assert_eq!(scrape.family("x_total").unwrap().help.as_deref(), Some("Things."));
    assert_eq!(scrape.samples().count(), 5);

    let open_metrics = format!(
        "# TYPE x counter\n# HELP x Things.\nx_total{{a=\"1\"}} 2\n# TYPE b info\nb_info{{v=\"1\"}} 1\n\
         # TYPE old unknown\nold 1\n{}# EOF\n",
        HISTOGRAM.replace("histogram\n", "histogram\n# UNIT h_seconds seconds\n")
    );
    let scrape = Scrape::parse(OpenMetrics, &open_metrics).unwrap();
    let kinds: Vec<_> = scrape.families.iter().map(|family| family.kind).collect();
    assert_eq!(
        kinds,
        [ScrapedKind::Counter, ScrapedKind::Info, ScrapedKind::Unknown, ScrapedKind::Histogram]
    );
    assert_eq!(scrape.family("h_seconds").unwrap().unit.as_deref(), Some("seconds"));
}

#[test]
fn an_empty_answer_is_an_answer() {
    assert_eq!(Scrape::parse(Text, "").unwrap(), Scrape::default());
    assert_eq!(Scrape::parse(OpenMetrics, "# EOF\n").unwrap(), Scrape::default());
}

#[test]
fn the_end_is_checked() {
    fault(Text, "# TYPE x gauge\nx 1", 2, "no newline");
    fault(OpenMetrics, "# TYPE x gauge\nx 1\n", 2, "EOF");
    fault(OpenMetrics, "# EOF\n# TYPE x gauge\n", 2, "follows the end");
    fault(OpenMetrics, "", 0, "EOF");
}

#[test]
fn a_family_stands_once_and_in_one_block() {
    fault(Text, "x 1\n", 1, "before any header");
    fault(Text, "# TYPE x gauge\nx 1\n# TYPE x gauge\nx{a=\"1\"} 1\n", 4, "used by `x`");
    fault(Text, "# TYPE x gauge\nx 1\n# TYPE y gauge\ny 1\nx{a=\"1\"} 1\n", 5, "no line of");
    fault(Text, "# TYPE x gauge\n# TYPE x gauge\nx 1\n", 2, "second TYPE");
    fault(Text, "# HELP x One.\nx 1\n", 2, "no TYPE");
    fault(Text, "# TYPE x gauge\n# TYPE y gauge\ny 1\n", 2, "no samples");
    fault(Text, "# TYPE x gauge\n", 1, "no samples");
}

#[test]
fn a_series_stands_once() {
    fault(Text, "# TYPE x gauge\nx 1\nx 1\n", 3, "twice");
    fault(Text, "# TYPE x gauge\nx{a=\"1\",b=\"2\"} 1\nx{b=\"2\",a=\"1\"} 1\n", 3, "twice");
}

#[test]
fn names_fit_the_kind_and_do_not_clash() {
    fault(OpenMetrics, "# TYPE x counter\nx 1\n# EOF\n", 2, "no line of");
    fault(OpenMetrics, "# TYPE x info\nx_info 2\n# EOF\n", 2, "is 1");
    fault(
        OpenMetrics,
        "# TYPE x counter\nx_total 1\n# TYPE x_total gauge\nx_total 1\n# EOF\n",
        4,
        "used by `x`",
    );
    fault(
        OpenMetrics,
        "# TYPE x counter\nx_total 1\n# TYPE x_created gauge\nx_created 1\n# EOF\n",
        4,
        "used by `x`",
    );
    fault(
        Text,
        &format!("{HISTOGRAM}# TYPE h_seconds_count gauge\nh_seconds_count 1\n"),
        7,
        "used by `h_seconds`",
    );
    fault(OpenMetrics, "# TYPE x_ms gauge\n# UNIT x_ms seconds\nx_ms 1\n# EOF\n", 3, "unit");
}

#[test]
fn counters_are_neither_negative_nor_unknown() {
    fault(Text, "# TYPE x counter\nx -1\n", 2, "cannot be -1");
    fault(Text, "# TYPE x counter\nx NaN\n", 2, "cannot be NaN");
    assert!(Scrape::parse(Text, "# TYPE x gauge\nx NaN\n").is_ok());
}

#[test]
fn histograms_are_whole_and_in_order() {
    let changes = [
        ("le=\"0.5\"", "le=\"1\"", "canonical"),
        ("le=\"0.5\"", "lt=\"0.5\"", "without `le`"),
        ("le=\"0.5\"} 1", "le=\"0.5\"} 4", "go on"),
        ("le=\"0.5\"} 1", "le=\"0.5\"} 0.5", "go on"),
        ("le=\"+Inf\"", "le=\"1.0\"", "+Inf"),
        ("_count{a=\"1\"} 3", "_count{a=\"1\"} 4", "+Inf"),
        ("_sum{a=\"1\"}", "_sum{a=\"2\"}", "together"),
        ("h_seconds_count{a=\"1\"} 3\n", "", "without sum or count"),
    ];
    for (from, to, part) in changes {
        let text = HISTOGRAM.replace(from, to);
        assert_ne!(text, HISTOGRAM);
        fault(Text, &text, text.lines().count(), part);
    }
}
