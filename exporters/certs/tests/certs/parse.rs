//! What is read of a file, and what is said of the rest.

use lookout_certs::parse::{Certificate, FaultKind, ItemFault, ParseCertificate, Parsed, parse};
use lookout_certs_spec::labels::{KeyAlgorithm, Role, StoredReason};
use lookout_declarations::Reason;

use crate::support::fixture;

const ENOUGH: usize = 100;

fn of_fixture(name: &str) -> Vec<Certificate> {
    let parsed = parse(&fixture(name), ENOUGH);
    assert_eq!(parsed.faults, [], "{name}");
    parsed.certificates
}

fn only_fault(bytes: &[u8]) -> ItemFault {
    let Parsed { certificates, faults } = parse(bytes, ENOUGH);
    assert_eq!(certificates, []);
    let [fault] = faults.as_slice() else { panic!("not one fault: {faults:?}") };
    fault.clone()
}

#[test]
fn a_chain_gives_its_certificates_in_order_with_everything_that_is_a_label() {
    let certificates = of_fixture("chain.pem");
    let [leaf, intermediate] = certificates.as_slice() else { panic!("not two: {certificates:?}") };
    // 2^159 - 1, the largest that 20 bytes hold.
    assert_eq!(&*leaf.serial_number, "730750818665451459101842416358141509827966271487");
    assert_eq!(leaf.subject.country(), "DE");
    assert_eq!(leaf.subject.state(), "");
    assert_eq!(leaf.subject.organization(), "Example Shop GmbH");
    assert_eq!(leaf.subject.unit(), "Web");
    assert_eq!(leaf.subject.common_name(), "shop.example");
    assert_eq!(leaf.subject.text(), "CN=shop.example,OU=Web,O=Example Shop GmbH,C=DE");
    assert_eq!(*leaf.issuer, intermediate.subject);
    assert_eq!((leaf.not_before, leaf.not_after), (1_767_225_600, 1_775_001_600));
    assert_eq!((leaf.role, intermediate.role), (Role::Leaf, Role::Intermediate));
    assert_eq!((leaf.key_algorithm, leaf.key_bits), (KeyAlgorithm::Ecdsa, 256));
    assert!(leaf.names_issuer_url && !intermediate.names_issuer_url);
    assert_eq!(leaf.fingerprint_sha256.to_string().len(), 64);
}

#[test]
fn a_root_is_told_by_its_issuing_itself() {
    let root = &of_fixture("root.pem")[0];
    assert_eq!((root.role, &*root.serial_number), (Role::Root, "1"));
    assert_eq!((root.subject.state(), root.subject.locality()), ("Hamburg", "Hamburg"));
}

#[test]
fn a_self_signed_certificate_that_names_a_server_or_says_nothing_is_a_leaf() {
    assert_eq!(of_fixture("self-signed-server.pem")[0].role, Role::Leaf);
    assert_eq!(of_fixture("version-1.pem")[0].role, Role::Leaf);
}

#[test]
fn openssl_trust_settings_after_the_certificate_change_nothing() {
    assert_eq!(of_fixture("trusted.pem"), of_fixture("root.pem"));
}

#[test]
fn names_are_read_in_every_string_type() {
    let bmp = &of_fixture("bmp-string.pem")[0].subject;
    assert_eq!((bmp.organization(), bmp.common_name()), ("Žižkov", "証明書"));
    let t61 = &of_fixture("t61-string.pem")[0].subject;
    assert_eq!((t61.organization(), t61.common_name()), ("Käserei", "milch.example"));
}

