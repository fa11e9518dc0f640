//! How a workload is read: which Secrets of its namespace its pods use.
//!
//! The places in a pod's specification (`core/v1`, PodSpec): `volumes[].secret`, `volumes[].projected.sources[].secret`,
//! `containers[].env[].valueFrom.secretKeyRef`, `containers[].envFrom[].secretRef`, and the same of init containers.

use std::collections::BTreeSet;

use lookout_kubernetes::{Json, ObjectJson, Reader, Resource};

use crate::cluster::certmanager::short;

/// The most Secrets of one workload; a pod with more is of no use to anybody who reads an alert.
const MAX_SECRETS: usize = 100;

/// The kinds that make pods.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum WorkloadKind {
    /// A Deployment.
    Deployment,
    /// A StatefulSet.
    StatefulSet,
    /// A DaemonSet.
    DaemonSet,
    /// A CronJob.
    CronJob,
    /// A Job that no other object owns.
    Job,
}

impl WorkloadKind {
    /// Every kind, in the order of their sources.
    pub const ALL: [Self; 5] =
        [Self::Deployment, Self::StatefulSet, Self::DaemonSet, Self::CronJob, Self::Job];

    /// The name of the kind.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Deployment => "Deployment",
            Self::StatefulSet => "StatefulSet",
            Self::DaemonSet => "DaemonSet",
            Self::CronJob => "CronJob",
            Self::Job => "Job",
        }
    }

    const fn plural(self) -> &'static str {
        match self {
            Self::Deployment => "deployments",
            Self::StatefulSet => "statefulsets",
            Self::DaemonSet => "daemonsets",
            Self::CronJob => "cronjobs",
            Self::Job => "jobs",
        }
    }

    const fn group(self) -> &'static str {
        match self {
            Self::Deployment | Self::StatefulSet | Self::DaemonSet => "apps",
            Self::CronJob | Self::Job => "batch",
        }
    }

    /// Where its pods are specified, below `spec`.
    const fn path(self) -> &'static [&'static str] {
        match self {
            Self::CronJob => &["jobTemplate", "spec", "template", "spec"],
            _ => &["template", "spec"],
        }
    }
}

/// The names of the Secrets that a workload uses, in order, each once.
pub type SecretsOfWorkload = Box<[Box<str>]>;

/// Reads the workloads of one kind; what uses no Secret is left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkloadReader {
    /// Which kind.
    pub kind: WorkloadKind,
}

impl Reader for WorkloadReader {
    type Object = SecretsOfWorkload;

    fn resource(&self) -> Resource {
        Resource {
            group: self.kind.group(),
            versions: &["v1"],
            plural: self.kind.plural(),
            kind: self.kind.as_str(),
            is_namespaced: true,
        }
    }

    fn read(&self, object: &ObjectJson<'_>) -> Option<SecretsOfWorkload> {
        let is_owned = object.metadata().get("ownerReferences").items().next().is_some();
        // Its CronJob says the same, once.
        if self.kind == WorkloadKind::Job && is_owned {
            return None;
        }
        let secrets = secrets(object.get("spec").at(self.kind.path()));
        (!secrets.is_empty()).then(|| secrets.into_iter().take(MAX_SECRETS).collect())
    }
}

fn secrets(pod: Json<'_>) -> BTreeSet<Box<str>> {
    let mut names = BTreeSet::new();
    let mut add = |name: Json<'_>| {
        let name = short(name);
        if !name.is_empty() {
            names.insert(name);
        }
    };
    for (field, value) in pod.entries() {
        match &*field {
            "volumes" => volumes(value, &mut add),
            "containers" | "initContainers" => environments(value, &mut add),
            _ => {}
        }
    }
    names
}

fn volumes(volumes: Json<'_>, add: &mut impl FnMut(Json<'_>)) {
    for volume in volumes.items() {
        add(volume.at(&["secret", "secretName"]));
        for source in volume.at(&["projected", "sources"]).items() {
            add(source.at(&["secret", "name"]));
        }
    }
}

fn environments(containers: Json<'_>, add: &mut impl FnMut(Json<'_>)) {
    for container in containers.items() {
        for variable in container.get("env").items() {
            add(variable.at(&["valueFrom", "secretKeyRef", "name"]));
        }
        for source in container.get("envFrom").items() {
            add(source.at(&["secretRef", "name"]));
        }
    }
}
