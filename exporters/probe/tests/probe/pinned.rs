//! Certificates among the trusted roots that are not authorities: they are trusted, and nobody is through them.

use lookout_probe_spec::config::{ModuleSettings, ProberKind, TlsSettings};
use lookout_simulator::CertificateFiles;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DistinguishedName, DnType, IsCa, KeyPair,
    KeyUsagePurpose,
};
use rustls_pki_types::{CertificateDer, PrivateKeyDer};

use crate::server::{Reply, Server};
use crate::support::{World, failure};

const PINNED: &str = "grafana.example";
const OTHER: &str = "shop.example";

fn parameters(name: &str, is_ca: IsCa, key_usages: Vec<KeyUsagePurpose>) -> CertificateParams {
    let mut parameters = CertificateParams::new(vec![name.to_owned()]).unwrap();
    parameters.distinguished_name = DistinguishedName::new();
    parameters.distinguished_name.push(DnType::CommonName, name);
    parameters.is_ca = is_ca;
    parameters.key_usages = key_usages;
    parameters
}

fn pinned(is_ca: IsCa, key_usages: Vec<KeyUsagePurpose>) -> CertifiedIssuer<'static, KeyPair> {
    let parameters = parameters(PINNED, is_ca, key_usages);
    CertifiedIssuer::self_signed(parameters, KeyPair::generate().unwrap()).unwrap()
}

fn private(key: &KeyPair) -> PrivateKeyDer<'static> {
    PrivateKeyDer::try_from(key.serialize_der()).unwrap()
}

/// The reason for which a server's probe fails, if these are the trusted roots.
async fn outcome(
    roots: &str,
    name: &str,
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
) -> Option<String> {
    let files = CertificateFiles::temporary().unwrap();
    std::fs::write(files.path("roots.pem"), roots).unwrap();
    let trusted_roots = vec![files.path("roots.pem").display().to_string()];
    let tls = TlsSettings { trusted_roots, ..TlsSettings::default() };
    let world = World::with_module(ModuleSettings { tls: Some(tls), ..ModuleSettings::of(ProberKind::Tls) });
    world.names.set(name, &[&["127.0.0.1"]]);
    let server = Server::start_tls_with(chain, key, |_| Reply::of(200, "", "")).await;
    failure(&world.probe(&format!("{name}:{}", server.address.port())).await)
}

#[tokio::test]
async fn a_pinned_certificate_vouches_for_others_only_if_it_is_an_authority_s() {
    use KeyUsagePurpose::{DigitalSignature, KeyCertSign};
    let authority = || IsCa::Ca(BasicConstraints::Unconstrained);
    for (what, is_ca, usages, expected) in [
        ("no authority", IsCa::ExplicitNoCa, vec![DigitalSignature], Some("untrusted")),
        ("no authority, with the right to sign", IsCa::ExplicitNoCa, vec![KeyCertSign], Some("untrusted")),
        ("silent", IsCa::NoCa, vec![], Some("untrusted")),
        ("an authority that may not sign", authority(), vec![DigitalSignature], Some("untrusted")),
        ("an authority", authority(), vec![KeyCertSign], None),
        ("an authority without restrictions", authority(), vec![], None),
    ] {
        let pinned = pinned(is_ca, usages);
        let key = KeyPair::generate().unwrap();
        let minted = parameters(OTHER, IsCa::NoCa, vec![]).signed_by(&key, &pinned).unwrap();
        for chain in [vec![minted.der().clone()], vec![minted.der().clone(), pinned.der().clone()]] {
            let sent = chain.len();
            let reason = outcome(&pinned.pem(), OTHER, chain, private(&key)).await;
            assert_eq!(reason.as_deref(), expected, "{what}, {sent} sent");
        }
        let own = vec![pinned.der().clone()];
        let reason = outcome(&pinned.pem(), PINNED, own, private(pinned.key())).await;
        assert_eq!(reason, None, "{what}: the certificate itself");
    }
}

#[tokio::test]
async fn what_is_pinned_before_a_root_does_not_lend_it_its_end() {
    let mut gone = parameters(PINNED, IsCa::ExplicitNoCa, vec![]);
    gone.not_after = rcgen::date_time_ymd(2020, 1, 1);
    let gone = gone.self_signed(&KeyPair::generate().unwrap()).unwrap();
    let mut root = parameters("Root", IsCa::Ca(BasicConstraints::Unconstrained), vec![]);
    for (not_after, expected) in [((2030, 1, 1), None), ((2021, 1, 1), Some("untrusted"))] {
        root.not_after = rcgen::date_time_ymd(not_after.0, not_after.1, not_after.2);
        let root = CertifiedIssuer::self_signed(root.clone(), KeyPair::generate().unwrap()).unwrap();
        let key = KeyPair::generate().unwrap();
        let leaf = parameters(OTHER, IsCa::NoCa, vec![]).signed_by(&key, &root).unwrap();
        let roots = gone.pem() + &root.pem();
        let reason = outcome(&roots, OTHER, vec![leaf.der().clone()], private(&key)).await;
        assert_eq!(reason.as_deref(), expected, "{not_after:?}");
    }
}
