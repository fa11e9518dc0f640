//! The kinds of the operators: `AlertmanagerConfig` and `VMAlertmanagerConfig`, each written natively.
//!
//! Both operators put a condition on the namespace of the object before its routes and its inhibitions. Lookout's alerts
//! are about the world and most have no namespace, so under that condition they reach nobody. The objects cannot switch it
//! off; their heads say where it is switched off.

use serde_yaml::{Mapping, Value};

use super::{LOOKOUT, Plan, dialect::Dialect, mapping, yaml};
use crate::{GeneratedFile, RenderError, rules::RuleOptions};

/// What whoever applies an `AlertmanagerConfig` should know.
const FOR_PROMETHEUS: [&str; 3] = [
    "The operator adds `namespace=\"…\"` of this object to its route and to its inhibitions, and most of Lookout's alerts have \
     no namespace: they would reach nobody. Set `alertmanagerConfigMatcherStrategy: {type: None}` in the Alertmanager \
     object.",
    "The Alertmanager object must select this one (`alertmanagerConfigSelector`); kube-prometheus-stack selects none by \
     default, or only those with a label of its release. Microsoft Teams needs Alertmanager 0.28 or newer.",
    "Secrets are looked up in the namespace of this object. Its templates stand in it: no file has to be loaded.",
];

/// What whoever applies a `VMAlertmanagerConfig` should know.
const FOR_VICTORIA_METRICS: [&str; 3] = [
    "The operator adds `namespace=\"…\"` of this object to its route and to its inhibitions, and most of Lookout's alerts have \
     no namespace: they would reach nobody. Set `disableNamespaceMatcher: true` in the VMAlertmanager object.",
    "The VMAlertmanager object must select this one (`configSelector`, or `selectAllByDefault: true`). Microsoft Teams \
     needs Alertmanager 0.28 or newer.",
    "Secrets are looked up in the namespace of this object. Its templates stand in it: no file has to be loaded.",
];

/// The object `AlertmanagerConfig` (`monitoring.coreos.com/v1alpha1`).
pub(super) fn amconfig(plan: &Plan<'_>, options: &RuleOptions) -> Result<GeneratedFile, RenderError> {
    let dialect = Dialect::Prometheus;
    let spec = spec(plan, dialect, "muteTimeIntervals", "timeIntervals")?;
    let object = object("monitoring.coreos.com/v1alpha1", "AlertmanagerConfig", options, spec);
    yaml("amconfig/lookout.yaml", &plan.notes(&FOR_PROMETHEUS), &object)
}

/// The object `VMAlertmanagerConfig` (`operator.victoriametrics.com/v1beta1`).
pub(super) fn vmalertmanagerconfig(
    plan: &Plan<'_>,
    options: &RuleOptions,
) -> Result<GeneratedFile, RenderError> {
    let dialect = Dialect::VictoriaMetrics;
    let spec = spec(plan, dialect, "time_intervals", "time_intervals")?;
    let object = object("operator.victoriametrics.com/v1beta1", "VMAlertmanagerConfig", options, spec);
    yaml("vmalertmanagerconfig/lookout.yaml", &plan.notes(&FOR_VICTORIA_METRICS), &object)
}

fn object(version: &str, kind: &str, options: &RuleOptions, spec: Mapping) -> Value {
    let mut metadata = mapping([("name", Value::from(LOOKOUT))]);
    if let Some(namespace) = &options.namespace {
        metadata.insert(Value::from("namespace"), Value::from(namespace.as_str()));
    }
    if !options.labels.is_empty() {
        let labels: Mapping = options
            .labels
            .iter()
            .map(|(name, value)| (Value::from(name.as_str()), Value::from(value.as_str())))
            .collect();
        metadata.insert(Value::from("labels"), Value::Mapping(labels));
    }
    Value::Mapping(mapping([
        ("apiVersion", Value::from(version)),
        ("kind", Value::from(kind)),
        ("metadata", Value::Mapping(metadata)),
        ("spec", Value::Mapping(spec)),
    ]))
}

/// The route, what mutes what, the receivers, and the time intervals under the names that they have here.
fn spec(plan: &Plan<'_>, dialect: Dialect, intervals: &str, within: &str) -> Result<Mapping, RenderError> {
    let mut spec = mapping([("route", Value::Mapping(dialect.route(&plan.route)))]);
    spec.insert(Value::from(dialect.name("inhibit_rules")), plan.inhibitions(dialect));
    spec.insert(Value::from("receivers"), plan.receivers(dialect)?);
    if let Some(always) = plan.always(within) {
        spec.insert(Value::from(intervals), always);
    }
    Ok(spec)
}
