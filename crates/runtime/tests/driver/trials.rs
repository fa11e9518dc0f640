//! Trying every source once: each has an outcome, within its deadline, whatever the others do.

use std::sync::mpsc;
use std::time::Duration;

use lookout_declarations::Reason;
use lookout_runtime::{Clock, DataKind, Sources, Trial};

use crate::scripted::Step;
use crate::stage::Stage;

/// What became of each, in one word.
fn words(trials: &[Trial]) -> Vec<(String, String)> {
    let word = |trial: &Trial| match &trial.outcome {
        Ok(attempt) => format!("{} faults, {} findings", attempt.faults.len(), attempt.findings.len()),
        Err(error) => error.reason.to_string(),
    };
    trials.iter().map(|trial| (trial.description.name.clone(), word(trial))).collect()
}

fn clock() -> Clock {
    Clock::starting_at("2026-03-01T00:00:00Z".parse().unwrap())
}

#[tokio::test(start_paused = true)]
async fn each_source_has_its_outcome_in_order() {
    let stage = Stage::new();
    let mut sources = Sources::default();
    for (name, step) in [
        ("slow", Step::Slowly(Duration::from_secs(4), 1.0)),
        ("partly", Step::Partly(1.0)),
        ("failing", Step::Fail(Reason::Unreachable)),
        ("hanging", Step::Hang),
        ("panicking", Step::Panic),
        ("wrong", Step::Read(-1.0)),
    ] {
        stage.want(&mut sources, name, DataKind::Facts, 1).then(step);
    }
    stage.want_one_that_cannot_be_made(&mut sources, "cursed");
    let trials = sources.try_each(&clock(), 3).await;
    let expected = [
        ("slow", "0 faults, 0 findings"),
        ("partly", "1 faults, 0 findings"),
        ("failing", "unreachable"),
        ("hanging", "timeout"),
        ("panicking", "panicked"),
        ("wrong", "0 faults, 1 findings"),
        ("cursed", "panicked"),
    ];
    assert_eq!(words(&trials), expected.map(|(name, word)| (name.to_owned(), word.to_owned())));
    assert_eq!((trials[0].duration.as_secs(), trials[3].duration.as_secs()), (4, 5));
    let finding = &trials[5].outcome.as_ref().unwrap().findings[0];
    assert_eq!((finding.subject.as_str(), finding.message.as_str()), ("wrong", "is negative"));
}

#[tokio::test(start_paused = true)]
async fn no_more_are_tried_at_once_than_allowed() {
    for (at_once, expected) in [(0, 8), (1, 8), (4, 2), (100, 1)] {
        let stage = Stage::new();
        let mut sources = Sources::default();
        for number in 0..8 {
            let script = stage.want(&mut sources, &format!("source {number}"), DataKind::Facts, 1);
            script.then(Step::Slowly(Duration::from_secs(1), 1.0));
        }
        let began = tokio::time::Instant::now();
        assert_eq!(sources.try_each(&clock(), at_once).await.len(), 8);
        assert_eq!(began.elapsed().as_secs(), expected, "{at_once} at once");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_source_that_blocks_its_thread_is_left_behind() {
    let stage = Stage::new();
    let mut sources = Sources::default();
    let (let_go, until) = mpsc::channel();
    stage.want_within(&mut sources, "blocking", 2).then(Step::Block(until));
    // Longer than the machine may stall.
    stage.want_within(&mut sources, "good", 600).then(Step::Read(1.0));
    let trials = sources.try_each(&clock(), 1).await;
    let expected = [("blocking", "timeout"), ("good", "0 faults, 0 findings")];
    assert_eq!(words(&trials), expected.map(|(name, word)| (name.to_owned(), word.to_owned())));
    // It may end now, if it has begun.
    let _ = let_go.send(());
}
