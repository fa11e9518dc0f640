//! What mutes what, derived from [`Alert::inhibits`](lookout_declarations::Alert): while a cause fires, its consequences
//! are noise.
//!
//! `equal` is what both alerts can carry, as their expressions say, so that one cluster's cause never mutes another
//! cluster's consequence:
//! - `job` and `instance` count where both expressions keep them: such alerts are about that very process or target. Where
//!   they are aggregated away, the alert is about the world, whichever replica of Lookout sees it.
//! - The labels that tell clusters apart always count, so there is no rule without `equal`. An alert without labels of its
//!   own, such as that no Lookout is scraped, mutes what it names in its cluster.
//! - A label that service discovery sets too is renamed to `exported_…` unless the scrape honours labels. Both names count: a
//!   label that neither side has is equal.
//!
//! Where the configuration says which consequence belongs to which cause, though they share no label, a
//! [`Muting`](lookout_declarations::Muting) names the values.
//!
//! How to get it wrong: two alerts that mute each other. Alertmanager then tells of neither, so it is refused.

use std::collections::{BTreeMap, BTreeSet};

use lookout_declarations::{Alert, Declaration, Declared, Expectation, Muting, Recording};
use lookout_promql::{ADDED, LabelSet, Recorded, Vocabulary};

use super::tree::Matcher;
use crate::RenderError;

/// While one of `sources` fires, `targets` are muted where the labels in `equal` are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Inhibition {
    pub(super) sources: Vec<Matcher>,
    pub(super) targets: Vec<Matcher>,
    pub(super) equal: Vec<String>,
}

/// The labels that the scrape puts on every series.
const OF_TARGET: [&str; 2] = ["job", "instance"];

/// The labels that the discovery of Prometheus' operators sets, beside those.
pub(super) const OF_DISCOVERY: [&str; 5] = ["container", "endpoint", "namespace", "pod", "service"];

/// What an alert carries.
struct Carried {
    labels: LabelSet,
    names: BTreeSet<String>,
}

/// Every inhibition of the catalogue; those of one cause, and causes of the same consequences, are one.
pub(super) fn derive(
    catalogue: &[Declared],
    cluster_labels: &[String],
) -> Result<Vec<Inhibition>, RenderError> {
    let alerts: Vec<&Alert> = catalogue.iter().flat_map(|declared| &declared.alerts).collect();
    let declarations: Vec<&Declaration> =
        catalogue.iter().flat_map(|declared| declared.spec.metrics).copied().collect();
    let recordings: Vec<&Recording> = catalogue.iter().flat_map(|declared| &declared.recordings).collect();
    let recorded = Recorded::new(&recordings, &declarations);
    let mut by_source: BTreeMap<(usize, Vec<String>), Vec<&str>> = BTreeMap::new();
    for (index, source) in alerts.iter().enumerate() {
        for name in source.inhibits {
            // A selection of the catalogue may lack it.
            let Some(target) = alerts.iter().find(|alert| alert.name == *name) else { continue };
            if target.inhibits.contains(&source.name) {
                return Err(RenderError::MuteEachOther { one: source.name, other: target.name });
            }
            let carried = |alert| carried(alert, &declarations, &recorded);
            let equal = equal(&carried(source)?, &carried(target)?, cluster_labels);
            by_source.entry((index, equal)).or_default().push(name);
        }
    }
    let mutings = catalogue.iter().flat_map(|declared| &declared.mutings);
    let mutings = mutings.filter(|muting| is_there(&alerts, muting));
    let of_labels = mutings.map(|muting| by_labels(muting, cluster_labels)).collect();
    Ok([grouped(&alerts, by_source), of_labels].concat())
}

/// Whether both alerts are there: a selection of the catalogue may lack one.
fn is_there(alerts: &[&Alert], muting: &Muting) -> bool {
    [muting.source, muting.target].into_iter().all(|name| alerts.iter().any(|alert| alert.name == name))
}

