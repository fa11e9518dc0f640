//! Which objects are followed, and who selects them.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use lookout_declarations::Reason;
use lookout_kubernetes::{NamespacePatterns, Namespaces, PartState, Resource, Selection};
use lookout_runtime::Shard;
use serde_json::json;

use crate::secrets::{SECRETS, Values, event, list, object, script, shown};
use crate::stage::{Feed, Reply, Stage, eventually, until};

fn patterns(include: &[&str], exclude: &[&str], label_selector: &str) -> Selection {
    let owned = |patterns: &[&str]| patterns.iter().map(|pattern| (*pattern).to_owned()).collect();
    let patterns = NamespacePatterns {
        include: owned(include),
        exclude: owned(exclude),
        label_selector: label_selector.to_owned(),
    };
    Selection { namespaces: Namespaces::Matching(patterns), ..Selection::default() }
}

#[tokio::test]
async fn named_namespaces_are_followed_one_by_one_and_fail_one_by_one() {
    let stage = Stage::start(script(
        |asked| match asked.path.as_str() {
            "/api/v1/namespaces/b/secrets" => Reply::status(403, "Forbidden", "no"),
            path => {
                let namespace = path.split('/').nth(4).unwrap();
                Reply::json(&list(7, "", &[object(namespace, "one", 3, namespace)]))
            }
        },
        |_| Reply::quiet(),
    ))
    .await;
    let names = ["c", "b", "a", "c"].map(str::to_owned).to_vec();
    let selection = Selection { namespaces: Namespaces::Named(names), ..Selection::default() };
    let follower = stage.cluster().follow(Values(SECRETS), &selection);
    follower.settled().await;
    let followed = until(&follower, "both lists", |followed| followed.view.len() == 2).await;
    assert_eq!(shown(&followed.view), ["a/one=a", "c/one=c"]);
    assert!(!followed.is_complete);
    let parts: Vec<_> = followed.parts.iter().map(|part| part.namespace.as_deref().unwrap()).collect();
    assert_eq!(parts, ["a", "b", "c"]);
    assert!(matches!(followed.parts[1].state, PartState::Failing { reason: Reason::Denied, .. }));
    assert_eq!(followed.parts[2].state, PartState::Following);
    assert!(stage.asked().iter().all(|asked| asked.path.starts_with("/api/v1/namespaces/")));
}

#[tokio::test]
async fn what_can_be_selected_by_the_server_is() {
    let stage = Stage::start(script(
        |_| {
            Reply::json(&list(
                7,
                "",
                &[
                    object("team-a", "one", 3, "1"),
                    object("team-old", "two", 3, "2"),
                    object("other", "x", 3, "3"),
                ],
            ))
        },
        |_| Reply::quiet(),
    ))
    .await;
    let selection = Selection {
        label_selector: "app in (web, db)".to_owned(),
        field_selector: "type!=helm.sh/release.v1".to_owned(),
        metadata_only: true,
        ..patterns(&["team-*"], &["kube-system", "*-old"], "")
    };
    let follower = stage.cluster().follow(Values(SECRETS), &selection);
    follower.settled().await;
    assert_eq!(shown(&follower.latest().view), ["team-a/one=1"]);
    stage.await_asked(2).await;
    for asked in stage.asked() {
        assert_eq!(asked.get("labelSelector"), "app in (web, db)");
        assert_eq!(asked.get("fieldSelector"), "type!=helm.sh/release.v1,metadata.namespace!=kube-system");
        let kind = if asked.is_watch() { "PartialObjectMetadata" } else { "PartialObjectMetadataList" };
        let expected = format!("application/json;as={kind};g=meta.k8s.io;v=v1,application/json");
        assert_eq!(asked.headers["accept"], expected);
    }
}

