//! The section `certs` of the configuration.
//!
//! The doc comments of the fields are the comments of the default file, so they speak to the person who edits it.
//!
//! How to get it wrong: an option that one release reads and the next ignores. The schema is closed, so a key that
//! is removed here becomes an error with a place.

use lookout_config::{Complaints, HumanDuration, Validate};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

mod alerts;
mod cluster;
mod endpoint;
mod limits;
mod objects;
mod presets;
mod selector;

pub use alerts::{AlertSettings, ExpiryThreshold};
pub use cluster::{Chain, ClusterSettings, ObjectLimits};
pub use endpoint::{EndpointSettings, SYSTEM_ROOTS, effective_server_name};
pub use limits::Limits;
pub use objects::{ANY_TYPE, ConfigMapSettings, SecretRule, SecretSettings};
pub use presets::Preset;

use crate::pattern::Pattern;

/// Certificates: in files, in a Kubernetes cluster, and as servers show them.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Whether certificates are watched.
    pub enabled: bool,
    /// How many series the exporter may serve. Above it whole metric families are withheld, the finest first, and
    /// `lookout_family_withheld` names them.
    pub series_budget: usize,
    /// Files in PEM form, as paths or globs: `*`, `?`, `[a-z]`, `{a,b}` within one name, `**` for any number of
    /// directories. As in a shell, a wildcard matches no name that begins with a dot.
    pub files: Vec<String>,
    /// Directories of which every `.pem`, `.crt`, `.cer` and `.cert` file is watched. Directories below them are not;
    /// write a glob with `**` for those.
    pub directories: Vec<String>,
    /// Kubeconfig files, as paths or globs: the certificates that are embedded in them, and those that they refer to.
    pub kubeconfigs: Vec<String>,
    /// The distributions of Kubernetes whose files on a node are watched: `kubeadm`, `k3s`, `rke2`, `eks`, `openshift`. What a
    /// node does not have is no fault.
    pub presets: Vec<Preset>,
    /// Where the node's file system is mounted, such as `/host`: put before the paths of presets and before where links and
    /// kubeconfigs below it point to, and left out of the label `filepath`. Empty on the node itself.
    pub host_root: String,
    /// How often paths are looked at again. A change in a directory that is already known is noticed at once.
    pub period: HumanDuration,
    /// How long one look at all paths may take.
    pub deadline: HumanDuration,
    /// How many leading directories are left out of the label `filepath`: 2 makes `/host/etc/ssl/a.pem` into
    /// `/ssl/a.pem`.
    pub trim_path_components: usize,
    /// Whether `x509_cert_expires_in_seconds` and `x509_cert_valid_since_seconds` are exported too. They change in
    /// every cycle, and `x509_cert_not_after - time()` says the same.
    pub relative_metrics: bool,
    /// What bounds the reading of files.
    pub limits: Limits,
    /// The TLS servers whose certificates are watched.
    pub endpoints: Vec<EndpointSettings>,
    /// How often each endpoint is connected to.
    pub endpoint_period: HumanDuration,
    /// How long resolving, connecting and the TLS handshake may take together.
    pub endpoint_timeout: HumanDuration,
    /// The roots that endpoints are verified against: PEM files, and `system` for the machine's own trust store.
    pub trusted_roots: Vec<String>,
    /// When the shipped alerts fire.
    pub alerts: AlertSettings,
    /// What is watched through the Kubernetes API.
    pub cluster: ClusterSettings,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            enabled: true,
            series_budget: 1_000_000,
            files: Vec::new(),
            directories: Vec::new(),
            kubeconfigs: Vec::new(),
            presets: Vec::new(),
            host_root: String::new(),
            period: HumanDuration::from_secs(60),
            deadline: HumanDuration::from_secs(30),
            trim_path_components: 0,
            relative_metrics: false,
            limits: Limits::default(),
            endpoints: Vec::new(),
            endpoint_period: HumanDuration::from_secs(60),
            endpoint_timeout: HumanDuration::from_secs(10),
            trusted_roots: vec![SYSTEM_ROOTS.to_owned()],
            alerts: AlertSettings::default(),
            cluster: ClusterSettings::default(),
        }
    }
}

impl Validate for Settings {
    fn validate(&self, complaints: &mut Complaints) {
        for (key, files) in [("files", &self.files), ("kubeconfigs", &self.kubeconfigs)] {
            complaints.unique(key, "", files);
            for (index, file) in files.iter().enumerate() {
                if let Err(error) = Pattern::parse(file) {
                    complaints.add(&format!("{key}[{index}]"), error.to_string());
                }
            }
        }
        for (index, directory) in self.directories.iter().enumerate() {
            let literal = !directory.is_empty() && !directory.contains(['*', '?', '[', ']', '{', '}']);
            let message = "must be the path of one directory; write globs under `files`";
            complaints.require(&format!("directories[{index}]"), literal, message);
        }
        complaints.require("series_budget", self.series_budget > 0, "must be at least 1");
        complaints.unique("presets", "", &self.presets);
        let root = &self.host_root;
        let is_root = root.is_empty() || (root.starts_with('/') && root.len() > 1 && !root.ends_with('/'));
        let message = "must be an absolute path without a final slash, such as `/host`, or empty";
        complaints.require("host_root", is_root && !root.contains(['*', '?', '[', ']', '{', '}']), message);
        complaints.unique("directories", "", &self.directories);
        period(complaints, "period", self.period);
        period(complaints, "endpoint_period", self.endpoint_period);
        at_least_a_moment(complaints, "deadline", self.deadline);
        at_least_a_moment(complaints, "endpoint_timeout", self.endpoint_timeout);
        endpoint::trusted_roots(complaints, "trusted_roots", &self.trusted_roots);
        complaints.not_empty("trusted_roots", &self.trusted_roots);
        complaints.section("limits", &self.limits);
        complaints.items("endpoints", &self.endpoints);
        complaints.require("endpoints", self.endpoints.len() <= MAX_ENDPOINTS, TOO_MANY_ENDPOINTS);
        complaints.unique("endpoints", "address", self.endpoints.iter().map(EndpointSettings::identity));
        complaints.section("alerts", &self.alerts);
        complaints.section("cluster", &self.cluster);
    }
}

/// Each endpoint is a task, a connection and forty series; beyond this, run several instances.
pub const MAX_ENDPOINTS: usize = 1000;

const TOO_MANY_ENDPOINTS: &str = "must be at most 1000 endpoints; share them out over several instances";

fn period(complaints: &mut Complaints, path: &str, period: HumanDuration) {
    let message = "must be at least `1s`";
    complaints.require(path, period >= HumanDuration::from_secs(1), message);
}

fn at_least_a_moment(complaints: &mut Complaints, path: &str, duration: HumanDuration) {
    let message = "must be at least `100ms`";
    complaints.require(path, duration >= HumanDuration::from_millis(100), message);
}
