//! How watches end otherwise than by the server's clock, and how they go on: cut, gone, dead, garbled.

use std::sync::{Arc, Mutex};

use lookout_config::HumanDuration;
use lookout_declarations::Reason;
use lookout_kubernetes::{PartState, Selection, View};
use lookout_kubernetes_spec::metrics::ListCause;

use crate::secrets::{SECRETS, Values, event, follow, gone, list, object, script, shown};
use crate::stage::{Reply, Stage, cluster, eventually, until};
use crate::watches::{Feeds, feed, lists, watch_versions};

#[tokio::test]
async fn a_watch_that_is_cut_at_any_byte_goes_on_without_loss_and_without_a_list() {
    let lines = format!(
        "{}\n{}\n{}\n",
        event("ADDED", &object("b", "two", 8, "2")),
        event("MODIFIED", &object("a", "one", 9, "x")),
        event("DELETED", &object("b", "two", 10, "2"))
    );
    let followers: Vec<_> = (0..=lines.len())
        .map(|cut| {
            let rest_of = lines.clone();
            async move {
                let first = Mutex::new(true);
                let stage = Stage::start(script(
                    |_| Reply::json(&list(7, "", &[object("a", "one", 3, "1")])),
                    move |asked| {
                        let (feed, reply) = Reply::feed();
                        let told = match asked.get("resourceVersion") {
                            "7" => 0,
                            "8" => 1,
                            "9" => 2,
                            _ => 3,
                        };
                        let text: String = rest_of.split_inclusive('\n').skip(told).collect();
                        if std::mem::take(&mut *first.lock().unwrap()) {
                            feed.bytes(&text.as_bytes()[..cut]);
                            feed.cut();
                            return reply;
                        }
                        feed.bytes(text);
                        feed.keep();
                        reply
                    },
                ))
                .await;
                let follower = follow(&stage);
                until(&follower, "all changes", |followed| shown(&followed.view) == ["a/one=x"]).await;
                eventually("the second watch", || watch_versions(&stage).len() >= 2).await;
                assert_eq!(lists(&stage), 1, "cut at {cut}");
            }
        })
        .collect();
    // Some at a time: each has its own server and connections.
    let mut followers = followers.into_iter();
    loop {
        let some: Vec<_> = followers.by_ref().take(50).map(tokio::spawn).collect();
        if some.is_empty() {
            break;
        }
        for one in some {
            one.await.unwrap();
        }
    }
}

#[tokio::test]
async fn a_version_that_is_gone_leads_to_one_list_that_replaces_without_a_hole() {
    for in_stream in [true, false] {
        let state = Arc::new(Mutex::new((0, 0)));
        let theirs = Arc::clone(&state);
        let stage = Stage::start(move |_, asked| {
            let mut state = theirs.lock().unwrap();
            if asked.path == "/version" {
                return crate::secrets::version();
            }
            if asked.is_watch() {
                state.1 += 1;
                return match (state.1, in_stream) {
                    (1, true) => Reply::lines(&[event("ADDED", &object("b", "two", 8, "2")), gone()]),
                    (1, false) => Reply::lines(&[event("ADDED", &object("b", "two", 8, "2"))]),
                    (2, false) => Reply::status(410, "Expired", "too old resource version"),
                    _ => Reply::quiet(),
                };
            }
            state.0 += 1;
            match (state.0, asked.get("continue")) {
                (1, _) => {
                    Reply::json(&list(7, "", &[object("a", "one", 3, "1"), object("a", "stays", 4, "same")]))
                }
                (_, "") => Reply::json(&list(20, "next", &[object("a", "stays", 4, "same")])),
                _ => Reply::json(&list(20, "", &[object("c", "three", 19, "3")])),
            }
        })
        .await;
        let cluster = stage.cluster();
        let follower = cluster.follow(Values(SECRETS), &Selection::default());
        let stays = |view: &View<String>| view.get("a", "stays").map(Arc::clone);
        let before = until(&follower, "the list", |followed| followed.is_complete).await;
        let after = until(&follower, "the new list", |followed| {
            // Never a moment in between.
            let shown = shown(&followed.view);
            assert!(
                [
                    vec!["a/one=1", "a/stays=same"],
                    vec!["a/one=1", "a/stays=same", "b/two=2"],
                    vec!["a/stays=same", "c/three=3"]
                ]
                .iter()
                .any(|expected| shown == *expected),
                "{shown:?}"
            );
            assert!(followed.is_complete);
            shown.len() == 2 && shown[1] == "c/three=3"
        })
        .await;
        assert!(
            Arc::ptr_eq(&stays(&before.view).unwrap(), &stays(&after.view).unwrap()),
            "it is the same entry"
        );
        eventually("the watch after it", || {
            watch_versions(&stage).last().is_some_and(|version| version == "20")
        })
        .await;
        assert_eq!(lists(&stage), 3, "one page, then one list of two");
        let figures = &cluster.figures().resources[0];
        assert_eq!(figures.lists[1], (ListCause::Expired, 1));
    }
}

