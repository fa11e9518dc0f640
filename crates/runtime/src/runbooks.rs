//! The runbooks of the suite: one page per alert, for whoever follows the link of a notification.
//!
//! The runtime knows no alert, so whoever knows the settings says here which runbooks there are, and says it again when
//! the configuration changes: the thresholds on a page are those in force. A page is written when it is first asked for
//! and kept until the next change; pages that nobody reads take no memory.
//!
//! Invariant: what is kept is bounded by the number of runbooks, however often and by however many they are read.
//!
//! How to get it wrong: writing pages by settings that are not in force any more. A [`Library`] holds the settings that it
//! writes by, and is replaced as a whole.

use core::fmt;
use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use lookout_declarations::{Owner, Severity};
use tokio::sync::watch;

/// What the list of runbooks says of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunbookNote {
    /// The name of its alert, and the end of its address.
    pub name: &'static str,
    /// The exporter that the alert belongs to, or what else declares it.
    pub exporter: &'static str,
    /// The question that the exporter answers.
    pub question: &'static str,
    /// How urgent the alert is.
    pub severity: Severity,
    /// Who deals with it.
    pub owner: Owner,
    /// What is wrong when it fires, a sentence.
    pub summary: String,
}

/// Writes the page of a runbook by its name, as Markdown. Links to other runbooks are `NAME.md`.
type Write = dyn Fn(&str) -> Option<String> + Send + Sync;

/// Every runbook for one configuration, in documentation order.
pub struct Library {
    notes: Vec<RunbookNote>,
    write: Box<Write>,
    pages: BTreeMap<&'static str, KeptPage>,
    list: OnceLock<Bytes>,
}

/// A page in both of its forms, once it was asked for.
#[derive(Debug, Default)]
struct KeptPage {
    /// Where its note stands.
    place: usize,
    markdown: OnceLock<Bytes>,
    html: OnceLock<Bytes>,
}

/// Whoever knows the settings tells here. Cloning shares it.
#[derive(Clone, Debug)]
pub struct Runbooks(Arc<watch::Sender<Arc<Library>>>);

impl Default for Runbooks {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(Arc::new(Library::new(Vec::new(), |_| None)))))
    }
}

impl Runbooks {
    /// Replaces all runbooks.
    pub fn set(&self, library: Library) {
        self.0.send_replace(Arc::new(library));
    }

    /// The runbooks in force.
    pub(crate) fn library(&self) -> Arc<Library> {
        Arc::clone(&self.0.borrow())
    }
}

impl Library {
    /// The runbooks that `notes` names; `write` gives the Markdown of one by its name.
    pub fn new(
        notes: Vec<RunbookNote>,
        write: impl Fn(&str) -> Option<String> + Send + Sync + 'static,
    ) -> Self {
        let pages = notes
            .iter()
            .enumerate()
            .map(|(place, note)| (note.name, KeptPage { place, ..KeptPage::default() }))
            .collect();
        Self { notes, write: Box::new(write), pages, list: OnceLock::new() }
    }

    /// What there is, in documentation order.
    pub(crate) fn notes(&self) -> &[RunbookNote] {
        &self.notes
    }

    /// The note about the runbook `name`.
    pub(crate) fn note(&self, name: &str) -> Option<&RunbookNote> {
        self.notes.get(self.pages.get(name)?.place)
    }

    /// The runbook `name` as Markdown.
    pub(crate) fn markdown(&self, name: &str) -> Option<Bytes> {
        let page = self.pages.get(name)?;
        // What is not written after all is an empty page rather than one that is tried again with each request.
        let text = || (self.write)(name).unwrap_or_default();
        Some(page.markdown.get_or_init(|| kept(text())).clone())
    }

    /// The runbook `name` as `render` makes a page of its note and its Markdown.
    pub(crate) fn html(
        &self,
        name: &str,
        render: impl FnOnce(&RunbookNote, &str) -> String,
    ) -> Option<Bytes> {
        let (note, page) = (self.note(name)?, self.pages.get(name)?);
        let markdown = self.markdown(name)?;
        let html = || render(note, str::from_utf8(&markdown).unwrap_or_default());
        Some(page.html.get_or_init(|| kept(html())).clone())
    }

    /// The list as `render` makes it.
    pub(crate) fn list(&self, render: impl FnOnce(&[RunbookNote]) -> String) -> Bytes {
        self.list.get_or_init(|| kept(render(&self.notes))).clone()
    }
}

impl fmt::Debug for Library {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Library").field("notes", &self.notes).finish_non_exhaustive()
    }
}

/// Without the room that the text was given to grow.
fn kept(text: String) -> Bytes {
    Bytes::from(text.into_boxed_str().into_boxed_bytes())
}

#[cfg(test)]
mod tests {
    use core::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    fn note(name: &'static str) -> RunbookNote {
        RunbookNote {
            name,
            exporter: "example",
            question: "Is it in time?",
            severity: Severity::Info,
            owner: Owner::Data,
            summary: "it is late".to_owned(),
        }
    }

    #[test]
    fn a_page_is_written_when_it_is_first_asked_for_and_then_kept() {
        let written = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&written);
        let library = Library::new(vec![note("LookoutLate")], move |name| {
            counter.fetch_add(1, Ordering::Relaxed);
            Some(format!("# {name}"))
        });
        assert_eq!(written.load(Ordering::Relaxed), 0);
        let first = library.html("LookoutLate", |note, text| format!("{}: {text}", note.exporter)).unwrap();
        assert_eq!(first, "example: # LookoutLate");
        let again = library.html("LookoutLate", |_, _| String::new()).unwrap();
        assert_eq!(first.as_ptr(), again.as_ptr(), "it is the same memory");
        assert_eq!(library.markdown("LookoutLate").unwrap(), "# LookoutLate");
        assert_eq!(written.load(Ordering::Relaxed), 1);
    }

    #[test]
    fn another_configuration_replaces_what_was_kept() {
        let runbooks = Runbooks::default();
        assert_eq!(runbooks.library().notes(), []);
        for threshold in ["10m", "20m"] {
            runbooks.set(Library::new(vec![note("LookoutLate")], move |_| Some(threshold.to_owned())));
            assert_eq!(runbooks.library().markdown("LookoutLate").unwrap(), threshold);
        }
    }

    #[test]
    fn what_was_not_announced_is_not_written() {
        let library = Library::new(vec![note("LookoutLate")], |name| Some(name.to_owned()));
        assert_eq!(library.markdown("LookoutLater"), None);
        assert_eq!(library.html("", |_, _| String::new()), None);
    }
}
