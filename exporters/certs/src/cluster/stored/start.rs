//! The sources of stored certificates, from the settings.

use std::collections::BTreeSet;
use std::sync::Arc;

use lookout_certs_spec::Settings;
use lookout_certs_spec::labels::SourceKind;
use lookout_kubernetes::{Cluster, Reader, Resource, Selection};
use lookout_runtime::Sources;
use tokio::sync::watch;

use super::ca_bundle::{CaBundleKind, CaBundleReader};
use super::cell::{Scope, StoredCell};
use super::config_map::ConfigMapReader;
use super::filter::{self, Filter};
use super::needs::need;
use super::object::StoredObject;
use super::place::Place;
use super::secret::SecretReader;
use super::sharing::Sharing;
use super::source::{StoredPlan, StoredSource};
use super::standing::{StandingSource, Standings};

const OF_NAMESPACES: [&str; 2] = [
    "to choose namespaces by their labels",
    "nothing is watched, because namespaces cannot be chosen by their labels",
];
const OF_SECRETS: [&str; 2] = ["to read the certificates in them", "certificates in Secrets are not watched"];
const OF_CONFIG_MAPS: [&str; 2] =
    ["to read the certificates in them", "certificates in ConfigMaps are not watched"];
const OF_CA_BUNDLES: [&str; 2] =
    ["to read their `caBundle`s", "the certificates in their `caBundle`s are not watched"];

/// Adds the sources of stored certificates, and gives the cell in which the Secrets are seen.
pub(crate) fn start(settings: &Settings, cluster: &Arc<Cluster>, sources: &mut Sources) -> Arc<StoredCell> {
    // What was read of one API server, or by one account, is nothing to whoever asks another.
    let of_cluster = cell_key("stored secrets", cluster);
    let cell = sources.shared(of_cluster, || watch::Sender::new(None));
    let starting = Starting {
        settings,
        cluster,
        sharing: sources.shared("stored sharing", Sharing::default),
        standings: sources.shared(cell_key("stored standings", cluster), Standings::default),
    };
    let (of, shard) = (&settings.cluster, sources.shard());
    let mut names = BTreeSet::new();
    if !of.namespace_selector.is_empty() {
        let [why, without] = OF_NAMESPACES;
        need(cluster, Resource::NAMESPACES, &Selection::default(), why, without, sources);
    }
    if of.secrets.enabled {
        let plan = starting.plan(
            SecretReader::new(of, &starting.sharing),
            filter::secret_selection(of, shard),
            Place::Secret,
        );
        let scope = Scope {
            filter: Filter::new(of),
            namespaces: plan.selection.namespaces.clone(),
            has_selector: !of.selector.is_empty(),
        };
        let cell = Arc::clone(&cell);
        names.insert(starting.add(plan, OF_SECRETS, Some((cell, scope)), sources));
    }
    if of.config_maps.enabled {
        let reader = ConfigMapReader::new(of, &starting.sharing);
        let plan = starting.plan(reader, filter::config_map_selection(of, shard), Place::ConfigMap);
        names.insert(starting.add(plan, OF_CONFIG_MAPS, None, sources));
    }
    if of.watches_ca_bundles() {
        for kind in CaBundleKind::ALL {
            let reader = CaBundleReader::new(kind, &of.limits, &starting.sharing);
            let place = Place::CaBundle(kind.resource().kind);
            let plan = starting.plan(reader, filter::cluster_wide_selection(shard), place);
            names.insert(starting.add(plan, OF_CA_BUNDLES, None, sources));
        }
    }
    if !names.is_empty() {
        let (standings, cluster) = (Arc::clone(&starting.standings), Arc::clone(cluster));
        // The pointer stands for the API server: another one is another cell.
        let identity = (names.clone(), Arc::as_ptr(&cluster) as usize);
        sources.add_of(cluster.origin(), StandingSource::description(settings), identity, move || {
            StandingSource::new(names, standings, cluster)
        });
    }
    cell
}

/// The key of a cell of what is read of `cluster`. The pointer stands for the API server, and for how it is reached.
pub(crate) fn cell_key(of: &str, cluster: &Arc<Cluster>) -> String {
    format!("{of} {:p}", Arc::as_ptr(cluster))
}

/// What the sources have in common.
struct Starting<'a> {
    settings: &'a Settings,
    cluster: &'a Arc<Cluster>,
    sharing: Arc<Sharing>,
    standings: Arc<Standings>,
}

impl Starting<'_> {
    fn plan<R>(&self, reader: R, selection: Selection, place: Place) -> StoredPlan<R> {
        let Settings { cluster, relative_metrics, alerts, period, .. } = self.settings;
        StoredPlan {
            reader,
            selection,
            place,
            chain: cluster.chain,
            exposes_relative: *relative_metrics,
            about_to_expire: alerts.critical.clone(),
            period: period.get(),
        }
    }

    /// Adds a source; gives its name.
    fn add<R: Reader<Object = StoredObject>>(
        &self,
        plan: StoredPlan<R>,
        [why, without]: [&'static str; 2],
        cell: Option<(Arc<StoredCell>, Scope)>,
        sources: &mut Sources,
    ) -> (SourceKind, &'static str) {
        let resource = plan.reader.resource();
        let name = (plan.place.source_kind(), resource.plural);
        need(self.cluster, resource, &plan.selection, why, without, sources);
        let (cluster, standings) = (Arc::clone(self.cluster), Arc::clone(&self.standings));
        let identity = (plan.clone(), Arc::as_ptr(&cluster) as usize);
        let description = StoredSource::description(&plan, self.settings);
        sources.add_of(cluster.origin(), description, identity, move || {
            let source = StoredSource::new(plan, cluster, standings);
            match cell {
                Some((cell, scope)) => source.showing(cell, scope),
                None => source,
            }
        });
        name
    }
}

#[cfg(test)]
mod tests {
    use lookout_exposition::Exposition;
    use lookout_runtime::{Clock, Driver};

    use super::*;

    #[test]
    fn what_was_read_by_one_account_is_not_seen_by_another() {
        let clock = Clock::starting_at(jiff::Timestamp::UNIX_EPOCH);
        let mut driver = Driver::new(Exposition::new([]), clock);
        let mut seen = |token_file: &str| {
            let mut kubernetes = lookout_kubernetes::Settings::default();
            kubernetes.access.server = "https://127.0.0.1:1".to_owned();
            kubernetes.access.token_file = token_file.to_owned();
            let mut sources = driver.sources();
            let cluster = Cluster::of(&kubernetes, &mut sources).unwrap();
            let cell = start(&Settings::default(), &cluster, &mut sources);
            driver.set(sources).unwrap();
            cell
        };
        let first = seen("/first");
        assert!(Arc::ptr_eq(&first, &seen("/first")));
        assert!(!Arc::ptr_eq(&first, &seen("/second")));
    }
}
