//! The configuration that watches a simulated platform: a real file, read like any other.
//!
//! It is written beside the platform's own files, so that a person can read, copy and change it. It has what a platform of this
//! kind would have written down, as `examples/reference-platform.yaml` does, with the addresses and the usual load of this one.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use lookout_runtime::http::ListenAddress;
use lookout_simulator::Platform;
use serde_json::{Value, json};

use super::scraping::{MODULE, Viewpoint};
use crate::exit::{Failure, chain};

/// How often everything is looked at: fast enough to watch an incident happen.
const PERIOD: &str = "5s";
/// Well below the period, so that one silent endpoint does not delay its own next look.
const TIMEOUT: &str = "3s";
/// Below the period too, for the same reason.
const KAFKA_DEADLINE: &str = "4s";

/// Writes the configuration that watches all of `platform`; returns where it is. `listen` is where Lookout is to be reached.
pub(super) fn write(platform: &Platform, listen: &[ListenAddress]) -> Result<PathBuf, Failure> {
    let configuration = json!({
        "kubernetes": kubernetes(platform),
        "certs": certs(platform),
        "probe": probe(platform),
        "kafka": kafka(platform),
        "objectives": objectives(),
        "notifications": notifications(listen),
    });
    let path = platform.directory().join("lookout.yaml");
    write_yaml(&path, &configuration)?;
    Ok(path)
}

fn kubernetes(platform: &Platform) -> Value {
    let access = platform.kubernetes_access();
    json!({
        "access": {
            "server": access.url,
            "certificate_authority": access.authority_file,
            "token_file": access.token_file,
        },
        "period": "15s",
    })
}

fn certs(platform: &Platform) -> Value {
    let kubernetes = platform.kubernetes_access();
    let endpoints = platform.endpoints();
    let endpoints: Vec<_> = endpoints
        .iter()
        .map(|service| json!({ "address": service.address.to_string(), "server_name": service.server_name }))
        .collect();
    json!({
        "directories": platform.directories(),
        "period": PERIOD,
        "endpoints": endpoints,
        "endpoint_period": PERIOD,
        "endpoint_timeout": TIMEOUT,
        "trusted_roots": [platform.trust_bundle()],
        "cluster": {
            "ingress_addresses": { kubernetes.ingress_class: kubernetes.ingress_address.to_string() },
            // A name under `.localhost` is public nowhere, so the edge in front of the cluster is not found by itself.
            "public_addresses": { kubernetes.edge_host: kubernetes.edge_address.to_string() },
        },
    })
}

fn probe(platform: &Platform) -> Value {
    json!({
        "targets": ["**.localhost"],
        "allow_networks": ["127.0.0.0/8"],
        "modules": {
            MODULE: {
                "prober": "http",
                "timeout": TIMEOUT,
                "tls": { "trusted_roots": [platform.trust_bundle()] },
            },
        },
    })
}

fn kafka(platform: &Platform) -> Value {
    let clusters = platform.kafka_clusters();
    let brokers: Vec<_> = clusters
        .iter()
        .map(|cluster| json!({ "name": cluster.name, "brokers": cluster.bootstrap }))
        .collect();
    let usual = |of: fn(&lookout_simulator::KafkaDescription) -> f64| clusters.iter().map(of).sum::<f64>();
    json!({
        "clusters": brokers,
        "period": PERIOD,
        "deadline": KAFKA_DEADLINE,
        "log_directories_period": "15s",
        "configuration_period": "30s",
        "controllers_period": "10s",
        "baseline": {
            "records_per_second": usual(|cluster| cluster.records_per_second).round(),
            "bytes_per_second": usual(|cluster| cluster.bytes_per_second).round(),
        },
    })
}

/// What is promised of the services. They are on this machine, but so may be a build that takes all of it.
fn objectives() -> Value {
    let promise = |viewpoint: &Viewpoint| {
        json!({
            "name": format!("services-{}", viewpoint.name()),
            "select": { "job": viewpoint.job() },
            "measured_at": viewpoint.name(),
            "availability": 0.999,
            "latency": { "limit": "250ms", "target": 0.95 },
        })
    };
    json!({ "probes": Viewpoint::ALL.iter().map(promise).collect::<Vec<_>>() })
}

/// Links of notifications lead to the page, unless it is only known later where that is. There is nobody to be told.
fn notifications(listen: &[ListenAddress]) -> Value {
    let port = listen.iter().find_map(|address| match address {
        ListenAddress::Port { host, port } if *port > 0 => Some((host.as_deref(), port)),
        _ => None,
    });
    port.map_or_else(
        || json!({}),
        |(host, port)| {
            let host = host.filter(|host| !is_any(host)).unwrap_or("localhost");
            let host = if host.contains(':') { format!("[{host}]") } else { host.to_owned() };
            json!({ "lookout_url": format!("http://{host}:{port}") })
        },
    )
}

/// Whether `host` stands for all addresses of the machine.
fn is_any(host: &str) -> bool {
    host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_unspecified())
}

/// The address of `socket` as a browser can open it: "all addresses" is reached as localhost.
pub(super) fn reachable(socket: SocketAddr) -> String {
    if socket.ip().is_unspecified() { format!("localhost:{}", socket.port()) } else { socket.to_string() }
}

/// Writes `value` as a person would: JSON is YAML too, but nobody's.
pub(super) fn write_yaml(path: &Path, value: &Value) -> Result<(), Failure> {
    let text = serde_yaml::to_string(value)
        .map_err(|error| Failure::Run(format!("cannot write {} as YAML: {error}", path.display())))?;
    write_file(path, &text)
}

/// Writes a file, and the folder that it is in.
pub(super) fn write_file(path: &Path, text: &str) -> Result<(), Failure> {
    let folder = path.parent().map_or(Ok(()), std::fs::create_dir_all);
    folder
        .and_then(|()| std::fs::write(path, text))
        .map_err(|error| Failure::Run(format!("cannot write {}: {}", path.display(), chain(&error))))
}
