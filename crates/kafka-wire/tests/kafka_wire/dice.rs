//! Messages made of dice: each field is taken from random bytes, so a test's failure shrinks to small messages.

use bytes::Bytes;
use kafka_protocol::protocol::StrBytes;
use proptest::{
    collection::vec,
    prelude::{Strategy, any},
};

/// Random bytes, and zeros when they are used up.
#[derive(Clone, Debug)]
pub(crate) struct Dice(Vec<u8>);

/// Dice for a message of moderate size.
pub(crate) fn dice() -> impl Strategy<Value = Dice> {
    vec(any::<u8>(), 0..400).prop_map(Dice)
}

impl Dice {
    /// Dice that always show one: each list has one element, each text one letter, and what may be null is there.
    pub(crate) fn of_ones() -> Self {
        Self(vec![1; 1_000])
    }

    pub(crate) fn byte(&mut self) -> u8 {
        self.0.pop().unwrap_or(0)
    }

    pub(crate) fn boolean(&mut self) -> bool {
        self.byte() % 2 == 1
    }

    pub(crate) fn int8(&mut self) -> i8 {
        self.byte().cast_signed()
    }

    pub(crate) fn int16(&mut self) -> i16 {
        i16::from_be_bytes([self.byte(), self.byte()])
    }

    pub(crate) fn int32(&mut self) -> i32 {
        i32::from_be_bytes([self.byte(), self.byte(), self.byte(), self.byte()])
    }

    pub(crate) fn int64(&mut self) -> i64 {
        i64::from(self.int32()) << 32 | i64::from(self.int32().cast_unsigned())
    }

    pub(crate) fn uuid(&mut self) -> [u8; 16] {
        std::array::from_fn(|_| self.byte())
    }

    pub(crate) fn text(&mut self) -> StrBytes {
        let length = self.byte() % 8;
        let letters = (0..length).map(|_| ['a', '-', 'ß', '→', '7'][usize::from(self.byte()) % 5]);
        StrBytes::from_string(letters.collect())
    }

    pub(crate) fn nullable_text(&mut self) -> Option<StrBytes> {
        self.boolean().then(|| self.text())
    }

    pub(crate) fn bytes(&mut self) -> Bytes {
        let length = self.byte() % 8;
        (0..length).map(|_| self.byte()).collect()
    }

    pub(crate) fn list<T>(&mut self, mut element: impl FnMut(&mut Self) -> T) -> Vec<T> {
        let length = self.byte() % 4;
        (0..length).map(|_| element(self)).collect()
    }

    /// A field that only exists from a version on; before that it has its default.
    pub(crate) fn since<T: Default>(&mut self, exists: bool, field: impl FnOnce(&mut Self) -> T) -> T {
        if exists { field(self) } else { T::default() }
    }
}
