//! Reads requests. Counts are checked against the bytes that are left, so that nobody makes us reserve memory.

/// The request cannot be understood; as a broker does, the connection is closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unreadable;

/// A place in a request.
#[derive(Clone)]
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
    is_flexible: bool,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(rest: &'a [u8], is_flexible: bool) -> Self {
        Self { rest, is_flexible }
    }

    /// How many bytes are left.
    pub(crate) fn rest(&self) -> usize {
        self.rest.len()
    }

    pub(crate) fn take(&mut self, size: usize) -> Result<&'a [u8], Unreadable> {
        let (taken, rest) = self.rest.split_at_checked(size).ok_or(Unreadable)?;
        self.rest = rest;
        Ok(taken)
    }

    fn array<const SIZE: usize>(&mut self) -> Result<[u8; SIZE], Unreadable> {
        self.take(SIZE)?.try_into().map_err(|_| Unreadable)
    }

    pub(crate) fn int8(&mut self) -> Result<i8, Unreadable> {
        self.array().map(i8::from_be_bytes)
    }

    pub(crate) fn int16(&mut self) -> Result<i16, Unreadable> {
        self.array().map(i16::from_be_bytes)
    }

    pub(crate) fn int32(&mut self) -> Result<i32, Unreadable> {
        self.array().map(i32::from_be_bytes)
    }

    pub(crate) fn int64(&mut self) -> Result<i64, Unreadable> {
        self.array().map(i64::from_be_bytes)
    }

    pub(crate) fn uuid(&mut self) -> Result<[u8; 16], Unreadable> {
        self.array()
    }

    fn unsigned_varint(&mut self) -> Result<u32, Unreadable> {
        let mut value = 0_u32;
        for shift in [0, 7, 14, 21, 28] {
            let [byte] = self.array()?;
            value |= u32::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(Unreadable)
    }

    /// The number of elements; none for null. An element has at least one byte.
    pub(crate) fn nullable_count(&mut self) -> Result<Option<usize>, Unreadable> {
        let count = if self.is_flexible {
            self.unsigned_varint()?.checked_sub(1)
        } else {
            u32::try_from(self.int32()?).ok()
        };
        let count = count.map(|count| usize::try_from(count).map_err(|_| Unreadable)).transpose()?;
        if count.is_some_and(|count| count > self.rest.len()) { Err(Unreadable) } else { Ok(count) }
    }

    pub(crate) fn count(&mut self) -> Result<usize, Unreadable> {
        Ok(self.nullable_count()?.unwrap_or_default())
    }

    pub(crate) fn nullable_text(&mut self) -> Result<Option<&'a str>, Unreadable> {
        let length = if self.is_flexible {
            self.unsigned_varint()?.checked_sub(1)
        } else {
            u32::try_from(self.int16()?).ok()
        };
        let Some(length) = length else { return Ok(None) };
        let bytes = self.take(usize::try_from(length).map_err(|_| Unreadable)?)?;
        core::str::from_utf8(bytes).map(Some).map_err(|_| Unreadable)
    }

    pub(crate) fn text(&mut self) -> Result<&'a str, Unreadable> {
        self.nullable_text()?.ok_or(Unreadable)
    }

    pub(crate) fn texts(&mut self) -> Result<Vec<&'a str>, Unreadable> {
        (0..self.count()?).map(|_| self.text()).collect()
    }

    pub(crate) fn bytes(&mut self) -> Result<&'a [u8], Unreadable> {
        let count = self.count()?;
        self.take(count)
    }

    pub(crate) fn int32s(&mut self) -> Result<Vec<i32>, Unreadable> {
        (0..self.count()?).map(|_| self.int32()).collect()
    }

    pub(crate) fn tags(&mut self) -> Result<(), Unreadable> {
        if !self.is_flexible {
            return Ok(());
        }
        for _ in 0..self.unsigned_varint()? {
            self.unsigned_varint()?;
            let size = self.unsigned_varint()?;
            self.take(usize::try_from(size).map_err(|_| Unreadable)?)?;
        }
        Ok(())
    }
}
