//! What a Prometheus, or something in its place, answers to `lookout rules backtest`: values, an error, or anything else.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| lookout_backtest::fuzzing::check_answer(bytes));
