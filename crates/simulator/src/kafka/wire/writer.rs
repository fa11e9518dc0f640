//! Writes answers straight into the frame, however large they get.
//!
//! Texts and counts that do not fit the protocol's numbers are cut off to the largest that does: a description of such
//! a size is the caller's mistake, and shows as an answer that no client can read.

use bytes::{BufMut as _, BytesMut};

/// An answer that is being written.
pub(crate) struct Writer {
    frame: BytesMut,
    is_flexible: bool,
}

impl Writer {
    pub(crate) fn new(frame: BytesMut, is_flexible: bool) -> Self {
        Self { frame, is_flexible }
    }

    pub(crate) fn into_frame(self) -> BytesMut {
        self.frame
    }

    pub(crate) fn reserve(&mut self, bytes: usize) {
        self.frame.reserve(bytes);
    }

    pub(crate) fn boolean(&mut self, value: bool) {
        self.frame.put_u8(u8::from(value));
    }

    pub(crate) fn int16(&mut self, value: i16) {
        self.frame.put_i16(value);
    }

    pub(crate) fn int32(&mut self, value: i32) {
        self.frame.put_i32(value);
    }

    pub(crate) fn int64(&mut self, value: i64) {
        self.frame.put_i64(value);
    }

    pub(crate) fn uuid(&mut self, value: &[u8; 16]) {
        self.frame.extend_from_slice(value);
    }

    pub(crate) fn count(&mut self, count: usize) {
        let count = i32::try_from(count).unwrap_or(i32::MAX);
        if self.is_flexible {
            self.unsigned_varint(count.unsigned_abs() + 1);
        } else {
            self.int32(count);
        }
    }

    pub(crate) fn text(&mut self, text: &str) {
        let length = i16::try_from(text.len()).unwrap_or(i16::MAX);
        if self.is_flexible {
            self.unsigned_varint(u32::from(length.unsigned_abs()) + 1);
        } else {
            self.int16(length);
        }
        self.frame.extend_from_slice(text.as_bytes());
    }

    pub(crate) fn nullable_text(&mut self, text: Option<&str>) {
        match text {
            Some(text) => self.text(text),
            None if self.is_flexible => self.unsigned_varint(0),
            None => self.int16(-1),
        }
    }

    pub(crate) fn int32s(&mut self, values: impl Iterator<Item = i32> + Clone) {
        self.count(values.clone().count());
        values.for_each(|value| self.int32(value));
    }

    /// The end of a structure.
    pub(crate) fn no_tags(&mut self) {
        if self.is_flexible {
            self.frame.put_u8(0);
        }
    }

    fn unsigned_varint(&mut self, mut value: u32) {
        while value >= 0x80 {
            self.frame.put_u8(value.to_le_bytes()[0] | 0x80);
            value >>= 7;
        }
        self.frame.put_u8(value.to_le_bytes()[0]);
    }
}
