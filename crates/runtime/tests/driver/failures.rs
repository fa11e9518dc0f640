//! What one source's failures do to it, and not to others.

use std::sync::mpsc;
use std::time::Duration;

use lookout_declarations::Reason;
use lookout_runtime::{DataKind, SourceState};

use crate::scripted::{Step, VALUE};
use crate::stage::{Stage, advance_by};

#[tokio::test(start_paused = true)]
async fn every_reason_is_counted_from_zero() {
    let mut stage = Stage::new();
    stage.source("files", DataKind::Facts, 10, 5);
    let status = stage.status("files");
    let reasons: Vec<_> = status.errors.keys().copied().collect();
    assert_eq!(
        reasons,
        [Reason::Timeout, Reason::Overrun, Reason::Panicked, Reason::Unreachable, Reason::Malformed]
    );
    assert!(status.errors.values().all(|count| *count == 0));
    assert_eq!((status.state, status.up(), status.last_success), (SourceState::Waiting, None, None));
}

#[tokio::test(start_paused = true)]
async fn a_failure_is_known_by_its_reason_message_and_time() {
    let mut stage = Stage::new();
    let script = stage.source("broken", DataKind::Facts, 10, 5);
    script.then(Step::Fail(Reason::Unreachable));
    stage.run();
    stage.after(5).await;
    let status = stage.status("broken");
    let failure = status.last_failure.as_ref().unwrap();
    assert_eq!((failure.reason, failure.message.as_str()), (Reason::Unreachable, "as the test wants"));
    assert_eq!((status.state, status.up(), status.last_success), (SourceState::Failing, Some(false), None));
    assert_eq!(stage.errors("broken", Reason::Unreachable), 1);
    assert!(status.next_run.unwrap() > failure.at);
}

#[tokio::test(start_paused = true)]
async fn a_cycle_is_cut_off_at_its_deadline_and_the_source_recovers_before_the_next() {
    let mut stage = Stage::new();
    let script = stage.source("hanging", DataKind::Facts, 10, 4);
    script.then(Step::Hang);
    script.then(Step::Read(1.0));
    stage.run();
    stage.after(6).await;
    assert_eq!(stage.errors("hanging", Reason::Timeout), 1);
    assert_eq!(stage.status("hanging").last_duration, Some(Duration::from_secs(4)));
    assert_eq!(script.recoveries(), 0);
    stage.after(10).await;
    assert_eq!(script.recoveries(), 1);
    assert_eq!(stage.status("hanging").up(), Some(true));
    assert_eq!(script.most_running(), 1);
    assert_eq!(stage.errors("hanging", Reason::Timeout), 1);
}

