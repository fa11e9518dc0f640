//! What the demo tells the person in front of it: where to look, and what is wrong on purpose.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::Path;

use lookout_simulator::{Incident, Platform};

use super::configuration::reachable;

/// The files that the demo has written for whoever looks at it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Files<'a> {
    /// What Lookout is configured by.
    pub(super) configuration: &'a Path,
    /// What a Prometheus can be configured by, if Lookout listens where one can reach it.
    pub(super) prometheus: Option<&'a Path>,
}

/// The text that is printed once everything runs.
pub(super) fn opening(platform: &Platform, addresses: &[SocketAddr], files: Files<'_>) -> String {
    let mut story =
        String::from("\nA small simulated platform is running, and Lookout watches it.\n\nLook at\n");
    for address in addresses {
        let address = reachable(*address);
        line(&mut story, &format!("http://{address}/"), "the page for people");
        line(&mut story, &format!("http://{address}/metrics"), "what Prometheus scrapes");
    }
    line(&mut story, &files.configuration.display().to_string(), "the configuration in use");
    if let Some(prometheus) = files.prometheus {
        let what = "for a Prometheus of your own: what to scrape and to probe, and the rules";
        line(&mut story, &prometheus.display().to_string(), what);
    }
    let kubeconfig = platform.kubernetes_access().kubeconfig;
    line(&mut story, &kubeconfig.display().to_string(), "the simulated Kubernetes, for kubectl --kubeconfig");
    if platform.defects().is_empty() {
        story.push_str("\nEverything is in order.\n");
        return story;
    }
    story.push_str("\nWrong on purpose\n");
    for defect in platform.defects() {
        line(&mut story, &defect.place, defect.what);
    }
    story
}

/// The text about an incident that is about to be played.
pub(super) fn incident(incident: &Incident) -> String {
    format!("\nIncident `{}`\n  {}\n  {}\n", incident.name, incident.story, incident.seen)
}

/// The text about an incident that has just been repaired.
pub(super) fn repaired(incident: &Incident) -> String {
    format!("\nIncident `{}` is repaired\n", incident.name)
}

/// Every incident with its story.
pub(super) fn incidents() -> String {
    let mut list = String::new();
    for incident in Incident::ALL {
        // Writing to a String cannot fail.
        let _ = writeln!(list, "{:<28} {}", incident.name, incident.story);
    }
    list
}

fn line(story: &mut String, place: &str, what: &str) {
    // Writing to a String cannot fail.
    let _ = writeln!(story, "  {place}\n      {what}");
}
