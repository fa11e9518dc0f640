//! What a server refuses, and what follows from it.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use lookout_config::HumanDuration;
use lookout_declarations::Reason;
use lookout_kubernetes::{PartState, Selection};

use crate::secrets::{SECRETS, Values, event, follow, list, object, script, shown};
use crate::stage::{Reply, Stage, cluster, eventually, patient, until};

fn failing(follower: &lookout_kubernetes::Follower<String>) -> Option<(Reason, String)> {
    let followed = follower.latest();
    match &followed.parts[0].state {
        PartState::Failing { reason, message, .. } => Some((*reason, message.clone())),
        _ => None,
    }
}

#[tokio::test]
async fn a_token_that_has_rotated_is_used_at_once_and_without_a_failure() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "first").unwrap();
    let valid: Arc<Mutex<String>> = Arc::new(Mutex::new("Bearer first".to_owned()));
    let theirs = Arc::clone(&valid);
    let stage = Stage::start(move |_, asked| {
        if asked.path == "/version" {
            return crate::secrets::version();
        }
        if asked.headers["authorization"] != *theirs.lock().unwrap() {
            return Reply::status(401, "Unauthorized", "Unauthorized");
        }
        if !asked.is_watch() {
            return Reply::json(&list(7, "", &[object("a", "one", 3, "1")]));
        }
        match asked.get("resourceVersion") {
            "7" => Reply::lines(&[event("ADDED", &object("b", "two", 8, "2"))]),
            _ => Reply::quiet(),
        }
    })
    .await;
    let mut settings = stage.settings();
    settings.access.token_file = file.path().to_string_lossy().into_owned();
    let cluster = cluster(&settings);
    let follower = cluster.follow(Values(SECRETS), &Selection::default());
    until(&follower, "the event", |followed| followed.view.len() == 2).await;
    // Another follow, after the server has forgotten the first token and before anybody looked at the file again.
    std::fs::write(file.path(), "second").unwrap();
    *valid.lock().unwrap() = "Bearer second".to_owned();
    let second = cluster.follow(Values(SECRETS), &Selection::default());
    second.settled().await;
    assert_eq!(shown(&second.latest().view), ["a/one=1"], "{:?}", failing(&second));
    let figures = cluster.figures();
    assert!(figures.renewed_credentials + figures.reloaded >= 1, "{figures:?}");
    assert!(figures.failures.is_empty(), "{figures:?}");
}

#[tokio::test]
async fn credentials_that_stay_refused_are_told_and_do_not_make_a_loop() {
    let stage =
        Stage::start(script(|_| Reply::status(401, "Unauthorized", "Unauthorized"), |_| Reply::quiet()))
            .await;
    let cluster = stage.cluster();
    let follower = cluster.follow(Values(SECRETS), &Selection::default());
    eventually("the failure", || failing(&follower).is_some()).await;
    let (reason, message) = failing(&follower).unwrap();
    assert_eq!(reason, Reason::Unauthenticated);
    assert!(message.contains("answered 401: Unauthorized"), "{message}");
    tokio::time::sleep(Duration::from_millis(700)).await;
    assert!(
        stage.asked().len() < 12 && cluster.figures().renewed_credentials <= 3,
        "{}",
        stage.asked().len()
    );
}

#[tokio::test]
async fn a_missing_right_is_named_with_its_remedy_and_noticed_when_it_is_granted() {
    let granted = Arc::new(AtomicBool::new(false));
    let theirs = Arc::clone(&granted);
    let stage = Stage::start(script(
        move |_| {
            if theirs.load(Ordering::Relaxed) {
                return Reply::json(&list(7, "", &[object("x", "one", 3, "1")]));
            }
            let message = "secrets is forbidden: User \"system:serviceaccount:monitoring:lookout\" cannot list resource \
                           \"secrets\" in API group \"\" in the namespace \"x\"";
            Reply::status(403, "Forbidden", message)
        },
        |_| Reply::quiet(),
    ))
    .await;
    let selection = Selection {
        namespaces: lookout_kubernetes::Namespaces::Named(vec!["x".to_owned()]),
        ..Selection::default()
    };
    let follower = stage.cluster().follow(Values(SECRETS), &selection);
    eventually("the failure", || failing(&follower).is_some()).await;
    let (reason, message) = failing(&follower).unwrap();
    assert_eq!(reason, Reason::Denied);
    for words in [
        "list `secrets` in namespace `x`: answered 403",
        "grant `list` on `secrets` in namespace `x` to the service account `lookout` of namespace `monitoring`",
        "kubectl auth can-i list secrets --namespace=x --as=system:serviceaccount:monitoring:lookout",
    ] {
        assert!(message.contains(words), "{message}");
    }
    granted.store(true, Ordering::Relaxed);
    until(&follower, "what is granted", |followed| followed.view.len() == 1).await;
}

#[tokio::test]
async fn a_right_that_is_revoked_leaves_what_was_read() {
    let stage = Stage::start(script(
        |_| Reply::json(&list(7, "", &[object("a", "one", 3, "1")])),
        |_| {
            Reply::status(
                403,
                "Forbidden",
                "secrets is forbidden: User \"u\" cannot watch resource \"secrets\"",
            )
        },
    ))
    .await;
    let follower = follow(&stage);
    eventually("the failure", || failing(&follower).is_some()).await;
    let (reason, message) = failing(&follower).unwrap();
    assert_eq!(reason, Reason::Denied);
    assert!(message.contains("grant `watch` on `secrets` in the whole cluster to the user `u`"), "{message}");
    let followed = follower.latest();
    assert!(followed.is_complete && followed.view.len() == 1);
}

