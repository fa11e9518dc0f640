//! The story of rights: as few as it says are enough, and one that is missing is called by its name.

use lookout_testkit::scrape::Scrape;
use serde_json::{Value, json};

use super::access::{Account, READ, rule};
use super::control_plane::{ControlPlane, shared};
use super::lookout::{Lookout, Start, rows};
use super::material::{Issuing, secrets, tls_secret};
use crate::steps::Steps;
use crate::watcher::Watcher;

const NAMESPACES: [&str; 3] = ["rights-a", "rights-b", "rights-c"];

/// What the exporter says that it needs, as rules of a role: of the resources that `is_meant` takes.
fn rules(is_meant: impl Fn(&str) -> bool) -> Vec<Value> {
    let spec = lookout_catalog::ALL.iter().find(|spec| spec.name == "certs").expect("it is in the catalogue");
    let declared = spec.permissions.iter().filter(|permission| permission.verb == "list, watch");
    let resources =
        declared.flat_map(|permission| permission.resource.split(", ")).filter(|name| is_meant(name));
    let rules: Vec<Value> = resources
        .map(|name| {
            let (plural, group) = name.split_once('.').unwrap_or((name, ""));
            rule(group, &[plural], READ)
        })
        .collect();
    assert!(rules.len() > 5, "that is little: {rules:?}");
    rules
}

/// Everything that it says, with or without Secrets.
fn everything(with_secrets: bool) -> Vec<Value> {
    rules(|name| with_secrets || name != "secrets")
}

#[test]
fn rights_are_few_and_missing_ones_are_named() {
    let control_plane = shared();
    let issuing = Issuing::named("rights");
    for namespace in NAMESPACES {
        control_plane.namespace(namespace, &json!({}));
        let pair = issuing.issue(namespace, &["rights.example.org"]);
        control_plane.api().create(&secrets(namespace), &tls_secret("web", &pair));
    }
    let mut steps = Steps::default();
    steps.take("what_it_says_that_it_needs_is_enough", || enough(control_plane));
    steps.take("roles_in_its_namespaces_are_enough_for_those", || namespaced(control_plane));
    steps.take("without_secrets_it_needs_no_right_to_them", || without_secrets(control_plane));
    steps.take("a_right_that_is_taken_away_is_named_and_used_again_when_it_is_given_back", || {
        revoked(control_plane);
    });
    steps.take("a_right_that_was_never_given_is_named_at_the_start", || never_given(control_plane));
    steps.end();
}

fn enough(control_plane: &ControlPlane) {
    let account = Account::create(control_plane, NAMESPACES[0], "everything");
    account.allow_everywhere(&everything(true));
    // With everything that it can do.
    let cluster = json!({"namespace_selector": "watched!=no"});
    let mut lookout = Start::with_token(control_plane, &account.token(), &cluster).start();
    let scrape = lookout.until_complete();
    assert_eq!(NAMESPACES.map(|namespace| count(&scrape, namespace)), [1, 1, 1]);
    nothing_refused(control_plane, &account, &lookout);
    // And none of them is too many.
    let requests = control_plane.requests_of(&account.user());
    for rule in everything(true) {
        for resource in rule["resources"].as_array().expect("it is a list") {
            let is_used = requests.iter().any(|entry| entry["objectRef"]["resource"] == *resource);
            assert!(is_used, "the right to {resource} is given and never used");
        }
    }
}

fn namespaced(control_plane: &ControlPlane) {
    let account = Account::create(control_plane, NAMESPACES[0], "namespaced");
    let namespaced = control_plane.kubectl().run(&["api-resources", "--namespaced=true", "--output=name"]);
    let rules = rules(|name| namespaced.lines().any(|known| known == name));
    for namespace in &NAMESPACES[..2] {
        account.allow_in(namespace, &rules);
    }
    let cluster = json!({"namespaces": NAMESPACES[..2]});
    let mut lookout = Start::with_token(control_plane, &account.token(), &cluster).start();
    let scrape = lookout.until_complete();
    assert_eq!(NAMESPACES.map(|namespace| count(&scrape, namespace)), [1, 1, 0]);
    nothing_refused(control_plane, &account, &lookout);
}

