//! Objectives: the target and the share of errors of each, then what follows from these for all of them.
//!
//! The share of errors is recorded at a moment, and windows are shares of their time: what was not measured was not seen in error. So a
//! budget is spent by time in error alone, and not by one lost probe among the first of an objective, or after a gap.

use core::time::Duration;

use lookout_declarations::{Label as _, Recording, RecordingCase, duration};
use lookout_kafka_spec::labels::KafkaCluster;
use lookout_kafka_spec::metrics::{PROBE_FAILED, PROBE_LOST, PROBE_PRODUCE_LATENCY, PROBE_PRODUCED};
use lookout_probe_spec::metrics::{DURATION, SUCCESS};

use super::cases::{now, recorded};
use super::samples::{Samples, acknowledged_cases, measured_cases, over_window, produced_cases};
use super::{recording, seldom};
use crate::Settings;
use crate::config::{KafkaObjective, ProbeObjective};
use crate::labels::{Indicator, IndicatorLabel, MeasuredAt, MeasuredAtLabel, Objective};
use crate::series::{BUDGET_LEFT, ERRORS, ERRORS_OVER, MEASURED, PROBES, TARGET};

pub(super) fn recordings(settings: &Settings) -> Vec<Recording> {
    let mut recordings: Vec<Recording> = settings.probes.iter().flat_map(of_probes).collect();
    recordings.extend(settings.kafka.iter().flat_map(of_kafka));
    recordings.extend(ERRORS_OVER.map(|(name, window, length)| Recording {
        name,
        expression: over(window, length),
        labels: Vec::new(),
        help: "Share of a window for which an objective was in error; what was not measured was not.",
        interval: window.ends_with('d').then_some(super::SELDOM),
        cases: over_window(length),
    }));
    let window = settings.window;
    let steps = window.get().as_secs() / 300;
    let measured = format!("clamp_max(count_over_time({ERRORS}[{window}:5m]) / {steps}, 1)");
    recordings.extend([
        seldom(
            BUDGET_LEFT,
            // What was spent is time in error, of all the time of the window: an hour that is all that was measured spends an hour.
            format!("1 - avg_over_time({ERRORS}[{window}]) * {measured} / (1 - {TARGET})"),
            "Share of the budget of errors that is left of an objective within its window; below zero it is overspent.",
            measured_cases(settings, |measured| 1.0 - 0.25 * measured / 0.5),
        ),
        seldom(
            MEASURED,
            measured,
            "Share of the window for which an objective was measured.",
            measured_cases(settings, |measured| measured),
        ),
    ]);
    recordings
}

/// How finely it is seen for which part of a window something was measured.
const STEPS: u32 = 60;

/// Share of the window for which it was in error.
fn over(window: &str, length: Duration) -> String {
    let step = duration(length / STEPS);
    let measured = format!("clamp_max(count_over_time({ERRORS}[{window}:{step}]) / {STEPS}, 1)");
    format!("avg_over_time({ERRORS}[{window}]) * {measured}")
}

/// The labels of an objective.
fn labels(objective: &str, indicator: Indicator, measured_at: MeasuredAt) -> Vec<(&'static str, String)> {
    vec![
        (Objective::NAME, objective.to_owned()),
        (IndicatorLabel::NAME, indicator.to_string()),
        (MeasuredAtLabel::NAME, measured_at.to_string()),
    ]
}

/// The target of an indicator, and its share of errors.
fn promised(
    labels: &[(&'static str, String)],
    target: f64,
    errors: String,
    cases: Vec<RecordingCase>,
) -> [Recording; 2] {
    let labelled = |name, expression, help, cases| Recording {
        labels: labels.to_vec(),
        ..recording(name, expression, help, cases)
    };
    let always = now("it is promised whatever is measured", Vec::new(), vec![recorded(&[], target)]);
    [
        labelled(TARGET, format!("vector({target})"), "What was promised, by objective.", vec![always]),
        labelled(
            ERRORS,
            errors,
            "Share of what was asked for that was in error, by objective, at a moment.",
            cases,
        ),
    ]
}

fn of_probes(objective: &ProbeObjective) -> Vec<Recording> {
    let matchers = objective.matchers();
    let of = |indicator| labels(&objective.name, indicator, objective.measured_at.into());
    let (success, duration) = (format!("{SUCCESS}{{{matchers}}}"), format!("{DURATION}{{{matchers}}}"));
    let samples = Samples::of(objective);
    let mut recordings = Vec::new();
    if let Some(target) = objective.availability {
        let errors = format!("1 - avg({success})");
        recordings.extend(promised(&of(Indicator::Availability), target.get(), errors, samples.answers()));
    }
    if let Some(latency) = &objective.latency {
        let slow = format!("{duration} > bool {}", latency.limit.as_secs_f64());
        let errors = format!("avg(({slow}) and {success} == 1)");
        let cases = samples.times(latency.limit.as_secs_f64());
        recordings.extend(promised(&of(Indicator::Latency), latency.target.get(), errors, cases));
    }
    let indicator =
        if objective.availability.is_some() { Indicator::Availability } else { Indicator::Latency };
    recordings.push(Recording {
        labels: of(indicator),
        ..recording(
            PROBES,
            format!("count({success})"),
            "How many probes an objective is measured by.",
            samples.count(),
        )
    });
    recordings
}

fn of_kafka(objective: &KafkaObjective) -> Vec<Recording> {
    let of = |indicator| labels(&objective.name, indicator, MeasuredAt::Origin);
    let cluster = objective.kafka_cluster.as_str();
    let rate = |counter: String| format!("sum(rate({counter}[5m]))");
    let (produced, failed, lost) = (
        rate(PROBE_PRODUCED.at(KafkaCluster, cluster).to_string()),
        rate(PROBE_FAILED.at(KafkaCluster, cluster).to_string()),
        rate(PROBE_LOST.at(KafkaCluster, cluster).to_string()),
    );
    let mut recordings = Vec::new();
    if let Some(target) = objective.availability {
        // A reason for which nothing has failed yet may have no series.
        let bad = format!("(({failed}) or vector(0)) + (({lost}) or vector(0))");
        let errors = format!("clamp_max(({bad}) / ({produced} + (({failed}) or vector(0)) > 0), 1)");
        let cases = produced_cases(cluster);
        recordings.extend(promised(&of(Indicator::Availability), target.get(), errors, cases));
    }
    if let Some(latency) = &objective.latency {
        let limit = format!("{:?}", latency.limit.as_secs_f64());
        let matcher = format!("{}=\"{cluster}\"", KafkaCluster::NAME);
        let fast = rate(format!("{}{{{matcher},le=\"{limit}\"}}", PROBE_PRODUCE_LATENCY.bucket()));
        let all = rate(format!("{}{{{matcher}}}", PROBE_PRODUCE_LATENCY.count()));
        let errors = format!("1 - {fast} / ({all} > 0)");
        let cases = acknowledged_cases(cluster, &limit);
        recordings.extend(promised(&of(Indicator::Latency), latency.target.get(), errors, cases));
    }
    recordings
}
