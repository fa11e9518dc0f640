//! Certificates among the trusted roots that are not authorities: they are trusted, and nobody is through them.

use lookout_certs::endpoints::{Chain, TrustStore};
use lookout_certs::parse::Certificate;
use lookout_certs::verify::{Verdict, verify};
use lookout_certs_spec::labels::Verification;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DistinguishedName, DnType, IsCa, KeyPair,
    KeyUsagePurpose,
};
use rustls_pki_types::{CertificateDer, ServerName};

use crate::support::fixed_now;

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

fn verdict(trust: &TrustStore, name: &'static str, encodings: Vec<CertificateDer<'static>>) -> Verdict {
    let certificates = encodings.iter().map(|encoding| Certificate::from_der(encoding)).collect();
    let chain = Chain { encodings, certificates, has_ocsp_response: false, has_other_key: false };
    verify(&chain, trust, &ServerName::try_from(name).unwrap(), fixed_now().as_second())
}

#[test]
fn a_pinned_certificate_vouches_for_others_only_if_it_is_an_authority_s() {
    use KeyUsagePurpose::{DigitalSignature, KeyCertSign};
    use Verification::{Invalid, Trusted, Untrusted};
    let authority = || IsCa::Ca(BasicConstraints::Unconstrained);
    // Alone, and with the pinned certificate, which breaks a rule by standing where an authority must.
    for (what, is_ca, key_usages, expected) in [
        ("no authority", IsCa::ExplicitNoCa, vec![DigitalSignature], [Untrusted, Invalid]),
        ("no authority, with the right to sign", IsCa::ExplicitNoCa, vec![KeyCertSign], [Untrusted, Invalid]),
        ("silent", IsCa::NoCa, vec![], [Untrusted, Invalid]),
        ("an authority that may not sign", authority(), vec![DigitalSignature], [Untrusted, Untrusted]),
        ("an authority", authority(), vec![KeyCertSign], [Trusted, Trusted]),
        ("an authority without restrictions", authority(), vec![], [Trusted, Trusted]),
    ] {
        let pinned = parameters(PINNED, is_ca, key_usages);
        let pinned = CertifiedIssuer::self_signed(pinned, KeyPair::generate().unwrap()).unwrap();
        let minted =
            parameters(OTHER, IsCa::NoCa, vec![]).signed_by(&KeyPair::generate().unwrap(), &pinned).unwrap();
        let trust = TrustStore::new([pinned.der().clone()]);
        let minted = minted.der().clone();
        let results = [vec![minted.clone()], vec![minted, pinned.der().clone()]]
            .map(|chain| verdict(&trust, OTHER, chain).result);
        assert_eq!(results, expected, "{what}");
        let own = verdict(&trust, PINNED, vec![pinned.der().clone()]);
        assert_eq!(own.result, Trusted, "{what}: the certificate itself");
    }
}

#[test]
fn what_is_pinned_before_a_root_does_not_lend_it_its_end() {
    let mut pinned = parameters(PINNED, IsCa::ExplicitNoCa, vec![]);
    pinned.not_after = rcgen::date_time_ymd(2020, 1, 1);
    let pinned = pinned.self_signed(&KeyPair::generate().unwrap()).unwrap();
    let mut root = parameters("Root", IsCa::Ca(BasicConstraints::Unconstrained), vec![]);
    root.not_after = rcgen::date_time_ymd(2030, 1, 1);
    let end = root.not_after.unix_timestamp();
    let root = CertifiedIssuer::self_signed(root, KeyPair::generate().unwrap()).unwrap();
    let leaf = parameters(OTHER, IsCa::NoCa, vec![]).signed_by(&KeyPair::generate().unwrap(), &root).unwrap();
    let trust = TrustStore::new([pinned.der().clone(), root.der().clone()]);
    let expected = Verdict { result: Verification::Trusted, path_not_after: Some(end) };
    assert_eq!(verdict(&trust, OTHER, vec![leaf.der().clone()]), expected);
}
