//! Secrets are planted in everything that is read from a cluster, and looked for in everything that is written: the log at its
//! most talkative, the metrics, the page. So that the search is known to work, a marker that is no secret must be found.

use lookout_testkit::scrape::Scrape;
use serde_json::json;

use super::access::{Account, READ, base64, rule};
use super::api::Api;
use super::control_plane::shared;
use super::lookout::{Lookout, Start, rows};
use super::material::{Issuing, Pair, secret, secrets, tls_secret};
use super::proxy::Way;
use crate::scrape::{OPEN_METRICS, TEXT, get, status};

const NAMESPACE: &str = "markers";
/// In a name of an object and in a path that is asked for, which everybody may see.
const CONTROL: &str = "planted-control-4e1d";
const PLANTED: &str = "planted-secret-4e1d";
const PLACES: [&str; 5] = ["pem", "key", "value", "annotation", "changed"];
const WRONG_TOKEN: &str = "planted-token-4e1d-that-nobody-knows";

#[test]
fn no_value_of_a_secret_and_no_token_is_ever_written() {
    let control_plane = shared();
    let (api, issuing) = (control_plane.api(), Issuing::named("markers"));
    control_plane.namespace(NAMESPACE, &json!({}));
    let pair = issuing.issue(CONTROL, &["markers.example.org"]);
    plant(&api, &pair);
    let account = Account::create(control_plane, NAMESPACE, "lookout");
    account.allow_in(NAMESPACE, &[rule("", &["secrets", "configmaps"], READ)]);
    let tokens = [account.token(), account.token()];
    let cluster = json!({
        "namespaces": [NAMESPACE], "cert_manager": false, "hosts": false, "workloads": false,
        "secrets": {"rules": [{"type": "*", "keys": ["*"]}]},
    });
    let way = Way::to(&control_plane.address);
    let mut lookout = Start::with_token(control_plane, &tokens[0], &cluster)
        .set("/kubernetes/access", "server", format!("https://{}", way.address).into())
        .set("/kubernetes", "budget", json!({"watch_timeout": "5s"}))
        .flag("--log.level=trace")
        .flag("--web.log-requests")
        .start();
    live(&mut lookout, &api, &way, &tokens[1]);

    let written = written(&lookout);
    let sought = sought(&pair, &tokens);
    for (origin, text) in &written {
        assert!(
            text.contains(CONTROL) || *origin == "the page",
            "{origin} does not even show what is no secret"
        );
        for (name, secret) in &sought {
            let found = text.lines().find(|line| line.contains(secret.as_str()));
            assert!(found.is_none(), "{name} stands in {origin}: {found:?}");
        }
    }
    println!("    {} bytes of log searched for {} texts", written[0].1.len(), sought.len());
}

/// A good certificate, and values that are none in the places where one belongs, and beside one.
fn plant(api: &Api, pair: &Pair) {
    api.create(&secrets(NAMESPACE), &tls_secret(CONTROL, pair));
    let in_pem = format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", planted("pem"));
    let key = format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", planted("key"));
    let password = planted("value");
    let values = [("tls.crt", &in_pem), ("tls.key", &key), ("ca.crt", &key), ("password", &password)];
    let values = values.map(|(name, value)| (name, value.as_bytes()));
    let mut broken = secret("broken", "kubernetes.io/tls", &values);
    // kubectl keeps what was applied beside what it became.
    let applied = json!({"data": {"password": base64(planted("annotation").as_bytes())}}).to_string();
    broken["metadata"]["annotations"] = json!({"kubectl.kubernetes.io/last-applied-configuration": applied});
    api.create(&secrets(NAMESPACE), &broken);
}

fn planted(place: &str) -> String {
    format!("{PLANTED}-{place}")
}

/// Everything happens that is told in a log: changes, a connection that breaks, a token that is wrong, a path that is asked for.
fn live(lookout: &mut Lookout, api: &Api, way: &Way, token: &str) {
    let is_shown =
        |scrape: &Scrape| !rows(scrape, "x509_cert_not_after", &[("secret_name", CONTROL)]).is_empty();
    lookout.until("the certificate", |scrape| is_shown(scrape).then_some(()));
    way.cut();
    let changed = json!({"data": {"password": base64(planted("changed").as_bytes())}});
    api.merge(&format!("{}/broken", secrets(NAMESPACE)), &changed);
    lookout.until("an outage", |scrape| (!is_up(scrape)).then_some(()));
    way.mend();
    lookout.until("the end of the outage", |scrape| is_up(scrape).then_some(()));
    lookout.exchange_token(WRONG_TOKEN);
    lookout.until("a refusal", |scrape| (!is_up(scrape)).then_some(()));
    lookout.exchange_token(token);
    lookout.until("the end of the refusal", |scrape| is_up(scrape).then_some(()));
    assert_eq!(status(&format!("http://{}/{CONTROL}", lookout.serve.address)), Some(404));
}

fn is_up(scrape: &Scrape) -> bool {
    rows(scrape, "x509_source_up", &[]).iter().all(|row| row.value == 1.0)
}

/// Everything that it has written, the log first.
fn written(lookout: &Lookout) -> [(&'static str, String); 4] {
    let body = |path: &str, accept: &str| {
        let answer = get(&format!("http://{}{path}", lookout.serve.address), accept, "");
        String::from_utf8_lossy(&answer.body).into_owned()
    };
    let log = lookout.serve.process.log();
    assert!(log.contains("level=trace") || log.contains("level=debug"), "the log is not talkative:\n{log}");
    [
        ("the log", log),
        ("/metrics", body("/metrics", TEXT)),
        ("/metrics of OpenMetrics", body("/metrics", OPEN_METRICS)),
        ("the page", body("/", "text/html")),
    ]
}

/// Everything that must not be there, by what it is.
fn sought(pair: &Pair, tokens: &[String; 2]) -> Vec<(String, String)> {
    let named = |name: &str, text: &str| (name.to_owned(), text.to_owned());
    let mut sought = vec![named("a marker", PLANTED), named("the wrong token", WRONG_TOKEN)];
    sought.extend(tokens.iter().map(|token| named("a token", token)));
    for place in PLACES {
        // Wherever in a line of base64 it begins, one of these is a part of it.
        sought.extend((0..3).map(|offset| {
            named(&format!("base64 of {place}"), &base64(&planted(place).as_bytes()[offset..offset + 18]))
        }));
    }
    sought
        .extend(pair.key.lines().filter(|line| !line.starts_with("-----")).map(|line| named("a key", line)));
    sought.push(named("a key in base64", &base64(pair.key.as_bytes())[60..120]));
    sought
}
