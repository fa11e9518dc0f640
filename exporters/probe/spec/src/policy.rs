//! Which addresses may be connected to, whatever name led there.
//!
//! A prober is a machine inside of the fence that connects wherever it is told to. So addresses that are not the
//! public internet's are refused until the configuration opens them, and the metadata services of clouds, which hand
//! out credentials, are refused even inside a network that is open.
//!
//! Invariants:
//! - An address that carries another in itself (IPv4-mapped, NAT64, 6to4, Teredo, …) is judged by what it carries.
//! - What is not known to be public is refused: new special ranges of IPv6 are closed before anybody lists them.
//!
//! How to get it wrong: judging the text of a target. Only an address that a connection will be made to counts, and
//! each one does.

mod carried;
mod ranges;

use core::net::IpAddr;

use crate::network::Network;
use carried::carried;
pub use ranges::METADATA;

/// The rules for addresses.
#[derive(Clone, Debug, Default)]
pub struct AddressPolicy {
    open: Vec<Network>,
}

/// Why an address is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Forbidden {
    /// It is, or carries, the address of a cloud's metadata service.
    Metadata,
    /// It is, or carries, an address of this range.
    Range(&'static str),
}

impl AddressPolicy {
    /// Refuses every special address but those of `open`.
    pub fn new(open: Vec<Network>) -> Self {
        Self { open }
    }

    /// Whether a connection to `address` may be made.
    pub fn judge(&self, address: IpAddr) -> Result<(), Forbidden> {
        let address = address.to_canonical();
        let inside = carried(address);
        let faces = || core::iter::once(address).chain(inside.iter().copied());
        if faces().any(|face| METADATA.contains(&face) && !self.names(face)) {
            return Err(Forbidden::Metadata);
        }
        if self.opens(address) {
            return Ok(());
        }
        let closed = faces().filter(|face| !self.opens(*face)).find_map(ranges::of);
        closed.map_or(Ok(()), |range| Err(Forbidden::Range(range)))
    }

    /// Whether this very address is open by itself.
    fn names(&self, address: IpAddr) -> bool {
        self.open.iter().any(|network| network.single() == Some(address))
    }

    fn opens(&self, address: IpAddr) -> bool {
        self.open.iter().any(|network| network.contains(address))
    }
}
