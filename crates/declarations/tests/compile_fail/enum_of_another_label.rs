use lookout_declarations::{Counter, Given, ReasonLabel, Severity};

const FAILURES: Counter<(ReasonLabel,)> = Counter::new("example_failures_total", "Failures.");

fn main() {
    Given::series(&FAILURES, (Severity::Critical,), "1");
}
