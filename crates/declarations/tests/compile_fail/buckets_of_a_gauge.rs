use lookout_declarations::Gauge;

const THINGS: Gauge<()> = Gauge::new("example_things", "Things.");

fn main() {
    let _ = THINGS.bucket();
}
