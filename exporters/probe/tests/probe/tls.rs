//! Over TLS: who is trusted, what is told of the chain, and that nothing is sent to a stranger.

use std::sync::Arc;

use jiff::SignedDuration;
use lookout_probe_spec::config::{HttpSettings, ModuleSettings, ProberKind, TlsSettings};
use lookout_simulator::{
    Authorities, CertificateAuthority, CertificateFiles, CertificateRequest, EndpointState,
    IssuedCertificate, ServerIdentity, TlsEndpoint, Validity,
};
use lookout_testkit::scrape::Scrape;

use crate::server::{Reply, Server};
use crate::support::{World, failure, fixed_now, request, scrape_of, value};

use lookout_runtime::Prober as _;

const NAME: &str = "shop.example";

struct Trusting {
    authorities: Arc<Authorities>,
    files: CertificateFiles,
}

impl Trusting {
    fn new() -> Self {
        let authorities = Arc::new(Authorities::create(fixed_now()).unwrap());
        let files = CertificateFiles::temporary().unwrap();
        std::fs::write(files.path("roots.pem"), authorities.trusted_bundle_pem()).unwrap();
        Self { authorities, files }
    }

    fn issue(&self, name: &str, validity: Validity) -> IssuedCertificate {
        self.authorities.issue(name, validity).unwrap()
    }

    fn tls(&self) -> TlsSettings {
        let trusted_roots = vec![self.files.path("roots.pem").display().to_string()];
        TlsSettings { trusted_roots, ..TlsSettings::default() }
    }

    fn world(&self, kind: ProberKind) -> World {
        World::with_module(ModuleSettings { tls: Some(self.tls()), ..ModuleSettings::of(kind) })
    }
}

fn url(server: &Server) -> String {
    format!("https://{NAME}:{}/", server.address.port())
}

fn seconds(at: jiff::Timestamp) -> f64 {
    at.as_second() as f64
}

fn the_label(scrape: &Scrape, family: &str, label: &str) -> String {
    scrape.family(family).unwrap().samples[0].label(label).unwrap().to_owned()
}

#[tokio::test]
async fn a_good_server_is_trusted_and_told() {
    let trusting = Trusting::new();
    let validity = Validity::current(fixed_now());
    let server = Server::start_tls(&trusting.issue(NAME, validity), |_| Reply::of(200, "", "hello")).await;
    let scrape = trusting.world(ProberKind::Http).probe(&url(&server)).await;
    assert_eq!(failure(&scrape), None);
    assert_eq!(value(&scrape, "probe_http_ssl"), Some(1.0));
    assert_eq!(value(&scrape, "probe_ssl_earliest_cert_expiry"), Some(seconds(validity.not_after)));
    assert_eq!(
        value(&scrape, "probe_ssl_last_chain_expiry_timestamp_seconds"),
        Some(seconds(validity.not_after))
    );
    assert_eq!(the_label(&scrape, "probe_tls_version_info", "version"), "TLS 1.3");
    assert!(the_label(&scrape, "probe_tls_cipher_info", "cipher").starts_with("TLS_"));
    let handshake = scrape.value("probe_http_duration_seconds", &[("phase", "tls")]).unwrap();
    assert!(handshake > 0.0);
}

#[tokio::test]
async fn a_certificate_that_is_not_trusted_fails_and_is_told_and_nothing_is_sent() {
    let trusting = Trusting::new();
    let current = Validity::current(fixed_now());
    let expired = Validity::expired(fixed_now());
    let stranger =
        trusting.authorities.stranger.issue(&CertificateRequest::for_server(NAME, current)).unwrap();
    for (name, certificate, end) in [
        ("expired", trusting.issue(NAME, expired), expired.not_after),
        (
            "not valid yet",
            trusting.issue(NAME, Validity::not_yet(fixed_now())),
            Validity::not_yet(fixed_now()).not_after,
        ),
        ("of another name", trusting.issue("other.example", current), current.not_after),
        ("of a stranger", stranger, current.not_after),
        (
            "without its intermediate",
            trusting.issue(NAME, current).without_intermediates(),
            current.not_after,
        ),
    ] {
        let server = Server::start_tls(&certificate, |_| Reply::of(200, "", "")).await;
        for (kind, target) in
            [(ProberKind::Http, url(&server)), (ProberKind::Tls, format!("{NAME}:{}", server.address.port()))]
        {
            let scrape = trusting.world(kind).probe(&target).await;
            assert_eq!(failure(&scrape).as_deref(), Some("untrusted"), "{name}");
            assert_eq!(value(&scrape, "probe_ssl_earliest_cert_expiry"), Some(seconds(end)), "{name}");
            assert_eq!(value(&scrape, "probe_ssl_last_chain_expiry_timestamp_seconds"), None, "{name}");
        }
        assert!(server.paths().is_empty(), "{name}");
        // Where it is not required, it is told all the same.
        let tls = TlsSettings { verify: false, ..trusting.tls() };
        let world =
            World::with_module(ModuleSettings { tls: Some(tls), ..ModuleSettings::of(ProberKind::Http) });
        let scrape = world.probe(&url(&server)).await;
        assert_eq!(failure(&scrape), None, "{name}");
        assert_eq!(value(&scrape, "probe_ssl_earliest_cert_expiry"), Some(seconds(end)), "{name}");
        assert_eq!(value(&scrape, "probe_ssl_last_chain_expiry_timestamp_seconds"), None, "{name}");
    }
}

