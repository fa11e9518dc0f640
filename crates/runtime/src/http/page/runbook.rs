//! The pages below `/runbooks/`: the list, one runbook, and what is answered where there is none.

use lookout_declarations::Severity;

use super::answer::Verdict;
use super::text::{Clipped, Text};
use super::{frame, markdown};
use crate::runbooks::{Library, RunbookNote};
use crate::self_source::BuildInfo;

/// The most characters of a name that somebody asked for.
const MAX_ASKED: usize = 120;

/// What such a page says of the process that serves it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Server<'a> {
    /// What stands before every path in links.
    pub(super) prefix: &'a str,
    pub(super) build: BuildInfo,
}

/// A link to a runbook that there is, or to those of an exporter, below a prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RunbookLink<'a> {
    One { prefix: &'a str, name: &'a str },
    AllOf { prefix: &'a str, exporter: &'a str },
}

impl core::fmt::Display for RunbookLink<'_> {
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match *self {
            Self::One { prefix, name } => {
                let (prefix, name) = (Text(prefix), Text(name));
                write!(formatter, "<a href=\"{prefix}/runbooks/{name}\">{name}</a>")
            }
            Self::AllOf { prefix, exporter } => {
                let (prefix, exporter) = (Text(prefix), Text(exporter));
                let anchor = format_args!("{prefix}/runbooks/#exporter-{exporter}");
                write!(formatter, "<a href=\"{anchor}\">the runbooks of {exporter}</a>")
            }
        }
    }
}

/// The runbook of `note`, whose text is `markdown`.
pub(super) fn one(server: Server<'_>, library: &Library, note: &RunbookNote, markdown: &str) -> String {
    let prefix = server.prefix;
    let rendered = markdown::render(markdown, |name| {
        library.note(name).map(|note| format!("{prefix}/runbooks/{}", note.name))
    });
    let headings = rendered.headings.iter().map(|(anchor, text)| (anchor.as_str(), Text(text).to_string()));
    let links: Vec<_> = headings.collect();
    let mut page = frame::begin(prefix, &format!("{} – Lookout", note.name), Verdict::Idle, &links);
    let (prefix, name) = (Text(prefix), Text(note.name));
    put!(page, "\n<p class=\"quiet\">{} ", badge(note.severity));
    put!(page, "Runbook of {}. <a href=\"{prefix}/runbooks/\">All runbooks</a>. ", Text(note.exporter));
    put!(page, "<a href=\"{prefix}/runbooks/{name}.md\">As Markdown</a>.</p>");
    put!(page, "\n<article class=\"runbook\">\n{}</article>", rendered.html);
    frame::end(page, &frame::foot(server.build))
}

/// The list of all runbooks, by exporter.
pub(super) fn all(server: Server<'_>, notes: &[RunbookNote]) -> String {
    let exporters = || notes.chunk_by(|left, right| left.exporter == right.exporter);
    let names = exporters().filter_map(|notes| Some(notes.first()?.exporter));
    let anchors: Vec<_> =
        names.map(|name| (format!("exporter-{}", Text(name)), Text(name).to_string())).collect();
    let links: Vec<_> = anchors.iter().map(|(anchor, name)| (anchor.as_str(), name.clone())).collect();
    let mut page = frame::begin(server.prefix, "Runbooks – Lookout", Verdict::Idle, &links);
    page.push_str("\n<h1>Runbooks</h1>");
    if notes.is_empty() {
        page.push_str("\n<p>There are none.</p>");
    } else {
        page.push_str(
            "\n<p>One for each alert: what it means, what it costs, how to find the cause, what to do. \
             The thresholds are those of the configuration in force.</p>",
        );
    }
    for notes in exporters() {
        section(&mut page, server.prefix, notes);
    }
    frame::end(page, &frame::foot(server.build))
}

/// The runbooks of one exporter.
fn section(page: &mut String, prefix: &str, notes: &[RunbookNote]) {
    let Some(first) = notes.first() else { return };
    let (exporter, question) = (Text(first.exporter), Text(first.question));
    put!(
        page,
        "\n<section aria-labelledby=\"exporter-{exporter}\"><h2 id=\"exporter-{exporter}\">{exporter}</h2>"
    );
    put!(page, "\n<p class=\"question\">{question}</p>");
    page.push_str("\n<table role=\"table\" class=\"runbooks\">");
    put!(page, "<caption class=\"unseen\">Runbooks of {exporter}</caption>");
    page.push_str("<thead role=\"rowgroup\"><tr role=\"row\">");
    for heading in ["Alert", "Severity", "Owner", "What is wrong"] {
        put!(page, "<th scope=\"col\" role=\"columnheader\">{heading}</th>");
    }
    page.push_str("</tr></thead><tbody role=\"rowgroup\">");
    for note in notes {
        let link = RunbookLink::One { prefix, name: note.name };
        put!(page, "\n<tr role=\"row\"><th scope=\"row\" role=\"rowheader\">{link}</th>");
        put!(page, "<td role=\"cell\">{}</td>", badge(note.severity));
        put!(page, "<td role=\"cell\">{}</td>", note.owner);
        put!(page, "<td role=\"cell\">{}</td></tr>", Text(&note.summary));
    }
    page.push_str("</tbody></table></section>");
}

/// The page for a runbook that there is not; `nearest` is what was probably meant.
pub(super) fn none(server: Server<'_>, asked: &str, nearest: Option<&str>) -> String {
    let prefix = server.prefix;
    let mut page = frame::begin(prefix, "No such runbook – Lookout", Verdict::Idle, &[]);
    let asked = Clipped(asked, MAX_ASKED);
    put!(page, "\n<h1>There is no such runbook</h1>\n<p>None is called <code>{asked}</code>.");
    if let Some(name) = nearest {
        put!(page, " Did you mean {}?", RunbookLink::One { prefix, name });
    }
    put!(page, "</p>\n<p><a href=\"{}/runbooks/\">All runbooks</a>.</p>", Text(prefix));
    frame::end(page, &frame::foot(server.build))
}

/// The severity as a word in its colour.
fn badge(severity: Severity) -> String {
    format!("<span class=\"badge {}\">{severity}</span>", severity_class(severity))
}

/// The class that repeats the severity by a colour.
pub(super) const fn severity_class(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "bad",
        Severity::Warning => "warn",
        Severity::Info => "idle",
    }
}
