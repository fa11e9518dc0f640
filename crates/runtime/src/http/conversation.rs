//! One connection's side of the story: whether the server waits for its client, since when, and until when.
//!
//! A client keeps the server waiting while it shakes hands, sends a head, asks nothing, or takes an answer. While the
//! server works for it, it does not. Deadlines follow from that, and so does who is cut off when places are needed.
//!
//! Invariants:
//! - An answer is being taken from the moment it is there until its last byte was handed over for sending: answers
//!   come from memory, so that time is the client's.
//! - Changing the state costs the same for any number of connections.
//!
//! How to get it wrong: leaving the state of a request by hand. [`Turn`] does it, also when the client has gone.

use core::time::Duration;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use lookout_self_metrics::metrics::CloseReason;
use tokio::sync::Notify;
use tokio::time::Instant;

use super::limits::Limits;

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
    cut: Option<CloseReason>,
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
    pub(super) fn heard(&self) {
        let mut state = self.state();
        if state.stage == Stage::Idle && !state.multiplexed && state.working == 0 && state.taking.is_empty() {
            (state.stage, state.since) = (Stage::Head, Instant::now());
        }
    }

    /// A head is there, and the server works.
    pub(super) fn begin(self: &Arc<Self>) -> Turn {
        self.state().working += 1;
        Turn { conversation: Arc::clone(self), answer: None }
    }

    /// Since when the client keeps the server waiting, if it does and is not about to be cut off.
    pub(super) fn waiting_since(&self) -> Option<Instant> {
        let state = self.state();
        match (state.cut, state.taking.first()) {
            (Some(_), _) => None,
            (None, Some((_, since))) => Some(*since),
            (None, None) => (state.working == 0).then_some(state.quiet_since),
        }
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

impl Turn {
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
            Some(answer) => state.taking.retain(|(known, _)| *known != answer),
        }
        if state.working == 0 && state.taking.is_empty() {
            let now = Instant::now();
            (state.stage, state.since, state.quiet_since) = (Stage::Idle, now, now);
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

#[cfg(test)]
mod tests {
    use super::*;

    fn conversation() -> Arc<Conversation> {
        Arc::new(Conversation::new())
    }

    fn reason(conversation: &Conversation) -> Option<CloseReason> {
        conversation.due(&Limits::default()).map(|(_, reason)| reason)
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_is_waited_for_but_not_while_the_server_works() {
        let (conversation, start) = (conversation(), Instant::now());
        assert_eq!(reason(&conversation), Some(CloseReason::HandshakeTimeout));
        conversation.open(false);
        assert_eq!(reason(&conversation), Some(CloseReason::HeadTimeout));
        assert_eq!(conversation.waiting_since(), Some(start));
        let mut turn = conversation.begin();
        assert_eq!((conversation.waiting_since(), reason(&conversation)), (None, None));
        tokio::time::advance(Duration::from_secs(1)).await;
        turn.answered();
        assert_eq!(reason(&conversation), Some(CloseReason::AnswerTimeout));
        assert_eq!(conversation.waiting_since(), Some(start + Duration::from_secs(1)));
        tokio::time::advance(Duration::from_secs(1)).await;
        drop(turn);
        assert_eq!(reason(&conversation), Some(CloseReason::Idle));
        assert_eq!(conversation.waiting_since(), Some(start + Duration::from_secs(2)));
    }

    #[tokio::test(start_paused = true)]
    async fn a_head_that_has_begun_has_less_time_and_does_not_make_the_client_younger() {
        let (conversation, start) = (conversation(), Instant::now());
        conversation.open(false);
        drop(conversation.begin());
        tokio::time::advance(Duration::from_mins(1)).await;
        conversation.heard();
        let limits = Limits::default();
        let expected = Instant::now() + limits.head;
        assert_eq!(conversation.due(&limits), Some((expected, CloseReason::HeadTimeout)));
        tokio::time::advance(Duration::from_secs(5)).await;
        conversation.heard();
        assert_eq!(conversation.due(&limits), Some((expected, CloseReason::HeadTimeout)));
        assert_eq!(conversation.waiting_since(), Some(start));
    }

    #[tokio::test(start_paused = true)]
    async fn of_several_answers_the_oldest_counts() {
        let conversation = conversation();
        conversation.open(true);
        let (mut first, mut second, third) =
            (conversation.begin(), conversation.begin(), conversation.begin());
        first.answered();
        let earlier = Instant::now();
        tokio::time::advance(Duration::from_secs(1)).await;
        second.answered();
        assert_eq!(conversation.waiting_since(), Some(earlier));
        drop(first);
        assert_eq!(conversation.waiting_since(), Some(earlier + Duration::from_secs(1)));
        drop(second);
        assert_eq!(conversation.waiting_since(), None, "the third is still worked for");
        drop(third);
        conversation.heard();
        assert_eq!(reason(&conversation), Some(CloseReason::Idle), "bytes between streams are no head");
    }

    #[tokio::test]
    async fn a_client_is_cut_off_once() {
        let conversation = conversation();
        conversation.cut(CloseReason::Evicted);
        conversation.cut(CloseReason::Idle);
        conversation.changed().await;
        assert_eq!(conversation.cut_for(), Some(CloseReason::Evicted));
        assert_eq!(conversation.waiting_since(), None);
    }
}
