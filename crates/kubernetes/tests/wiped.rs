//! Of a private key that came over the wire nothing is left in memory, with the allocator of the binary.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout, missing_docs, reason = "it is a test")]

#[path = "memory/trial.rs"]
mod trial;

#[global_allocator]
static ALLOCATOR: lookout_allocator::Allocator = lookout_allocator::ALLOCATOR;

fn main() {
    let Some(found) = trial::run() else { return };
    assert_eq!((found.sent, found.plain), (0, 0), "a private key is left in memory");
    println!("a private key that came over the wire is nowhere in memory: ok");
}
