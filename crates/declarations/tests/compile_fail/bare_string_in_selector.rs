use lookout_declarations::{Counter, ReasonLabel};

const FAILURES: Counter<(ReasonLabel,)> = Counter::new("example_failures_total", "Failures.");

fn main() {
    FAILURES.at(ReasonLabel, "timeout");
}
