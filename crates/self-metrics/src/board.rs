//! The board of Lookout itself: can it see, what hinders it, what does it cost.

mod serving;

use lookout_declarations::{Board, Panel, PanelKind, Query, ReasonLabel, Row};

use crate::metrics::{
    BUILD_INFO, DataLabel, DropReasonLabel, Exporter, FAMILY_WITHHELD, FamilyName, LABELS_CLIPPED,
    LOG_LINES_SUPPRESSED, PROCESS_CPU, PROCESS_MAX_FDS, PROCESS_OPEN_FDS, PROCESS_RESIDENT_MEMORY,
    PROCESS_START_TIME, PROCESS_THREADS, RUNTIME_ALIVE_TASKS, RUNTIME_BUSY, RUNTIME_QUEUE_DEPTH,
    RUNTIME_WORKERS, Revision, SERIES, SERIES_BUDGET, SERIES_DROPPED, SOURCE_COLLECT_DURATION,
    SOURCE_DATA_AGE, SOURCE_DEADLINE, SOURCE_ERRORS, SOURCE_FAULTS, SOURCE_INFO, SOURCE_LAST_SUCCESS,
    SOURCE_PERIOD, SOURCE_RESTARTS, SOURCE_UP, SOURCE_WITHDRAWN, Source, Version,
};

/// The board of the exporter `lookout`.
pub fn board() -> Board {
    Board {
        slug: "lookout-self",
        title: "Lookout / Itself",
        question: "Does Lookout see what it is meant to watch?",
        rows: vec![answer(), causes(), limits(), serving::http(), serving::configuration(), process()],
    }
}

fn answer() -> Row {
    Row {
        title: "Does it see?",
        panels: vec![
            panel(
                "Sources that fail",
                "Sources whose last cycle failed. Zero is healthy; nothing at all means that no Lookout is scraped.",
                PanelKind::Stat,
                vec![query(format!("count({SOURCE_UP} == 0) or 0 * count({SOURCE_UP})"), "failing")],
            ),
            panel(
                "Sources withdrawn",
                "Sources whose measurements were withdrawn because they are old: alerts on them are blind.",
                PanelKind::Stat,
                vec![query(format!("sum({SOURCE_WITHDRAWN})"), "withdrawn")],
            ),
            panel(
                "Items not readable",
                "What the sources should watch and cannot read, in the data that are served.",
                PanelKind::Stat,
                vec![query(format!("sum({SOURCE_FAULTS})"), "items")],
            ),
            panel(
                "Sources",
                "Each source with the kind of its data: 1 where its last cycle worked, 0 where it failed.",
                PanelKind::Table,
                vec![query(
                    format!(
                        "{SOURCE_UP} * on (job, instance, {Exporter}, {Source}) group_left ({DataLabel}) {SOURCE_INFO}"
                    ),
                    "{{exporter}} {{source}} ({{data}})",
                )],
            ),
        ],
    }
}

fn causes() -> Row {
    Row {
        title: "What hinders it?",
        panels: vec![
            panel(
                "Failed cycles by reason",
                "Failed cycles per second. The reason says where to look; the log and the page at / say more.",
                PanelKind::TimeSeries,
                vec![query(
                    format!(
                        "sum by ({Exporter}, {Source}, {ReasonLabel}) (rate({SOURCE_ERRORS}[$__rate_interval])) > 0"
                    ),
                    "{{exporter}} {{source}}: {{reason}}",
                )],
            ),
            panel(
                "Cycle duration over deadline",
                "Above 1 a cycle is cut off. Near 1 the next bad day will do it.",
                PanelKind::TimeSeries,
                vec![query(
                    format!("{SOURCE_COLLECT_DURATION} / {SOURCE_DEADLINE}"),
                    "{{exporter}} {{source}}",
                )],
            ),
            panel(
                "Data age in periods",
                "Age of the served data over the period of the source. Up to 1 is normal.",
                PanelKind::TimeSeries,
                vec![query(format!("{SOURCE_DATA_AGE} / {SOURCE_PERIOD}"), "{{exporter}} {{source}}")],
            ),
            panel(
                "Time since the last success",
                "A source that never succeeded is not shown: see the table above.",
                PanelKind::TimeSeries,
                vec![query(format!("time() - {SOURCE_LAST_SUCCESS}"), "{{exporter}} {{source}}")],
            ),
            panel(
                "Restarts of sources",
                "A source's own code failed. Each one is a defect of Lookout.",
                PanelKind::TimeSeries,
                vec![query(format!("increase({SOURCE_RESTARTS}[1h])"), "{{exporter}} {{source}}")],
            ),
        ],
    }
}

