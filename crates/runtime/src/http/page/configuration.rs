//! Which configuration is in force since when, and what is wrong with a newer one.

use lookout_self_metrics::metrics::Configuration;

use super::model::PageModel;
use super::text::Clipped;
use super::words::{as_u64, between, grouped, moment, rounded};
use crate::reload::{ConfigurationFigures, Rejected};
use jiff::Timestamp;

/// The most faults that are shown; with more, a look at the file helps more than a look at the list.
const MAX_FAULTS: usize = 20;
/// The most characters of one fault.
const MAX_FAULT: usize = 400;

/// Which configuration it is, in words.
pub(super) const fn what(configuration: Configuration) -> &'static str {
    match configuration {
        Configuration::Main => "what is watched",
        Configuration::Web => "how it is served",
    }
}

const fn flag(configuration: Configuration) -> &'static str {
    match configuration {
        Configuration::Main => "--config.file",
        Configuration::Web => "--web.config.file",
    }
}

pub(super) fn write(page: &mut String, model: &PageModel) {
    page.push_str("\n<section aria-labelledby=\"configuration\"><h2 id=\"configuration\">Configuration</h2>");
    for configuration in Configuration::ALL {
        let (what, flag) = (what(*configuration), flag(*configuration));
        let first = what.get(..1).unwrap_or_default().to_uppercase();
        let rest = what.get(1..).unwrap_or_default();
        put!(page, "\n<h3>{first}{rest} <code>{flag}</code></h3>");
        match model.configurations.get(configuration) {
            Some(figures) => write_figures(page, figures, model.now),
            None => page.push_str("\n<p>No file was given: the defaults are in force.</p>"),
        }
    }
    let also = if model.reload { ", and on a POST to <code>/-/reload</code>" } else { "" };
    put!(
        page,
        "\n<p class=\"quiet\">A file is read again when it changes and on SIGHUP{also}. A wrong one changes nothing.</p>\
         </section>"
    );
}

fn write_figures(page: &mut String, figures: &ConfigurationFigures, now: Timestamp) {
    match figures.last_success {
        Some(since) => {
            put!(
                page,
                "\n<p>In force since {}, for {}.</p>",
                moment(since, now),
                rounded(between(since, now))
            );
        }
        None => page.push_str("\n<p>None was without fault; the defaults are in force.</p>"),
    }
    if let Some(rejected) = &figures.rejected {
        faults(page, rejected, now);
    }
}

fn faults(page: &mut String, rejected: &Rejected, now: Timestamp) {
    let at = moment(rejected.at, now);
    put!(
        page,
        "\n<p><span class=\"badge warn\">refused</span> A newer one, read at {at}, is not in force:</p><ul>"
    );
    let lines = rejected.message.lines().filter(|line| !line.trim().is_empty());
    for line in lines.clone().take(MAX_FAULTS) {
        put!(page, "\n<li class=\"message\">{}</li>", Clipped(line, MAX_FAULT));
    }
    page.push_str("</ul>");
    let more = lines.skip(MAX_FAULTS).count();
    if more > 0 {
        put!(page, "\n<p>And {} more lines, all of them in the log.</p>", grouped(as_u64(more)));
    }
}
