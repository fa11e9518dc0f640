//! Where the distributions of Kubernetes keep the certificates of a node.
//!
//! The paths are those of the projects' own documentation and sources, named at each list. A path of a preset that is not there
//! is no fault: no node has them all.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A distribution of Kubernetes whose paths are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Preset {
    /// What `kubeadm` sets up.
    Kubeadm,
    /// K3s.
    K3s,
    /// RKE2.
    Rke2,
    /// Nodes of Amazon EKS.
    Eks,
    /// OpenShift and OKD.
    Openshift,
}

impl Preset {
    /// Every preset.
    pub const ALL: [Self; 5] = [Self::Kubeadm, Self::K3s, Self::Rke2, Self::Eks, Self::Openshift];

    /// Its name: the label `source_name` of what it finds.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Kubeadm => "kubeadm",
            Self::K3s => "k3s",
            Self::Rke2 => "rke2",
            Self::Eks => "eks",
            Self::Openshift => "openshift",
        }
    }

    /// The files with certificates, as paths and globs on the node.
    pub const fn files(self) -> &'static [&'static str] {
        match self {
            Self::Kubeadm => KUBEADM_FILES,
            Self::K3s => K3S_FILES,
            Self::Rke2 => RKE2_FILES,
            Self::Eks => EKS_FILES,
            Self::Openshift => OPENSHIFT_FILES,
        }
    }

    /// The kubeconfigs, as paths and globs on the node.
    pub const fn kubeconfigs(self) -> &'static [&'static str] {
        match self {
            Self::Kubeadm => KUBEADM_KUBECONFIGS,
            Self::K3s => K3S_KUBECONFIGS,
            Self::Rke2 => RKE2_KUBECONFIGS,
            Self::Eks => EKS_KUBECONFIGS,
            Self::Openshift => OPENSHIFT_KUBECONFIGS,
        }
    }
}

/// kubernetes.io, "PKI certificates and requirements" and "Certificate Management with kubeadm"; the kubelet's own are where
/// its flag `--cert-dir` has them by default.
const KUBEADM_FILES: &[&str] = &[
    "/etc/kubernetes/pki/*.crt",
    "/etc/kubernetes/pki/etcd/*.crt",
    "/var/lib/kubelet/pki/kubelet-client-current.pem",
    "/var/lib/kubelet/pki/kubelet-server-current.pem",
    "/var/lib/kubelet/pki/kubelet.crt",
];

/// As above; `super-admin.conf` since kubeadm 1.29.
const KUBEADM_KUBECONFIGS: &[&str] = &[
    "/etc/kubernetes/admin.conf",
    "/etc/kubernetes/super-admin.conf",
    "/etc/kubernetes/controller-manager.conf",
    "/etc/kubernetes/scheduler.conf",
    "/etc/kubernetes/kubelet.conf",
];

/// docs.k3s.io, "k3s certificate"; the names in `pkg/cli/cert` and `pkg/daemons/control/deps` of k3s-io/k3s. What a running
/// server shows is a copy of these in `temporary-certs`.
const K3S_FILES: &[&str] = &[
    "/var/lib/rancher/k3s/server/tls/*.crt",
    "/var/lib/rancher/k3s/server/tls/etcd/*.crt",
    "/var/lib/rancher/k3s/server/tls/kube-controller-manager/*.crt",
    "/var/lib/rancher/k3s/server/tls/kube-scheduler/*.crt",
    "/var/lib/rancher/k3s/agent/*.crt",
];

/// As above.
const K3S_KUBECONFIGS: &[&str] = &[
    "/etc/rancher/k3s/k3s.yaml",
    "/var/lib/rancher/k3s/server/cred/*.kubeconfig",
    "/var/lib/rancher/k3s/agent/*.kubeconfig",
];

