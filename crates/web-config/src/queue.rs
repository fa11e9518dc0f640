//! The questions that wait for the one lane: the newest is next, and takes the place of the oldest when there is none left.
//!
//! Whoever is handed a [`Turn`] concludes it before taking the next. The first to join an idle queue is to start the lane.
//!
//! How to get it wrong: refusing whoever comes to a full queue. Then it belongs to whoever fills it fastest.

use std::collections::VecDeque;

use tokio::sync::watch;

/// The most different questions that wait, the one being computed among them. At the usual cost of 10 they take a second
/// or two.
pub(crate) const MAX_WAITING: usize = 16;

/// What a question is known by.
pub(crate) type Tag = [u8; 32];

/// Gets the answer. Closed without one, there will be none.
pub(crate) type Answer = watch::Receiver<Option<bool>>;

/// The questions, each once.
pub(crate) struct Queue<Q> {
    is_served: bool,
    computed: Option<(Tag, watch::Sender<Option<bool>>)>,
    /// From old to new.
    waiting: VecDeque<Waiting<Q>>,
}

/// A question whose turn it is.
pub(crate) struct Turn<Q> {
    pub(crate) tag: Tag,
    pub(crate) question: Q,
}

struct Waiting<Q> {
    tag: Tag,
    question: Q,
    answer: watch::Sender<Option<bool>>,
}

impl<Q> Queue<Q> {
    /// Joins those who wait, as the newest; and whether the caller has to start the lane.
    pub(crate) fn join(&mut self, tag: Tag, question: Q) -> (Answer, bool) {
        if let Some((_, answer)) = self.computed.as_ref().filter(|(computed, _)| *computed == tag) {
            return (answer.subscribe(), false);
        }
        let equal = self.waiting.iter().position(|waiting| waiting.tag == tag);
        let waiting = match equal.and_then(|at| self.waiting.remove(at)) {
            Some(waiting) => waiting,
            None => Waiting { tag, question, answer: watch::channel(None).0 },
        };
        let answer = waiting.answer.subscribe();
        if self.waiting.len() + usize::from(self.computed.is_some()) >= MAX_WAITING {
            self.waiting.pop_front();
        }
        self.waiting.push_back(waiting);
        (answer, !std::mem::replace(&mut self.is_served, true))
    }

    /// The newest question that somebody waits for; `None`: there is none, and whoever joins next starts the lane.
    pub(crate) fn next(&mut self) -> Option<Turn<Q>> {
        self.computed = None;
        while let Some(Waiting { tag, question, answer }) = self.waiting.pop_back() {
            if answer.receiver_count() > 0 {
                self.computed = Some((tag, answer));
                return Some(Turn { tag, question });
            }
        }
        self.is_served = false;
        None
    }

    /// Tells the answer to those who wait for the question whose turn it was.
    pub(crate) fn conclude(&mut self, right: bool) {
        if let Some((_, answer)) = self.computed.take() {
            answer.send_replace(Some(right));
        }
    }
}

impl<Q> Default for Queue<Q> {
    fn default() -> Self {
        Self { is_served: false, computed: None, waiting: VecDeque::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_is_next_and_the_oldest_makes_room() {
        let mut queue = Queue::default();
        let mut answers: Vec<_> = (0..40_u8).map(|number| queue.join([number; 32], number).0).collect();
        assert!(queue.waiting.len() <= MAX_WAITING);
        let mut served = Vec::new();
        while let Some(Turn { question, .. }) = queue.next() {
            queue.conclude(true);
            served.push(question);
        }
        assert_eq!(served, (24..40).rev().collect::<Vec<_>>());
        for (number, answer) in answers.iter_mut().enumerate() {
            assert_eq!(*answer.borrow_and_update(), (number >= 24).then_some(true));
        }
    }

    #[test]
    fn who_asks_again_is_the_newest_and_takes_no_place() {
        let mut queue = Queue::default();
        let _answers: Vec<_> = (0..16_u8).map(|number| queue.join([number; 32], number).0).collect();
        let _again = queue.join([0; 32], 0);
        assert_eq!(queue.waiting.len(), MAX_WAITING);
        assert_eq!(queue.next().map(|turn| turn.question), Some(0));
    }
}
