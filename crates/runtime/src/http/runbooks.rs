//! What is answered below `/runbooks/`: the list, a runbook as a page or as Markdown, and the nearest name for a slip.
//!
//! A page for people is HTML. Whoever wants the text says so: by `.md` at the end of the address, or by an `Accept` that
//! rates `text/markdown` above `text/html`.
//!
//! How to get it wrong: comparing a name of any length with all others. The distance costs the product of both lengths.

use hyper::header::{self, HeaderMap};
use lookout_self_metrics::metrics::Code;
use strsim::normalized_damerau_levenshtein;

use super::reply::Reply;
use super::respond::joined;
use super::routes::OF_RUNBOOK;
use super::{Site, page};
use crate::runbooks::Library;

/// The ending of the address of a runbook as Markdown.
const MARKDOWN_ENDING: &str = ".md";
/// What every name of an alert begins with: it says nothing about which one was meant.
const COMMON: &str = "lookout";
/// Below this likeness (1 is equal) a name that is offered misleads more than it helps.
const NEAR: f64 = 0.6;
/// Longer names than this are not compared.
const MAX_COMPARED: usize = 100;

/// Answers a request for `path`, which is below [`OF_RUNBOOK`] or is it without its slash.
pub(super) fn answer(site: &Site, path: &str, headers: &HeaderMap) -> Reply {
    let library = site.runbooks.library();
    let Some(asked) = path.strip_prefix(OF_RUNBOOK) else {
        let list = format!("{}{OF_RUNBOOK}", site.prefix);
        return Reply::text(Code::Found, format!("the runbooks are below {list}\n"))
            .header(header::LOCATION, list);
    };
    if asked.is_empty() {
        return Reply::html(Code::Ok, library.list(|notes| page::runbooks(site, notes)));
    }
    let (name, by_ending) = match asked.strip_suffix(MARKDOWN_ENDING) {
        Some(name) => (name, true),
        None => (asked, false),
    };
    let accept = joined(headers, &header::ACCEPT);
    let reply = if by_ending || accept.is_some_and(|accept| prefers_markdown(&accept)) {
        match library.markdown(name) {
            Some(text) => Reply::markdown(text),
            None => Reply::text(Code::NotFound, absent(site, &library, name)),
        }
    } else {
        match library.html(name, |note, text| page::runbook(site, &library, note, text)) {
            Some(text) => Reply::html(Code::Ok, text),
            None => Reply::html(Code::NotFound, page::no_runbook(site, name, nearest(&library, name))),
        }
    };
    if by_ending { reply } else { reply.header(header::VARY, "Accept") }
}

/// What is said, as text, where there is no such runbook.
fn absent(site: &Site, library: &Library, name: &str) -> String {
    let prefix = &site.prefix;
    let meant = nearest(library, name)
        .map(|name| format!("did you mean {prefix}{OF_RUNBOOK}{name}{MARKDOWN_ENDING}? "))
        .unwrap_or_default();
    format!("there is no such runbook; {meant}all are listed at {prefix}{OF_RUNBOOK}\n")
}

/// The name that was probably meant by `asked`: the same but for case or the common beginning, or nearly the same.
fn nearest(library: &Library, asked: &str) -> Option<&'static str> {
    if asked.len() > MAX_COMPARED {
        return None;
    }
    let asked = essence(asked);
    let likeness = |name: &'static str| (normalized_damerau_levenshtein(&asked, &essence(name)), name);
    let rated = library.notes().iter().map(|note| likeness(note.name));
    rated
        .filter(|(likeness, _)| *likeness >= NEAR)
        .max_by(|(left, _), (right, _)| left.total_cmp(right))
        .map(|(_, name)| name)
}

fn essence(name: &str) -> String {
    let name = name.to_lowercase();
    name.strip_prefix(COMMON).map_or(name.clone(), str::to_owned)
}

/// Whether an `Accept` rates Markdown above HTML (RFC 9110, section 12.5.1).
fn prefers_markdown(accept: &str) -> bool {
    let quality = |subtype: &str| {
        let ratings = accept.split(',').filter_map(|range| rating(range, subtype));
        // The most specific range that fits decides.
        ratings.max_by_key(|(fit, _)| *fit).map_or(0.0, |(_, quality)| quality)
    };
    quality("markdown") > quality("html")
}

/// How specifically a range fits `text/SUBTYPE`, and the quality that it gives; none if it does not fit.
fn rating(range: &str, subtype: &str) -> Option<(u8, f32)> {
    let mut parts = range.split(';').map(str::trim);
    let (kind, sub) = parts.next()?.split_once('/')?;
    let fit = match (kind, sub) {
        ("*", "*") => 0,
        (kind, "*") if kind.eq_ignore_ascii_case("text") => 1,
        (kind, sub) if kind.eq_ignore_ascii_case("text") && sub.eq_ignore_ascii_case(subtype) => 2,
        _ => return None,
    };
    let quality =
        parts.filter_map(|part| part.split_once('=')).find(|(name, _)| name.trim().eq_ignore_ascii_case("q"));
    Some((fit, quality.map_or(1.0, |(_, text)| text.trim().parse().unwrap_or(0.0))))
}

#[cfg(test)]
mod tests {
    use lookout_declarations::{Owner, Severity};

    use super::*;
    use crate::runbooks::RunbookNote;

    #[test]
    fn markdown_is_for_who_rates_it_above_html() {
        for accept in [
            "text/markdown",
            "text/html;q=0.5, text/markdown",
            "Text/Markdown;q=0.1",
            "text/*, text/html;q=0",
        ] {
            assert!(prefers_markdown(accept), "{accept}");
        }
        let browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
        for accept in
            ["", "*/*", "text/*", browser, "text/markdown;q=0", "text/markdown, text/html", "nonsense"]
        {
            assert!(!prefers_markdown(accept), "{accept}");
        }
    }

    #[test]
    fn a_slip_finds_the_name_that_was_meant_and_nonsense_finds_none() {
        let note = |name| RunbookNote {
            name,
            exporter: "kafka",
            question: "",
            severity: Severity::Info,
            owner: Owner::Data,
            summary: String::new(),
        };
        let names = ["LookoutKafkaLagHigh", "LookoutKafkaLagUnseen", "LookoutDown"];
        let library = Library::new(names.map(note).to_vec(), |_| None);
        for (asked, meant) in [
            ("lookoutkafkalaghigh", Some("LookoutKafkaLagHigh")),
            ("KafkaLagHigh", Some("LookoutKafkaLagHigh")),
            ("LookoutKafkaLagHihg", Some("LookoutKafkaLagHigh")),
            ("LookoutKafkaLagUnsen", Some("LookoutKafkaLagUnseen")),
            ("down", Some("LookoutDown")),
            ("LookoutCertificate", None),
            ("", None),
            (&"a".repeat(MAX_COMPARED + 1), None),
        ] {
            assert_eq!(nearest(&library, asked), meant, "{asked}");
        }
    }
}
