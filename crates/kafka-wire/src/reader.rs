//! The primitive types of Kafka's protocol, read from a frame that is already in memory.
//!
//! The one place that looks at bytes from the wire. It is total: whatever the bytes are, the answer is a value or a
//! [`Malformed`]. Nothing is allocated; texts are slices of the frame.
//!
//! Invariants:
//! - Every length and every count is checked against the bytes that are left before anyone hears of it. A count that is
//!   given out can be looped over, and memory may be reserved for it: it is never more than the frame has bytes.
//! - A frame is read to its end: bytes left over mean that it was misread ([`Reader::finish`]).
//!
//! How to get it wrong: to read a "flexible" version (KIP-482: compact lengths, tagged fields) as an old one. So a
//! reader is told once, and chooses the form of texts, arrays and tags by itself.

/// Reads one message, field by field.
#[derive(Clone, Debug)]
pub struct Reader<'a> {
    left: &'a [u8],
    is_flexible: bool,
}

/// Why bytes are not the message that they should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    /// A field goes on after the end of the frame.
    #[error("a field of {needed} bytes begins {left} bytes before the end of the answer")]
    ReadPastEnd {
        /// What the field needs.
        needed: usize,
        /// What is left.
        left: usize,
    },
    /// An array has more elements than the rest of the frame can hold.
    #[error("an array announces {count} elements with {left} bytes left of the answer")]
    TrustCount {
        /// What was announced.
        count: u64,
        /// What is left.
        left: usize,
    },
    /// A negative length that does not mean "null".
    #[error("a length is {0}")]
    AcceptLength(i64),
    /// A variable-length integer that does not end within 32 bits.
    #[error("a variable-length integer does not end within 32 bits")]
    ReadVarint,
    /// A text that is not UTF-8.
    #[error("a text is not UTF-8")]
    ReadText,
    /// "null" where the protocol allows none.
    #[error("a value that must be there is null")]
    MissValue,
    /// Bytes after the end of the message.
    #[error("{0} bytes are left over at the end of the answer")]
    LeaveBytes(usize),
    /// A version that nothing here can read; asking for it was our own mistake.
    #[error("version {0} of the answer is not one that can be read here")]
    ReadVersion(i16),
    /// The decoder of `kafka-protocol` refused what our guard let pass.
    #[error("the answer does not decode")]
    Decode,
    /// What it would take to hold the answer is over the limit.
    #[error("the decoded answer would take {needed} bytes of memory, more than the limit of {limit}")]
    BoundMemory {
        /// What it would take, at least.
        needed: usize,
        /// The limit.
        limit: usize,
    },
}

// === impl Reader ===

impl<'a> Reader<'a> {
    /// A reader of `bytes`; `is_flexible` as the version of the message says.
    pub fn new(bytes: &'a [u8], is_flexible: bool) -> Self {
        Self { left: bytes, is_flexible }
    }

    /// The number of bytes not yet read.
    pub fn left(&self) -> usize {
        self.left.len()
    }

    /// The end of the message; an error if it is not the end of the frame.
    pub fn finish(self) -> Result<(), Malformed> {
        if self.left.is_empty() { Ok(()) } else { Err(Malformed::LeaveBytes(self.left.len())) }
    }

    /// The next `count` bytes.
    pub fn take(&mut self, count: usize) -> Result<&'a [u8], Malformed> {
        let past_end = Malformed::ReadPastEnd { needed: count, left: self.left.len() };
        let (taken, left) = self.left.split_at_checked(count).ok_or(past_end)?;
        self.left = left;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Malformed> {
        let past_end = Malformed::ReadPastEnd { needed: N, left: self.left.len() };
        let (taken, left) = self.left.split_first_chunk().ok_or(past_end)?;
        self.left = left;
        Ok(*taken)
    }

    /// A boolean: anything but zero is true, as in Kafka's own reader.
    pub fn boolean(&mut self) -> Result<bool, Malformed> {
        Ok(self.array::<1>()? != [0])
    }

    /// An `int16`.
    pub fn int16(&mut self) -> Result<i16, Malformed> {
        self.array().map(i16::from_be_bytes)
    }

    /// An `int32`.
    pub fn int32(&mut self) -> Result<i32, Malformed> {
        self.array().map(i32::from_be_bytes)
    }

    /// An `int64`.
    pub fn int64(&mut self) -> Result<i64, Malformed> {
        self.array().map(i64::from_be_bytes)
    }

    /// A UUID, as its 16 bytes.
    pub fn uuid(&mut self) -> Result<[u8; 16], Malformed> {
        self.array()
    }

    /// An unsigned variable-length integer of up to 32 bits in up to 5 bytes.
    pub fn unsigned_varint(&mut self) -> Result<u32, Malformed> {
        let mut value = 0;
        for shift in [0, 7, 14, 21, 28] {
            let [byte] = self.array()?;
            if shift == 28 && byte > 0x0F {
                return Err(Malformed::ReadVarint);
            }
            value |= u32::from(byte & 0x7F) << shift;
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(Malformed::ReadVarint)
    }

    /// A text that may be null.
    pub fn nullable_text(&mut self) -> Result<Option<&'a str>, Malformed> {
        let length = if self.is_flexible { self.compact_length()? } else { length(self.int16()?.into())? };
        let Some(length) = length else { return Ok(None) };
        let text = str::from_utf8(self.take(length)?);
        text.map(Some).map_err(|_| Malformed::ReadText)
    }

