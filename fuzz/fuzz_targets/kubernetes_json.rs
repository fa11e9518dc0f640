//! What an API server answers: a page of a list, a line of a watch, a status, or anything else.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| lookout_kubernetes::fuzzing::check_answer(bytes));
