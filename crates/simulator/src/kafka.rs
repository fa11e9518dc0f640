//! A simulated Kafka cluster: brokers on real sockets that speak Kafka's protocol, and a world behind them that can be
//! broken while it runs.
//!
//! ```text
//! ClusterDescription ──▶ World ◀── events (a broker dies, a topic is deleted, a group stands still)
//!                          │
//! client ──frame──▶ Broker ──answer(World, now)──▶ [disturbance] ──frame──▶ client
//! ```
//!
//! Invariants:
//! - Offsets are a pure function of simulated time and of the events so far, exactly invertible: every record has a known
//!   time of arrival. So how late a group is, in seconds, is known and not estimated.
//! - What grows with the cluster costs columns of nine bytes per partition, and nothing per commit.
//! - Everything listens on loopback, on ports that stay the same while a broker is down, and ends when [`Cluster`] is
//!   dropped.
//!
//! How to get it wrong: to compare a client's view with [`Cluster::end_offset`] while time runs. Stop it with
//! [`Cluster::freeze`], and move it with [`Cluster::advance`].

mod answer;
pub(crate) mod clock;
mod cluster;
mod description;
mod disturbance;
mod events;
mod log;
mod login;
mod profile;
mod server;
mod truth;
mod wire;
mod world;

pub use cluster::Cluster;
pub use description::{
    Behaviour, Cleanup, ClusterDescription, GroupDescription, GroupKind, Login, Mechanism, Quota,
    Subscription, TopicDescription,
};
pub use disturbance::{Disturbance, Scope};
pub use kafka_protocol::{error::ResponseError, messages::ApiKey};
pub use profile::VersionProfile;
