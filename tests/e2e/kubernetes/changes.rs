//! The story of Secrets that come, change and go: everybody sees it at once, and nobody else's certificate suffers.

use std::time::{Duration, Instant};

use lookout_testkit::scrape::Scrape;
use serde_json::{Value, json};

use super::access::{Account, READ, base64, rule};
use super::api::Api;
use super::control_plane::shared;
use super::lookout::{Lookout, Start, rows};
use super::material::{Issuing, secret, secrets, tls_secret};
use crate::steps::Steps;
use crate::watcher::Watcher;

const NAMESPACE: &str = "changes";
/// Between two changes that are no burst.
const APART: Duration = Duration::from_millis(1500);

/// What each step works on.
struct Stage {
    api: Api,
    issuing: Issuing,
    lookout: Lookout,
}

#[test]
fn secrets_that_come_change_and_go_are_seen_at_once() {
    let control_plane = shared();
    control_plane.namespace(NAMESPACE, &json!({}));
    let account = Account::create(control_plane, NAMESPACE, "lookout");
    account.allow_in(NAMESPACE, &[rule("", &["secrets"], READ)]);
    let only_secrets = json!({
        "namespaces": [NAMESPACE], "selector": "watched!=no", "config_maps": {"enabled": false}, "cert_manager": false,
        "hosts": false, "workloads": false,
        "secrets": {"rules": [{"type": "kubernetes.io/tls", "keys": ["tls.crt", "ca.crt"]}]},
    });
    let (api, issuing) = (control_plane.api(), Issuing::named("changes"));
    let kept = tls_secret("web-2", &issuing.issue("web-2", &["web-2.example.org"]));
    api.create(&secrets(NAMESPACE), &kept);
    let mut lookout = Start::with_token(control_plane, &account.token(), &only_secrets).start();
    lookout.until("the Secret that was there before", |scrape| (count(scrape, "web-2") == 1).then_some(()));
    std::thread::sleep(APART);
    // It is in every scrape, whatever happens to the others.
    let watcher = Watcher::start(&lookout.serve.address, |scrape| match count(scrape, "web-2") {
        1 => Vec::new(),
        found => vec![format!("{found} rows of web-2")],
    });
    let mut stage = Stage { api, issuing, lookout };
    let mut steps = Steps::default();
    steps.take("a_new_secret_is_seen", || new(&mut stage));
    steps.take("a_renewed_certificate_takes_the_place_of_the_old", || renewed(&mut stage));
    steps.take("a_key_that_is_removed_is_forgotten", || key_removed(&mut stage));
    steps.take("a_value_that_is_garbage_is_a_fault_until_it_is_repaired", || garbage(&mut stage));
    steps.take("a_secret_that_leaves_the_selection_is_forgotten_and_comes_back", || deselected(&mut stage));
    steps.take("a_burst_of_changes_ends_with_the_last", || burst(&mut stage));
    steps.take("deleting_one_secret_leaves_those_whose_names_begin_like_it", || deleted(&mut stage));
    let seen = watcher.end();
    println!("    {} scrapes meanwhile", seen.scrapes);
    steps.take("what_did_not_change_was_always_there", || assert_eq!(seen.false_rows, Vec::<String>::new()));
    steps.end();
}

fn new(stage: &mut Stage) {
    let pair = stage.issuing.issue("web", &["web.example.org"]);
    let mut object = tls_secret("web", &pair);
    object["data"]["ca.crt"] = base64(stage.issuing.certificate().as_bytes()).into();
    stage.api.create(&secrets(NAMESPACE), &object);
    stage.until("a new Secret", |scrape| count(scrape, "web") == 2);
}

fn renewed(stage: &mut Stage) {
    let old = serial(&stage.lookout.scrape(), "tls.crt").expect("it has a certificate");
    let pair = stage.issuing.issue_until("web", &["web.example.org"], 2035);
    stage.merge("web", &json!({"data": {"tls.crt": base64(pair.certificate.as_bytes()), "tls.key": base64(pair.key.as_bytes())}}));
    stage.until("a renewed certificate", |scrape| serial(scrape, "tls.crt").is_some_and(|new| new != old));
    assert_eq!(count(&stage.lookout.scrape(), "web"), 2, "the old one is still there");
}

