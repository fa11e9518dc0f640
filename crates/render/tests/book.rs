//! The book: complete, and without a link that leads nowhere.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]
#![allow(clippy::case_sensitive_file_extension_comparisons, reason = "the names are our own")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use lookout_catalog::{ALL, Settings};
use lookout_render::{Place, book, files};

fn rendered(place: Place<'_>) -> BTreeMap<String, String> {
    let settings = Settings::default();
    let files = book(&settings.declared(), &settings, place).expect("the book renders");
    files.into_iter().map(|file| (file.path, file.contents)).collect()
}

/// The targets of the links and pictures of a page, without addresses and anchors.
fn targets(text: &str) -> Vec<&str> {
    let targets = text.split("](").skip(1).filter_map(|rest| rest.split([')', '#']).next());
    targets.filter(|target| !target.is_empty() && !target.contains("://")).collect()
}

/// `folder/../x` without the dots.
fn resolved(page: &str, target: &str) -> String {
    let mut parts: Vec<&str> = page.split('/').collect();
    parts.pop();
    for part in target.split('/') {
        match part {
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

#[test]
fn every_link_of_a_book_by_itself_leads_to_a_page_of_it() {
    let pages = rendered(Place::Folder);
    let mut n_links = 0;
    for (page, text) in pages.iter().filter(|(page, _)| page.ends_with(".md")) {
        for target in targets(text) {
            n_links += 1;
            assert!(pages.contains_key(&resolved(page, target)), "`{page}` links to `{target}`");
        }
    }
    assert!(n_links > 200, "{n_links}");
}

#[test]
fn every_link_of_the_book_in_the_repository_leads_to_a_generated_file_or_a_picture() {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let page = |path: &str| {
        let parts = ["metrics", "alerts", "reasons", "permissions"];
        let markers =
            parts.map(|part| format!("<!-- generated: {part} -->\n<!-- end of generated: {part} -->\n"));
        let is_picture = path.ends_with(".png") && repository.join(path).is_file();
        (is_picture || path.ends_with("README.md")).then(|| markers.join("\n"))
    };
    let files = files(page).expect("the catalogue renders");
    let paths: BTreeSet<&str> = files.iter().map(|file| file.path.as_str()).collect();
    for file in
        files.iter().filter(|file| file.path.starts_with("docs/reference/") && file.path.ends_with(".md"))
    {
        for target in targets(&file.contents) {
            let path = resolved(&file.path, target);
            let is_there =
                paths.contains(path.as_str()) || (path.ends_with(".png") && repository.join(&path).is_file());
            assert!(is_there, "`{}` links to `{target}`, which is `{path}`", file.path);
        }
    }
}

#[test]
fn the_contents_list_every_page_once() {
    let pictures = BTreeSet::from(["kafka"]);
    for place in [Place::Folder, Place::Repository { pictures: &pictures }] {
        let pages = rendered(place);
        let listed = targets(&pages["SUMMARY.md"]);
        let once: BTreeSet<&str> = listed.iter().copied().collect();
        assert_eq!(once.len(), listed.len());
        let written =
            pages.keys().filter(|path| path.ends_with(".md") && *path != "SUMMARY.md").map(String::as_str);
        assert_eq!(once, written.collect());
    }
}

#[test]
fn every_metric_alert_right_reason_and_setting_has_its_line() {
    let pages = rendered(Place::Folder);
    for spec in ALL {
        for metric in spec.metrics {
            let page = &pages[&format!("metrics/{}.md", spec.name)];
            assert!(page.contains(&format!("\n| `{}` | ", metric.name)), "{}", metric.name);
        }
        for alert in (spec.alerts)() {
            let page = &pages[&format!("alerts/{}.md", spec.name)];
            assert!(page.contains(&format!("[`{0}`](../runbooks/{0}.md)", alert.name)), "{}", alert.name);
        }
        for reason in spec.reasons {
            assert!(pages["reasons.md"].contains(reason.remedy()), "{reason}");
        }
        for permission in spec.permissions {
            assert!(pages["permissions.md"].contains(permission.resource), "{}", permission.resource);
        }
    }
    let kafka = &pages["configuration/kafka.md"];
    for line in [
        "\n| `kafka.enabled` | boolean | `true` | ",
        "\n| `kafka.clusters` | list | empty | ",
        "\n| `kafka.clusters[].brokers` | list of string | ",
    ] {
        assert!(kafka.contains(line), "{line}\n{kafka}");
    }
}
