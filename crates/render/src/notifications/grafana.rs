//! Grafana's own alerting: contact points, texts and notification policies as provisioning files.
//!
//! The policies are a file of their own, because Grafana has one tree of them: provisioning replaces the whole tree.

use serde_yaml::{Mapping, Value};

use super::{
    LOOKOUT, Plan, grafana_points, list, mapping,
    tree::{Matcher, Route},
    yaml,
};
use crate::{GeneratedFile, RenderError};

/// The organisation that Grafana begins with.
const ORGANISATION: u32 = 1;

/// What whoever provisions the contact points should know.
const FOR_POINTS: [&str; 2] = [
    "Secrets are read from files by Grafana (`$__file{…}`) when it is provisioned: they must be there for Grafana's own \
     process, and hold no dollar sign, behind which it looks for a variable. The mail server is that of Grafana's configuration (`[smtp]`).",
    "A receiver with several ways of telling somebody is one contact point with several integrations.",
];

/// What whoever provisions the policies should know.
const FOR_POLICIES: [&str; 2] = [
    "Grafana has one tree of policies for each organisation, and this file replaces it. If it has one already, take \
     over the route below `routes` instead of loading this file.",
    WITHOUT_INHIBITION,
];

/// What Grafana cannot do.
pub(super) const WITHOUT_INHIBITION: &str = "nothing is muted by its cause: Grafana has inhibition from version 13 on only, and \
    it is not rendered for it. While a cause fires, its consequences are notified too; the target `alertmanager` has what mutes what";

/// Contact points, texts, and the policies.
pub(super) fn files(plan: &Plan<'_>) -> Result<Vec<GeneratedFile>, RenderError> {
    let organisation = || ("orgId", Value::from(ORGANISATION));
    let of_organisation = |own: Mapping| {
        let mut whole = mapping([organisation()]);
        whole.extend(own);
        Value::Sequence(vec![Value::Mapping(whole)])
    };
    let points = plan.settings.receivers.iter().map(|receiver| {
        let mut point = mapping([organisation()]);
        point.extend(grafana_points::point(receiver, plan.settings.sends_resolved(&receiver.name)));
        Value::Mapping(point)
    });
    let template = mapping([("name", Value::from(LOOKOUT)), ("template", Value::from(plan.texts.all()))]);
    let mut file = mapping([
        ("apiVersion", Value::from(1)),
        ("contactPoints", Value::Sequence(points.collect())),
        ("templates", of_organisation(template)),
    ]);
    if let Some(Value::Mapping(always)) = plan.always("time_intervals").and_then(|all| all.get(0).cloned()) {
        file.insert(Value::from("muteTimes"), of_organisation(always));
    }
    let root = Route { matchers: Vec::new(), routes: vec![plan.route.clone()], ..plan.route.clone() };
    let policies = mapping([("apiVersion", Value::from(1)), ("policies", of_organisation(policy_of(&root)))]);
    Ok(vec![
        yaml("grafana/contact-points.yaml", &plan.notes(&FOR_POINTS), &Value::Mapping(file))?,
        yaml("grafana/policies.yaml", &plan.notes(&FOR_POLICIES), &Value::Mapping(policies))?,
    ])
}

/// A policy with what is below it.
fn policy_of(route: &Route) -> Mapping {
    let mut policy = mapping([("receiver", Value::from(route.receiver.as_str()))]);
    let mut put = |name: &str, value: Value| {
        policy.insert(Value::from(name), value);
    };
    if !route.matchers.is_empty() {
        let triple = |matcher: &Matcher| list([&*matcher.label, matcher.operator, &matcher.value]);
        put("object_matchers", Value::Sequence(route.matchers.iter().map(triple).collect()));
    }
    if !route.group_by.is_empty() {
        put("group_by", list(&route.group_by));
    }
    for (name, duration) in [
        ("group_wait", route.group_wait),
        ("group_interval", route.group_interval),
        ("repeat_interval", route.repeat_interval),
    ] {
        if let Some(duration) = duration {
            put(name, Value::from(duration.to_string()));
        }
    }
    if let Some(muted_by) = route.muted_by {
        put("mute_time_intervals", list([muted_by]));
    }
    if !route.routes.is_empty() {
        let below = route.routes.iter().map(|route| Value::Mapping(policy_of(route)));
        put("routes", Value::Sequence(below.collect()));
    }
    policy
}
