//! Which rights are missing, before anything is refused.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use lookout_kubernetes::{Need, Resource, Selection, Verdict};
use lookout_kubernetes_spec::metrics::Verb;
use lookout_runtime::Sources;
use serde_json::{Value, json};

use crate::secrets::{SECRETS, Values};
use crate::stage::{Reply, Stage};

fn need(verb: Verb, resource: Resource, namespace: Option<&str>) -> Need {
    Need {
        verb,
        resource,
        namespace: namespace.map(str::to_owned),
        exporter: "certs",
        why: "to read certificates",
        without: "nothing is watched",
    }
}

#[tokio::test]
async fn every_need_is_reviewed_and_a_missing_one_has_its_remedy() {
    let stage = Stage::start(|_, asked| {
        assert_eq!(
            (asked.method.as_str(), asked.headers["content-type"].as_str()),
            ("POST", "application/json")
        );
        if asked.path == "/apis/authentication.k8s.io/v1/selfsubjectreviews" {
            return Reply::json(
                &json!({"status": {"userInfo": {"username": "system:serviceaccount:m:lookout"}}}),
            );
        }
        assert_eq!(asked.path, "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews");
        let body: Value = serde_json::from_str(&asked.body).unwrap();
        let attributes = &body["spec"]["resourceAttributes"];
        match (attributes["resource"].as_str().unwrap(), attributes["namespace"].as_str().unwrap()) {
            ("issuers", "") => assert_eq!(attributes["group"], "cert-manager.io"),
            ("secrets", "x") => assert_eq!(attributes["verb"], "list"),
            ("secrets", "") => return Reply::html(),
            other => panic!("{other:?}"),
        }
        Reply::json(
            &json!({"kind": "SelfSubjectAccessReview", "status": {"allowed": attributes["namespace"] == ""}}),
        )
    })
    .await;
    let cluster = stage.cluster();
    let mut sources = Sources::default();
    let issuers = Resource { group: "cert-manager.io", plural: "issuers", ..SECRETS };
    cluster.need(need(Verb::Watch, issuers, None), &mut sources);
    cluster.need(need(Verb::List, SECRETS, Some("x")), &mut sources);
    cluster.need(need(Verb::List, SECRETS, Some("x")), &mut sources);
    cluster.need(need(Verb::List, SECRETS, None), &mut sources);
    let reviewed = cluster.review().await;
    let verdict = |verb, plural| {
        let found = reviewed.iter().find(|one| {
            (one.need.verb, one.need.resource.plural) == (verb, plural)
                && one.need.namespace.is_some() == (plural == "secrets")
        });
        &found.unwrap().verdict
    };
    assert_eq!(reviewed.len(), 3);
    assert_eq!(*verdict(Verb::Watch, "issuers"), Verdict::Allowed);
    let Verdict::Denied { remedy } = verdict(Verb::List, "secrets") else { panic!("{reviewed:?}") };
    assert!(
        remedy.starts_with(
            "grant `list` on `secrets` in namespace `x` to the service account `lookout` of namespace `m`"
        ),
        "{remedy}"
    );
    let unknown = reviewed.iter().find(|one| matches!(one.verdict, Verdict::Unknown { .. })).unwrap();
    assert_eq!((unknown.need.resource, &unknown.need.namespace), (SECRETS, &None));
    assert_eq!(cluster.user().as_deref(), Some("system:serviceaccount:m:lookout"));
    // Another configuration wants less: what nobody wants any more is not missing.
    let mut sources_after = Sources::default();
    cluster.need(need(Verb::Watch, issuers, None), &mut sources_after);
    drop(sources);
    assert_eq!(cluster.review().await.len(), 1);
}

#[tokio::test]
async fn the_version_is_asked_for_once() {
    let stage = Stage::start(|_, _| crate::secrets::version()).await;
    let cluster = stage.cluster();
    for _ in 0..3 {
        assert_eq!(cluster.server_version().await.unwrap(), "v1.30.0");
    }
    assert_eq!(cluster.figures().requests.len(), 1);
    assert_eq!(cluster.figures().requests[0].3, 1);
}

/// A server that lets us list Secrets or not, and says so.
async fn stage_that_allows(is_allowed: Arc<AtomicBool>) -> Stage {
    Stage::start(move |_, asked| {
        let is_allowed = is_allowed.load(Ordering::SeqCst);
        match asked.path.as_str() {
            "/apis/authentication.k8s.io/v1/selfsubjectreviews" => {
                Reply::json(&json!({"status": {"userInfo": {"username": "someone"}}}))
            }
            REVIEWS => Reply::json(&json!({"status": {"allowed": is_allowed}})),
            "/version" => crate::secrets::version(),
            _ if is_allowed => Reply::json(&crate::secrets::list(7, "", &[])),
            _ => Reply::status(403, "Forbidden", "secrets is forbidden"),
        }
    })
    .await
}

const REVIEWS: &str = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";

#[tokio::test]
async fn what_is_granted_is_not_asked_about_again_until_it_is_refused() {
    let is_allowed = Arc::new(AtomicBool::new(true));
    let stage = stage_that_allows(Arc::clone(&is_allowed)).await;
    let cluster = stage.cluster();
    let mut sources = Sources::default();
    cluster.need(need(Verb::List, SECRETS, None), &mut sources);
    let n_reviews = || stage.asked().iter().filter(|asked| asked.path == REVIEWS).count();
    for _ in 0..3 {
        assert_eq!(cluster.review().await[0].verdict, Verdict::Allowed);
    }
    assert_eq!(n_reviews(), 1);
    // Nobody has been refused yet, so nobody knows.
    is_allowed.store(false, Ordering::SeqCst);
    assert_eq!(cluster.review().await[0].verdict, Verdict::Allowed);
    let _follower = cluster.follow(Values(SECRETS), &Selection::default());
    cluster.refused().await;
    for _ in 0..2 {
        assert!(matches!(cluster.review().await[0].verdict, Verdict::Denied { .. }));
    }
    assert_eq!(n_reviews(), 3, "what is missing is asked about each time");
    is_allowed.store(true, Ordering::SeqCst);
    for _ in 0..2 {
        assert_eq!(cluster.review().await[0].verdict, Verdict::Allowed);
    }
    assert_eq!(n_reviews(), 4);
}
