//! Why a broker did not give what it was asked for, as a reason and a sentence.

use core::error::Error;
use core::time::Duration;

use lookout_declarations::Reason;
use lookout_kafka_wire::{Api, ErrorCode, Failure};

/// Why a broker did not give what it was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missed {
    /// The reason under which it is counted.
    pub reason: Reason,
    /// What was tried and why it failed, the causes included.
    pub message: String,
    /// Whether the broker answered, if only with an error, or not everything that a part of the cycle asks.
    pub has_answered: bool,
}

/// An error and its causes, as one sentence.
pub fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}

// === impl Missed ===

impl Missed {
    /// A request that failed.
    pub fn by(failure: &Failure) -> Self {
        // A kind that the broker does not know, or refuses: it is there, and well.
        let has_answered = matches!(failure, Failure::AcceptAnswer { .. } | Failure::ChooseVersion { .. });
        Self { reason: failure.reason(), message: chain(failure), has_answered }
    }

    /// A request that failed; `has_answered` says whether the broker answered others in the same part. If it did, it is slow in
    /// this one, and not silent: the coordinator of share groups waits for another broker before it answers.
    pub fn beside(failure: &Failure, has_answered: bool) -> Self {
        let is_slow = has_answered && matches!(failure, Failure::AwaitAnswer { .. });
        let missed = Self::by(failure);
        Self { has_answered: missed.has_answered || is_slow, ..missed }
    }

    /// An answer that is an error as a whole.
    pub fn with(api: Api, code: ErrorCode) -> Self {
        let reason = code.reason().unwrap_or(Reason::Unexpected);
        Self { reason, message: format!("the broker answered {api} with {code}"), has_answered: true }
    }

    /// A part of a cycle that took too long: that is the broker's silence only if it has answered nothing in it.
    pub fn late(what: &str, within: Duration, has_answered: bool) -> Self {
        let message = format!(
            "{what} was not over within {} ms, the part of the deadline left for it",
            within.as_millis()
        );
        Self { reason: Reason::Timeout, message, has_answered }
    }

    /// A task that was lost: a defect.
    pub fn lost() -> Self {
        let message = "the task that asked the broker ended without a result; please report this".to_owned();
        Self { reason: Reason::Unexpected, message, has_answered: false }
    }

    /// Whether to ask the broker anything else would only cost the same time again.
    pub fn is_gone(&self) -> bool {
        matches!(
            self.reason,
            Reason::Timeout
                | Reason::Unresolved
                | Reason::Unreachable
                | Reason::Handshake
                | Reason::Untrusted
                | Reason::Unauthenticated
        ) && !self.has_answered
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_that_is_late_is_no_reason_not_to_ask_a_broker_that_has_answered_anything_else() {
        let late = Missed::late("reading", Duration::from_secs(1), true);
        assert!(!late.is_gone() && late.has_answered && late.reason == Reason::Timeout);
        assert!(Missed::late("reading", Duration::from_secs(1), false).is_gone());
    }

    #[test]
    fn a_slow_answer_is_a_broker_that_is_gone_only_if_it_answered_nothing_else() {
        let broker = lookout_kafka_wire::Address::new("kafka-0.example", 9092);
        let (api, within) = (Api::DescribeShareGroupOffsets, Duration::from_secs(4));
        let slow = Failure::AwaitAnswer { broker: broker.clone(), api, within };
        let unconnected = Failure::AwaitConnection { broker, within };
        assert!(Missed::beside(&slow, false).is_gone() && !Missed::beside(&slow, true).is_gone());
        assert!(Missed::beside(&slow, true).has_answered && Missed::beside(&unconnected, true).is_gone());
    }
}
