//! What an issuer of tokens answers: a token, an error, or anything else.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| lookout_kafka_wire::fuzzing::check_token(bytes));
