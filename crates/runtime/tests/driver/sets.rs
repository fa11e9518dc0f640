//! Sets of sources: what another configuration keeps, adds and removes, and what it does to readiness and order.

use std::time::Duration;

use lookout_declarations::Reason;
use lookout_runtime::{Applied, ApplySources, DataKind, SourceState};
use tokio::time::Instant;

use crate::scripted::{Step, VALUE};
use crate::stage::Stage;

#[tokio::test(start_paused = true)]
async fn what_is_unchanged_goes_on_and_is_not_made_again() {
    let mut stage = Stage::new();
    let mut sources = stage.control.sources();
    let good = stage.want(&mut sources, "good", DataKind::Facts, 1);
    good.then(Step::Read(1.0));
    let broken = stage.want(&mut sources, "broken", DataKind::Measurements, 1);
    broken.then(Step::Fail(Reason::Unreachable));
    let slow = stage.want(&mut sources, "slow", DataKind::Facts, 1);
    slow.then(Step::Slowly(Duration::from_secs(4), 3.0));
    stage.begin_with(sources);
    stage.after(3).await;
    for _ in 0..20 {
        let mut sources = stage.control.sources();
        // Their scripts are empty: they would panic.
        for (name, data) in
            [("good", DataKind::Facts), ("broken", DataKind::Measurements), ("slow", DataKind::Facts)]
        {
            stage.want(&mut sources, name, data, 1);
        }
        let applied = stage.control.apply(sources).await.unwrap();
        assert_eq!(applied, Applied { kept: 3, ..Applied::default() });
        stage.after(2).await;
    }
    // Every period, as if nothing had been; a failing one ever more rarely; and no cycle was cut off.
    assert_eq!(good.starts(), [0, 10_000, 20_000, 30_000, 40_000]);
    assert_eq!(broken.starts(), [0, 10_000, 30_000]);
    assert_eq!((slow.starts().len(), stage.served(&VALUE, "slow")), (5, Some(3.0)));
    assert_eq!(stage.errors("broken", Reason::Unreachable), 3);
    assert!(stage.statuses.all().iter().all(|status| status.restarts == 0));
}

#[tokio::test(start_paused = true)]
async fn what_is_removed_is_taken_back_at_once() {
    let mut stage = Stage::new();
    let mut sources = stage.control.sources();
    let gone = stage.want(&mut sources, "gone", DataKind::Facts, 1);
    gone.then(Step::Read(1.0));
    stage.want(&mut sources, "hanging", DataKind::Facts, 1).then(Step::Hang);
    stage.want(&mut sources, "stays", DataKind::Facts, 1).then(Step::Read(2.0));
    stage.begin_with(sources);
    stage.after(3).await;
    assert_eq!(stage.served(&VALUE, "gone"), Some(1.0));
    assert_eq!(stage.readiness.pending(), ["example/hanging"]);
    let mut sources = stage.control.sources();
    stage.want(&mut sources, "stays", DataKind::Facts, 1);
    let applied = stage.control.apply(sources).await.unwrap();
    assert_eq!(applied, Applied { kept: 1, removed: 2, ..Applied::default() });
    assert_eq!((stage.served(&VALUE, "gone"), stage.served(&VALUE, "stays")), (None, Some(2.0)));
    assert_eq!(stage.names(), ["stays"]);
    assert!(stage.readiness.is_ready());
    stage.after(60).await;
    assert_eq!((gone.starts().len(), stage.served(&VALUE, "gone")), (1, None));
}

#[tokio::test(start_paused = true)]
async fn what_comes_back_begins_anew() {
    let mut stage = Stage::new();
    let mut sources = stage.control.sources();
    stage.want(&mut sources, "files", DataKind::Facts, 1).then(Step::Fail(Reason::Unreachable));
    stage.begin_with(sources);
    stage.after(3).await;
    assert_eq!(stage.errors("files", Reason::Unreachable), 1);
    assert_eq!(stage.control.apply(stage.control.sources()).await.unwrap().removed, 1);
    let (applied, _) = stage.change_files(1, [Step::Read(2.0)]).await;
    assert_eq!(applied, Applied { added: 1, ..Applied::default() });
    assert_eq!(stage.errors("files", Reason::Unreachable), 0);
    stage.after(3).await;
    assert_eq!(stage.served(&VALUE, "files"), Some(2.0));
}

