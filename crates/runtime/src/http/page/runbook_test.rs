//! The pages below `/runbooks/` as functions of what there is: their structure, their links, hostile texts.

use lookout_declarations::{Owner, Severity};
use proptest::prelude::*;

use super::outline::{Tag, tags};
use super::runbook::{Server, all, none, one};
use super::sample::everything;
use crate::runbooks::{Library, RunbookNote};

const TEXT: &str = "# LookoutLate\n\nIt is late.\n\n- **Severity**: critical\n\n## Meaning\n\nLate by `10m`; see \
    [LookoutLost](LookoutLost.md) and [LookoutNever](LookoutNever.md).\n\n| Cause | What |\n|---|---|\n| `a` | b |\n\n\
    ## How it was proven\n\n```promql\nup == 0\n```\n";

fn note(name: &'static str, severity: Severity) -> RunbookNote {
    let (exporter, question) = ("example", "Is it in time?");
    RunbookNote {
        name,
        exporter,
        question,
        severity,
        owner: Owner::Data,
        summary: "SOURCE is late".to_owned(),
    }
}

fn library() -> Library {
    let notes = vec![note("LookoutLate", Severity::Critical), note("LookoutLost", Severity::Info)];
    Library::new(notes, |_| None)
}

fn server() -> Server<'static> {
    Server { prefix: "/lookout", build: everything().build }
}

fn page(markdown: &str) -> String {
    let library = library();
    one(server(), &library, library.note("LookoutLate").unwrap(), markdown)
}

fn list() -> String {
    all(server(), library().notes())
}

fn links(page: &str) -> Vec<String> {
    let tags = tags(page);
    let links = tags.iter().filter(|tag| tag.name == "a");
    links.filter_map(|tag| tag.attribute("href").map(str::to_owned)).collect()
}

#[test]
fn every_link_stands_behind_the_prefix_or_leads_to_a_place_on_the_page() {
    for page in [page(TEXT), list(), none(server(), "LookoutLat", Some("LookoutLate"))] {
        let tags = tags(&page);
        let ids: Vec<_> = tags.iter().filter_map(|tag| tag.attribute("id")).collect();
        for link in links(&page) {
            let is_place = link.strip_prefix('#').is_some_and(|anchor| ids.contains(&anchor));
            assert!(is_place || link.starts_with("/lookout/"), "{link}");
        }
    }
}

#[test]
fn a_runbook_links_to_others_to_the_list_and_to_its_own_text() {
    let links = links(&page(TEXT));
    for expected in [
        "/lookout/runbooks/",
        "/lookout/runbooks/LookoutLate.md",
        "/lookout/runbooks/LookoutLost",
        "#how-it-was-proven",
    ] {
        assert!(links.iter().any(|link| link == expected), "{expected} is not in {links:?}");
    }
    assert!(!links.iter().any(|link| link.contains("LookoutNever")), "{links:?}");
}

#[test]
fn headings_skip_no_level_and_there_is_one_of_the_first() {
    for page in [page(TEXT), list(), none(server(), "x", None)] {
        let tags = tags(&page);
        let levels: Vec<u32> =
            tags.iter().filter_map(|tag| tag.name.strip_prefix('h')?.parse().ok()).collect();
        assert_eq!(levels.iter().filter(|level| **level == 1).count(), 1, "{levels:?}");
        assert!(levels.windows(2).all(|pair| pair[1] <= pair[0] + 1), "{levels:?}");
    }
}

#[test]
fn the_list_names_each_with_its_severity_and_what_is_wrong_below_the_question() {
    let list = list();
    for expected in [
        "<h2 id=\"exporter-example\">example</h2>\n<p class=\"question\">Is it in time?</p>",
        "<a href=\"/lookout/runbooks/LookoutLate\">LookoutLate</a></th><td role=\"cell\"><span class=\"badge bad\">critical</span>",
        "<span class=\"badge idle\">info</span>",
        "<td role=\"cell\">SOURCE is late</td>",
    ] {
        assert!(list.contains(expected), "`{expected}` is not in\n{list}");
    }
}

#[test]
fn a_slip_is_answered_with_what_was_meant() {
    let page = none(server(), "LookoutLat", Some("LookoutLate"));
    assert!(page.contains(
        "None is called <code>LookoutLat</code>. Did you mean <a href=\"/lookout/runbooks/LookoutLate\">"
    ));
    assert!(!none(server(), "x", None).contains("Did you mean"));
}

/// The names of tags, and their attributes but for where links lead.
fn skeleton(page: &str) -> Vec<Tag> {
    let mut tags = tags(page);
    for tag in &mut tags {
        tag.attributes.retain(|(name, _)| name != "href");
    }
    tags
}

proptest! {
    #[test]
    fn nothing_in_markdown_runs_or_is_loaded(pieces in prop::collection::vec(piece(), 0..6)) {
        let page = page(&format!("# LookoutLate\n\n{}", pieces.concat()));
        for tag in tags(&page) {
            prop_assert!(!matches!(&*tag.name, "script" | "img" | "iframe" | "object" | "form" | "b"), "{tag:?}");
            for (name, value) in &tag.attributes {
                prop_assert!(!name.starts_with("on") && name != "style" && name != "src", "{tag:?}");
                prop_assert!(name != "href" || admitted(value), "{tag:?}");
            }
        }
    }

    #[test]
    fn no_asked_name_changes_the_structure(asked in ".{0,200}") {
        prop_assert_eq!(skeleton(&none(server(), &asked, None)), skeleton(&none(server(), "x", None)));
    }
}

fn admitted(address: &str) -> bool {
    ["/lookout/", "#", "https://", "http://", "data:image/svg+xml,"]
        .iter()
        .any(|start| address.starts_with(start))
}

/// Markdown that tries to be more than text, in any mixture with other text.
fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("<script>alert(1)</script>\n".to_owned()),
        Just("\n\n<div onclick=\"x\">\n<img src=x onerror=alert(1)>\n</div>\n\n".to_owned()),
        Just("[a](javascript:alert(1)) ![b](https://evil.example/b.png)".to_owned()),
        Just("<javascript:alert(1)> [c]: data:text/html,x\n".to_owned()),
        Just("`` ` ``\n```sh\" onmouseover=\"alert(1)\n</code></pre><b>\n```\n".to_owned()),
        Just("| a | b |\n|:-:|--:|\n| <b> | \\| |\n".to_owned()),
        any::<String>(),
    ]
}
