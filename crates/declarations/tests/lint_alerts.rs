//! Each lint of alerts, boards and usage fires on the smallest wrong declaration and stays silent on a sound one.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use core::time::Duration;

use lookout_declarations::{
    Alert, Board, Case, CaseKind, Counter, Declaration, Expectation, Gauge, Histogram, Owner, Panel,
    PanelKind, Query, Row, Severity, Unit, lint, lint::Finding,
};

const RUNBOOK: &str = "## Meaning\n\nIt broke.\n\n## Impact\n\nNo service.\n\n## Diagnosis\n\nLook.\n\n## Mitigation\n\nMend.\n";

fn case(name: &'static str, kind: CaseKind) -> Case {
    let expect = match kind {
        CaseKind::Fires => Expectation::Fires(vec![vec![]]),
        CaseKind::Clears | CaseKind::Below | CaseKind::Missing | CaseKind::Other => Expectation::Silent,
    };
    Case { name, kind, interval: Duration::from_mins(1), given: vec![], at: Duration::from_mins(5), expect }
}

fn alert() -> Alert {
    Alert {
        name: "LookoutExampleBroken",
        expression: "example_things > 3".to_owned(),
        hold: Duration::from_mins(5),
        keep_firing_for: Duration::ZERO,
        severity: Severity::Critical,
        owner: Owner::Platform,
        summary: "The example is broken.",
        description: "It has {{ $value }} things.".to_owned(),
        runbook: RUNBOOK,
        inhibits: &[],
        cases: vec![
            case("fires", CaseKind::Fires),
            case("clears", CaseKind::Clears),
            case("below", CaseKind::Below),
            case("missing", CaseKind::Missing),
        ],
    }
}

fn board() -> Board {
    Board::new(
        "example",
        "Example",
        "Does it work?",
        vec![Row {
            title: "Answer",
            panels: vec![Panel::new(
                "Things",
                "How many there are.",
                PanelKind::Stat,
                vec![Query::new("example_things", "things")],
            )],
        }],
    )
}

#[track_caller]
fn expect(findings: &[Finding], expected: &[&str]) {
    let matches = findings.len() == expected.len()
        && findings.iter().zip(expected).all(|(finding, expected)| finding.to_string().contains(expected));
    assert!(matches, "--- expected\n{expected:#?}\n--- found\n{findings:#?}");
}

/// A sound alert, changed by `change`, must have the findings `expected`.
#[track_caller]
fn check(change: impl FnOnce(&mut Alert), expected: &[&str]) {
    let mut alert = alert();
    change(&mut alert);
    expect(&lint::alerts(&[alert]), expected);
}

#[test]
fn a_sound_alert_has_no_findings() {
    check(|_| (), &[]);
}

#[test]
fn alert_names_are_prefixed_camel_case_and_unique() {
    for name in
        ["ExampleBroken", "Lookout", "Lookoutbroken", "LookoutExample_Broken", "LookoutExample Broken"]
    {
        check(|alert| alert.name = name, &["`Lookout` and CamelCase"]);
    }
    check(|alert| alert.name = "LookoutX509ChainTLS", &[]);
    expect(&lint::alerts(&[alert(), alert()]), &["two alerts have this name"]);
}

#[test]
fn alert_texts_are_not_empty() {
    check(|alert| alert.summary = " ", &["summary is empty"]);
    check(|alert| alert.description.clear(), &["description is empty"]);
    check(|alert| alert.expression.clear(), &["expression is empty"]);
}

#[test]
fn runbooks_have_their_sections_in_order() {
    check(|alert| alert.runbook = "", &["has the sections []"]);
    check(
        |alert| {
            alert.runbook = "## Impact\n\na\n\n## Meaning\n\nb\n\n## Diagnosis\n\nc\n\n## Mitigation\n\nd\n";
        },
        &["[\"Impact\", \"Meaning\""],
    );
    check(
        |alert| alert.runbook = "## Meaning\n\na\n\n## Impact\n\n## Diagnosis\n\nc\n\n## Mitigation\n",
        &["“Impact” is empty", "“Mitigation” is empty"],
    );
    check(
        |alert| {
            alert.runbook =
                "## Meaning\n\na\n\n## Impact\n\nb\n\n### Who\n\n## Diagnosis\n\nc\n\n## Mitigation\n\nd";
        },
        &[],
    );
}

