//! Which part of an inventory this process watches, where one process would be too few.
//!
//! Several processes have one configuration and differ by this alone, as the pods of a StatefulSet do. What is divided (topics,
//! groups, namespaces) is for each exporter to say; the union of all shards is what one process would show.
//!
//! Invariant: to whom a name belongs depends on the name and the number of shards alone, in every version and on every machine:
//! the CRC-32 (IEEE 802.3) of its bytes, modulo the number of shards.
//!
//! How to get it wrong: keeping state by shard index. Another number of shards gives every name another owner.

use core::fmt;
use core::str::FromStr;

/// One of several processes that divide an inventory. The default is the only one, which watches everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    index: u32,
    count: u32,
}

/// Why a text is no shard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseShard {
    /// No slash, or no number behind it.
    #[error("expected `INDEX/COUNT`, such as `0/3`, or `POD-NAME/COUNT`, such as `lookout-2/3`")]
    ReadCount,
    /// No number before the slash, nor at the end of the name before it.
    #[error(
        "expected a number before the `/`, or a pod's name that ends in one, as those of a StatefulSet do"
    )]
    ReadIndex,
    /// The index is not below the count.
    #[error("expected an index from 0 to {}, because there are {count} shards", .count - 1)]
    BoundIndex {
        /// How many there are.
        count: u32,
    },
}

// === impl Shard ===

impl Shard {
    /// The shard that watches everything.
    pub const WHOLE: Self = Self { index: 0, count: 1 };

    /// Shard `index` of `count`, if there is such a one.
    pub fn new(index: u32, count: u32) -> Option<Self> {
        (index < count).then_some(Self { index, count })
    }

    /// Whether this shard watches what is called `name`.
    pub fn owns(self, name: &str) -> bool {
        self.count == 1 || crc32fast::hash(name.as_bytes()) % self.count == self.index
    }

    /// Its number, from 0.
    pub fn index(self) -> u32 {
        self.index
    }

    /// How many there are.
    pub fn count(self) -> u32 {
        self.count
    }
}

impl Default for Shard {
    fn default() -> Self {
        Self::WHOLE
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.index, self.count)
    }
}

impl FromStr for Shard {
    type Err = ParseShard;

    fn from_str(text: &str) -> Result<Self, ParseShard> {
        let (which, count) = text.rsplit_once('/').ok_or(ParseShard::ReadCount)?;
        let count = number(count).filter(|count| *count > 0).ok_or(ParseShard::ReadCount)?;
        let ordinal = which.rsplit_once('-').map_or(which, |(_, ordinal)| ordinal);
        let index = number(ordinal).ok_or(ParseShard::ReadIndex)?;
        Self::new(index, count).ok_or(ParseShard::BoundIndex { count })
    }
}

/// A number of digits alone: Rust would take a sign too.
fn number(text: &str) -> Option<u32> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_shard_is_written_by_number_or_by_the_name_of_a_pod() {
        let shard = |index, count| Ok(Shard { index, count });
        for (text, expected) in [
            ("0/1", shard(0, 1)),
            ("2/3", shard(2, 3)),
            ("lookout-kafka-2/3", shard(2, 3)),
            ("3/3", Err(ParseShard::BoundIndex { count: 3 })),
            ("0/0", Err(ParseShard::ReadCount)),
            ("1", Err(ParseShard::ReadCount)),
            ("1/+3", Err(ParseShard::ReadCount)),
            ("lookout/3", Err(ParseShard::ReadIndex)),
            ("/3", Err(ParseShard::ReadIndex)),
            ("lookout-/3", Err(ParseShard::ReadIndex)),
        ] {
            assert_eq!(text.parse::<Shard>(), expected, "{text}");
        }
    }

    #[test]
    fn owners_stay_the_same_from_version_to_version() {
        let owner = |name: &str| (0..8).find(|index| Shard { index: *index, count: 8 }.owns(name));
        // The check value of CRC-32 is 0xcbf43926.
        assert_eq!(owner("123456789"), Some(0xcbf4_3926 % 8));
        assert_eq!(owner(""), Some(0));
    }

    proptest! {
        #[test]
        fn each_name_has_exactly_one_owner(name in ".{0,40}", count in 1_u32..50) {
            let owners = (0..count).filter(|index| Shard { index: *index, count }.owns(&name));
            prop_assert_eq!(owners.count(), 1);
        }
    }
}
