//! Which clients are let in, by policy and by the names in their certificates.

use std::{env, fs, path::Path, process::Command};

use crate::{
    authority::{Authority, Identity, Names, be_authority, be_client, be_expired, be_of_the_future},
    connection::{Client, ONLY_12, ONLY_13},
    site::Site,
};

const CA: &str = "client_ca_file: ca.crt\n";

/// Whether a client with this certificate is let in, with each version.
pub(crate) async fn lets_in(site: &Site, keys: &str, identity: Option<&Identity>) -> bool {
    let policy = site.tls(keys);
    let mut verdicts = Vec::new();
    for versions in [ONLY_13, ONLY_12] {
        let client = Client { identity, versions, ..Client::default() };
        verdicts.push(client.connect(site, &policy).await.is_ok());
    }
    assert_eq!(verdicts[0], verdicts[1], "TLS 1.3 and 1.2 differ: {keys}");
    verdicts[0]
}

#[tokio::test]
async fn each_policy_lets_in_whom_it_says() {
    let site = Site::new();
    let (good, stranger) = (site.authority.client(), Authority::new("Stranger").client());
    let expired = site.authority.issue("client", |parameters| {
        be_client(parameters);
        be_expired(parameters);
    });
    let early = site.authority.issue("client", |parameters| {
        be_client(parameters);
        be_of_the_future(parameters);
    });
    let server = site.authority.server(); // for servers only
    let identities = [None, Some(&good), Some(&stranger), Some(&expired), Some(&early), Some(&server)];
    for (policy, expected) in [
        ("NoClientCert", [true, true, true, true, true, true]),
        ("RequestClientCert", [true, true, true, true, true, true]),
        ("RequireAnyClientCert", [false, true, true, true, true, true]),
        ("RequireClientCert", [false, true, true, true, true, true]),
        ("VerifyClientCertIfGiven", [true, true, false, false, false, false]),
        ("RequireAndVerifyClientCert", [false, true, false, false, false, false]),
    ] {
        let ca = if policy == "NoClientCert" { "" } else { CA };
        let keys = format!("{ca}client_auth_type: {policy}");
        for (position, (identity, expected)) in identities.iter().zip(expected).enumerate() {
            assert_eq!(lets_in(&site, &keys, *identity).await, expected, "{policy}: {position}");
        }
    }
}

#[tokio::test]
async fn a_client_proves_that_it_has_the_key() {
    let site = Site::new();
    let (good, other) = (site.authority.client(), site.authority.client());
    let thief = Identity { pem: good.pem, key_pem: other.key_pem };
    for policy in ["RequestClientCert", "RequireAnyClientCert", "RequireAndVerifyClientCert"] {
        let policy = site.tls(&format!("{CA}client_auth_type: {policy}"));
        for versions in [ONLY_13, ONLY_12] {
            let client = Client { identity: Some(&thief), versions, ..Client::default() };
            let refusal = client.connect(&site, &policy).await.unwrap_err();
            assert!(refusal.contains("DecryptError"), "{refusal}");
        }
    }
}

#[tokio::test]
async fn refusals_carry_the_alerts_of_go() {
    let site = Site::new();
    let stranger = Authority::new("Stranger").client();
    let keys = format!("{CA}client_auth_type: RequireAndVerifyClientCert");
    let refusal = Client::default().connect(&site, &site.tls(&keys)).await.unwrap_err();
    assert!(refusal.contains("CertificateRequired"), "{refusal}");
    let client = Client { identity: Some(&stranger), ..Client::default() };
    let refusal = client.connect(&site, &site.tls(&keys)).await.unwrap_err();
    assert!(refusal.contains("UnknownCA"), "{refusal}");
    let client = Client { identity: Some(&site.authority.client()), ..Client::default() };
    let policy = site.tls(&format!("{keys}\nclient_allowed_sans: [other]"));
    let refusal = client.connect(&site, &policy).await.unwrap_err();
    assert!(refusal.contains("BadCertificate"), "{refusal}");
}

