//! The configuration of a Prometheus that scrapes the demo, has the platform's services probed, and evaluates the rules.
//!
//! It is written at every start, so that one's own Prometheus can be started with it too.
//!
//! Invariant: the rules are those that `lookout rules render` writes from the demo's configuration; but their links lead to where
//! the demo listens in fact.
//!
//! How to get it wrong: probing a service at one place only. What is slow at the edge and fast behind it is not the service's
//! fault, and only the three together tell that.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use lookout_catalog::Settings;
use lookout_render::{Links, RuleOptions, RuleTarget, rules};
use lookout_simulator::{EndpointDescription, Platform};
use serde_json::{Value, json};

use super::configuration::{reachable, write_file, write_yaml};
use crate::exit::{Failure, chain};

/// How often the scraper scrapes; the demo's sources have the same period.
const SCRAPE_INTERVAL: &str = "5s";
/// The module by which the platform's services are probed.
pub(super) const MODULE: &str = "platform";

/// From where the services are probed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Viewpoint {
    /// At the public name.
    Edge,
    /// Behind the edge, where the tunnel ends: at the ingress controller.
    Tunnel,
    /// At the services themselves.
    Origin,
}

impl Viewpoint {
    pub(super) const ALL: &'static [Self] = &[Self::Edge, Self::Tunnel, Self::Origin];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Edge => "edge",
            Self::Tunnel => "tunnel",
            Self::Origin => "origin",
        }
    }

    /// The scraper's job.
    pub(super) fn job(self) -> String {
        format!("probe-{}", self.name())
    }

    fn targets(self, platform: &Platform) -> Vec<String> {
        let kubernetes = platform.kubernetes_access();
        let url = |host: &str, address: SocketAddr| format!("https://{host}:{}/", address.port());
        match self {
            Self::Edge => vec![url(&kubernetes.edge_host, kubernetes.edge_address)],
            Self::Tunnel => {
                kubernetes.ingress_hosts.iter().map(|host| url(host, kubernetes.ingress_address)).collect()
            }
            Self::Origin => platform.endpoints().iter().map(EndpointDescription::url).collect(),
        }
    }
}

/// Writes the configuration and the rules; returns where the former is. `settings` are those of the demo, which listens at
/// `address`.
pub(super) fn write(
    platform: &Platform,
    settings: &Settings,
    address: SocketAddr,
) -> Result<PathBuf, Failure> {
    let directory = platform.directory();
    let configuration = json!({
        "global": { "scrape_interval": SCRAPE_INTERVAL, "evaluation_interval": SCRAPE_INTERVAL },
        "rule_files": write_rules(settings, address, directory)?,
        "scrape_configs": jobs(platform, &reachable(address)),
    });
    let path = directory.join("prometheus.yaml");
    write_yaml(&path, &configuration)?;
    Ok(path)
}

fn write_rules(settings: &Settings, address: SocketAddr, directory: &Path) -> Result<Vec<PathBuf>, Failure> {
    let url = format!("http://{}", reachable(address));
    let links = Links::new(&url, &settings.notifications.grafana_url);
    let options = RuleOptions { links, ..RuleOptions::default() };
    let rendered = rules(RuleTarget::Prometheus, &settings.declared(), &options)
        .map_err(|error| Failure::Run(format!("cannot render the rules: {}", chain(&error))))?;
    let write = |file: lookout_render::GeneratedFile| {
        let path = directory.join("rules").join(&file.path);
        write_file(&path, &file.contents)?;
        Ok(path)
    };
    rendered.files.into_iter().map(write).collect()
}

fn jobs(platform: &Platform, lookout: &str) -> Vec<Value> {
    let scrape = json!({
        "job_name": "lookout",
        // Labels of Lookout's own are about what it watches.
        "honor_labels": true,
        "static_configs": [{ "targets": [lookout] }],
    });
    let probe = |viewpoint: &Viewpoint| {
        let target = |label: &str| json!({ "source_labels": ["__address__"], "target_label": label });
        json!({
            "job_name": viewpoint.job(),
            "metrics_path": "/probe",
            "params": { "module": [MODULE] },
            "static_configs": [{ "targets": viewpoint.targets(platform) }],
            "relabel_configs": [
                target("__param_target"),
                target("instance"),
                { "target_label": "__address__", "replacement": lookout },
            ],
        })
    };
    std::iter::once(scrape).chain(Viewpoint::ALL.iter().map(probe)).collect()
}
