//! Configuration files: whatever the bytes are, the answer is settings or faults with places in the file.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| lookout_config::fuzzing::check_load(bytes));
