//! What is watched through the Kubernetes API.
//!
//! How the API is reached and what it may cost stands in the section `kubernetes`; here stands what is looked at. Whatever
//! can be left out by the server is left out there.

use std::collections::BTreeMap;

use lookout_config::{Complaints, HumanSize, Validate};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::objects::{ConfigMapSettings, SecretSettings};
use super::selector::label_selector;
use crate::address::Address;
use crate::name_pattern::NamePattern;

/// What is watched through the Kubernetes API, wherever one is found: in a pod, or as `kubernetes` says.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own in the file")]
pub struct ClusterSettings {
    /// Whether certificates in the cluster are watched.
    pub enabled: bool,
    /// The namespaces that are watched, as names or with `*` and `?`; empty for all. If all are plain names, each is asked for by itself,
    /// so that a Role in each namespace is enough, and what has no namespace is not watched.
    pub namespaces: Vec<String>,
    /// The namespaces that are not watched, as names or with `*` and `?`.
    pub exclude_namespaces: Vec<String>,
    /// Only namespaces with these labels, as a label selector: `team=data,!sandbox`.
    pub namespace_selector: String,
    /// Only Secrets and ConfigMaps with these labels, as a label selector.
    pub selector: String,
    /// Secrets and ConfigMaps that are not watched: globs of `name`, or of `namespace/name`.
    pub exclude: Vec<String>,
    /// The labels of Secrets that become labels of their certificates, as `secret_label_…`. Labels that change often make new
    /// series each time.
    pub labels: Vec<String>,
    /// Which certificates of a value count: `all`, or only those that are no authority (`leaf`).
    pub chain: Chain,
    /// Certificates in Secrets.
    pub secrets: SecretSettings,
    /// Certificates in ConfigMaps.
    pub config_maps: ConfigMapSettings,
    /// Whether the `caBundle`s of webhooks, APIServices and CustomResourceDefinitions are watched. Left out: yes, unless
    /// `namespaces` has plain names only.
    pub ca_bundles: Option<bool>,
    /// Whether CertificateSigningRequests are watched. Left out: yes, unless `namespaces` has plain names only.
    pub signing_requests: Option<bool>,
    /// Whether cert-manager's Certificates, requests, Orders, Challenges and Issuers are watched, where it is installed.
    pub cert_manager: bool,
    /// Whether it is judged that the hosts of Ingresses and Gateways have a certificate that covers them.
    pub hosts: bool,
    /// Whether the hosts of Ingresses, Gateways and annotated Services are connected to, at the controller's own address, to
    /// see what is served.
    pub probe_hosts: bool,
    /// Whether the public names of hosts are looked up and connected to as well, to see the certificate of a CDN or tunnel in front
    /// of the cluster. Needs `probe_hosts`.
    pub probe_public_names: bool,
    /// Where an ingress controller is reached, as `host:port` by class, or for all classes that an IngressClass gives to one
    /// controller by that one's name (`k8s.io/ingress-nginx`); for those that are not found by themselves.
    pub ingress_addresses: BTreeMap<String, String>,
    /// Where the public name of a host is reached, as `host:port` by host, where the name server that Lookout asks knows another
    /// address than the rest of the world.
    pub public_addresses: BTreeMap<String, String>,
    /// Whether the workloads that use a Secret are named.
    pub workloads: bool,
    /// What bounds the reading of objects.
    pub limits: ObjectLimits,
}

/// Which certificates of a value count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Chain {
    /// Every certificate.
    #[default]
    All,
    /// Only those that are no authority.
    Leaf,
}

/// Bounds on what is read of an object. What lies beyond one is reported with the reason `too_large` or `too_many`.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ObjectLimits {
    /// The largest value that is decoded.
    pub max_value_size: HumanSize,
    /// The most certificates that are taken from one value.
    pub max_certificates_per_value: usize,
    /// The most values that are taken from one object.
    pub max_values_per_object: usize,
    /// The most hosts that are connected to.
    pub max_probed_hosts: usize,
}

