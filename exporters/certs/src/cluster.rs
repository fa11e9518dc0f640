//! Certificates of a Kubernetes cluster: where they are stored, who asks for them, which hosts are served with them, and whom
//! they concern.
//!
//! Each group of resources is a source of its own, fed by lists and watches of `lookout-kubernetes`. They are facts: what was
//! read stays, with its age, while the API is away.

use std::sync::Arc;

use lookout_certs_spec::Settings;
use lookout_kubernetes::Cluster;
use lookout_runtime::Sources;

pub mod certmanager;
mod following;
pub mod hosts;
mod joined;
pub mod requests;
pub mod served;
pub mod stored;
pub mod workloads;

/// Adds the sources of what is watched in `cluster`.
pub(crate) fn start(settings: &Settings, cluster: &Arc<Cluster>, sources: &mut Sources) {
    let secrets = stored::start(settings, cluster, sources);
    joined::start(settings, cluster, &secrets, sources);
}
