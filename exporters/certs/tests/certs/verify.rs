//! What verification says of every kind of chain: pure, without a connection.

use jiff::{SignedDuration, Timestamp};
use lookout_certs::endpoints::{Chain, TrustStore};
use lookout_certs::parse::{Certificate, parse_each};
use lookout_certs::verify::{Verdict, verify};
use lookout_certs_spec::labels::Verification;
use lookout_simulator::{
    Authorities, CertificateAuthority, CertificateRequest, IssuedCertificate, Subject, UnusualCertificate,
    Validity,
};
use rustls_pki_types::{CertificateDer, ServerName};

use crate::support::{fixed_now, fixture};

const NAME: &str = "shop.example";

fn chain(encodings: Vec<CertificateDer<'static>>) -> Chain {
    let certificates = encodings.iter().map(|encoding| Certificate::from_der(encoding)).collect();
    Chain { encodings, certificates, has_ocsp_response: false, has_other_key: false }
}

fn trust(authorities: &Authorities) -> TrustStore {
    TrustStore::new([authorities.root.certificate().unwrap().clone()])
}

fn verdict_at(
    encodings: Vec<CertificateDer<'static>>,
    trust: &TrustStore,
    name: &str,
    now: Timestamp,
) -> Verdict {
    verify(&chain(encodings), trust, &ServerName::try_from(name.to_owned()).unwrap(), now.as_second())
}

fn result(certificate: &IssuedCertificate, trust: &TrustStore) -> Verification {
    verdict_at(certificate.chain(), trust, NAME, fixed_now()).result
}

fn encodings(fixture_name: &str) -> Vec<CertificateDer<'static>> {
    let mut encodings = Vec::new();
    parse_each(&fixture(fixture_name), 10, &mut |der| encodings.push(CertificateDer::from(der.to_vec())));
    encodings
}

#[test]
fn every_unusual_certificate_has_its_result() {
    use UnusualCertificate as Unusual;
    let authorities = Authorities::create(fixed_now()).unwrap();
    let trust = trust(&authorities);
    for kind in Unusual::ALL {
        let expected = match kind {
            Unusual::Expired | Unusual::IntermediateExpired => Verification::Expired,
            Unusual::NotYetValid => Verification::NotYetValid,
            Unusual::WrongName | Unusual::WithoutNames => Verification::NameMismatch,
            Unusual::Untrusted | Unusual::SelfSigned => Verification::Untrusted,
            Unusual::IntermediateMissing => Verification::IncompleteChain,
            Unusual::ExpiresSoon
            | Unusual::IssuerWithoutCommonName
            | Unusual::SubjectWithQuotes
            | Unusual::SubjectWithNewlines
            | Unusual::SubjectBeyondAscii
            | Unusual::VeryLongSubject
            | Unusual::ManyNames
            | Unusual::LongSerial => Verification::Trusted,
        };
        let issued = kind.issue(&authorities, NAME, fixed_now()).unwrap();
        assert_eq!(result(&issued, &trust), expected, "{kind}");
    }
}

#[test]
fn a_trusted_path_ends_with_its_first_certificate_to_expire() {
    let trust = TrustStore::new(encodings("root.pem"));
    let verdict = verdict_at(encodings("chain.pem"), &trust, NAME, fixed_now());
    assert_eq!(verdict, Verdict { result: Verification::Trusted, path_not_after: Some(1_775_001_600) });
    // The root is the first to go if it is shorter than what it signed.
    let short = Validity::days(fixed_now(), -100, 10);
    let root = CertificateAuthority::root(&Subject::named("Short"), short).unwrap();
    let issued = root.issue(&CertificateRequest::for_server(NAME, Validity::current(fixed_now()))).unwrap();
    let trust = TrustStore::new([root.certificate().unwrap().clone()]);
    let verdict = verdict_at(issued.chain(), &trust, NAME, fixed_now());
    assert_eq!(verdict.path_not_after, Some(short.not_after.as_second()));
    let later = fixed_now() + SignedDuration::from_hours(11 * 24);
    assert_eq!(
        verdict_at(issued.chain(), &trust, NAME, later).result,
        Verification::Expired,
        "an expired root"
    );
}

