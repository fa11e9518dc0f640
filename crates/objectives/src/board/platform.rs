//! Platform Overview: how healthy, what is open, what is counted, and what is left of what was promised.

use lookout_declarations::{
    Board, Health, LayerLabel, OwnerLabel, Panel, PanelKind, PanelUnit, PartsLabel, Query, Row, Severity,
    SeverityLabel, SystemLabel,
};
use lookout_self_metrics::metrics::{Exporter, SOURCE_INFO, SOURCE_UP};

use super::{NONE_KNOWN, counted, firing, of_severity, promised};
use crate::labels::{IndicatorLabel, MeasuredAtLabel, Objective};
use crate::series::{
    BUDGET_LEFT, ERRORS, ERRORS_OVER, LAYER_HEALTH, MEASURED, PARTS, PARTS_HEALTH, PLATFORM_HEALTH,
    REPAIR_TIME, SYSTEM_HEALTH, TARGET,
};

pub(super) fn board() -> Board {
    let rows = vec![answer(), open(), counts(), promises(), watched()];
    Board::new(
        "platform-overview",
        "Platform Overview",
        "Is the platform healthy, what is open, and is what was promised kept?",
        rows,
    )
    .open_rows(3)
}

fn answer() -> Row {
    use PanelKind::{BarGauge, Stat, StateTimeline};
    let worst = format!("min({BUDGET_LEFT})");
    Row {
        title: "How is it?",
        panels: vec![
            Panel::new(
                "Platform health",
                "The mean over all systems, each the mean over its kinds of parts. Silenced, suspended and lately removed parts \
                 count as what they are: not healthy.",
                Stat,
                vec![Query::new(PLATFORM_HEALTH, "health")],
            )
            .unit(PanelUnit::Ratio)
            .bounds_of(&["LookoutPlatformHealthLow"])
            .width(4),
            Panel::new(
                "Healthy parts, of all",
                "How many of all counted parts are healthy, whatever they are. Many certificates outweigh few brokers here; \
                 the health beside it weighs them alike.",
                Stat,
                vec![
                    Query::new(format!("sum({})", Health::HEALTHY), "healthy"),
                    Query::new(format!("sum({PARTS})"), "of all"),
                ],
            )
            .unit(PanelUnit::Number)
            .width(6),
            Panel::new(
                "Open critical alerts",
                "Alerts of Lookout that fire and for which somebody must get up. Silenced ones count.",
                Stat,
                vec![Query::new(counted(&firing(&of_severity(Severity::Critical))), "open")],
            )
            .unit(PanelUnit::Number)
            .bounds_of(&["LookoutCriticalsUnrepaired"])
            .width(4),
            Panel::new(
                "Least budget left",
                "Of all objectives, the share of the budget of errors that is left within the window. Below zero the promise is \
                 broken.",
                Stat,
                vec![promised(worst, "left")],
            )
            .unit(PanelUnit::Ratio)
            .width(5),
            Panel::new(
                "Time to repair",
                "For how long critical alerts fired in the mean over the window of the objectives, whoever declared them.",
                Stat,
                vec![Query::new(REPAIR_TIME, "mean").when_empty("no critical alert is counted yet")],
            )
            .unit(PanelUnit::Seconds)
            .bounds_of(&["LookoutTimeToRepairMissed"])
            .width(5),
            Panel::new(
                "Health by system",
                "The mean over the kinds of parts of each system; the third row has the numbers.",
                BarGauge,
                vec![Query::new(format!("sort({SYSTEM_HEALTH})"), "{{layer}}: {{system}}")],
            )
            .unit(PanelUnit::Ratio)
            .bounds_of(&["LookoutPlatformHealthLow"])
            .width(10),
            Panel::new(
                "Health by layer over time",
                "When it fell, and whether it recovered. A gap means that nothing was known.",
                StateTimeline,
                vec![
                    Query::new(LAYER_HEALTH, "{{layer}}"),
                    Query::new(PLATFORM_HEALTH, "platform"),
                ],
            )
            .unit(PanelUnit::Ratio)
            .bounds_of(&["LookoutPlatformHealthLow"])
            .width(14),
        ],
    }
}

