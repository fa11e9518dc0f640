//! The page as a function of its model: every state, its structure, hostile texts, and its bound.

use std::collections::BTreeSet;

use lookout_declarations::Reason;
use lookout_self_metrics::metrics::Configuration;
use lookout_testkit::golden;
use proptest::prelude::*;

use super::model::{PageModel, SourceModel};
use super::outline::{Tag, tags};
use super::sample::{everything, failing, now, own_alerts, partial, told_of, well, working, wrong};
use super::{content_security_policy, render};
use crate::reload::Rejected;
use crate::suite::Standing;

/// The size of a page about 1,000 sources in every state.
const LARGE: usize = 512 * 1024;
/// No page is larger, whatever there is to say and whoever says it.
const LARGEST: usize = 2 * 1024 * 1024;

/// The page without its style, which is a file of its own.
fn unstyled(page: &str) -> String {
    page.replace(include_str!("style.css"), "")
}

macro_rules! check_golden {
    ($name:literal, $model:expr) => {
        golden::check(
            concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/page/", $name, ".html"),
            &unstyled(&render($model)),
        );
    };
}

#[test]
fn every_state_is_shown_as_reviewed() {
    check_golden!("everything", &everything());
    check_golden!("well", &well());
}

/// Samples whose structure differs.
fn samples() -> Vec<PageModel> {
    let mut nothing = well();
    nothing.exporters.clear();
    nothing.configurations.clear();
    let mut many = well();
    many.exporters[0].sources = numbered(1500, |name| working(&name));
    vec![well(), everything(), nothing, many]
}

fn numbered(number: usize, source: impl Fn(String) -> SourceModel) -> Vec<SourceModel> {
    (0..number).map(|place| source(format!("endpoint-{place}.example:443"))).collect()
}

#[test]
fn ids_are_unique_and_every_reference_leads_to_one() {
    for model in samples() {
        let page = render(&model);
        let tags = tags(&page);
        let ids: Vec<&str> = tags.iter().filter_map(|tag| tag.attribute("id")).collect();
        let unique: BTreeSet<&str> = ids.iter().copied().collect();
        assert_eq!(ids.len(), unique.len(), "{ids:?}");
        let references = tags.iter().flat_map(|tag| {
            let anchor = tag.attribute("href").and_then(|href| href.strip_prefix('#'));
            [anchor, tag.attribute("aria-labelledby")].into_iter().flatten()
        });
        for reference in references {
            assert!(unique.contains(reference), "`{reference}` leads nowhere");
        }
    }
}

#[test]
fn headings_are_in_order_and_there_is_one_of_the_first_level() {
    for model in samples() {
        let page = render(&model);
        let levels: Vec<u32> =
            tags(&page).iter().filter_map(|tag| tag.name.strip_prefix('h')?.parse().ok()).collect();
        assert_eq!(levels.first(), Some(&1));
        assert_eq!(levels.iter().filter(|level| **level == 1).count(), 1);
        assert!(levels.windows(2).all(|pair| pair[1] <= pair[0] + 1), "{levels:?}");
    }
}

#[test]
fn tables_have_captions_and_headings_with_their_scope() {
    let tags = tags(&render(&everything()));
    let count = |name: &str| tags.iter().filter(|tag| tag.name == name).count();
    assert!(count("table") >= 4);
    assert_eq!(count("table"), count("caption"));
    assert!(tags.iter().filter(|tag| tag.name == "th").all(|tag| tag.attribute("scope").is_some()));
}

#[test]
fn nothing_runs_and_nothing_comes_from_elsewhere() {
    for model in samples() {
        for tag in tags(&render(&model)) {
            assert_ne!(tag.name, "script");
            for (name, value) in &tag.attributes {
                assert!(!name.starts_with("on") && name != "style" && name != "src", "{tag:?}");
                let address = matches!(name.as_str(), "href" | "action");
                assert!(
                    !address || value.starts_with(['/', '#']) || value.starts_with("data:image/svg+xml,"),
                    "{tag:?}"
                );
            }
        }
    }
    let style = include_str!("style.css");
    assert!(!style.contains("url(") && !style.contains("@import") && !style.contains("</"));
}

