//! What is found wrong: Lookout could read it, and somebody has to mend it.
//!
//! It is what `lookout check` calls wrong, by the same judgement. Alerts tell it sooner or later, by their own thresholds;
//! a person who looks at the page should not have to know that.
//!
//! How to get it wrong: counting it against the source. A source works if it tells the truth, also a sad one.

use super::attention::{MAX_MESSAGE, MAX_NAME, begin_card, end_card};
use super::model::PageModel;
use super::text::{Clipped, Prose, Text};
use super::words::{grouped, verb};
use crate::source::Finding;

/// Sources that are told one by one.
const MAX_SOURCES: usize = 12;
/// Findings of one source that are told one by one.
const MAX_FINDINGS: usize = 3;

/// How many things are wrong.
pub(super) fn number(model: &PageModel) -> u64 {
    model.sources().map(|(_, source)| source.findings.count).sum()
}

/// The same as a sentence without its end.
pub(super) fn sentence(number: u64) -> String {
    let things = verb(usize::try_from(number).unwrap_or(usize::MAX), "thing is", "things are");
    format!("{} {things} wrong with what is watched", grouped(number))
}

pub(super) fn write(page: &mut String, model: &PageModel) {
    if number(model) == 0 {
        return;
    }
    page.push_str("\n<section aria-labelledby=\"found\"><h2 id=\"found\">Found wrong</h2>");
    let with_findings = || model.sources().filter(|(_, source)| source.findings.count > 0);
    for (exporter, source) in with_findings().take(MAX_SOURCES) {
        begin_card(page, "warn", "wrong");
        put!(page, "{}: {}</h3>", Text(exporter.name), Clipped(&source.name, MAX_NAME));
        match source.findings.examples.as_slice() {
            [only] if source.findings.count == 1 => {
                put!(page, "\n<p class=\"message\">{}</p>", told(only, &source.name));
                end_card(page, Some(&only.remedy), model.runbooks_of(exporter.name));
            }
            examples => {
                list(page, examples, &source.name);
                let more = source.findings.count.saturating_sub(MAX_FINDINGS as u64);
                if more > 0 {
                    let (more, name) = (grouped(more), Text(exporter.name));
                    let (prefix, check) = (Text(&model.prefix), "<code>lookout check</code>");
                    put!(
                        page,
                        "\n<p>And {more} more; {check} names each, and so do <a href=\"{prefix}/metrics/{name}\">the metrics</a>.</p>"
                    );
                }
                end_card(page, None, model.runbooks_of(exporter.name));
            }
        }
    }
    let sources = with_findings().count();
    if sources > MAX_SOURCES {
        let more = grouped((sources - MAX_SOURCES) as u64);
        put!(page, "\n<p>And so it is with {more} more sources; <code>lookout check</code> names each.</p>");
    }
    page.push_str("</section>");
}

/// The first findings of a source, each with its remedy.
fn list(page: &mut String, findings: &[Finding], source: &str) {
    page.push_str("\n<ul>");
    for finding in findings.iter().take(MAX_FINDINGS) {
        let remedy = Prose(&finding.remedy, MAX_MESSAGE);
        put!(page, "\n<li><p class=\"message\">{}</p>", told(finding, source));
        put!(page, "\n<p><strong>What to do:</strong> {remedy}.</p></li>");
    }
    page.push_str("</ul>");
}

/// What is wrong with what; the subject only if it is not the source itself.
fn told(finding: &Finding, source: &str) -> String {
    let message = Clipped(&finding.message, MAX_MESSAGE);
    if finding.subject == source {
        return message.to_string();
    }
    format!("<strong>{}</strong>: {message}", Clipped(&finding.subject, MAX_NAME))
}
