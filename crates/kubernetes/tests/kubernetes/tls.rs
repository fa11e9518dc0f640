//! TLS towards the server: who is trusted, and who we are.

use std::path::Path;
use std::sync::Arc;

use lookout_declarations::Reason;
use lookout_kubernetes::{Follower, PartState, Selection, Settings};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use rustls_pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::TlsAcceptor;

use crate::secrets::{SECRETS, Values, list, object, script};
use crate::stage::{Reply, Stage, cluster, eventually, patient};

struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    fn new() -> Self {
        let mut parameters = CertificateParams::default();
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(parameters, KeyPair::generate().unwrap()).unwrap())
    }

    fn issue(&self, name: &str) -> (rcgen::Certificate, KeyPair) {
        let key = KeyPair::generate().unwrap();
        (CertificateParams::new([name.to_owned()]).unwrap().signed_by(&key, &self.0).unwrap(), key)
    }

    /// A server of that name, which wants a client certificate of `clients` if there is such an authority.
    async fn stage(&self, name: &str, clients: Option<&Self>) -> Stage {
        let (certificate, key) = self.issue(name);
        let builder = ServerConfig::builder();
        let builder = match clients {
            Some(clients) => {
                let mut roots = RootCertStore::empty();
                roots.add(clients.0.der().clone()).unwrap();
                builder
                    .with_client_cert_verifier(WebPkiClientVerifier::builder(roots.into()).build().unwrap())
            }
            None => builder.with_no_client_auth(),
        };
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let config = builder.with_single_cert(vec![certificate.der().clone()], key).unwrap();
        let script = script(|_| Reply::json(&list(7, "", &[object("a", "one", 3, "1")])), |_| Reply::quiet());
        Stage::start_with(Some(TlsAcceptor::from(Arc::new(config))), script).await
    }
}

fn settings(stage: &Stage, directory: &Path, roots: &str) -> Settings {
    let path = directory.join("ca.crt");
    std::fs::write(&path, roots).unwrap();
    let mut settings = patient();
    settings.access.server = format!("https://127.0.0.1:{}", stage.port);
    settings.access.certificate_authority = path.to_string_lossy().into_owned();
    settings
}

fn follow(settings: &Settings) -> Follower<String> {
    cluster(settings).follow(Values(SECRETS), &Selection::default())
}

async fn failure(follower: &Follower<String>) -> (Reason, String) {
    follower.settled().await;
    match &follower.latest().parts[0].state {
        PartState::Failing { reason, message, .. } => (*reason, message.clone()),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_server_of_the_named_authority_is_trusted_and_a_new_authority_is_taken_up() {
    let directory = tempfile::tempdir().unwrap();
    let (ours, theirs) = (Authority::new(), Authority::new());
    let stage = ours.stage("127.0.0.1", None).await;
    let settings = settings(&stage, directory.path(), &theirs.0.pem());
    let follower = follow(&settings);
    let (reason, message) = failure(&follower).await;
    assert_eq!(reason, Reason::Untrusted, "{message}");
    assert_eq!(stage.asked().len(), 0, "nothing is said to a stranger");
    std::fs::write(&settings.access.certificate_authority, ours.0.pem() + &theirs.0.pem()).unwrap();
    eventually("the list", || follower.latest().is_complete).await;
}

#[tokio::test]
async fn the_name_of_the_server_is_verified_and_can_be_another() {
    let directory = tempfile::tempdir().unwrap();
    let ours = Authority::new();
    let stage = ours.stage("kubernetes.default.svc", None).await;
    let mut settings = settings(&stage, directory.path(), &ours.0.pem());
    let (reason, message) = failure(&follow(&settings)).await;
    assert_eq!(reason, Reason::Untrusted, "{message}");
    settings.access.tls_server_name = "kubernetes.default.svc".to_owned();
    let follower = follow(&settings);
    eventually("the list", || follower.latest().is_complete).await;
}

#[tokio::test]
async fn a_client_certificate_is_shown_and_a_missing_one_is_told() {
    let directory = tempfile::tempdir().unwrap();
    let (ours, clients) = (Authority::new(), Authority::new());
    let stage = ours.stage("127.0.0.1", Some(&clients)).await;
    let mut settings = settings(&stage, directory.path(), &ours.0.pem());
    let (reason, message) = failure(&follow(&settings)).await;
    assert_eq!(reason, Reason::Unauthenticated, "{message}");
    let (certificate, key) = clients.issue("lookout");
    for (name, text) in [("tls.crt", certificate.pem()), ("tls.key", key.serialize_pem())] {
        std::fs::write(directory.path().join(name), text).unwrap();
    }
    let path = |name| directory.path().join(name).to_string_lossy().into_owned();
    (settings.access.client_certificate, settings.access.client_key) = (path("tls.crt"), path("tls.key"));
    let follower = follow(&settings);
    eventually("the list", || follower.latest().is_complete).await;
}

#[tokio::test]
async fn an_authority_that_cannot_be_read_is_told_by_its_path() {
    let directory = tempfile::tempdir().unwrap();
    let ours = Authority::new();
    let stage = ours.stage("127.0.0.1", None).await;
    let (reason, message) = failure(&follow(&settings(&stage, directory.path(), "t0ken"))).await;
    assert_eq!(reason, Reason::Io);
    assert!(
        message.contains("ca.crt` holds no certificate in PEM form") && !message.contains("t0ken"),
        "{message}"
    );
}