/// docs.rke2.io, "Certificate Management": RKE2 is built on K3s and has its layout under a folder of its own.
const RKE2_FILES: &[&str] = &[
    "/var/lib/rancher/rke2/server/tls/*.crt",
    "/var/lib/rancher/rke2/server/tls/etcd/*.crt",
    "/var/lib/rancher/rke2/server/tls/kube-controller-manager/*.crt",
    "/var/lib/rancher/rke2/server/tls/kube-scheduler/*.crt",
    "/var/lib/rancher/rke2/agent/*.crt",
];

/// As above.
const RKE2_KUBECONFIGS: &[&str] = &[
    "/etc/rancher/rke2/rke2.yaml",
    "/var/lib/rancher/rke2/server/cred/*.kubeconfig",
    "/var/lib/rancher/rke2/agent/*.kubeconfig",
];

/// awslabs/amazon-eks-ami, `nodeadm/internal/kubelet`: the cluster's authority; the kubelet's serving certificate is rotated
/// (`serverTLSBootstrap`), and its client is authenticated by IAM, so there is no client certificate.
const EKS_FILES: &[&str] = &[
    "/etc/kubernetes/pki/ca.crt",
    "/var/lib/kubelet/pki/kubelet-server-current.pem",
    "/var/lib/kubelet/pki/kubelet-client-current.pem",
    "/var/lib/kubelet/pki/kubelet.crt",
];

/// As above.
const EKS_KUBECONFIGS: &[&str] = &["/var/lib/kubelet/kubeconfig"];

/// docs.openshift.com, "Certificate types and descriptions", and the recovery procedures for etcd and for expired control plane
/// certificates, which name the folders of the static pods.
const OPENSHIFT_FILES: &[&str] = &[
    "/etc/kubernetes/kubelet-ca.crt",
    "/var/lib/kubelet/pki/kubelet-client-current.pem",
    "/var/lib/kubelet/pki/kubelet-server-current.pem",
    "/etc/kubernetes/static-pod-resources/kube-apiserver-certs/secrets/*/tls.crt",
    "/etc/kubernetes/static-pod-resources/kube-apiserver-certs/configmaps/*/ca-bundle.crt",
    "/etc/kubernetes/static-pod-resources/kube-controller-manager-certs/secrets/*/tls.crt",
    "/etc/kubernetes/static-pod-resources/kube-scheduler-certs/secrets/*/tls.crt",
    "/etc/kubernetes/static-pod-resources/etcd-certs/secrets/*/*.crt",
    "/etc/kubernetes/static-pod-resources/etcd-certs/configmaps/*/ca-bundle.crt",
];

/// As above; `/etc/kubernetes/kubeconfig` is the one by which a node joins.
const OPENSHIFT_KUBECONFIGS: &[&str] = &[
    "/etc/kubernetes/kubeconfig",
    "/var/lib/kubelet/kubeconfig",
    "/etc/kubernetes/static-pod-resources/kube-apiserver-certs/secrets/node-kubeconfigs/*.kubeconfig",
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pattern::Pattern;

    #[test]
    fn every_path_is_an_absolute_pattern() {
        for path in Preset::ALL.iter().flat_map(|preset| preset.files().iter().chain(preset.kubeconfigs())) {
            assert!(path.starts_with('/'), "{path}");
            Pattern::parse(path).unwrap();
        }
    }

    #[test]
    fn a_preset_is_written_by_its_name() {
        for preset in Preset::ALL {
            assert_eq!(serde_json_name(preset), preset.name());
        }
    }

    fn serde_json_name(preset: Preset) -> String {
        #[derive(Default, serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        struct File {
            presets: Vec<Preset>,
        }
        impl lookout_config::Validate for File {
            fn validate(&self, _: &mut lookout_config::Complaints) {}
        }
        let text = format!("presets: [{}]\n", preset.name());
        let file = lookout_config::load::<File>("test.yaml", &text).unwrap();
        assert_eq!(file.presets, [preset]);
        preset.name().to_owned()
    }
}
