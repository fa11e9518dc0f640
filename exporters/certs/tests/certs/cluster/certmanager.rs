//! cert-manager's objects: read, joined, judged.

use jiff::Timestamp;
use lookout_certs::cluster::certmanager::{
    CertManager, CertificateReader, ChallengeReader, IssuerReader, OrderReader, RequestReader, Tally, assess,
    findings,
};
use lookout_runtime::Shard;
use lookout_testkit::scrape::Scrape;

use super::objects::{ones, read, scrape, text, view};

const OF_SHOP: [(&str, &str); 2] = [("resource_namespace", "shop"), ("certificate", "shop-tls")];

/// A month after the renewal was due, two weeks before the end.
fn now() -> Timestamp {
    "2026-03-27T12:00:00Z".parse().unwrap()
}

/// The texts of one failing lineage, for tests to change.
struct World {
    certificate: String,
    request: String,
    order: String,
    challenge: String,
    issuer: String,
}

impl World {
    fn failing() -> Self {
        Self {
            certificate: text("certificate"),
            request: text("certificate-request"),
            order: text("order"),
            challenge: text("challenge"),
            issuer: text("cluster-issuer"),
        }
    }

    fn model(&self) -> CertManager {
        CertManager {
            certificates: view(&CertificateReader, &[&self.certificate]),
            cluster_issuers: view(&IssuerReader { is_cluster_wide: true }, &[&self.issuer]),
            requests: view(&RequestReader, &[&self.request]),
            orders: view(&OrderReader, &[&self.order]),
            challenges: view(&ChallengeReader, &[&self.challenge]),
            ..CertManager::default()
        }
    }

    fn scrape(&self) -> Scrape {
        scrape(|batch| assess(&self.model(), Shard::WHOLE, now(), batch))
    }

    fn cause(&self) -> Vec<String> {
        ones(&self.scrape(), "certs_certmanager_certificate_failure", &["cause"])
    }
}

/// `text` with every occurrence of `before` replaced, of which there must be one.
fn with(text: &str, before: &str, after: &str) -> String {
    assert!(text.contains(before), "{before} is not in {text}");
    text.replace(before, after)
}

fn seconds(moment: &str) -> Option<f64> {
    moment.parse::<Timestamp>().ok().map(|moment| moment.as_second() as f64)
}

#[test]
fn a_certificate_shows_its_dates_its_issuer_and_that_it_fails() {
    let scrape = World::failing().scrape();
    let value = |metric: &str| scrape.value(&format!("certs_certmanager_certificate_{metric}"), &OF_SHOP);
    assert_eq!(value("not_after_timestamp_seconds"), seconds("2026-04-10T07:01:05Z"));
    assert_eq!(value("renewal_timestamp_seconds"), seconds("2026-03-11T07:01:05Z"));
    assert_eq!(value("failing_since_timestamp_seconds"), seconds("2026-03-11T08:02:30Z"));
    assert_eq!((value("revision"), value("failed_attempts")), (Some(1.0), Some(3.0)));
    assert_eq!(value("never_issued"), Some(0.0));
    let info = ["secret_name", "issuer_kind", "issuer", "issuer_group"];
    assert_eq!(
        ones(&scrape, "certs_certmanager_certificate_info", &info),
        ["shop-tls ClusterIssuer letsencrypt cert-manager.io"]
    );
    assert_eq!(ones(&scrape, "certs_certmanager_certificate_ready", &["status"]), ["true"]);
    let issuer = ["kind", "issuer", "status"];
    assert_eq!(ones(&scrape, "certs_certmanager_issuer_ready", &issuer), ["ClusterIssuer letsencrypt false"]);
    let states = ["kind", "state"];
    assert_eq!(
        ones(&scrape, "certs_certmanager_requests", &states),
        ["CertificateRequest failed", "Order invalid", "Challenge invalid"]
    );
}