    /// A text that must be there.
    pub fn text(&mut self) -> Result<&'a str, Malformed> {
        self.nullable_text()?.ok_or(Malformed::MissValue)
    }

    /// Bytes that may be null.
    pub fn nullable_bytes(&mut self) -> Result<Option<&'a [u8]>, Malformed> {
        let length = if self.is_flexible { self.compact_length()? } else { length(self.int32()?.into())? };
        length.map(|length| self.take(length)).transpose()
    }

    /// The number of elements of an array that may be null. `least` is the fewest bytes that one element has (at least
    /// 1): a count for which the frame has no room is refused.
    pub fn nullable_count(&mut self, least: usize) -> Result<Option<usize>, Malformed> {
        let count = if self.is_flexible { self.compact_length()? } else { length(self.int32()?.into())? };
        match count {
            Some(count) if count > self.left.len() / least.max(1) => {
                Err(Malformed::TrustCount { count: count as u64, left: self.left.len() })
            }
            count => Ok(count),
        }
    }

    /// The number of elements of an array that must be there, as [`Self::nullable_count`].
    pub fn count(&mut self, least: usize) -> Result<usize, Malformed> {
        self.nullable_count(least)?.ok_or(Malformed::MissValue)
    }

    /// An array of `int32`, left in the frame.
    pub fn int32s(&mut self) -> Result<Int32s<'a>, Malformed> {
        let count = self.count(size_of::<i32>())?;
        self.take(count * size_of::<i32>()).map(Int32s)
    }

    /// Passes over the tagged fields that end each structure of a flexible version, and says how many there were.
    pub fn skip_tags(&mut self) -> Result<usize, Malformed> {
        if !self.is_flexible {
            return Ok(0);
        }
        let count = self.unsigned_varint()? as usize;
        // A tag and a size: two bytes at least.
        if count > self.left.len() / 2 {
            return Err(Malformed::TrustCount { count: count as u64, left: self.left.len() });
        }
        for _ in 0..count {
            self.unsigned_varint()?;
            let size = self.unsigned_varint()? as usize;
            self.take(size)?;
        }
        Ok(count)
    }

    /// A compact length: one more than the length, and 0 for null.
    fn compact_length(&mut self) -> Result<Option<usize>, Malformed> {
        Ok(self.unsigned_varint()?.checked_sub(1).map(|length| length as usize))
    }
}

/// A length of the old form: −1 is null.
fn length(length: i64) -> Result<Option<usize>, Malformed> {
    match length {
        -1 => Ok(None),
        length => usize::try_from(length).map(Some).map_err(|_| Malformed::AcceptLength(length)),
    }
}

/// An array of `int32` (nodes, as a rule) as it lies in the frame.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct Int32s<'a>(&'a [u8]);

impl<'a> Int32s<'a> {
    /// How many there are.
    pub fn len(self) -> usize {
        self.0.len() / size_of::<i32>()
    }

    /// Whether there is none.
    pub fn is_empty(self) -> bool {
        self.0.is_empty()
    }

    /// Each of them, in the order of the wire.
    pub fn iter(self) -> impl ExactSizeIterator<Item = i32> + use<'a> {
        let (chunks, _) = self.0.as_chunks();
        chunks.iter().map(|chunk| i32::from_be_bytes(*chunk))
    }
}

impl core::fmt::Debug for Int32s<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_beyond_the_bytes_left_is_refused_before_anyone_hears_of_it() {
        let mut old = Reader::new(&[0x7F, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0], false);
        assert_eq!(old.count(1), Err(Malformed::TrustCount { count: 0x7FFF_FFFF, left: 4 }));
        let mut compact = Reader::new(&[0xFF, 0xFF, 0xFF, 0xFF, 0x0F, 0], true);
        assert_eq!(compact.count(1), Err(Malformed::TrustCount { count: 0xFFFF_FFFE, left: 1 }));
        let mut tags = Reader::new(&[0xFF, 0xFF, 0xFF, 0xFF, 0x0F, 0], true);
        assert_eq!(tags.skip_tags(), Err(Malformed::TrustCount { count: 0xFFFF_FFFF, left: 1 }));
        let mut three_of_four_bytes = Reader::new(&[0, 0, 0, 3, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0], false);
        assert_eq!(three_of_four_bytes.int32s(), Err(Malformed::TrustCount { count: 3, left: 11 }));
    }

    #[test]
    fn null_is_told_from_empty_in_both_forms() {
        assert_eq!(Reader::new(&[0xFF, 0xFF], false).nullable_text(), Ok(None));
        assert_eq!(Reader::new(&[0, 0], false).nullable_text(), Ok(Some("")));
        assert_eq!(Reader::new(&[0], true).nullable_text(), Ok(None));
        assert_eq!(Reader::new(&[1], true).nullable_text(), Ok(Some("")));
        assert_eq!(Reader::new(&[0], true).text(), Err(Malformed::MissValue));
        assert_eq!(Reader::new(&[0xFF, 0xFE], false).nullable_text(), Err(Malformed::AcceptLength(-2)));
        assert_eq!(Reader::new(&[3, 0xC3, 0x28], true).text(), Err(Malformed::ReadText));
    }

    #[test]
    fn an_integer_that_does_not_end_is_refused() {
        assert_eq!(Reader::new(&[0xFF, 0xFF, 0xFF, 0xFF, 0x0F], true).unsigned_varint(), Ok(u32::MAX));
        assert_eq!(Reader::new(&[0xFF; 6], true).unsigned_varint(), Err(Malformed::ReadVarint));
        assert_eq!(
            Reader::new(&[0x80, 0x80, 0x80, 0x80, 0x10], true).unsigned_varint(),
            Err(Malformed::ReadVarint)
        );
    }

    #[test]
    fn bytes_left_over_are_an_error() {
        let mut reader = Reader::new(&[0, 1, 9], false);
        assert_eq!(reader.int16(), Ok(1));
        assert_eq!(reader.finish(), Err(Malformed::LeaveBytes(1)));
    }
}
