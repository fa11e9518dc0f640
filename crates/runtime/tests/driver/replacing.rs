//! A source that another configuration changes: replaced without a hole, whatever either of the two does.

use std::sync::mpsc;
use std::time::Duration;

use lookout_declarations::Reason;
use lookout_runtime::{Applied, DataKind, SourceState};
use tokio::time::Instant;

use crate::scripted::{AGE, Step, VALUE};
use crate::stage::{Stage, advance_by};

const REPLACED: Applied = Applied { kept: 0, replaced: 1, added: 0, removed: 0 };

/// A stage on which facts named `files` are served: the value 1, in version 1.
async fn with_files() -> (Stage, std::sync::Arc<crate::scripted::Script>) {
    let mut stage = Stage::new();
    let mut sources = stage.control.sources();
    let script = stage.want(&mut sources, "files", DataKind::Facts, 1);
    script.then(Step::Read(1.0));
    stage.begin_with(sources);
    stage.after(5).await;
    assert_eq!(stage.served(&VALUE, "files"), Some(1.0));
    (stage, script)
}

#[tokio::test(start_paused = true)]
async fn the_successor_begins_at_once_and_its_success_takes_the_place() {
    let (stage, former) = with_files().await;
    let applied_at = Instant::now();
    let (applied, script) =
        stage.change_files(2, [Step::Slowly(Duration::from_secs(3), 2.0), Step::Read(2.0)]).await;
    assert_eq!(applied, REPLACED);
    stage.after(1).await;
    assert_eq!(script.first_start(), Some(applied_at));
    // Until then nothing is missing, and nothing is said to be unknown.
    assert_eq!(stage.served(&VALUE, "files"), Some(1.0));
    assert_eq!(stage.status("files").up(), Some(true));
    stage.after(3).await;
    assert_eq!(stage.served(&VALUE, "files"), Some(2.0));
    stage.after(60).await;
    assert_eq!(former.starts().len(), 1);
    assert!(script.starts().len() > 5);
}

#[tokio::test(start_paused = true)]
async fn facts_stay_with_their_age_while_the_successor_fails() {
    let (stage, former) = with_files().await;
    former.then(Step::Fail(Reason::Malformed));
    let before = stage.status("files");
    let (_, script) = stage
        .change_files(2, [Step::Fail(Reason::Unreachable), Step::Fail(Reason::Unreachable), Step::Read(2.0)])
        .await;
    stage.after(9).await;
    assert_eq!(stage.served(&VALUE, "files"), Some(1.0));
    let status = stage.status("files");
    assert_eq!((status.state, status.errors[&Reason::Unreachable]), (SourceState::Failing, 1));
    assert_eq!((status.data_since, status.last_success), (before.data_since, before.last_success));
    // The successor judges anew what its predecessor has learnt.
    let judged = stage.served(&AGE, "files").unwrap();
    assert!(judged > 3.0, "judged at an age of {judged} s");
    stage.after(30).await;
    assert_eq!((stage.served(&VALUE, "files"), stage.served(&AGE, "files")), (Some(2.0), Some(0.0)));
    assert_eq!(script.most_running(), 1);
}

#[tokio::test(start_paused = true)]
async fn measurements_are_withdrawn_by_their_own_time_and_counters_go_on() {
    let mut stage = Stage::new();
    let mut sources = stage.control.sources();
    let script = stage.want(&mut sources, "lag", DataKind::Measurements, 1);
    script.then(Step::Fail(Reason::Malformed));
    script.then(Step::Read(1.0));
    script.then(Step::Fail(Reason::Unreachable));
    stage.begin_with(sources);
    stage.after(25).await;
    let measured = stage.status("lag").data_since.unwrap();
    for version in 2..5 {
        let mut sources = stage.control.sources();
        let script = stage.want(&mut sources, "lag", DataKind::Measurements, version);
        script.then(Step::Fail(Reason::Unreachable));
        assert_eq!(stage.control.apply(sources).await.unwrap(), REPLACED);
        stage.after(1).await;
    }
    let status = stage.status("lag");
    assert_eq!((status.errors[&Reason::Malformed], status.errors[&Reason::Unreachable]), (1, 4));
    tokio::time::sleep_until(measured + Duration::from_secs(119)).await;
    assert_eq!(stage.served(&VALUE, "lag"), Some(1.0));
    stage.after(2).await;
    assert_eq!((stage.served(&VALUE, "lag"), stage.status("lag").state), (None, SourceState::Withdrawn));
}

