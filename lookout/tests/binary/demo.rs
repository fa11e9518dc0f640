//! `lookout demo`: what it tells, what it writes, and that its page leads on.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::Value;

use crate::process::{Lookout, lookout};

/// How often something is looked for before the test is called hung, at the pause below: a minute, and what the looks take.
const TRIES: usize = 600;
const PAUSE: Duration = Duration::from_millis(100);

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

/// The answer of `path` with 200, once it is as it should be. A source is read every few seconds.
fn until(demo: &Lookout, path: &str, what: &str, is_so: impl Fn(&str) -> bool) -> String {
    for _ in 0..TRIES {
        let (status, answer) = demo.get(path);
        assert_eq!(status, 200, "{path}: {answer}");
        if is_so(&answer) {
            return answer;
        }
        std::thread::sleep(PAUSE);
    }
    panic!("{path}: {what}:\n{}", demo.get(path).1);
}

/// Whether a probe has succeeded. One whose time was up says nothing: the demo's is short, and a machine may stand still.
fn has_succeeded(answer: &str) -> bool {
    let is_late = answer.contains("\nprobe_failure{reason=\"timeout\"} 1\n");
    assert!(is_late || answer.contains("\nprobe_success 1\n"), "{answer}");
    !is_late
}

/// Where the page's list of what is found wrong leads.
fn links_of_what_is_found(page: &str) -> BTreeSet<&str> {
    let Some((_, rest)) = page.split_once("<h2 id=\"found\">") else { return BTreeSet::new() };
    let found = rest.split_once("</section>").unwrap().0;
    found.split("href=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect()
}

#[test]
fn without_defects_everything_is_in_order_and_answers() {
    let (demo, story) = Lookout::demo(&["--without-defects"], "Everything is in order");
    let configuration = file(&story, "lookout.yaml");
    let check = lookout(&["config", "check", configuration.to_str().unwrap()]);
    assert_eq!(check.status.code(), Some(0), "{}", String::from_utf8_lossy(&check.stderr));
    until(&demo, "/", "not all sources work", |page| page.contains("sources work</h1>"));
    let probes = probes(&file(&story, "prometheus.yaml"));
    // At the edge, at the ingress controller, and at each service.
    assert_eq!(probes.len(), 1 + 11 + 9);
    for probe in probes {
        until(&demo, &probe, "it is always late", has_succeeded);
    }
    // What is asked for the first time before the hosts are known is told with the next look.
    for needed in ["\ncerts_edge_not_after_timestamp_seconds{", "\nkafka_baseline_records_per_second{"] {
        until(&demo, "/metrics", &format!("lacks {needed}"), |metrics| metrics.contains(needed));
    }
}

#[test]
fn each_thing_that_is_found_wrong_leads_to_the_runbook_of_its_alert() {
    let (demo, story) = Lookout::demo(&[], "  certificatesigningrequest ");
    assert!(story.contains("Wrong on purpose"), "{story}");
    demo.until_ready();
    // Each source finds its part, and the page tells what is found so far.
    let page = until(&demo, "/", "little is found", |page| {
        let is_found = page.contains("certs: A host&#39;s certificate is not made out to it</h3>");
        is_found && links_of_what_is_found(page).len() > 5
    });
    for link in links_of_what_is_found(&page) {
        assert!(link.starts_with("/runbooks/Lookout"), "{link}");
        assert_eq!(demo.get(link).0, 200, "{link}");
    }
}
