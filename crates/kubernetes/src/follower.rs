//! What a consumer holds of a follow: the latest view, and word of changes.
//!
//! Invariants:
//! - What was read stays in the view while a part fails: facts do not vanish with the server.
//! - A re-list replaces in one step, when it is complete.
//! - The first change is told at once, a burst at most once in [`QUIET`].
//!
//! How to get it wrong: to keep a view for long. It keeps every object of its moment in memory.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use lookout_declarations::Reason;
use tokio::time::{Instant, sleep_until};

use crate::board::Board;
use crate::object::ObjectKey;
use crate::tasks::Task;
use crate::view::View;

/// The least time from one word of change to the next: a roll-out changes hundreds of objects within a second, and each
/// word costs the consumer a cycle.
pub const QUIET: Duration = Duration::from_secs(1);

/// A follow. It ends when this is dropped.
pub struct Follower<T> {
    board: Arc<Board<T>>,
    /// What was told last: the number of the change, and when.
    told: Option<(u64, Instant)>,
    _tasks: Vec<Task>,
}

/// What is known at one moment.
pub struct Followed<T> {
    /// All objects.
    pub view: View<T>,
    /// How each part of the follow stands: one per namespace that is followed by itself, otherwise one.
    pub parts: Vec<Part>,
    /// Whether every part has been listed completely at least once, or is absent: what is not in the view is not there.
    pub is_complete: bool,
    /// Objects that are there and could not be read, ordered by key; at most [`MAX_FAULTS`](crate::MAX_FAULTS).
    pub faults: Vec<ObjectFault>,
    /// How many objects could not be read, those in `faults` included.
    pub fault_count: usize,
}

/// A part of a follow, which fails on its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The namespace that it follows; `None` for the whole.
    pub namespace: Option<String>,
    /// How it stands.
    pub state: PartState,
    /// When what is in the view was last known to be current: the last complete list, event, or answer of the storage behind the
    /// server while a watch was open. `None` before the first.
    pub current: Option<Timestamp>,
}

/// How a part of a follow stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PartState {
    /// It is being listed for the first time.
    Listing,
    /// It has been listed, and changes come in.
    Following,
    /// The server has no such resource. It is looked for again from time to time.
    Absent,
    /// It could not be listed or watched. What was read before stays in the view.
    Failing {
        /// Why.
        reason: Reason,
        /// What was tried, what happened, and what to do.
        message: String,
        /// Since when.
        since: Timestamp,
    },
}

/// An object that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectFault {
    /// Its name, as far as it is known.
    pub key: ObjectKey,
    /// Why.
    pub reason: Reason,
    /// What happened. It holds nothing of the object.
    pub message: String,
}

// === impl Follower ===

impl<T> Follower<T> {
    pub(crate) fn new(board: Arc<Board<T>>, tasks: Vec<Task>) -> Self {
        Self { board, told: None, _tasks: tasks }
    }

    /// What is known now.
    pub fn latest(&self) -> Followed<T> {
        self.board.latest()
    }

    /// Completes when something has changed since it last did: an object, or how a part stands. The first change is told at
    /// once, a burst at most once in [`QUIET`]. Cancel-safe: what was not told is told by the next call.
    pub async fn changed(&mut self) {
        let number = self.board.changed_since(self.told.map_or(0, |(number, _)| number)).await;
        if let Some((_, when)) = self.told {
            sleep_until(when + QUIET).await;
        }
        // What came during the quiet time is told with it.
        self.told = Some((self.board.number().max(number), Instant::now()));
    }

    /// Completes when every part has been listed or has failed: then [`latest`](Self::latest) says all that can be said.
    /// Cancel-safe.
    pub async fn settled(&self) {
        let mut number = 0;
        while !self.board.is_settled() {
            number = self.board.changed_since(number).await;
        }
    }
}

impl<T> fmt::Debug for Follower<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Follower").field("board", &self.board).finish_non_exhaustive()
    }
}

// === impl Followed ===

impl<T> Clone for Followed<T> {
    fn clone(&self) -> Self {
        Self {
            view: self.view.clone(),
            parts: self.parts.clone(),
            is_complete: self.is_complete,
            faults: self.faults.clone(),
            fault_count: self.fault_count,
        }
    }
}

impl<T> fmt::Debug for Followed<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Followed")
            .field("objects", &self.view.len())
            .field("parts", &self.parts)
            .field("is_complete", &self.is_complete)
            .field("faults", &self.faults)
            .finish_non_exhaustive()
    }
}
