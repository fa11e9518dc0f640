//! The page for people at `/`: each source, its state, the age of its data, what is wrong and what to do about it.
//!
//! Plain HTML without scripts, readable without styles, by keyboard and by screen reader; states are words, colours
//! only repeat them. Every text from outside is escaped where it is written, by [`Text`].
//!
//! How to get it wrong: writing a text of a source with `{}` into the page without `Text`.

use core::fmt::{self, Write as _};
use core::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;

use super::Site;
use super::respond::exporters;
use crate::source::DataKind;
use crate::status::{SourceState, SourceStatus};

const STYLE: &str = "\
:root{color-scheme:light dark;--line:#c8ccd2;--quiet:#555b64;--good:#0a6b2d;--bad:#b3131b;--idle:#5b4a00}\
@media(prefers-color-scheme:dark){:root{--line:#454b55;--quiet:#a9b0ba;--good:#6fdc94;--bad:#ff8f8f;--idle:#e6cf6b}}\
body{font:16px/1.5 system-ui,sans-serif;margin:0 auto;max-width:80rem;padding:1rem}\
h1{margin:0}h1+p{margin-top:.2rem;color:var(--quiet)}\
.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%}\
caption{text-align:left;font-weight:600;padding:.5rem 0}\
th,td{text-align:left;vertical-align:top;padding:.4rem .8rem .4rem 0;border-bottom:1px solid var(--line)}\
td p{margin:0;overflow-wrap:anywhere}.quiet{color:var(--quiet)}\
.up{color:var(--good)}.failing,.withdrawn,.partial{color:var(--bad);font-weight:600}.waiting,.collecting{color:var(--idle)}";

/// A text, escaped for HTML: as content and within quoted attributes.
struct Text<'a>(&'a str);

impl fmt::Display for Text<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for character in self.0.chars() {
            match character {
                '&' => formatter.write_str("&amp;")?,
                '<' => formatter.write_str("&lt;")?,
                '>' => formatter.write_str("&gt;")?,
                '"' => formatter.write_str("&quot;")?,
                '\'' => formatter.write_str("&#39;")?,
                other => formatter.write_char(other)?,
            }
        }
        Ok(())
    }
}

/// The page at `/`.
pub(super) fn overview(site: &Site) -> String {
    let statuses = site.statuses.all();
    let mut page = begin("Lookout");
    let count = |wanted: &[&str]| statuses.iter().filter(|status| wanted.contains(&state(status))).count();
    let (up, partial, failing) = (count(&["up"]), count(&["partial"]), count(&["failing", "withdrawn"]));
    let waiting = statuses.len() - up - partial - failing;
    // Writing to a String cannot fail, here and below.
    let _ = write!(
        page,
        "<h1>Lookout</h1><p>Version {} ({}). Sources: {up} up, {partial} partial, {failing} failing, \
         {waiting} not read yet. As of {}.</p>",
        Text(site.build.version),
        Text(site.build.revision),
        time(site.clock.now()),
    );
    sources(&mut page, &statuses, &site.clock.now());
    unreadable(&mut page, &statuses);
    links(&mut page, site);
    end(page)
}

/// The page for a path that does not exist.
pub(super) fn not_found(site: &Site) -> String {
    let mut page = begin("Not found – Lookout");
    page.push_str("<h1>Not found</h1><p>There is no such page. These are the pages of Lookout:</p>");
    links(&mut page, site);
    end(page)
}

fn begin(title: &str) -> String {
    format!(
        "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\
         <title>{}</title><style>{STYLE}</style></head><body><main>",
        Text(title)
    )
}

fn end(mut page: String) -> String {
    page.push_str("</main></body></html>\n");
    page
}

fn sources(page: &mut String, statuses: &[SourceStatus], now: &Timestamp) {
    page.push_str(
        "<div class=\"scroll\" role=\"region\" aria-labelledby=\"sources\" tabindex=\"0\">\
         <table><caption id=\"sources\">What is watched</caption><thead><tr>\
         <th scope=\"col\">Exporter</th><th scope=\"col\">Source</th><th scope=\"col\">State</th>\
         <th scope=\"col\">Data</th><th scope=\"col\">Last success</th><th scope=\"col\">Next</th>\
         <th scope=\"col\">What is wrong, and what to do</th></tr></thead><tbody>",
    );
    let instant = Instant::now();
    for status in statuses {
        source(page, status, now, instant);
    }
    page.push_str("</tbody></table></div>");
}

fn source(page: &mut String, status: &SourceStatus, now: &Timestamp, instant: Instant) {
    let description = &status.description;
    let state = state(status);
    let _ = write!(
        page,
        "<tr><td>{}</td><th scope=\"row\">{}</th><td class=\"{state}\">{state}</td><td>{}",
        Text(description.exporter),
        Text(&description.name),
        match description.data {
            DataKind::Facts => "facts",
            DataKind::Measurements => "measurements",
        },
    );
    let age = status
        .data_age(instant)
        .map_or_else(|| "none served".to_owned(), |age| format!("{} old", rounded(age)));
    let last_success = status.last_success.map_or_else(|| "never".to_owned(), time);
    let next = status.next_run.map_or_else(
        || "running".to_owned(),
        |due| format!("in {}", rounded(due.duration_since(*now).try_into().unwrap_or_default())),
    );
    let _ = write!(page, ", {age}</td><td>{last_success}</td><td>{next}");
    page.push_str("</td><td>");
    problem(page, status);
    page.push_str("</td></tr>");
}

