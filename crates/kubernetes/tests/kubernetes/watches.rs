//! Watches: what they bring, how they end, and how they go on.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use lookout_declarations::Reason;
use lookout_kubernetes::{Difference, PartState, Selection, View};
use lookout_kubernetes_spec::metrics::Event;
use serde_json::json;

use crate::secrets::{SECRETS, Values, bookmark, event, follow, list, object, script, shown};
use crate::stage::{Feed, Reply, Stage, cluster, eventually, until};

/// Feeds of the watches, in the order in which they were begun.
pub(crate) type Feeds = Arc<Mutex<Vec<Feed>>>;

/// A server with one object `a/one=1` at version 7, whose watches the test writes.
async fn fed() -> (Stage, Feeds) {
    let feeds: Feeds = Arc::default();
    let theirs = Arc::clone(&feeds);
    let stage = Stage::start(script(
        |_| Reply::json(&list(7, "", &[object("a", "one", 3, "1")])),
        move |_| {
            let (feed, reply) = Reply::feed();
            theirs.lock().unwrap().push(feed);
            reply
        },
    ))
    .await;
    (stage, feeds)
}

pub(crate) async fn feed(feeds: &Feeds, number: usize) -> Feed {
    eventually("the watch", || feeds.lock().unwrap().len() > number).await;
    feeds.lock().unwrap()[number].clone()
}

pub(crate) fn watch_versions(stage: &Stage) -> Vec<String> {
    stage
        .asked()
        .iter()
        .filter(|asked| asked.is_watch())
        .map(|asked| asked.get("resourceVersion").to_owned())
        .collect()
}

pub(crate) fn lists(stage: &Stage) -> usize {
    // One object is asked for to learn the version, not to read the list.
    stage.asked().iter().filter(|asked| !asked.is_watch() && asked.get("limit") != "1").count()
}

#[tokio::test]
async fn changes_come_in_as_they_happen() {
    let (stage, feeds) = fed().await;
    let follower = follow(&stage);
    let watch = feed(&feeds, 0).await;
    let before = until(&follower, "the list", |followed| followed.is_complete).await.view;
    watch.line(&event("ADDED", &object("b", "two", 8, "2")));
    watch.line(&event("MODIFIED", &object("a", "one", 9, "changed")));
    watch.line(&event("ADDED", &object("a", "zero", 10, "0")));
    let after = until(&follower, "the changes", |followed| followed.view.len() == 3).await.view;
    assert_eq!(shown(&after), ["a/one=changed", "a/zero=0", "b/two=2"]);
    let differences: Vec<String> = View::differences(&before, &after)
        .map(|difference| match difference {
            Difference::Added(entry) => format!("+{}", entry.key),
            Difference::Changed { before, after } => {
                format!("{}:{}>{}", after.key, before.object, after.object)
            }
            Difference::Removed(entry) => format!("-{}", entry.key),
        })
        .collect();
    assert_eq!(differences, ["a/one:1>changed", "+a/zero", "+b/two"]);
    watch.line(&event("DELETED", &object("a", "one", 11, "changed")));
    let followed = until(&follower, "the deletion", |followed| followed.view.len() == 2).await;
    assert_eq!(shown(&followed.view), ["a/zero=0", "b/two=2"]);
    assert_eq!(lists(&stage), 1);
}

#[tokio::test]
async fn the_type_may_stand_behind_the_object() {
    let (stage, feeds) = fed().await;
    let follower = follow(&stage);
    let watch = feed(&feeds, 0).await;
    watch.bytes(format!("{{ \"object\" : {} ,\"type\":\"ADDED\"}}\n", object("b", "two", 8, "2")));
    let followed = until(&follower, "the change", |followed| followed.view.len() == 2).await;
    assert_eq!(shown(&followed.view), ["a/one=1", "b/two=2"]);
}

#[tokio::test]
async fn an_event_that_changes_nothing_of_what_is_read_is_no_change() {
    let (stage, feeds) = fed().await;
    let mut follower = follow(&stage);
    let watch = feed(&feeds, 0).await;
    until(&follower, "the list", |followed| followed.parts[0].state == PartState::Following).await;
    follower.changed().await;
    let before = follower.latest().view;
    let mut same = object("a", "one", 8, "1");
    same["metadata"]["labels"] = json!({"other": "x"});
    watch.line(&event("MODIFIED", &same));
    watch.line(&event(
        "ADDED",
        &json!({"metadata": {"name": "unwanted", "namespace": "a", "resourceVersion": "9"}}),
    ));
    watch.line(&bookmark(20));
    drop(feeds.lock().unwrap().drain(..));
    drop(watch);
    stage.await_asked(3).await;
    assert_eq!(watch_versions(&stage), ["7", "20"]);
    assert_eq!(View::differences(&before, &follower.latest().view).count(), 0);
    assert!(tokio::time::timeout(Duration::from_millis(50), follower.changed()).await.is_err());
}

