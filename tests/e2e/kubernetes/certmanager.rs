//! The story of cert-manager itself: its controller issues, renews and fails, and what is shown of that is what it has written.
//!
//! What is expected of dates, counts and conditions is taken from the objects as kubectl prints them; which Certificate fails for which
//! cause stands here by hand, because that is what the story is about.
//!
//! How to get it wrong: to write a status here. What cert-manager writes is the question; only the clock is helped on.

mod servers;
mod web;
mod world;

use std::collections::BTreeMap;
use std::time::Instant;

use lookout_testkit::scrape::Scrape;
use serde_json::{Value, json};

use super::access::{Account, READ, rule};
use super::api::{Api, Kubectl};
use super::control_plane::ControlPlane;
use super::lookout::{Lookout, Start, rows};
use super::truth::{items, seconds};
use crate::running::{PATIENCE, until};
use crate::steps::Steps;
use servers::Servers;
use web::Web;

const NAMESPACE: &str = "story";
const FAMILY: &str = "certs_certmanager_certificate";

/// What each step works on.
struct Stage {
    api: Api,
    kubectl: Kubectl,
    lookout: Lookout,
    web: Web,
    _servers: Servers,
}

#[test]
fn what_cert_manager_does_is_shown_as_it_says() {
    let control_plane = ControlPlane::start_controlled("cert-manager");
    control_plane.install_custom_resources();
    control_plane.namespace(NAMESPACE, &json!({}));
    let (api, web) = (control_plane.api(), Web::start(&world::WEB));
    let names = [&world::RESOLVED[..], &[world::UNRESOLVED], &[world::BLOCKED]];
    let servers = Servers::start(&control_plane, &web, names);
    world::populate(&api, &servers, &web);
    let account = Account::create(&control_plane, NAMESPACE, "lookout");
    account.allow_everywhere(&[rule("*", &["*"], READ)]);
    let cluster = json!({"namespaces": [format!("{NAMESPACE}*")], "probe_hosts": false});
    let mut lookout = Start::with_token(&control_plane, &account.token(), &cluster).start();
    lookout.until_complete();
    let kubectl = control_plane.kubectl();
    let mut stage = Stage { api, kubectl, lookout, web, _servers: servers };
    let mut steps = Steps::default();
    steps.take("what_is_issued_shows_its_dates", || issued(&mut stage));
    steps.take("what_fails_at_once_says_why", || failed(&mut stage));
    steps.take("what_waits_for_ever_says_why", || stuck(&mut stage));
    steps.take("issuers_are_as_ready_as_they_say", || issuers(&mut stage));
    steps.take("requests_orders_and_challenges_are_counted", || requests(&mut stage));
    steps.take("a_second_issue_is_counted", || issued_again(&mut stage));
    steps.end();
}

impl Stage {
    /// The Certificates as they are now, by name.
    fn certificates(&self) -> BTreeMap<String, Value> {
        let list = self.kubectl.get(&["certificates", "--namespace", NAMESPACE]);
        let named = |object: &Value| {
            (object["metadata"]["name"].as_str().unwrap_or_default().to_owned(), object.clone())
        };
        items(&list).iter().map(named).collect()
    }

    /// Hands the keys of all Challenges to the web, as the pods would that nobody runs here.
    fn solve(&self) {
        let list = self.kubectl.get(&["challenges", "--namespace", NAMESPACE]);
        for challenge in items(&list) {
            let text = |field: &str| challenge["spec"][field].as_str().unwrap_or_default();
            self.web.set_key(text("token"), text("key"));
        }
    }

    /// Waits until cert-manager has come as far as `is_so` wants of every one of these Certificates.
    #[track_caller]
    fn until_all(&self, names: &[&str], what: &str, is_so: impl Fn(&Value) -> bool) {
        let begun = Instant::now();
        loop {
            self.solve();
            let all = self.certificates();
            let left: Vec<_> = names.iter().filter(|name| !is_so(&all[**name])).collect();
            if left.is_empty() {
                return println!("    {what} after {:.1} s", begun.elapsed().as_secs_f32());
            }
            let of_left =
                left.iter().map(|name| all[**name]["status"].to_string()).collect::<Vec<_>>().join("\n");
            assert!(begun.elapsed() < PATIENCE, "{what}: not {left:?}\n{of_left}");
            std::thread::sleep(std::time::Duration::from_millis(200));
        }
    }

    /// Waits until the rows of a family are these, by the labels' values.
    #[track_caller]
    fn until_rows(
        &mut self,
        family: &str,
        labels: &[&str],
        wanted: impl Fn(&Self) -> BTreeMap<Vec<String>, f64>,
    ) {
        let url = self.lookout.url();
        let begun = Instant::now();
        loop {
            let (wanted, scrape) = (wanted(self), super::lookout::parse(&url));
            let found = found(&scrape, family, labels);
            if found == wanted {
                assert!(!wanted.is_empty(), "{family} without rows proves nothing");
                return println!("    {} rows of {family}", wanted.len());
            }
            assert!(begun.elapsed() < PATIENCE, "{family}\nfound  {found:?}\nwanted {wanted:?}");
            std::thread::sleep(std::time::Duration::from_millis(100));
        }
    }

