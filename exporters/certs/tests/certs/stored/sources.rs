//! The sources against an API server: what is stored shows, changes show, and what goes wrong is told. What is wrong in the peers
//! is here by the names of `baselines.md`.

use core::time::Duration;

use lookout_certs_spec::Settings;
use lookout_certs_spec::config::SecretRule;
use lookout_runtime::Shard;
use lookout_simulator::kubernetes::{Disturbance, Port, Principal, Rule, Scope, objects};
use lookout_testkit::scrape::Scrape;
use serde_json::json;

use super::world::{LOOKOUT, World, administrator, samples, secrets, settings, tls_secret, up};
use crate::support::fixture;

const NOT_AFTER: &str = "x509_cert_not_after";

fn webhook(name: &str) -> serde_json::Value {
    let bundle = data_encoding::BASE64.encode(&fixture("root.pem"));
    json!({
        "apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingWebhookConfiguration",
        "metadata": { "name": name },
        "webhooks": [{ "name": "check.example", "clientConfig": { "caBundle": bundle } }],
    })
}

#[tokio::test]
async fn what_is_stored_in_a_cluster_shows_without_configuration() {
    let world = World::new(administrator());
    let root = String::from_utf8(fixture("root.pem")).unwrap();
    world.api.apply(tls_secret("shop", "web")).unwrap();
    world.api.apply(objects::config_map("shop", "trust", &[("ca.crt", &root)])).unwrap();
    world.api.apply(objects::config_map("shop", "kube-root-ca.crt", &[("ca.crt", &root)])).unwrap();
    world.api.apply(webhook("check")).unwrap();
    let mut running = world.start(&settings());
    let sources = [
        "secrets",
        "configmaps",
        "validatingwebhookconfigurations",
        "mutatingwebhookconfigurations",
        "apiservices",
        "customresourcedefinitions",
    ];
    // That a kind of object can be read is said by another source than that which shows the objects.
    let is_complete = |scrape: &Scrape| {
        let is_shown = |name: &str| scrape.value("x509_source_bundles", &[("source_name", name)]).is_some();
        sources.iter().all(|name| up(scrape, name) == Some(1.0) && is_shown(name))
    };
    let scrape = running.until(|scrape| is_complete(scrape) && samples(scrape, NOT_AFTER).len() == 5).await;
    assert_eq!(secrets(&scrape), ["shop/web ca.crt", "shop/web tls.crt"]);
    let of = |label, value| scrape.value(NOT_AFTER, &[(label, value), ("subject_CN", "Example Root")]);
    assert_eq!(of("configmap_name", "trust"), Some(2_208_988_800.0));
    assert_eq!(of("cabundle_entry", "check.example"), Some(2_208_988_800.0));
    assert_eq!(of("cabundle_resource_kind", "ValidatingWebhookConfiguration"), Some(2_208_988_800.0));
    let bundles = |name| scrape.value("x509_source_bundles", &[("source_name", name)]);
    assert_eq!(
        (bundles("secrets"), bundles("configmaps"), bundles("apiservices")),
        (Some(1.0), Some(1.0), Some(0.0))
    );
    let errors = samples(&scrape, "x509_source_errors_total");
    assert!(!errors.is_empty() && errors.iter().all(|sample| sample.value == 0.0));
    let transport = samples(&scrape, "x509_kube_transport_errors_total");
    assert!(!transport.is_empty() && transport.iter().all(|sample| sample.value == 0.0));
}

/// What a cluster is watched for beside its stored certificates, one family each.
const OF_CLUSTER: [&str; 3] = [NOT_AFTER, "certs_host_certificate", "certs_secret_workload_info"];

/// A cluster in which each of [`OF_CLUSTER`] has rows, and settings that ask for them.
fn populated() -> (World, Settings) {
    let world = World::new(administrator());
    world.api.apply(tls_secret("shop", "web")).unwrap();
    world.api.apply(objects::ingress("shop", "web", &["web.example"], "web", "web")).unwrap();
    world.api.apply(objects::workload("Deployment", "shop", "web", &["web"])).unwrap();
    let mut settings = settings();
    (settings.cluster.hosts, settings.cluster.workloads) = (true, true);
    (world, settings)
}

