//! Certificates in files: from configured paths to an inventory.
//!
//! ```text
//! Plan ──walk──▶ paths ──read (only what changed)──▶ bytes ──parse──▶ Scan ──▶ Inventory (the model)
//! ```
//!
//! Invariants:
//! - Every configured path answers in every scan: with files, or with a fault that names it.
//! - Number of entries visited, files, bytes of a file and certificates of a file are bounded, and reaching a bound is
//!   a fault. Only one scan runs at a time, on one blocking thread, even if a file system hangs.
//! - Buffers that held a file are wiped: there may be a private key beside the certificate.

mod cache;
mod host_root;
mod inventory;
mod kubeconfig;
mod plan;
mod read;
mod scan;
mod source;
mod walk;

pub use host_root::HostRoot;
pub use inventory::{FaultCount, Inventory, PlaceReport, StoredFile, Tally};
pub use plan::{Place, Plan};
pub(crate) use read::Reader;
pub use scan::{EmbeddedScan, PathFault, PlaceScan, Scan, Scanner};
pub use source::FileSource;
