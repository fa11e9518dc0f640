//! What is not watched or not served, and why: nothing is muted in silence.

use lookout_exposition::ExporterStatistics;

use super::model::{ExporterModel, PageModel};
use super::text::{Clipped, Prose, Text};
use super::words::{count, grouped};
use crate::suite::Standing;

/// The most characters of what somebody should write into the configuration.
const MAX_ADVICE: usize = 1000;

pub(super) fn write(page: &mut String, model: &PageModel) {
    page.push_str("\n<section aria-labelledby=\"not-watched\"><h2 id=\"not-watched\">Not watched</h2>");
    page.push_str("\n<p>Lookout silences no alert. What is muted is what is switched off or withheld, and all of it is here.</p>");
    let mut any = false;
    page.push_str("\n<ul class=\"plain\">");
    for exporter in &model.exporters {
        any |= write_exporter(page, exporter);
    }
    page.push_str("</ul>");
    if !any {
        page.push_str("\n<p>Every exporter that is known watches something.</p>");
    }
    incomplete(page, model);
    page.push_str("</section>");
}

/// An exporter that watches nothing; returns whether it is one.
fn write_exporter(page: &mut String, exporter: &ExporterModel) -> bool {
    let (word, why) = match &exporter.standing {
        None | Some(Standing::Active) => return false,
        Some(Standing::Unconfigured(advice)) => {
            ("not configured", format!("To change that: {}", Prose(advice, MAX_ADVICE)))
        }
        Some(Standing::Disabled(key)) => {
            let key = Clipped(key, MAX_ADVICE);
            ("switched off", format!("The configuration says <code>{key}: false</code>."))
        }
        Some(Standing::NotBuilt) => {
            ("not in this build", "Its section of the configuration has no effect.".to_owned())
        }
    };
    let (name, question) = (Text(exporter.name), Text(exporter.question));
    put!(page, "\n<li class=\"card idle\"><h3>{name} <span class=\"badge idle\">{word}</span></h3>");
    put!(page, "\n<p class=\"question\">{question}</p>\n<p class=\"advice\">{why}</p></li>");
    true
}

/// Series that were collected and are not served as they are.
fn incomplete(page: &mut String, model: &PageModel) {
    page.push_str("\n<h3>Collected and not served</h3>");
    let affected = model.exporters.iter().filter_map(|exporter| exporter.statistics.as_ref());
    let affected: Vec<_> = affected
        .filter(|statistics| {
            statistics.dropped.total() + statistics.clipped > 0 || !statistics.withheld.is_empty()
        })
        .collect();
    if affected.is_empty() {
        page.push_str(
            "\n<p>Nothing: every series that was collected is served, and no label was shortened.</p>",
        );
        return;
    }
    page.push_str(
        "\n<table role=\"table\" class=\"incomplete\"><caption>Now withheld, and left out since the start, each time they \
         were collected</caption><thead role=\"rowgroup\"><tr role=\"row\">",
    );
    for heading in ["Exporter", "Withheld now", "Over budget", "Duplicates", "Invalid", "Labels shortened"] {
        put!(page, "<th scope=\"col\" role=\"columnheader\">{heading}</th>");
    }
    page.push_str("</tr></thead><tbody role=\"rowgroup\">");
    for statistics in affected {
        row(page, statistics);
    }
    page.push_str("</tbody></table>");
}

fn row(page: &mut String, statistics: &ExporterStatistics) {
    let dropped = statistics.dropped;
    put!(page, "\n<tr role=\"row\"><th scope=\"row\" role=\"rowheader\">{}</th>", Text(statistics.exporter));
    put!(page, "<td role=\"cell\">{}</td>", count(statistics.withheld.len(), "family", "families"));
    for number in [dropped.budget, dropped.duplicate, dropped.invalid, statistics.clipped] {
        put!(page, "<td role=\"cell\">{}</td>", grouped(number));
    }
    page.push_str("</tr>");
}
