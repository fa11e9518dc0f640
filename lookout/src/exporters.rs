//! The one place where the binary knows its exporters by name.
//!
//! The catalogue says which exporters there are; this file says which code collects for them. A test holds the two
//! against each other, so no spec ships without its collector. `cargo xtask new-exporter` adds the arm.

use std::sync::Arc;

use lookout_catalog::{ALL, Settings};
use lookout_runtime::{ExporterNote, Prober, Sources, Standing};

/// Adds the sources of every exporter to `sources`, and tells where each exporter stands, in documentation order.
pub(crate) fn start_all(settings: &Settings, sources: &mut Sources) -> Vec<ExporterNote> {
    ALL.iter()
        .map(|spec| {
            // The runtime itself publishes what Lookout says of itself.
            let is_own = spec.name == lookout_self_metrics::NAME;
            let is_built = is_own || start(spec.name, settings, sources);
            let watches = sources.descriptions().any(|description| description.exporter == spec.name);
            let standing = if !is_built {
                Standing::NotBuilt
            } else if is_own || watches || answers(spec.name, settings) {
                Standing::Active
            } else if let Some(key) = settings.switched_off_by(spec.name) {
                Standing::Disabled(key.to_owned())
            } else {
                Standing::Unconfigured(spec.unconfigured.to_owned())
            };
            ExporterNote { name: spec.name, question: spec.question, standing }
        })
        .collect()
}

/// What answers `/probe`, if anything may be probed.
pub(crate) fn prober(settings: &Settings) -> Option<Arc<dyn Prober>> {
    #[cfg(feature = "probe")]
    let prober = lookout_probe::prober(&settings.probe);
    #[cfg(not(feature = "probe"))]
    let prober = None;
    prober
}

/// Adds the sources of the exporter `name` to `sources`. Returns whether this build has such an exporter.
fn start(name: &str, settings: &Settings, sources: &mut Sources) -> bool {
    match name {
        #[cfg(feature = "kubernetes")]
        "kubernetes" => lookout_kubernetes::start(&settings.kubernetes, sources),
        #[cfg(feature = "certs")]
        "certs" => lookout_certs::start(&settings.certs, &settings.kubernetes, sources),
        #[cfg(feature = "probe")]
        "probe" => lookout_probe::start(&settings.probe),
        #[cfg(feature = "kafka")]
        "kafka" => lookout_kafka::start(&settings.kafka, sources),
        // new-exporter: add above
        _ => return false,
    }
    true
}

/// Whether the exporter `name` works when it is asked to.
fn answers(name: &str, settings: &Settings) -> bool {
    name == "probe" && prober(settings).is_some()
}

#[cfg(test)]
mod tests {
    use lookout_catalog::{ALL, Settings};
    use lookout_config::load;
    use lookout_runtime::{Sources, Standing};

    fn standings(text: &str) -> Vec<(&'static str, Standing)> {
        let settings: Settings = load("lookout.yaml", text).unwrap();
        let notes = super::start_all(&settings, &mut Sources::default());
        assert_eq!(notes.len(), ALL.len());
        notes.into_iter().map(|note| (note.name, note.standing)).collect()
    }

    fn standing(text: &str, name: &str) -> Standing {
        standings(text).into_iter().find(|(known, _)| *known == name).unwrap().1
    }

    #[test]
    fn every_spec_of_the_catalogue_has_its_collector() {
        let without = standings("").into_iter().filter(|(_, standing)| *standing == Standing::NotBuilt);
        assert_eq!(without.map(|(name, _)| name).collect::<Vec<_>>(), [""; 0]);
    }

    #[test]
    fn each_exporter_says_why_it_watches_nothing() {
        assert_eq!(standing("", "lookout"), Standing::Active);
        assert!(
            matches!(standing("", "certs"), Standing::Unconfigured(what) if what.contains("`certs.files`"))
        );
        assert_eq!(standing("certs:\n  files: [/a.pem]\n", "certs"), Standing::Active);
        let off = Standing::Disabled("certs.enabled".to_owned());
        assert_eq!(standing("certs:\n  enabled: false\n  files: [/a.pem]\n", "certs"), off);
        assert!(matches!(standing("", "probe"), Standing::Unconfigured(_)));
        assert_eq!(standing("probe:\n  targets: [example.org]\n", "probe"), Standing::Active);
    }
}
