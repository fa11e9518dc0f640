//! Whatever the text, the check answers; it never panics, and what it says stays true to the text.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

#[path = "common/declared.rs"]
mod declared;

use lookout_promql::{MAXIMUM_LENGTH, Problem, check};
use proptest::prelude::*;

/// The words of PromQL and of the tests' metrics, wrongly spelt ones among them.
const WORDS: &[&str] = &[
    "lag",
    "commits_total",
    "wait_seconds_bucket",
    "wait_seconds",
    "owner_info",
    "keys",
    "gone",
    "up",
    "by",
    "without",
    "on",
    "ignoring",
    "group_left",
    "group_right",
    "bool",
    "fill",
    "offset",
    "@",
    "start()",
    "end()",
    "sum",
    "max",
    "topk",
    "count_values",
    "quantile",
    "rate",
    "delta",
    "absent",
    "label_replace",
    "label_join",
    "histogram_quantile",
    "vector",
    "scalar",
    "time()",
    "and",
    "or",
    "unless",
    "atan2",
    "+",
    "-",
    "*",
    "/",
    "%",
    "^",
    "==",
    "!=",
    ">",
    "<=",
    "(",
    ")",
    "(",
    ")",
    "{",
    "}",
    "[5m]",
    "[1h:5m]",
    "[$__rate_interval]",
    "[",
    "]",
    ":",
    ",",
    "=",
    "=~",
    "!~",
    "\"a\"",
    "\"time.*|x\"",
    "'b'",
    "`c`",
    "1",
    "-1",
    "1e300",
    "Inf",
    "NaN",
    "0x1f",
    "5m",
    "9999999999999y",
    "group",
    "topic",
    "reason",
    "le",
    "__name__",
    "secret_label_x",
    "#",
    "\n",
    "\\",
    "ä",
    "$",
    "${__range}",
];

/// Sound texts, to be broken at one place.
const SOUND: &[&str] = &[
    "max by (group) (lag{topic=~\"a|b\"}) > 3 and on (group) sum by (group) (rate(commits_total[5m] offset 1h)) == 0",
    "histogram_quantile(0.9, sum by (group, le) (rate(wait_seconds_bucket[$__rate_interval])))",
    "retention_seconds * on (topic) group_left (team) owner_info unless on (topic) (lag @ end() > bool 3)",
    "label_replace(lag, \"short\", \"$1\", \"topic\", \"(.*)-.*\") + ignoring (short) lag",
];

/// Every problem lies in the text, and prints on few lines.
fn answers(text: &str) -> Result<(), TestCaseError> {
    let problems: Vec<Problem> = check(text, declared::METRICS, &["kube_pod_info"]).err().unwrap_or_default();
    for problem in problems {
        prop_assert!(!problem.message.is_empty());
        if let Some((line, column)) = problem.place.position {
            let length = text.split('\n').nth(line - 1).map(|line| line.chars().count());
            prop_assert!(length.is_some_and(|length| (1..=length).contains(&column)), "{problem}");
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_answered(text in any::<String>()) {
        answers(&text)?;
    }

    #[test]
    fn any_bytes_of_ascii_are_answered(text in "[ -~\n]{0,80}") {
        answers(&text)?;
    }

    #[test]
    fn any_words_are_answered(words in prop::collection::vec(prop::sample::select(WORDS), 0..24)) {
        answers(&words.join(" "))?;
        answers(&words.concat())?;
    }

    #[test]
    fn sound_texts_broken_at_one_place_are_answered(
        text in prop::sample::select(SOUND),
        at in any::<prop::sample::Index>(),
        length in 0usize..6,
        word in prop::sample::select(WORDS),
    ) {
        let characters: Vec<char> = text.chars().collect();
        let at = at.index(characters.len());
        let end = (at + length).min(characters.len());
        let broken: String = characters[..at].iter().chain(&word.chars().collect::<Vec<_>>()).chain(&characters[end..]).collect();
        answers(&broken)?;
    }
}

#[test]
fn deep_and_long_texts_are_answered() {
    let n_times = MAXIMUM_LENGTH / 2;
    for text in [
        "(".repeat(n_times),
        "-".repeat(n_times),
        "a+".repeat(n_times),
        "sum(".repeat(50) + "gone" + &")".repeat(50),
        "-".repeat(199) + "gone",
        "a-".repeat(199) + "a",
        "{".repeat(n_times),
        "\"".repeat(n_times),
        "lag[5m:]".to_owned() + &"[5m:]".repeat(1_000),
        "lag".to_owned() + &" offset 5m".repeat(100),
    ] {
        assert!(
            check(&text, declared::METRICS, &[]).is_err(),
            "{} characters of {}",
            text.len(),
            &text[..20]
        );
    }
}
