//! CertificateSigningRequests: read, counted, told.

use lookout_certs::cluster::requests::{MAX_ISSUED, SigningRequestReader, assess, faults, findings};
use lookout_declarations::Reason;
use lookout_runtime::Shard;
use lookout_simulator::{Authorities, Validity};

use super::objects::{ones, scrape, text, view};
use crate::support::fixed_now;

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

/// A request of that name, for which `chain` was issued.
fn issued(name: &str, chain: &str) -> String {
    let certificate = data_encoding::BASE64.encode(chain.as_bytes());
    let status = format!(
        r#""status": {{"certificate":"{certificate}","conditions":[{{"type":"Approved","status":"True"}}]}}"#
    );
    text("signing-request").replace("csr-7xv2k", name).replace(r#""status": {}"#, &status)
}

#[test]
fn what_was_issued_for_a_request_shows_its_end() {
    let validity = Validity::days(fixed_now(), -1, 7);
    let chain = Authorities::create(fixed_now()).unwrap().issue("worker-1", validity).unwrap().chain_pem();
    let (good, garbage) = (issued("csr-good", &chain), issued("csr-garbage", "nothing"));
    let model = view(&SigningRequestReader, &[&text("signing-request"), &good, &garbage]);
    let shown = scrape(|batch| assess(&model, Shard::WHOLE, batch));
    let family = "certs_signing_request_not_after_timestamp_seconds";
    assert_eq!(
        ones(&shown, family, &["signer", "name", "subject_CN"]),
        ["kubernetes.io/kubelet-serving csr-good worker-1"],
        "a request that waits has no row, nor has one whose certificate cannot be read"
    );
    let labels = [("name", "csr-good")];
    assert_eq!(shown.value(family, &labels), Some((fixed_now().as_second() + 7 * 24 * 3600) as f64));
    let found = faults(&model, Shard::WHOLE);
    let told: Vec<_> = found.iter().map(|fault| (fault.reason, fault.subject.as_str())).collect();
    assert_eq!(told, [(Reason::Malformed, "CertificateSigningRequest csr-garbage")]);
}

#[test]
fn certificates_beyond_the_limit_are_counted_and_have_no_row() {
    let chain = Authorities::create(fixed_now())
        .unwrap()
        .issue("worker-1", Validity::current(fixed_now()))
        .unwrap()
        .chain_pem();
    let texts: Vec<_> = (0..MAX_ISSUED + 2).map(|index| issued(&format!("csr-{index}"), &chain)).collect();
    let model = view(&SigningRequestReader, &texts.iter().map(String::as_str).collect::<Vec<_>>());
    let shown = scrape(|batch| assess(&model, Shard::WHOLE, batch));
    let rows = &shown.family("certs_signing_request_not_after_timestamp_seconds").unwrap().samples;
    assert_eq!(rows.len(), MAX_ISSUED);
    let found = faults(&model, Shard::WHOLE);
    assert!(found[0].message.starts_with("of 2 more than the 2000"), "{found:?}");
    assert_eq!((found.len(), found[0].reason), (1, Reason::TooMany));
}
