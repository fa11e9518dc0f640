//! From the Markdown of a runbook to a part of a page.
//!
//! Runbooks are ours, but settings stand in them, which are somebody else's text. So it holds here as everywhere on a
//! page: nothing runs, nothing is loaded, and nothing can pretend to be what it is not. HTML in Markdown is shown as the
//! text that it is, an image as its description, and a link that leads neither to a runbook nor out by HTTP as its text.
//!
//! How to get it wrong: passing on what the parser calls HTML, or an alignment, which would become a `style` attribute.

use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd, html};

use super::text::plain;

/// A text as HTML, with the anchors and the texts of its second-level headings.
pub(super) struct Rendered {
    pub(super) html: String,
    pub(super) headings: Vec<(String, String)>,
}

/// `markdown` as HTML. `runbook` gives the address of a runbook by its name, if there is one.
pub(super) fn render(markdown: &str, runbook: impl Fn(&str) -> Option<String>) -> Rendered {
    let markdown: String = markdown.chars().map(plain).collect();
    let mut links = Vec::new();
    let mut events: Vec<Event<'_>> = Parser::new_ext(&markdown, Options::ENABLE_TABLES)
        .filter_map(|event| admitted(event, &mut links, &runbook))
        .collect();
    let headings = anchor(&mut events);
    let mut html = String::new();
    html::push_html(&mut html, breakable(events));
    Rendered { html, headings }
}

/// The event as it may stand on a page. `links` says of each open link whether it is one on the page too.
fn admitted<'a>(
    event: Event<'a>,
    links: &mut Vec<bool>,
    runbook: impl Fn(&str) -> Option<String>,
) -> Option<Event<'a>> {
    match event {
        Event::Html(text) | Event::InlineHtml(text) => Some(Event::Text(text)),
        Event::Start(Tag::Image { .. } | Tag::HtmlBlock) | Event::End(TagEnd::Image | TagEnd::HtmlBlock) => {
            None
        }
        Event::Start(Tag::Table(mut alignments)) => {
            alignments.fill(pulldown_cmark::Alignment::None);
            Some(Event::Start(Tag::Table(alignments)))
        }
        Event::Start(Tag::Link { link_type, dest_url, title, id }) => {
            let address = address(&dest_url, runbook);
            links.push(address.is_some());
            address.map(|address| Event::Start(Tag::Link { link_type, dest_url: address.into(), title, id }))
        }
        Event::End(TagEnd::Link) => links.pop().unwrap_or_default().then_some(event),
        _ => Some(event),
    }
}

/// Where a link leads, if it may: to another runbook, to a place on the page, or out.
fn address(destination: &str, runbook: impl Fn(&str) -> Option<String>) -> Option<String> {
    if let Some(name) = destination.strip_suffix(".md") {
        return runbook(name);
    }
    let is_admitted = ["#", "https://", "http://"].iter().any(|start| destination.starts_with(start));
    is_admitted.then(|| destination.to_owned())
}

