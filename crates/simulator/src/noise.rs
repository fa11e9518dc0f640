//! Bytes that mean nothing, the same ones in every run.

/// The start of the sequence; any odd number would do.
const SEED: u64 = 0x9e37_79b9_7f4a_7c15;

/// An endless sequence of bytes by a xorshift generator.
pub(crate) fn noise() -> impl Iterator<Item = u8> {
    let mut state = SEED;
    std::iter::repeat_with(move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_be_bytes()[0]
    })
}
