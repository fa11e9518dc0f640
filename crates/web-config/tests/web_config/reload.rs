//! One policy in place of another: nothing of the old one holds on.

use crate::{
    authority::Identity,
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
fn a_policy_can_be_shared_between_threads() {
    fn shared<T: Send + Sync + 'static>(_: &T) {}
    shared(&Policy::open());
}
