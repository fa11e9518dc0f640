//! The story of a token: it is exchanged in its file, and dies there when nobody exchanges it.

use std::time::{Duration, SystemTime};

use lookout_testkit::scrape::Scrape;
use serde_json::json;

use super::access::{Account, READ, rule};
use super::control_plane::shared;
use super::lookout::{Lookout, Start, rows};
use super::material::{Issuing, secret, secrets, tls_secret};
use crate::running;
use crate::steps::Steps;
use crate::watcher::Watcher;

const NAMESPACE: &str = "tokens";
/// How long the API server accepts a token after it has expired, for clocks that differ; and a moment to use it, seconds.
const LEEWAY: u64 = 60;
const MOMENT: u64 = 15;

#[test]
fn tokens_are_exchanged_and_expire() {
    let control_plane = shared();
    control_plane.namespace(NAMESPACE, &json!({}));
    let api = control_plane.api();
    let issuing = Issuing::named("tokens");
    api.create(&secrets(NAMESPACE), &tls_secret("web", &issuing.issue("web", &["web.example.org"])));
    for name in ["first", "second"] {
        api.create(&secrets(NAMESPACE), &secret(name, "Opaque", &[]));
    }
    let account = Account::create(control_plane, NAMESPACE, "lookout");
    account.allow_in(NAMESPACE, &[rule("", &["secrets"], READ)]);
    let bound = |name: &str| {
        account.token_until_deleted(&json!({"kind": "Secret", "apiVersion": "v1", "name": name}))
    };
    let cluster = json!({
        "namespaces": [NAMESPACE], "config_maps": {"enabled": false}, "cert_manager": false, "hosts": false, "workloads": false,
    });
    let first = bound("first");
    let start = Start::with_token(control_plane, &first, &cluster);
    let mut lookout = start.set("/kubernetes", "budget", json!({"watch_timeout": "5s"})).start();
    lookout.until("the Secret", |scrape| (count(scrape) == 1 && up(scrape)).then_some(()));
    let watcher = Watcher::start(&lookout.serve.address, |scrape| {
        if count(scrape) == 1 { Vec::new() } else { vec![format!("{} certificates", count(scrape))] }
    });
    let mut steps = Steps::default();
    steps.take("a_token_that_is_exchanged_in_time_is_no_outage", || {
        lookout.exchange_token(&bound("second"));
        let used = control_plane.requests_of(&account.user()).len();
        running::until("a request after the exchange", || {
            (control_plane.requests_of(&account.user()).len() > used).then_some(())
        });
        api.delete(&format!("{}/first", secrets(NAMESPACE)));
        refused(&api.with_token(&first));
        for _ in 0..2 {
            let used = control_plane.requests_of(&account.user()).len();
            running::until("a request with the new token", || {
                (control_plane.requests_of(&account.user()).len() > used).then_some(())
            });
            assert!(up(&lookout.scrape()), "{}", lookout.serve.process.log());
        }
    });
    steps.take("a_token_that_dies_is_told_and_replaced", || {
        api.delete(&format!("{}/second", secrets(NAMESPACE)));
        told(&mut lookout);
        lookout.exchange_token(&account.token());
        lookout.until("a source that is up", |scrape| up(scrape).then_some(()));
    });
    steps.take("a_token_that_expires_is_told_and_replaced", || {
        let now = Duration::from_secs_f64(seconds_now()).as_secs();
        lookout.exchange_token(&account.token_until(now - 3600, now - LEEWAY + MOMENT));
        told(&mut lookout);
        lookout.exchange_token(&account.token());
        lookout.until("a source that is up", |scrape| up(scrape).then_some(()));
    });
    let seen = watcher.end();
    steps.take("what_was_read_stays_all_the_while", || assert_eq!(seen.false_rows, Vec::<String>::new()));
    steps.end();
}

/// Waits until it says that it is not let in, and why.
fn told(lookout: &mut Lookout) {
    lookout.until("a source that is down", |scrape| (!up(scrape)).then_some(()));
    lookout.until("the reason", |scrape| {
        let errors = rows(
            scrape,
            "lookout_source_errors_total",
            &[("exporter", "certs"), ("reason", "unauthenticated")],
        );
        errors.iter().any(|row| row.value > 0.0).then_some(())
    });
}

/// Waits until the API server refuses who asks.
fn refused(api: &super::api::Api) {
    running::until("a refusal", || api.ask("GET", "/version", None).filter(|answer| answer.status == 401));
}

fn up(scrape: &Scrape) -> bool {
    rows(scrape, "x509_source_up", &[("source_kind", "kube-secret")]).iter().any(|row| row.value == 1.0)
}

fn count(scrape: &Scrape) -> usize {
    rows(scrape, "x509_cert_not_after", &[("secret_namespace", NAMESPACE)]).len()
}

/// The clock, seconds since 1970.
#[expect(clippy::disallowed_methods, reason = "the API server has the real clock")]
pub(super) fn seconds_now() -> f64 {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("it is later than 1970");
    now.as_secs_f64()
}
