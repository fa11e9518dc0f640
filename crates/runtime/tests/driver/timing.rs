//! When cycles run: period, jitter, deadline, back-off, and changes that hasten them.

use std::collections::BTreeSet;
use std::time::Duration;

use lookout_declarations::Reason;
use lookout_runtime::DataKind;

use crate::scripted::Step;
use crate::stage::Stage;

#[tokio::test(start_paused = true)]
async fn a_source_runs_once_a_period() {
    let mut stage = Stage::new();
    let script = stage.source("files", DataKind::Facts, 10, 5);
    script.then(Step::Read(1.0));
    stage.run();
    stage.after(45).await;
    assert_eq!(script.starts(), [0, 10_000, 20_000, 30_000, 40_000]);
}

#[tokio::test(start_paused = true)]
async fn the_first_starts_are_spread_over_a_tenth_of_the_period_at_most_three_seconds() {
    let mut stage = Stage::new();
    let scripts: Vec<_> = (0..40)
        .map(|number| stage.source(&format!("source {number}"), DataKind::Facts, 3600, 5))
        .inspect(|script| script.then(Step::Read(1.0)))
        .collect();
    stage.run();
    stage.after(4).await;
    let starts: BTreeSet<_> =
        scripts.iter().map(|script| script.first_start().unwrap() - stage.began).collect();
    assert!(starts.iter().all(|start| *start <= Duration::from_millis(3001)), "{starts:?}");
    // Forty that fall into fewer than ten of three thousand milliseconds would be no jitter.
    assert!(starts.len() >= 10, "{starts:?}");
}

#[tokio::test(start_paused = true)]
async fn a_cycle_longer_than_its_period_delays_the_next_and_is_counted() {
    let mut stage = Stage::new();
    let script = stage.source("slow", DataKind::Facts, 10, 60);
    script.then(Step::Slowly(Duration::from_secs(25), 1.0));
    stage.run();
    stage.after(80).await;
    assert_eq!(script.starts(), [0, 26_000, 52_000, 78_000]);
    assert_eq!(script.most_running(), 1);
    // Each of the three cycles has overrun two starts.
    assert_eq!(stage.errors("slow", Reason::Overrun), 6);
    assert_eq!(stage.status("slow").up(), Some(true));
}

#[tokio::test(start_paused = true)]
async fn a_failing_source_is_asked_ever_more_rarely_and_a_healed_one_every_period() {
    let mut stage = Stage::new();
    let script = stage.source("broken", DataKind::Facts, 10, 5);
    for _ in 0..5 {
        script.then(Step::Fail(Reason::Unreachable));
    }
    script.then(Step::Read(1.0));
    stage.run();
    stage.after(185).await;
    assert_eq!(script.starts(), [0, 10_000, 30_000, 70_000, 110_000, 150_000, 160_000, 170_000, 180_000]);
}

#[tokio::test(start_paused = true)]
async fn a_change_runs_the_source_at_once_and_a_burst_once_a_second() {
    let mut stage = Stage::new();
    let script = stage.source("watched", DataKind::Facts, 600, 5);
    script.then(Step::Read(1.0));
    stage.run();
    stage.after(60).await;
    assert_eq!(script.starts().len(), 1);
    let first = script.first_start().unwrap();
    // Thirty changes in three seconds.
    let burst = (tokio::time::Instant::now() - first).as_millis();
    for _ in 0..30 {
        script.change();
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    stage.after(5).await;
    let after_burst: Vec<_> = script.starts()[1..].iter().map(|start| start - burst).collect();
    assert_eq!(after_burst, [0, 1000, 2000, 3000]);
    // The period begins anew with the last of them.
    stage.after(590).await;
    assert_eq!(script.starts().len(), 5);
    stage.after(10).await;
    assert_eq!(script.starts().len(), 6);
}

#[tokio::test(start_paused = true)]
async fn a_change_during_a_cycle_is_not_lost() {
    let mut stage = Stage::new();
    let script = stage.source("watched", DataKind::Facts, 600, 30);
    script.then(Step::Slowly(Duration::from_secs(10), 1.0));
    stage.run();
    stage.after(8).await;
    script.change();
    stage.after(30).await;
    assert_eq!(script.starts(), [0, 10_000]);
}

#[tokio::test(start_paused = true)]
async fn a_change_of_a_failing_source_is_tried_before_its_pause_is_over() {
    let mut stage = Stage::new();
    let script = stage.source("watched", DataKind::Facts, 60, 5);
    for _ in 0..3 {
        script.then(Step::Fail(Reason::Malformed));
    }
    script.then(Step::Read(2.0));
    stage.run();
    stage.after(190).await;
    assert_eq!(script.starts(), [0, 60_000, 180_000]);
    script.change();
    stage.after(1).await;
    assert_eq!(stage.status("watched").up(), Some(true));
}

#[tokio::test(start_paused = true)]
async fn the_process_is_ready_after_each_first_cycle_or_its_deadline() {
    let mut stage = Stage::new();
    let quick = stage.source("quick", DataKind::Facts, 60, 5);
    quick.then(Step::Read(1.0));
    let broken = stage.source("broken", DataKind::Facts, 60, 5);
    broken.then(Step::Fail(Reason::Unreachable));
    let hanging = stage.source("hanging", DataKind::Facts, 600, 30);
    hanging.then(Step::Hang);
    assert_eq!(stage.readiness.pending(), ["example/quick", "example/broken", "example/hanging"]);
    stage.run();
    stage.after(10).await;
    assert_eq!(stage.readiness.pending(), ["example/hanging"]);
    stage.after(24).await;
    assert!(stage.readiness.is_ready());
}
