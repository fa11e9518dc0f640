//! The cases of the recordings of objectives: what probes see, and what follows over windows.

use core::time::Duration;

use lookout_declarations::{Given, Reason, RecordingCase};
use lookout_kafka_spec::metrics::{PROBE_FAILED, PROBE_LOST, PROBE_PRODUCE_LATENCY, PROBE_PRODUCED};
use lookout_probe_spec::metrics::{DURATION, SUCCESS};

use super::cases::{EXAMPLE, fitting, now, recorded, series};
use crate::Settings;
use crate::config::ProbeObjective;
use crate::series::{ERRORS, TARGET};

/// Probes that an objective selects.
pub(super) struct Samples(Option<Vec<(String, String)>>);

impl Samples {
    /// By labels that its patterns fit. Where there are none that are found easily, nothing is proven but that nothing is recorded without data.
    pub(super) fn of(objective: &ProbeObjective) -> Self {
        let labels = objective.select.iter().map(|(name, pattern)| Some((name.clone(), fitting(pattern)?)));
        Self(labels.collect())
    }

    /// The cases of these series, each of a probe of its own; one that is not selected stands beside them.
    fn cases(
        &self,
        name: &'static str,
        probes: &[(&dyn core::fmt::Display, u8, f64)],
        value: f64,
    ) -> Vec<RecordingCase> {
        let nothing = now("nothing is measured", Vec::new(), Vec::new());
        let Some(labels) = &self.0 else { return vec![nothing] };
        let given = probes.iter().map(|(metric, probe, value)| {
            let probe = probe.to_string();
            let labels = labels.iter().map(|(name, value)| (name.as_str(), value.as_str()));
            let labels: Vec<_> = labels.chain([("probe_of_case", probe.as_str())]).collect();
            series(&metric.to_string(), &labels, format!("{value}x20"))
        });
        let given = given.chain([series(&SUCCESS.to_string(), &[("probe_of_case", "another")], "0x20")]);
        vec![now(name, given.collect(), vec![recorded(&[], value)]), nothing]
    }

    /// One of four probes fails.
    pub(super) fn answers(&self) -> Vec<RecordingCase> {
        let probes: [(&dyn core::fmt::Display, u8, f64); 4] =
            [(&SUCCESS, 1, 1.0), (&SUCCESS, 2, 1.0), (&SUCCESS, 3, 0.0), (&SUCCESS, 4, 1.0)];
        self.cases("one of four fails", &probes, 0.25)
    }

    /// Of those that answer, one takes as long as it may and one takes longer; one that fails takes longest.
    pub(super) fn times(&self, limit: f64) -> Vec<RecordingCase> {
        let probes: [(&dyn core::fmt::Display, u8, f64); 6] = [
            (&SUCCESS, 1, 1.0),
            (&DURATION, 1, limit),
            (&SUCCESS, 2, 1.0),
            (&DURATION, 2, limit * 1.01),
            (&SUCCESS, 3, 0.0),
            (&DURATION, 3, limit * 9.0),
        ];
        self.cases("one of two that answer is slow", &probes, 0.5)
    }

    /// Two probes.
    pub(super) fn count(&self) -> Vec<RecordingCase> {
        let probes: [(&dyn core::fmt::Display, u8, f64); 2] = [(&SUCCESS, 1, 1.0), (&SUCCESS, 2, 0.0)];
        self.cases("two measure it, whatever they see", &probes, 2.0)
    }
}

/// The share of one window, with a value in each sixtieth of it.
pub(super) fn over_window(window: Duration) -> Vec<RecordingCase> {
    const N_VALUES: u32 = 60;
    let interval = window / N_VALUES;
    // Beyond an hour, the rules are evaluated at that very moment, which is between two values.
    let n_hour = u32::try_from(3600 / window.as_secs().max(1)).unwrap_or(u32::MAX);
    let n_before = N_VALUES * n_hour.max(1);
    let case = |name, values, value| RecordingCase {
        name,
        interval,
        given: vec![series(ERRORS, EXAMPLE, values)],
        at: interval * (n_before + N_VALUES) + interval / 2,
        expect: vec![recorded(EXAMPLE, value)],
    };
    vec![
        case("half of the window is in error, and all before it", format!("1x{n_before} 0x29 1x30"), 0.5),
        case(
            "half of it is measured, and half of that in error",
            format!("_x{} 0x14 1x16", n_before + 31),
            0.25,
        ),
        now("nothing is measured", Vec::new(), Vec::new()),
    ]
}

/// A quarter of the window is measured, and a quarter of the probes fails in it; before it all fail. More than that is more than
/// promtool takes into memory.
pub(super) fn measured_cases(settings: &Settings, value: impl Fn(f64) -> f64) -> Vec<RecordingCase> {
    const STEP: Duration = Duration::from_mins(5);
    let n_steps = u32::try_from(settings.window.get().as_secs() / STEP.as_secs()).unwrap_or(u32::MAX / 8);
    let n_missing = n_steps / 4 * 3;
    let errors = format!("1x{} _x{} 0.25x{n_steps}", n_steps - 1, n_missing + 1);
    let measured = f64::from(n_steps - n_missing) / f64::from(n_steps);
    let given =
        vec![series(ERRORS, EXAMPLE, errors), series(TARGET, EXAMPLE, format!("0.5x{}", n_steps * 2))];
    let name = "a quarter of the window is measured, with a quarter of errors; before it all was in error";
    let at = STEP * n_steps * 2 + Duration::from_mins(1);
    vec![
        RecordingCase { name, interval: STEP, given, at, expect: vec![recorded(EXAMPLE, value(measured))] },
        now("nothing is measured", Vec::new(), Vec::new()),
    ]
}

/// Of a hundred records, ten fail, and five of the others are lost.
pub(super) fn produced_cases(cluster: &str) -> Vec<RecordingCase> {
    let given = vec![
        Given::series(&PROBE_PRODUCED, (cluster, 1), "0+45x20"),
        Given::series(&PROBE_PRODUCED, (cluster, 2), "0+45x20"),
        Given::series(&PROBE_FAILED, (cluster, 1, Reason::Timeout), "0+10x20"),
        Given::series(&PROBE_LOST, (cluster, 2), "0+5x20"),
        Given::series(&PROBE_FAILED, ("another-cluster", 1, Reason::Timeout), "0+99x20"),
    ];
    let fine = given[..2].to_vec();
    vec![
        now("ten of a hundred fail and five are lost", given, vec![recorded(&[], 0.15)]),
        now("none has ever failed", fine, vec![recorded(&[], 0.0)]),
        now("nothing is produced", Vec::new(), Vec::new()),
    ]
}

/// Of a hundred records, eighty are acknowledged within the limit.
pub(super) fn acknowledged_cases(cluster: &str, limit: &str) -> Vec<RecordingCase> {
    let labels = [("kafka_cluster", cluster), ("broker", "1")];
    let bucket = [labels.as_slice(), &[("le", limit)]].concat();
    let given = vec![
        series(&PROBE_PRODUCE_LATENCY.bucket().to_string(), &bucket, "0+80x20"),
        series(&PROBE_PRODUCE_LATENCY.count().to_string(), &labels, "0+100x20"),
    ];
    vec![
        now("twenty of a hundred are slow", given, vec![recorded(&[], 0.2)]),
        now("nothing is produced", Vec::new(), Vec::new()),
    ]
}
