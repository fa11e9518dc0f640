//! One connection's side of the story: whether the server waits for its client, since when, and until when.
//!
//! A client keeps the server waiting while it shakes hands, sends a head, asks nothing, or takes an answer. While the
//! server works for it, it does not. Deadlines follow from that, and so does who is cut off when places are needed.
//!
//! Invariants:
//! - An answer is being taken from the moment it is there until its last byte was handed over for sending: answers
//!   come from memory, so that time is the client's.
//! - Changing the state costs the same for any number of connections.
//! - Requests buy no time when places are wanted: who was answered has only a [`PAUSE`] for the next request, and who
//!   never pauses is told to go: its next answer is its last.
//!
//! How to get it wrong: leaving the state of a request by hand. [`Turn`] does it, also when the client has gone.

use core::time::Duration;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use lookout_self_metrics::metrics::CloseReason;
use tokio::sync::Notify;
use tokio::time::Instant;

use super::limits::{GRACE, Limits, PAUSE, USUAL_SCRAPE};

#[cfg(test)]
mod conversation_test;

/// How a head ends.
const BLANK: [u8; 3] = *b"\n\r\n";

/// What a connection's client is doing.
#[derive(Debug)]
pub(super) struct Conversation {
    state: Mutex<State>,
    /// Wakes the connection's task when its state changed outside of it.
    changed: Notify,
}

#[derive(Debug)]
struct State {
    stage: Stage,
    /// When the stage began.
    since: Instant,
    /// Since when nothing was asked: a head that has begun does not end that.
    quiet_since: Instant,
    /// Whether requests may overlap and are answered in tasks of their own.
    multiplexed: bool,
    /// Requests that the server works for.
    working: usize,
    /// Answers that the client takes, the oldest first: when each was there.
    taking: Vec<(u64, Instant)>,
    next_answer: u64,
    /// When something of an answer was last taken.
    progress: Instant,
    /// Requests whose answers were taken, or given up.
    answered: u64,
    /// The last bytes that came.
    tail: [u8; 3],
    leave: Leave,
    cut: Option<CloseReason>,
}

/// Whether a client is to go after one more answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Leave {
    /// It may stay.
    No,
    /// Its next request is its last.
    Told,
    /// That request came then.
    Due(Instant),
    /// Its last request is there, for this reason.
    Dismissed(CloseReason),
}

/// What making room needs to know of a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Standing {
    /// Since when it keeps the server waiting, and from when on it may be cut off for that; none while it does not.
    pub(super) waits: Option<(Instant, Instant)>,
    /// Requests answered.
    pub(super) answered: u64,
    /// Whether it owes nothing: it was answered, and may ask again or not.
    pub(super) between: bool,
    /// Whether it may be told to go.
    pub(super) stays: bool,
}

/// What goes on between requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Handshake,
    Head,
    Idle,
}

/// One request's part of the conversation; dropping it ends the request, however it went.
#[derive(Debug)]
pub(super) struct Turn {
    conversation: Arc<Conversation>,
    /// The answer, once it is there.
    answer: Option<u64>,
}

impl Conversation {
    /// A connection that was just accepted.
    pub(super) fn new() -> Self {
        let now = Instant::now();
        let state = State {
            stage: Stage::Handshake,
            since: now,
            quiet_since: now,
            multiplexed: false,
            working: 0,
            taking: Vec::new(),
            next_answer: 0,
            progress: now,
            answered: 0,
            tail: BLANK,
            leave: Leave::No,
            cut: None,
        };
        Self { state: Mutex::new(state), changed: Notify::new() }
    }

    /// The handshake is over, or there is none: the first request is waited for.
    pub(super) fn open(&self, multiplexed: bool) {
        let mut state = self.state();
        state.multiplexed = multiplexed;
        (state.stage, state.since) = (Stage::Head, Instant::now());
    }

    /// Bytes came. Between requests they begin a head; where requests may overlap they may be anything.
    pub(super) fn heard(&self, bytes: &[u8]) {
        let mut state = self.state();
        for byte in bytes.iter().skip(bytes.len().saturating_sub(state.tail.len())) {
            state.tail = [state.tail[1], state.tail[2], *byte];
        }
        if state.stage == Stage::Idle && !state.multiplexed && state.is_quiet() {
            (state.stage, state.since) = (Stage::Head, Instant::now());
        }
    }

    /// A head is there, and the server works.
    pub(super) fn begin(self: &Arc<Self>) -> Turn {
        let mut state = self.state();
        state.working += 1;
        match state.leave {
            Leave::Told => state.leave = Leave::Due(Instant::now()),
            // Over HTTP/2 a client can disregard that it was told.
            Leave::Due(since) if since + GRACE <= Instant::now() => {
                state.cut.get_or_insert(CloseReason::Evicted);
                self.changed.notify_one();
            }
            Leave::No | Leave::Due(_) | Leave::Dismissed(_) => {}
        }
        drop(state);
        Turn { conversation: Arc::clone(self), answer: None }
    }