#[tokio::test]
async fn the_union_of_all_shards_is_the_whole() {
    let stage = Stage::start(script(
        |_| {
            let items: Vec<_> = (0..60).map(|number| object("a", &format!("{number:02}"), 1, "x")).collect();
            Reply::json(&list(7, "", &items))
        },
        |_| Reply::lines(&[event("ADDED", &object("b", "new", 8, "x"))]),
    ))
    .await;
    let cluster = stage.cluster();
    let mut union = BTreeSet::new();
    let mut sum = 0;
    for index in 0..3 {
        let selection = Selection { shard: Shard::new(index, 3).unwrap(), ..Selection::default() };
        let follower = cluster.follow(Values(SECRETS), &selection);
        follower.settled().await;
        let owns_new = selection.shard.owns("b/new");
        let followed =
            until(&follower, "the event", |followed| followed.view.get("b", "new").is_some() == owns_new)
                .await;
        assert!(followed.view.len() < 61 && !followed.view.is_empty());
        sum += followed.view.len();
        union.extend(shown(&followed.view));
    }
    assert_eq!((union.len(), sum), (61, 61));
}

#[tokio::test]
async fn namespaces_are_selected_by_their_labels_as_they_come_and_go() {
    let namespace = |name: &str, version: u64| json!({"kind": "PartialObjectMetadata", "metadata": {"name": name, "resourceVersion": version.to_string()}});
    let feeds: Arc<Mutex<Vec<Feed>>> = Arc::default();
    let theirs = Arc::clone(&feeds);
    let first = namespace("a", 1);
    let stage = Stage::start(script(
        move |asked| match asked.path.as_str() {
            "/api/v1/namespaces" => {
                assert_eq!(asked.get("labelSelector"), "team=data");
                Reply::json(&list(7, "", std::slice::from_ref(&first)))
            }
            "/api/v1/namespaces/b/secrets" => Reply::json(&list(9, "", &[object("b", "late", 3, "3")])),
            _ => Reply::json(&list(7, "", &[object("a", "one", 3, "1"), object("b", "two", 3, "2")])),
        },
        move |asked| {
            if asked.path != "/api/v1/namespaces" {
                return Reply::quiet();
            }
            let (feed, reply) = Reply::feed();
            theirs.lock().unwrap().push(feed);
            reply
        },
    ))
    .await;
    let follower = stage.cluster().follow(Values(SECRETS), &patterns(&[], &[], "team=data"));
    let followed = until(&follower, "the list", |followed| followed.is_complete).await;
    assert_eq!(shown(&followed.view), ["a/one=1"]);
    eventually("the watch", || !feeds.lock().unwrap().is_empty()).await;
    let feed = feeds.lock().unwrap()[0].clone();
    feed.line(&event("ADDED", &namespace("b", 8)));
    until(&follower, "the new namespace", |followed| shown(&followed.view) == ["a/one=1", "b/late=3"]).await;
    feed.line(&event("DELETED", &namespace("a", 9)));
    until(&follower, "the end of the old one", |followed| shown(&followed.view) == ["b/late=3"]).await;
}

#[tokio::test]
async fn what_lives_in_no_namespace_is_followed_as_a_whole_whatever_is_named() {
    let hooks =
        Resource { group: "admissionregistration.k8s.io", plural: "hooks", is_namespaced: false, ..SECRETS };
    let stage = Stage::start(script(
        |asked| {
            assert_eq!(asked.path, "/apis/admissionregistration.k8s.io/v1/hooks");
            let object = json!({"metadata": {"name": "one", "resourceVersion": "1"}, "data": {"value": "1"}});
            Reply::json(&list(7, "", &[object]))
        },
        |_| Reply::quiet(),
    ))
    .await;
    let selection = Selection { namespaces: Namespaces::Named(vec!["x".to_owned()]), ..Selection::default() };
    let follower = stage.cluster().follow(Values(hooks), &selection);
    follower.settled().await;
    assert_eq!(shown(&follower.latest().view), ["one=1"]);
}