#[test]
fn inhibition_names_other_alerts_that_exist() {
    check(|alert| alert.inhibits = &["LookoutNowhere"], &["`LookoutNowhere`, which does not exist"]);
    check(|alert| alert.inhibits = &["LookoutExampleBroken"], &["inhibits itself"]);
    let mut other = alert();
    other.name = "LookoutExampleSlow";
    let mut inhibiting = alert();
    inhibiting.inhibits = &["LookoutExampleSlow"];
    inhibiting.keep_firing_for = other.keep_firing_for;
    expect(
        &lint::alerts(&[inhibiting.clone(), other.clone()]),
        &["`LookoutExampleSlow`, which goes on firing for as long as it does"],
    );
    inhibiting.keep_firing_for += Duration::from_mins(1);
    expect(&lint::alerts(&[inhibiting, other]), &[]);
}

#[test]
fn every_promise_has_a_case() {
    let promises = [
        (CaseKind::Fires, "that it fires"),
        (CaseKind::Clears, "that it ends"),
        (CaseKind::Below, "just below"),
        (CaseKind::Missing, "data is missing"),
    ];
    for (kind, promise) in promises {
        check(|alert| alert.cases.retain(|case| case.kind != kind), &[promise]);
    }
    check(|alert| alert.cases.push(case("also", CaseKind::Other)), &[]);
}

#[test]
fn cases_expect_what_their_kind_says() {
    check(|alert| alert.cases[0].expect = Expectation::Silent, &["expects something else"]);
    check(|alert| alert.cases[0].expect = Expectation::Fires(vec![]), &["expects something else"]);
    check(|alert| alert.cases[1].expect = Expectation::Fires(vec![vec![]]), &["expects something else"]);
    check(|alert| alert.cases[2].expect = Expectation::Fires(vec![vec![]]), &["expects something else"]);
    check(|alert| alert.cases[3].expect = Expectation::Fires(vec![vec![]]), &[]);
    check(|alert| alert.cases[3].name = "fires", &["not its own"]);
    check(|alert| alert.cases[3].interval = Duration::ZERO, &["no distance"]);
}

#[test]
fn boards_and_panels_explain_themselves() {
    let check = |change: fn(&mut Board), expected: &[&str]| {
        let mut board = board();
        change(&mut board);
        expect(&lint::boards(&[board]), expected);
    };
    check(|_| (), &[]);
    check(|board| board.slug = "Example Board", &["slug is not usable"]);
    check(|board| board.title = "", &["title “” is empty"]);
    check(|board| board.question = "", &["answers no question"]);
    check(|board| board.rows.clear(), &["no rows"]);
    check(|board| board.rows[0].panels.clear(), &["row “Answer”"]);
    check(|board| board.rows[0].panels[0].description = "", &["no description"]);
    check(|board| board.rows[0].panels[0].queries.clear(), &["nothing to plot"]);
    expect(&lint::boards(&[board(), board()]), &["have this slug", "not its own"]);
}

#[test]
fn every_metric_is_read_or_waived() {
    const READ: Gauge<()> = Gauge::new("example_things", "Things.");
    const UNREAD: Counter<()> = Counter::new("example_turns_total", "Turns.");
    const WAIVED: Counter<()> =
        Counter::new("example_turns_total", "Turns.").waived("for capacity planning by hand");
    const STALE: Gauge<()> = Gauge::new("example_things", "Things.").waived("nobody reads it");
    const WAIT: Histogram<()> =
        Histogram::new("example_wait_seconds", "Waits.").unit(Unit::Seconds).buckets(&[1.0]);
    let unread = |declaration: &Declaration, alerts: &[Alert], boards: &[Board]| {
        lint::unread(&[declaration], alerts, boards)
    };
    let reading = |expression: &str| {
        let mut alert = alert();
        alert.expression = expression.to_owned();
        vec![alert]
    };
    expect(&unread(READ.declaration(), &[alert()], &[]), &[]);
    expect(&unread(READ.declaration(), &[], &[board()]), &[]);
    expect(&unread(READ.declaration(), &[], &[]), &["no alert and no panel reads it"]);
    expect(&unread(UNREAD.declaration(), &[alert()], &[board()]), &["no alert and no panel reads it"]);
    expect(&unread(WAIVED.declaration(), &[alert()], &[board()]), &[]);
    expect(&unread(STALE.declaration(), &[alert()], &[]), &["waived although"]);
    expect(&unread(WAIT.declaration(), &reading("rate(example_wait_seconds_count[5m]) > 0"), &[]), &[]);
    expect(&unread(WAIT.declaration(), &reading("example_wait_seconds > 0"), &[]), &["no alert"]);
    // A name inside quotes, or as a part of another, is not read.
    expect(
        &unread(READ.declaration(), &reading(r#"up{job="example_things\" example_things"}"#), &[]),
        &["no alert"],
    );
    expect(&unread(READ.declaration(), &reading("up{job='it is'} > my_example_things"), &[]), &["no alert"]);
    expect(&unread(READ.declaration(), &reading("up{job='\"'} > example_things"), &[]), &[]);
}