#[test]
fn of_repeated_attributes_the_first_counts_and_of_common_names_the_last() {
    let certificate = &of_fixture("multi-valued-negative-serial.pem")[0];
    assert_eq!(&*certificate.serial_number, "-5");
    let name = &certificate.subject;
    assert_eq!((name.organization(), name.unit()), ("First", "One"));
    assert_eq!(name.common_name(), r#"a,b "c""#);
    assert_eq!(name.text(), r#"CN=a\,b \"c\",OU=One+CN=early.example,O=Second,O=First,DC=example"#);
}

#[test]
fn keys_are_told_by_kind_and_size() {
    use KeyAlgorithm::{Ecdsa, Ed448, Ed25519, Rsa};
    let keys: Vec<_> = of_fixture("keys.pem").iter().map(|key| (key.key_algorithm, key.key_bits)).collect();
    assert_eq!(keys, [(Rsa, 2048), (Rsa, 3072), (Ecdsa, 521), (Ed25519, 256), (Ed448, 456)]);
}

#[test]
fn dates_before_1970_and_after_2262_are_exact() {
    let certificate = &of_fixture("for-ever.pem")[0];
    assert_eq!((certificate.not_before, certificate.not_after), (-631_152_000, 253_402_300_799));
}

#[test]
fn line_endings_indentation_surrounding_text_and_a_byte_order_mark_do_not_matter() {
    let text = String::from_utf8(fixture("chain.pem")).unwrap();
    let expected = of_fixture("chain.pem");
    let variants = [
        text.replace('\n', "\r\n"),
        text.replace('\n', "\r"),
        text.replace('\n', "\n  "),
        text.replace('\n', " \t\n"),
        format!("\u{feff}{text}"),
        format!("subject=CN = shop.example\n-----\n{text}trailing words\n"),
        text.trim_end().to_owned(),
        text.replace("BEGIN CERTIFICATE", "BEGIN X509 CERTIFICATE")
            .replace("END CERTIFICATE", "END X509 CERTIFICATE"),
        text.replace("-----BEGIN CERTIFICATE-----\n", "-----BEGIN CERTIFICATE-----\nX-Note: by hand\n\n"),
    ];
    for variant in variants {
        assert_eq!(
            parse(variant.as_bytes(), ENOUGH),
            Parsed { certificates: expected.clone(), faults: Vec::new() }
        );
    }
}

#[test]
fn one_bad_certificate_loses_only_itself() {
    let good = String::from_utf8(fixture("root.pem")).unwrap();
    let bad = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    let parsed = parse(format!("{good}{bad}{good}").as_bytes(), ENOUGH);
    assert_eq!(parsed.certificates.len(), 2);
    let line = good.lines().count() + 1;
    assert_eq!(
        parsed.faults,
        [ItemFault { kind: FaultKind::Certificate(ParseCertificate::DecodeDer), line }]
    );
}

#[test]
fn a_file_that_was_cut_off_and_continued_loses_one_item() {
    let good = String::from_utf8(fixture("root.pem")).unwrap();
    let cut = &good[..good.len() / 2];
    let parsed = parse(format!("{cut}\n{good}").as_bytes(), ENOUGH);
    assert_eq!((parsed.certificates.len(), parsed.faults.len()), (1, 1));
    assert!(matches!(parsed.faults[0].kind, FaultKind::Block(_)));
}

#[test]
fn each_kind_of_damage_has_its_reason() {
    let good = String::from_utf8(fixture("root.pem")).unwrap();
    let body = good.lines().filter(|line| !line.starts_with("---")).collect::<String>();
    let armour = |body: &str| format!("-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n");
    let longer = data_encoding::BASE64
        .encode(&[data_encoding::BASE64.decode(body.as_bytes()).unwrap(), vec![5, 0]].concat());
    for (damaged, reason, stored_reason, words) in [
        (good[..100].to_owned(), Reason::Malformed, StoredReason::BadPem, "does not end"),
        (good[30..].to_owned(), Reason::Malformed, StoredReason::BadPem, "has no beginning"),
        (good.replace("END CERTIFICATE", "END FOO"), Reason::Malformed, StoredReason::BadPem, "another kind"),
        (good.replace('\n', " "), Reason::Malformed, StoredReason::BadPem, "a line of its own"),
        (armour("?!"), Reason::Malformed, StoredReason::BadPem, "not base64"),
        (armour(&body[..body.len() / 8 * 4]), Reason::Malformed, StoredReason::BadPem, "not an X.509"),
        (armour(&longer), Reason::Malformed, StoredReason::BadPem, "2 bytes follow"),
        (armour(""), Reason::Malformed, StoredReason::BadPem, "not an X.509"),
        (String::new(), Reason::Empty, StoredReason::NoCertificateFound, "nothing in it"),
        (" \r\n\t".to_owned(), Reason::Empty, StoredReason::NoCertificateFound, "nothing in it"),
        ("hello\n".to_owned(), Reason::Malformed, StoredReason::NoCertificateFound, "no PEM block"),
        (
            "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n".to_owned(),
            Reason::Empty,
            StoredReason::NoCertificateFound,
            "other kinds",
        ),
    ] {
        let fault = only_fault(damaged.as_bytes());
        assert_eq!((fault.reason(), fault.stored_reason()), (reason, stored_reason), "{damaged}");
        assert!(fault.to_string().contains(words), "{fault} lacks {words:?}");
    }
}

#[test]
fn garbage_is_malformed_and_never_silence() {
    let fault = only_fault(&[0, 159, 146, 150, 10, 13, 255]);
    assert_eq!(fault.reason(), Reason::Malformed);
}

#[test]
fn above_the_limit_the_rest_is_reported_and_not_read() {
    let root = fixture("root.pem");
    let parsed = parse(&root.repeat(5), 3);
    assert_eq!(parsed.certificates.len(), 3);
    let reasons: Vec<_> = parsed.faults.iter().map(ItemFault::reason).collect();
    assert_eq!(reasons, [Reason::TooMany]);
}

#[test]
fn requests_keys_and_parameters_beside_a_certificate_are_no_fault() {
    let root = String::from_utf8(fixture("root.pem")).unwrap();
    let others: String =
        ["PRIVATE KEY", "ENCRYPTED PRIVATE KEY", "CERTIFICATE REQUEST", "DH PARAMETERS", "X509 CRL"]
            .map(|kind| format!("-----BEGIN {kind}-----\nAAAA\n-----END {kind}-----\n"))
            .concat();
    let parsed = parse(format!("{others}{root}{others}").as_bytes(), ENOUGH);
    assert_eq!((parsed.certificates.len(), parsed.faults), (1, Vec::new()));
}

#[test]
fn the_share_of_life_used_is_rounded_down_and_not_clamped() {
    let leaf = Certificate { not_before: 1000, not_after: 2000, ..of_fixture("root.pem").remove(0) };
    for (now, used) in [(1000, 0.0), (1500, 0.5), (1999, 0.999), (2000, 1.0), (2500, 1.5), (999, -0.001)] {
        assert_eq!(leaf.life_used(now), Some(used), "at {now}");
    }
    let never = Certificate { not_after: 1000, ..leaf };
    assert_eq!(never.life_used(1000), None);
}

#[test]
fn the_trust_store_of_this_machine_has_no_fault() {
    let mut read = 0;
    for entry in std::fs::read_dir("/etc/ssl/certs").into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "pem" || extension == "crt") {
            let parsed = parse(&std::fs::read(&path).unwrap(), 1000);
            assert_eq!(parsed.faults, [], "{}", path.display());
            read += parsed.certificates.len();
        }
    }
    // A machine without a trust store proves nothing, and a fixture stands in for it.
    read += of_fixture("root.pem").len();
    assert!(read > 0);
}
