//! With the allocator installed, nothing that was freed is found in the memory of the process, nor kept by it.
//!
//! Each test finds its needle alive first, so a search that finds nothing proves something. That the same search finds freed
//! memory where the system's allocator is at work, is a test of the testkit.
#![allow(clippy::unwrap_used, missing_docs)]

use std::hint::black_box;
use std::sync::{PoisonError, RwLock, RwLockReadGuard};

use lookout_testkit::process_memory::Needle;

#[global_allocator]
static ALLOCATOR: lookout_allocator::Allocator = lookout_allocator::ALLOCATOR;

/// From a word to what an allocator asks of the system apart.
const SIZES: [usize; 5] = [32, 500, 4_096, 300_000, 40_000_000];

/// Held for writing by whoever weighs the whole process, and for reading by whoever takes much.
static WEIGHING: RwLock<()> = RwLock::new(());

/// Keeps the process from being weighed meanwhile.
fn unweighed() -> RwLockReadGuard<'static, ()> {
    WEIGHING.read().unwrap_or_else(PoisonError::into_inner)
}

/// A block of `size` bytes that ends with the needle.
fn block(needle: &Needle, size: usize) -> Vec<u8> {
    let mut block = vec![b'.'; size];
    let start = size - needle.bytes().len();
    for (place, byte) in block[start..].iter_mut().zip(needle.bytes()) {
        *place = byte;
    }
    black_box(block)
}

#[test]
fn freed_memory_of_any_size_is_wiped() {
    let _unweighed = unweighed();
    for size in SIZES {
        let needle = Needle::random();
        let freed = block(&needle, size);
        assert_eq!(needle.occurrences().unwrap(), 1, "{size} bytes, alive");
        drop(freed);
        assert_eq!(needle.occurrences().unwrap(), 0, "{size} bytes, freed");
    }
}

#[test]
fn many_freed_blocks_leave_nothing() {
    let needle = Needle::random();
    let blocks: Vec<Vec<u8>> = (0..1_000).map(|number| block(&needle, 32 + number)).collect();
    assert_eq!(needle.occurrences().unwrap(), 1_000);
    drop(blocks);
    assert_eq!(needle.occurrences().unwrap(), 0);
}

#[test]
fn a_vector_that_grows_leaves_no_copy_behind() {
    let _unweighed = unweighed();
    let needle = Needle::random();
    let mut growing = block(&needle, 32);
    let (mut capacity, mut moves) = (growing.capacity(), 0);
    while growing.len() < 8_000_000 {
        growing.extend_from_slice(&[b'.'; 100]);
        if growing.capacity() != capacity {
            (capacity, moves) = (growing.capacity(), moves + 1);
        }
    }
    assert!(moves > 10, "it grew {moves} times");
    assert_eq!(needle.occurrences().unwrap(), 1, "after growing to {capacity} bytes");
    drop(growing);
    assert_eq!(needle.occurrences().unwrap(), 0);
}

#[test]
fn a_vector_that_shrinks_leaves_nothing_of_what_was_cut_off() {
    let _unweighed = unweighed();
    for size in SIZES {
        let needle = Needle::random();
        let mut shrinking = block(&needle, size);
        shrinking.truncate(1);
        assert_eq!(needle.occurrences().unwrap(), 1, "cutting off is not freeing");
        shrinking.shrink_to_fit();
        assert_eq!(needle.occurrences().unwrap(), 0, "{size} bytes to {}", shrinking.capacity());
    }
}

#[test]
fn what_is_freed_goes_back_to_the_system_at_once() {
    const TAKEN: u64 = 200_000_000;
    let _alone = WEIGHING.write().unwrap_or_else(PoisonError::into_inner);
    let before = resident();
    let blocks: Vec<Vec<u8>> = (0..TAKEN / 100_000).map(|_| black_box(vec![b'.'; 100_000])).collect();
    let full = resident();
    drop(blocks);
    let after = resident();
    // Other tests take a few MB meanwhile.
    assert!(full > before + TAKEN / 2, "{before} bytes, then {full}");
    assert!(after < full - TAKEN / 2, "{full} bytes, then {after}: was `.cargo/config.toml` read?");
}

/// Bytes of this process in memory.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().strip_suffix(" kB").unwrap().parse::<u64>().unwrap() * 1024
}

#[test]
fn what_lies_beyond_the_length_is_wiped_too() {
    let needle = Needle::random();
    let mut emptied = block(&needle, 10_000);
    emptied.clear();
    assert_eq!(needle.occurrences().unwrap(), 1);
    drop(emptied);
    assert_eq!(needle.occurrences().unwrap(), 0);
}

#[test]
fn memory_freed_by_another_thread_is_wiped_also_when_its_own_has_ended() {
    let _unweighed = unweighed();
    let needle = Needle::random();
    let theirs = needle.clone();
    let blocks: Vec<Vec<u8>> =
        std::thread::spawn(move || SIZES.map(|size| block(&theirs, size)).into()).join().unwrap();
    assert_eq!(needle.occurrences().unwrap(), SIZES.len());
    std::thread::spawn(move || drop(blocks)).join().unwrap();
    assert_eq!(needle.occurrences().unwrap(), 0);
}
