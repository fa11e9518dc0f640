//! The identity of a row: a 64-bit hash of its label part, from a fixed seed.
//!
//! Why fixed: the hash's leading bits decide which piece a row is in, and the split must be the same from run to run
//! of one binary. It never leaves the process, so it may change with the library or the machine's word size.
//!
//! How to get it wrong: taking equal hashes for equal rows. Wherever it matters, the bytes are compared too.

use std::hash::{BuildHasher as _, Hasher as _};

use foldhash::quality::FixedState;

/// The quality variant, because the split reads single leading bits.
const ROW: FixedState = FixedState::with_seed(0x1004_0e17);
const CHECK: FixedState = FixedState::with_seed(0xc4ec_4000);

/// The hash of a row's label part: the text between the braces, without a histogram's `le`.
#[inline]
pub(crate) fn row_hash(labels: &[u8]) -> u64 {
    let mut hasher = ROW.build_hasher();
    hasher.write(labels);
    hasher.finish()
}

/// A second, independent hash of a row's [identity](crate::rows::identity): tells rows apart whose first hashes are
/// equal, where their text is no longer at hand.
#[inline]
pub(crate) fn check_hash(identity: &[u8]) -> u32 {
    let mut hasher = CHECK.build_hasher();
    hasher.write(identity);
    // The upper half of a well-mixed 64-bit value.
    (hasher.finish() >> 32) as u32
}

/// A hash that is written out, so it must never change: FNV-1a with 64 bits.
pub(crate) fn stable_hash(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::{check_hash, row_hash, stable_hash};

    #[test]
    fn the_written_hash_is_fnv_1a() {
        // The published test vectors of FNV-1a.
        assert_eq!(stable_hash(b""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(stable_hash(b"a"), 0xaf63_dc4c_8601_ec8c);
        assert_eq!(stable_hash(b"foobar"), 0x8594_4171_f739_67e8);
    }

    #[test]
    fn hashes_repeat_and_differ() {
        assert_eq!(row_hash(b"a=\"1\""), row_hash(b"a=\"1\""));
        assert_ne!(row_hash(b"a=\"1\""), row_hash(b"a=\"2\""));
        assert_ne!(check_hash(b"a=\"1\""), check_hash(b"a=\"2\""));
    }
}