fn shown_of_cluster(scrape: &Scrape) -> Vec<&'static str> {
    OF_CLUSTER.into_iter().filter(|family| !samples(scrape, family).is_empty()).collect()
}

#[tokio::test]
async fn what_was_read_of_another_server_is_taken_back_at_once() {
    let (first, settings) = populated();
    let second = World::new(Principal::with_token(LOOKOUT, "token"));
    let mut running = first.start(&settings);
    running.until(|scrape| shown_of_cluster(scrape) == OF_CLUSTER).await;
    running.go_over_to(&second, &settings).await;
    assert_eq!(shown_of_cluster(&running.scrape()), [""; 0]);
    running.until(|scrape| up(scrape, "secrets") == Some(0.0)).await;
    assert_eq!(shown_of_cluster(&running.scrape()), [""; 0]);
    // And back: it is read anew.
    running.go_over_to(&first, &settings).await;
    running
        .until(|scrape| up(scrape, "secrets") == Some(1.0) && shown_of_cluster(scrape) == OF_CLUSTER)
        .await;
}

#[tokio::test]
async fn another_budget_for_the_same_server_makes_no_hole() {
    let (world, settings) = populated();
    let mut running = world.start(&settings);
    running.until(|scrape| shown_of_cluster(scrape) == OF_CLUSTER).await;
    let mut kubernetes = world.kubernetes();
    kubernetes.budget.burst += 1;
    // What is joined with the Secrets is read before them.
    world.api.disturb(Scope::resource("secrets"), Disturbance::Delayed(Duration::from_secs(1)));
    running.reload(&kubernetes, &settings).await;
    let (reloaded, statuses) = (running.clock.now(), running.statuses.clone());
    // At each look, until every source has read the server again.
    running
        .until(|scrape| {
            assert_eq!(shown_of_cluster(scrape), OF_CLUSTER);
            statuses.all().iter().all(|status| status.last_success > Some(reloaded))
        })
        .await;
    assert_eq!(shown_of_cluster(&running.scrape()), OF_CLUSTER);
}

#[tokio::test]
async fn deleting_a_secret_does_not_drop_another_whose_name_begins_alike() {
    let world = World::new(administrator());
    for name in ["web", "web-2", "we"] {
        world.api.apply(tls_secret("shop", name)).unwrap();
    }
    let mut running = world.start(&settings());
    running.until(|scrape| secrets(scrape).len() == 6).await;
    world.api.delete("secrets", "shop", "web").unwrap();
    let scrape = running.until(|scrape| secrets(scrape).len() == 4).await;
    assert_eq!(
        secrets(&scrape),
        ["shop/we ca.crt", "shop/we tls.crt", "shop/web-2 ca.crt", "shop/web-2 tls.crt"]
    );
}

#[tokio::test]
async fn a_removed_key_is_forgotten_and_a_replaced_one_replaced() {
    let world = World::new(administrator());
    world.api.apply(tls_secret("shop", "web")).unwrap();
    let mut running = world.start(&settings());
    running.until(|scrape| samples(scrape, NOT_AFTER).len() == 3).await;
    let removal = json!({ "data": { "ca.crt": null } });
    world.api.patch("secrets", "shop", "web", &removal).unwrap();
    let scrape = running.until(|scrape| samples(scrape, NOT_AFTER).len() == 2).await;
    assert_eq!(secrets(&scrape), ["shop/web tls.crt"]);
    let other = data_encoding::BASE64.encode(&fixture("self-signed-server.pem"));
    world.api.patch("secrets", "shop", "web", &json!({ "data": { "tls.crt": other } })).unwrap();
    let scrape = running.until(|scrape| samples(scrape, NOT_AFTER).len() == 1).await;
    assert_eq!(scrape.value(NOT_AFTER, &[("subject_CN", "shop.example")]), None);
}

