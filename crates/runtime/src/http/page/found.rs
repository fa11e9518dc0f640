//! What is found wrong: Lookout could read it, and somebody has to mend it.
//!
//! It is what `lookout check` calls wrong, by the same judgement. Alerts tell it sooner or later, by their own thresholds;
//! a person who looks at the page should not have to know that. What one alert tells of is one entry, whatever source saw it, and
//! the gravest come first.
//!
//! How to get it wrong: counting it against the source. A source works if it tells the truth, also a sad one.

use std::collections::BTreeMap;

use lookout_declarations::Severity;

use super::attention::{MAX_MESSAGE, MAX_NAME, begin_card, end_card};
use super::model::{ExporterModel, PageModel, SourceModel};
use super::runbook::severity_class;
use super::text::{Clipped, Prose, Text};
use super::words::{grouped, verb};
use crate::findings::{AlertName, Finding};
use crate::runbooks::RunbookNote;

/// Entries that are shown.
const MAX_ENTRIES: usize = 16;
/// Findings of one entry that are told one by one.
const MAX_FINDINGS: usize = 4;

/// What one alert of an exporter tells of; or, where none does, one of its sources.
struct Entry<'a> {
    exporter: &'a ExporterModel,
    /// The alert, if its runbook is there.
    note: Option<&'a RunbookNote>,
    /// One of the sources that saw it.
    source: &'a SourceModel,
    number: u64,
    examples: Vec<&'a Finding>,
}

/// By what findings are put together: the gravest first, then in the order of the exporters, then by what they share.
type Key<'a> = (Severity, usize, Result<&'static str, &'a str>);

/// How many things are wrong.
pub(super) fn number(model: &PageModel) -> u64 {
    model.sources().map(|(_, source)| source.findings.count()).sum()
}

/// How many of them somebody must get up for.
pub(super) fn critical(model: &PageModel) -> u64 {
    let of_source = |source: &SourceModel| -> u64 {
        let counts = source.findings.by_alert.iter();
        counts
            .filter(|(alert, _)| severity(model, **alert) == Severity::Critical)
            .map(|(_, count)| count)
            .sum()
    };
    model.sources().map(|(_, source)| of_source(source)).sum()
}

/// The same as a sentence without its end.
pub(super) fn sentence(number: u64) -> String {
    let things = verb(usize::try_from(number).unwrap_or(usize::MAX), "thing is", "things are");
    format!("{} {things} wrong with what is watched", grouped(number))
}

pub(super) fn write(page: &mut String, model: &PageModel) {
    let entries = entries(model);
    if entries.is_empty() {
        return;
    }
    page.push_str("\n<section aria-labelledby=\"found\"><h2 id=\"found\">Found wrong</h2>");
    for entry in entries.iter().take(MAX_ENTRIES) {
        entry.write(page, model);
    }
    let further: u64 = entries.iter().skip(MAX_ENTRIES).map(|entry| entry.number).sum();
    if further > 0 {
        let things =
            verb(usize::try_from(further).unwrap_or(usize::MAX), "further thing is", "further things are");
        let further = grouped(further);
        put!(
            page,
            "\n<p>{further} {things} wrong, no graver than these; <code>lookout check</code> names each.</p>"
        );
    }
    page.push_str("</section>");
}

fn severity(model: &PageModel, alert: Option<AlertName>) -> Severity {
    note(model, alert).map_or(Severity::Warning, |note| note.severity)
}

fn note(model: &PageModel, alert: Option<AlertName>) -> Option<&RunbookNote> {
    model.runbooks.get(alert?.as_str())
}

fn entries(model: &PageModel) -> Vec<Entry<'_>> {
    let mut entries = BTreeMap::<Key<'_>, Entry<'_>>::new();
    for (place, exporter) in model.exporters.iter().enumerate() {
        for source in &exporter.sources {
            for (alert, count) in &source.findings.by_alert {
                let note = note(model, *alert);
                let shared = note.map(|note| note.name).ok_or(source.name.as_str());
                let key = (severity(model, *alert), place, shared);
                let empty = || Entry { exporter, note, source, number: 0, examples: Vec::new() };
                let entry = entries.entry(key).or_insert_with(empty);
                entry.number += count;
                let examples = source.findings.examples.iter().filter(|finding| finding.alert == *alert);
                let room = MAX_FINDINGS.saturating_sub(entry.examples.len());
                entry.examples.extend(examples.take(room));
            }
        }
    }
    entries.into_values().collect()
}

impl Entry<'_> {
    fn write(&self, page: &mut String, model: &PageModel) {
        let exporter = Text(self.exporter.name);
        if let Some(note) = self.note {
            begin_card(page, severity_class(note.severity), note.severity.as_str());
            put!(page, "{exporter}: {}</h3>", Clipped(&note.summary, MAX_MESSAGE));
        } else {
            begin_card(page, "warn", "wrong");
            put!(page, "{exporter}: {}</h3>", Clipped(&self.source.name, MAX_NAME));
        }
        let shared = self.shared_remedy();
        match self.examples.as_slice() {
            [only] if self.number == 1 => put!(page, "\n<p class=\"message\">{}</p>", self.told(only)),
            examples => self.list(page, examples, shared.is_none()),
        }
        let more = self.number.saturating_sub(self.examples.len() as u64);
        if more > 0 {
            let (more, prefix) = (grouped(more), Text(&model.prefix));
            put!(
                page,
                "\n<p>And {more} more; <code>lookout check</code> names each, and so do \
                 <a href=\"{prefix}/metrics/{exporter}\">the metrics</a>.</p>"
            );
        }
        let runbook = self.note.and_then(|note| model.runbook(note.name));
        end_card(page, shared, runbook.or_else(|| model.runbooks_of(self.exporter.name)));
    }

    /// What helps with all of them.
    fn shared_remedy(&self) -> Option<&str> {
        let (first, rest) = self.examples.split_first()?;
        rest.iter().all(|finding| finding.remedy == first.remedy).then_some(&first.remedy)
    }

    fn list(&self, page: &mut String, findings: &[&Finding], with_remedies: bool) {
        page.push_str("\n<ul>");
        for finding in findings {
            put!(page, "\n<li><p class=\"message\">{}</p>", self.told(finding));
            if with_remedies {
                let remedy = Prose(&finding.remedy, MAX_MESSAGE);
                put!(page, "\n<p><strong>What to do:</strong> {remedy}.</p>");
            }
            page.push_str("</li>");
        }
        page.push_str("</ul>");
    }

    /// What is wrong with what; the subject only if the heading has not said it.
    fn told(&self, finding: &Finding) -> String {
        let message = Clipped(&finding.message, MAX_MESSAGE);
        if self.note.is_none() && finding.subject == self.source.name {
            return message.to_string();
        }
        format!("<strong>{}</strong>: {message}", Clipped(&finding.subject, MAX_NAME))
    }
}
