//! The runbooks that a process serves: one for each alert, with the thresholds in force, each link leading somewhere.

use std::collections::BTreeSet;
use std::fs;
use std::time::Duration;

use lookout_catalog::Settings;

use crate::process::Lookout;

/// Where the links of `page` lead that begin with `start`.
fn links(page: &str, start: &str) -> BTreeSet<String> {
    let attributes = page.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
    attributes.filter(|address| address.starts_with(start)).map(str::to_owned).collect()
}

#[test]
fn every_alert_has_its_runbook_and_every_link_leads_to_one() {
    let lookout = Lookout::serve_with(&["--web.external-url=https://example.org/lookout"]);
    let (status, list) = lookout.get("/lookout/runbooks/");
    assert_eq!(status, 200);
    let listed = links(&list, "/lookout/runbooks/Lookout");
    let alerts = Settings::default().declared().into_iter().flat_map(|declared| declared.alerts);
    let expected: BTreeSet<String> =
        alerts.map(|alert| format!("/lookout/runbooks/{}", alert.name)).collect();
    assert_eq!(listed, expected);
    let mut seen = BTreeSet::new();
    for address in &listed {
        let (status, page) = lookout.get(address);
        assert_eq!(status, 200, "{address}");
        for section in ["Condition", "Meaning", "Impact", "Diagnosis", "Mitigation", "How it was proven"] {
            assert!(page.contains(&format!(">{section}</h2>")), "{address} has no section {section}");
        }
        seen.extend(links(&page, "/"));
    }
    for address in seen {
        assert!([200, 302].contains(&lookout.get(&address).0), "{address}");
    }
}

#[test]
fn the_thresholds_on_a_page_follow_the_configuration() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("lookout.yaml");
    fs::write(&file, "kafka:\n  alerts:\n    lag: 20m\n").unwrap();
    let lookout = Lookout::serve(&file);
    let page = || lookout.get("/runbooks/LookoutKafkaLagHigh.md").1;
    let first = page();
    assert!(first.contains("older than 20m (`kafka.alerts.lag`)") && first.contains("> 1200"), "{first}");
    fs::write(&file, "kafka:\n  alerts:\n    lag: 30m\n").unwrap();
    let mut last = first;
    // A changed file is seen within a second or so; a wrong threshold never goes away.
    for _ in 0..1200 {
        last = page();
        if last.contains("older than 30m") {
            break;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    assert!(last.contains("older than 30m (`kafka.alerts.lag`)") && last.contains("> 1800"), "{last}");
    assert!(!last.contains("> 1200"), "{last}");
}

#[test]
fn the_page_at_the_root_leads_to_the_runbook_of_what_is_wrong() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("lookout.yaml");
    fs::write(&file, "certs:\n  trusted_roots: [/no/such.pem]\n  endpoints: [{address: '127.0.0.1:1'}]\n")
        .unwrap();
    let lookout = Lookout::serve(&file);
    lookout.until_ready();
    let (_, page) = lookout.get("/");
    assert!(links(&page, "/runbooks/").contains("/runbooks/LookoutSourceNeverSucceeded"), "{page}");
    assert!(links(&page, "/runbooks/").contains("/runbooks/"), "{page}");
}
