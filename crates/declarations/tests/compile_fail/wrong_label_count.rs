use lookout_declarations::{Gauge, Given, label};

label! {
    /// The group.
    pub Group = "group";
    /// The topic.
    pub Topic = "topic";
}
const LAG: Gauge<(Group, Topic)> = Gauge::new("example_lag", "Records behind.");

fn main() {
    Given::series(&LAG, ("billing",), "1");
}