impl ClusterSettings {
    /// Whether every namespace is named outright, so that rights in each of them must do.
    pub fn names_each_namespace(&self) -> bool {
        let is_plain = |name: &String| !NamePattern::is_glob(name);
        !self.namespaces.is_empty()
            && self.namespaces.iter().all(is_plain)
            && self.namespace_selector.is_empty()
    }

    /// Whether `caBundle`s are watched.
    pub fn watches_ca_bundles(&self) -> bool {
        self.ca_bundles.unwrap_or(!self.names_each_namespace())
    }

    /// Whether CertificateSigningRequests are watched.
    pub fn watches_signing_requests(&self) -> bool {
        self.signing_requests.unwrap_or(!self.names_each_namespace())
    }
}

impl Default for ClusterSettings {
    fn default() -> Self {
        Self {
            enabled: true,
            namespaces: Vec::new(),
            exclude_namespaces: Vec::new(),
            namespace_selector: String::new(),
            selector: String::new(),
            exclude: Vec::new(),
            labels: Vec::new(),
            chain: Chain::All,
            secrets: SecretSettings::default(),
            config_maps: ConfigMapSettings::default(),
            ca_bundles: None,
            signing_requests: None,
            cert_manager: true,
            hosts: true,
            probe_hosts: true,
            probe_public_names: true,
            ingress_addresses: BTreeMap::new(),
            public_addresses: BTreeMap::new(),
            workloads: true,
            limits: ObjectLimits::default(),
        }
    }
}

impl Default for ObjectLimits {
    fn default() -> Self {
        Self {
            // An object has at most 1.5 MiB in etcd, 1 MiB if it is a Secret or a ConfigMap.
            max_value_size: HumanSize::from_mebibytes(1),
            // The public trust bundle has about 150.
            max_certificates_per_value: 500,
            max_values_per_object: 100,
            // Each is a TLS handshake a period, at the controller and at its public name.
            max_probed_hosts: 1000,
        }
    }
}

impl Validate for ClusterSettings {
    fn validate(&self, complaints: &mut Complaints) {
        for (key, patterns) in
            [("namespaces", &self.namespaces), ("exclude_namespaces", &self.exclude_namespaces)]
        {
            NamePattern::complain_about_namespaces(complaints, key, patterns);
        }
        NamePattern::complain_about_names(complaints, "exclude", &self.exclude);
        label_selector(complaints, "namespace_selector", &self.namespace_selector);
        label_selector(complaints, "selector", &self.selector);
        super::selector::label_names(complaints, "labels", &self.labels);
        complaints.section("secrets", &self.secrets);
        complaints.section("config_maps", &self.config_maps);
        complaints.section("limits", &self.limits);
        for (key, addresses) in
            [("ingress_addresses", &self.ingress_addresses), ("public_addresses", &self.public_addresses)]
        {
            for (of, address) in addresses {
                if let Err(error) = address.parse::<Address>() {
                    complaints.add(&format!("{key}.{of}"), error.to_string());
                }
            }
        }
        let message = "needs the right to list namespaces, which a Role in each namespace does not give; leave it out, or write \
                       `namespaces` as patterns";
        let plain =
            !self.namespaces.is_empty() && !self.namespaces.iter().any(|name| NamePattern::is_glob(name));
        complaints.require("namespace_selector", self.namespace_selector.is_empty() || !plain, message);
    }
}

impl Validate for ObjectLimits {
    fn validate(&self, complaints: &mut Complaints) {
        let sizes = HumanSize::from_kibibytes(1)..=HumanSize::from_mebibytes(4);
        complaints.in_range("max_value_size", &self.max_value_size, &sizes);
        complaints.in_range("max_certificates_per_value", &self.max_certificates_per_value, &(1..=10_000));
        complaints.in_range("max_values_per_object", &self.max_values_per_object, &(1..=10_000));
        complaints.in_range("max_probed_hosts", &self.max_probed_hosts, &(1..=10_000));
    }
}