    /// The rows of a family are what `value` takes of each Certificate, none where it takes nothing.
    #[track_caller]
    fn until_rows_of_each(&mut self, family: &str, value: impl Fn(&Value) -> Option<f64>) {
        self.until_rows(&format!("{FAMILY}_{family}"), &["certificate"], |stage| {
            let all = stage.certificates();
            all.iter().filter_map(|(name, object)| Some((vec![name.clone()], value(object)?))).collect()
        });
    }
}

/// The rows of the namespace, and those without one.
fn found(scrape: &Scrape, family: &str, labels: &[&str]) -> BTreeMap<Vec<String>, f64> {
    let of = [NAMESPACE, ""].map(|namespace| rows(scrape, family, &[("resource_namespace", namespace)]));
    let values = |sample: &&lookout_testkit::scrape::Sample| {
        let values = labels.iter().map(|label| sample.label(label).unwrap_or_default().to_owned());
        (values.collect(), sample.value)
    };
    of.iter().flatten().map(values).collect()
}

fn condition<'a>(object: &'a Value, kind: &str) -> Option<&'a Value> {
    object["status"]["conditions"].as_array()?.iter().find(|condition| condition["type"] == kind)
}

fn has(object: &Value, kind: &str, status: &str) -> bool {
    condition(object, kind).is_some_and(|condition| condition["status"] == status)
}

fn at(object: &Value, field: &str) -> Option<f64> {
    object["status"][field].as_str().map(|time| seconds(time) as f64)
}

fn number(object: &Value, field: &str) -> Option<f64> {
    object["status"][field].as_f64()
}

/// What was issued, by three kinds of issuers, has its dates; nothing else has.
fn issued(stage: &mut Stage) {
    const ISSUED: [&str; 3] = ["root", "leaf", "valid"];
    stage.until_all(&ISSUED, "issued", |certificate| has(certificate, "Ready", "True"));
    stage.until_rows_of_each("not_after_timestamp_seconds", |certificate| at(certificate, "notAfter"));
    stage.until_rows_of_each("renewal_timestamp_seconds", |certificate| at(certificate, "renewalTime"));
    stage.until_rows_of_each("revision", |certificate| number(certificate, "revision"));
    stage.until_rows_of_each("never_issued", |certificate| {
        let name = certificate["metadata"]["name"].as_str().expect("it has a name");
        Some(f64::from(u8::from(!ISSUED.contains(&name))))
    });
    ready(stage, &format!("{FAMILY}_ready"), "certificate", "certificates");
}

/// Whether objects are ready, in cert-manager's words.
fn ready(stage: &mut Stage, family: &str, label: &str, kinds: &str) {
    stage.until_rows(family, &[label, "status"], |stage| {
        let list = stage.kubectl.get(&[kinds, "--namespace", NAMESPACE]);
        let of = |object: &Value| {
            let name = object["metadata"]["name"].as_str().expect("it has a name").to_owned();
            let said =
                condition(object, "Ready").and_then(|ready| ready["status"].as_str()).unwrap_or("Unknown");
            let said = said.to_lowercase();
            ["true", "false", "unknown"]
                .map(|status| (vec![name.clone(), status.to_owned()], f64::from(u8::from(status == said))))
        };
        items(&list).iter().flat_map(of).collect()
    });
}

/// Waits until exactly these Certificates are said to fail, each for its cause.
#[track_caller]
fn until_causes(stage: &mut Stage, wanted: &[(&str, &str)]) {
    let wanted: BTreeMap<String, String> =
        wanted.iter().map(|(name, cause)| ((*name).to_owned(), (*cause).to_owned())).collect();
    let url = stage.lookout.url();
    let mut last = BTreeMap::new();
    let begun = Instant::now();
    until("the causes", || {
        let scrape = super::lookout::parse(&url);
        let all = found(&scrape, &format!("{FAMILY}_failure"), &["certificate", "cause"]);
        let holding = all.into_iter().filter(|(_, value)| *value == 1.0);
        last = holding
            .filter_map(|(labels, _)| labels.try_into().ok().map(|[name, cause]: [String; 2]| (name, cause)))
            .collect();
        (last == wanted || begun.elapsed() > PATIENCE / 2).then_some(())
    });
    if last != wanted {
        let said = stage.kubectl.run(&[
            "describe",
            "challenges,orders,certificaterequests",
            "--namespace",
            NAMESPACE,
        ]);
        let said: Vec<_> = said
            .lines()
            .filter(|line| ["Reason:", "Message:", "Name:"].iter().any(|word| line.trim().starts_with(word)))
            .collect();
        panic!("found {last:?}\nwanted {wanted:?}\n{}", said.join("\n"));
    }
    println!("    {last:?}");
}