#[tokio::test]
async fn a_certificate_with_another_key_is_never_accepted() {
    let trusting = Trusting::new();
    let current = Validity::current(fixed_now());
    let other = trusting.issue("other.example", current);
    let server = TlsEndpoint::start(
        ServerIdentity { server_name: NAME.to_owned(), authorities: Arc::clone(&trusting.authorities) },
        EndpointState::Serves(Arc::new(trusting.issue(NAME, current).with_key_of(&other))),
        fixed_now(),
    )
    .unwrap();
    for verify in [true, false] {
        let tls = TlsSettings { verify, ..trusting.tls() };
        let world =
            World::with_module(ModuleSettings { tls: Some(tls), ..ModuleSettings::of(ProberKind::Tls) });
        let scrape = world.probe(&format!("{NAME}:{}", server.address().port())).await;
        assert_eq!(failure(&scrape).as_deref(), Some("untrusted"), "{verify}");
    }
}

#[tokio::test]
async fn a_certificate_that_is_itself_a_trusted_root_is_trusted() {
    let trusting = Trusting::new();
    let validity = Validity::current(fixed_now());
    let own = CertificateAuthority::self_signed(&CertificateRequest::for_server(NAME, validity)).unwrap();
    std::fs::write(trusting.files.path("roots.pem"), own.chain_pem()).unwrap();
    let server = Server::start_tls(&own, |_| Reply::of(200, "", "")).await;
    let scrape = trusting.world(ProberKind::Http).probe(&url(&server)).await;
    assert_eq!(failure(&scrape), None);
    assert_eq!(
        value(&scrape, "probe_ssl_last_chain_expiry_timestamp_seconds"),
        Some(seconds(validity.not_after))
    );
}

#[tokio::test]
async fn the_path_ends_with_its_root() {
    let now = fixed_now();
    let root_end = now + SignedDuration::from_hours(24);
    let soon = Validity { not_before: now - SignedDuration::from_hours(24), not_after: root_end };
    let trusting = Trusting::new();
    let root =
        CertificateAuthority::root(&lookout_simulator::Subject::named("Short-lived Root"), soon).unwrap();
    std::fs::write(trusting.files.path("roots.pem"), root.certificate_pem()).unwrap();
    let leaf = root.issue(&CertificateRequest::for_server(NAME, Validity::current(now))).unwrap();
    let server = Server::start_tls(&leaf, |_| Reply::of(200, "", "")).await;
    let scrape = trusting.world(ProberKind::Http).probe(&url(&server)).await;
    assert_eq!(value(&scrape, "probe_ssl_last_chain_expiry_timestamp_seconds"), Some(seconds(root_end)));
    assert_eq!(
        value(&scrape, "probe_ssl_earliest_cert_expiry"),
        Some(seconds(Validity::current(now).not_after)),
        "the root is not sent"
    );
}

#[tokio::test]
async fn roots_that_cannot_be_read_are_our_fault_and_not_the_target_s() {
    let trusting = Trusting::new();
    let certificate = trusting.issue(NAME, Validity::current(fixed_now()));
    let server = Server::start_tls(&certificate, |_| Reply::of(200, "", "")).await;
    for content in [None, Some(""), Some("no PEM"), Some("-----BEGIN CERTIFICATE-----\nx\n")] {
        let path = trusting.files.path("roots.pem");
        match content {
            None => std::fs::remove_file(path).unwrap(),
            Some(content) => std::fs::write(path, content).unwrap(),
        }
        let scrape = trusting.world(ProberKind::Http).probe(&url(&server)).await;
        assert_eq!(failure(&scrape).as_deref(), Some("io"), "{content:?}");
    }
}

#[tokio::test]
async fn names_of_the_module_are_asked_for_and_expected() {
    let trusting = Trusting::new();
    let certificate = trusting.issue("own.example", Validity::current(fixed_now()));
    let server = Server::start_tls(&certificate, |_| Reply::of(200, "", "")).await;
    let address = format!("https://127.0.0.1:{}/", server.address.port());
    let http = HttpSettings { host: "own.example".to_owned(), ..HttpSettings::default() };
    let server_name = "own.example".to_owned();
    for (tls, http) in [
        (TlsSettings { server_name, ..trusting.tls() }, None),
        // As with blackbox_exporter, the header `Host` is a name too.
        (trusting.tls(), Some(http)),
    ] {
        let module = ModuleSettings { tls: Some(tls), http, ..ModuleSettings::of(ProberKind::Http) };
        assert_eq!(failure(&World::with_module(module).probe(&address).await), None);
    }
    assert_eq!(
        failure(&trusting.world(ProberKind::Http).probe(&address).await).as_deref(),
        Some("untrusted"),
        "the address is not in the certificate"
    );
}

