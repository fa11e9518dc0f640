//! Grafana-managed rules as provisioning files, for those whose only rule engine is Grafana.
//!
//! Prometheus fires for every series that an expression yields, whatever its value. Grafana fires where a condition is
//! above 0. So each alert is three steps, the same that Grafana's own import makes: the query, whether it has a value at
//! all (`NaN` counts), and the comparison. Facts from Grafana's sources: `pkg/services/ngalert/prom` and
//! `pkg/services/provisioning/alerting/rules_types.go`.
//!
//! - No data means that nothing is wrong: alerts for missing data yield a series (`absent`), as they do in Prometheus.
//! - `$value` is a text with everything in it there, so templates read the value of the query instead.
//! - A series that is gone ends its alert at once, as in Prometheus, where the version knows how to say that.
//! - The data source comes from Grafana's environment unless it is given.
//!
//! How to get it wrong: doubling `$`. Annotations interpolate `${NAME}` only, and queries nothing at all.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{
    Source,
    model::{AlertRule, Annotations, Group, RecordingRule, Rule, RuleLabels},
};
use crate::{GeneratedFile, RenderError, profile::Profile};

/// Where the data source comes from unless it is given: a variable in the environment of Grafana.
const DATASOURCE_VARIABLE: &str = "${LOOKOUT_DATASOURCE_UID}";
/// The folder of the rules.
const FOLDER: &str = "Lookout";
/// How often groups are evaluated that do not say it; Grafana has no default.
const INTERVAL: &str = "1m";
/// The longest uid that Grafana accepts, in characters.
const UID_LENGTH: usize = 40;
/// What a query covers, in seconds; an instant query looks at its end only.
const RANGE: u64 = 600;

// The names of the steps.
const QUERY: &str = "query";
const FIRES: &str = "fires";
const CONDITION: &str = "condition";
/// The data source of steps that are no query.
const EXPRESSION: &str = "__expr__";

pub(super) fn file(source: &Source<'_>, groups: Vec<Group>) -> Result<GeneratedFile, RenderError> {
    let groups = groups.into_iter().map(|group| provisioned(source, group)).collect();
    let file = Provisioning { api_version: 1, groups };
    GeneratedFile::yaml_with(source.path(""), &source.origin, &source.notes, &file)
}

fn provisioned(source: &Source<'_>, group: Group) -> ProvisionedGroup {
    let rules = group.rules.into_iter().map(|rule| match rule {
        Rule::Alert(alert) => ProvisionedRule::Alert(Box::new(alerting(source, alert))),
        Rule::Recording(recording) => ProvisionedRule::Recording(Box::new(recorded(source, recording))),
    });
    ProvisionedGroup {
        org_id: 1,
        name: group.name,
        folder: FOLDER,
        interval: group.interval.unwrap_or_else(|| INTERVAL.to_owned()),
        rules: rules.collect(),
    }
}

fn alerting(source: &Source<'_>, alert: AlertRule) -> Alerting {
    let any_value = format!("is_number(${QUERY}) || is_nan(${QUERY}) || is_inf(${QUERY})");
    Alerting {
        uid: uid(alert.alert, ""),
        title: alert.alert,
        condition: CONDITION,
        data: [
            query(source, alert.expr),
            step(FIRES, Model::Math { expression: any_value, ref_id: FIRES }),
            step(
                CONDITION,
                Model::Threshold {
                    expression: FIRES,
                    conditions: [ThresholdCondition { evaluator: Evaluator { kind: "gt", params: [0] } }],
                    ref_id: CONDITION,
                },
            ),
        ],
        no_data_state: "OK",
        exec_err_state: "Error",
        hold: alert.hold.unwrap_or_else(|| "0s".to_owned()),
        keep_firing_for: alert.keep_firing_for,
        missing_series_evals_to_resolve: ends_at_once(&source.profile).then_some(1),
        annotations: Annotations {
            description: with_value_of_query(&alert.annotations.description),
            ..alert.annotations
        },
        labels: alert.labels,
    }
}

/// Whether the version knows after how many evaluations without a series its alert ends: files have both fields or none.
fn ends_at_once(profile: &Profile) -> bool {
    profile.knows(profile.reader.keep_firing_for)
}

fn recorded(source: &Source<'_>, recording: RecordingRule) -> Recorded {
    let labels: Vec<&str> = recording.labels.values().map(String::as_str).collect();
    let labels = labels.join(" ");
    Recorded {
        uid: uid(recording.record, &labels),
        // Titles are unique in a folder.
        title: format!("{} {labels}", recording.record).trim_end().to_owned(),
        data: [query(source, recording.expr)],
        record: Record { metric: recording.record, from: QUERY },
        labels: recording.labels,
    }
}

