//! The rows about what hinders Lookout: sources that fail or are slow, and series that are not served.

use lookout_declarations::{Panel, PanelKind, PanelUnit, Query, ReasonLabel, Row};

use super::NONE_KNOWN;
use crate::metrics::{
    DropReasonLabel, Exporter, FAMILY_WITHHELD, FamilyName, LABELS_CLIPPED, LOG_LINES_SUPPRESSED, SERIES,
    SERIES_BUDGET, SERIES_DROPPED, SOURCE_COLLECT_DURATION, SOURCE_DATA_AGE, SOURCE_DEADLINE, SOURCE_ERRORS,
    SOURCE_LAST_SUCCESS, SOURCE_PERIOD, SOURCE_RESTARTS, Source,
};

pub(super) fn row() -> Row {
    let failures =
        format!("sum by ({Exporter}, {Source}, {ReasonLabel}) (rate({SOURCE_ERRORS}[$__rate_interval])) > 0");
    Row {
        title: "What hinders it?",
        panels: vec![
            Panel::new(
                "Failed cycles by reason",
                "Failed cycles in each second. The reason says where to look; the log and the page at / say more.",
                PanelKind::TimeSeries,
                vec![Query::new(failures, "{{exporter}} {{source}}: {{reason}}").when_empty(NONE_KNOWN)],
            )
            .unit(PanelUnit::PerSecond)
            .width(8),
            Panel::new(
                "Cycle duration over deadline",
                "Above 1 a cycle is cut off. Near 1 the next bad day will do it.",
                PanelKind::TimeSeries,
                vec![Query::new(
                    format!("{SOURCE_COLLECT_DURATION} / {SOURCE_DEADLINE}"),
                    "{{exporter}} {{source}}",
                )],
            )
            .unit(PanelUnit::Ratio)
            .width(8),
            Panel::new(
                "Data age in periods",
                "Age of the served data over the period of the source. Up to 1 is normal.",
                PanelKind::TimeSeries,
                vec![Query::new(format!("{SOURCE_DATA_AGE} / {SOURCE_PERIOD}"), "{{exporter}} {{source}}")],
            )
            .unit(PanelUnit::Number)
            .width(8),
            Panel::new(
                "Last success, and restarts",
                "Time since each source last succeeded; one that never did has no row: see the first row. A restart within an hour means \
                 that its own code failed, which is a defect of Lookout.",
                PanelKind::Table,
                vec![
                    Query::new(format!("time() - {SOURCE_LAST_SUCCESS}"), "since the last success")
                        .unit(PanelUnit::Seconds),
                    Query::new(format!("increase({SOURCE_RESTARTS}[1h]) > 0"), "restarts")
                        .unit(PanelUnit::Number)
                        .when_empty(NONE_KNOWN),
                ],
            )
            .width(12),
            Panel::new(
                "Log lines left out",
                "Log lines that repeat others and were not written, in each second. Something is in trouble again and again.",
                PanelKind::TimeSeries,
                vec![Query::new(format!("rate({LOG_LINES_SUPPRESSED}[$__rate_interval])"), "{{instance}}")],
            )
            .unit(PanelUnit::PerSecond)
            .width(12),
        ],
    }
}

pub(super) fn limits() -> Row {
    let dropped =
        format!("sum by ({Exporter}, {DropReasonLabel}) (rate({SERIES_DROPPED}[$__rate_interval])) > 0");
    let clipped = format!("sum by ({Exporter}) (rate({LABELS_CLIPPED}[$__rate_interval])) > 0");
    Row {
        title: "Is everything served?",
        panels: vec![
            Panel::new(
                "Series over budget",
                "The share of the series budget that each exporter uses. Above 1 families are withheld.",
                PanelKind::BarGauge,
                vec![Query::new(format!("max by ({Exporter}) ({SERIES} / {SERIES_BUDGET})"), "{{exporter}}")],
            )
            .unit(PanelUnit::Ratio)
            .bounds_of(&["LookoutSeriesBudgetNearlySpent"])
            .width(8),
            Panel::new(
                "Families withheld",
                "Families withheld as a whole for want of budget.",
                PanelKind::Table,
                vec![
                    Query::new(format!("max by ({Exporter}, {FamilyName}) ({FAMILY_WITHHELD})"), "")
                        .when_empty(NONE_KNOWN),
                ],
            )
            .width(8),
            Panel::new(
                "Series dropped and labels clipped",
                "In each second: series that were collected and not served, by reason; label values that were shortened and object labels \
                 left out.",
                PanelKind::TimeSeries,
                vec![
                    Query::new(dropped, "{{exporter}}: {{reason}}").when_empty(NONE_KNOWN),
                    Query::new(clipped, "{{exporter}}: clipped").when_empty(NONE_KNOWN),
                ],
            )
            .unit(PanelUnit::PerSecond)
            .width(8),
        ],
    }
}
