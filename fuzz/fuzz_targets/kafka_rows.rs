//! The answers of a Kafka broker that are read as rows, in every version.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| lookout_kafka_wire::fuzzing::check_rows(bytes));
