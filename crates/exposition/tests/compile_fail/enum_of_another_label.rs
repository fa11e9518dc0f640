use lookout_declarations::{Counter, ReasonLabel, Severity};
use lookout_exposition::Family;

const FAILURES: Counter<(ReasonLabel,)> = Counter::new("example_failures_total", "Failures.");

fn main() {
    Family::new(&FAILURES).total((Severity::Critical,), 1.0);
}