#[tokio::test]
async fn an_intermediate_that_the_client_sends_leads_to_the_root() {
    let site = Site::new();
    let intermediate = site.authority.intermediate("Intermediate");
    let leaf = intermediate.client();
    let chain = Identity { pem: format!("{}{}", leaf.pem, intermediate.pem), key_pem: leaf.key_pem.clone() };
    let keys = format!("{CA}client_auth_type: RequireAndVerifyClientCert");
    assert!(lets_in(&site, &keys, Some(&chain)).await);
    assert!(!lets_in(&site, &keys, Some(&leaf)).await);
}

/// Go takes a certificate that stands in the bundle itself, whatever it is; webpki would refuse an authority.
#[tokio::test]
async fn a_certificate_in_the_bundle_itself_is_trusted_as_it_is() {
    let site = Site::new();
    let keys = "client_auth_type: RequireAndVerifyClientCert\nclient_ca_file: clients.pem";
    let pinned = Identity::self_signed("pinned", |_| {});
    let authority = Identity::self_signed("authority", be_authority);
    let server = Identity::self_signed("server", |parameters| {
        parameters.extended_key_usages = vec![rcgen::ExtendedKeyUsagePurpose::ServerAuth];
    });
    let expired = Identity::self_signed("expired", be_expired);
    let early = Identity::self_signed("early", be_of_the_future);
    let all = [&pinned, &authority, &server, &expired, &early];
    site.write("clients.pem", all.map(|identity| &*identity.pem).concat());
    for (identity, expected) in all.into_iter().zip([true, true, false, false, false]) {
        assert_eq!(lets_in(&site, keys, Some(identity)).await, expected);
    }
    // The same subject with another key is another certificate.
    let impostor = Identity::self_signed("authority", be_authority);
    assert!(!lets_in(&site, keys, Some(&impostor)).await);
}

#[tokio::test]
async fn one_of_the_names_must_be_allowed() {
    let site = Site::new();
    let named = site.authority.client_named(&Names {
        dns: &["scraper.example.net", "*.wild.example.net"],
        email: &["ops@example.net"],
        ip: &["192.0.2.7", "2001:db8::1"],
        uri: &["spiffe://example.net/ns/monitoring/sa/prometheus"],
    });
    let nameless = site.authority.client();
    for (allowed, expected) in [
        ("[scraper.example.net]", true),
        ("[other, scraper.example.net]", true),
        ("['*.wild.example.net']", true),
        ("[ops@example.net]", true),
        ("[192.0.2.7]", true),
        ("['2001:db8::1']", true),
        ("['spiffe://example.net/ns/monitoring/sa/prometheus']", true),
        ("[a.wild.example.net]", false),
        ("[SCRAPER.example.net]", false),
        ("[example.net]", false),
        ("['2001:DB8::1']", false),
        ("['2001:db8:0::1']", false),
        ("['spiffe://example.net/ns/monitoring/sa/prometheus/']", false),
        ("[client]", false), // the subject's common name
        ("['']", false),
        ("[]", false),
    ] {
        let keys =
            format!("{CA}client_auth_type: RequireAndVerifyClientCert\nclient_allowed_sans: {allowed}");
        assert_eq!(lets_in(&site, &keys, Some(&named)).await, expected, "{allowed}");
        assert!(!lets_in(&site, &keys, Some(&nameless)).await, "{allowed}");
    }
}

#[tokio::test]
async fn an_allowed_name_does_not_make_a_certificate_valid() {
    let site = Site::new();
    let names = Names { dns: &["scraper"], email: &[], ip: &[], uri: &[] };
    let stranger = Authority::new("Stranger").client_named(&names);
    let allowed = "client_allowed_sans: [scraper]\n";
    assert!(
        !lets_in(&site, &format!("{CA}{allowed}client_auth_type: VerifyClientCertIfGiven"), Some(&stranger))
            .await
    );
    assert!(
        lets_in(&site, &format!("{allowed}client_auth_type: RequireAnyClientCert"), Some(&stranger)).await
    );
}

/// In Go the handshake panics in these two cases, which the client sees as a closed connection.
#[tokio::test]
async fn with_an_allow_list_a_client_without_a_certificate_is_refused() {
    let site = Site::new();
    for policy in ["RequestClientCert", "VerifyClientCertIfGiven"] {
        let keys = format!("{CA}client_allowed_sans: [scraper]\nclient_auth_type: {policy}");
        assert!(!lets_in(&site, &keys, None).await, "{policy}");
        assert!(
            site.tls(&keys)
                .warnings()
                .iter()
                .any(|warning| warning.contains("without a certificate is refused"))
        );
    }
}

