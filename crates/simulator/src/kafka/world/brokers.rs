//! Brokers, and who of them coordinates and controls.

use std::net::SocketAddr;

use super::{World, spread};

/// A broker.
#[derive(Clone, Debug)]
pub(crate) struct Broker {
    pub(crate) id: i32,
    pub(crate) address: SocketAddr,
    pub(crate) rack: Option<String>,
    /// Whether the cluster takes it for alive; its port is another matter.
    pub(crate) is_alive: bool,
    /// When it last came or went, in milliseconds since 1970.
    pub(crate) since: i64,
}

impl World {
    pub(crate) fn broker(&self, id: i32) -> Option<&Broker> {
        self.brokers.get(usize::try_from(id.checked_sub(1)?).ok()?)
    }

    pub(crate) fn is_alive(&self, id: i32) -> bool {
        self.broker(id).is_some_and(|broker| broker.is_alive)
    }

    pub(crate) fn alive(&self) -> impl Iterator<Item = &Broker> + Clone {
        self.brokers.iter().filter(|broker| broker.is_alive)
    }

    /// The controller; none while nobody is alive.
    pub(crate) fn controller(&self) -> Option<i32> {
        self.alive().next().map(|broker| broker.id)
    }

    /// Who coordinates a group, known or not. Derived from its name, unless it has been moved; while that broker is
    /// dead it is the next one.
    pub(crate) fn coordinator(&self, group: &str) -> Option<i32> {
        let moved = self.group(group).and_then(|(_, group)| group.moved_to);
        let count = u64::try_from(self.brokers.len()).ok().filter(|count| *count > 0)?;
        let first = match moved {
            Some(id) => usize::try_from(id - 1).ok()?,
            None => usize::try_from(spread(group) % count).ok()?,
        };
        let turned = self.brokers.iter().cycle().skip(first).take(self.brokers.len());
        turned.filter(|broker| broker.is_alive).map(|broker| broker.id).next()
    }
}
