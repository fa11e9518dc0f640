//! The answer in the first lines: is everything that should be watched being watched?
//!
//! Invariant: "all well" is said only if every source works completely, everything collected is served, and the
//! configuration in force is the newest. Whatever speaks against it is named beside the number.

use super::found;
use super::model::{Condition, PageModel};
use super::text::Text;
use super::words::{as_u64, count, dated, grouped, listed, paragraphs, verb};
use crate::suite::Standing;

/// How it stands, in one word, one line and some sentences.
pub(super) struct Answer {
    pub(super) verdict: Verdict,
    /// Whether it is what is found wrong, rather than that something cannot be read.
    pub(super) is_about_findings: bool,
    /// For the title of the window: as short as it gets.
    pub(super) title: String,
    headline: String,
    /// Sentences, as HTML.
    remarks: Vec<String>,
}

/// The answer as a colour and a sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Bad,
    Warn,
    Idle,
    Good,
}

/// What the answer is made of.
struct Counts {
    sources: usize,
    /// Sources of something other than Lookout itself.
    watched: usize,
    failing: usize,
    partial: usize,
    unread: usize,
    /// Things that could be read, and are wrong.
    found: u64,
    /// Those of them that somebody must get up for.
    critical: u64,
    withheld: usize,
    rejected: usize,
}

impl Verdict {
    /// The class that repeats it by a colour.
    pub(super) const fn class(self) -> &'static str {
        match self {
            Self::Bad => "bad",
            Self::Warn => "warn",
            Self::Idle => "idle",
            Self::Good => "good",
        }
    }
}

impl Answer {
    pub(super) fn of(model: &PageModel) -> Self {
        let counts = Counts::of(model);
        let sources = count(counts.sources, "source", "sources");
        let of_sources = |number: usize| format!("{} of {sources}", grouped(as_u64(number)));
        let (failing, partial, unread) = (counts.failing, counts.partial, counts.unread);
        let (verdict, title, headline) = if failing > 0 {
            let fail = verb(failing, "fails", "fail");
            (Verdict::Bad, format!("{failing} failing"), format!("{} {fail}", of_sources(failing)))
        } else if counts.watched == 0 {
            (Verdict::Warn, "Nothing watched".to_owned(), "Nothing is being watched".to_owned())
        } else if counts.found > 0 {
            let headline = found::sentence(counts.found);
            let verdict = if counts.critical > 0 { Verdict::Bad } else { Verdict::Warn };
            (verdict, format!("{} found wrong", grouped(counts.found)), headline)
        } else if partial > 0 {
            let headline = format!("{} cannot read everything", of_sources(partial));
            (Verdict::Warn, format!("{partial} partial"), headline)
        } else if unread > 0 {
            let have = verb(unread, "has", "have");
            let headline = format!("{} {have} not been read yet", of_sources(unread));
            (Verdict::Idle, format!("{unread} not read yet"), headline)
        } else if counts.withheld > 0 {
            let headline = format!("All {sources} work, but not all series are served");
            (Verdict::Warn, format!("{} withheld", counts.withheld), headline)
        } else if counts.rejected > 0 {
            let headline = format!("All {sources} work, by an older configuration");
            (Verdict::Warn, "configuration refused".to_owned(), headline)
        } else {
            (Verdict::Good, "all well".to_owned(), format!("All {sources} work"))
        };
        let is_about_findings = failing == 0 && counts.found > 0;
        Self { verdict, is_about_findings, title, headline, remarks: remarks(model, &counts, verdict) }
    }

    pub(super) fn write(&self, page: &mut String, model: &PageModel) {
        put!(page, "\n<section class=\"answer {}\" aria-labelledby=\"answer\">", self.verdict.class());
        put!(page, "\n<h1 id=\"answer\">{}</h1>", self.headline);
        paragraphs(page, &self.remarks);
        page.push_str("\n<dl class=\"tally\">");
        for condition in Condition::ALL.iter().rev() {
            let number = model.count(&[*condition]);
            if number > 0 || matches!(condition, Condition::Working | Condition::Failing) {
                let class = if number > 0 { condition.class() } else { "none" };
                let (word, number) = (condition.word(), grouped(as_u64(number)));
                put!(page, "<div class=\"{class}\"><dt>{word}</dt><dd>{number}</dd></div>");
            }
        }
        let (now, prefix) = (dated(model.now), Text(&model.prefix));
        put!(
            page,
            "</dl><p class=\"quiet\">As of {now}. <a class=\"again\" href=\"{prefix}/\">Look again</a></p></section>"
        );
    }
}

impl Counts {
    fn of(model: &PageModel) -> Self {
        Self {
            sources: model.sources().count(),
            watched: model.sources().filter(|(exporter, _)| !exporter.is_lookout()).count(),
            failing: model.count(Condition::FAILING),
            partial: model.count(&[Condition::Partial]),
            unread: model.count(&[Condition::Unread]),
            found: found::number(model),
            critical: found::critical(model),
            withheld: model.exporters.iter().map(|exporter| exporter.withheld().len()).sum(),
            rejected: model.configurations.values().filter(|figures| figures.rejected.is_some()).count(),
        }
    }
}

/// What the headline does not say.
fn remarks(model: &PageModel, counts: &Counts, verdict: Verdict) -> Vec<String> {
    let mut also = Vec::new();
    let mut add = |number: usize, what: String| {
        if number > 0 {
            also.push(what);
        }
    };
    if counts.failing > 0 && counts.found > 0 {
        add(1, found::sentence(counts.found));
    }
    if counts.failing > 0 || counts.found > 0 {
        let partial = count(counts.partial, "source", "sources");
        add(counts.partial, format!("{partial} cannot read everything"));
    }
    if counts.failing + counts.partial > 0 || counts.found > 0 {
        let have = verb(counts.unread, "has", "have");
        let unread = count(counts.unread, "source", "sources");
        add(counts.unread, format!("{unread} {have} not been read yet"));
    }
    let are = verb(counts.withheld, "is", "are");
    add(
        counts.withheld,
        format!("{} {are} withheld", count(counts.withheld, "family of series", "families of series")),
    );
    add(counts.rejected, "the newest configuration is not in force, because it is wrong".to_owned());
    let mut remarks = Vec::new();
    if counts.watched == 0 {
        remarks.push(nothing(model));
    }
    if counts.critical > 0 {
        let are = if counts.critical == 1 { "is" } else { "are" };
        let critical = grouped(counts.critical);
        remarks.push(format!("{critical} of what is found wrong {are} <a href=\"#found\">critical</a>."));
    }
    match verdict {
        Verdict::Good => remarks.push("Everything that is configured is being watched.".to_owned()),
        _ if also.is_empty() => {}
        _ => remarks.push(format!("Also: {}.", listed(&also))),
    }
    let absent =
        model.exporters.iter().filter(|exporter| !matches!(exporter.standing, None | Some(Standing::Active)));
    let absent: Vec<_> = absent.map(|exporter| Text(exporter.name).to_string()).collect();
    if !absent.is_empty() {
        let absent = listed(&absent);
        remarks.push(format!("<a href=\"#not-watched\">Not watched</a>: {absent}."));
    }
    remarks
}

fn nothing(model: &PageModel) -> String {
    let by_itself = if model.probes {
        "Lookout answers probes on demand, and looks at nothing by itself"
    } else {
        "No exporter has anything to look at"
    };
    format!("{by_itself}. <a href=\"#not-watched\">Not watched</a> says what to write to change that.")
}
