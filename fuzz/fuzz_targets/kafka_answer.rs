//! The small answers of a Kafka broker: the guard, and behind it the decoders of `kafka-protocol`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| lookout_kafka_wire::fuzzing::check_answer(bytes));