#[tokio::test]
async fn one_malformed_secret_costs_only_itself_and_garbage_is_not_skipped_in_silence() {
    let world = World::new(administrator());
    for number in 0..40 {
        world.api.apply(tls_secret("shop", &format!("web-{number}"))).unwrap();
    }
    let garbage: [(&str, &[u8]); 1] = [("tls.crt", b"garbage")];
    world.api.apply(objects::secret("shop", "garbage", "kubernetes.io/tls", &garbage)).unwrap();
    let odd = json!({
        "apiVersion": "v1", "kind": "Secret", "type": "kubernetes.io/tls",
        "metadata": { "namespace": "shop", "name": "odd" }, "data": { "tls.crt": 5 },
    });
    world.api.apply(odd).unwrap();
    let mut running = world.start(&settings());
    let has_read = |scrape: &Scrape| up(scrape, "secrets") == Some(1.0) && secrets(scrape).len() == 80;
    let scrape = running.until(has_read).await;
    let labels =
        |name| [("resource_namespace", "shop"), ("kind", "Secret"), ("name", name), ("key", "tls.crt")];
    for name in ["garbage", "odd"] {
        assert_eq!(scrape.value("certs_object_faults", &labels(name)), Some(1.0), "{name}");
        assert_eq!(
            scrape.value("x509_cert_error", &[("secret_name", name), ("secret_key", "tls.crt")]),
            Some(1.0)
        );
    }
    let errors =
        |reason| scrape.value("x509_source_errors_total", &[("source_name", "secrets"), ("reason", reason)]);
    assert!(errors("no_certificate_found") >= Some(1.0) && errors("decode_failed") >= Some(1.0));
    world.api.apply(tls_secret("shop", "garbage")).unwrap();
    let scrape =
        running.until(|scrape| scrape.value("certs_object_faults", &labels("garbage")).is_none()).await;
    assert_eq!(scrape.value("x509_cert_error", &[("secret_name", "garbage")]), None);
}

#[tokio::test]
async fn an_outage_of_the_api_is_seen_and_takes_no_certificate_away() {
    let world = World::new(administrator());
    world.api.apply(tls_secret("shop", "web")).unwrap();
    let mut running = world.start(&settings());
    running.until(|scrape| up(scrape, "secrets") == Some(1.0) && secrets(scrape).len() == 2).await;
    world.api.switch(Port::Closed).await.unwrap();
    let scrape = running.until(|scrape| up(scrape, "secrets") == Some(0.0)).await;
    assert_eq!(secrets(&scrape).len(), 2);
    let failures = |scrape: &Scrape| -> f64 {
        let of_secrets = samples(scrape, "x509_kube_transport_errors_total").iter();
        of_secrets
            .filter(|sample| sample.label("resource") == Some("secrets"))
            .map(|sample| sample.value)
            .sum()
    };
    running.until(|scrape| failures(scrape) > 0.0).await;
    world.api.apply(tls_secret("shop", "new")).unwrap();
    world.api.switch(Port::Open).await.unwrap();
    running.until(|scrape| up(scrape, "secrets") == Some(1.0) && secrets(scrape).len() == 4).await;
}

#[tokio::test]
async fn a_missing_permission_is_a_source_that_is_down_and_hides_no_other() {
    let reads =
        Principal::with_token(LOOKOUT, "token").allowed(Rule::reads("", &["configmaps", "namespaces"]));
    let world = World::new(reads);
    world.api.apply(tls_secret("shop", "web")).unwrap();
    let root = String::from_utf8(fixture("root.pem")).unwrap();
    world.api.apply(objects::config_map("shop", "trust", &[("ca.crt", &root)])).unwrap();
    let mut running = world.start(&settings());
    running
        .until(|scrape| {
            let is_shown = scrape.value(NOT_AFTER, &[("configmap_name", "trust")]).is_some();
            up(scrape, "secrets") == Some(0.0) && up(scrape, "configmaps") == Some(1.0) && is_shown
        })
        .await;
    let denied = [("resource", "secrets"), ("reason", "denied")];
    running.until(|scrape| scrape.value("x509_kube_transport_errors_total", &denied) > Some(0.0)).await;
    // The right is granted: no restart is needed.
    world.api.set_principal(administrator());
    running.until(|scrape| up(scrape, "secrets") == Some(1.0) && secrets(scrape).len() == 2).await;
}

