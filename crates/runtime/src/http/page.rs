//! The page for people at `/`: each source, its state, the age of its data, what is wrong and what to do about it.
//!
//! For a person on call with a phone, and for a newcomer who wants to know what is watched and what is not: the answer
//! first, then what needs attention, then everything. Plain HTML without scripts, readable without styles, by keyboard
//! and by screen reader; states are words, colours only repeat them.
//!
//! Invariants:
//! - A page is a pure function of a [`PageModel`], which is taken from the site at one moment.
//! - It is bounded, however many sources there are and whatever they say: each list and each text is cut at a named
//!   number, and the cut is said.
//! - Every text from outside is escaped where it is written, by [`Text`](text::Text).
//!
//! How to get it wrong: a state that only a colour tells, or a heading that skips a level.

/// Writes HTML to the page.
macro_rules! put {
    ($page:expr, $($argument:tt)*) => {{
        use core::fmt::Write as _;
        // Writing to a String cannot fail.
        let _ = write!($page, $($argument)*);
    }};
}

mod answer;
mod attention;
mod configuration;
mod found;
mod frame;
mod limits;
mod markdown;
mod model;
#[cfg(test)]
mod outline;
#[cfg(test)]
mod page_test;
mod runbook;
#[cfg(test)]
mod runbook_test;
#[cfg(test)]
mod sample;
mod text;
mod unwatched;
mod watched;
mod words;

pub(super) use frame::content_security_policy;

use self::answer::{Answer, Verdict};
use self::attention::Attention;
use self::model::PageModel;
use self::runbook::Server;
use self::words::{count, grouped};
use super::Site;
use super::respond::exporters;
use crate::runbooks::{Library, RunbookNote};
use crate::self_source::HttpFigures;

/// The page at `/`.
pub(super) fn overview(site: &Site, http: &HttpFigures) -> String {
    render(&PageModel::new(site, http))
}

/// The page for a path that does not exist.
pub(super) fn not_found(site: &Site) -> String {
    let mut page = frame::begin(&site.prefix, "Not found – Lookout", Verdict::Idle, &[]);
    page.push_str("\n<h1>There is no such page</h1><p>These are the pages of Lookout.</p>");
    frame::pages(&mut page, &site.prefix, &exporters(site), site.prober.borrow().is_some());
    frame::end(page, "")
}

/// The page of one runbook.
pub(super) fn runbook(site: &Site, library: &Library, note: &RunbookNote, markdown: &str) -> String {
    runbook::one(server(site), library, note, markdown)
}

/// The list of all runbooks.
pub(super) fn runbooks(site: &Site, notes: &[RunbookNote]) -> String {
    runbook::all(server(site), notes)
}

/// The page for a runbook that does not exist.
pub(super) fn no_runbook(site: &Site, asked: &str, nearest: Option<&str>) -> String {
    runbook::none(server(site), asked, nearest)
}

fn server(site: &Site) -> Server<'_> {
    Server { prefix: &site.prefix, build: site.build }
}

fn render(model: &PageModel) -> String {
    let answer = Answer::of(model);
    let attention = Attention::of(model);
    let mut links = vec![
        ("watched", "What is watched".to_owned()),
        ("not-watched", "Not watched".to_owned()),
        ("configuration", "Configuration".to_owned()),
        ("limits", "Limits".to_owned()),
        ("pages", "Pages".to_owned()),
    ];
    let mut troubles = Vec::new();
    if attention.len() > 0 {
        troubles.push(("attention", count(attention.len(), "needs attention", "need attention")));
    }
    let found = found::number(model);
    if found > 0 {
        let at = if answer.is_about_findings { 0 } else { troubles.len() };
        troubles.insert(at, ("found", format!("{} found wrong", grouped(found))));
    }
    links.splice(0..0, troubles);
    let title = format!("{} – Lookout", answer.title);
    let mut page = frame::begin(&model.prefix, &title, answer.verdict, &links);
    answer.write(&mut page, model);
    // What the answer speaks of comes first.
    if answer.is_about_findings {
        found::write(&mut page, model);
        attention.write(&mut page, model);
    } else {
        attention.write(&mut page, model);
        found::write(&mut page, model);
    }
    watched::write(&mut page, model);
    unwatched::write(&mut page, model);
    configuration::write(&mut page, model);
    limits::write(&mut page, model);
    let names: Vec<_> = model
        .exporters
        .iter()
        .filter(|exporter| exporter.statistics.is_some())
        .map(|exporter| exporter.name)
        .collect();
    frame::pages(&mut page, &model.prefix, &names, model.probes);
    frame::end(page, &frame::foot(model.build))
}
