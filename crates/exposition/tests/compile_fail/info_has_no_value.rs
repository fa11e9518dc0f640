use lookout_declarations::Info;
use lookout_exposition::Family;

const BUILD: Info<()> = Info::new("example_build_info", "The build.");

fn main() {
    Family::new(&BUILD).set((), 1.0);
}
