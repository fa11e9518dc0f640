use lookout_declarations::{Gauge, label};
use lookout_exposition::Family;

label! {
    /// The group.
    pub Group = "group";
    /// The topic.
    pub Topic = "topic";
}
const LAG: Gauge<(Group, Topic)> = Gauge::new("example_lag", "Records behind.");

fn main() {
    Family::new(&LAG).set(("billing",), 1.0);
}
