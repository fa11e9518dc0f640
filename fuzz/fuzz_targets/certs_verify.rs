//! A served chain: certificates cut out of the input, verified against a trust store cut out of it too.
#![no_main]

use libfuzzer_sys::fuzz_target;
use lookout_certs::endpoints::{Chain, TrustStore};
use lookout_certs::parse::{Certificate, parse_each};
use lookout_certs::verify::verify;
use lookout_certs_spec::labels::Verification;
use rustls_pki_types::{CertificateDer, ServerName};

/// A chain that verifies, so that damage to it is met at every depth.
const CHAIN: &[u8] = include_bytes!("../../exporters/certs/tests/fixtures/chain.pem");
const ROOT: &[u8] = include_bytes!("../../exporters/certs/tests/fixtures/root.pem");

fn encodings(pem: &[u8]) -> Vec<CertificateDer<'static>> {
    let mut encodings = Vec::new();
    parse_each(pem, 8, &mut |der| encodings.push(CertificateDer::from(der.to_vec())));
    encodings
}

fuzz_target!(|input: (u8, u16, u8, i32, Vec<u8>)| {
    let (certificate, position, byte, now, extra) = input;
    let mut served = encodings(CHAIN);
    served.extend(encodings(ROOT));
    let index = usize::from(certificate) % served.len();
    let mut changed = served[index].to_vec();
    let position = usize::from(position) % changed.len();
    changed[position] ^= byte;
    served[index] = CertificateDer::from(changed);
    served.push(CertificateDer::from(extra));
    let certificates = served.iter().map(|der| Certificate::from_der(der)).collect();
    let chain = Chain { encodings: served, certificates, has_ocsp_response: false, has_other_key: false };
    let trust = TrustStore::new(encodings(ROOT));
    let name = ServerName::try_from("shop.example").unwrap();
    let verdict = verify(&chain, &trust, &name, i64::from(now));
    assert_eq!(verdict.path_not_after.is_some(), verdict.result == Verification::Trusted);
    if byte != 0 && index == 0 {
        assert_ne!(verdict.result, Verification::Trusted, "a changed leaf has a wrong signature");
    }
});