/// What the authority refuses fails in earnest: the moment and the number of attempts are cert-manager's.
fn failed(stage: &mut Stage) {
    const FAILED: [(&str, &str); 3] =
        [("blocked", "denied"), ("limited", "rate_limited"), ("refused", "http_status")];
    let names = FAILED.map(|(name, _)| name);
    stage.until_all(&names, "failed", |certificate| has(certificate, "Issuing", "False"));
    until_causes(stage, &FAILED);
    stage.until_rows_of_each("failing_since_timestamp_seconds", |certificate| {
        at(certificate, "lastFailureTime")
    });
    stage.until_rows_of_each("failed_attempts", |certificate| number(certificate, "failedIssuanceAttempts"));
}

/// What never fails and never ends: cert-manager repeats its own check, or waits for an issuer. After a quarter of an hour that
/// counts as failing; so its conditions are given an older date, as if the hour had passed.
fn stuck(stage: &mut Stage) {
    const STUCK: [&str; 5] = ["closed", "forbidden", "login", "nowhere", "waits"];
    const SINCE: &str = "2026-01-02T03:04:05Z";
    let list = |stage: &Stage| stage.kubectl.get(&["challenges", "--namespace", NAMESPACE]);
    until("a word of every challenge that waits", || {
        let list = list(stage);
        let waits = |name: &str| {
            let mut all = items(&list).iter();
            all.any(|challenge| {
                challenge["spec"]["dnsName"] == name
                    && challenge["status"]["reason"]
                        .as_str()
                        .is_some_and(|reason| reason.starts_with("Waiting for HTTP-01"))
            })
        };
        ["forbidden.test", "login.test", "nowhere.test"].into_iter().all(waits).then_some(())
    });
    for challenge in items(&list(stage)) {
        println!("    {}: {}", challenge["spec"]["dnsName"], challenge["status"]["reason"]);
    }
    for name in STUCK {
        let mut status = stage.certificates().remove(name).expect("it is there")["status"].clone();
        for condition in status["conditions"].as_array_mut().expect("it has conditions") {
            condition["lastTransitionTime"] = SINCE.into();
        }
        stage.api.merge(
            &format!("{}/status", world::certificates(name)),
            &json!({"status": {"conditions": status["conditions"]}}),
        );
    }
    until_causes(
        stage,
        &[
            ("blocked", "denied"),
            ("closed", "issuer_not_ready"),
            ("forbidden", "http_status"),
            ("limited", "rate_limited"),
            ("login", "login_page"),
            ("nowhere", "dns"),
            ("refused", "http_status"),
            ("waits", "issuer_not_ready"),
        ],
    );
    stage.until_rows_of_each("failing_since_timestamp_seconds", |certificate| {
        let is_stuck = has(certificate, "Issuing", "True");
        at(certificate, "lastFailureTime").or_else(|| is_stuck.then(|| seconds(SINCE) as f64))
    });
}

/// Issuers, also one whose Secret nobody made, one whose authority is not there, and one where a page is.
fn issuers(stage: &mut Stage) {
    let family = "certs_certmanager_issuer_ready";
    ready(stage, family, "issuer", "issuers,clusterissuers");
    let scrape = stage.lookout.scrape();
    let ready: Vec<_> = found(&scrape, family, &["issuer", "status"])
        .into_iter()
        .filter(|(labels, value)| *value == 1.0 && labels[1] == "true")
        .map(|(labels, _)| labels[0].clone())
        .collect();
    assert_eq!(ready, ["authority", "limited", "own", "pebble"]);
}

/// What is on its way, by kind and state.
fn requests(stage: &mut Stage) {
    stage.until_rows("certs_certmanager_requests", &["kind", "state"], |stage| {
        let mut counts = BTreeMap::new();
        for kind in ["CertificateRequest", "Order", "Challenge"] {
            let list = stage.kubectl.get(&[&format!("{}s", kind.to_lowercase()), "--namespace", NAMESPACE]);
            for object in items(&list) {
                *counts.entry(vec![kind.to_owned(), state(kind, object)]).or_insert(0.0) += 1.0;
            }
        }
        counts
    });
}

fn state(kind: &str, object: &Value) -> String {
    if kind != "CertificateRequest" {
        return object["status"]["state"].as_str().unwrap_or("unknown").to_owned();
    }
    let ready = condition(object, "Ready");
    let reason = ready.and_then(|ready| ready["reason"].as_str());
    match (has(object, "Ready", "True"), reason) {
        (true, _) => "ready",
        (false, Some("Failed")) => "failed",
        (false, Some(_)) => "pending",
        (false, None) => "unknown",
    }
    .to_owned()
}

/// Without its Secret a Certificate is issued again.
fn issued_again(stage: &mut Stage) {
    stage.api.delete(&format!("/api/v1/namespaces/{NAMESPACE}/secrets/leaf-tls"));
    stage.until_all(&["leaf"], "issued again", |certificate| {
        has(certificate, "Ready", "True") && number(certificate, "revision") == Some(2.0)
    });
    stage.until_rows_of_each("revision", |certificate| number(certificate, "revision"));
    stage.until_rows_of_each("not_after_timestamp_seconds", |certificate| at(certificate, "notAfter"));
}
