//! What is watched: each exporter with its question and its sources.
//!
//! A page for a person, also with 1,000 sources: a few stand in one table; of many, those in trouble stand in a table of their own,
//! and the others are folded away below it. A table ends when it is long enough. The rest is named, so that "is X watched?" is
//! answered by searching the page, and what is not even named is counted.

use jiff::Timestamp;
use lookout_self_metrics::metrics::SOURCE_UP;

use super::attention::MAX_NAME;
use super::model::{Condition, ExporterModel, PageModel, SourceModel};
use super::text::{Clipped, Text};
use super::words::{as_u64, between, count, grouped, listed, moment, precise, rounded, verb};
use crate::source::DataKind;
use crate::suite::Standing;

/// Sources that an exporter shows without being asked, in trouble or not.
const MAX_OPEN: usize = 12;
/// Rows of an exporter's table.
const MAX_ROWS: usize = 100;

/// What still fits on the page: a fleet of large exporters must not make it a download.
struct Room {
    rows: usize,
    names: usize,
}

impl Room {
    /// Three long tables, and as many further sources as one exporter is made for.
    const PAGE: Self = Self { rows: 3 * MAX_ROWS, names: 1000 };

    fn take(room: &mut usize, wanted: usize) -> usize {
        let taken = wanted.min(*room);
        *room -= taken;
        taken
    }
}

pub(super) fn write(page: &mut String, model: &PageModel) {
    page.push_str("\n<section aria-labelledby=\"watched\"><h2 id=\"watched\">What is watched</h2>");
    page.push_str("\n<p class=\"quiet\">A source works if Lookout can read it, whatever it finds there.</p>");
    let watched = model.exporters.iter().filter(|exporter| exporter.watches());
    let mut room = Room::PAGE;
    for exporter in watched {
        write_exporter(page, exporter, model, &mut room);
    }
    page.push_str("</section>");
}

impl ExporterModel {
    /// Whether it looks at something, or answers when asked.
    fn watches(&self) -> bool {
        !self.sources.is_empty() || self.standing == Some(Standing::Active)
    }
}

fn write_exporter(page: &mut String, exporter: &ExporterModel, model: &PageModel, room: &mut Room) {
    let name = Text(exporter.name);
    put!(page, "\n<section class=\"exporter\" aria-labelledby=\"exporter-{name}\">");
    put!(
        page,
        "\n<h3 id=\"exporter-{name}\">{name}</h3><p class=\"question\">{}</p>",
        Text(exporter.question)
    );
    page.push_str("\n<p class=\"quiet\">");
    if let Some(statistics) = &exporter.statistics {
        put!(page, "{} served. ", count(statistics.series, "series", "series"));
    }
    put!(page, "<a href=\"{}/metrics/{name}\">Metrics of {name}</a></p>", Text(&model.prefix));
    if exporter.sources.is_empty() {
        page.push_str("\n<p>It looks at nothing by itself, and answers on demand.</p></section>");
        return;
    }
    let sources = exporter.sources.as_slice();
    let caption = format!("Sources of {name}");
    if sources.len() <= MAX_OPEN {
        put!(page, "\n<details open><summary>{}</summary>", summary(exporter));
        table(page, &caption, sources, model.now, room);
        page.push_str("</details></section>");
        return;
    }
    put!(page, "\n<p>{}</p>", summary(exporter));
    // The gravest come first, and those that work last.
    let n_troubled = sources.partition_point(|source| source.condition != Condition::Working);
    let (troubled, working) = sources.split_at(n_troubled);
    if !troubled.is_empty() {
        table(page, &format!("{caption} in trouble"), troubled, model.now, room);
    }
    if !working.is_empty() {
        let those = match working {
            [_] => "The one that works".to_owned(),
            several => format!("The {} that work", grouped(as_u64(several.len()))),
        };
        put!(page, "\n<details><summary>{those}</summary>");
        table(page, &format!("{caption} that work"), working, model.now, room);
        page.push_str("</details>");
    }
    page.push_str("</section>");
}

/// The sources in a sentence.
fn summary(exporter: &ExporterModel) -> String {
    let sources = count(exporter.sources.len(), "source", "sources");
    if let [only] = exporter.sources.as_slice() {
        return format!("{sources}, {}", only.condition.word());
    }
    let phrases: Vec<_> = Condition::ALL
        .iter()
        .map(|condition| (condition, exporter.count(&[*condition])))
        .filter(|(_, number)| *number > 0)
        .map(|(condition, number)| format!("{} {}", grouped(as_u64(number)), condition.word()))
        .collect();
    format!("{sources}: {}", listed(&phrases))
}