#[test]
fn the_style_is_allowed_by_its_hash_and_nothing_else_is() {
    let policy = content_security_policy();
    assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{policy}");
    assert!(!policy.contains("unsafe"), "{policy}");
}

#[test]
fn every_link_stands_behind_the_prefix() {
    let page = render(&everything());
    for tag in tags(&page).iter().filter(|tag| tag.name == "a") {
        let href = tag.attribute("href").unwrap();
        assert!(href.starts_with('#') || href.starts_with("/lookout/"), "{href}");
    }
    assert!(page.contains("<a href=\"/lookout/metrics/certs\">/metrics/certs</a>"));
}

/// The title and the headline of a page.
fn headline(model: &PageModel) -> (String, String) {
    let page = render(model);
    let between =
        |start: &str, end: &str| page.split_once(start).unwrap().1.split_once(end).unwrap().0.to_owned();
    (between("<title>", " – Lookout</title>"), between("<h1 id=\"answer\">", "</h1>"))
}

#[test]
fn the_headline_says_whether_everything_is_watched() {
    let says = |model: &PageModel, title: &str, line: &str| {
        assert_eq!(headline(model), (title.to_owned(), line.to_owned()));
    };
    says(&well(), "all well", "All 3 sources work");
    says(&everything(), "4 failing", "4 of 14 sources fail");
    let mut model = well();
    model.exporters[0].sources[1] = failing("api", Reason::Timeout, "no answer");
    says(&model, "1 failing", "1 of 3 sources fails");
    model.exporters[0].sources[1] = partial("files", "a.pem", "cut off", 1);
    says(&model, "1 partial", "1 of 3 sources cannot read everything");
    model.exporters[0].sources[0] = wrong("shop", "its certificate has expired", 1);
    says(&model, "1 found wrong", "1 thing is wrong with what is watched");
    assert!(render(&model).contains("Also: 1 source cannot read everything."));
    let mut model = well();
    model.exporters.remove(0);
    says(&model, "Nothing watched", "Nothing is being watched");
}

#[test]
fn what_is_withheld_or_refused_is_never_all_well() {
    let mut model = well();
    let statistics = model.exporters[0].statistics.as_mut().unwrap();
    statistics.withheld = vec!["x509_cert_not_after"];
    assert_eq!(headline(&model).1, "All 3 sources work, but not all series are served");
    let mut model = well();
    let figures = model.configurations.get_mut(&Configuration::Main).unwrap();
    figures.rejected = Some(Rejected { message: "line 3".to_owned(), at: now() });
    assert_eq!(headline(&model).1, "All 3 sources work, by an older configuration");
}

#[test]
fn sources_with_the_same_trouble_are_one_entry_with_one_remedy() {
    let mut model = well();
    model.exporters[0].sources = numbered(600, |name| failing(&name, Reason::Unresolved, "no such host"));
    let page = render(&model);
    assert_eq!(page.matches(Reason::Unresolved.remedy()).count(), 1);
    assert!(page.contains("certs: 600 sources</h3>"));
    assert!(page.contains("And 595 more for the same reason"));
}