#[test]
fn the_narrowest_step_that_says_something_known_names_the_cause() {
    let mut world = World::failing();
    assert_eq!(world.cause(), ["login_page"]);
    // Without a word from the Challenge the Order's counts, and then the request's.
    let reason = r#""reason": "Error accepting"#;
    world.challenge = with(&world.challenge, reason, r#""reason": "", "ignored": "Error accepting"#);
    let errored = r#""state": "errored", "reason": "Failed to create Order: 429 urn:ietf:params:acme:error:rateLimited: too many""#;
    let order = world.order.clone();
    world.order = with(&order, r#""state": "invalid""#, errored);
    assert_eq!(world.cause(), ["rate_limited"]);
    world.order = order;
    let said = r#"is in \"invalid\" state: ", "reason": "Failed""#;
    let request = world.request.clone();
    world.request = with(
        &request,
        said,
        r#"is in \"errored\" state: 400 urn:ietf:params:acme:error:dns: x", "reason": "Failed""#,
    );
    assert_eq!(world.cause(), ["dns"]);
    // Nobody says anything that is known: then it is an issuer that is not ready, else it is not known.
    world.request = request;
    assert_eq!(world.cause(), ["issuer_not_ready"]);
    world.issuer = with(&world.issuer, r#""status": "False""#, r#""status": "True""#);
    assert_eq!(world.cause(), ["other"]);
}

#[test]
fn a_denied_request_is_denied_whatever_it_says() {
    let mut world = World::failing();
    let approved = r#""status": "True", "type": "Approved""#;
    world.request = with(&world.request, approved, r#""status": "True", "type": "Denied""#);
    world.request = with(&world.request, "has been approved by", "is no friend of");
    world.challenge = with(&world.challenge, "c0ffee00-0000-4000-8000-000000000003", "somebody-elses");
    assert_eq!(world.cause(), ["denied"]);
    let states = ones(&world.scrape(), "certs_certmanager_requests", &["kind", "state"]);
    assert!(states.contains(&"CertificateRequest denied".to_owned()), "{states:?}");
}

#[test]
fn steps_of_earlier_attempts_and_of_others_have_no_say() {
    let world = World::failing();
    let newer = with(&world.request, "shop-tls-2\"", "shop-tls-3\"");
    let newer = with(&newer, "c0ffee00-0000-4000-8000-000000000002", "c0ffee00-0000-4000-8000-00000000000a");
    let newer = with(&newer, r#""creationTimestamp": "2026-03-11T"#, r#""creationTimestamp": "2026-03-12T"#);
    let newer =
        with(&newer, "is in \\\"invalid\\\" state: ", "dial tcp 192.0.2.7:443: connect: connection refused");
    let mut model = world.model();
    model.requests = view(&RequestReader, &[&world.request, &newer]);
    let scrape = scrape(|batch| assess(&model, Shard::WHOLE, now(), batch));
    assert_eq!(ones(&scrape, "certs_certmanager_certificate_failure", &["cause"]), ["connection"]);
}

#[test]
fn a_certificate_that_was_never_issued_has_no_dates() {
    let mut world = World::failing();
    for (key, value) in [
        ("notAfter", "2026-04-10T07:01:05Z"),
        ("notBefore", "2026-01-10T07:01:06Z"),
        ("renewalTime", "2026-03-11T07:01:05Z"),
    ] {
        world.certificate = with(&world.certificate, &format!(r#""{key}": "{value}","#), "");
    }
    world.certificate = with(&world.certificate, r#""revision": 1"#, r#""ignored": 1"#);
    let scrape = world.scrape();
    let value = |metric: &str| scrape.value(&format!("certs_certmanager_certificate_{metric}"), &OF_SHOP);
    assert_eq!(value("never_issued"), Some(1.0));
    assert_eq!(value("not_after_timestamp_seconds"), None, "never is not long ago");
    assert_eq!((value("renewal_timestamp_seconds"), value("revision")), (None, None));
    let found = findings(&world.model(), Shard::WHOLE, now());
    assert!(
        found[0].message.starts_with("it was never issued: the challenge was answered by a login"),
        "{found:?}"
    );
}

/// The certificate while its first renewal is under way.
fn renewing(begun: &str) -> World {
    let mut world = World::failing();
    let certificate = with(&world.certificate, r#""lastFailureTime": "2026-03-11T08:02:30Z","#, "");
    let certificate = with(&certificate, r#""failedIssuanceAttempts": 3,"#, "");
    let certificate = with(
        &certificate,
        r#""status": "False", "type": "Issuing""#,
        r#""status": "True", "type": "Issuing""#,
    );
    world.certificate = with(&certificate, "2026-03-11T08:02:30Z", begun);
    world.challenge = with(&world.challenge, r#""state": "invalid""#, r#""state": "pending""#);
    world.challenge = with(
        &world.challenge,
        r#""reason": "Error accepting"#,
        r#""reason": "Waiting for HTTP-01 challenge propagation: wrong status code '404', expected '200'", "ignored": ""#,
    );
    world.order = with(&world.order, r#""state": "invalid""#, r#""state": "pending""#);
    world
}

#[test]
fn a_renewal_that_is_under_way_fails_only_once_it_has_taken_long() {
    assert_eq!(renewing("2026-03-27T11:50:00Z").cause(), Vec::<String>::new());
    let stuck = renewing("2026-03-27T11:40:00Z");
    assert_eq!(stuck.cause(), ["http_status"]);
    let since =
        stuck.scrape().value("certs_certmanager_certificate_failing_since_timestamp_seconds", &OF_SHOP);
    assert_eq!(since, seconds("2026-03-27T11:40:00Z"));
}

#[test]
fn a_certificate_that_is_well_has_no_row_of_failures() {
    let mut world = renewing("2026-03-27T11:50:00Z");
    world.issuer = with(&world.issuer, r#""status": "False""#, r#""status": "True""#);
    let scrape = world.scrape();
    assert!(scrape.family("certs_certmanager_certificate_failing_since_timestamp_seconds").is_none());
    assert!(scrape.family("certs_certmanager_certificate_failure").is_none());
    let found = findings(&world.model(), Shard::WHOLE, now());
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].message, "its renewal is overdue, and nothing says why");
    assert_eq!(findings(&world.model(), Shard::WHOLE, "2026-03-11T07:30:00Z".parse().unwrap()), []);
}

#[test]
fn since_when_it_fails_is_remembered_over_attempts() {
    let mut tally = Tally::default();
    let mut world = World::failing();
    let first = tally.update(&world.model(), now());
    world.certificate = with(&world.certificate, "2026-03-11T08:02:30Z", "2026-03-12T09:00:00Z");
    let second = tally.update(&world.model(), now());
    assert_eq!((first.values().next(), &first), (second.values().next(), &second));
    let mut model = world.model();
    model.failing_since = second;
    let shown = scrape(|batch| assess(&model, Shard::WHOLE, now(), batch));
    let since = shown.value("certs_certmanager_certificate_failing_since_timestamp_seconds", &OF_SHOP);
    assert_eq!(since, seconds("2026-03-11T08:02:30Z"));
    assert!(
        tally.update(&renewing("2026-03-27T11:50:00Z").model(), now()).is_empty(),
        "what is mended is forgotten"
    );
}

#[test]
fn findings_say_why_and_what_to_do() {
    let found = findings(&World::failing().model(), Shard::WHOLE, now());
    let told: Vec<_> = found.iter().map(|finding| finding.subject.as_str()).collect();
    assert_eq!(told, ["Certificate shop/shop-tls", "ClusterIssuer letsencrypt"]);
    assert!(found[0].message.contains("login"), "{found:?}");
    assert!(found[0].remedy.contains("/.well-known/acme-challenge/"), "{found:?}");
    assert!(found[1].message.contains("invalidEmail"), "{found:?}");
}

#[test]
fn shards_divide_the_certificates_between_them() {
    let model = World::failing().model();
    let of_shard = |index| {
        let shard = Shard::new(index, 2).unwrap();
        let shown = scrape(|batch| assess(&model, shard, now(), batch));
        ["certificate_info", "issuer_ready", "requests"].map(|family| {
            shown.family(&format!("certs_certmanager_{family}")).map_or(0, |family| family.samples.len())
        })
    };
    let sums: Vec<_> = of_shard(0).into_iter().zip(of_shard(1)).map(|(one, other)| one + other).collect();
    assert_eq!(sums, [1, 3, 3]);
}

#[test]
fn an_object_of_wrong_types_is_read_as_an_empty_one() {
    let odd = r#"{"metadata":{"name":"x","namespace":"y","ownerReferences":7},"spec":[1],"status":{"conditions":{"type":"Ready"},
        "revision":"1","notAfter":17,"renewalTime":"soon","state":{}}}"#;
    let certificate = read(&CertificateReader, odd).unwrap().object;
    assert!(certificate.was_never_issued() && certificate.renewal.is_none() && certificate.ready.is_none());
    assert_eq!(&*certificate.issuer.kind, "Issuer");
    assert!(read(&ChallengeReader, odd).unwrap().object.owner.is_empty());
}
