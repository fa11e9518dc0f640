//! Alertmanager's own configuration: a whole file, whose one route can be taken over into another.

use serde_yaml::Value;

use super::{
    Plan,
    alertmanager_version::{NEWEST, OLDEST},
    dialect::Dialect,
    list, mapping, yaml,
};
use crate::{GeneratedFile, RenderError, rules::RuleOptions};

/// The folder of the target.
const FOLDER: &str = "alertmanager";

/// The file of templates, beside the configuration.
const TEMPLATES: &str = "lookout.tmpl";

/// What whoever loads it should know.
const NOTES: [&str; 3] = [
    "A whole configuration: `amtool check-config alertmanager.yaml`, `amtool config routes test --config.file \
     alertmanager.yaml alertname=LookoutDown severity=critical owner=platform`. To add it to one of your own, take over the \
     route below `route.routes`, the receivers, `inhibit_rules`, and `templates` with lookout.tmpl beside the file.",
    "Every mute asks for labels that must be equal on both sides. kube-prometheus-stack's own rules mute lower \
     severities on equal `namespace` and `alertname` only; that fits none of Lookout's alerts, for no two severities \
     share a name, and does no harm beside these.",
    "Labels in `equal` that neither alert has are equal: `cluster` counts only where Prometheus sends it as an external \
     label, `exported_…` only where a scrape does not honour labels.",
];

/// The configuration and its templates.
pub(super) fn alertmanager(
    plan: &Plan<'_>,
    options: &RuleOptions,
) -> Result<Vec<GeneratedFile>, RenderError> {
    let version = options.version.unwrap_or(NEWEST);
    if version < OLDEST {
        let reader = "Alertmanager";
        return Err(RenderError::KnowVersion { reader, version, oldest: OLDEST, newest: NEWEST });
    }
    let dialect = Dialect::Alertmanager(version);
    let root = mapping([
        ("receiver", Value::from(plan.default_receiver)),
        ("routes", Value::Sequence(vec![Value::Mapping(dialect.route(&plan.route))])),
    ]);
    let mut configuration = mapping([
        ("templates", list([TEMPLATES])),
        ("route", Value::Mapping(root)),
        ("inhibit_rules", plan.inhibitions(dialect)),
        ("receivers", plan.receivers(dialect)?),
    ]);
    if let Some(always) = plan.always("time_intervals") {
        configuration.insert(Value::from("time_intervals"), always);
    }
    let path = format!("{FOLDER}/alertmanager.yaml");
    let file = yaml(&path, &plan.notes(&NOTES), &Value::Mapping(configuration))?;
    Ok(vec![file, plan.texts.file(&format!("{FOLDER}/{TEMPLATES}"))])
}
