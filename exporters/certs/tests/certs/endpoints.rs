//! Endpoint sources against real TLS servers in every state that the simulator knows.

use core::time::Duration;
use std::sync::Arc;

use lookout_certs::endpoints::{EndpointSource, Target, TrustCell, TrustSource, TrustStore};
use lookout_certs_spec::config::EndpointSettings;
use lookout_certs_spec::{ATTEMPT_REASONS, Settings};
use lookout_config::HumanDuration;
use lookout_runtime::Source;
use lookout_simulator::{
    Authorities, CertificateFiles, CertificateRequest, EndpointState, FileContent, ServerIdentity,
    TlsEndpoint, UnusualCertificate, Validity,
};
use lookout_testkit::scrape::Scrape;
use tokio::sync::watch;
use tokio::time::timeout;

use crate::support::{PATIENCE, cycle, fixed_now};

const NAME: &str = "shop.example";

/// The time for an endpoint that is meant to be late.
const IMPATIENCE: HumanDuration = HumanDuration::from_millis(400);

struct World {
    authorities: Arc<Authorities>,
    endpoint: TlsEndpoint,
}

impl World {
    fn in_state(state: EndpointState) -> Self {
        let authorities = Arc::new(Authorities::create(fixed_now()).unwrap());
        let identity = ServerIdentity { server_name: NAME.to_owned(), authorities: Arc::clone(&authorities) };
        Self { authorities, endpoint: TlsEndpoint::start(identity, state, fixed_now()).unwrap() }
    }

    async fn switch(&self, state: EndpointState) {
        self.endpoint.switch(state, fixed_now()).await.unwrap();
    }

    fn settings(&self) -> EndpointSettings {
        EndpointSettings {
            address: self.endpoint.address().to_string(),
            server_name: NAME.to_owned(),
            expected_name: String::new(),
            trusted_roots: Vec::new(),
            timeout: Some(PATIENCE),
        }
    }

    fn source(&self) -> EndpointSource {
        self.source_of(&self.settings())
    }

    fn source_of(&self, endpoint: &EndpointSettings) -> EndpointSource {
        let target = Target::new(endpoint, &Settings::default()).unwrap();
        let root = self.authorities.root.certificate().unwrap().clone();
        EndpointSource::new(target, watch::channel(Some(Arc::new(TrustStore::new([root])))).1, Arc::default())
    }
}

/// The source of a list of trusted roots, and where its store is seen.
fn trust_of(roots: Vec<String>) -> (TrustSource, watch::Receiver<Option<Arc<TrustStore>>>) {
    let cell = Arc::new(TrustCell::new(None));
    let seen = cell.subscribe();
    (TrustSource::new(roots, cell), seen)
}

/// Has `source` look until what it shows is as it should be: a look that has little time sees nothing while the machine stands still.
async fn until(source: &mut EndpointSource, what: &str, is_so: impl Fn(&Scrape) -> bool) -> Scrape {
    let looking = async {
        loop {
            let (scrape, _) = cycle(source, fixed_now()).await;
            if is_so(&scrape) {
                return scrape;
            }
        }
    };
    timeout(PATIENCE.get(), looking).await.unwrap_or_else(|elapsed| panic!("not seen: {what}: {elapsed}"))
}

fn up(scrape: &Scrape) -> f64 {
    scrape.value("certs_endpoint_up", &[("server_name", NAME)]).unwrap()
}

/// The label values of the rows that are 1, which must be at most one.
fn the_one(scrape: &Scrape, family: &str, label: &str) -> Option<String> {
    let samples = scrape.family(family).map(|family| family.samples.as_slice()).unwrap_or_default();
    let mut ones = samples.iter().filter(|sample| sample.value != 0.0);
    let one = ones.next()?;
    assert_eq!((one.value, ones.next()), (1.0, None), "{family}");
    one.label(label).map(str::to_owned)
}

fn failure(scrape: &Scrape) -> Option<String> {
    let rows = scrape.family("certs_endpoint_failure").unwrap().samples.len();
    assert_eq!(rows, ATTEMPT_REASONS.len(), "every reason has a row");
    the_one(scrape, "certs_endpoint_failure", "reason")
}

