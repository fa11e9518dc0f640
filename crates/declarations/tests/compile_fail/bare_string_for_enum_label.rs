use lookout_declarations::{Counter, Given, ReasonLabel};

const FAILURES: Counter<(ReasonLabel,)> = Counter::new("example_failures_total", "Failures.");

fn main() {
    Given::series(&FAILURES, ("timeout",), "1");
}
