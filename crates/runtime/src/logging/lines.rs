//! The layer: renders each event once, in the format of the log, and hands it to the journal.
//!
//! Why own code instead of `tracing-subscriber`'s: a line has to be known before it is decided whether it is written,
//! and its body is needed again for the line that says how often it was repeated.
//!
//! Invariants:
//! - One event is one call of the writer, with a whole line.
//! - Whose line it is, the span of a source says when it is made; other spans, and fields of events, say nothing of it.

use std::sync::Arc;

use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Subscriber};
use tracing_subscriber::layer::{Context, Layer};
use tracing_subscriber::registry::{LookupSpan, Scope};

use super::fields::{Fields, SOURCE_FIELDS, Which};
use super::journal::Journal;
use super::line::{Line, SOURCE_SPAN};
use super::places::Origin;
use crate::clock::Clock;

/// Writes events to its journal; its end is the journal's.
pub(super) struct Lines(pub(super) Arc<Journal>);

/// The fields of a span, in the format of the log.
struct SpanFields(String);

/// The fields of the span of a source that name it, in the format of the log.
struct SourceName(Arc<str>);

impl<S> Layer<S> for Lines
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        let mut fields = String::new();
        attributes.record(&mut Fields::new(self.0.format, Which::Others, &mut fields));
        span.extensions_mut().replace(SpanFields(fields));
        let metadata = attributes.metadata();
        let named = |field| metadata.fields().field(field).is_some();
        if metadata.name() == SOURCE_SPAN && SOURCE_FIELDS.into_iter().all(named) {
            let mut name = String::new();
            attributes.record(&mut Fields::new(self.0.format, Which::Source, &mut name));
            span.extensions_mut().replace(SourceName(name.into()));
        }
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        // Not while the span is locked: a value may log while it becomes text.
        let taken = span.extensions_mut().remove::<SpanFields>();
        let mut fields = taken.map(|fields| fields.0).unwrap_or_default();
        values.record(&mut Fields::new(self.0.format, Which::Others, &mut fields));
        span.extensions_mut().replace(SpanFields(fields));
    }

    fn on_event(&self, event: &Event<'_>, context: Context<'_, S>) {
        let metadata = event.metadata();
        let mut line = Line::of(self.0.format, Clock::system().now(), metadata);
        line.fields(event, Which::Message);
        // Whose event it is comes before what it says, so that `grep 'exporter=certs source=files'` finds it.
        let mut spans = context.event_scope(event).into_iter().flat_map(Scope::from_root).peekable();
        let mut source = None;
        while let Some(span) = spans.next() {
            if let Some(SourceName(name)) = span.extensions().get() {
                source = Some(Arc::clone(name));
            }
            if let Some(SpanFields(fields)) = span.extensions().get() {
                line.span(span.name(), fields, spans.peek().is_none());
            }
        }
        line.fields(event, Which::Others);
        self.0.log(&Origin { metadata, source }, line);
    }
}

impl Drop for Lines {
    fn drop(&mut self) {
        self.0.flush();
    }
}
