//! Models to samples and findings: whole expositions as they were reviewed, and each judgement by itself.

mod durability;
mod findings;
mod golden;
mod granularity;
mod groups;
mod peers;
mod properties;
mod readme;
mod sources;
pub(crate) mod world;
