use lookout_declarations::{Counter, ReasonLabel};
use lookout_exposition::Family;

const FAILURES: Counter<(ReasonLabel,)> = Counter::new("example_failures_total", "Failures.");

fn main() {
    Family::new(&FAILURES).total(("timeout",), 1.0);
}
