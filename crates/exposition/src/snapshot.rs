//! A snapshot: what was published at one moment, ready to be served.
//!
//! Families stand in order of declaration, exporters in order of registration, and each family once: its header, then
//! the rows of every source. Answering is looking up a list of shared buffers.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;

use crate::view::{ExporterView, Frame, PerForm, Rendered};
use crate::{Encoding, Format};

/// Which families are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Selection<'a> {
    /// Those of every exporter.
    All,
    /// Those of the exporter of this name.
    Exporter(&'a str),
}

/// A whole answer to a scrape. Cloning it shares everything.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The `Content-Type`.
    pub content_type: &'static str,
    /// The `Content-Encoding`, if any.
    pub content_encoding: Option<&'static str>,
    /// The `Content-Length`: the sum of the buffers' lengths, bytes.
    pub content_length: u64,
    /// The body, in order.
    pub buffers: Arc<[Bytes]>,
}

/// What was published at one moment. It does not change; a later publish makes another.
pub struct Snapshot {
    exporters: Vec<Arc<ExporterView>>,
    frame: Arc<Frame>,
    answers: PerForm<Rendered>,
}

impl Snapshot {
    pub(crate) fn new(exporters: Vec<Arc<ExporterView>>, frame: Arc<Frame>) -> Self {
        Self { exporters, frame, answers: PerForm::default() }
    }

    /// The answer to a scrape; `None` if there is no such exporter. An exporter without rows has an empty answer.
    ///
    /// The first answer per selection, format and encoding lists the buffers, one per piece; later ones share the list. If it is
    /// plain, and [`Self::is_at_hand`] says no, it inflates first: that takes a millisecond per megabyte or more.
    pub fn answer(&self, selection: Selection<'_>, format: Format, encoding: Encoding) -> Option<Answer> {
        let (syntax, frame) = (format.syntax(), &*self.frame);
        if encoding == Encoding::Identity {
            frame.plain.ask();
        }
        let rendered = match selection {
            Selection::All => self.answers.get(syntax, encoding, || {
                let sections: Vec<_> =
                    self.exporters.iter().map(|exporter| exporter.section(frame, syntax, encoding)).collect();
                Rendered::of(&sections, frame, syntax, encoding)
            }),
            Selection::Exporter(name) => self
                .exporters
                .iter()
                .find(|exporter| exporter.name == name)?
                .rendered(frame, syntax, encoding),
        };
        Some(Answer {
            content_type: format.content_type(),
            content_encoding: encoding.content_encoding(),
            content_length: rendered.length,
            buffers: Arc::clone(&rendered.buffers),
        })
    }

    /// Whether an answer in this encoding takes no time: always, but for plain text that nobody has asked for lately.
    pub fn is_at_hand(&self, encoding: Encoding) -> bool {
        encoding != Encoding::Identity || self.frame.plain.is_kept()
    }

    /// The same without the answers that were made of it.
    pub(crate) fn unasked(&self) -> Self {
        let exporters = self.exporters.iter().map(|exporter| Arc::new(exporter.unasked())).collect();
        Self::new(exporters, Arc::clone(&self.frame))
    }

    /// This snapshot with another view of the exporter at `index`; `None` if that one is older than the present.
    pub(crate) fn with_exporter(&self, index: usize, view: Arc<ExporterView>) -> Option<Self> {
        if view.version <= self.exporters[index].version {
            return None;
        }
        let mut exporters = self.exporters.clone();
        exporters[index] = view;
        Some(Self::new(exporters, Arc::clone(&self.frame)))
    }
}

impl fmt::Debug for Snapshot {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let exporters = self.exporters.iter().map(|exporter| (exporter.name, exporter.version));
        formatter.debug_map().entries(exporters).finish()
    }
}