#[test]
fn the_last_second_of_validity_is_trusted_and_the_next_expired() {
    let trust = TrustStore::new(encodings("root.pem"));
    for (now, expected) in [
        ("2025-12-31T23:59:59Z", Verification::NotYetValid),
        ("2026-01-01T00:00:00Z", Verification::Trusted),
        ("2026-04-01T00:00:00Z", Verification::Trusted),
        ("2026-04-01T00:00:01Z", Verification::Expired),
        ("1969-12-31T23:59:59Z", Verification::NotYetValid),
        ("9999-01-01T00:00:00Z", Verification::Expired),
    ] {
        assert_eq!(
            verdict_at(encodings("chain.pem"), &trust, NAME, now.parse().unwrap()).result,
            expected,
            "{now}"
        );
    }
}

#[test]
fn dates_hide_nothing_that_is_worse() {
    let authorities = Authorities::create(fixed_now()).unwrap();
    let trust = trust(&authorities);
    let expired = |name: &str| CertificateRequest::for_server(name, Validity::expired(fixed_now()));
    let untrusted = authorities.stranger.issue(&expired(NAME)).unwrap();
    assert_eq!(result(&untrusted, &trust), Verification::Untrusted);
    let misnamed = authorities.intermediate.issue(&expired("other.example")).unwrap();
    assert_eq!(result(&misnamed, &trust), Verification::NameMismatch);
    let incomplete = authorities.intermediate.issue(&expired(NAME)).unwrap().without_intermediates();
    assert_eq!(result(&incomplete, &trust), Verification::IncompleteChain);
}

#[test]
fn a_missing_intermediate_is_told_from_an_authority_that_is_not_trusted() {
    let fixture_root = TrustStore::new(encodings("root.pem"));
    let other_root = TrustStore::new(encodings("version-1.pem"));
    let chain = encodings("chain.pem");
    let result = |encodings: Vec<_>, trust| verdict_at(encodings, trust, NAME, fixed_now()).result;
    let (leaf, intermediate) = (chain[0].clone(), chain[1].clone());
    assert_eq!(
        result(vec![leaf.clone()], &fixture_root),
        Verification::IncompleteChain,
        "its issuer can be fetched"
    );
    assert_eq!(
        result(vec![leaf.clone()], &other_root),
        Verification::IncompleteChain,
        "its issuer can be fetched"
    );
    assert_eq!(result(chain.clone(), &other_root), Verification::Untrusted, "complete but for the root");
    let with_root = [chain, encodings("root.pem")].concat();
    assert_eq!(result(with_root, &other_root), Verification::Untrusted, "a root that is not trusted");
    let strange = encodings("bmp-string.pem").remove(0);
    assert_eq!(
        result(vec![leaf.clone(), strange], &fixture_root),
        Verification::IncompleteChain,
        "another issuer's"
    );
    let twice = vec![leaf.clone(), leaf, intermediate];
    assert_eq!(result(twice, &fixture_root), Verification::Trusted, "the leaf twice, which is common");
}

#[test]
fn the_order_of_intermediates_and_needless_certificates_do_not_matter() {
    let trust = TrustStore::new(encodings("root.pem"));
    let needless = [encodings("root.pem"), encodings("keys.pem"), encodings("for-ever.pem")].concat();
    let (leaf, intermediate) = (encodings("chain.pem").remove(0), encodings("chain.pem").remove(1));
    let chain = [vec![leaf], needless, vec![intermediate]].concat();
    assert_eq!(verdict_at(chain, &trust, NAME, fixed_now()).result, Verification::Trusted);
}

