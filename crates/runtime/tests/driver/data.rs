//! What is served while a source works, and after it has ceased to.

use lookout_declarations::Reason;
use lookout_runtime::{DataKind, SourceState};

use crate::scripted::{AGE, Step, VALUE};
use crate::stage::Stage;

#[tokio::test(start_paused = true)]
async fn facts_stay_and_are_judged_anew_while_their_source_fails() {
    let mut stage = Stage::new();
    let script = stage.source("files", DataKind::Facts, 10, 5);
    script.then(Step::Read(7.0));
    script.then(Step::Fail(Reason::Unreachable));
    stage.run();
    stage.after(5).await;
    assert_eq!(stage.served(&AGE, "files"), Some(0.0));
    stage.after(600).await;
    assert_eq!(stage.served(&VALUE, "files"), Some(7.0));
    // Judged at least once a period, although the source itself is asked only every forty seconds.
    let judged = stage.served(&AGE, "files").unwrap();
    assert!((594.0..=606.0).contains(&judged), "judged at an age of {judged} s");
    let status = stage.status("files");
    assert_eq!((status.state, status.up()), (SourceState::Failing, Some(false)));
    let age = status.data_age(tokio::time::Instant::now()).unwrap();
    assert!((600..=606).contains(&age.as_secs()), "{age:?}");
}

#[tokio::test(start_paused = true)]
async fn facts_stay_while_their_source_hangs() {
    let mut stage = Stage::new();
    let script = stage.source("files", DataKind::Facts, 10, 5);
    script.then(Step::Read(7.0));
    script.then(Step::Hang);
    stage.run();
    stage.after(600).await;
    assert_eq!(stage.served(&VALUE, "files"), Some(7.0));
    assert!(stage.served(&AGE, "files").unwrap() > 580.0);
}

#[tokio::test(start_paused = true)]
async fn measurements_are_withdrawn_after_two_minutes_and_come_back() {
    let mut stage = Stage::new();
    let script = stage.source("lag", DataKind::Measurements, 10, 5);
    script.then(Step::Read(7.0));
    for _ in 0..5 {
        script.then(Step::Fail(Reason::Unreachable));
    }
    script.then(Step::Read(8.0));
    stage.run();
    stage.after(119).await;
    assert_eq!(stage.served(&VALUE, "lag"), Some(7.0));
    // They are as they were measured: measurements are not judged again.
    assert_eq!(stage.served(&AGE, "lag"), Some(0.0));
    stage.after(3).await;
    assert_eq!(stage.served(&VALUE, "lag"), None);
    let status = stage.status("lag");
    assert_eq!((status.state, status.up(), status.data_since), (SourceState::Withdrawn, Some(false), None));
    assert!(status.last_success.is_some());
    // Failures at 10, 20, 40, 80 and 120 seconds; a success at 160.
    stage.after(45).await;
    assert_eq!(stage.served(&VALUE, "lag"), Some(8.0));
    assert_eq!(stage.status("lag").up(), Some(true));
}

#[tokio::test(start_paused = true)]
async fn measurements_of_a_slow_source_are_withdrawn_after_three_periods() {
    let mut stage = Stage::new();
    let script = stage.source("lag", DataKind::Measurements, 60, 5);
    script.then(Step::Read(7.0));
    script.then(Step::Fail(Reason::Unreachable));
    stage.run();
    stage.after(179).await;
    assert_eq!(stage.served(&VALUE, "lag"), Some(7.0));
    stage.after(5).await;
    assert_eq!(stage.served(&VALUE, "lag"), None);
}

#[tokio::test(start_paused = true)]
async fn measurements_are_withdrawn_while_a_cycle_hangs() {
    let mut stage = Stage::new();
    let script = stage.source("lag", DataKind::Measurements, 10, 3600);
    script.then(Step::Read(7.0));
    script.then(Step::Hang);
    stage.run();
    stage.after(119).await;
    assert_eq!(stage.served(&VALUE, "lag"), Some(7.0));
    stage.after(5).await;
    assert_eq!(stage.served(&VALUE, "lag"), None);
    assert_eq!(stage.status("lag").state, SourceState::Withdrawn);
    assert_eq!(script.starts().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn what_never_worked_is_not_called_withdrawn() {
    let mut stage = Stage::new();
    let script = stage.source("lag", DataKind::Measurements, 10, 5);
    script.then(Step::Fail(Reason::Unreachable));
    stage.run();
    stage.after(600).await;
    assert_eq!(stage.status("lag").state, SourceState::Failing);
}

#[tokio::test(start_paused = true)]
async fn items_that_cannot_be_read_are_counted_beside_the_data() {
    let mut stage = Stage::new();
    let script = stage.source("files", DataKind::Facts, 10, 5);
    script.then(Step::Partly(7.0));
    script.then(Step::Read(8.0));
    assert_eq!(stage.status("files").faults, None);
    stage.run();
    stage.after(5).await;
    let status = stage.status("files");
    let faults = status.faults.as_ref().unwrap();
    let counts: Vec<_> = faults.by_reason.iter().map(|(reason, count)| (*reason, *count)).collect();
    assert_eq!(counts, [(Reason::Unreachable, 0), (Reason::Malformed, 1)]);
    assert_eq!(faults.examples[0].subject, "item 7");
    assert_eq!(status.up(), Some(true));
    stage.after(10).await;
    assert_eq!(stage.status("files").faults.unwrap().by_reason[&Reason::Malformed], 0);
}

#[tokio::test(start_paused = true)]
async fn stopping_the_driver_withdraws_everything() {
    let mut stage = Stage::new();
    stage.source("files", DataKind::Facts, 10, 5).then(Step::Read(7.0));
    stage.run();
    stage.after(5).await;
    assert_eq!(stage.served(&VALUE, "files"), Some(7.0));
    stage.stop().await;
    stage.after(1).await;
    assert_eq!(stage.served(&VALUE, "files"), None);
}

#[tokio::test(start_paused = true)]
async fn what_is_found_wrong_stays_with_the_data_and_goes_with_them() {
    let mut stage = Stage::new();
    let script = stage.source("lag", DataKind::Measurements, 10, 5);
    script.then(Step::Read(-7.0));
    script.then(Step::Fail(Reason::Unreachable));
    stage.run();
    stage.after(60).await;
    let findings = stage.status("lag").findings;
    assert_eq!(findings.count(), 1);
    assert_eq!(findings.examples[0].message, "is negative");
    stage.after(70).await;
    let status = stage.status("lag");
    assert_eq!((status.state, status.findings.count()), (SourceState::Withdrawn, 0));
}
