//! The tasks of the workshop: codegen, tidy, new-exporter, ci, e2e, bench.

fn main() {}