#[tokio::test(start_paused = true)]
async fn another_description_is_another_source() {
    let (stage, _) = with_files().await;
    let mut sources = stage.control.sources();
    // Facts until now.
    stage.want(&mut sources, "files", DataKind::Measurements, 1).then(Step::Read(2.0));
    assert_eq!(stage.control.apply(sources).await.unwrap(), REPLACED);
    stage.after(1).await;
    assert_eq!(stage.status("files").description.data, DataKind::Measurements);
    assert_eq!(stage.served(&VALUE, "files"), Some(2.0));
}

#[tokio::test(start_paused = true)]
async fn a_cycle_that_hangs_is_dropped_with_the_source_that_began_it() {
    let mut stage = Stage::new();
    let mut sources = stage.control.sources();
    let former = stage.want(&mut sources, "files", DataKind::Facts, 1);
    former.then(Step::Hang);
    stage.begin_with(sources);
    stage.after(2).await;
    assert_eq!(stage.readiness.pending(), ["example/files"]);
    let (_, script) = stage.change_files(2, [Step::Slowly(Duration::from_secs(2), 2.0)]).await;
    // What was waited for is waited for still.
    stage.after(1).await;
    assert_eq!((stage.readiness.pending(), script.starts().len()), (vec!["example/files".to_owned()], 1));
    stage.after(2).await;
    assert!(stage.readiness.is_ready());
    assert_eq!((stage.served(&VALUE, "files"), stage.errors("files", Reason::Timeout)), (Some(2.0), 0));
}

#[tokio::test(start_paused = true)]
async fn a_successor_waits_until_a_blocked_cycle_lets_go() {
    let mut stage = Stage::new();
    let mut sources = stage.control.sources();
    let (let_go, until) = mpsc::channel();
    let former = stage.want(&mut sources, "files", DataKind::Facts, 1);
    former.then(Step::JudgeBlocks(until));
    stage.begin_with(sources);
    // While a thread is blocked the paused clock does not move by itself.
    advance_by(2).await;
    let (applied, script) = stage.change_files(2, [Step::Read(2.0)]).await;
    assert_eq!(applied, REPLACED);
    advance_by(2).await;
    assert_eq!(script.starts().len(), 0);
    let_go.send(()).unwrap();
    stage.after(1).await;
    assert_eq!((script.starts().len(), former.starts().len()), (1, 1));
    assert_eq!(stage.served(&VALUE, "files"), Some(2.0));
}

#[tokio::test(start_paused = true)]
async fn what_is_published_for_the_first_time_while_another_configuration_comes_is_not_lost() {
    let mut stage = Stage::new();
    let mut sources = stage.control.sources();
    let (let_go, until) = mpsc::channel();
    stage.want(&mut sources, "files", DataKind::Facts, 1).then(Step::PublishBlocks(1.0, until));
    stage.begin_with(sources);
    // The first cycle begins within a second, and has five.
    advance_by(2).await;
    stage.until_served("files", 1.0).await;
    assert_eq!(stage.status("files").up(), None);
    let finish = async {
        // The task of the former source ends, and its place is waited for.
        advance_by(1).await;
        let_go.send(()).unwrap();
    };
    let ((applied, _), ()) = tokio::join!(stage.change_files(2, [Step::Hang]), finish);
    assert_eq!(applied, REPLACED);
    assert_eq!(stage.served(&VALUE, "files"), Some(1.0));
    assert_eq!(stage.status("files").up(), Some(true));
    assert!(stage.status("files").data_since.is_some());
}