fn verified(scrape: &Scrape) -> Option<String> {
    the_one(scrape, "certs_endpoint_verified", "result")
}

#[tokio::test]
async fn a_good_endpoint_shows_everything() {
    let world = World::in_state(EndpointState::Good);
    let (scrape, faults) = cycle(&mut world.source(), fixed_now()).await;
    assert_eq!(faults, Vec::<String>::new());
    assert_eq!((up(&scrape), failure(&scrape), verified(&scrape).as_deref()), (1.0, None, Some("trusted")));
    let endpoint = world.endpoint.address().to_string();
    let identity = [("endpoint", endpoint.as_str()), ("server_name", NAME)];
    let leaf = [identity.as_slice(), &[("position", "0"), ("role", "leaf")]].concat();
    let issuer = [identity.as_slice(), &[("position", "1"), ("role", "intermediate")]].concat();
    let own = Validity::current(fixed_now());
    let end = own.not_after.as_second() as f64;
    assert_eq!(scrape.value("certs_served_not_after_timestamp_seconds", &leaf), Some(end));
    let start = own.not_before.as_second() as f64;
    assert_eq!(scrape.value("certs_served_not_before_timestamp_seconds", &leaf), Some(start));
    assert_eq!(scrape.value("certs_served_life_used_ratio", &leaf), Some(0.5));
    assert_eq!(scrape.value("certs_served_life_used_ratio", &issuer), Some(0.2));
    assert_eq!(scrape.value("certs_endpoint_verified_not_after_timestamp_seconds", &identity), Some(end));
    assert_eq!(scrape.value("certs_endpoint_ocsp_stapled", &identity), Some(0.0));
    assert_eq!(scrape.value("certs_endpoint_tls_info", &[("version", "TLS 1.3")]), Some(1.0));
    assert!(
        scrape
            .value("certs_endpoint_handshake_duration_seconds", &identity)
            .is_some_and(|seconds| seconds > 0.0)
    );
    assert!(
        scrape.value("certs_endpoint_chain_seen_timestamp_seconds", &identity).is_some_and(|at| at > 1e9)
    );
    let info =
        [("subject", "CN=shop.example"), ("key_algorithm", "ecdsa"), ("key_bits", "256"), ("position", "0")];
    assert_eq!(scrape.value("certs_served_info", &info), Some(1.0));
}

#[tokio::test]
async fn chains_that_are_not_trusted_are_recorded_all_the_same() {
    let world = World::in_state(EndpointState::Good);
    let mut source = world.source();
    for (kind, result, positions) in [
        (UnusualCertificate::Expired, "expired", 2),
        (UnusualCertificate::NotYetValid, "not_yet_valid", 2),
        (UnusualCertificate::WrongName, "name_mismatch", 2),
        (UnusualCertificate::Untrusted, "untrusted", 1),
        (UnusualCertificate::SelfSigned, "untrusted", 1),
        (UnusualCertificate::IntermediateMissing, "incomplete_chain", 1),
        (UnusualCertificate::IntermediateExpired, "expired", 2),
        (UnusualCertificate::SubjectWithNewlines, "trusted", 2),
        (UnusualCertificate::VeryLongSubject, "trusted", 2),
        (UnusualCertificate::LongSerial, "trusted", 2),
    ] {
        world.switch(EndpointState::Unusual(kind)).await;
        let (scrape, faults) = cycle(&mut source, fixed_now()).await;
        assert_eq!((up(&scrape), failure(&scrape)), (1.0, None), "{kind}: {faults:?}");
        assert_eq!(verified(&scrape).as_deref(), Some(result), "{kind}");
        let rows = &scrape.family("certs_served_not_after_timestamp_seconds").unwrap().samples;
        assert_eq!(rows.len(), positions, "{kind}");
    }
}

