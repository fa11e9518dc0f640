//! The search finds what is there, alive or freed: under the system's allocator, which wipes nothing.
//!
//! The same search under the allocator of Lookout, which finds nothing, is in `crates/allocator/tests`.
#![allow(clippy::unwrap_used, missing_docs)]

use std::hint::black_box;

use lookout_testkit::process_memory::Needle;

/// Large enough that an allocator's own notes in freed memory do not reach the middle; small enough that it keeps the memory.
const BLOCK: usize = 4096;

/// A block with the needle in its middle.
fn block(needle: &Needle) -> Vec<u8> {
    let mut block = vec![b'.'; BLOCK];
    for (place, byte) in block[BLOCK / 2..].iter_mut().zip(needle.bytes()) {
        *place = byte;
    }
    black_box(block)
}

#[test]
fn every_living_copy_is_counted() {
    let needle = Needle::random();
    assert_eq!(needle.occurrences().unwrap(), 0);
    let blocks: Vec<Vec<u8>> = (0..5).map(|_| block(&needle)).collect();
    assert_eq!(needle.occurrences().unwrap(), 5);
    assert_eq!(needle.occurrences().unwrap(), 5, "searching makes no copy");
    black_box(blocks);
}

#[test]
fn freed_memory_is_searched_and_the_system_does_not_wipe_it() {
    let needle = Needle::random();
    let blocks: Vec<Vec<u8>> = (0..64).map(|_| block(&needle)).collect();
    drop(blocks);
    // Some may be given back or used again meanwhile; not all.
    assert!(needle.occurrences().unwrap() > 0);
}

#[test]
fn the_stack_of_another_thread_is_searched() {
    let needle = Needle::random();
    let (placed, is_placed) = std::sync::mpsc::channel();
    let (leave, may_leave) = std::sync::mpsc::channel::<()>();
    let theirs = needle.clone();
    let thread = std::thread::spawn(move || {
        let mut local = [0; 64];
        for (place, byte) in local.iter_mut().zip(theirs.bytes()) {
            *place = byte;
        }
        black_box(&mut local);
        placed.send(()).unwrap();
        may_leave.recv().unwrap();
        black_box(&mut local);
    });
    is_placed.recv().unwrap();
    assert_eq!(needle.occurrences().unwrap(), 1);
    leave.send(()).unwrap();
    thread.join().unwrap();
}

#[test]
fn a_needle_given_masked_is_the_same_needle() {
    let needle = Needle::random();
    let masked: Vec<u8> = needle.bytes().map(|byte| byte ^ 0x5a).collect();
    let again = Needle::from_masked(&masked, 0x5a);
    assert!(again.bytes().eq(needle.bytes()));
    let block = block(&needle);
    assert_eq!(again.occurrences().unwrap(), 1);
    black_box(block);
}

#[test]
fn a_needle_that_is_empty_or_too_long_is_refused() {
    Needle::from_bytes([]).occurrences().unwrap_err();
    Needle::from_bytes(std::iter::repeat_n(b'x', 1 << 20)).occurrences().unwrap_err();
}
