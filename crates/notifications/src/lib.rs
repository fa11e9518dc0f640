//! The section `notifications` of the configuration: who is told of which alert, how often, and where its links lead.
//!
//! Lookout sends nothing itself. `lookout rules render` turns this section into what Alertmanager, its operators and Grafana
//! load; only the addresses are read when rules are rendered.
//!
//! Invariants:
//! - No secret stands here: only the files in which the one who sends will find them.
//! - Every route ends at a receiver that exists and has somewhere to send to, or the configuration is refused.
//! - Whatever the routes say, every alert has exactly one receiver: [`Settings::receiver_of`] is total once anybody is
//!   to be told at all.
//!
//! How to get it wrong: deciding in a renderer who is told. Each kind of output has its own idea of a tree of routes; the
//! answer to “who is told of this alert?” must be the same in all of them, so it is given here.

mod address;
mod example;
mod heartbeat;
mod receiver;
mod repeat;
mod route;
mod settings;

pub use heartbeat::Heartbeat;
pub use receiver::{Email, PagerDuty, Receiver, Slack, Teams, Webhook};
pub use repeat::RepeatIntervals;
pub use route::{Route, RouteOwner, RouteSeverity};
pub use settings::Settings;

/// The name of the section.
pub const NAME: &str = "notifications";
