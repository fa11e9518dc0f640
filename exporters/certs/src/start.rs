//! The sources, from the settings.

use std::collections::HashSet;
use std::sync::Arc;

use lookout_certs_spec::Settings;
use lookout_kubernetes::Cluster;
use lookout_runtime::Sources;

use crate::cluster;
use crate::endpoints::{EndpointSource, SeenCell, Target, TrustCell, TrustSource};
use crate::files::{FileSource, Plan};

/// Adds the sources of `settings` to `sources`; nothing for what is not configured, and nothing of a cluster where
/// `kubernetes` finds none.
///
/// Settings that were validated are used entirely. Of others, what cannot be used is left out and logged as an error.
pub fn start(settings: &Settings, kubernetes: &lookout_kubernetes::Settings, sources: &mut Sources) {
    if !settings.enabled {
        return;
    }
    start_files(settings, sources);
    start_endpoints(settings, sources);
    if settings.cluster.enabled
        && let Some(cluster) = Cluster::of(kubernetes, sources)
    {
        cluster::start(settings, &cluster, sources);
    }
}

fn start_files(settings: &Settings, sources: &mut Sources) {
    match Plan::new(settings) {
        Ok(plan) if plan.places.is_empty() => {}
        Ok(plan) => {
            sources.add(FileSource::description(settings), plan.clone(), move || FileSource::new(plan));
        }
        Err(error) => tracing::error!(%error, "no file is watched, because a path cannot be read"),
    }
}

fn start_endpoints(settings: &Settings, sources: &mut Sources) {
    let mut read = HashSet::new();
    for endpoint in &settings.endpoints {
        let target = match Target::new(endpoint, settings) {
            Ok(target) => target,
            Err(error) => {
                tracing::error!(%error, "an endpoint is not watched");
                continue;
            }
        };
        let store = store_of(&target.trusted_roots, sources);
        if read.insert(target.trusted_roots.clone()) {
            add_trust(target.trusted_roots.clone(), Arc::clone(&store), settings, sources);
        }
        let seen =
            sources.shared(format!("seen\0{}\0{}", target.endpoint, target.server_name), SeenCell::default);
        let description = EndpointSource::description(&target, settings);
        sources
            .add(description, target.clone(), move || EndpointSource::new(target, store.subscribe(), seen));
    }
}

/// The cell in which everybody sees the store of one list of trusted roots.
fn store_of(roots: &[String], sources: &mut Sources) -> Arc<TrustCell> {
    // No path holds the character 0, so each list has a key of its own.
    sources.shared(format!("trusted roots\0{}", roots.join("\0")), || TrustCell::new(None))
}

/// Adds the source that reads one list of trusted roots.
fn add_trust(roots: Vec<String>, store: Arc<TrustCell>, settings: &Settings, sources: &mut Sources) {
    let description = TrustSource::description(&roots, settings);
    sources.add(description, roots.clone(), move || TrustSource::new(roots, store));
}
