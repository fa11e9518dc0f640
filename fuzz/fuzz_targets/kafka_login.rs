//! A broker's side of SCRAM.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| lookout_kafka_wire::fuzzing::check_login(bytes));
