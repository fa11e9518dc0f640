//! CertificateSigningRequests: read, counted, told.

use lookout_certs::cluster::requests::{SigningRequestReader, assess, findings};
use lookout_runtime::Shard;

use super::objects::{ones, scrape, text, view};

fn requests() -> Vec<String> {
    let pending = text("signing-request");
    let other = |name: &str, status: &str| {
        pending.replace("csr-7xv2k", name).replace(r#""status": {}"#, &format!(r#""status": {status}"#))
    };
    let condition =
        |kind: &str| format!(r#"{{"conditions":[{{"type":"{kind}","status":"True","reason":"x"}}]}}"#);
    let issued = r#"{"certificate":"LS0t","conditions":[{"type":"Approved","status":"True"}]}"#;
    let later = pending.replace("csr-7xv2k", "csr-later").replace("10:00:00Z", "11:59:00Z");
    let elsewhere = other("csr-client", issued).replace("kubelet-serving", "kube-apiserver-client");
    vec![
        pending.clone(),
        later,
        other("csr-approved", &condition("Approved")),
        other("csr-denied", &condition("Denied")),
        other("csr-failed", &condition("Failed")),
        other("csr-issued", issued),
        elsewhere,
    ]
}

#[test]
fn requests_are_counted_by_signer_and_state_and_the_oldest_that_waits_is_told() {
    let texts = requests();
    let model = view(&SigningRequestReader, &texts.iter().map(String::as_str).collect::<Vec<_>>());
    let shown = scrape(|batch| assess(&model, Shard::WHOLE, batch));
    let kubelet = "kubernetes.io/kubelet-serving";
    for (state, count) in
        [("pending", 2.0), ("approved", 1.0), ("denied", 1.0), ("failed", 1.0), ("issued", 1.0)]
    {
        let labels = [("signer", kubelet), ("state", state)];
        assert_eq!(shown.value("certs_signing_requests", &labels), Some(count), "{state}");
    }
    let client = ones(&shown, "certs_signing_requests", &["signer", "state"]);
    assert!(client.contains(&"kubernetes.io/kube-apiserver-client issued".to_owned()), "{client:?}");
    let oldest = "certs_signing_request_oldest_pending_timestamp_seconds";
    assert_eq!(shown.value(oldest, &[("signer", kubelet)]), Some(1_771_149_600.0));
    assert_eq!(shown.value(oldest, &[("signer", "kubernetes.io/kube-apiserver-client")]), None);

    let found = findings(&model, Shard::WHOLE, "2026-02-15T12:00:00Z".parse().unwrap());
    let [finding] = &found[..] else { panic!("{found:?}") };
    assert_eq!(finding.subject, "CertificateSigningRequest csr-7xv2k");
    assert!(finding.message.contains("2h") && finding.message.contains("worker-1"), "{finding:?}");
}

#[test]
fn a_signer_belongs_to_one_shard() {
    let texts = requests();
    let model = view(&SigningRequestReader, &texts.iter().map(String::as_str).collect::<Vec<_>>());
    let of_shard = |index| {
        let shown = scrape(|batch| assess(&model, Shard::new(index, 3).unwrap(), batch));
        shown.family("certs_signing_requests").map_or(0, |family| family.samples.len())
    };
    assert_eq!((0..3).map(of_shard).sum::<usize>(), 10);
}
