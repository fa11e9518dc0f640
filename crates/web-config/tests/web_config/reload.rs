//! One policy in place of another: nothing of the old one holds on.

use crate::{
    authority::{Authority, Identity},
    connection::{Client, ONLY_12, ONLY_13, connect},
    site::{Site, with_tls},
};
use lookout_web_config::Policy;

#[tokio::test]
async fn a_session_is_resumed_under_its_own_policy_and_not_under_the_next() {
    let site = Site::new();
    let before = site.tls("");
    let after = site.reload(&with_tls(""), &before).unwrap();
    for versions in [ONLY_13, ONLY_12] {
        let client = Client { versions, ..Client::default() }.build(&site);
        assert!(!connect(&before, client.clone()).await.unwrap().resumed);
        assert!(connect(&before, client.clone()).await.unwrap().resumed, "else the test proves nothing");
        assert!(!connect(&after, client.clone()).await.unwrap().resumed);
    }
}

#[tokio::test]
async fn a_session_from_before_client_certificates_does_not_get_around_them() {
    let site = Site::new();
    let before = site.tls("");
    for versions in [ONLY_13, ONLY_12] {
        let client = Client { versions, ..Client::default() }.build(&site);
        connect(&before, client.clone()).await.unwrap();
        let text = with_tls("client_auth_type: RequireAndVerifyClientCert\nclient_ca_file: ca.crt");
        let after = site.reload(&text, &before).unwrap();
        assert!(connect(&after, client).await.is_err());
    }
}

#[tokio::test]
async fn a_new_certificate_is_served_after_the_reload() {
    let site = Site::new();
    let before = site.tls("");
    let new = Identity::rsa_server();
    site.write("server.crt", &new.pem);
    site.write("server.key", &new.key_pem);
    let after = site.reload(&with_tls(""), &before).unwrap();
    let client = Client { versions: ONLY_12, ..Client::default() };
    for (policy, key) in [(&before, "ECDSA"), (&after, "RSA")] {
        let agreed = client.connect(&site, policy).await.unwrap();
        assert!(format!("{:?}", agreed.suite).starts_with(&format!("TLS_ECDHE_{key}_")), "{agreed:?}");
    }
}

#[test]
fn a_half_written_pair_gives_no_policy_and_names_the_files_to_watch() {
    let site = Site::new();
    site.tls("");
    site.write("server.crt", Identity::rsa_server().pem);
    let error = site.load(&with_tls("")).unwrap_err();
    assert!(error.to_string().contains("does not belong to the certificate"), "{error}");
    assert_eq!(error.files(), ["web.yml", "server.crt", "server.key"].map(|name| site.path(name)));
    let error = lookout_web_config::load(&site.path("none.yml")).unwrap_err();
    assert_eq!(error.files(), [site.path("none.yml")]);
}

#[test]
fn policies_have_the_same_clients_if_they_decide_alike_about_certificates() {
    let site = Site::new();
    let other = Authority::new("Other");
    site.write("two.crt", format!("{}{}", site.authority.pem, other.pem));
    site.write("swapped.crt", format!("{}{}{}", other.pem, site.authority.pem, other.pem));
    let verify = "client_auth_type: RequireAndVerifyClientCert\n";
    let texts = [
        String::new(),
        with_tls(""),
        with_tls("client_auth_type: RequestClientCert"),
        with_tls("client_auth_type: VerifyClientCertIfGiven\nclient_ca_file: ca.crt"),
        with_tls(&format!("{verify}client_ca_file: ca.crt")),
        with_tls(&format!("{verify}client_ca_file: two.crt")),
        with_tls(&format!("{verify}client_ca_file: server.crt")),
        with_tls(&format!("{verify}client_ca_file: ca.crt\nclient_allowed_sans: []")),
        with_tls(&format!("{verify}client_ca_file: ca.crt\nclient_allowed_sans: [a, b]")),
        with_tls(&format!("{verify}client_ca_file: ca.crt\nclient_allowed_sans: [ab]")),
    ];
    let policies: Vec<_> = texts.iter().map(|text| site.policy(text)).collect();
    for (one, policy) in policies.iter().enumerate() {
        for (two, other) in policies.iter().enumerate() {
            assert_eq!(policy.has_same_clients(other), one == two, "{}{}", texts[one], texts[two]);
        }
        assert!(policy.has_same_clients(&site.reload(&texts[one], policy).unwrap()), "{}", texts[one]);
    }
    assert!(policies[0].has_same_clients(&Policy::open()));
    let swapped = site.tls(&format!("{verify}client_ca_file: swapped.crt\nmin_version: TLS13"));
    assert!(policies[5].has_same_clients(&swapped), "the order does not count");
    let names = format!("{verify}client_ca_file: ca.crt\nclient_allowed_sans: [b, a]");
    assert!(policies[8].has_same_clients(&site.tls(&names)), "nor does that of names");
}

#[test]
fn a_renewed_certificate_of_the_server_leaves_the_clients_the_same_and_a_renewed_client_ca_does_not() {
    let site = Site::new();
    let text = with_tls("client_auth_type: RequireAndVerifyClientCert\nclient_ca_file: ca.crt");
    let before = site.policy(&text);
    let new = Identity::rsa_server();
    site.write("server.crt", &new.pem);
    site.write("server.key", &new.key_pem);
    assert!(before.has_same_clients(&site.reload(&text, &before).unwrap()));
    site.write("ca.crt", Authority::new("Test Root").pem);
    assert!(!before.has_same_clients(&site.reload(&text, &before).unwrap()));
}

#[test]
fn a_policy_can_be_shared_between_threads() {
    fn shared<T: Send + Sync + 'static>(_: &T) {}
    shared(&Policy::open());
}
