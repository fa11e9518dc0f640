//! Lists in pages, and everything that can be wrong with a page.

use std::sync::atomic::{AtomicUsize, Ordering};

use lookout_config::HumanSize;
use lookout_declarations::Reason;
use lookout_kubernetes::{ObjectKey, PartState, Resource, Selection};
use lookout_kubernetes_spec::metrics::ListCause;
use serde_json::json;

use crate::secrets::{SECRETS, Values, follow, list, object, script, shown};
use crate::stage::{Reply, Stage, cluster, until};

#[tokio::test]
async fn a_list_is_read_page_by_page_and_seen_when_it_is_complete() {
    let stage = Stage::start(script(
        |asked| {
            assert!(!asked.query.contains_key("resourceVersion"));
            match asked.get("continue") {
                "" => {
                    Reply::json(&list(7, "b+/=", &[object("a", "one", 3, "1"), object("a", "two", 2, "2")]))
                }
                "b+/=" => Reply::json(&list(7, "c", &[object("b", "one", 5, "3")])),
                _ => Reply::json(&list(7, "", &[])),
            }
        },
        |asked| {
            assert_eq!(asked.get("resourceVersion"), "7");
            assert_eq!((asked.get("allowWatchBookmarks"), asked.get("timeoutSeconds")), ("true", "3600"));
            Reply::quiet()
        },
    ))
    .await;
    let follower = follow(&stage);
    assert!(!follower.latest().is_complete);
    follower.settled().await;
    let followed = follower.latest();
    assert!(followed.is_complete);
    assert_eq!(shown(&followed.view), ["a/one=1", "a/two=2", "b/one=3"]);
    assert_eq!(followed.view.get("a", "two").unwrap().object, "2");
    stage.await_asked(4).await;
    let limits: Vec<String> =
        stage.asked().iter().map(|asked| asked.get("limit").to_owned()).take(4).collect();
    assert_eq!(limits, ["25", "100", "400", ""], "small objects come in larger pages");
}

#[tokio::test]
async fn objects_out_of_order_are_put_in_order() {
    let stage = Stage::start(script(
        |_| {
            Reply::json(&list(
                7,
                "",
                &[object("b", "x", 1, "1"), object("a", "z", 1, "2"), object("a", "b", 1, "3")],
            ))
        },
        |_| Reply::quiet(),
    ))
    .await;
    let follower = follow(&stage);
    follower.settled().await;
    assert_eq!(shown(&follower.latest().view), ["a/b=3", "a/z=2", "b/x=1"]);
}

#[tokio::test]
async fn one_object_that_cannot_be_read_loses_no_other() {
    let stage = Stage::start(script(
        |_| {
            let mut text = br#"{"kind":"SecretList","metadata":{"resourceVersion":"7"},"items":["#.to_vec();
            for item in [
                object("a", "good", 1, "1").to_string().into_bytes(),
                br#"{"metadata":{"namespace":"a","name":"number"},"data":{"value":01}}"#.to_vec(),
                b"{\"metadata\":{\"namespace\":\"a\",\"name\":\"bytes\"},\"data\":{\"value\":\"\xff\"}}"
                    .to_vec(),
                object("a", "panics", 1, "panic").to_string().into_bytes(),
                br#"{"metadata":{"namespace":"a"},"data":{"value":"nameless"}}"#.to_vec(),
                b"17".to_vec(),
                br#"{"metadata":{"namespace":"a","name":"typed"},"data":{"value":17}}"#.to_vec(),
            ] {
                text.extend(item);
                text.push(b',');
            }
            text.extend(object("a", "last", 1, "2").to_string().bytes());
            text.extend(b"]}");
            Reply::text(text)
        },
        |_| Reply::quiet(),
    ))
    .await;
    let cluster = stage.cluster();
    let follower = cluster.follow(Values(SECRETS), &Selection::default());
    follower.settled().await;
    let followed = follower.latest();
    assert_eq!(shown(&followed.view), ["a/good=1", "a/last=2"]);
    let faults: Vec<_> = followed.faults.iter().map(|fault| (fault.key.to_string(), fault.reason)).collect();
    let expected = [
        ("(unknown)", Reason::Malformed),
        ("a/bytes", Reason::Malformed),
        ("a/number", Reason::Malformed),
        ("a/panics", Reason::Panicked),
    ];
    assert_eq!(faults, expected.map(|(key, reason)| (key.to_owned(), reason)));
    assert_eq!(cluster.figures().resources[0].unreadable, 5);
}