#[tokio::test]
async fn a_version_from_before_a_restored_backup_leads_to_a_list() {
    let lists_so_far = Arc::new(Mutex::new(0));
    let theirs = Arc::clone(&lists_so_far);
    let stage = Stage::start(script(
        move |_| {
            *theirs.lock().unwrap() += 1;
            let first = *theirs.lock().unwrap() == 1;
            let (version, value) = if first { (900, "before") } else { (5, "after") };
            Reply::json(&list(version, "", &[object("a", "one", 3, value)]))
        },
        |asked| match asked.get("resourceVersion") {
            "900" => Reply::status(504, "Timeout", "Timeout: Too large resource version: 900, current: 5"),
            _ => Reply::quiet(),
        },
    ))
    .await;
    let follower = follow(&stage);
    until(&follower, "the list after", |followed| shown(&followed.view) == ["a/one=after"]).await;
}

#[tokio::test]
async fn a_storage_that_was_restored_to_a_version_before_ours_is_listed_although_its_watches_are_silent() {
    let is_restored: Arc<Mutex<u32>> = Arc::default();
    let (of_lists, of_watches) = (Arc::clone(&is_restored), is_restored);
    let stage = Stage::start(script(
        move |asked| {
            let (version, value) =
                if *of_lists.lock().unwrap() == 0 { (900, "before") } else { (5, "after") };
            let objects = if asked.get("limit") == "1" { vec![] } else { vec![object("a", "one", 3, value)] };
            Reply::json(&list(version, "", &objects))
        },
        move |asked| {
            let mut watches = of_watches.lock().unwrap();
            *watches += 1;
            if asked.get("resourceVersion") == "900" && *watches <= 2 {
                let (feed, reply) = Reply::feed();
                feed.cut();
                return reply;
            }
            // As a real server answers a watch from its future: nothing.
            Reply::quiet()
        },
    ))
    .await;
    let follower = follow(&stage);
    until(&follower, "the list after", |followed| shown(&followed.view) == ["a/one=after"]).await;
    assert_eq!(lists(&stage), 2);
}

#[tokio::test]
async fn a_line_that_is_no_event_is_asked_for_again_and_then_listed_around() {
    let stage = Stage::start(script(
        |_| Reply::json(&list(7, "", &[object("a", "one", 3, "1")])),
        |_| {
            let (feed, reply) = Reply::feed();
            feed.bytes("t0ken is no event\n");
            reply
        },
    ))
    .await;
    let cluster = stage.cluster();
    let follower = cluster.follow(Values(SECRETS), &Selection::default());
    let followed = until(&follower, "the failure", |followed| {
        matches!(followed.parts[0].state, PartState::Failing { .. })
    })
    .await;
    let PartState::Failing { reason, message, .. } = &followed.parts[0].state else { unreachable!() };
    assert_eq!(*reason, Reason::Malformed);
    assert!(message.contains("watch `secrets`") && !message.contains("t0ken"), "{message}");
    assert_eq!(shown(&followed.view), ["a/one=1"], "what was read stays");
    eventually("another list", || {
        matches!(cluster.figures().resources[0].lists[2], (ListCause::Broken, 1..))
    })
    .await;
}

#[tokio::test]
async fn a_connection_that_dies_unnoticed_is_noticed_after_the_watch_should_have_ended() {
    let feeds: Feeds = Arc::default();
    let theirs = Arc::clone(&feeds);
    let stage = Stage::start(script(
        |_| Reply::json(&list(7, "", &[])),
        move |asked| {
            assert_eq!(asked.get("timeoutSeconds"), "1");
            let (feed, reply) = Reply::feed();
            theirs.lock().unwrap().push(feed);
            reply
        },
    ))
    .await;
    let mut settings = stage.settings();
    settings.budget.watch_timeout = HumanDuration::from_secs(1);
    let cluster = cluster(&settings);
    let follower = cluster.follow(Values(SECRETS), &Selection::default());
    let _first = feed(&feeds, 0).await;
    // The first is never ended by the server; the second tells what happened meanwhile.
    let second = feed(&feeds, 1).await;
    second.line(&event("ADDED", &object("a", "one", 8, "1")));
    until(&follower, "what happened", |followed| followed.view.len() == 1).await;
    assert_eq!(lists(&stage), 1);
    assert!(cluster.figures().failures.iter().any(|(_, _, reason, _)| *reason == Reason::Timeout));
}

#[tokio::test]
async fn a_server_that_is_away_and_comes_back_leaves_no_hole_and_gets_no_list() {
    let state: Arc<Mutex<u32>> = Arc::default();
    let theirs = Arc::clone(&state);
    let stage = Stage::start(script(
        |_| Reply::json(&list(7, "", &[object("a", "one", 3, "1")])),
        move |_| {
            let mut state = theirs.lock().unwrap();
            *state += 1;
            match *state {
                1..=6 => {
                    let (feed, reply) = Reply::feed();
                    feed.cut();
                    reply
                }
                7 => Reply::status(503, "ServiceUnavailable", "apiserver is shutting down"),
                _ => {
                    let (feed, reply) = Reply::feed();
                    feed.line(&event("MODIFIED", &object("a", "one", 8, "2")));
                    feed.keep();
                    reply
                }
            }
        },
    ))
    .await;
    let follower = follow(&stage);
    let failing = until(&follower, "the failure", |followed| {
        matches!(followed.parts[0].state, PartState::Failing { reason: Reason::Disconnected, .. })
    })
    .await;
    assert_eq!(shown(&failing.view), ["a/one=1"]);
    let followed = until(&follower, "the change", |followed| shown(&followed.view) == ["a/one=2"]).await;
    assert!(followed.is_complete);
    until(&follower, "the end of the failure", |followed| followed.parts[0].state == PartState::Following)
        .await;
    assert_eq!(lists(&stage), 1);
}
