//! The sources, from the settings.
//!
//! Invariant: what was read of one cluster is never seen under the name of another. If a name comes to stand for other brokers, its
//! sources are of another origin, and share another cell.

mod lineage;

use std::sync::Arc;

use lookout_kafka_spec::Settings;
use lookout_kafka_spec::config::ClusterSettings;
use lookout_kafka_spec::pattern::Selection;
use lookout_runtime::Sources;

use self::lineage::Lineage;
use crate::assess::granularity;
use crate::cell::ClusterCell;
use crate::sources::{ConfigurationSource, ControllersSource, CycleSource, LogDirectoriesSource, Plan};

/// Adds the sources of `settings` to `sources`; nothing for what is not configured.
///
/// Settings that were validated are used entirely. Of others, what cannot be used is left out and logged as an error.
pub fn start(settings: &Settings, sources: &mut Sources) {
    if !settings.enabled {
        return;
    }
    let selections =
        Selection::new(&settings.topics).and_then(|topics| Ok((topics, Selection::new(&settings.groups)?)));
    let (topics, groups) = match selections {
        Ok(selections) => selections,
        Err(error) => {
            tracing::error!(%error, "no Kafka cluster is watched, because a pattern cannot be used");
            return;
        }
    };
    for cluster in &settings.clusters {
        start_cluster(settings, cluster, (&topics, &groups), sources);
    }
}

fn start_cluster(
    settings: &Settings,
    cluster: &ClusterSettings,
    (topics, groups): (&Selection, &Selection),
    sources: &mut Sources,
) {
    let shard = sources.shard();
    let key = cell_key(cluster);
    let generation = sources.shared(key.clone(), Lineage::default).generation(&cluster.brokers);
    let cell = sources.shared(format!("{key}\0{generation}"), ClusterCell::default);
    // In the cell and not in the plans: another cluster in the configuration must not replace the sources of this one.
    cell.allow_series(granularity::budget(settings));
    let plan = Plan::new(settings, cluster, shard);
    let (topics, groups, own) = (topics.clone(), groups.clone(), Arc::clone(&cell));
    sources.add_of(generation, CycleSource::description(&plan), plan.clone(), move || {
        CycleSource::new(plan, topics, groups, own)
    });
    let plan = Plan::of(settings, cluster, shard, |kept| {
        kept.log_directories_period = settings.log_directories_period;
        kept.alerts = settings.alerts.clone();
    });
    let own = Arc::clone(&cell);
    sources.add_of(generation, LogDirectoriesSource::description(&plan), plan.clone(), move || {
        LogDirectoriesSource::new(&plan, own)
    });
    let plan =
        Plan::of(settings, cluster, shard, |kept| kept.configuration_period = settings.configuration_period);
    let own = Arc::clone(&cell);
    sources.add_of(generation, ConfigurationSource::description(&plan), plan.clone(), move || {
        ConfigurationSource::new(&plan, own)
    });
    let plan =
        Plan::of(settings, cluster, shard, |kept| kept.controllers_period = settings.controllers_period);
    sources.add_of(generation, ControllersSource::description(&plan), plan.clone(), move || {
        ControllersSource::new(&plan, cell)
    });
    // One of the shards probes: the others would measure the same brokers, and write to them, once more.
    if shard.index() == 0 {
        start_probe(cluster, generation, sources);
    }
}

/// Under what the sources of a cluster find what they share. A name may be the address of another cluster's first broker.
fn cell_key(cluster: &ClusterSettings) -> String {
    let kind = if cluster.name.is_empty() { "broker" } else { "name" };
    format!("kafka cluster\0{kind}\0{}", cluster.source_name())
}

/// Adds the probe, if it is wanted.
#[cfg(feature = "probe")]
fn start_probe(cluster: &ClusterSettings, generation: u64, sources: &mut Sources) {
    use crate::probe::ProbeSource;
    if cluster.probe.enabled {
        let cluster = cluster.clone();
        sources.add_of(generation, ProbeSource::description(&cluster), cluster.clone(), move || {
            ProbeSource::new(cluster)
        });
    }
}

/// Says that there is no probe in this build, if one is wanted.
#[cfg(not(feature = "probe"))]
fn start_probe(cluster: &ClusterSettings, _generation: u64, _sources: &mut Sources) {
    if cluster.probe.enabled {
        let cluster = cluster.source_name();
        tracing::error!(
            cluster,
            "the probe is configured, but this build has none: build with the feature `probe`"
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cluster_that_is_named_like_the_broker_of_another_has_a_cell_of_its_own() {
        let brokers = vec!["kafka:9092".to_owned()];
        let unnamed = ClusterSettings { brokers, ..ClusterSettings::default() };
        let named = ClusterSettings { name: "kafka:9092".to_owned(), ..unnamed.clone() };
        assert_eq!(named.source_name(), unnamed.source_name());
        assert_ne!(cell_key(&named), cell_key(&unnamed));
    }
}
