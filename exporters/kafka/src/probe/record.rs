//! What a record of the probe says: whose it is, which one, and for which broker.
//!
//! Text of a fixed layout, `lookout-probe/1 INSTANCE SEQUENCE BROKER`, filled up with dots. Whoever looks into the topic
//! sees what it is; whoever shares it, another Lookout say, knows what is not his. Anything else is nobody's.

use core::fmt;
use std::hash::{BuildHasher, RandomState};

/// What each record begins with: its form and the version of it.
const MAGIC: &str = "lookout-probe/1";

/// An identifier that no other instance has: of this process, and of this probe in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Instance(u128);

/// What a record says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// Whose it is.
    pub instance: Instance,
    /// Which of this instance.
    pub sequence: u64,
    /// The node identifier of the broker that led its partition when it was sent.
    pub broker: i32,
}

// === impl Instance ===

impl Instance {
    /// A new one, by the randomness that std seeds its maps with.
    pub fn random() -> Self {
        let half = || u128::from(RandomState::new().hash_one(std::process::id()));
        Self((half() << 64) | half())
    }
}

impl fmt::Display for Instance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

// === impl Stamp ===

impl Stamp {
    /// The record, of `size` bytes; at least as long as the stamp needs, which is below 96.
    pub fn encode(&self, size: usize) -> Vec<u8> {
        let Self { instance, sequence, broker } = self;
        let mut record = format!("{MAGIC} {instance} {sequence} {broker} ").into_bytes();
        record.resize(size.max(record.len()), b'.');
        record
    }

    /// What `record` says; none if it is not of this form.
    pub fn decode(record: &[u8]) -> Option<Self> {
        // Long enough for every stamp; the rest is filling.
        let head = record.get(..record.len().min(96))?;
        let end = head.iter().rposition(|byte| *byte == b' ')?;
        let mut words = core::str::from_utf8(head.get(..end)?).ok()?.split(' ');
        if words.next()? != MAGIC {
            return None;
        }
        let instance = words.next().filter(|word| word.len() == 32)?;
        let instance = Instance(u128::from_str_radix(instance, 16).ok()?);
        let sequence = words.next()?.parse().ok()?;
        let broker = words.next()?.parse().ok()?;
        words.next().is_none().then_some(Self { instance, sequence, broker })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_written_is_read_back(
            instance: u128, sequence: u64, broker: i32, size in 0_usize..4096,
        ) {
            let stamp = Stamp { instance: Instance(instance), sequence, broker };
            let record = stamp.encode(size);
            prop_assert!(record.len() >= size && record.len() <= size.max(96));
            prop_assert_eq!(Stamp::decode(&record), Some(stamp));
        }

        #[test]
        fn anything_else_is_nobodys(record: Vec<u8>) {
            prop_assert_eq!(Stamp::decode(&record), None);
        }
    }

    #[test]
    fn two_instances_differ() {
        assert_ne!(Instance::random(), Instance::random());
    }

    #[test]
    fn a_record_of_another_form_is_nobodys() {
        for record in [
            &b""[..],
            b"lookout-probe/1 ",
            b"lookout-probe/2 00000000000000000000000000000001 1 1 ...",
            b"lookout-probe/1 1 1 1 ...",
            b"lookout-probe/1 00000000000000000000000000000001 -1 1 ...",
            b"lookout-probe/1 00000000000000000000000000000001 1 1 1 ...",
        ] {
            assert_eq!(Stamp::decode(record), None, "{record:?}");
        }
    }
}
