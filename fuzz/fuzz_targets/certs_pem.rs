//! The bytes of a PEM file: whatever they are, the answer is certificates or faults, bounded, and never silence.
#![no_main]

use libfuzzer_sys::fuzz_target;
use lookout_certs::parse::{parse, parse_each};

const MAX: usize = 20;

fuzz_target!(|bytes: &[u8]| {
    let mut encodings = 0;
    let parsed = parse_each(bytes, MAX, &mut |der| {
        assert!(!der.is_empty());
        encodings += 1;
    });
    assert_eq!(encodings, parsed.certificates.len());
    assert!(parsed.certificates.len() <= MAX);
    assert!(!parsed.certificates.is_empty() || !parsed.faults.is_empty());
    for fault in &parsed.faults {
        assert!(!fault.to_string().is_empty());
    }
    assert_eq!(parse(bytes, MAX), parsed, "the same bytes give the same answer");
});