#[tokio::test]
async fn rights_in_the_namespaces_that_are_named_suffice() {
    let within = Rule::reads("", &["secrets", "configmaps"]).within(&["a", "b"]);
    let world = World::new(Principal::with_token(LOOKOUT, "token").allowed(within));
    for namespace in ["a", "b", "shop"] {
        world.api.apply(tls_secret(namespace, "web")).unwrap();
    }
    let mut settings = settings();
    settings.cluster.namespaces = vec!["a".to_owned(), "b".to_owned()];
    let mut running = world.start(&settings);
    let scrape =
        running.until(|scrape| up(scrape, "secrets") == Some(1.0) && secrets(scrape).len() == 4).await;
    assert_eq!(secrets(&scrape), ["a/web ca.crt", "a/web tls.crt", "b/web ca.crt", "b/web tls.crt"]);
    assert_eq!(up(&scrape, "apiservices"), None, "what has no namespace is not asked for");
    assert!(
        world.api.seen().iter().all(|request| request.status != 403),
        "nothing is asked for that is not allowed"
    );
}

#[tokio::test]
async fn what_is_not_wanted_is_left_out_by_the_server() {
    let world = World::new(administrator());
    world.api.apply(tls_secret("a", "web")).unwrap();
    world.api.apply(tls_secret("b", "web")).unwrap();
    world.api.apply(objects::labelled(tls_secret("a", "other"), &[("team", "data")])).unwrap();
    let mut settings = settings();
    settings.cluster.selector = "team=data".to_owned();
    settings.cluster.labels = vec!["team".to_owned()];
    settings.cluster.exclude_namespaces = vec!["b".to_owned()];
    let mut running = world.start(&settings);
    let scrape = running.until(|scrape| secrets(scrape).len() == 2).await;
    assert!(
        samples(&scrape, NOT_AFTER).iter().all(|sample| sample.label("secret_label_team") == Some("data"))
    );
    let seen = world.api.seen();
    let lists: Vec<_> = seen.iter().filter(|request| request.plural == "secrets").collect();
    assert!(!lists.is_empty());
    for request in lists {
        let fields = request.query.get("fieldSelector").map(String::as_str).unwrap_or_default();
        assert!(
            fields.contains("type=kubernetes.io/tls") && fields.contains("metadata.namespace!=b"),
            "{fields}"
        );
        assert_eq!(request.query.get("labelSelector").map(String::as_str), Some("team=data"));
    }
}

#[tokio::test]
async fn without_secrets_no_secret_is_asked_for() {
    let world = World::new(administrator());
    world.api.apply(tls_secret("shop", "web")).unwrap();
    world.api.apply(webhook("check")).unwrap();
    let mut settings = settings();
    settings.cluster.secrets.enabled = false;
    let mut running = world.start(&settings);
    let scrape = running
        .until(|scrape| scrape.value(NOT_AFTER, &[("cabundle_resource_name", "check")]).is_some())
        .await;
    assert_eq!((secrets(&scrape), up(&scrape, "secrets")), (Vec::new(), None));
    assert_eq!(world.api.requests("list", "secrets") + world.api.requests("watch", "secrets"), 0);
}

#[tokio::test]
async fn shards_together_show_what_one_process_shows() {
    let world = World::new(administrator());
    for number in 0..12 {
        world.api.apply(tls_secret(["a", "b"][number % 2], &format!("web-{number}"))).unwrap();
    }
    let mut whole = world.start(&settings());
    let expected = secrets(&whole.until(|scrape| secrets(scrape).len() == 24).await);
    let mut found = Vec::new();
    for index in 0..3 {
        let mut shard = world.start_shard(&settings(), Shard::new(index, 3).unwrap());
        let has_read = |scrape: &Scrape| up(scrape, "secrets") == Some(1.0) && !secrets(scrape).is_empty();
        let scrape = shard.until(has_read).await;
        assert!(secrets(&scrape).len() < 24, "shard {index} has a part");
        found.extend(secrets(&scrape));
    }
    found.sort();
    assert_eq!(found, expected);
}