#[tokio::test]
async fn a_server_without_the_key_of_its_certificate_is_invalid() {
    let world = World::in_state(EndpointState::Good);
    let issue = || world.authorities.issue(NAME, Validity::current(fixed_now())).unwrap();
    let (certificate, other) = (issue(), issue());
    let mut source = world.source();
    for (served, expected) in [(certificate.clone(), "trusted"), (certificate.with_key_of(&other), "invalid")]
    {
        world.switch(EndpointState::Serves(Arc::new(served))).await;
        let (scrape, _) = cycle(&mut source, fixed_now()).await;
        assert!(up(&scrape) > 0.0, "the chain is seen");
        assert_eq!(the_one(&scrape, "certs_endpoint_verified", "result").as_deref(), Some(expected));
    }
}

#[tokio::test]
async fn each_way_of_showing_no_chain_has_its_reason() {
    let world = World::in_state(EndpointState::Good);
    for (state, reason) in [
        (EndpointState::Dead, "unreachable"),
        (EndpointState::Reset, "disconnected"),
        (EndpointState::PlainHttp, "protocol"),
        (EndpointState::Garbage, "protocol"),
        (EndpointState::HandshakeFailure, "handshake"),
        (EndpointState::OldTls, "handshake"),
        (EndpointState::ByServerName { named: Vec::new(), default: None }, "handshake"),
        (EndpointState::Stall { after_bytes: 0 }, "timeout"),
    ] {
        let words = state.to_string();
        world.switch(state).await;
        let timeout = Some(if reason == "timeout" { IMPATIENCE } else { PATIENCE });
        let mut source = world.source_of(&EndpointSettings { timeout, ..world.settings() });
        let (scrape, faults) = cycle(&mut source, fixed_now()).await;
        assert_eq!((up(&scrape), failure(&scrape).as_deref()), (0.0, Some(reason)), "{words}: {faults:?}");
        assert_eq!((faults.len(), verified(&scrape)), (1, None), "{words}: {faults:?}");
        assert!(faults[0].starts_with(reason), "{words}: {faults:?}");
        for family in
            ["certs_served_info", "certs_endpoint_tls_info", "certs_endpoint_handshake_duration_seconds"]
        {
            assert!(
                scrape.family(family).is_none_or(|family| family.samples.is_empty()),
                "{words}: {family}"
            );
        }
    }
}

#[tokio::test]
async fn a_server_that_stalls_at_any_byte_ends_with_a_timeout() {
    let world = World::in_state(EndpointState::Good);
    let look = async |after_bytes: u64, timeout: HumanDuration| {
        world.switch(EndpointState::Stall { after_bytes }).await;
        let settings = EndpointSettings { timeout: Some(timeout), ..world.settings() };
        let (scrape, faults) = cycle(&mut world.source_of(&settings), fixed_now()).await;
        (up(&scrape), failure(&scrape), faults)
    };
    let mut completed = false;
    for after_bytes in [1, 4, 5, 6, 40, 90, 127, 128, 200, 400, 700, 1000, 1300] {
        // Past the end of the handshake there is nothing left to wait for.
        let timeout = if completed { PATIENCE } else { IMPATIENCE };
        let (up, failure, faults) = look(after_bytes, timeout).await;
        completed |= failure.is_none();
        if completed {
            assert_eq!((up, failure), (1.0, None), "{after_bytes}: {faults:?}");
        } else {
            assert_eq!(failure.as_deref(), Some("timeout"), "{after_bytes}: {faults:?}");
        }
    }
    let (up, failure, faults) = look(5000, PATIENCE).await;
    assert_eq!((up, failure), (1.0, None), "the last offset is beyond the handshake: {faults:?}");
}

#[tokio::test]
async fn a_server_that_requires_a_client_certificate_is_up_and_refuses_us() {
    let world = World::in_state(EndpointState::ClientCertificateRequired);
    // A refusal comes after the handshake, and counts if it comes within half a second: a machine may stand still for that long.
    let scrape = until(&mut world.source(), "a refusal", |scrape| failure(scrape).is_some()).await;
    assert_eq!((up(&scrape), failure(&scrape).as_deref()), (1.0, Some("unauthenticated")));
    assert_eq!(verified(&scrape).as_deref(), Some("trusted"));
}

