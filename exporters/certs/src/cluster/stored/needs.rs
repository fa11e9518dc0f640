//! The rights that following an object takes, for the review at start.

use lookout_kubernetes::{Cluster, Namespaces, Need, Resource, Selection, Verb};
use lookout_runtime::Sources;

/// Says that `resource` is listed and watched as `selection` has it.
pub(crate) fn need(
    cluster: &Cluster,
    resource: Resource,
    selection: &Selection,
    why: &'static str,
    without: &'static str,
    sources: &mut Sources,
) {
    let namespaces: Vec<Option<String>> = match &selection.namespaces {
        Namespaces::Named(names) if resource.is_namespaced => names.iter().cloned().map(Some).collect(),
        _ => vec![None],
    };
    for namespace in namespaces {
        for verb in [Verb::List, Verb::Watch] {
            let namespace = namespace.clone();
            let exporter = lookout_certs_spec::SPEC.name;
            cluster.need(Need { verb, resource, namespace, exporter, why, without }, sources);
        }
    }
}
