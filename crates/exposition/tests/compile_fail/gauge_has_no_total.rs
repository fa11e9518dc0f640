use lookout_declarations::Gauge;
use lookout_exposition::Family;

const THINGS: Gauge<()> = Gauge::new("example_things", "Things.");

fn main() {
    Family::new(&THINGS).total((), 1.0);
}