#[tokio::test]
async fn a_page_beyond_its_bound_is_asked_for_again_in_smaller_ones() {
    let stage = Stage::start(script(
        |asked| {
            let limit: usize = asked.get("limit").parse().unwrap();
            let from: usize = asked.get("continue").parse().unwrap_or(0);
            let items: Vec<_> = (from..30.min(from + limit))
                .map(|number| object("a", &format!("{number:02}"), 1, &"x".repeat(10_000)))
                .collect();
            let next = if from + limit < 30 { (from + limit).to_string() } else { String::new() };
            Reply::json(&list(7, &next, &items))
        },
        |_| Reply::quiet(),
    ))
    .await;
    let mut settings = stage.settings();
    settings.budget.max_page_size = HumanSize::from_kibibytes(64);
    settings.budget.page_size = HumanSize::from_kibibytes(64);
    let follower = cluster(&settings).follow(Values(SECRETS), &Selection::default());
    follower.settled().await;
    assert_eq!(follower.latest().view.len(), 30);
    assert!(stage.asked().iter().skip(1).all(|asked| asked.get("limit") != "25"));
}

#[tokio::test]
async fn a_single_object_beyond_the_bound_is_a_fault_and_the_list_goes_on() {
    let stage = Stage::start(script(
        |asked| {
            let size = |number| if number == 1 { 200_000 } else { 10 };
            let from: usize = asked.get("continue").parse().unwrap_or(0);
            let limit: usize = asked.get("limit").parse().unwrap();
            let end = 3.min(from + limit);
            let items: Vec<_> = (from..end).map(|number| object("a", &number.to_string(), 1, &"x".repeat(size(number)))).collect();
            // As API servers write it: metadata first. (`json!` would sort.)
            let items: Vec<String> = items.iter().map(|item| {
                format!(r#"{{"metadata":{},"data":{}}}"#, item["metadata"], item["data"])
            }).collect();
            let next = if end < 3 { end.to_string() } else { String::new() };
            Reply::text(format!(r#"{{"kind":"SecretList","metadata":{{"resourceVersion":"7","continue":"{next}"}},"items":[{}]}}"#, items.join(",")))
        },
        |_| Reply::quiet(),
    ))
    .await;
    let mut settings = stage.settings();
    settings.budget.max_page_size = HumanSize::from_kibibytes(64);
    let follower = cluster(&settings).follow(Values(SECRETS), &Selection::default());
    follower.settled().await;
    let followed = follower.latest();
    assert!(followed.is_complete);
    assert_eq!(followed.view.iter().map(|entry| entry.key.to_string()).collect::<Vec<_>>(), ["a/0", "a/2"]);
    assert_eq!(followed.faults.len(), 1);
    assert_eq!(
        (&followed.faults[0].key, followed.faults[0].reason),
        (&ObjectKey::new("a", "1"), Reason::TooLarge)
    );
}

#[tokio::test]
async fn a_list_whose_version_expires_in_the_middle_starts_anew() {
    let expired = AtomicUsize::new(0);
    let stage = Stage::start(script(
        move |asked| match asked.get("continue") {
            "" => Reply::json(&list(7, "second", &[object("a", "one", 1, "1")])),
            _ if expired.fetch_add(1, Ordering::Relaxed) < 2 => {
                Reply::status(410, "Expired", "The provided continue parameter is too old")
            }
            _ => Reply::json(&list(7, "", &[object("a", "two", 1, "2")])),
        },
        |_| Reply::quiet(),
    ))
    .await;
    let cluster = stage.cluster();
    let follower = cluster.follow(Values(SECRETS), &Selection::default());
    let followed = until(&follower, "the list", |followed| followed.is_complete).await;
    assert_eq!(shown(&followed.view), ["a/one=1", "a/two=2"]);
    let lists = &cluster.figures().resources[0].lists;
    assert_eq!(*lists, [(ListCause::Start, 1), (ListCause::Expired, 2), (ListCause::Broken, 0)]);
}

#[tokio::test]
async fn what_is_no_list_is_a_failure_that_says_so_and_quotes_nothing() {
    for (reply, reason, words) in [
        (Reply::html as fn() -> Reply, Reason::Unexpected, "login page"),
        (|| Reply::text("t0ken"), Reason::Malformed, "no JSON"),
        (|| Reply::text(r#"{"kind":"Secret","data":{"x":"t0ken"}}"#), Reason::Malformed, "no list"),
        (|| Reply::text(r#"{"kind":"SecretList","items":[{"x":"t0ken"#), Reason::Malformed, "in the middle"),
        (|| Reply::text(r#"{"kind":"SecretList","items":[]}"#), Reason::Malformed, "no version"),
        (|| Reply::json(&list(7, "same", &[])), Reason::Malformed, "go on"),
        (|| Reply::status(500, "InternalError", "etcd is\nlost"), Reason::Server, "etcd is\\nlost"),
        (|| Reply::status(400, "BadRequest", "no such field"), Reason::Unexpected, "no such field"),
    ] {
        let stage = Stage::start(script(move |_| reply(), |_| Reply::quiet())).await;
        let follower = follow(&stage);
        follower.settled().await;
        let followed = follower.latest();
        let PartState::Failing { reason: found, message, .. } = &followed.parts[0].state else {
            panic!("{followed:?}")
        };
        assert_eq!(*found, reason, "{message}");
        assert!(
            message.starts_with("list `secrets`: ") && message.contains(words) && !message.contains("t0ken"),
            "{message}"
        );
        assert!(!followed.is_complete && followed.view.is_empty());
    }
}

#[tokio::test]
async fn the_versions_of_a_resource_are_tried_in_order() {
    let resource =
        Resource { group: "gateway.example", versions: &["v1", "v1beta1"], plural: "routes", ..SECRETS };
    let stage = Stage::start(script(
        |asked| match asked.path.as_str() {
            "/apis/gateway.example/v1beta1/routes" => {
                Reply::json(&list(7, "", &[object("a", "one", 1, "1")]))
            }
            _ => Reply::Body(404, "text/plain", Vec::new(), b"404 page not found\n".to_vec()),
        },
        |asked| {
            assert_eq!(asked.path, "/apis/gateway.example/v1beta1/routes");
            Reply::quiet()
        },
    ))
    .await;
    let follower = stage.cluster().follow(Values(resource), &Selection::default());
    follower.settled().await;
    assert_eq!(shown(&follower.latest().view), ["a/one=1"]);
}

#[tokio::test]
async fn a_resource_that_the_server_does_not_have_is_absent_and_no_failure() {
    let stage = Stage::start(script(
        |_| Reply::Body(404, "text/plain", Vec::new(), b"404 page not found\n".to_vec()),
        |_| Reply::quiet(),
    ))
    .await;
    let follower = follow(&stage);
    follower.settled().await;
    let followed = follower.latest();
    assert_eq!(followed.parts[0].state, PartState::Absent);
    assert!(followed.is_complete && followed.view.is_empty());
}

#[tokio::test]
async fn one_hundred_faults_are_told_and_all_are_counted() {
    let stage = Stage::start(script(
        |_| {
            let items: Vec<_> =
                (0..150).map(|number| object("a", &format!("{number:03}"), 1, "panic")).collect();
            Reply::json(&list(7, "", &items))
        },
        |_| Reply::quiet(),
    ))
    .await;
    let follower = follow(&stage);
    follower.settled().await;
    let followed = follower.latest();
    assert_eq!((followed.faults.len(), followed.fault_count), (100, 150));
    assert_eq!(json!(followed.view.len()), 0);
}