#[tokio::test]
async fn leaving_tls_is_told_and_can_be_refused() {
    let plain = Server::start(|_| Reply::of(200, "", "")).await;
    let trusting = Trusting::new();
    let certificate = trusting.issue(NAME, Validity::current(fixed_now()));
    let location = format!("http://{NAME}:{}/", plain.address.port());
    let server = Server::start_tls(&certificate, move |_| Reply::redirect(&location)).await;
    let scrape = trusting.world(ProberKind::Http).probe(&url(&server)).await;
    assert_eq!(failure(&scrape), None);
    assert_eq!(value(&scrape, "probe_http_downgraded"), Some(1.0));
    assert_eq!(value(&scrape, "probe_http_ssl"), Some(0.0));
    assert_eq!(value(&scrape, "probe_ssl_earliest_cert_expiry"), None, "the last answer came in clear");
    assert_eq!(plain.paths().len(), 1);

    let http = HttpSettings { require_tls: true, ..HttpSettings::default() };
    let module = ModuleSettings {
        http: Some(http),
        tls: Some(trusting.tls()),
        ..ModuleSettings::of(ProberKind::Http)
    };
    let strict = World::with_module(module);
    let scrape = strict.probe(&url(&server)).await;
    assert_eq!(failure(&scrape).as_deref(), Some("unexpected"));
    assert_eq!(value(&scrape, "probe_http_downgraded"), Some(1.0));
    assert_eq!(plain.paths().len(), 1, "it was not asked in clear");
    // An answer in clear is not enough either.
    let scrape = strict.probe(&format!("http://{NAME}:{}/", plain.address.port())).await;
    assert_eq!(failure(&scrape).as_deref(), Some("unexpected"));
}

#[tokio::test]
async fn a_redirect_into_tls_is_what_requiring_tls_is_for() {
    let trusting = Trusting::new();
    let certificate = trusting.issue(NAME, Validity::current(fixed_now()));
    let server = Server::start_tls(&certificate, |_| Reply::of(200, "", "")).await;
    let location = url(&server);
    let plain = Server::start(move |_| Reply::redirect(&location)).await;
    let http = HttpSettings { require_tls: true, ..HttpSettings::default() };
    let module = ModuleSettings {
        http: Some(http),
        tls: Some(trusting.tls()),
        ..ModuleSettings::of(ProberKind::Http)
    };
    let scrape = World::with_module(module).probe(&format!("http://{NAME}:{}/", plain.address.port())).await;
    assert_eq!(failure(&scrape), None);
    assert_eq!(value(&scrape, "probe_http_downgraded"), Some(0.0));
    assert_eq!(value(&scrape, "probe_http_ssl"), Some(1.0));
}

#[tokio::test]
async fn servers_that_do_not_shake_hands_have_their_reasons() {
    let trusting = Trusting::new();
    let identity =
        ServerIdentity { server_name: NAME.to_owned(), authorities: Arc::clone(&trusting.authorities) };
    let server = TlsEndpoint::start(identity, EndpointState::Good, fixed_now()).unwrap();
    let target = format!("{NAME}:{}", server.address().port());
    let world = trusting.world(ProberKind::Tls);
    for (state, reason) in [
        (EndpointState::Good, None),
        (EndpointState::Dead, Some("unreachable")),
        (EndpointState::Reset, Some("disconnected")),
        (EndpointState::PlainHttp, Some("protocol")),
        (EndpointState::Garbage, Some("protocol")),
        (EndpointState::HandshakeFailure, Some("handshake")),
        (EndpointState::OldTls, Some("handshake")),
    ] {
        let name = state.to_string();
        server.switch(state, fixed_now()).await.unwrap();
        assert_eq!(failure(&world.probe(&target).await).as_deref(), reason, "{name}");
    }
    server.switch(EndpointState::Stall { after_bytes: 10 }, fixed_now()).await.unwrap();
    let hurried = lookout_runtime::ProbeRequest {
        scrape_timeout: Some(core::time::Duration::from_millis(600)),
        ..request(&target, "m")
    };
    let scrape = scrape_of(world.prober().probe(hurried).await.unwrap());
    assert_eq!(failure(&scrape).as_deref(), Some("timeout"));
}

#[tokio::test]
async fn a_server_that_wants_to_know_who_asks_is_told_apart() {
    let trusting = Trusting::new();
    let identity =
        ServerIdentity { server_name: NAME.to_owned(), authorities: Arc::clone(&trusting.authorities) };
    let server = TlsEndpoint::start(identity, EndpointState::ClientCertificateRequired, fixed_now()).unwrap();
    let target = format!("https://{NAME}:{}/", server.address().port());
    let scrape = trusting.world(ProberKind::Http).probe(&target).await;
    assert_eq!(failure(&scrape).as_deref(), Some("unauthenticated"));
}
