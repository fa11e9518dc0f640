use lookout_declarations::Counter;
use lookout_exposition::Family;

const TURNS: Counter<()> = Counter::new("example_turns_total", "Turns.");

fn main() {
    Family::new(&TURNS).set((), 1.0);
}
