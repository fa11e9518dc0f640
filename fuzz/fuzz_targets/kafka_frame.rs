//! One frame of a Kafka broker, as it comes from a socket: lengths, identifiers, what is cut off.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| lookout_kafka_wire::fuzzing::check_frame(bytes));
