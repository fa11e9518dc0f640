//! The global allocator of the binary: freed memory is wiped, and given back to the system. See ADR 0018.
//!
//! Private keys of Kubernetes' Secrets pass through buffers that are not ours (TLS records, HTTP bodies), whose owners free
//! them as they are. So freeing wipes. And reading a large cluster takes memory for a moment, which the system's allocator
//! would keep.
//!
//! A program installs it by
//!
//! ```
//! #[global_allocator]
//! static ALLOCATOR: lookout_allocator::Allocator = lookout_allocator::ALLOCATOR;
//! ```
//!
//! Invariants:
//! - Whatever Rust code frees is overwritten first, its whole capacity. What grows or shrinks is copied, and the old place
//!   is wiped: nothing is ever resized in place.
//! - Freed pages go back to the system at once. How jemalloc is built for that stands in `.cargo/config.toml`, because it
//!   reads its settings before there is a program that could set them.
//! - What C code allocates (librdkafka and its OpenSSL) comes from the system's allocator, and is not wiped.
//! - Stacks, registers and what is still alive are not wiped. What holds a secret for long is `Zeroizing` besides.
//!
//! How to get it wrong:
//! - to leave out the two lines above in a program or a test. Nothing then fails: memory is not wiped.
//! - to build from a folder in which cargo does not read our `.cargo/config.toml`: memory is wiped, but kept for ten seconds.

use tikv_jemallocator::Jemalloc;
use zeroizing_alloc::ZeroAlloc;

/// An allocator that wipes what is freed.
pub type Allocator = ZeroAlloc<Jemalloc>;

/// The value for the program's `#[global_allocator]`, which must be a static of the program itself.
pub const ALLOCATOR: Allocator = ZeroAlloc(Jemalloc);
