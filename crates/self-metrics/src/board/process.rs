//! The row about what Lookout costs.

use lookout_declarations::{Panel, PanelKind, PanelUnit, Query, Row};

use super::of_lookout;
use crate::metrics::{
    BUILD_INFO, PROCESS_CPU, PROCESS_MAX_FDS, PROCESS_OPEN_FDS, PROCESS_RESIDENT_MEMORY, PROCESS_START_TIME,
    PROCESS_THREADS, RUNTIME_ALIVE_TASKS, RUNTIME_BUSY, RUNTIME_QUEUE_DEPTH, RUNTIME_WORKERS, Revision,
    Version,
};

pub(super) fn row() -> Row {
    let up_for = of_lookout(&format!("time() - {PROCESS_START_TIME}"));
    let files = of_lookout(&format!("{PROCESS_OPEN_FDS} / {PROCESS_MAX_FDS}"));
    Row {
        title: "What does it cost?",
        panels: vec![
            Panel::new(
                "Build",
                "What is running, and how many of it.",
                PanelKind::Table,
                vec![Query::new(format!("count by ({Version}, {Revision}) ({BUILD_INFO})"), "running")],
            )
            .unit(PanelUnit::Number)
            .width(6),
            Panel::new(
                "Up for",
                "Time since the process started. Joined with the build, to leave other programs out.",
                PanelKind::Stat,
                vec![Query::new(up_for, "{{instance}}")],
            )
            .unit(PanelUnit::Seconds)
            .width(4),
            Panel::new(
                "CPU",
                "Cores in use.",
                PanelKind::TimeSeries,
                vec![Query::new(of_lookout(&format!("rate({PROCESS_CPU}[$__rate_interval])")), "{{instance}}")],
            )
            .unit(PanelUnit::Cores)
            .width(7),
            Panel::new(
                "Memory",
                "Resident memory.",
                PanelKind::TimeSeries,
                vec![Query::new(of_lookout(&PROCESS_RESIDENT_MEMORY.to_string()), "{{instance}}")],
            )
            .unit(PanelUnit::Bytes)
            .width(7),
            Panel::new(
                "Files and workers in use",
                "File descriptors over their limit: at 1 no file can be read and no connection opened. Share of the workers' time that is \
                 spent working: near 1 everything waits.",
                PanelKind::TimeSeries,
                vec![
                    Query::new(files, "files {{instance}}"),
                    Query::new(
                        format!("rate({RUNTIME_BUSY}[$__rate_interval]) / {RUNTIME_WORKERS}"),
                        "workers {{instance}}",
                    ),
                ],
            )
            .unit(PanelUnit::Ratio)
            .width(12),
            Panel::new(
                "Tasks and threads",
                "Steady growth is a leak; a queue that stays above zero means too few workers or a blocked one.",
                PanelKind::TimeSeries,
                vec![
                    Query::new(RUNTIME_ALIVE_TASKS.to_string(), "tasks alive"),
                    Query::new(RUNTIME_QUEUE_DEPTH.to_string(), "tasks waiting"),
                    Query::new(of_lookout(&PROCESS_THREADS.to_string()), "threads"),
                ],
            )
            .unit(PanelUnit::Number)
            .width(12),
        ],
    }
}