#[tokio::test]
async fn sessions_with_client_certificates_are_not_resumed() {
    let site = Site::new();
    let identity = site.authority.client();
    let policy = site.tls(&format!("{CA}client_auth_type: RequireAndVerifyClientCert"));
    for versions in [ONLY_13, ONLY_12] {
        let client = Client { identity: Some(&identity), versions, ..Client::default() }.build(&site);
        for _ in 0..3 {
            let agreed = crate::connection::connect(&policy, client.clone()).await.unwrap();
            assert!(!agreed.resumed, "{agreed:?}");
        }
    }
}

#[tokio::test]
async fn a_broken_certificate_in_the_bundle_costs_only_itself() {
    let site = Site::new();
    let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    site.write("mixed.pem", format!("# ours\n{broken}{}", site.authority.pem));
    let keys = "client_auth_type: RequireAndVerifyClientCert\nclient_ca_file: mixed.pem";
    assert!(lets_in(&site, keys, Some(&site.authority.client())).await);
    let path = "tls_server_config.client_ca_file";
    assert_eq!(
        site.tls(keys).warnings(),
        [format!("`{path}`: 1 of the certificates cannot be understood and are not trusted")]
    );
}

/// So many authorities that their names do not fit into a handshake message.
#[tokio::test]
async fn a_bundle_of_many_authorities_still_lets_clients_in() {
    let site = Site::new();
    let mut bundle = site.authority.pem.clone();
    for number in 0..600 {
        bundle.push_str(&Identity::self_signed(&format!("{number}{}", "x".repeat(120)), be_authority).pem);
    }
    site.write("many.pem", bundle);
    let keys = "client_auth_type: RequireAndVerifyClientCert\nclient_ca_file: many.pem";
    assert!(lets_in(&site, keys, Some(&site.authority.client())).await);
    assert!(site.tls(keys).warnings()[0].contains("too many authorities"));
}

/// The trust store is chosen by the environment, which a process cannot safely change for itself: so the test starts
/// itself anew with another one.
#[tokio::test]
async fn without_a_client_ca_the_trust_store_of_the_machine_decides() {
    const NAME: &str = "clients::without_a_client_ca_the_trust_store_of_the_machine_decides";
    const STORE: &str = "LOOKOUT_TRUST_STORE_TEST";
    let Some(store) = env::var_os(STORE) else {
        let store = Site::new();
        let expired = Authority::with("Expired", |parameters| {
            be_authority(parameters);
            be_expired(parameters);
        });
        let leaf = Authority::with("Leaf", be_client);
        for (name, client) in [("good", &store.authority), ("expired", &expired), ("leaf", &leaf)] {
            let client = client.client();
            store.write(&format!("{name}.crt"), client.pem);
            store.write(&format!("{name}.key"), client.key_pem);
        }
        store.write("store.pem", [&store.authority, &expired, &leaf].map(|one| &*one.pem).concat());
        let mut child = Command::new(env::current_exe().unwrap());
        child.args(["--exact", NAME]).env(STORE, store.directory()).env_remove("SSL_CERT_DIR");
        let output = child.env("SSL_CERT_FILE", store.path("store.pem")).output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && said.contains("1 passed"), "{said}");
        return;
    };
    let read = |name: &str| fs::read_to_string(Path::new(&store).join(name)).unwrap();
    let client =
        |name: &str| Identity { pem: read(&format!("{name}.crt")), key_pem: read(&format!("{name}.key")) };
    let site = Site::new();
    for policy in ["VerifyClientCertIfGiven", "RequireAndVerifyClientCert"] {
        let keys = format!("client_auth_type: {policy}");
        let warnings = site.tls(&keys).warnings().to_vec();
        assert!(warnings.len() == 1 && warnings[0].contains("any of its 2 authorities"), "{warnings:?}");
        assert!(lets_in(&site, &keys, Some(&client("good"))).await);
        assert!(!lets_in(&site, &keys, Some(&client("expired"))).await, "its root has expired");
        assert!(!lets_in(&site, &keys, Some(&client("leaf"))).await, "not of an authority");
        assert!(!lets_in(&site, &keys, Some(&site.authority.client())).await, "not of this store");
    }
}