#[test]
fn a_certificate_that_is_itself_among_the_roots_is_trusted() {
    let request = CertificateRequest::for_server(NAME, Validity::current(fixed_now()));
    let issued = CertificateAuthority::self_signed(&request).unwrap();
    let trust = TrustStore::new(issued.chain());
    let verdict = verdict_at(issued.chain(), &trust, NAME, fixed_now());
    let end = issued.validity().not_after;
    assert_eq!(verdict, Verdict { result: Verification::Trusted, path_not_after: Some(end.as_second()) });
    let later = end + SignedDuration::from_secs(1);
    assert_eq!(verdict_at(issued.chain(), &trust, NAME, later).result, Verification::Expired);
    assert_eq!(
        verdict_at(issued.chain(), &trust, "other.example", fixed_now()).result,
        Verification::NameMismatch
    );
}

#[test]
fn a_rekeyed_root_of_the_same_name_is_not_trusted() {
    let authorities = Authorities::create(fixed_now()).unwrap();
    let impostors = Authorities::create(fixed_now()).unwrap();
    let issued = impostors.issue(NAME, Validity::current(fixed_now())).unwrap();
    assert_eq!(result(&issued, &trust(&authorities)), Verification::Untrusted);
}

#[test]
fn names_match_as_clients_match_them() {
    let authorities = Authorities::create(fixed_now()).unwrap();
    let request = CertificateRequest {
        dns_names: vec!["*.shop.example".to_owned()],
        ip_addresses: vec!["192.0.2.7".parse().unwrap(), "2001:db8::7".parse().unwrap()],
        ..CertificateRequest::for_server("ignored.example", Validity::current(fixed_now()))
    };
    let issued = authorities.intermediate.issue(&request).unwrap();
    for (name, expected) in [
        ("www.shop.example", Verification::Trusted),
        ("WWW.SHOP.EXAMPLE", Verification::Trusted),
        ("192.0.2.7", Verification::Trusted),
        ("2001:db8::7", Verification::Trusted),
        ("shop.example", Verification::NameMismatch),
        ("a.b.shop.example", Verification::NameMismatch),
        ("ignored.example", Verification::NameMismatch),
        ("192.0.2.8", Verification::NameMismatch),
    ] {
        assert_eq!(
            verdict_at(issued.chain(), &trust(&authorities), name, fixed_now()).result,
            expected,
            "{name}"
        );
    }
}

#[test]
fn a_client_certificate_is_no_server_certificate() {
    let authorities = Authorities::create(fixed_now()).unwrap();
    let request = CertificateRequest {
        purpose: lookout_simulator::CertificatePurpose::Client,
        ..CertificateRequest::for_server(NAME, Validity::current(fixed_now()))
    };
    let issued = authorities.intermediate.issue(&request).unwrap();
    assert_eq!(result(&issued, &trust(&authorities)), Verification::Invalid);
}

#[test]
fn what_cannot_be_read_is_invalid() {
    let trust = TrustStore::new(encodings("root.pem"));
    for garbage in [Vec::new(), vec![CertificateDer::from(vec![1, 2, 3])], encodings("version-1.pem")] {
        assert_eq!(verdict_at(garbage, &trust, NAME, fixed_now()).result, Verification::Invalid);
    }
}

#[test]
fn without_readable_roots_nothing_is_called_untrusted() {
    let authorities = Authorities::create(fixed_now()).unwrap();
    let stranger = UnusualCertificate::Untrusted.issue(&authorities, NAME, fixed_now()).unwrap();
    let good = authorities.issue(NAME, Validity::current(fixed_now())).unwrap();
    let (none, some) = (TrustStore::default(), trust(&authorities).incomplete());
    assert_eq!(result(&good, &none), Verification::Unknown);
    assert_eq!(
        result(&stranger, &some),
        Verification::Unknown,
        "the missing roots may be those of the stranger"
    );
    assert_eq!(result(&good, &some), Verification::Trusted);
}
