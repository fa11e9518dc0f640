//! Sources of one exporter that have the same trouble, as one entry.

use jiff::Timestamp;
use lookout_declarations::Reason;

use super::super::model::{Condition, ExporterModel, PageModel, SourceModel};
use super::super::text::{Clipped, Prose, Text};
use super::super::words::{as_u64, between, count, grouped, moment, rounded, verb};
use super::{MAX_MESSAGE, MAX_NAME, begin_card, end_card};

/// Sources that are told one by one in an entry.
const MAX_SOURCES: usize = 5;
/// Unreadable items that are told one by one of a source.
const MAX_ITEMS: usize = 3;

/// Sources of one exporter that have the same trouble.
pub(super) struct Group<'a> {
    pub(super) exporter: &'a ExporterModel,
    pub(super) condition: Condition,
    pub(super) reason: Option<Reason>,
    pub(super) sources: Vec<&'a SourceModel>,
}

impl SourceModel {
    /// Why it is not as it should be.
    pub(super) fn trouble(&self) -> Option<Reason> {
        match self.condition {
            Condition::Partial => self.examples.first().map(|fault| fault.reason),
            _ => self.present_failure().map(|failure| failure.reason),
        }
    }
}

impl Group<'_> {
    pub(super) fn write(&self, page: &mut String, model: &PageModel) {
        let number = self.sources.len();
        let exporter = Text(self.exporter.name);
        begin_card(page, self.condition.class(), self.condition.word());
        let title = match self.sources.as_slice() {
            [only] => Clipped(&only.name, MAX_NAME).to_string(),
            _ => count(number, "source", "sources"),
        };
        put!(page, "{exporter}: {title}</h3>");
        if let Some(reason) = self.reason {
            put!(page, "\n<p><code>{reason}</code>: {}</p>", Text(reason.description()));
        }
        let tag = if number > 1 { "li" } else { "div" };
        page.push_str(if number > 1 { "\n<ul>" } else { "" });
        for source in self.sources.iter().take(MAX_SOURCES) {
            put!(page, "<{tag}>");
            if number > 1 {
                put!(page, "\n<p><strong>{}</strong></p>", Clipped(&source.name, MAX_NAME));
            }
            told(page, source, model.now);
            put!(page, "</{tag}>");
        }
        page.push_str(if number > 1 { "</ul>" } else { "" });
        if number > MAX_SOURCES {
            let more = grouped(as_u64(number - MAX_SOURCES));
            let name = Text(self.exporter.name);
            put!(
                page,
                "\n<p>And {more} more for the same reason, <a href=\"#exporter-{name}\">listed below</a>.</p>"
            );
        }
        let runbook = self.alert().and_then(|alert| model.runbook(alert));
        end_card(page, self.reason.map(Reason::remedy), runbook);
    }

    /// The alert of Lookout itself that tells of such sources.
    fn alert(&self) -> Option<&'static str> {
        match self.condition {
            Condition::Withdrawn => Some("LookoutMeasurementsWithdrawn"),
            Condition::Failing if self.sources.iter().all(|source| source.last_success.is_none()) => {
                Some("LookoutSourceNeverSucceeded")
            }
            Condition::Failing => Some("LookoutSourceFailing"),
            Condition::Partial => Some("LookoutItemsUnreadable"),
            Condition::Unread | Condition::Working => None,
        }
    }
}

/// What there is to say about one source: its message, since when, and what is served meanwhile.
fn told(page: &mut String, source: &SourceModel, now: Timestamp) {
    if source.condition == Condition::Partial {
        return items(page, source, now);
    }
    if let Some(failure) = source.present_failure() {
        put!(page, "\n<p class=\"message\">{}</p>", Clipped(&failure.message, MAX_MESSAGE));
    }
    page.push_str("\n<p>");
    if let Some(since) = source.failing_since {
        put!(page, "Failing since {}, for {}. ", moment(since, now), rounded(between(since, now)));
    }
    match source.last_success {
        Some(success) => put!(page, "It last worked at {}. ", moment(success, now)),
        None => page.push_str("It has not worked once since Lookout started. "),
    }
    match (source.condition, source.age) {
        (Condition::Withdrawn, _) => {
            page.push_str("Its measurements were withdrawn because they are old: alerts on them are silent.");
        }
        (_, Some(age)) => put!(page, "What is served of it is {} old.", rounded(age)),
        (_, None) => page.push_str("Nothing of it is served: alerts on it are silent."),
    }
    page.push_str("</p>");
}

/// The items of a source that could not be read. Where the source is its only item, that needs no list.
fn items(page: &mut String, source: &SourceModel, now: Timestamp) {
    if let (1, Some(fault)) = (source.unreadable, source.examples.first())
        && fault.subject == source.name
    {
        put!(page, "\n<p class=\"message\">{}</p>", Clipped(&fault.message, MAX_MESSAGE));
        if let Some(success) = source.last_success {
            put!(page, "\n<p>Tried last at {}.</p>", moment(success, now));
        }
        return;
    }
    let unreadable = usize::try_from(source.unreadable).unwrap_or(usize::MAX);
    let cannot = verb(unreadable, "item cannot", "items cannot");
    let number = grouped(source.unreadable);
    put!(page, "\n<p>{number} {cannot} be read; whatever else belongs to this source is watched.</p>\n<ul>");
    for fault in source.examples.iter().take(MAX_ITEMS) {
        let (subject, message) = (Clipped(&fault.subject, MAX_NAME), Clipped(&fault.message, MAX_MESSAGE));
        put!(page, "\n<li class=\"message\"><strong>{subject}</strong>: {message}");
        if Some(fault.reason) != source.trouble() {
            // The entry's own remedy is for another reason.
            put!(page, " ({}: {})", fault.reason, Prose(fault.reason.remedy(), MAX_MESSAGE));
        }
        page.push_str("</li>");
    }
    page.push_str("</ul>");
    if unreadable > MAX_ITEMS {
        put!(
            page,
            "\n<p>And {} more; <code>lookout check</code> names each.</p>",
            grouped(as_u64(unreadable - MAX_ITEMS))
        );
    }
}
