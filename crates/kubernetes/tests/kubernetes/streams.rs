//! Lists that a server streams (KEP-3157), and servers that do not.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use lookout_config::HumanDuration;
use lookout_kubernetes::Selection;
use serde_json::{Value, json};

use crate::secrets::{SECRETS, Values, event, list, object, shown};
use crate::stage::{Asked, Reply, Stage, cluster, until};

fn new_version() -> Reply {
    Reply::json(&json!({"major": "1", "minor": "36+", "gitVersion": "v1.36.4"}))
}

fn last_bookmark(version: u64) -> Value {
    let metadata =
        json!({"resourceVersion": version.to_string(), "annotations": {"k8s.io/initial-events-end": "true"}});
    event("BOOKMARK", &json!({"kind": "Secret", "apiVersion": "v1", "metadata": metadata}))
}

/// A server of a version that may stream; `stream` answers the question for it.
async fn stage(stream: impl Fn(&Asked) -> Reply + Send + Sync + 'static) -> Stage {
    Stage::start(move |_, asked| {
        if asked.path == "/version" {
            new_version()
        } else if asked.query.contains_key("sendInitialEvents") {
            assert_eq!(
                (asked.get("resourceVersionMatch"), asked.get("allowWatchBookmarks")),
                ("NotOlderThan", "true")
            );
            stream(asked)
        } else if asked.is_watch() {
            Reply::quiet()
        } else {
            Reply::json(&list(7, "", &[object("a", "paged", 3, "1")]))
        }
    })
    .await
}

#[tokio::test]
async fn a_list_is_streamed_and_what_happens_meanwhile_is_in_it() {
    let stage = stage(|_| {
        Reply::lines(&[
            event("ADDED", &object("b", "one", 3, "1")),
            event("ADDED", &object("a", "two", 4, "2")),
            event("ADDED", &object("a", "gone", 5, "3")),
            event("BOOKMARK", &json!({"metadata": {"resourceVersion": "8"}})),
            event("DELETED", &object("a", "gone", 9, "3")),
            event("MODIFIED", &object("b", "one", 10, "changed")),
            last_bookmark(11),
            event("ADDED", &object("z", "after", 12, "x")),
        ])
    })
    .await;
    let follower = stage.cluster().follow(Values(SECRETS), &Selection::default());
    follower.settled().await;
    assert_eq!(shown(&follower.latest().view), ["a/two=2", "b/one=changed"]);
    stage.await_asked(2).await;
    assert_eq!(stage.asked()[1].get("resourceVersion"), "11");
}

#[tokio::test]
async fn a_server_that_refuses_or_does_not_understand_is_asked_for_pages() {
    // The last one takes it for an ordinary watch, which is found out by its silence alone.
    let (long, short) = (HumanDuration::from_secs(300), HumanDuration::from_secs(3));
    for (stream, request_timeout) in [
        (
            (|_: &Asked| Reply::status(422, "Invalid", "sendInitialEvents is forbidden"))
                as fn(&Asked) -> Reply,
            long,
        ),
        (|_| Reply::status(400, "BadRequest", "what?"), long),
        (|_| Reply::lines(&[]), long),
        (|_| Reply::quiet(), short),
    ] {
        let stage = stage(stream).await;
        let mut settings = stage.settings();
        settings.budget.request_timeout = request_timeout;
        let cluster = cluster(&settings);
        for _ in 0..2 {
            let follower = cluster.follow(Values(SECRETS), &Selection::default());
            follower.settled().await;
            assert_eq!(shown(&follower.latest().view), ["a/paged=1"], "{:?}", follower.latest());
        }
        let streamed =
            stage.asked().iter().filter(|asked| asked.query.contains_key("sendInitialEvents")).count();
        assert_eq!(streamed, 1, "it is asked once");
        assert!(cluster.figures().failures.is_empty(), "{:?}", cluster.figures().failures);
    }
}

#[tokio::test]
async fn a_stream_that_breaks_off_shows_nothing_and_is_begun_anew() {
    let count: Arc<Mutex<u32>> = Arc::default();
    let stage = stage(move |_| {
        let mut count = count.lock().unwrap();
        *count += 1;
        let (feed, reply) = Reply::feed();
        feed.line(&event("ADDED", &object("a", "one", 3, "1")));
        if *count == 1 {
            feed.cut();
        } else {
            feed.line(&event("ADDED", &object("a", "two", 3, "2")));
            feed.line(&last_bookmark(11));
        }
        reply
    })
    .await;
    let follower = stage.cluster().follow(Values(SECRETS), &Selection::default());
    let followed = until(&follower, "the list", |followed| {
        assert_ne!(followed.view.len(), 1);
        followed.is_complete
    })
    .await;
    assert_eq!(shown(&followed.view), ["a/one=1", "a/two=2"]);
    tokio::time::sleep(Duration::from_millis(1)).await;
}
