use lookout_declarations::{Counter, Gauge};

const TURNS: Counter<()> = Gauge::new("example_turns_total", "Turns.");

fn main() {
    let _ = TURNS;
}
