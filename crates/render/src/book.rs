//! The reference as a book: metrics, alerts with their runbooks, recording rules, boards, settings, rights and reasons.
//!
//! The pages are Markdown that reads well in the repository, and the folder is a book of mdBook as it is: `SUMMARY.md` is its
//! contents, `book.toml` says that the pages lie beside it. In the repository the runbooks and pictures lie elsewhere and are
//! linked; a book for a folder of its own holds the runbooks.
//!
//! Invariant: every link leads to a page of the book or, in the repository, to a file that is generated too. A test follows
//! them all.
//!
//! How to get it wrong: a page that `SUMMARY.md` does not list. mdBook leaves it out without a word.

mod boards;
mod configuration;
mod recordings;

use core::fmt::Write as _;
use core::iter;
use std::collections::BTreeSet;

use lookout_catalog::Settings;
use lookout_declarations::Declared;

use crate::{GeneratedFile, Handbook, RenderError, generated::header, reference};

/// Where the book will lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place<'a> {
    /// `docs/reference` of the repository, beside the runbooks and the pictures of the boards.
    Repository {
        /// The slugs of the boards that have a picture.
        pictures: &'a BTreeSet<&'a str>,
    },
    /// A folder of its own.
    Folder,
}

/// The folder of the book in the repository.
pub(crate) const FOLDER: &str = "docs/reference";

/// Where the picture of a board lies in the repository, if `cargo xtask boards` has drawn it.
pub(crate) fn picture(slug: &str) -> String {
    format!("docs/images/boards/{slug}.png")
}

/// A page, and where it stands in the contents.
struct Page {
    path: String,
    title: String,
    /// Below which page, by its path; the chapters are below none.
    below: Option<&'static str>,
    text: String,
}

impl Page {
    fn new(path: impl Into<String>, title: &str, below: Option<&'static str>, text: String) -> Self {
        Self { path: path.into(), title: title.to_owned(), below, text }
    }

    fn file(&self) -> GeneratedFile {
        GeneratedFile::markdown(self.path.clone(), ORIGIN, &format!("# {}\n\n{}", self.title, self.text))
    }
}

const ORIGIN: &str = "the catalogue";
const METRICS: &str = "metrics.md";
const ALERTS: &str = "alerts.md";
const BOARDS: &str = "boards.md";
const CONFIGURATION: &str = "configuration.md";

/// The book of `catalogue`, which `settings` declare. Paths are those within the book's folder.
///
/// # Errors
/// [`RenderError`] if a runbook or the settings cannot be written.
pub fn book(
    catalogue: &[Declared],
    settings: &Settings,
    place: Place<'_>,
) -> Result<Vec<GeneratedFile>, RenderError> {
    let mut pages = metrics(catalogue);
    pages.extend(alerts(catalogue, place));
    pages.push(recordings::page(catalogue));
    pages.extend(boards::pages(catalogue, place));
    pages.extend(configuration::pages());
    pages.push(permissions(catalogue));
    pages.push(reasons(catalogue));
    let mut files: Vec<GeneratedFile> = pages.iter().map(Page::file).collect();
    let mut runbooks = Vec::new();
    if place == Place::Folder {
        let handbook = Handbook::new(catalogue, settings)?.with_grafana(&settings.notifications.grafana_url);
        for alert in catalogue.iter().flat_map(|declared| &declared.alerts) {
            let Some(text) = handbook.page(alert.name)? else { continue };
            let path = format!("runbooks/{}.md", alert.name);
            files.push(GeneratedFile::markdown(path.clone(), ORIGIN, &text));
            runbooks.push((alert.name, path));
        }
    }
    files.push(GeneratedFile::markdown("README.md", ORIGIN, INTRODUCTION));
    files.push(GeneratedFile { path: "SUMMARY.md".to_owned(), contents: contents(&pages, &runbooks) });
    files.push(GeneratedFile {
        path: "book.toml".to_owned(),
        contents: format!(
            "# {}\n[book]\ntitle = \"Lookout\"\nlanguage = \"en\"\nsrc = \".\"\n",
            header(ORIGIN)
        ),
    });
    Ok(files)
}

const INTRODUCTION: &str = "# Reference\n\n\
    Everything that Lookout declares, written from the declarations themselves.\n\n\
    - [Metrics](metrics.md): what is exposed, by exporter.\n\
    - [Alerts](alerts.md): what notifies whom, each with its runbook.\n\
    - [Recording rules](recordings.md): what is computed from the metrics.\n\
    - [Boards](boards.md): what the dashboards show.\n\
    - [Configuration](configuration.md): every setting with its default.\n\
    - [Permissions](permissions.md): every right that is used, and what is lost without it.\n\
    - [Reasons](reasons.md): why something could not be read, and what to do.\n";

