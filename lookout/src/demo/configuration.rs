//! The configuration that watches a simulated platform: a real file, read like any other.
//!
//! It is written beside the platform's own files, so that a person can read, copy and change it.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use lookout_simulator::Platform;
use serde_json::json;

use crate::exit::{Failure, chain};

/// How often everything is looked at: fast enough to watch an incident happen.
const PERIOD: &str = "5s";
/// Well below the period, so that one silent endpoint does not delay its own next look.
const TIMEOUT: &str = "3s";
/// Below the period too, for the same reason.
const KAFKA_DEADLINE: &str = "4s";

/// Writes the configuration that watches all of `platform`; returns where it is.
pub(super) fn write(platform: &Platform) -> Result<PathBuf, Failure> {
    let endpoint = |address: SocketAddr, server_name: &str| json!({ "address": address.to_string(), "server_name": server_name });
    let kubernetes = platform.kubernetes_access();
    let of_services = platform.endpoints();
    let of_services = of_services.iter().map(|service| endpoint(service.address, &service.server_name));
    // A name under `.localhost` is public nowhere, so the edge in front of the cluster is not found by itself.
    let of_edge = endpoint(kubernetes.edge_address, &kubernetes.edge_host);
    let endpoints: Vec<_> = of_services.chain([of_edge]).collect();
    let clusters: Vec<_> = platform
        .kafka_clusters()
        .iter()
        .map(|cluster| json!({ "name": cluster.name, "brokers": cluster.bootstrap }))
        .collect();
    let configuration = json!({
        "certs": {
            "directories": platform.directories(),
            "period": PERIOD,
            "endpoints": endpoints,
            "endpoint_period": PERIOD,
            "endpoint_timeout": TIMEOUT,
            "trusted_roots": [platform.trust_bundle()],
            "cluster": {
                "ingress_addresses": { kubernetes.ingress_class: kubernetes.ingress_address.to_string() },
            },
        },
        "kubernetes": {
            "access": {
                "server": kubernetes.url,
                "certificate_authority": kubernetes.authority_file,
                "token_file": kubernetes.token_file,
            },
            "period": "15s",
        },
        "kafka": {
            "clusters": clusters,
            "period": PERIOD,
            "deadline": KAFKA_DEADLINE,
            "log_directories_period": "15s",
            "configuration_period": "30s",
            "controllers_period": "10s",
        },
    });
    // JSON is YAML, but not what a person would write.
    let text = serde_yaml::to_string(&configuration)
        .map_err(|error| Failure::Run(format!("cannot write the demo's configuration as YAML: {error}")))?;
    let path = platform.directory().join("lookout.yaml");
    write_file(&path, &text)?;
    Ok(path)
}

pub(super) fn write_file(path: &Path, text: &str) -> Result<(), Failure> {
    std::fs::write(path, text)
        .map_err(|error| Failure::Run(format!("cannot write {}: {}", path.display(), chain(&error))))
}
