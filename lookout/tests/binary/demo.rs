//! `lookout demo`: what it tells, what it writes, and that its page leads on.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::process::{Lookout, lookout};

/// The file of this name of which the demo tells.
fn file(story: &str, name: &str) -> PathBuf {
    let path = story.lines().map(str::trim).find(|line| line.ends_with(&format!("/{name}")));
    path.unwrap_or_else(|| panic!("`{name}` is not told of:\n{story}")).into()
}

/// What a Prometheus would have probed, each as the address of the probe.
fn probes(configuration: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(configuration).unwrap();
    let configuration: Value = serde_yaml::from_str(&text).unwrap();
    for rules in configuration["rule_files"].as_array().unwrap() {
        assert!(Path::new(rules.as_str().unwrap()).is_file(), "{rules}");
    }
    let jobs = configuration["scrape_configs"].as_array().unwrap();
    let probing = jobs.iter().filter(|job| job["metrics_path"] == "/probe");
    let of_job = |job: &Value| {
        let module = job["params"]["module"][0].as_str().unwrap().to_owned();
        let targets = job["static_configs"][0]["targets"].as_array().unwrap().clone();
        targets
            .into_iter()
            .map(move |target| format!("/probe?module={module}&target={}", target.as_str().unwrap()))
    };
    probing.flat_map(of_job).collect()
}

/// The page at `/`, once it says this. A source is read every few seconds.
fn page(demo: &Lookout, wanted: &str) -> String {
    for _ in 0..600 {
        let (_, page) = demo.get("/");
        if page.contains(wanted) {
            return page;
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    panic!("the page does not say `{wanted}`:\n{}", demo.get("/").1);
}

#[test]
fn without_defects_everything_is_in_order_and_answers() {
    let (demo, story) = Lookout::demo(&["--without-defects"], "Everything is in order");
    let configuration = file(&story, "lookout.yaml");
    let check = lookout(&["config", "check", configuration.to_str().unwrap()]);
    assert_eq!(check.status.code(), Some(0), "{}", String::from_utf8_lossy(&check.stderr));
    page(&demo, "sources work</h1>");
    let probes = probes(&file(&story, "prometheus.yaml"));
    // At the edge, at the ingress controller, and at each service.
    assert_eq!(probes.len(), 1 + 11 + 9);
    for probe in probes {
        let (status, answer) = demo.get(&probe);
        assert_eq!(status, 200, "{probe}: {answer}");
        assert!(answer.contains("\nprobe_success 1\n"), "{probe}: {answer}");
    }
    let (_, metrics) = demo.get("/metrics");
    for needed in ["\ncerts_edge_not_after_timestamp_seconds{", "\nkafka_baseline_records_per_second{"] {
        assert!(metrics.contains(needed), "{needed}");
    }
}

#[test]
fn each_thing_that_is_found_wrong_leads_to_the_runbook_of_its_alert() {
    let (demo, story) = Lookout::demo(&[], "  certificatesigningrequest ");
    assert!(story.contains("Wrong on purpose"), "{story}");
    demo.until_ready();
    let page = page(&demo, "certs: A host&#39;s certificate is not made out to it</h3>");
    let found = page.split_once("<h2 id=\"found\">").unwrap().1.split_once("</section>").unwrap().0;
    let links: BTreeSet<&str> =
        found.split("href=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    assert!(links.len() > 5, "{links:?}");
    for link in links {
        assert!(link.starts_with("/runbooks/Lookout"), "{link}");
        assert_eq!(demo.get(link).0, 200, "{link}");
    }
}
