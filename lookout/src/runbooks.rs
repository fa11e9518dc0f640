//! The runbooks that this process serves, with the thresholds of the settings in force.
//!
//! They are for the alerts of every exporter, also of one that this process does not watch for: a notification may come
//! from rules that were rendered with other settings.
//!
//! How to get it wrong: setting them before what they speak of is in force. A reader of the page believes it.

use lookout_catalog::Settings;
use lookout_declarations::{Alert, ExporterSpec};
use lookout_render::{Handbook, RenderError, summary};
use lookout_runtime::{Library, RunbookNote};

use crate::exit::chain;

/// Every runbook for `settings`; each page is written when somebody asks for it.
pub(crate) fn library(settings: &Settings) -> Library {
    let catalogue = settings.declared();
    let notes =
        catalogue.iter().flat_map(|declared| declared.alerts.iter().map(|alert| note(declared.spec, alert)));
    let settings = settings.clone();
    Library::new(notes.collect(), move |name| match page(&settings, name) {
        Ok(page) => page,
        Err(error) => {
            // The catalogue's own tests write every page for the default settings.
            let error = chain(&error);
            tracing::error!(
                runbook = name,
                error,
                "a runbook cannot be written; this is a defect in Lookout"
            );
            Some(format!(
                "# {name}\n\nThis runbook cannot be written: {error}. This is a defect in Lookout.\n"
            ))
        }
    })
}

fn note(spec: &'static ExporterSpec, alert: &Alert) -> RunbookNote {
    let Alert { name, severity, owner, .. } = *alert;
    RunbookNote {
        name,
        exporter: spec.name,
        question: spec.question,
        severity,
        owner,
        summary: summary(alert),
    }
}

fn page(settings: &Settings, name: &str) -> Result<Option<String>, RenderError> {
    let catalogue = settings.declared();
    Handbook::new(&catalogue, settings)?.with_grafana(&settings.notifications.grafana_url).page(name)
}

#[cfg(test)]
mod tests {
    use lookout_config::load;

    use super::*;

    #[test]
    fn a_page_says_the_thresholds_that_are_in_force() {
        let settings: Settings = load("lookout.yaml", "kafka:\n  alerts:\n    lag: 20m\n").unwrap();
        let shown = |settings| page(settings, "LookoutKafkaLagHigh").unwrap().unwrap();
        let (live, default) = (shown(&settings), shown(&Settings::default()));
        assert!(live.contains("> 1200") && live.contains("older than 20m (`kafka.alerts.lag`)"), "{live}");
        assert!(live.contains("the settings of this page, which differ from the defaults"), "{live}");
        assert!(
            default.contains("> 600") && default.contains("older than 10m (`kafka.alerts.lag`)"),
            "{default}"
        );
        assert!(default.contains("which are in force here"), "{default}");
    }
}
