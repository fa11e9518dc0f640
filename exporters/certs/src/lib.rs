//! Which certificate fails next, and is the one being served the one that is stored?
//!
//! ```text
//! files      ──read──▶  parse ──▶ Inventory   ──assess::stored──▶ samples
//! endpoints  ──TLS───▶  parse ──▶ Observation ──verify, assess::served──▶ samples
//! ```
//!
//! One source reads the files, one reads each list of trusted roots, and each endpoint has its own, so that none can
//! hold up or blank another.
//!
//! Invariants:
//! - No private key is decoded, stored or logged: key blocks are skipped by their markers, buffers are wiped, and
//!   messages repeat no line of a file.
//! - [`parse`], [`verify`] and [`assess`] are pure; the time is a parameter.
//! - Each source is added with all that it is made from, so that other settings replace only the sources they concern.
//! - What cannot be read is a fault with a reason and a subject, and costs nothing but itself.

pub mod assess;
mod blocking;
pub mod cluster;
mod discriminator;
pub mod endpoints;
pub mod files;
mod finding_alerts;
mod findings;
pub mod parse;
mod start;
pub mod verify;

pub use start::start;