/// A server that refuses the first list for so many seconds.
async fn impatient(seconds: &'static str) -> Stage {
    let answered = AtomicUsize::new(0);
    Stage::start(script(
        move |_| {
            if answered.fetch_add(1, Ordering::Relaxed) == 0 {
                let status = Reply::status(429, "TooManyRequests", "slow down");
                let Reply::Body(code, kind, _, body) = status else { unreachable!() };
                return Reply::Body(code, kind, vec![("Retry-After", seconds.to_owned())], body);
            }
            Reply::json(&list(7, "", &[object("a", "one", 3, "1")]))
        },
        |_| Reply::quiet(),
    ))
    .await
}

#[tokio::test]
async fn while_a_server_asks_for_patience_nobody_asks_it() {
    // It gets a minute: longer than a machine stalls.
    let stage = impatient("3600").await;
    let cluster = stage.cluster();
    let first = cluster.follow(Values(SECRETS), &Selection::default());
    eventually("the refusal", || !cluster.figures().failures.is_empty()).await;
    assert!(!cluster.figures().hold_left.is_zero());
    let second = cluster.follow(Values(SECRETS), &Selection::default());
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(stage.asked().len(), 1);
    assert!(!first.latest().is_complete && !second.latest().is_complete);
}

#[tokio::test]
async fn a_server_that_asks_for_patience_gets_it_from_everybody() {
    let stage = impatient("5").await;
    let cluster = stage.cluster();
    let first = cluster.follow(Values(SECRETS), &Selection::default());
    eventually("the refusal", || !cluster.figures().failures.is_empty()).await;
    let second = cluster.follow(Values(SECRETS), &Selection::default());
    until(&first, "the first list", |followed| followed.is_complete).await;
    until(&second, "the second list", |followed| followed.is_complete).await;
    let figures = cluster.figures();
    let held = figures.waited.iter().find(|(cause, _)| cause.as_str() == "server").unwrap().1;
    assert!(!held.is_zero(), "the second follow was held back");
    assert_eq!(figures.failures.len(), 1, "{figures:?}");
}

#[tokio::test]
async fn a_server_that_does_not_answer_is_told_after_the_time_that_it_has() {
    let stage = Stage::start(script(|_| Reply::Silence, |_| Reply::quiet())).await;
    let mut settings = stage.settings();
    settings.budget.request_timeout = HumanDuration::from_millis(200);
    let follower = cluster(&settings).follow(Values(SECRETS), &Selection::default());
    eventually("the failure", || failing(&follower).is_some()).await;
    let (reason, message) = failing(&follower).unwrap();
    let expected = format!("list `secrets`: `http://127.0.0.1:{}`: no answer within 200ms", stage.port);
    assert_eq!((reason, message), (Reason::Timeout, expected));
}

#[tokio::test]
async fn a_page_that_stops_in_the_middle_is_told_too() {
    let held: Arc<Mutex<Vec<crate::stage::Feed>>> = Arc::default();
    let stage = Stage::start(script(
        move |_| {
            let (feed, reply) = Reply::feed();
            feed.bytes("{\"kind\":\"SecretList\",");
            held.lock().unwrap().push(feed);
            reply
        },
        |_| Reply::quiet(),
    ))
    .await;
    let mut settings = stage.settings();
    settings.budget.request_timeout = HumanDuration::from_millis(200);
    let follower = cluster(&settings).follow(Values(SECRETS), &Selection::default());
    // On a machine that stalls an attempt before it may not even have had the beginning of the answer.
    let expected = (Reason::Timeout, "list `secrets`: the answer stops in the middle".to_owned());
    eventually("the failure", || failing(&follower).as_ref() == Some(&expected)).await;
}

#[tokio::test]
async fn a_server_that_is_not_there_or_speaks_no_http_is_told() {
    // Nobody listens there, and nobody else can.
    let reserved = tokio::net::TcpSocket::new_v4().unwrap();
    reserved.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let nobody = reserved.local_addr().unwrap().port();
    let babel = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let babel_port = babel.local_addr().unwrap().port();
    tokio::spawn(async move {
        // Kept: one that is closed before it was heard may be a reset to its client.
        let mut kept = Vec::new();
        loop {
            let (mut stream, _) = babel.accept().await.unwrap();
            let _ = tokio::io::AsyncWriteExt::write_all(&mut stream, b"SSH-2.0-x\r\n").await;
            kept.push(stream);
        }
    });
    for (server, expected) in [
        (format!("http://127.0.0.1:{nobody}"), Reason::Unreachable),
        ("http://nobody.invalid".to_owned(), Reason::Unresolved),
        (format!("http://127.0.0.1:{babel_port}"), Reason::Protocol),
        (format!("https://127.0.0.1:{babel_port}"), Reason::Handshake),
    ] {
        let mut settings = patient();
        settings.access.server.clone_from(&server);
        let follower = cluster(&settings).follow(Values(SECRETS), &Selection::default());
        eventually("the failure", || failing(&follower).is_some()).await;
        let (reason, message) = failing(&follower).unwrap();
        assert_eq!(reason, expected, "{server}: {message}");
    }
}
