//! The suite in one binary.

fn main() {}
