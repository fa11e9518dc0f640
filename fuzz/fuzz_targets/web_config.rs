//! Web configuration files: whatever the bytes are, the answer is a whole policy or faults. Each file that they name holds
//! the same certificate with its key.
#![no_main]

const PAIR: &[u8] = include_bytes!("../../crates/web-config/tests/fixtures/pair.pem");

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| lookout_web_config::fuzzing::check_load(bytes, PAIR));