fn query(source: &Source<'_>, expression: String) -> Step {
    let offset = source.options.offset.map_or(0, |offset| offset.as_secs());
    let datasource = source.options.datasource_uid.as_deref().unwrap_or(DATASOURCE_VARIABLE);
    Step {
        ref_id: QUERY,
        relative_time_range: Some(RelativeTimeRange { from: RANGE + offset, to: offset }),
        datasource_uid: datasource.to_owned(),
        model: Model::Query {
            editor_mode: "code",
            expr: expression,
            instant: true,
            range: false,
            ref_id: QUERY,
        },
    }
}

fn step(ref_id: &'static str, model: Model) -> Step {
    Step { ref_id, relative_time_range: None, datasource_uid: EXPRESSION.to_owned(), model }
}

/// A uid of what is allowed in one, within the limit: the name itself if it fits, else its beginning and a checksum.
fn uid(name: &str, distinction: &str) -> String {
    let allowed = |character: char| character.is_ascii_alphanumeric() || matches!(character, '-' | '_');
    if name.len() <= UID_LENGTH && distinction.is_empty() && name.chars().all(allowed) {
        return name.to_owned();
    }
    let checksum = format!("-{:08x}", crc32fast::hash(format!("{name} {distinction}").as_bytes()));
    let plain = name.chars().map(|character| if allowed(character) { character } else { '_' });
    plain.take(UID_LENGTH - checksum.len()).collect::<String>() + &checksum
}

/// The template with the value of the query in the place of `$value`.
fn with_value_of_query(template: &str) -> String {
    let (mut text, mut rest) = (String::new(), template);
    while let Some((before, after)) = rest.split_once("$value") {
        text.push_str(before);
        // `$values` is something else.
        let is_whole = !after.starts_with(|next: char| next.is_ascii_alphanumeric() || next == '_');
        text.push_str(if is_whole { "$values.query.Value" } else { "$value" });
        rest = after;
    }
    text + rest
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Provisioning {
    api_version: u8,
    groups: Vec<ProvisionedGroup>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ProvisionedGroup {
    org_id: u8,
    name: String,
    folder: &'static str,
    interval: String,
    rules: Vec<ProvisionedRule>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum ProvisionedRule {
    Alert(Box<Alerting>),
    Recording(Box<Recorded>),
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Alerting {
    uid: String,
    title: &'static str,
    condition: &'static str,
    data: [Step; 3],
    no_data_state: &'static str,
    exec_err_state: &'static str,
    #[serde(rename = "for")]
    hold: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    keep_firing_for: Option<String>,
    #[serde(rename = "missing_series_evals_to_resolve", skip_serializing_if = "Option::is_none")]
    missing_series_evals_to_resolve: Option<u8>,
    annotations: Annotations,
    labels: RuleLabels,
}

#[derive(Serialize)]
struct Recorded {
    uid: String,
    title: String,
    data: [Step; 1],
    record: Record,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    labels: BTreeMap<&'static str, String>,
}

#[derive(Serialize)]
struct Record {
    metric: &'static str,
    from: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Step {
    ref_id: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    relative_time_range: Option<RelativeTimeRange>,
    datasource_uid: String,
    model: Model,
}

/// Seconds before now.
#[derive(Serialize)]
struct RelativeTimeRange {
    from: u64,
    to: u64,
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
enum Model {
    Math {
        expression: String,
        ref_id: &'static str,
    },
    Threshold {
        expression: &'static str,
        conditions: [ThresholdCondition; 1],
        ref_id: &'static str,
    },
    #[serde(untagged)]
    Query {
        editor_mode: &'static str,
        expr: String,
        instant: bool,
        range: bool,
        ref_id: &'static str,
    },
}

#[derive(Serialize)]
struct ThresholdCondition {
    evaluator: Evaluator,
}

#[derive(Serialize)]
struct Evaluator {
    #[serde(rename = "type")]
    kind: &'static str,
    params: [u8; 1],
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uids_fit_and_stay_apart() {
        assert_eq!(uid("LookoutKafkaLagHigh", ""), "LookoutKafkaLagHigh");
        let long = uid(&"Lookout".repeat(8), "");
        assert_eq!(long.len(), UID_LENGTH);
        let recorded = uid("system:lookout_parts:count", "kafka brokers");
        assert!(
            recorded.starts_with("system_lookout_parts_count-") && recorded.len() <= UID_LENGTH,
            "{recorded}"
        );
        assert_ne!(recorded, uid("system:lookout_parts:count", "kafka groups"));
    }

    #[test]
    fn the_value_of_the_query_takes_the_place_of_value() {
        assert_eq!(
            with_value_of_query("{{ $value | humanize }} of {{$labels.x}}, $values and $value"),
            "{{ $values.query.Value | humanize }} of {{$labels.x}}, $values and $values.query.Value"
        );
    }
}