#[tokio::test]
async fn a_chain_stays_while_its_server_is_down_and_goes_on_expiring() {
    let world = World::in_state(EndpointState::Good);
    let mut source = world.source();
    let (before, _) = cycle(&mut source, fixed_now()).await;
    world.switch(EndpointState::Dead).await;
    let long_after = Validity::current(fixed_now()).not_after + jiff::SignedDuration::from_hours(1);
    let (after, _) = cycle(&mut source, long_after).await;
    assert_eq!((up(&after), failure(&after).as_deref()), (0.0, Some("unreachable")));
    assert_eq!(verified(&after).as_deref(), Some("expired"));
    for family in ["certs_served_not_after_timestamp_seconds", "certs_endpoint_chain_seen_timestamp_seconds"]
    {
        assert_eq!(after.family(family), before.family(family), "{family}");
    }
    let left_out = after.family("certs_endpoint_tls_info");
    assert!(left_out.is_none_or(|family| family.samples.is_empty()), "measurements are not repeated");
    world.switch(EndpointState::Good).await;
    let (again, _) = cycle(&mut source, fixed_now()).await;
    assert_eq!((up(&again), failure(&again), verified(&again).as_deref()), (1.0, None, Some("trusted")));
}

#[tokio::test]
async fn a_renewed_certificate_changes_values_and_not_series() {
    let world = World::in_state(EndpointState::Good);
    let mut source = world.source();
    let labels = |scrape: &Scrape| -> Vec<_> {
        let rows = &scrape.family("certs_served_not_after_timestamp_seconds").unwrap().samples;
        rows.iter().map(|row| row.labels.clone()).collect()
    };
    let (before, _) = cycle(&mut source, fixed_now()).await;
    let renewed = world.authorities.issue(NAME, Validity::days(fixed_now(), 0, 90)).unwrap();
    world.endpoint.install(Arc::new(renewed), fixed_now()).await.unwrap();
    let (after, _) = cycle(&mut source, fixed_now()).await;
    assert_eq!(labels(&before), labels(&after));
    assert_eq!(after.value("certs_served_life_used_ratio", &[("position", "0")]), Some(0.0));
}

#[tokio::test]
async fn the_name_asked_for_and_the_name_expected_are_settings_of_their_own() {
    let world = World::in_state(EndpointState::Good);
    let issue = |name: &str| Arc::new(world.authorities.issue(name, Validity::current(fixed_now())).unwrap());
    let named =
        vec![("a.example".to_owned(), issue("a.example")), ("b.example".to_owned(), issue("b.example"))];
    world.switch(EndpointState::ByServerName { named, default: Some(issue("default.example")) }).await;
    for (server_name, expected_name, result) in [
        ("a.example", "", "trusted"),
        ("b.example", "", "trusted"),
        ("a.example", "b.example", "name_mismatch"),
        ("c.example", "", "name_mismatch"),
        ("c.example", "default.example", "trusted"),
        ("", "default.example", "trusted"),
    ] {
        let settings = EndpointSettings {
            server_name: server_name.to_owned(),
            expected_name: expected_name.to_owned(),
            ..world.settings()
        };
        let (scrape, _) = cycle(&mut world.source_of(&settings), fixed_now()).await;
        assert_eq!(verified(&scrape).as_deref(), Some(result), "{server_name:?} {expected_name:?}");
        let label = if server_name.is_empty() { "127.0.0.1" } else { server_name };
        assert_eq!(scrape.value("certs_endpoint_up", &[("server_name", label)]), Some(1.0));
    }
}

#[tokio::test]
async fn an_address_is_verified_as_an_address() {
    let world = World::in_state(EndpointState::Good);
    let request = CertificateRequest {
        ip_addresses: vec!["127.0.0.1".parse().unwrap()],
        ..CertificateRequest::for_server("ignored.example", Validity::current(fixed_now()))
    };
    let issued = world.authorities.intermediate.issue(&request).unwrap();
    world.switch(EndpointState::Serves(Arc::new(issued))).await;
    let settings = EndpointSettings { server_name: String::new(), ..world.settings() };
    let (scrape, _) = cycle(&mut world.source_of(&settings), fixed_now()).await;
    assert_eq!(verified(&scrape).as_deref(), Some("trusted"));
}

