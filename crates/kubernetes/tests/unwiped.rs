//! The same search finds the key with an allocator that wipes nothing: so it is a search that can find it.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stdout, missing_docs, reason = "it is a test")]

#[path = "memory/trial.rs"]
mod trial;

fn main() {
    let Some(found) = trial::run() else { return };
    assert!(found.sent > 0, "the search does not find what is there");
    let trial::Found { sent, plain } = found;
    println!(
        "the search finds a private key that was not wiped, {sent} times as sent and {plain} times in the clear: ok"
    );
}
