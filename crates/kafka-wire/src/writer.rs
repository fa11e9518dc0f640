//! What is written by hand: the frame's header, and the one request that grows with the cluster.
//!
//! Texts and counts are `None` if they do not fit the protocol's own numbers.

use bytes::{BufMut, BytesMut};

/// An unsigned variable-length integer.
pub(crate) fn unsigned_varint(into: &mut BytesMut, mut value: u32) {
    while value >= 0x80 {
        into.put_u8(value.to_le_bytes()[0] | 0x80);
        value >>= 7;
    }
    into.put_u8(value.to_le_bytes()[0]);
}

/// The number of elements of an array.
pub(crate) fn count(into: &mut BytesMut, count: usize, flexible: bool) -> Option<()> {
    let count = i32::try_from(count).ok()?;
    if flexible {
        unsigned_varint(into, u32::try_from(count).ok()? + 1);
    } else {
        into.put_i32(count);
    }
    Some(())
}

/// A text.
pub(crate) fn text(into: &mut BytesMut, text: &str, flexible: bool) -> Option<()> {
    let length = i16::try_from(text.len()).ok()?;
    if flexible {
        unsigned_varint(into, u32::from(length.unsigned_abs()) + 1);
    } else {
        into.put_i16(length);
    }
    into.extend_from_slice(text.as_bytes());
    Some(())
}

/// The end of a structure: no tagged fields, where the version has them.
pub(crate) fn no_tags(into: &mut BytesMut, flexible: bool) {
    if flexible {
        into.put_u8(0);
    }
}