#[tokio::test]
async fn an_answer_that_cannot_be_read_takes_nothing_away() {
    let world = World::new(administrator());
    world.api.apply(tls_secret("shop", "web")).unwrap();
    world.api.disturb(Scope::resource("configmaps"), Disturbance::LoginPage);
    let mut running = world.start(&settings());
    running
        .until(|scrape| {
            let (secrets_up, config_maps_up) = (up(scrape, "secrets"), up(scrape, "configmaps"));
            (secrets_up, config_maps_up) == (Some(1.0), Some(0.0)) && secrets(scrape).len() == 2
        })
        .await;
    world.api.undisturb();
    running.until(|scrape| up(scrape, "configmaps") == Some(1.0)).await;
}

#[tokio::test]
async fn namespaces_are_chosen_by_their_labels() {
    let world = World::new(administrator());
    world.api.apply(objects::namespace("a", &[("team", "data")])).unwrap();
    for namespace in ["a", "b"] {
        world.api.apply(tls_secret(namespace, "web")).unwrap();
    }
    let mut settings = settings();
    settings.cluster.namespace_selector = "team=data".to_owned();
    let mut running = world.start(&settings);
    let scrape =
        running.until(|scrape| up(scrape, "secrets") == Some(1.0) && secrets(scrape).len() == 2).await;
    assert_eq!(secrets(&scrape), ["a/web ca.crt", "a/web tls.crt"]);
    // Another namespace gets the label.
    world.api.apply(objects::namespace("b", &[("team", "data")])).unwrap();
    running.until(|scrape| secrets(scrape).len() == 4).await;
}

#[tokio::test]
async fn a_namespace_that_may_not_be_read_hides_no_other_and_is_told() {
    let within = Rule::reads("", &["secrets", "configmaps"]).within(&["a"]);
    let world = World::new(Principal::with_token(LOOKOUT, "token").allowed(within));
    for namespace in ["a", "b"] {
        world.api.apply(tls_secret(namespace, "web")).unwrap();
    }
    let mut settings = settings();
    settings.cluster.namespaces = vec!["a".to_owned(), "b".to_owned()];
    let mut running = world.start(&settings);
    let scrape =
        running.until(|scrape| up(scrape, "secrets") == Some(0.0) && secrets(scrape).len() == 2).await;
    assert_eq!(
        secrets(&scrape),
        ["a/web ca.crt", "a/web tls.crt"],
        "partial is not complete, and not nothing"
    );
}

#[tokio::test]
async fn secrets_of_several_types_are_read_without_those_of_helm() {
    let world = World::new(administrator());
    world.api.apply(tls_secret("shop", "web")).unwrap();
    let chain = fixture("chain.pem");
    world
        .api
        .apply(objects::secret("shop", "own", "Opaque", &[("site.pem", &chain), ("password", b"x")]))
        .unwrap();
    world
        .api
        .apply(objects::secret("shop", "release", "helm.sh/release.v1", &[("site.pem", &chain)]))
        .unwrap();
    let mut settings = settings();
    let keys = vec!["*.pem".to_owned()];
    settings.cluster.secrets.rules.push(SecretRule { secret_type: "*".to_owned(), keys });
    let mut running = world.start(&settings);
    let scrape = running.until(|scrape| secrets(scrape).len() == 3).await;
    assert_eq!(secrets(&scrape), ["shop/own site.pem", "shop/web ca.crt", "shop/web tls.crt"]);
    let seen = world.api.seen();
    let mut lists = seen.iter().filter(|request| request.plural == "secrets");
    let is_left_out = |fields: &String| fields.contains("type!=helm.sh/release.v1");
    assert!(lists.all(|request| request.query.get("fieldSelector").is_some_and(is_left_out)));
}