#[tokio::test(start_paused = true)]
async fn what_is_added_does_not_make_a_ready_process_unready() {
    let mut stage = Stage::new();
    let mut sources = stage.control.sources();
    stage.want(&mut sources, "first", DataKind::Facts, 1).then(Step::Slowly(Duration::from_secs(4), 1.0));
    stage.begin_with(sources);
    let with = |names: &[&str]| {
        let mut sources = stage.control.sources();
        for name in names {
            stage
                .want(&mut sources, name, DataKind::Facts, 1)
                .then(Step::Slowly(Duration::from_secs(4), 1.0));
        }
        sources
    };
    // Before it is ready it waits for what is added, too.
    stage.control.apply(with(&["first", "second"])).await.unwrap();
    assert_eq!(stage.readiness.pending(), ["example/first", "example/second"]);
    stage.after(8).await;
    assert!(stage.readiness.is_ready());
    stage.control.apply(with(&["first", "second", "third"])).await.unwrap();
    assert!(stage.readiness.is_ready());
    assert_eq!(stage.status("third").state, SourceState::Waiting);
    stage.after(8).await;
    assert_eq!(stage.served(&VALUE, "third"), Some(1.0));
}

#[tokio::test(start_paused = true)]
async fn what_is_added_begins_as_at_the_start() {
    let mut stage = Stage::new();
    stage.begin_with(stage.control.sources());
    let mut sources = stage.control.sources();
    let scripts: Vec<_> = (0..40)
        .map(|number| stage.want(&mut sources, &format!("source {number}"), DataKind::Facts, 1))
        .inspect(|script| script.then(Step::Read(1.0)))
        .collect();
    let applied_at = Instant::now();
    stage.control.apply(sources).await.unwrap();
    stage.after(2).await;
    let starts: std::collections::BTreeSet<_> =
        scripts.iter().map(|script| script.first_start().unwrap() - applied_at).collect();
    // A tenth of ten seconds.
    assert!(starts.iter().all(|start| *start <= Duration::from_millis(1001)), "{starts:?}");
    assert!(starts.len() >= 10, "{starts:?}");
}

#[tokio::test(start_paused = true)]
async fn statuses_are_in_the_order_of_the_configuration_and_announced() {
    let mut stage = Stage::new();
    let mut sources = stage.control.sources();
    for name in ["a", "b", "b"] {
        stage.want(&mut sources, name, DataKind::Facts, 1).then(Step::Read(1.0));
    }
    stage.begin_with(sources);
    stage.after(3).await;
    assert_eq!(stage.names(), ["a", "b", "b (2)"]);
    let mut cycles = stage.statuses.cycles();
    cycles.mark_unchanged();
    let mut sources = stage.control.sources();
    for name in ["c", "b", "a", "b"] {
        stage.want(&mut sources, name, DataKind::Facts, 1).then(Step::Read(1.0));
    }
    let applied = stage.control.apply(sources).await.unwrap();
    assert_eq!(applied, Applied { kept: 3, added: 1, ..Applied::default() });
    assert_eq!(stage.names(), ["c", "b", "a", "b (2)"]);
    assert!(cycles.has_changed().unwrap());
}

#[tokio::test(start_paused = true)]
async fn a_set_with_a_source_that_cannot_be_made_changes_nothing() {
    let mut stage = Stage::new();
    let mut sources = stage.control.sources();
    let script = stage.want(&mut sources, "files", DataKind::Facts, 1);
    script.then(Step::Read(1.0));
    stage.begin_with(sources);
    stage.after(3).await;
    let mut sources = stage.control.sources();
    stage.want(&mut sources, "new", DataKind::Facts, 1);
    stage.want(&mut sources, "files", DataKind::Facts, 2);
    stage.want_one_that_cannot_be_made(&mut sources, "cursed");
    let error = stage.control.apply(sources).await.unwrap_err();
    let (exporter, source_name) = ("example", "cursed".to_owned());
    let message = "making panics, as the test wants".to_owned();
    assert_eq!(error, ApplySources::MakeSource { exporter, source_name, message });
    assert_eq!(stage.names(), ["files"]);
    stage.after(20).await;
    assert_eq!((script.starts().len(), stage.served(&VALUE, "files")), (3, Some(1.0)));
}

#[tokio::test(start_paused = true)]
async fn the_sources_of_a_driver_that_has_ended_cannot_be_changed() {
    let mut stage = Stage::new();
    stage.begin_with(stage.control.sources());
    stage.after(1).await;
    stage.stop().await;
    assert_eq!(stage.control.apply(stage.control.sources()).await, Err(ApplySources::ReachDriver));
}

#[tokio::test(start_paused = true)]
async fn whoever_gives_up_waiting_has_changed_the_sources_all_the_same() {
    let mut stage = Stage::new();
    stage.begin_with(stage.control.sources());
    let mut sources = stage.control.sources();
    stage.want(&mut sources, "files", DataKind::Facts, 1).then(Step::Read(1.0));
    let control = stage.control.clone();
    let mut applying = Box::pin(async move { control.apply(sources).await });
    // Asked once, and dropped.
    let asked =
        std::future::poll_fn(|context| std::task::Poll::Ready(applying.as_mut().poll(context).is_pending()));
    assert!(asked.await);
    drop(applying);
    stage.after(3).await;
    assert_eq!(stage.served(&VALUE, "files"), Some(1.0));
}
