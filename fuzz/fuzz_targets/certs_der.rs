//! The bytes of one certificate, as a server may send them.
#![no_main]

use libfuzzer_sys::fuzz_target;
use lookout_certs::parse::Certificate;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(certificate) = Certificate::from_der(bytes) {
        assert!(certificate.fingerprint_sha256.text().as_str().len() == 64);
        let number = certificate.serial_number.trim_start_matches('-');
        assert!(!number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()));
        for now in [i64::MIN, 0, certificate.not_before, certificate.not_after, i64::MAX] {
            assert!(certificate.life_used(now).is_none_or(f64::is_finite));
        }
    }
});
