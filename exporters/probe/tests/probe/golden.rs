//! Whole answers, byte for byte. `LOOKOUT_BLESS=1 cargo test -p lookout-probe` writes them anew; read the difference.

use core::time::Duration;

use hyper::Version;
use lookout_declarations::Reason;
use lookout_probe::{Failure, Observation, Session, ShownChain, assess};
use lookout_probe_spec::config::ProberKind;

use crate::support::text_of;

fn check(name: &str, observation: &Observation) {
    let path = format!("{}/tests/golden/{name}.txt", env!("CARGO_MANIFEST_DIR"));
    lookout_testkit::golden::check(path, &text_of(assess(observation)));
}

#[test]
fn an_answer_over_tls_after_a_redirect() {
    let mut observation = Observation::new(ProberKind::Http);
    observation.duration = Duration::from_millis(125);
    observation.lookup = Some(Duration::from_millis(5));
    observation.address = Some("2001:db8::7".parse().unwrap());
    observation.phases = [10, 20, 30, 40, 25].map(Duration::from_millis);
    observation.http.answer = Some(lookout_probe::Answer {
        status: 200,
        version: Version::HTTP_11,
        is_over_tls: true,
        content_length: Some(1234),
    });
    observation.http.redirects = 1;
    observation.http.body_length = Some(1234);
    observation.session = Some(Session { version: "TLS 1.3", cipher: "TLS_AES_256_GCM_SHA384".to_owned() });
    observation.chain =
        Some(ShownChain { earliest_not_after: Some(1_775_000_000), path_not_after: Some(1_774_000_000) });
    check("answer", &observation);
}

#[test]
fn a_name_that_does_not_resolve() {
    let mut observation = Observation::new(ProberKind::Http);
    observation.duration = Duration::from_millis(3);
    observation.phases[0] = Duration::from_millis(3);
    let message = "resolving failed".to_owned();
    observation.failure = Some(Failure { reason: Reason::Unresolved, message });
    check("unresolved", &observation);
}

#[test]
fn a_port_that_accepts() {
    let mut observation = Observation::new(ProberKind::Tcp);
    observation.duration = Duration::from_millis(2);
    observation.address = Some("192.0.2.7".parse().unwrap());
    check("port", &observation);
}