/// The last failure as long as it matters, and what it was once it is over.
fn problem(page: &mut String, status: &SourceStatus) {
    if state(status) == "partial" {
        let _ = write!(page, "<p>{} not readable, see below.</p>", n_unreadable(status));
    }
    let Some(failure) = &status.last_failure else { return };
    if status.up() == Some(true) {
        let _ = write!(page, "<p class=\"quiet\">Last failed {} ({}).</p>", time(failure.at), failure.reason);
    } else {
        let remedy = failure.reason.remedy();
        let _ = write!(
            page,
            "<p><strong>{}</strong>: {}</p><p>What to do: {}.</p>",
            failure.reason,
            Text(&failure.message),
            Text(remedy)
        );
    }
}

fn unreadable(page: &mut String, statuses: &[SourceStatus]) {
    let with_faults: Vec<_> = statuses
        .iter()
        .filter_map(|status| status.faults.as_ref().map(|faults| (status, faults)))
        .filter(|(_, faults)| !faults.examples.is_empty())
        .collect();
    if with_faults.is_empty() {
        return;
    }
    page.push_str("<h2>What cannot be read</h2>");
    for (status, faults) in with_faults {
        let total = n_unreadable(status);
        let description = &status.description;
        let (exporter, name) = (Text(description.exporter), Text(&description.name));
        let _ = write!(page, "<h3>{exporter}, {name}: {total}</h3><ul>");
        for fault in &faults.examples {
            let (subject, message) = (Text(&fault.subject), Text(&fault.message));
            let (reason, remedy) = (fault.reason, fault.reason.remedy());
            let _ = write!(
                page,
                "<li><strong>{reason}</strong>: {subject}: {message}. What to do: {}.</li>",
                Text(remedy)
            );
        }
        page.push_str("</ul>");
        let more = total - faults.examples.len() as u64;
        if more > 0 {
            let _ = write!(page, "<p>And {more} more.</p>");
        }
    }
}

fn links(page: &mut String, site: &Site) {
    page.push_str("<nav aria-labelledby=\"pages\"><h2 id=\"pages\">Pages</h2><ul>");
    link(page, "/", "this overview");
    link(page, "/metrics", "all metrics");
    for exporter in exporters(site) {
        let path = format!("/metrics/{exporter}");
        link(page, &path, &format!("metrics of {exporter}"));
    }
    link(page, "/-/healthy", "the process answers");
    link(page, "/-/ready", "each source has been tried");
    page.push_str("</ul></nav>");
}

fn link(page: &mut String, path: &str, what: &str) {
    let _ = write!(page, "<li><a href=\"{0}\">{0}</a>: {1}</li>", Text(path), Text(what));
}

/// The state in a word. A source that could not read some of its items is not simply up: partial is not complete.
fn state(status: &SourceStatus) -> &'static str {
    match status.state {
        SourceState::Waiting => "waiting",
        SourceState::Collecting => "collecting",
        SourceState::Up if n_unreadable(status) > 0 => "partial",
        SourceState::Up => "up",
        SourceState::Failing => "failing",
        SourceState::Withdrawn => "withdrawn",
    }
}

fn n_unreadable(status: &SourceStatus) -> u64 {
    status.faults.as_ref().map_or(0, |faults| faults.by_reason.values().sum())
}

/// A moment to the second, for people and programs.
fn time(moment: Timestamp) -> String {
    format!("<time datetime=\"{moment:.0}\">{moment:.0}</time>")
}

/// A duration in its largest unit.
fn rounded(duration: Duration) -> String {
    match duration.as_secs() {
        seconds @ 0..120 => format!("{seconds} s"),
        seconds @ 120..7200 => format!("{} min", seconds / 60),
        seconds @ 7200..172_800 => format!("{} h", seconds / 3600),
        seconds => format!("{} days", seconds / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_cannot_leave_its_element_or_attribute() {
        let text = Text("<script>\"'&").to_string();
        assert_eq!(text, "&lt;script&gt;&quot;&#39;&amp;");
    }

    #[test]
    fn durations_are_shown_in_their_largest_unit() {
        for (seconds, expected) in
            [(0, "0 s"), (119, "119 s"), (120, "2 min"), (7200, "2 h"), (172_800, "2 days")]
        {
            assert_eq!(rounded(Duration::from_secs(seconds)), expected);
        }
    }

    #[test]
    fn moments_are_shown_to_the_second() {
        let moment: Timestamp = "2026-03-01T12:00:00.75Z".parse().unwrap();
        assert_eq!(time(moment), "<time datetime=\"2026-03-01T12:00:00Z\">2026-03-01T12:00:00Z</time>");
    }
}
