//! The entry of the fuzz target: the properties and settings of the tests, which it cannot reach otherwise.
//!
//! Only with the feature `fuzzing`, which nothing that ships enables: these checks panic where a property does not
//! hold, as a fuzzer wants it.
#![allow(clippy::expect_used, clippy::panic, missing_docs)]

#[path = "../tests/config/properties.rs"]
mod properties;
#[path = "../tests/config/sample.rs"]
mod sample;

/// Loads `bytes` and checks what holds for every file.
///
/// # Panics
/// If something does not hold.
pub fn check_load(bytes: &[u8]) {
    properties::check_load(bytes);
}