#[test]
fn each_trouble_of_lookout_itself_leads_to_the_runbook_of_its_alert_if_there_is_one() {
    let mut model = everything();
    let page = render(&model);
    for name in [
        "LookoutMeasurementsWithdrawn",
        "LookoutSourceFailing",
        "LookoutSourceNeverSucceeded",
        "LookoutItemsUnreadable",
        "LookoutConfigurationRejected",
        "LookoutFamilyWithheld",
        "LookoutOwnCertificateExpires",
        "LookoutConnectionsNearlySpent",
    ] {
        assert!(own_alerts().any(|known| known == name), "{name} is no alert");
        let link = format!("<a href=\"/lookout/runbooks/{name}\">{name}</a>");
        assert!(page.contains(&link), "`{link}` is not in\n{page}");
    }
    assert!(
        page.contains("<a href=\"/lookout/runbooks/#exporter-certs\">the runbooks of certs</a>"),
        "{page}"
    );
    model.runbooks.clear();
    let page = render(&model);
    assert!(!page.contains("/runbooks/Lookout") && !page.contains("/runbooks/#"), "{page}");
}

#[test]
fn what_is_found_wrong_is_told_with_its_remedy_and_counted_where_it_is_cut() {
    let mut model = well();
    model.exporters[0].sources = numbered(20, |name| wrong(&name, "it has expired", 7));
    let page = render(&model);
    assert_eq!(headline(&model).1, "140 things are wrong with what is watched");
    assert_eq!(page.matches(">it has expired</p>").count(), 16 * 4);
    assert_eq!(page.matches("And 3 more; <code>lookout check</code> names each").count(), 16);
    assert!(page.contains("28 further things are wrong"));
}

#[test]
fn what_one_alert_tells_of_is_one_entry_that_leads_to_its_runbook() {
    let (expired, odd) = (Some("LookoutExampleExpired"), Some("LookoutExample"));
    let mut model = well();
    model.exporters[0].sources = vec![
        wrong("strange", "it is strange", 1),
        told_of(odd, "odd", "it is odd", 1),
        told_of(expired, "one", "it has expired", 2),
        told_of(expired, "other", "it has expired", 1),
    ];
    let page = render(&model);
    let place = |text: &str| page.find(text).unwrap_or_else(|| panic!("`{text}` is not in\n{page}"));
    let entry = "<span class=\"badge bad\">critical</span> certs: A certificate has expired</h3>";
    assert_eq!(page.matches(entry).count(), 1);
    assert_eq!(page.matches("<strong>one</strong>: it has expired").count(), 2);
    assert_eq!(page.matches("<strong>other</strong>: it has expired").count(), 1);
    let link = "See the runbook <a href=\"/runbooks/LookoutExampleExpired\">LookoutExampleExpired</a>.";
    assert_eq!(page.matches(link).count(), 1);
    assert!(place("certs: A certificate has expired") < place("certs: strange"), "the gravest comes first");
    assert!(place("certs: strange") < place("certs: A certificate is odd"));
    assert!(page.contains("3 of what is found wrong are <a href=\"#found\">critical</a>."));
}

#[test]
fn what_the_headline_speaks_of_comes_first() {
    let order = |model: &PageModel| {
        let page = render(model);
        page.find("<h2 id=\"found\">").unwrap() < page.find("<h2 id=\"attention\">").unwrap()
    };
    let mut model = well();
    model.exporters[0].sources = vec![partial("files", "a.pem", "cut off", 1), wrong("shop", "it is odd", 1)];
    assert!(order(&model), "everything can be read but an item, and something is wrong");
    model.exporters[0].sources.insert(0, failing("api", Reason::Timeout, "no answer"));
    assert!(!order(&model), "Lookout is blind");
}

#[test]
fn of_many_sources_those_that_work_are_folded_away_and_those_in_trouble_are_not() {
    let mut model = well();
    model.exporters[0].sources = numbered(19, |name| working(&name));
    model.exporters[0].sources.insert(0, partial("files", "a.pem", "cut off", 1));
    let page = render(&model);
    let (shown, folded) = page.split_once("<details><summary>The 19 that work</summary>").unwrap();
    assert!(shown.contains("Sources of certs in trouble") && shown.contains(">files</th>"), "{page}");
    assert!(folded.contains(">endpoint-0.example:443</th>"), "{page}");
}