fn key_removed(stage: &mut Stage) {
    stage.merge("web", &json!({"data": {"ca.crt": null}}));
    stage.until("a key that is gone", |scrape| count(scrape, "web") == 1);
    assert_eq!(serial(&stage.lookout.scrape(), "ca.crt"), None);
}

fn garbage(stage: &mut Stage) {
    let garbage = [("tls.crt", &b"this is no certificate"[..]), ("tls.key", b"nor is this a key")];
    stage.api.create(&secrets(NAMESPACE), &secret("broken", "kubernetes.io/tls", &garbage));
    let of_it =
        [("resource_namespace", NAMESPACE), ("kind", "Secret"), ("name", "broken"), ("key", "tls.crt")];
    stage.until("a fault", |scrape| !rows(scrape, "certs_object_faults", &of_it).is_empty());
    let pair = stage.issuing.issue("broken", &["broken.example.org"]);
    stage.merge("broken", &json!({"data": {"tls.crt": base64(pair.certificate.as_bytes())}}));
    stage.until("a repaired Secret", |scrape| count(scrape, "broken") == 1);
    assert_eq!(rows(&stage.lookout.scrape(), "certs_object_faults", &of_it).len(), 0);
}

fn deselected(stage: &mut Stage) {
    stage.merge("broken", &json!({"metadata": {"labels": {"watched": "no"}}}));
    stage.until("a Secret that is not watched any more", |scrape| count(scrape, "broken") == 0);
    stage.merge("broken", &json!({"metadata": {"labels": null}}));
    stage.until("a Secret that is watched again", |scrape| count(scrape, "broken") == 1);
}

fn burst(stage: &mut Stage) {
    for year in 2040..2060 {
        let pair = stage.issuing.issue_until("burst", &["burst.example.org"], year);
        stage.merge("broken", &json!({"data": {"tls.crt": base64(pair.certificate.as_bytes())}}));
    }
    // The first hour of 2059.
    stage.until("the last of a burst", |scrape| {
        let ends = rows(scrape, "x509_cert_not_after", &[("secret_name", "broken")]);
        ends.len() == 1 && ends[0].value == 2_808_604_800.0
    });
}

fn deleted(stage: &mut Stage) {
    stage.api.delete(&format!("{}/web", secrets(NAMESPACE)));
    stage.until("a Secret that is gone", |scrape| count(scrape, "web") == 0);
    assert_eq!(count(&stage.lookout.scrape(), "web-2"), 1);
}

impl Stage {
    fn merge(&self, name: &str, patch: &Value) {
        self.api.merge(&format!("{}/{name}", secrets(NAMESPACE)), patch);
    }

    /// Waits for what must be seen, and says how long it took since the API server had answered.
    #[track_caller]
    fn until(&mut self, what: &str, is_so: impl Fn(&Scrape) -> bool) {
        let begun = Instant::now();
        self.lookout.until(what, |scrape| is_so(scrape).then_some(()));
        println!("    {what}: seen after {} ms", begun.elapsed().as_millis());
        // What follows within a second is put together with what comes then.
        std::thread::sleep(APART);
    }
}

/// How many certificates of a Secret are shown.
fn count(scrape: &Scrape, name: &str) -> usize {
    rows(scrape, "x509_cert_not_after", &[("secret_namespace", NAMESPACE), ("secret_name", name)]).len()
}

/// The serial number of the certificate behind a key of `web`.
fn serial(scrape: &Scrape, key: &str) -> Option<String> {
    let of_it = [("secret_namespace", NAMESPACE), ("secret_name", "web"), ("secret_key", key)];
    let rows = rows(scrape, "x509_cert_not_after", &of_it);
    rows.first().and_then(|row| row.label("serial_number")).map(str::to_owned)
}