fn open() -> Row {
    use PanelKind::{BarGauge, Table, TimeSeries};
    let by = |labels: &str| format!("count by ({labels}) ({})", firing(""));
    Row {
        title: "What is open?",
        panels: vec![
            Panel::new(
                "Open alerts",
                "Each alert of Lookout that fires, with how many times. Its runbook is served by Lookout at /runbooks/NAME.",
                Table,
                vec![
                    Query::new(
                        format!("sort_desc({})", by(&format!("alertname, {SeverityLabel}, {OwnerLabel}"))),
                        "firing",
                    )
                    .when_empty(NONE_KNOWN),
                ],
            )
            .unit(PanelUnit::Number)
            .width(12),
            Panel::new(
                "By owner",
                "Who has how many open.",
                BarGauge,
                vec![Query::new(by(&format!("{OwnerLabel}")), "{{owner}}").when_empty(NONE_KNOWN)],
            )
            .unit(PanelUnit::Number)
            .width(4),
            Panel::new(
                "By severity",
                "How many have been open, over time.",
                TimeSeries,
                vec![Query::new(by(&format!("{SeverityLabel}")), "{{severity}}").when_empty(NONE_KNOWN)],
            )
            .unit(PanelUnit::Number)
            .width(8),
        ],
    }
}

fn counts() -> Row {
    use PanelKind::Table;
    let by = |series: &str| format!("sum by ({LayerLabel}, {SystemLabel}, {PartsLabel}) ({series})");
    Row {
        title: "What is counted, and what is missing?",
        panels: vec![
            Panel::new(
                "Parts by system",
                "Healthy parts of all parts, and the share. All includes what vanished lately; seen is what is there now.",
                Table,
                vec![
                    Query::new(by(Health::HEALTHY), "healthy").unit(PanelUnit::Number),
                    Query::new(by(PARTS), "all").unit(PanelUnit::Number),
                    Query::new(by(Health::PARTS), "seen").unit(PanelUnit::Number),
                    Query::new(by(PARTS_HEALTH), "health").unit(PanelUnit::Ratio),
                ],
            )
            .width(14),
            Panel::new(
                "Vanished lately",
                "Parts that were there and are gone. They count as not healthy until they are back, or for as long as is configured.",
                Table,
                vec![
                    Query::new(format!("{PARTS} - ({} or 0 * {PARTS}) > 0", Health::PARTS), "gone")
                        .when_empty(NONE_KNOWN),
                ],
            )
            .unit(PanelUnit::Number)
            .bounds_of(&["LookoutPartsVanished"])
            .width(10),
        ],
    }
}

fn promises() -> Row {
    use PanelKind::{Table, TimeSeries};
    let by = |series: &str| format!("sum by ({Objective}, {IndicatorLabel}, {MeasuredAtLabel}) ({series})");
    let over_an_hour =
        ERRORS_OVER.into_iter().find(|(_, window, _)| *window == "1h").map_or(ERRORS, |(name, ..)| name);
    Row {
        title: "Is what was promised kept?",
        panels: vec![
            Panel::new(
                "Objectives",
                "What was promised, what is left of the budget of errors within the window, and for what share of the window it was \
                 measured at all: without measurement a budget lasts for ever.",
                Table,
                vec![
                    promised(by(TARGET), "promised"),
                    promised(by(BUDGET_LEFT), "budget left"),
                    promised(by(MEASURED), "measured"),
                ],
            )
            .unit(PanelUnit::Ratio)
            .width(12),
            Panel::new(
                "Objectives that nothing measures",
                "No probe answers for them: whether the promise is kept is not known.",
                Table,
                vec![Query::new(format!("{TARGET} unless {ERRORS}"), "promised").when_empty(NONE_KNOWN)],
            )
            .unit(PanelUnit::Ratio)
            .width(12),
            Panel::new(
                "Burn rate over an hour",
                "How many times as fast as it may the budget is spent. At 1 it lasts exactly for the window.",
                TimeSeries,
                vec![promised(
                    format!("{over_an_hour} / (1 - {TARGET})"),
                    "{{objective}} {{indicator}}, {{measured_at}}",
                )],
            )
            .unit(PanelUnit::Number)
            .bounds_of(&["LookoutObjectiveBudgetBurnsFast"]),
            Panel::new(
                "Budget left",
                "Share of the budget of errors that is left within the window.",
                TimeSeries,
                vec![promised(BUDGET_LEFT, "{{objective}} {{indicator}}, {{measured_at}}")],
            )
            .unit(PanelUnit::Ratio),
        ],
    }
}

fn watched() -> Row {
    use PanelKind::{BarGauge, Table};
    Row {
        title: "What is watched?",
        panels: vec![
            Panel::new(
                "Sources by exporter",
                "How many sources Lookout reads for each exporter. An exporter that is not here watches nothing.",
                BarGauge,
                vec![Query::new(format!("count by ({Exporter}) ({SOURCE_INFO})"), "{{exporter}}")],
            )
            .unit(PanelUnit::Number),
            Panel::new(
                "Sources that fail",
                "Where Lookout is blind: nothing is known of what these should read.",
                Table,
                vec![Query::new(format!("{SOURCE_UP} == 0"), "").when_empty(NONE_KNOWN)],
            )
            .bounds_of(&["LookoutSourceFailing"]),
        ],
    }
}
