//! What needs attention, the gravest first: what is wrong, why, since when, what is served meanwhile, what to do.
//!
//! Sources that fail for the same reason are one entry: when a resolver is down, 600 sources have one cause and one
//! remedy. Each list is cut at a stated number, and the cut is said.

mod group;
mod own;

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use lookout_declarations::Reason;
use lookout_self_metrics::metrics::Configuration;

use self::group::Group;
use super::model::{Condition, ExporterModel, Limit, PageModel};
use super::runbook::RunbookLink;
use super::text::Prose;
use super::words::{between, count};
use crate::reload::Rejected;

/// Entries about sources; a person reads no more than this before mending something.
const MAX_ENTRIES: usize = 12;
/// The most characters of a name, here and in the tables.
pub(super) const MAX_NAME: usize = 120;
/// The most characters of a message: a chain of errors, not a page of HTML that somebody's proxy sent.
pub(super) const MAX_MESSAGE: usize = 400;
/// Less than this is left of a certificate that should have been renewed by now; the alert has the same.
const CERTIFICATE_RENEWAL: Duration = Duration::from_hours(7 * 24);

/// Everything that needs attention.
pub(super) struct Attention<'a> {
    groups: Vec<Group<'a>>,
    rejected: Vec<(Configuration, &'a Rejected)>,
    withheld: Vec<&'a ExporterModel>,
    certificate: Option<Timestamp>,
    limits: Vec<&'a Limit>,
}

impl<'a> Attention<'a> {
    pub(super) fn of(model: &'a PageModel) -> Self {
        let mut groups: BTreeMap<(Condition, usize, Option<Reason>), Group<'a>> = BTreeMap::new();
        for (place, exporter) in model.exporters.iter().enumerate() {
            for source in &exporter.sources {
                let (condition, reason) = (source.condition, source.trouble());
                if !matches!(condition, Condition::Unread | Condition::Working) {
                    groups
                        .entry((condition, place, reason))
                        .or_insert_with(|| Group { exporter, condition, reason, sources: Vec::new() })
                        .sources
                        .push(source);
                }
            }
        }
        let rejected = model.configurations.iter();
        let expires_soon = |moment: &Timestamp| between(model.now, *moment) < CERTIFICATE_RENEWAL;
        Self {
            groups: groups.into_values().collect(),
            rejected: rejected
                .filter_map(|(which, figures)| Some((*which, figures.rejected.as_ref()?)))
                .collect(),
            withheld: model.exporters.iter().filter(|exporter| !exporter.withheld().is_empty()).collect(),
            certificate: model.certificate_not_after.filter(expires_soon),
            limits: model.limits.iter().filter(|limit| limit.nearly_spent()).collect(),
        }
    }

    /// The number of sources and other things that need attention.
    pub(super) fn len(&self) -> usize {
        self.groups.iter().map(|group| group.sources.len()).sum::<usize>()
            + self.rejected.len()
            + self.withheld.len()
            + usize::from(self.certificate.is_some())
            + self.limits.len()
    }

    pub(super) fn write(&self, page: &mut String, model: &PageModel) {
        if self.len() == 0 {
            return;
        }
        page.push_str("\n<section aria-labelledby=\"attention\"><h2 id=\"attention\">Needs attention</h2>");
        for group in self.groups.iter().take(MAX_ENTRIES) {
            group.write(page, model);
        }
        let more = self.groups.get(MAX_ENTRIES..).unwrap_or_default();
        if !more.is_empty() {
            let sources = more.iter().map(|group| group.sources.len()).sum();
            let sources = count(sources, "further source has", "further sources have");
            put!(
                page,
                "\n<p>{sources} other troubles; see <a href=\"#watched\">the sources</a> and the log.</p>"
            );
        }
        for (which, rejected) in &self.rejected {
            own::refused(page, *which, rejected, model);
        }
        for exporter in &self.withheld {
            own::withheld(page, exporter, model);
        }
        if let Some(not_after) = self.certificate {
            own::certificate(page, not_after, model);
        }
        for limit in &self.limits {
            own::nearly_spent(page, limit, model);
        }
        page.push_str("</section>");
    }
}

/// Begins an entry; its heading is open.
pub(super) fn begin_card(page: &mut String, class: &str, word: &str) {
    put!(page, "\n<div class=\"card {class}\"><h3><span class=\"badge {class}\">{word}</span> ");
}

/// Ends an entry with what to do, and with the runbook that says more.
pub(super) fn end_card(page: &mut String, remedy: Option<&str>, runbook: Option<RunbookLink<'_>>) {
    let remedy = remedy.map(|remedy| format!("<strong>What to do:</strong> {}.", Prose(remedy, MAX_MESSAGE)));
    let runbook = runbook.map(|runbook| match runbook {
        RunbookLink::One { .. } => format!("See the runbook {runbook}."),
        RunbookLink::AllOf { .. } => format!("See {runbook}."),
    });
    let sentences: Vec<_> = [remedy, runbook].into_iter().flatten().collect();
    if !sentences.is_empty() {
        put!(page, "\n<p class=\"remedy\">{}</p>", sentences.join(" "));
    }
    page.push_str("</div>");
}
