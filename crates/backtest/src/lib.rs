//! What would the alerts have done? Each is put to the history of a real Prometheus or VictoriaMetrics: how often and how long
//! it would have fired, for which labels, and at which threshold it would have been quiet.
//!
//! The server only evaluates expressions over a range; `for` and `keep_firing_for` are played here as Prometheus plays
//! them (its `rules/alerting.go`), so one evaluation of a range is enough whatever the holds are.
//!
//! Invariants:
//! - Bounded: a range is asked for in pieces of at most [`Window::POINTS`] steps, an answer is read up to
//!   [`Server::MAXIMUM_ANSWER`], all answers together hold at most [`Server::MAXIMUM_VALUES`], and one question is asked at a
//!   time. What could not be asked is said.
//! - No data is not "would never have fired": an alert whose series the server never had is [`Judgement::Blind`].
//! - Time is a parameter: the end of the range is given.
//!
//! How to get it wrong: reading `ALERTS`. It tells what the rules that were loaded did, not what these would have done.

mod answer;
mod episode;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzzing;
mod judge;
mod movable;
mod proposal;
mod refusal;
mod server;
mod window;

pub use answer::{Row, Sample};
pub use episode::{Episode, Holds, episodes};
pub use judge::{Firing, Judge, Judgement, Threshold, Verdict};
pub use movable::{Direction, Movable};
pub use proposal::{Proposal, propose};
pub use refusal::Refusal;
pub use server::{Access, Answered, AskServer, Server};
pub use window::Window;