#[tokio::test(start_paused = true)]
async fn a_panic_in_collect_is_counted_and_the_source_goes_on() {
    let mut stage = Stage::new();
    let script = stage.source("defective", DataKind::Facts, 10, 5);
    script.then(Step::Panic);
    script.then(Step::Read(1.0));
    stage.run();
    stage.after(5).await;
    let status = stage.status("defective");
    assert_eq!((status.errors[&Reason::Panicked], status.restarts, status.up()), (1, 1, Some(false)));
    assert_eq!(
        status.last_failure.unwrap().message,
        "the source panicked: collecting panics, as the test wants"
    );
    stage.after(10).await;
    assert_eq!(stage.status("defective").up(), Some(true));
    assert_eq!(script.recoveries(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_panic_in_assess_keeps_the_facts_of_before() {
    let mut stage = Stage::new();
    let script = stage.source("defective", DataKind::Facts, 10, 5);
    script.then(Step::Read(1.0));
    script.then(Step::JudgePanics);
    script.then(Step::Read(2.0));
    stage.run();
    stage.after(15).await;
    assert_eq!((stage.errors("defective", Reason::Panicked), stage.status("defective").restarts), (1, 1));
    assert_eq!(stage.served(&VALUE, "defective"), Some(1.0));
    stage.after(10).await;
    assert_eq!(stage.served(&VALUE, "defective"), Some(2.0));
}

#[tokio::test(start_paused = true)]
async fn a_panic_in_changed_is_counted_and_the_period_goes_on() {
    let mut stage = Stage::new();
    let script = stage.source("defective", DataKind::Facts, 10, 5);
    script.then(Step::Read(1.0));
    stage.run();
    stage.after(5).await;
    script.panic_in_changed();
    stage.after(1).await;
    let status = stage.status("defective");
    assert_eq!((status.errors[&Reason::Panicked], status.restarts, status.up()), (1, 1, Some(true)));
    stage.after(20).await;
    assert_eq!(script.starts().len(), 3);
    assert_eq!(script.recoveries(), 1);
    // It is listened to again.
    script.change();
    stage.after(1).await;
    assert_eq!(script.starts().len(), 4);
}

#[tokio::test(start_paused = true)]
async fn a_runner_that_ends_is_noticed_and_started_again() {
    let mut stage = Stage::new();
    let script = stage.source("cursed", DataKind::Facts, 10, 5);
    // The runner itself drops the model of before: this panic is outside of every cycle.
    script.then(Step::DropPanics(1.0));
    script.then(Step::Read(2.0));
    stage.run();
    stage.after(12).await;
    let status = stage.status("cursed");
    assert_eq!((status.errors[&Reason::Panicked], status.restarts), (1, 1));
    stage.after(20).await;
    assert_eq!(stage.status("cursed").up(), Some(true));
    assert_eq!(stage.served(&VALUE, "cursed"), Some(2.0));
    assert!(script.starts().len() >= 3, "{:?}", script.starts());
}

#[tokio::test(start_paused = true)]
async fn a_cycle_that_cannot_be_cut_off_overruns_the_next_ones_until_it_ends() {
    let mut stage = Stage::new();
    let script = stage.source("blocking", DataKind::Facts, 10, 4);
    let (let_go, until) = mpsc::channel();
    script.then(Step::JudgeBlocks(until));
    script.then(Step::Read(3.0));
    stage.run();
    // While a thread is blocked the paused clock does not move by itself.
    advance_by(6).await;
    assert_eq!(stage.errors("blocking", Reason::Timeout), 1);
    advance_by(10).await;
    assert_eq!(stage.errors("blocking", Reason::Overrun), 1);
    assert_eq!((stage.status("blocking").up(), script.starts().len()), (Some(false), 1));
    let_go.send(()).unwrap();
    stage.after(60).await;
    assert_eq!(stage.status("blocking").up(), Some(true));
    assert_eq!(stage.served(&VALUE, "blocking"), Some(3.0));
    assert_eq!(script.most_running(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_failing_source_leaves_the_others_alone() {
    let mut stage = Stage::new();
    let good = stage.source("good", DataKind::Measurements, 10, 5);
    good.then(Step::Read(1.0));
    for (name, step) in
        [("failing", Step::Fail(Reason::Unreachable)), ("hanging", Step::Hang), ("panicking", Step::Panic)]
    {
        stage.source(name, DataKind::Measurements, 10, 5).then(step);
    }
    stage.run();
    for _ in 0..40 {
        stage.after(10).await;
        assert_eq!(stage.served(&VALUE, "good"), Some(1.0));
        assert_eq!(stage.status("good").up(), Some(true));
    }
    assert_eq!(good.starts().len(), 40);
}

#[tokio::test(start_paused = true)]
async fn two_sources_of_one_name_are_told_apart() {
    let mut stage = Stage::new();
    for _ in 0..3 {
        stage.source("files", DataKind::Facts, 10, 5).then(Step::Read(1.0));
    }
    let names: Vec<_> = stage.statuses.all().iter().map(|status| status.description.name.clone()).collect();
    assert_eq!(names, ["files", "files (2)", "files (3)"]);
}

#[tokio::test(start_paused = true)]
async fn a_row_of_failures_is_dated_by_its_first_until_a_cycle_succeeds() {
    let mut stage = Stage::new();
    let script = stage.source("flapping", DataKind::Facts, 10, 5);
    script.then(Step::Fail(Reason::Unreachable));
    script.then(Step::Fail(Reason::Malformed));
    script.then(Step::Read(1.0));
    stage.run();
    stage.after(5).await;
    let first = stage.status("flapping");
    assert_eq!(first.failing_since, Some(first.last_failure.unwrap().at));
    while stage.errors("flapping", Reason::Malformed) == 0 {
        stage.after(5).await;
    }
    let second = stage.status("flapping");
    assert_eq!(second.failing_since, first.failing_since);
    assert!(second.last_failure.unwrap().at > first.failing_since.unwrap());
    while stage.status("flapping").up() != Some(true) {
        stage.after(5).await;
    }
    assert_eq!(stage.status("flapping").failing_since, None);
}
