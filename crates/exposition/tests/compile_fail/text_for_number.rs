use lookout_declarations::{Gauge, label};
use lookout_exposition::Family;

label! {
    /// The partition.
    pub Partition: i32 = "partition";
}
const LAG: Gauge<(Partition,)> = Gauge::new("example_lag", "Records behind.");

fn main() {
    Family::new(&LAG).set(("3",), 1.0);
}
