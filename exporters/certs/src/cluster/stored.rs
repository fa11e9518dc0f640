//! Certificates that are stored in a cluster: in Secrets, in ConfigMaps, in the `caBundle`s of webhooks, APIServices and
//! CustomResourceDefinitions.
//!
//! ```text
//! object ──reader──▶ wanted values only ──parse──▶ StoredObject ──View──▶ StoredSource ──▶ rows, by object
//!                                                                              ├──▶ StoredCell: what others join with
//!                                                                              └──▶ Standings: x509_source_up
//! ```
//!
//! Invariants:
//! - Of a Secret only the values of wanted keys are decoded, into a buffer that is wiped. Of those only certificates are kept.
//! - A value that should hold a certificate and does not is a fault of that value; it costs nothing but itself.
//! - The rows of an object follow from the object and the time alone. So they change only when one of the two does, and the
//!   union of shards is what one process would show.
//! - What was read stays while the API is away. That it is away is said by another source: [`StandingSource`]. What was read of
//!   another API server goes when the configuration changes: the driver takes it back.
//!
//! How to get it wrong: taking a Secret that is not in the view for one that is not there. It may be left out by a filter, or
//! belong to another shard: ask [`StoredSecrets::find`].

mod ca_bundle;
mod cell;
mod config_map;
mod fault;
mod filter;
mod needs;
mod object;
mod place;
mod secret;
mod sharing;
mod source;
mod standing;
mod start;
mod tally;
mod values;

pub use ca_bundle::{CaBundleKind, CaBundleReader};
pub use cell::{Found, StoredCell, StoredSecrets};
pub(crate) use cell::{WAIT_FOR_SECRETS, latest_secrets};
pub use config_map::ConfigMapReader;
pub use fault::{ValueFault, ValueFaultKind};
pub(crate) use filter::namespaces;
pub use filter::{Filter, KeyMatch, Keys};
pub(crate) use needs::need;
pub use object::{Held, StoredObject};
pub use place::Place;
pub use secret::SecretReader;
pub use sharing::Sharing;
pub use source::{Inventory, StoredPlan, StoredSource};
pub use standing::{StandingSource, Standings};
pub(crate) use start::{cell_key, start};
pub use tally::Tally;
