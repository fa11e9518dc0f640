//! What issued certificates say, read back by a parser that knows nothing of who wrote them.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::net::IpAddr;

use jiff::Timestamp;
use lookout_simulator::{
    Authorities, CertificateAuthority, CertificatePurpose, CertificateRequest, IssuedCertificate,
    KeyAlgorithm, SimulatorError, Subject, UnusualCertificate, Validity,
};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;
use x509_parser::prelude::*;

const NAME: &str = "server.example";

fn now() -> Timestamp {
    "2026-09-01T12:00:00Z".parse().unwrap()
}

fn authorities() -> Authorities {
    Authorities::create(now()).unwrap()
}

fn unusual(kind: UnusualCertificate) -> IssuedCertificate {
    kind.issue(&authorities(), NAME, now()).unwrap()
}

fn parse<'a>(certificate: &'a CertificateDer<'_>) -> X509Certificate<'a> {
    let (rest, parsed) = X509Certificate::from_der(certificate).unwrap();
    assert!(rest.is_empty());
    parsed
}

fn common_name<'a>(name: &'a X509Name<'_>) -> Option<&'a str> {
    name.iter_common_name().next().map(|attribute| attribute.as_str().unwrap())
}

fn names(certificate: &X509Certificate<'_>) -> Vec<String> {
    let extension = certificate.subject_alternative_name().unwrap();
    let names = extension.map(|extension| extension.value.general_names.clone()).unwrap_or_default();
    names.iter().map(ToString::to_string).collect()
}

#[test]
fn a_request_comes_back_in_the_certificate() {
    let request = CertificateRequest {
        subject: Subject {
            common_name: Some("a common name".to_owned()),
            organization: Some("an organization".to_owned()),
            organizational_unit: Some("a unit".to_owned()),
            country: Some("DE".to_owned()),
            state: Some("a state".to_owned()),
            locality: Some("a place".to_owned()),
        },
        dns_names: vec!["one.example".to_owned(), "*.two.example".to_owned()],
        ip_addresses: vec![IpAddr::from([127, 0, 0, 1]), IpAddr::from([0, 0, 0, 0, 0, 0, 0, 1])],
        purpose: CertificatePurpose::Client,
        validity: Validity::days(now(), -1, 2),
        key_algorithm: KeyAlgorithm::EcdsaP384,
        serial: Some(vec![0x12, 0x34]),
    };
    let issued = authorities().intermediate.issue(&request).unwrap();
    let leaf = issued.leaf().unwrap();
    let certificate = parse(leaf);
    assert_eq!(
        certificate.subject().to_string(),
        "C=DE, ST=a state, L=a place, O=an organization, OU=a unit, CN=a common name"
    );
    assert_eq!(common_name(certificate.issuer()), Some("Simulated Intermediate"));
    assert_eq!(certificate.validity().not_before.timestamp(), now().as_second() - 86_400);
    assert_eq!(certificate.validity().not_after.timestamp(), now().as_second() + 2 * 86_400);
    assert_eq!(certificate.raw_serial(), [0x12, 0x34]);
    assert_eq!(names(&certificate).len(), 4);
    assert!(!certificate.is_ca());
    let usage = certificate.extended_key_usage().unwrap().unwrap().value;
    assert!(usage.client_auth && !usage.server_auth);
}

#[test]
fn every_key_algorithm_is_issued_and_signs() {
    for key_algorithm in [KeyAlgorithm::EcdsaP256, KeyAlgorithm::EcdsaP384, KeyAlgorithm::Ed25519] {
        let ordinary = CertificateRequest::for_server(NAME, Validity::current(now()));
        let request = CertificateRequest { key_algorithm, ..ordinary };
        let issued = authorities().root.issue(&request).unwrap();
        let key = rustls::crypto::ring::sign::any_supported_type(&issued.key()).unwrap();
        let certified = rustls::sign::CertifiedKey::new(issued.chain(), key);
        certified.keys_match().unwrap_or_else(|error| panic!("{key_algorithm:?}: {error}"));
    }
}

#[test]
fn serial_numbers_count_up_and_are_the_same_every_time() {
    let serials = || {
        let authorities = authorities();
        let issue = || authorities.issue(NAME, Validity::current(now())).unwrap().serial().to_vec();
        (issue(), issue())
    };
    assert_eq!(serials(), (vec![0x10, 0x00], vec![0x10, 0x01]));
    assert_eq!(serials(), serials());
}

#[test]
fn pem_forms_hold_what_they_say() {
    let issued = authorities().issue(NAME, Validity::current(now())).unwrap();
    let certificates =
        |pem: &str| CertificateDer::pem_slice_iter(pem.as_bytes()).collect::<Result<Vec<_>, _>>().unwrap();
    let with_root = [issued.chain(), vec![issued.root().unwrap().clone()]].concat();
    assert_eq!(certificates(&issued.leaf_pem()), issued.chain()[..1]);
    assert_eq!(certificates(&issued.chain_pem()), issued.chain());
    assert_eq!(certificates(&issued.chain_with_root_pem()), with_root);
    assert_eq!(certificates(&issued.root_pem()), with_root[2..]);
    assert_eq!(certificates(&issued.key_and_chain_pem()), issued.chain());
    assert!(issued.key_and_chain_pem().starts_with(issued.key_pem()));
    assert!(issued.key_pem().starts_with("-----BEGIN PRIVATE KEY-----"));
    assert_eq!(issued.without_intermediates().chain(), issued.chain()[..1]);
}

