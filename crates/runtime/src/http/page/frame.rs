//! What stands around every page: head, landmarks, the links between pages, and the foot.
//!
//! No scripts and nothing from elsewhere. The style is one element, allowed by its hash; there are no `style`
//! attributes.

use std::sync::LazyLock;

use data_encoding::BASE64;
use ring::digest::{SHA256, digest};

use super::answer::Verdict;
use super::text::Text;
use crate::self_source::BuildInfo;

const STYLE: &str = include_str!("style.css");

/// A page shows text from monitored systems: no scripts, no foreign content, whatever got through. Images are the sign
/// in the window's title, which is part of the page.
static CONTENT_SECURITY_POLICY: LazyLock<String> = LazyLock::new(|| {
    let hash = BASE64.encode(digest(&SHA256, STYLE.as_bytes()).as_ref());
    format!(
        "default-src 'none'; style-src 'sha256-{hash}'; img-src data:; base-uri 'none'; form-action 'none'; \
         frame-ancestors 'none'"
    )
});

/// The policy that goes with every page.
pub(in super::super) fn content_security_policy() -> &'static str {
    &CONTENT_SECURITY_POLICY
}

/// Begins a page up to its main part. `links` are the places on it, as (anchor, text).
pub(super) fn begin(prefix: &str, title: &str, verdict: Verdict, links: &[(&str, String)]) -> String {
    let (title, sign, prefix) = (Text(title), sign(verdict), Text(prefix));
    let mut page = format!(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\
         <meta name=\"color-scheme\" content=\"light dark\"><meta name=\"robots\" content=\"noindex\">\
         <title>{title}</title><link rel=\"icon\" href=\"{}\"><style>{STYLE}</style></head><body>\n\
         <a class=\"skip\" href=\"#main\">Skip to the answer</a>\
         <header><a class=\"brand\" href=\"{prefix}/\">{sign}Lookout</a>",
        icon(verdict)
    );
    if !links.is_empty() {
        page.push_str("\n<nav aria-label=\"On this page\"><ul>");
        for (anchor, text) in links {
            put!(page, "\n<li><a href=\"#{anchor}\">{text}</a></li>");
        }
        page.push_str("</ul></nav>");
    }
    page.push_str("</header>\n<main id=\"main\" tabindex=\"-1\">");
    page
}

/// The links to every other page.
pub(super) fn pages(page: &mut String, prefix: &str, exporters: &[&str], probes: bool) {
    page.push_str("\n<nav class=\"pages\" aria-labelledby=\"pages\"><h2 id=\"pages\">Pages</h2><ul>");
    let mut link = |path: &str, what: &str| {
        put!(page, "\n<li><a href=\"{0}{1}\">{1}</a>: {2}</li>", Text(prefix), Text(path), Text(what));
    };
    link("/", "this overview");
    link("/metrics", "all metrics");
    for exporter in exporters {
        link(&format!("/metrics/{exporter}"), &format!("metrics of {exporter}"));
    }
    if probes {
        link("/probe", "looks at a target once, now");
    }
    link("/runbooks/", "what to do about each alert");
    link("/-/healthy", "whether the process answers");
    link("/-/ready", "whether each source has been tried");
    page.push_str("</ul></nav>");
}

/// Ends a page.
pub(super) fn end(mut page: String, foot: &str) -> String {
    page.push_str("</main>");
    if !foot.is_empty() {
        put!(page, "\n<footer><p>{foot}</p></footer>");
    }
    page.push_str("</body></html>\n");
    page
}

/// What is running, for the foot of the page.
pub(super) fn foot(build: BuildInfo) -> String {
    format!(
        "Lookout {} ({}), built with Rust {}. Times are UTC. This page does not change by itself.",
        Text(build.version),
        Text(build.revision),
        Text(build.rustc)
    )
}

/// The strokes of the sign: a tick, an exclamation mark, or three dots. The colour is not all that tells them apart.
const fn strokes(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Good => "M4.7 8.4l2.3 2.3 4.3-5",
        Verdict::Bad | Verdict::Warn => "M8 4v4.6M8 11.6v.2",
        Verdict::Idle => "M4.6 8v.2M8 8v.2M11.4 8v.2",
    }
}

/// The sign beside the name; its colour comes from the style.
fn sign(verdict: Verdict) -> String {
    format!(
        "<svg class=\"sign {}\" viewBox=\"0 0 16 16\" width=\"22\" height=\"22\" aria-hidden=\"true\" focusable=\"false\">\
         <circle cx=\"8\" cy=\"8\" r=\"8\"/><path d=\"{}\"/></svg>",
        verdict.class(),
        strokes(verdict)
    )
}

/// The sign in the window's title, as an address that holds the picture itself.
fn icon(verdict: Verdict) -> String {
    let colour = match verdict {
        Verdict::Good => "0a6b2d",
        Verdict::Bad => "b3131b",
        Verdict::Warn => "8a5a00",
        Verdict::Idle => "4a5666",
    };
    let strokes = strokes(verdict);
    format!(
        "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E%3Ccircle cx='8' cy='8' \
         r='8' fill='%23{colour}'/%3E%3Cpath d='{strokes}' fill='none' stroke='%23fff' stroke-width='2' \
         stroke-linecap='round'/%3E%3C/svg%3E"
    )
}