fn limits() -> Row {
    Row {
        title: "Is everything served?",
        panels: vec![
            panel(
                "Series over budget",
                "The share of the series budget that each exporter uses. Above 1 families are withheld.",
                PanelKind::TimeSeries,
                vec![query(format!("{SERIES} / {SERIES_BUDGET}"), "{{exporter}}")],
            ),
            panel(
                "Families withheld",
                "Families withheld as a whole for want of budget.",
                PanelKind::Table,
                vec![query(
                    format!("max by ({Exporter}, {FamilyName}) ({FAMILY_WITHHELD})"),
                    "{{exporter}} {{family}}",
                )],
            ),
            panel(
                "Series dropped",
                "Series collected and not served, per second.",
                PanelKind::TimeSeries,
                vec![query(
                    format!(
                        "sum by ({Exporter}, {DropReasonLabel}) (rate({SERIES_DROPPED}[$__rate_interval])) > 0"
                    ),
                    "{{exporter}}: {{reason}}",
                )],
            ),
            panel(
                "Labels clipped",
                "Label values that were shortened and object labels left out, per second.",
                PanelKind::TimeSeries,
                vec![query(
                    format!("sum by ({Exporter}) (rate({LABELS_CLIPPED}[$__rate_interval])) > 0"),
                    "{{exporter}}",
                )],
            ),
        ],
    }
}

fn process() -> Row {
    Row {
        title: "What does it cost?",
        panels: vec![
            panel(
                "Build",
                "What is running, and how many of it.",
                PanelKind::Table,
                vec![query(
                    format!("count by ({Version}, {Revision}) ({BUILD_INFO})"),
                    "{{version}} {{revision}}",
                )],
            ),
            panel(
                "Up for",
                "Time since the process started. Joined with the build, to leave other programs out.",
                PanelKind::Stat,
                vec![query(of_lookout(&format!("time() - {PROCESS_START_TIME}")), "{{instance}}")],
            ),
            panel(
                "CPU",
                "Cores in use.",
                PanelKind::TimeSeries,
                vec![query(of_lookout(&format!("rate({PROCESS_CPU}[$__rate_interval])")), "{{instance}}")],
            ),
            panel(
                "Memory",
                "Resident memory.",
                PanelKind::TimeSeries,
                vec![query(of_lookout(&PROCESS_RESIDENT_MEMORY.to_string()), "{{instance}}")],
            ),
            panel(
                "File descriptors over limit",
                "At 1 no file can be read and no connection opened.",
                PanelKind::TimeSeries,
                vec![query(of_lookout(&format!("{PROCESS_OPEN_FDS} / {PROCESS_MAX_FDS}")), "{{instance}}")],
            ),
            panel(
                "Log lines left out",
                "Log lines that repeat others and were not written, per second. Something is in trouble again and again.",
                PanelKind::TimeSeries,
                vec![query(format!("rate({LOG_LINES_SUPPRESSED}[$__rate_interval])"), "lines")],
            ),
            panel(
                "Runtime",
                "Share of the workers' time that is spent working. Near 1 everything waits.",
                PanelKind::TimeSeries,
                vec![query(format!("rate({RUNTIME_BUSY}[$__rate_interval]) / {RUNTIME_WORKERS}"), "busy")],
            ),
            panel(
                "Tasks and threads",
                "Steady growth is a leak; a queue that stays above zero means too few workers or a blocked one.",
                PanelKind::TimeSeries,
                vec![
                    query(RUNTIME_ALIVE_TASKS.to_string(), "tasks alive"),
                    query(RUNTIME_QUEUE_DEPTH.to_string(), "tasks waiting"),
                    query(of_lookout(&PROCESS_THREADS.to_string()), "threads"),
                ],
            ),
        ],
    }
}

/// Every program has `process_` metrics: keep those of the targets that expose Lookout's build.
fn of_lookout(expression: &str) -> String {
    format!("({expression}) and on (job, instance) {BUILD_INFO}")
}

fn panel(title: &'static str, description: &'static str, kind: PanelKind, queries: Vec<Query>) -> Panel {
    Panel { title, description, kind, queries }
}

fn query(expression: String, legend: &'static str) -> Query {
    Query { expression, legend }
}