#[tokio::test(start_paused = true)]
async fn a_cycle_that_blocks_for_ever_is_left_behind_and_publishes_nothing() {
    let mut stage = Stage::new();
    let mut sources = stage.control.sources();
    let (let_go, until) = mpsc::channel();
    let former = stage.want(&mut sources, "files", DataKind::Facts, 1);
    former.then(Step::Read(1.0));
    former.then(Step::JudgeBlocks(until));
    stage.begin_with(sources);
    stage.after(5).await;
    advance_by(7).await;
    let (_, script) = stage.change_files(2, [Step::Read(2.0)]).await;
    advance_by(4).await;
    assert_eq!((script.starts().len(), stage.served(&VALUE, "files")), (0, Some(1.0)));
    advance_by(3).await;
    assert_eq!(script.starts().len(), 1);
    stage.until_served("files", 2.0).await;
    let_go.send(()).unwrap();
    stage.after(5).await;
    assert_eq!(stage.served(&VALUE, "files"), Some(2.0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_source_that_blocks_its_thread_while_collecting_is_replaced_all_the_same() {
    let mut stage = Stage::new();
    let mut sources = stage.control.sources();
    let (let_go, until) = mpsc::channel();
    let former = stage.want(&mut sources, "files", DataKind::Facts, 1);
    former.then(Step::Block(until));
    former.then(Step::Read(1.0));
    stage.begin_with(sources);
    while former.first_start().is_none() {
        tokio::task::yield_now().await;
    }
    let asked_at = Instant::now();
    let (applied, script) = stage.change_files(2, [Step::Read(2.0)]).await;
    assert_eq!(applied, REPLACED);
    stage.until_served("files", 2.0).await;
    // It was waited for, and then left behind.
    assert!(script.first_start().unwrap() >= asked_at + Duration::from_secs(5));
    let_go.send(()).unwrap();
    while former.is_running() {
        tokio::task::yield_now().await;
    }
    stage.pause().await;
    assert_eq!((stage.served(&VALUE, "files"), former.starts().len()), (Some(2.0), 1));
}

#[tokio::test(start_paused = true)]
async fn a_successor_that_panics_is_counted_and_keeps_what_is_served() {
    let (stage, _) = with_files().await;
    let (_, script) = stage.change_files(2, [Step::Panic, Step::JudgePanics, Step::Read(2.0)]).await;
    stage.after(5).await;
    let status = stage.status("files");
    assert_eq!((status.errors[&Reason::Panicked], status.restarts, status.up()), (1, 1, Some(false)));
    assert_eq!(stage.served(&VALUE, "files"), Some(1.0));
    stage.after(60).await;
    assert_eq!((stage.errors("files", Reason::Panicked), script.recoveries()), (2, 2));
    assert_eq!(stage.served(&VALUE, "files"), Some(2.0));
}

#[tokio::test(start_paused = true)]
async fn a_source_whose_remains_panic_ends_nobody() {
    let mut stage = Stage::new();
    let mut sources = stage.control.sources();
    let former = stage.want(&mut sources, "files", DataKind::Facts, 1);
    // Its model panics when it is dropped, which is after the replacement.
    former.then(Step::DropPanics(1.0));
    stage.want(&mut sources, "others", DataKind::Facts, 1).then(Step::Read(5.0));
    stage.begin_with(sources);
    stage.after(5).await;
    let mut sources = stage.control.sources();
    stage.want(&mut sources, "others", DataKind::Facts, 1);
    assert_eq!(stage.control.apply(sources).await.unwrap().removed, 1);
    stage.after(30).await;
    assert_eq!((stage.served(&VALUE, "files"), stage.served(&VALUE, "others")), (None, Some(5.0)));
    assert_eq!(stage.status("others").restarts, 0);
}

#[tokio::test(start_paused = true)]
async fn of_many_changes_in_quick_succession_the_last_is_in_force() {
    let (stage, _) = with_files().await;
    let mut scripts = Vec::new();
    for version in 2..40 {
        let (applied, script) = stage.change_files(version, [Step::Read(f64::from(version))]).await;
        assert_eq!(applied, REPLACED);
        scripts.push(script);
        assert!(stage.served(&VALUE, "files").is_some());
    }
    stage.after(25).await;
    assert_eq!(stage.served(&VALUE, "files"), Some(39.0));
    let running: Vec<_> = scripts.iter().map(|script| script.starts().len()).collect();
    assert_eq!(running.last(), Some(&3));
    assert!(running[..running.len() - 1].iter().all(|starts| *starts <= 1), "{running:?}");
    assert_eq!(stage.names(), ["files"]);
}

#[tokio::test(start_paused = true)]
async fn many_that_are_replaced_together_do_not_begin_in_the_same_moment() {
    let mut stage = Stage::new();
    let configuration = |stage: &Stage, version| {
        let mut sources = stage.control.sources();
        let scripts: Vec<_> = (0..400)
            .map(|number| stage.want(&mut sources, &format!("source {number}"), DataKind::Facts, version))
            .inspect(|script| script.then(Step::Read(1.0)))
            .collect();
        (sources, scripts)
    };
    let (sources, _) = configuration(&stage, 1);
    stage.begin_with(sources);
    stage.after(5).await;
    let (sources, scripts) = configuration(&stage, 2);
    let applied_at = Instant::now();
    assert_eq!(stage.control.apply(sources).await.unwrap().replaced, 400);
    stage.after(5).await;
    let starts: Vec<_> = scripts.iter().map(|script| script.first_start().unwrap() - applied_at).collect();
    assert!(starts[0] < Duration::from_millis(2), "{starts:?}");
    assert!(starts[100] >= Duration::from_secs(1), "{starts:?}");
    assert!(starts.iter().all(|start| *start <= Duration::from_millis(3001)), "{starts:?}");
}

/// A stage on which `files` of the origin `here` has failed once and then served the value 1, and its successor of the origin
/// `there`, which has just been put into force.
async fn gone_over(
    steps: impl IntoIterator<Item = Step>,
) -> (Stage, std::sync::Arc<crate::scripted::Script>) {
    let mut stage = Stage::new();
    let mut sources = stage.control.sources();
    let script = stage.want_of(&mut sources, "here", "files", DataKind::Facts, 1);
    script.then(Step::Fail(Reason::Malformed));
    script.then(Step::Read(1.0));
    stage.begin_with(sources);
    stage.after(25).await;
    assert_eq!(stage.served(&VALUE, "files"), Some(1.0));
    let mut sources = stage.control.sources();
    let script = stage.want_of(&mut sources, "there", "files", DataKind::Facts, 1);
    steps.into_iter().for_each(|step| script.then(step));
    assert_eq!(stage.control.apply(sources).await.unwrap(), REPLACED);
    (stage, script)
}

#[tokio::test(start_paused = true)]
async fn what_was_read_of_another_origin_is_taken_back_at_once() {
    let (stage, _) = gone_over([Step::Slowly(Duration::from_secs(3), 2.0), Step::Read(2.0)]).await;
    assert_eq!((stage.served(&VALUE, "files"), stage.served(&AGE, "files")), (None, None));
    let status = stage.status("files");
    assert_eq!((status.up(), status.last_success, status.data_since), (None, None, None));
    // What was counted goes on: a counter that falls would be taken for a start of the process.
    assert_eq!(status.errors[&Reason::Malformed], 1);
    stage.after(4).await;
    assert_eq!((stage.served(&VALUE, "files"), stage.status("files").up()), (Some(2.0), Some(true)));
}

#[tokio::test(start_paused = true)]
async fn facts_of_another_origin_are_not_judged_again_while_the_successor_fails() {
    let (stage, script) = gone_over([Step::Fail(Reason::Unreachable)]).await;
    stage.after(60).await;
    assert!(script.starts().len() > 2);
    assert_eq!((stage.served(&VALUE, "files"), stage.served(&AGE, "files")), (None, None));
    let status = stage.status("files");
    assert_eq!((status.state, status.last_success), (SourceState::Failing, None));
}
