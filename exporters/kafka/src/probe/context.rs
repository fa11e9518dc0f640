//! What librdkafka calls back: log lines, errors, acknowledgements, tokens.
//!
//! All of it is called by our own threads, while they poll, and must not wait. Lines are bounded here; how often one repeats
//! is bounded by the log itself.

use std::error::Error;
use std::sync::Arc;

use rdkafka::ClientContext;
use rdkafka::client::OAuthToken;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::consumer::ConsumerContext;
use rdkafka::error::KafkaError;
use rdkafka::producer::{DeliveryResult, ProducerContext};

use super::desk::{Shift, bounded};
use super::reason::reason_of;

/// The context of the producer and of the consumer.
#[derive(Clone)]
pub(super) struct ProbeContext {
    pub(super) shift: Arc<Shift>,
}

impl ClientContext for ProbeContext {
    const ENABLE_REFRESH_OAUTH_TOKEN: bool = true;

    fn log(&self, level: RDKafkaLogLevel, facility: &str, text: &str) {
        let text = bounded(text);
        match level {
            RDKafkaLogLevel::Emerg
            | RDKafkaLogLevel::Alert
            | RDKafkaLogLevel::Critical
            | RDKafkaLogLevel::Error => tracing::warn!(facility, "librdkafka: {text}"),
            // What it repeats by itself: that a partition has moved, or is not there yet.
            RDKafkaLogLevel::Warning
            | RDKafkaLogLevel::Notice
            | RDKafkaLogLevel::Info
            | RDKafkaLogLevel::Debug => {
                tracing::debug!(facility, "librdkafka: {text}");
            }
        }
    }

    fn error(&self, error: KafkaError, text: &str) {
        self.shift.note(&error, text);
        tracing::debug!(%error, "librdkafka: {}", bounded(text));
    }

    /// Takes the token that is held, and waits for nobody.
    fn generate_oauth_token(&self, _: Option<&str>) -> Result<OAuthToken, Box<dyn Error>> {
        let held = self.shift.held.as_ref().ok_or("no token is configured")?;
        let (token, rest) =
            held.lend(|token, rest| (token.to_owned(), rest)).map_err(|trouble| trouble.message)?;
        #[expect(
            clippy::disallowed_methods,
            reason = "librdkafka asks for the end of the token's life as a wall clock's"
        )]
        let end = jiff::Timestamp::now().checked_add(rest)?;
        Ok(OAuthToken { token, principal_name: "lookout".to_owned(), lifetime_ms: end.as_millisecond() })
    }
}

impl ConsumerContext for ProbeContext {}

impl ProducerContext for ProbeContext {
    /// The record's sequence number.
    type DeliveryOpaque = Box<u64>;

    fn delivery(&self, result: &DeliveryResult<'_>, sequence: Box<u64>) {
        let now = self.shift.desk.now();
        if self.shift.is_over() {
            return;
        }
        let result = result.as_ref().map(|_| ()).map_err(|(error, _)| {
            tracing::debug!(%error, "a record of the probe was not acknowledged");
            reason_of(error)
        });
        self.shift.desk.books().ledger.acknowledged(*sequence, result, now);
    }
}
