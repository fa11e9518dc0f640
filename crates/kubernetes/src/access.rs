//! The source that tells whether Lookout may do what its exporters want, and what the API costs.
//!
//! Its data are measurements: a right that was there an hour ago says nothing about now. A right that is missing is reviewed in
//! every cycle, one that is granted every ten minutes and as soon as the server refuses it.
//!
//! Invariant: it fails only if nothing could be reviewed. A right that could not be asked about has no row, which is neither granted nor
//! missing.

mod rows;

use std::sync::Arc;

use jiff::Timestamp;
use lookout_exposition::Batch;
use lookout_kubernetes_spec::{NAME, REASONS, Settings};
use lookout_runtime::{
    CollectError, Collected, DataKind, Fault, Finding, Source, SourceDescription, Sources,
};

use crate::cluster::{AskServer, Cluster};
use crate::figures::Figures;
use crate::need::{Reviewed, Verdict};

lookout_runtime::finding_alerts! {
    /// The alerts that tell of what is found wrong.
    #[cfg(test)]
    FINDING_ALERTS;
    PERMISSION_MISSING = "LookoutKubernetesPermissionMissing";
}

/// Adds the source, if there is an API server to read.
pub fn start(settings: &Settings, sources: &mut Sources) {
    let Some(cluster) = Cluster::of(settings, sources) else { return };
    let description = SourceDescription {
        exporter: NAME,
        name: "API server".to_owned(),
        data: DataKind::Measurements,
        period: settings.period.get(),
        // A review is a request per right; each has the time that any request has.
        deadline: settings.period.get(),
        reasons: REASONS,
    };
    sources.add_of(cluster.origin(), description, settings.clone(), move || AccessSource { cluster });
}

/// Reviews the rights.
struct AccessSource {
    cluster: Arc<Cluster>,
}

/// What is known at one moment.
#[derive(Debug)]
pub(crate) struct Access {
    /// What the server says of itself, if it did.
    version: Option<String>,
    reviewed: Vec<Reviewed>,
    figures: Figures,
}

// === impl AccessSource ===

impl Source for AccessSource {
    type Model = Access;

    async fn collect(&mut self) -> Result<Collected<Access>, CollectError> {
        let version = self.cluster.server_version().await;
        let reviewed = self.cluster.review().await;
        let version = match version {
            Ok(version) => Some(version),
            // The server is away, or lets nobody in: then nothing else was learnt either.
            Err(AskServer { reason, message }) if reviewed.iter().all(is_unknown) => {
                return Err(CollectError::new(reason, message));
            }
            Err(_) => None,
        };
        let faults = reviewed.iter().filter_map(fault).collect();
        Ok(Collected { model: Access { version, reviewed, figures: self.cluster.figures() }, faults })
    }

    async fn changed(&mut self) {
        self.cluster.refused().await;
    }

    fn assess(&self, model: &Access, _now: Timestamp, batch: &mut Batch) {
        rows::write(model, batch);
    }

    fn findings(&self, model: &Access, _now: Timestamp) -> Vec<Finding> {
        model.reviewed.iter().filter_map(finding).collect()
    }
}

fn is_unknown(reviewed: &Reviewed) -> bool {
    matches!(reviewed.verdict, Verdict::Unknown { .. })
}

/// What a right is called where people read it.
fn subject(reviewed: &Reviewed) -> String {
    let need = &reviewed.need;
    let place =
        need.namespace.as_ref().map(|namespace| format!(" in namespace {namespace}")).unwrap_or_default();
    format!("{} {}{place}", need.verb, need.resource)
}

fn fault(reviewed: &Reviewed) -> Option<Fault> {
    let Verdict::Unknown { reason, message } = &reviewed.verdict else { return None };
    Some(Fault { reason: *reason, subject: subject(reviewed), message: message.clone() })
}

fn finding(reviewed: &Reviewed) -> Option<Finding> {
    let Verdict::Denied { remedy } = &reviewed.verdict else { return None };
    let need = &reviewed.need;
    Some(Finding {
        subject: subject(reviewed),
        message: format!(
            "Lookout may not do this, which {} needs {}; without it {}",
            need.exporter, need.why, need.without
        ),
        remedy: remedy.clone(),
        alert: Some(PERMISSION_MISSING),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_alert_of_a_finding_is_declared() {
        let declared = (lookout_kubernetes_spec::SPEC.alerts)();
        for alert in FINDING_ALERTS {
            assert!(declared.iter().any(|declared| declared.name == alert.as_str()), "{alert:?}");
        }
    }
}