#[test]
fn debug_output_never_shows_a_key() {
    let issued = authorities().issue(NAME, Validity::current(now())).unwrap();
    let shown = format!("{issued:?}");
    assert!(!shown.contains("PRIVATE"), "{shown}");
    let key = issued.key();
    let bytes = format!("{:?}", &key.secret_der()[30..40]);
    assert!(!shown.contains(bytes.trim_matches(['[', ']'])), "{shown}");
}

#[test]
fn unusual_subjects_arrive_unchanged() {
    let long = "long ".repeat(800);
    let expected = [
        (UnusualCertificate::SubjectWithQuotes, r#"the "quoted" \ O'Neill, Ltd"#),
        (UnusualCertificate::SubjectWithNewlines, "first line\nsecond line\r\nthird"),
        (UnusualCertificate::SubjectBeyondAscii, "Käsekuchen – 証明書 – 🔒"),
        (UnusualCertificate::VeryLongSubject, long.as_str()),
    ];
    for (kind, subject) in expected {
        let issued = unusual(kind);
        let certificate = parse(issued.leaf().unwrap());
        assert_eq!(common_name(certificate.subject()), Some(subject), "{kind}");
        assert_eq!(names(&certificate), ["DNSName(server.example)"], "{kind}");
    }
}

#[test]
fn an_issuer_can_lack_a_common_name() {
    let issued = unusual(UnusualCertificate::IssuerWithoutCommonName);
    let certificate = parse(issued.leaf().unwrap());
    assert_eq!(common_name(certificate.issuer()), None);
    assert_eq!(certificate.issuer().to_string(), "O=Lookout Simulator");
}

#[test]
fn names_can_be_many_or_none() {
    let many = unusual(UnusualCertificate::ManyNames);
    assert_eq!(names(&parse(many.leaf().unwrap())).len(), 101);
    let none = unusual(UnusualCertificate::WithoutNames);
    let certificate = parse(none.leaf().unwrap());
    assert!(certificate.subject_alternative_name().unwrap().is_none());
    assert_eq!(common_name(certificate.subject()), Some(NAME));
}

#[test]
fn a_serial_number_can_be_as_long_as_allowed() {
    let issued = unusual(UnusualCertificate::LongSerial);
    assert_eq!(parse(issued.leaf().unwrap()).raw_serial(), issued.serial());
    assert_eq!(issued.serial().len(), 20);
}

#[test]
fn a_self_signed_certificate_is_its_own_issuer() {
    let issued = unusual(UnusualCertificate::SelfSigned);
    let certificate = parse(issued.leaf().unwrap());
    assert_eq!(certificate.subject(), certificate.issuer());
    assert_eq!((issued.chain().len(), issued.root()), (1, None));
    assert_eq!(issued.root_pem(), "");
}

#[test]
fn every_unusual_certificate_differs_in_its_description() {
    let mut shown: Vec<String> = UnusualCertificate::ALL.iter().map(ToString::to_string).collect();
    shown.sort();
    shown.dedup();
    assert_eq!(shown.len(), UnusualCertificate::ALL.len());
}

#[test]
fn an_authority_can_stand_under_another() {
    let validity = Validity::of_authority(now());
    let root = CertificateAuthority::root(&Subject::named("root"), validity).unwrap();
    let first = root.intermediate(&Subject::named("first"), validity).unwrap();
    let second = first.intermediate(&Subject::named("second"), validity).unwrap();
    let issued = second.issue(&CertificateRequest::for_server(NAME, Validity::current(now()))).unwrap();
    let chain = issued.chain();
    let issuers: Vec<_> =
        chain.iter().map(|der| common_name(parse(der).issuer()).unwrap().to_owned()).collect();
    assert_eq!(issuers, ["second", "first", "root"]);
    assert_eq!(issued.root(), root.certificate());
    for (below, above) in chain.iter().zip(chain.iter().skip(1).chain(issued.root())) {
        parse(below).verify_signature(Some(parse(above).public_key())).unwrap();
        assert!(parse(above).is_ca());
    }
}

#[test]
fn a_name_that_no_certificate_can_hold_is_an_error() {
    let request = CertificateRequest::for_server("käse.example", Validity::current(now()));
    let error = authorities().root.issue(&request).unwrap_err();
    assert!(matches!(error, SimulatorError::IssueCertificate { .. }));
    assert_eq!(
        error.to_string(),
        "cannot issue a certificate for `käse.example`; check its names and its validity"
    );
}

#[test]
fn a_validity_before_the_year_one_is_an_error() {
    let request = CertificateRequest::for_server(NAME, Validity::days(Timestamp::MIN, -1, 0));
    let issued = authorities().root.issue(&request);
    assert!(matches!(issued, Err(SimulatorError::ConvertTime { .. })));
}
