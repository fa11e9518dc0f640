use lookout_declarations::{Gauge, label};
use lookout_exposition::Family;

label! {
    /// The group.
    pub Group = "group";
}
const LAG: Gauge<(Group,)> = Gauge::new("example_lag", "Records behind.");

fn main() {
    Family::new(&LAG).set(("billing", "orders"), 1.0);
}