/// A table of `sources`; `caption` is HTML.
fn table(page: &mut String, caption: &str, sources: &[SourceModel], now: Timestamp, room: &mut Room) {
    page.push_str("\n<table role=\"table\" class=\"sources\">");
    put!(page, "<caption class=\"unseen\">{caption}</caption>");
    page.push_str("<thead role=\"rowgroup\"><tr role=\"row\">");
    for heading in ["Source", "State", "Data served", "Last success", "Next look", "Last look took"] {
        put!(page, "<th scope=\"col\" role=\"columnheader\">{heading}</th>");
    }
    page.push_str("</tr></thead><tbody role=\"rowgroup\">");
    let rows = Room::take(&mut room.rows, sources.len().min(MAX_ROWS));
    let (shown, rest) = sources.split_at(rows);
    for source in shown {
        row(page, source, now);
    }
    page.push_str("</tbody></table>");
    for condition in Condition::ALL {
        let named: Vec<_> = rest.iter().filter(|source| source.condition == *condition).collect();
        if !named.is_empty() {
            others(page, *condition, &named, room);
        }
    }
}

fn row(page: &mut String, source: &SourceModel, now: Timestamp) {
    const CELL: &str = "<td role=\"cell\">";
    let condition = source.condition;
    put!(
        page,
        "\n<tr role=\"row\"><th scope=\"row\" role=\"rowheader\">{}</th>",
        Clipped(&source.name, MAX_NAME)
    );
    put!(page, "{CELL}<span class=\"badge {}\">{}</span>", condition.class(), condition.word());
    if let Some(failure) = source.present_failure() {
        put!(page, " <span class=\"why\"><code>{}</code>", failure.reason);
        if let Some(since) = source.failing_since {
            put!(page, " for {}", rounded(between(since, now)));
        }
        page.push_str("</span>");
    }
    if condition == Condition::Partial {
        put!(page, " <span class=\"why\">{} not readable</span>", grouped(source.unreadable));
    }
    if source.findings.count() > 0 {
        let found = grouped(source.findings.count());
        put!(page, " <a class=\"why\" href=\"#found\">{found} found wrong</a>");
    }
    let kind = match source.data {
        DataKind::Facts => "facts",
        DataKind::Measurements => "measurements",
    };
    let served = source.age.map(|age| format!("{kind}, {} old", rounded(age)));
    put!(page, "</td>{CELL}{}</td>", served.unwrap_or_else(|| format!("no {kind}")));
    let success = source.last_success.map(|success| moment(success, now));
    put!(page, "{CELL}{}", success.unwrap_or_else(|| "never".to_owned()));
    overcome(page, source, now);
    let next = source.next.map(|next| format!("in {}", rounded(next)));
    let (next, period) = (next.unwrap_or_else(|| "now".to_owned()), rounded(source.period));
    put!(page, "</td>{CELL}{next}, every {period}</td>");
    let took = source.took.map(|took| format!("{}, limit {}", precise(took), rounded(source.deadline)));
    put!(page, "{CELL}{}</td></tr>", took.unwrap_or_else(|| "nothing yet".to_owned()));
}

/// A failure that is over is still worth a word: it may come again.
fn overcome(page: &mut String, source: &SourceModel, now: Timestamp) {
    if source.present_failure().is_none()
        && let Some(failure) = &source.failure
    {
        let (at, reason) = (moment(failure.at, now), failure.reason);
        put!(page, " <span class=\"why quiet\">failed last at {at}, <code>{reason}</code></span>");
    }
}

/// The sources for which the table has no room.
fn others(page: &mut String, condition: Condition, sources: &[&SourceModel], room: &mut Room) {
    let number = sources.len();
    let are = verb(number, "is", "are");
    put!(page, "\n<p>{} more {are} {}", grouped(as_u64(number)), condition.word());
    let ages = sources.iter().filter_map(|source| source.age);
    if let Some((youngest, oldest)) = ages.clone().min().zip(ages.max()) {
        put!(page, ", with data that are {} to {} old", rounded(youngest), rounded(oldest));
    }
    let named = Room::take(&mut room.names, number);
    page.push_str(":</p><ul class=\"names\">");
    for source in sources.iter().take(named) {
        put!(page, "\n<li>{}</li>", Clipped(&source.name, MAX_NAME));
    }
    page.push_str("</ul>");
    if number > named {
        let more = grouped(as_u64(number - named));
        put!(
            page,
            "\n<p>{more} of them are not named, for want of room; <code>{SOURCE_UP}</code> has each.</p>"
        );
    }
}