#[tokio::test]
async fn a_name_that_does_not_resolve_is_unresolved() {
    let world = World::in_state(EndpointState::Good);
    let mut target = Target::new(&world.settings(), &Settings::default()).unwrap();
    // The resolver refuses it without asking a name server, which a test must not depend on.
    target.host = "no\0host".to_owned();
    let (_, store) = trust_of(Vec::new());
    let (scrape, _) = cycle(&mut EndpointSource::new(target, store, Arc::default()), fixed_now()).await;
    assert_eq!((up(&scrape), failure(&scrape).as_deref()), (0.0, Some("unresolved")));
}

#[tokio::test]
async fn trusted_roots_are_read_from_files_and_unreadable_ones_are_reported() {
    let world = World::in_state(EndpointState::Good);
    let files = CertificateFiles::temporary().unwrap();
    let content = FileContent::bundle(&[&world.authorities.root, &world.authorities.stranger]);
    let bundle = files.write("roots.pem", &content).unwrap().display().to_string();
    let missing = files.path("missing.pem").display().to_string();
    for (roots, result, fault) in [
        (vec![bundle.clone()], "trusted", None),
        (vec![missing.clone(), bundle], "trusted", Some("not_found")),
    ] {
        let (mut trust, store) = trust_of(roots);
        let collected = trust.collect().await.unwrap();
        assert_eq!(collected.faults.first().map(|fault| fault.reason.as_str()), fault);
        let target = Target::new(&world.settings(), &Settings::default()).unwrap();
        let (scrape, _) = cycle(&mut EndpointSource::new(target, store, Arc::default()), fixed_now()).await;
        assert_eq!(verified(&scrape).as_deref(), Some(result));
    }
    let (mut trust, store) = trust_of(vec![missing]);
    assert_eq!(trust.collect().await.unwrap_err().reason.as_str(), "not_found");
    let target = Target::new(&world.settings(), &Settings::default()).unwrap();
    let (scrape, _) = cycle(&mut EndpointSource::new(target, store, Arc::default()), fixed_now()).await;
    assert_eq!(verified(&scrape).as_deref(), Some("unknown"));
}

#[tokio::test]
async fn roots_that_are_not_read_yet_hold_nobody_up_for_ever() {
    let world = World::in_state(EndpointState::Good);
    let settings = EndpointSettings { timeout: Some(IMPATIENCE), ..world.settings() };
    let target = Target::new(&settings, &Settings::default()).unwrap();
    let (_never_read, store) = trust_of(Vec::new());
    let mut source = EndpointSource::new(target, store, Arc::default());
    let scrape = until(&mut source, "the endpoint within its time", |scrape| up(scrape) > 0.0).await;
    assert_eq!(verified(&scrape).as_deref(), Some("unknown"));
}

#[tokio::test]
async fn what_was_judged_without_roots_is_judged_again_once_they_are_read() {
    let world = World::in_state(EndpointState::Good);
    let settings = EndpointSettings { timeout: Some(IMPATIENCE), ..world.settings() };
    let target = Target::new(&settings, &Settings::default()).unwrap();
    let store = TrustCell::new(None);
    let mut source = EndpointSource::new(target, store.subscribe(), Arc::default());
    let scrape = until(&mut source, "the endpoint within its time", |scrape| up(scrape) > 0.0).await;
    assert_eq!(verified(&scrape).as_deref(), Some("unknown"));
    let root = world.authorities.root.certificate().unwrap().clone();
    store.send_replace(Some(Arc::new(TrustStore::new([root]))));
    timeout(PATIENCE.get(), source.changed()).await.expect("the next look does not wait for its period");
    let (scrape, _) = cycle(&mut source, fixed_now()).await;
    assert_eq!(verified(&scrape).as_deref(), Some("trusted"));
    // And that is that: roots that are read again are no reason to look again.
    store.send_modify(|_| {});
    assert!(timeout(Duration::ZERO, source.changed()).await.is_err());
}