#[test]
fn each_of_1000_sources_is_named() {
    let mut model = well();
    model.exporters[0].sources = numbered(1000, |name| working(&name));
    let page = render(&model);
    for source in &model.exporters[0].sources {
        assert!(page.contains(&format!(">{}<", source.name)), "{} is missing", source.name);
    }
    assert!(page.contains("900 more are working, with data that are 21 s to 21 s old"));
    assert!(page.len() < LARGE, "{} bytes", page.len());
}

/// A model as large and as hostile as can be.
fn hostile(sources: usize) -> PageModel {
    let text = "\"".repeat(1200);
    let mut model = everything();
    for (place, exporter) in model.exporters.iter_mut().enumerate() {
        exporter.sources = (0..sources)
            .map(|number| match (number + place) % 4 {
                0 => wrong(&text, &text, 100_000),
                1 => partial(&text, &text, &text, 100_000),
                _ => failing(&text, Reason::ALL[number % Reason::ALL.len()], &text),
            })
            .collect();
        exporter.sources.sort_by_key(|source| source.condition);
        exporter.standing = Some(Standing::Unconfigured(text.clone()));
    }
    let figures = model.configurations.get_mut(&Configuration::Main).unwrap();
    figures.rejected = Some(Rejected { message: format!("{text}\n").repeat(1000), at: now() });
    model
}

#[test]
fn a_page_is_bounded_whatever_there_is_to_say() {
    for sources in [1000, 2000] {
        let page = render(&hostile(sources));
        assert!(page.len() < LARGEST, "{} bytes for {sources} sources of each exporter", page.len());
    }
}

/// A model that says `text` wherever a text from outside can be.
fn saying(text: &str) -> PageModel {
    let mut model = everything();
    for exporter in &mut model.exporters {
        if let Some(Standing::Unconfigured(advice) | Standing::Disabled(advice)) = &mut exporter.standing {
            text.clone_into(advice);
        }
        for source in &mut exporter.sources {
            text.clone_into(&mut source.name);
            for fault in &mut source.examples {
                text.clone_into(&mut fault.subject);
                text.clone_into(&mut fault.message);
            }
            for finding in &mut source.findings.examples {
                text.clone_into(&mut finding.subject);
                text.clone_into(&mut finding.message);
                text.clone_into(&mut finding.remedy);
            }
            if let Some(failure) = &mut source.failure {
                text.clone_into(&mut failure.message);
            }
        }
    }
    for figures in model.configurations.values_mut() {
        if let Some(rejected) = &mut figures.rejected {
            rejected.message = format!("line: {text}");
        }
    }
    model.limits[0].what = format!("Limit {text}");
    model
}

/// The tags with their attributes, without the one attribute that holds a text from outside.
fn skeleton(page: &str) -> Vec<Tag> {
    let mut tags = tags(page);
    for tag in &mut tags {
        tag.attributes.retain(|(name, _)| name != "aria-label");
    }
    tags
}

/// Text that tries to be HTML, in any mixture with other text.
fn hostile_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("<script>alert(1)</script>".to_owned()),
        Just("\"><img src=x onerror=alert(1)>".to_owned()),
        Just("' onmouseover='alert(1)".to_owned()),
        Just("</style></main><!--".to_owned()),
        Just("&#60;b&#62;&lt;\u{202e}\u{2066}\0".to_owned()),
        any::<String>(),
    ];
    // A line break makes another item of a list, and backticks make code: both as it should be.
    let line = |text: String| text.replace(['\n', '\r', '`'], " ");
    prop::collection::vec(piece, 0..4).prop_map(move |pieces| line(pieces.concat()))
}

proptest! {
    #[test]
    fn no_text_from_outside_changes_the_structure(text in hostile_text()) {
        let (page, plain) = (render(&saying(&text)), render(&saying("text")));
        prop_assert_eq!(skeleton(&page), skeleton(&plain));
    }
}
