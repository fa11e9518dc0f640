//! The rights that following an object takes, for the review at start.

use lookout_kubernetes::Verb;
use lookout_kubernetes::{Cluster, Namespaces, Need, Resource, Selection};

/// Says that `resource` is listed and watched as `selection` has it.
pub(crate) fn need(
    cluster: &Cluster,
    resource: Resource,
    selection: &Selection,
    why: &'static str,
    without: &'static str,
) {
    let namespaces: Vec<Option<String>> = match &selection.namespaces {
        Namespaces::Named(names) if resource.is_namespaced => names.iter().cloned().map(Some).collect(),
        _ => vec![None],
    };
    for namespace in namespaces {
        for verb in [Verb::List, Verb::Watch] {
            let namespace = namespace.clone();
            cluster.need(Need {
                verb,
                resource,
                namespace,
                exporter: lookout_certs_spec::SPEC.name,
                why,
                without,
            });
        }
    }
}
