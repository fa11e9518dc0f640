//! Clusters of a size: as many objects as asked for, every certificate its own.

use std::collections::BTreeSet;
use std::sync::Arc;

use data_encoding::BASE64;
use lookout_simulator::Authorities;
use lookout_simulator::kubernetes::of_size;
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;

use crate::client::{Client, now, server};

#[tokio::test]
async fn a_cluster_of_a_size_has_that_size_and_certificates_of_their_own() {
    let authorities = Arc::new(Authorities::create(now()).unwrap());
    let server = server();
    for object in of_size(60, 7, 2).objects(&authorities, now()).unwrap() {
        server.apply(object.unwrap()).unwrap();
    }
    assert_eq!((server.count("namespaces"), server.count("secrets")), (7, 62));
    let client = Client::of(&server);
    let listed = client.json("/api/v1/secrets?fieldSelector=type%3Dkubernetes.io/tls").await;
    let items = listed["items"].as_array().unwrap();
    let certificates: BTreeSet<Vec<u8>> = items
        .iter()
        .map(|item| BASE64.decode(item["data"]["tls.crt"].as_str().unwrap().as_bytes()).unwrap())
        .map(|pem| CertificateDer::from_pem_slice(&pem).unwrap().to_vec())
        .collect();
    assert_eq!(certificates.len(), 60);
    let helm = client.json("/api/v1/secrets?labelSelector=owner%3Dhelm").await;
    let release = helm["items"][0]["data"]["release"].as_str().unwrap();
    assert!((600_000..1_000_000).contains(&release.len()), "{}", release.len());
}
