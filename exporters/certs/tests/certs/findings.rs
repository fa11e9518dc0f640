//! What `lookout check` says of certificates that could be read, and are wrong.

use std::sync::Arc;

use jiff::Timestamp;
use lookout_certs::endpoints::{EndpointSource, Target, TrustStore};
use lookout_certs::files::{FileSource, Plan};
use lookout_certs_spec::Settings;
use lookout_certs_spec::config::EndpointSettings;
use lookout_runtime::{Finding, Source};
use lookout_simulator::{
    Authorities, CertificateFiles, EndpointState, FileContent, ServerIdentity, TlsEndpoint,
    UnusualCertificate, Validity,
};
use tokio::sync::watch;

use crate::support::{PATIENCE, fixed_now};

const NAME: &str = "shop.example";

async fn findings(source: &mut impl Source, now: Timestamp) -> Vec<Finding> {
    let collected = source.collect().await.unwrap();
    source.findings(&collected.model, now)
}

#[tokio::test]
async fn each_way_of_not_being_trusted_has_its_words_and_its_remedy() {
    let authorities = Arc::new(Authorities::create(fixed_now()).unwrap());
    let identity = ServerIdentity { server_name: NAME.to_owned(), authorities: Arc::clone(&authorities) };
    let endpoint = TlsEndpoint::start(identity, EndpointState::Good, fixed_now()).unwrap();
    let settings = EndpointSettings {
        address: endpoint.address().to_string(),
        server_name: NAME.to_owned(),
        expected_name: String::new(),
        trusted_roots: Vec::new(),
        timeout: Some(PATIENCE),
    };
    let root = authorities.root.certificate().unwrap().clone();
    let source = |store: TrustStore| {
        let target = Target::new(&settings, &Settings::default()).unwrap();
        EndpointSource::new(target, watch::channel(Some(Arc::new(store))).1, Arc::default())
    };
    let mut good = source(TrustStore::new([root]));
    assert_eq!(findings(&mut good, fixed_now()).await, []);
    for (kind, message, remedy) in [
        (UnusualCertificate::Expired, "its chain has expired, on 20", "renew"),
        (UnusualCertificate::NotYetValid, "not valid yet", "clocks"),
        (UnusualCertificate::WrongName, "not made out to `shop.example`", "`expected_name`"),
        (UnusualCertificate::Untrusted, "not trusted", "`trusted_roots`"),
        (UnusualCertificate::IntermediateMissing, "does not send the intermediate", "append"),
    ] {
        endpoint.switch(EndpointState::Unusual(kind), fixed_now()).await.unwrap();
        let found = findings(&mut good, fixed_now()).await;
        let [finding] = &found[..] else { panic!("{kind}: {found:?}") };
        assert!(finding.message.contains(message), "{kind}: {finding:?}");
        assert!(finding.remedy.contains(remedy), "{kind}: {finding:?}");
        assert!(finding.subject.starts_with("endpoint 127.0.0.1:"), "{kind}: {finding:?}");
    }
    endpoint.switch(EndpointState::Good, fixed_now()).await.unwrap();
    let end = last_day(&mut good).await;
    let found = findings(&mut good, end).await;
    assert!(found[0].message.contains("that it serves is about to expire, on 20"), "{found:?}");
    let found = findings(&mut source(TrustStore::default()), fixed_now()).await;
    assert!(found[0].message.contains("cannot be verified"), "{found:?}");
    // One that shows no chain is a fault, which says more.
    endpoint.switch(EndpointState::Dead, fixed_now()).await.unwrap();
    let mut other = source(TrustStore::default());
    assert_eq!(findings(&mut other, fixed_now()).await, []);
}

/// A day before the certificate that is served ends.
async fn last_day(source: &mut EndpointSource) -> Timestamp {
    let collected = source.collect().await.unwrap();
    let chain = &collected.model.seen.as_ref().unwrap().chain;
    let leaf = chain.certificates[0].as_ref().unwrap();
    Timestamp::from_second(leaf.not_after - 24 * 3600).unwrap()
}

#[tokio::test]
async fn stored_certificates_that_have_expired_or_are_about_to_are_found() {
    let files = CertificateFiles::temporary().unwrap();
    let authorities = Authorities::create(fixed_now()).unwrap();
    // (from this many days on, until this many): the default threshold is 14 days and a tenth of its life.
    for (name, validity) in [
        ("good", Validity::days(fixed_now(), -10, 80)),
        ("about", Validity::days(fixed_now(), -85, 5)),
        ("short", Validity::days(fixed_now(), -3, 4)),
        ("over", Validity::days(fixed_now(), -90, -1)),
    ] {
        let certificate = authorities.issue(&format!("{name}.example"), validity).unwrap();
        let path = format!("{name}.pem");
        files.write(&path, &FileContent::Chain(Arc::new(certificate))).unwrap();
    }
    let settings = Settings { files: vec![files.path("*.pem").display().to_string()], ..Settings::default() };
    let mut source = FileSource::new(Plan::new(&settings).unwrap());
    let found = findings(&mut source, fixed_now()).await;
    let told: Vec<_> = found.iter().map(|finding| finding.message.as_str()).collect();
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(
        told[0].starts_with("the certificate of `about.example` is about to expire, on 2026-02-20"),
        "{told:?}"
    );
    assert!(told[1].starts_with("the certificate of `over.example` has expired, on 2026-02-14"), "{told:?}");
    assert!(found[0].subject.ends_with("/about.pem") && found[0].remedy.contains("renew"), "{found:?}");
}