    /// What making room needs to know; none of a client that is about to be cut off.
    pub(super) fn standing(&self) -> Option<Standing> {
        let state = self.state();
        if state.cut.is_some() {
            return None;
        }
        let between = state.answered > 0 && state.is_quiet();
        let waits = match state.taking.first() {
            Some((_, since)) => {
                let last = state.progress.max(*since);
                Some((last, (last + GRACE).min(*since + USUAL_SCRAPE)))
            }
            None if state.working > 0 => None,
            None => Some((state.quiet_since, state.quiet_since + if between { PAUSE } else { GRACE })),
        };
        let stays = state.answered > 0 && state.leave == Leave::No;
        Some(Standing { waits, answered: state.answered, between, stays })
    }

    /// The next request is the last.
    pub(super) fn tell_to_leave(&self) {
        let mut state = self.state();
        if state.leave == Leave::No {
            state.leave = Leave::Told;
        }
    }

    /// The request that is there is the last.
    pub(super) fn dismiss(&self, reason: CloseReason) {
        self.state().leave = Leave::Dismissed(reason);
        self.changed.notify_one();
    }

    /// If the last request is there: what the connection is closed for.
    pub(super) fn leaves_for(&self) -> Option<CloseReason> {
        match self.state().leave {
            Leave::No | Leave::Told => None,
            Leave::Due(_) => Some(CloseReason::Evicted),
            Leave::Dismissed(reason) => Some(reason),
        }
    }

    /// When a client that nothing is worked for and that takes nothing has had its time while the process drains.
    pub(super) fn due_draining(&self, since: Instant) -> Option<Instant> {
        let state = self.state();
        state.is_quiet().then(|| since.max(state.quiet_since) + GRACE)
    }

    /// Requests that are worked for, and answers that are taken.
    pub(super) fn in_flight(&self) -> usize {
        let state = self.state();
        state.working + state.taking.len()
    }

    /// When the client's time is over, and what for.
    pub(super) fn due(&self, limits: &Limits) -> Option<(Instant, CloseReason)> {
        let state = self.state();
        if let Some((_, since)) = state.taking.first() {
            return Some((later(*since, limits.answer), CloseReason::AnswerTimeout));
        }
        if state.working > 0 {
            return None;
        }
        let (time, reason) = match state.stage {
            Stage::Handshake => (limits.handshake, CloseReason::HandshakeTimeout),
            Stage::Head => (limits.head, CloseReason::HeadTimeout),
            Stage::Idle => (limits.idle, CloseReason::Idle),
        };
        Some((later(state.since, time), reason))
    }

    /// Cuts the client off; the first reason counts.
    pub(super) fn cut(&self, reason: CloseReason) {
        self.state().cut.get_or_insert(reason);
        self.changed.notify_one();
    }

    /// Why the client is cut off, if it is.
    pub(super) fn cut_for(&self) -> Option<CloseReason> {
        self.state().cut
    }

    /// Completes when the state changed outside of the connection's task; may do so without need.
    pub(super) async fn changed(&self) {
        self.changed.notified().await;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn is_quiet(&self) -> bool {
        self.working == 0 && self.taking.is_empty()
    }

    /// What goes on after an answer. Bytes that came with its request and are no end of a head begin the next one. They
    /// may also be a body, which nobody needs to send here: then the next request has less time.
    fn next_stage(&self) -> Stage {
        let ended = self.tail == BLANK || self.tail.ends_with(b"\n\n");
        if self.multiplexed || ended { Stage::Idle } else { Stage::Head }
    }
}

impl Turn {
    /// Something of the answer was taken.
    pub(super) fn progressed(&self) {
        self.conversation.state().progress = Instant::now();
    }

    /// The answer is there: from now on the server waits for the client to take it.
    pub(super) fn answered(&mut self) {
        let mut state = self.conversation.state();
        state.working = state.working.saturating_sub(1);
        let answer = state.next_answer;
        state.next_answer += 1;
        state.taking.push((answer, Instant::now()));
        self.answer = Some(answer);
    }

    /// Whose request it is.
    pub(super) fn conversation(&self) -> &Arc<Conversation> {
        &self.conversation
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut state = self.conversation.state();
        match self.answer {
            None => state.working = state.working.saturating_sub(1),
            Some(answer) => {
                state.taking.retain(|(known, _)| *known != answer);
                state.answered += 1;
            }
        }
        if state.is_quiet() {
            let now = Instant::now();
            (state.stage, state.since, state.quiet_since) = (state.next_stage(), now, now);
        }
        if state.multiplexed {
            self.conversation.changed.notify_one();
        }
    }
}

/// `since` plus `time`, or the far future.
fn later(since: Instant, time: Duration) -> Instant {
    /// Further than any process runs, and representable.
    const FAR: Duration = Duration::from_hours(24 * 365 * 10);
    since.checked_add(time.min(FAR)).unwrap_or(since)
}