fn without_secrets(control_plane: &ControlPlane) {
    let account = Account::create(control_plane, NAMESPACES[0], "without-secrets");
    account.allow_everywhere(&everything(false));
    let cluster = json!({"secrets": {"enabled": false}});
    let mut lookout = Start::with_token(control_plane, &account.token(), &cluster).start();
    let scrape = lookout.until_complete();
    assert_eq!(NAMESPACES.map(|namespace| count(&scrape, namespace)), [0, 0, 0]);
    assert!(!rows(&scrape, "x509_cert_not_after", &[]).is_empty(), "it shows nothing at all");
    nothing_refused(control_plane, &account, &lookout);
    let requests = control_plane.requests_of(&account.user());
    let asked = requests.iter().filter(|entry| entry["objectRef"]["resource"] == "secrets").count();
    assert_eq!(asked, 0, "it asked for Secrets");
}

fn revoked(control_plane: &ControlPlane) {
    let account = Account::create(control_plane, NAMESPACES[0], "revoked");
    account.allow_everywhere(&everything(true));
    // A watch that has begun goes on until it ends, whatever its rights are then.
    let start = Start::with_token(control_plane, &account.token(), &json!({}));
    let mut lookout = start.set("/kubernetes", "budget", json!({"watch_timeout": "5s"})).start();
    lookout.until_complete();
    let watcher = Watcher::start(&lookout.serve.address, |scrape| match count(scrape, NAMESPACES[0]) {
        1 => Vec::new(),
        found => vec![format!("{found} certificates")],
    });
    account.change_everywhere(&everything(false));
    lookout.until("Secrets that cannot be read", |scrape| (up(scrape) == Some(0.0)).then_some(()));
    named(&mut lookout);
    // The other resources go on.
    let scrape = lookout.scrape();
    let maps = rows(&scrape, "x509_source_up", &[("source_kind", "kube-configmap")]);
    assert!(maps.iter().all(|row| row.value == 1.0) && !maps.is_empty(), "ConfigMaps are down, too");
    account.change_everywhere(&everything(true));
    lookout.until("Secrets that can be read again", |scrape| (up(scrape) == Some(1.0)).then_some(()));
    assert_eq!(watcher.end().false_rows, Vec::<String>::new());
}

fn never_given(control_plane: &ControlPlane) {
    let account = Account::create(control_plane, NAMESPACES[0], "never-given");
    account.allow_everywhere(&everything(false));
    let mut lookout = Start::with_token(control_plane, &account.token(), &json!({})).start();
    lookout.until("Secrets that cannot be read", |scrape| (up(scrape) == Some(0.0)).then_some(()));
    named(&mut lookout);
}

/// Waits until metrics and log name the right to Secrets, and what to do.
fn named(lookout: &mut Lookout) {
    lookout.until("the right by its name", |scrape| {
        let refused = rows(scrape, "lookout_kubernetes_permission_granted", &[("resource", "secrets")]);
        refused.iter().any(|row| row.value == 0.0).then_some(())
    });
    let of = [("exporter", "certs"), ("reason", "denied")];
    lookout.until("the reason", |scrape| {
        rows(scrape, "lookout_source_errors_total", &of).iter().any(|row| row.value > 0.0).then_some(())
    });
    let line = lookout.serve.process.until_log("the right in the log", |line| {
        (line.contains("auth can-i") && line.contains("secrets")).then(|| line.to_owned())
    });
    println!("    {line}");
}

/// No request was refused, and all permissions are said to be there.
fn nothing_refused(control_plane: &ControlPlane, account: &Account, lookout: &Lookout) {
    let requests = control_plane.requests_of(&account.user());
    let code = |entry: &Value| entry["responseStatus"]["code"].as_u64().unwrap_or_default();
    let refused: Vec<&Value> = requests
        .iter()
        .filter(|entry| matches!(code(entry), 401 | 403))
        .map(|entry| &entry["requestURI"])
        .collect();
    assert!(requests.len() > 1, "it asked for nothing");
    assert!(refused.is_empty(), "{refused:?}");
    let scrape = lookout.scrape();
    let missing = rows(&scrape, "lookout_kubernetes_permission_granted", &[]);
    let missing: Vec<_> = missing.iter().filter(|row| row.value == 0.0).map(|row| &row.labels).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

fn up(scrape: &Scrape) -> Option<f64> {
    rows(scrape, "x509_source_up", &[("source_kind", "kube-secret")]).first().map(|row| row.value)
}

fn count(scrape: &Scrape, namespace: &str) -> usize {
    rows(scrape, "x509_cert_not_after", &[("secret_namespace", namespace)]).len()
}