#[tokio::test]
async fn a_watch_goes_on_from_the_last_event_or_bookmark_without_a_list() {
    let (stage, feeds) = fed().await;
    let follower = follow(&stage);
    for (number, (line, next)) in [
        (event("ADDED", &object("b", "two", 12, "2")), "12"),
        (bookmark(30), "30"),
        (event("DELETED", &object("b", "two", 31, "2")), "31"),
    ]
    .into_iter()
    .enumerate()
    {
        let watch = feed(&feeds, number).await;
        watch.line(&line);
        *feeds.lock().unwrap().get_mut(number).unwrap() = Reply::feed().0;
        drop(watch);
        eventually("the next watch", || feeds.lock().unwrap().len() > number + 1).await;
        assert_eq!(watch_versions(&stage).last().unwrap(), next);
    }
    assert_eq!(lists(&stage), 1);
    assert_eq!(shown(&follower.latest().view), ["a/one=1"]);
}

#[tokio::test]
async fn an_event_that_cannot_be_read_is_a_fault_until_the_object_can_be() {
    let (stage, feeds) = fed().await;
    let mut settings = stage.settings();
    settings.budget.max_page_size = lookout_config::HumanSize::from_kibibytes(64);
    let follower = cluster(&settings).follow(Values(SECRETS), &Selection::default());
    let watch = feed(&feeds, 0).await;
    watch.line(&event("MODIFIED", &object("a", "one", 8, "panic")));
    let followed = until(&follower, "the fault", |followed| followed.fault_count == 1).await;
    assert_eq!((followed.faults[0].reason, followed.view.len()), (Reason::Panicked, 0));
    watch.line(&event("MODIFIED", &object("a", "one", 9, "2")));
    until(&follower, "the object", |followed| followed.fault_count == 0 && followed.view.len() == 1).await;
    let huge = object("a", "one", 10, &"x".repeat(100_000));
    watch.bytes(format!(
        "{{\"type\":\"MODIFIED\",\"object\":{{\"metadata\":{},\"data\":{}}}}}\n",
        huge["metadata"], huge["data"]
    ));
    watch.line(&event("ADDED", &object("b", "two", 11, "2")));
    let followed =
        until(&follower, "the other", |followed| followed.view.len() == 1 && followed.fault_count == 1).await;
    assert_eq!(
        (followed.faults[0].reason, followed.faults[0].key.to_string()),
        (Reason::TooLarge, "a/one".to_owned())
    );
    assert_eq!(shown(&followed.view), ["b/two=2"]);
    watch.line(&event("DELETED", &object("a", "one", 12, "x")));
    until(&follower, "no fault", |followed| followed.fault_count == 0).await;
    assert_eq!(lists(&stage), 1);
}

#[tokio::test]
async fn a_follower_that_is_dropped_ends_its_connections() {
    let (stage, feeds) = fed().await;
    let follower = follow(&stage);
    let _watch = feed(&feeds, 0).await;
    assert!(stage.open() > 0);
    drop(follower);
    eventually("the end of the connections", || stage.open() == 0).await;
}

#[tokio::test]
async fn a_burst_is_told_at_once_and_then_at_most_once_a_second() {
    let (stage, feeds) = fed().await;
    let mut follower = follow(&stage);
    let watch = feed(&feeds, 0).await;
    // Before the first word: the time from one to the next is not less than that since here, however late they are heard.
    let start = tokio::time::Instant::now();
    follower.changed().await;
    let _burst = tokio::spawn(async move {
        for number in 0..u64::MAX {
            watch.line(&event("ADDED", &object("b", &format!("{number}"), 10 + number, "x")));
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    });
    for told in 1..=3 {
        // A word that is given up half way is not lost.
        let _ = tokio::time::timeout(Duration::from_millis(20), follower.changed()).await;
        follower.changed().await;
        assert!(lookout_kubernetes::QUIET * told <= start.elapsed(), "{told}");
    }
    let shown = follower.latest().view.len();
    assert!(shown > 20, "a word stands for many changes: {shown}");
}

#[tokio::test]
async fn what_is_done_is_counted() {
    let (stage, feeds) = fed().await;
    let cluster = stage.cluster();
    let follower = cluster.follow(Values(SECRETS), &Selection::default());
    let watch = feed(&feeds, 0).await;
    watch.line(&event("ADDED", &object("b", "two", 8, "2")));
    watch.line(&bookmark(9));
    eventually("the bookmark", || cluster.figures().resources[0].events.contains(&(Event::Bookmark, 1)))
        .await;
    let figures = cluster.figures();
    let resource = &figures.resources[0];
    assert_eq!(
        (resource.resource.as_str(), resource.watches, resource.objects, resource.pages),
        ("secrets", 1, 2, 1)
    );
    assert_eq!((resource.events[0], resource.resumes), ((Event::Added, 1), 0));
    assert!(resource.received_bytes > 300);
    let asked: Vec<_> = figures
        .requests
        .iter()
        .map(|(verb, resource, code, count)| format!("{verb} {resource} {code} {count}"))
        .collect();
    assert_eq!(asked, ["get /version 200 1", "list secrets 200 1", "watch secrets 200 1"]);
    assert!(figures.answered.is_some() && figures.durations.len() == 3 && figures.failures.is_empty());
    drop(follower);
    eventually("the end", || {
        cluster.figures().resources[0].objects == 0 && cluster.figures().resources[0].watches == 0
    })
    .await;
}