/// What the configuration knows to belong together, in one cluster.
fn by_labels(muting: &Muting, cluster_labels: &[String]) -> Inhibition {
    let of = |(label, value): &(String, String)| Matcher::is_of(label, value);
    let fits = |(label, pattern): &(String, String)| Matcher::fits(label, pattern);
    let named = |name: &str| vec![Matcher::is("alertname", name)];
    Inhibition {
        sources: named(muting.source).into_iter().chain(muting.labels.iter().map(of)).collect(),
        targets: named(muting.target).into_iter().chain(muting.patterns.iter().map(fits)).collect(),
        equal: cluster_labels.iter().collect::<BTreeSet<_>>().into_iter().cloned().collect(),
    }
}

/// Causes that mute the same under the same condition are one inhibition, in the order of the catalogue.
fn grouped(alerts: &[&Alert], by_source: BTreeMap<(usize, Vec<String>), Vec<&str>>) -> Vec<Inhibition> {
    let mut found: Vec<(Vec<&str>, Vec<&str>, Vec<String>)> = Vec::new();
    for ((index, equal), mut targets) in by_source {
        targets.sort_unstable();
        let source = alerts[index].name;
        match found.iter_mut().find(|(_, known, condition)| *known == targets && *condition == equal) {
            Some((sources, ..)) => sources.push(source),
            None => found.push((vec![source], targets, equal)),
        }
    }
    let rule = |(sources, targets, equal): (Vec<&str>, Vec<&str>, _)| Inhibition {
        sources: vec![Matcher::is_any("alertname", &sources)],
        targets: vec![Matcher::is_any("alertname", &targets)],
        equal,
    };
    found.into_iter().map(rule).collect()
}

fn carried(
    alert: &Alert,
    declarations: &[&Declaration],
    recorded: &Recorded,
) -> Result<Carried, RenderError> {
    let read: Vec<&str> = recorded_names(&alert.expression).collect();
    let vocabulary = Vocabulary::with_foreign(declarations, recorded, &read);
    let outcome = vocabulary.inspect_alert(alert).map_err(|problems| {
        let problem = problems.first().map(ToString::to_string).unwrap_or_default();
        RenderError::InspectAlert { alert: alert.name, problem }
    })?;
    // Of a series that no setting makes anybody record the labels are not known; the cases show them.
    let shown = alert.cases.iter().flat_map(|case| match &case.expect {
        Expectation::Fires(sets) => sets.as_slice(),
        Expectation::Silent => &[],
    });
    let shown = shown.flatten().map(|(name, _)| name.clone());
    let names = outcome.labels.names().map(ToOwned::to_owned).chain(shown);
    // The settings say what tells clusters apart.
    let names = names.filter(|name| !ADDED.contains(&name.as_str())).collect();
    Ok(Carried { labels: outcome.labels, names })
}

/// The recorded series that an expression reads: their names alone have colons. An alert may read what no setting makes
/// anybody record yet.
fn recorded_names(expression: &str) -> impl Iterator<Item = &str> {
    let words =
        expression.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_' && letter != ':');
    words.filter(|word| word.contains(':') && word.starts_with(|first: char| first.is_ascii_alphabetic()))
}

/// The labels that must be equal on both.
fn equal(source: &Carried, target: &Carried, cluster_labels: &[String]) -> Vec<String> {
    let both = |name: &str| source.labels.may_have(name) && target.labels.may_have(name);
    let of_same_process = OF_TARGET.into_iter().all(both);
    let counts = |name: &&String| both(name) && (of_same_process || !OF_TARGET.contains(&name.as_str()));
    let common: Vec<&String> = source.names.union(&target.names).filter(counts).collect();
    let renamed = common.iter().filter(|name| OF_DISCOVERY.contains(&name.as_str()));
    let renamed = renamed.map(|name| format!("exported_{name}"));
    let equal: BTreeSet<String> =
        common.iter().copied().chain(cluster_labels).cloned().chain(renamed).collect();
    equal.into_iter().collect()
}
