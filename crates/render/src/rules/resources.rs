//! Rule files and the custom resources of both operators: the same groups in different wrappers.
//!
//! A resource must stay below what the operator of VictoriaMetrics accepts and what Kubernetes stores with ease, so it is
//! divided where it grows; a group that is too large alone is divided as well.
//!
//! How to get it wrong: sending a file through a template engine afterwards. The braces of annotations are for Prometheus.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{RuleTarget, Source, groups, model::Group};
use crate::{GeneratedFile, RenderError};

/// The most bytes of one resource: the operator of VictoriaMetrics refuses more than 512 KiB. What wraps the groups is
/// less than the rest.
const RESOURCE_LIMIT: usize = 500 * 1024;

/// The most rules that Mimir allows in a group, unless its limits say otherwise.
const MIMIR_RULES: usize = 20;

pub(super) fn files(
    source: &Source<'_>,
    groups: Vec<Group>,
    n_groups: &mut usize,
) -> Result<Vec<GeneratedFile>, RenderError> {
    let groups = match source.target {
        RuleTarget::Mimir => groups::split(groups, MIMIR_RULES),
        RuleTarget::Vmalert | RuleTarget::VmRule => groups.into_iter().map(for_vmalert).collect(),
        _ => groups,
    };
    *n_groups += groups.len();
    if !matches!(source.target, RuleTarget::PrometheusRule | RuleTarget::VmRule) {
        // One of its own for each file: `mimirtool` refuses to load two files with the same, and to synchronise one file of several
        // would remove what the others brought.
        let namespace = (source.target == RuleTarget::Mimir).then(|| groups::name(source.declared.spec));
        let file = RuleFile { namespace, groups: &groups };
        return Ok(vec![GeneratedFile::yaml_with(source.path(""), &source.origin, &source.notes, &file)?]);
    }
    let parts = divided(groups, RESOURCE_LIMIT)?;
    let is_divided = parts.len() > 1;
    let mut files = Vec::new();
    for (at, groups) in parts.into_iter().enumerate() {
        let suffix = if is_divided { format!("-{}", at + 1) } else { String::new() };
        let resource = resource(source, &suffix, groups);
        files.push(GeneratedFile::yaml_with(source.path(&suffix), &source.origin, &source.notes, &resource)?);
    }
    Ok(files)
}

fn for_vmalert(group: Group) -> Group {
    Group { eval_delay: group.query_offset, query_offset: None, ..group }
}

/// Groups in as many parts as it takes for each to be written in at most `limit` bytes.
fn divided(groups: Vec<Group>, limit: usize) -> Result<Vec<Vec<Group>>, RenderError> {
    let mut parts: Vec<Vec<Group>> = Vec::new();
    let mut n_bytes = limit;
    for group in groups {
        for group in within(group, limit)? {
            let size = size(&group)?;
            match parts.last_mut() {
                Some(part) if n_bytes + size <= limit => {
                    part.push(group);
                    n_bytes += size;
                }
                _ => {
                    parts.push(vec![group]);
                    n_bytes = size;
                }
            }
        }
    }
    Ok(parts)
}

/// A group in as many parts as it takes.
fn within(group: Group, limit: usize) -> Result<Vec<Group>, RenderError> {
    let mut most = group.rules.len();
    loop {
        let parts = groups::split(vec![group.clone()], most);
        let mut fits = true;
        for part in &parts {
            fits &= size(part)? <= limit;
        }
        match (fits, most) {
            (true, _) => return Ok(parts),
            (false, 0 | 1) => return Err(RenderError::FitResource { group: group.name, limit }),
            (false, _) => most = most.div_ceil(2),
        }
    }
}

/// How many bytes a group takes, indented as in a resource.
fn size(group: &Group) -> Result<usize, RenderError> {
    /// What stands before each line of a group there.
    const INDENTATION: usize = 2;
    let text = serde_yaml::to_string(&[group])
        .map_err(|source| RenderError::WriteYaml { path: group.name.clone(), source })?;
    Ok(text.len() + INDENTATION * text.lines().count())
}

fn resource<'a>(source: &'a Source<'_>, suffix: &str, groups: Vec<Group>) -> Resource<'a> {
    let (api_version, kind) = match source.target {
        RuleTarget::VmRule => ("operator.victoriametrics.com/v1beta1", "VMRule"),
        _ => ("monitoring.coreos.com/v1", "PrometheusRule"),
    };
    let own =
        [("app.kubernetes.io/name", "lookout"), ("app.kubernetes.io/component", source.declared.spec.name)];
    let given = source.options.labels.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let metadata = Metadata {
        name: format!("{}{suffix}", groups::name(source.declared.spec)),
        namespace: source.options.namespace.as_deref(),
        labels: own.into_iter().chain(given).collect(),
    };
    Resource { api_version, kind, metadata, spec: Spec { groups } }
}

#[derive(Serialize)]
struct RuleFile<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    namespace: Option<String>,
    groups: &'a [Group],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Resource<'a> {
    api_version: &'static str,
    kind: &'static str,
    metadata: Metadata<'a>,
    spec: Spec,
}

#[derive(Serialize)]
struct Metadata<'a> {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    namespace: Option<&'a str>,
    labels: BTreeMap<&'a str, &'a str>,
}

#[derive(Serialize)]
struct Spec {
    groups: Vec<Group>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::model::{RecordingRule, Rule};

    fn group(name: &str, n_rules: usize, n_bytes: usize) -> Group {
        let rule = Rule::Recording(RecordingRule {
            record: "a:b",
            expr: "x".repeat(n_bytes),
            labels: BTreeMap::new(),
        });
        Group {
            name: name.to_owned(),
            interval: None,
            query_offset: None,
            eval_delay: None,
            rules: vec![rule; n_rules],
        }
    }

    #[test]
    fn what_is_too_large_is_divided_and_nothing_is_lost() {
        let groups = vec![group("small", 2, 100), group("large", 9, 1000), group("last", 1, 100)];
        let Ok(parts) = divided(groups, 4000) else { panic!("it can be divided") };
        for part in &parts {
            let n_bytes: usize = part.iter().filter_map(|group| size(group).ok()).sum();
            assert!(n_bytes <= 4000, "{n_bytes}");
        }
        let rules = |name: &str| -> usize {
            parts
                .iter()
                .flatten()
                .filter(|group| group.name.starts_with(name))
                .map(|group| group.rules.len())
                .sum()
        };
        assert_eq!((rules("small"), rules("large"), rules("last")), (2, 9, 1));
        let names: std::collections::BTreeSet<_> = parts.iter().flatten().map(|group| &group.name).collect();
        assert_eq!(names.len(), parts.iter().flatten().count());
    }

    #[test]
    fn a_rule_that_fits_nowhere_is_refused() {
        let error = divided(vec![group("huge", 3, 5000)], 4000).map(drop).map_err(|error| error.to_string());
        assert!(error.is_err_and(|error| error.contains("`huge`") && error.contains("4000 bytes")));
    }
}