/// Gives the second-level headings their anchors; returns them with their texts.
fn anchor(events: &mut [Event<'_>]) -> Vec<(String, String)> {
    let mut headings = Vec::new();
    for place in 0..events.len() {
        let (head, rest) = events.split_at_mut(place + 1);
        if let Some(Event::Start(Tag::Heading { level: HeadingLevel::H2, id, .. })) = head.last_mut() {
            let text = text(rest);
            let slug = slug(&text);
            *id = Some(slug.clone().into());
            headings.push((slug, text));
        }
    }
    headings
}

/// The events with places in the title where it may be broken: the name of an alert is wider than a phone.
fn breakable(events: Vec<Event<'_>>) -> impl Iterator<Item = Event<'_>> {
    let mut is_title = false;
    events.into_iter().flat_map(move |event| {
        match &event {
            Event::Start(Tag::Heading { level: HeadingLevel::H1, .. }) => is_title = true,
            Event::End(TagEnd::Heading(_)) => is_title = false,
            Event::Text(text) if is_title => return humps(text),
            _ => {}
        }
        vec![event]
    })
}

/// `LookoutLate` as `Lookout` and `Late`, with a place for a break between.
fn humps<'a>(text: &str) -> Vec<Event<'a>> {
    let mut pieces = Vec::new();
    let mut start = 0;
    for (end, _) in text.match_indices(|character: char| character.is_ascii_uppercase()) {
        if text[start..end].ends_with(|character: char| character.is_ascii_lowercase()) {
            pieces.push(Event::Text(text[start..end].to_owned().into()));
            pieces.push(Event::InlineHtml("<wbr>".into()));
            start = end;
        }
    }
    pieces.push(Event::Text(text[start..].to_owned().into()));
    pieces
}

/// The text up to the end of the heading.
fn text(events: &[Event<'_>]) -> String {
    let within = events.iter().take_while(|event| !matches!(event, Event::End(TagEnd::Heading(_))));
    within
        .filter_map(|event| match event {
            Event::Text(text) | Event::Code(text) => Some(&**text),
            _ => None,
        })
        .collect()
}

fn slug(text: &str) -> String {
    let words = text.split(|character: char| !character.is_ascii_alphanumeric());
    let words: Vec<_> = words.filter(|word| !word.is_empty()).map(str::to_ascii_lowercase).collect();
    words.join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn html(markdown: &str) -> String {
        render(markdown, |name| (name == "LookoutLate").then(|| "/x/runbooks/LookoutLate".to_owned())).html
    }

    #[test]
    fn headings_have_anchors_that_the_page_can_link_to() {
        let rendered = render("# A\n\n## How it was `proven`\n\nText.\n", |_| None);
        assert_eq!(rendered.headings, [("how-it-was-proven".to_owned(), "How it was proven".to_owned())]);
        assert!(rendered.html.contains("<h2 id=\"how-it-was-proven\">"), "{}", rendered.html);
    }

    #[test]
    fn a_link_leads_to_a_runbook_or_out_and_is_a_text_otherwise() {
        assert_eq!(html("[a](LookoutLate.md)"), "<p><a href=\"/x/runbooks/LookoutLate\">a</a></p>\n");
        assert_eq!(html("[a](https://b.example/)"), "<p><a href=\"https://b.example/\">a</a></p>\n");
        for dropped in
            ["[a](LookoutNever.md)", "[a](javascript:alert(1))", "[a](../x)", "[a](data:text/html,x)"]
        {
            assert_eq!(html(dropped), "<p>a</p>\n", "{dropped}");
        }
    }

    #[test]
    fn the_title_may_be_broken_between_its_words_and_nowhere_else() {
        assert_eq!(html("# LookoutSLOBurnsFast"), "<h1>Lookout<wbr>SLOBurns<wbr>Fast</h1>\n");
        assert_eq!(html("# <b>"), "<h1>&lt;b&gt;</h1>\n");
        assert_eq!(html("LookoutLate"), "<p>LookoutLate</p>\n");
    }

    #[test]
    fn html_is_text_and_an_image_is_its_description() {
        assert_eq!(html("<script>alert(1)</script>"), "&lt;script&gt;alert(1)&lt;/script&gt;");
        assert_eq!(html("a <b onclick=x>c</b>"), "<p>a &lt;b onclick=x&gt;c&lt;/b&gt;</p>\n");
        assert_eq!(html("![a sign](https://b.example/c.png)"), "<p>a sign</p>\n");
    }

    #[test]
    fn an_aligned_column_has_no_style_of_its_own() {
        let table = html("| a |\n|:-:|\n| b |\n");
        assert!(table.contains("<td>b</td>") && !table.contains("style"), "{table}");
    }

    #[test]
    fn a_text_cannot_turn_what_follows_it() {
        assert_eq!(html("a\u{202e}b"), "<p>a\u{fffd}b</p>\n");
    }
}