/// mdBook's list of pages: <https://rust-lang.github.io/mdBook/format/summary.html>.
fn contents(pages: &[Page], runbooks: &[(&str, String)]) -> String {
    let mut text = format!("<!-- {} -->\n\n# Summary\n\n[Reference](README.md)\n\n", header(ORIGIN));
    for chapter in pages.iter().filter(|page| page.below.is_none()) {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "- [{}]({})", chapter.title, chapter.path);
        for page in pages.iter().filter(|page| page.below == Some(&chapter.path)) {
            let _ = writeln!(text, "  - [{}]({})", page.title, page.path);
        }
        if chapter.path == ALERTS {
            for (name, path) in runbooks {
                let _ = writeln!(text, "  - [{name}]({path})");
            }
        }
    }
    text
}

/// A chapter that lists its pages, each with a sentence.
fn chapter(
    path: &'static str,
    title: &str,
    text: &str,
    pages: &[Page],
    said: impl Fn(&Page) -> String,
) -> Page {
    let mut text = format!("{text}\n\n");
    for page in pages {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "- [{}]({}): {}", page.title, page.path, said(page));
    }
    Page::new(path, title, None, text)
}

fn question(catalogue: &[Declared], name: &str) -> String {
    catalogue
        .iter()
        .find(|declared| declared.spec.name == name)
        .map_or("", |declared| declared.spec.question)
        .to_owned()
}

fn metrics(catalogue: &[Declared]) -> Vec<Page> {
    let specs = catalogue.iter().map(|declared| declared.spec).filter(|spec| !spec.metrics.is_empty());
    let pages: Vec<Page> = specs
        .map(|spec| {
            let text = format!("{}\n\n{}", spec.question, reference::metrics(spec.metrics));
            Page::new(format!("metrics/{}.md", spec.name), spec.name, Some(METRICS), text)
        })
        .collect();
    let text = "Everything that Lookout exposes. A stable name changes only with a major version; an experimental one may \
                change with any.";
    let chapter = chapter(METRICS, "Metrics", text, &pages, |page| question(catalogue, &page.title));
    iter::once(chapter).chain(pages).collect()
}

fn alerts(catalogue: &[Declared], place: Place<'_>) -> Vec<Page> {
    let runbooks = match place {
        Place::Repository { .. } => "../../../rules/generated/runbooks",
        Place::Folder => "../runbooks",
    };
    let pages: Vec<Page> = catalogue
        .iter()
        .filter(|declared| !declared.alerts.is_empty())
        .map(|declared| {
            let text = reference::alerts(&declared.alerts, runbooks);
            Page::new(format!("alerts/{}.md", declared.spec.name), declared.spec.name, Some(ALERTS), text)
        })
        .collect();
    let severities = catalogue.iter().flat_map(|declared| &declared.alerts).map(|alert| alert.severity);
    let count = |severity| severities.clone().filter(|other| *other == severity).count();
    let text = format!(
        "An alert that is critical wakes somebody up ({}), a warning is a ticket ({}), an info is worth knowing ({}). Each has a \
         runbook, and cases that prove when it fires and when it does not.",
        count(lookout_declarations::Severity::Critical),
        count(lookout_declarations::Severity::Warning),
        count(lookout_declarations::Severity::Info),
    );
    let chapter = chapter(ALERTS, "Alerts", &text, &pages, |page| question(catalogue, &page.title));
    iter::once(chapter).chain(pages).collect()
}

fn permissions(catalogue: &[Declared]) -> Page {
    let mut text =
        "Every right that Lookout uses, why, and what is lost without it. It asks for no other.\n".to_owned();
    for spec in catalogue.iter().map(|declared| declared.spec).filter(|spec| !spec.permissions.is_empty()) {
        // Writing to a String cannot fail.
        let _ = write!(text, "\n## {}\n\n{}", spec.name, reference::permissions(spec.permissions));
    }
    Page::new("permissions.md", "Permissions", None, text)
}

fn reasons(catalogue: &[Declared]) -> Page {
    let specs: Vec<_> = catalogue.iter().map(|declared| declared.spec).collect();
    let text = format!(
        "Why a source, or an item of one, could not be read: the values of the label `reason`.\n\n{}",
        reference::reasons_by_exporter(&specs)
    );
    Page::new("reasons.md", "Reasons", None, text)
}
