//! The board of Lookout itself: can it see, what hinders it, how is it read, what does it cost.

mod causes;
mod process;
mod serving;

use lookout_declarations::{Board, Panel, PanelKind, PanelUnit, Query, Row};

use crate::metrics::{
    BUILD_INFO, DataLabel, Exporter, SOURCE_FAULTS, SOURCE_INFO, SOURCE_UP, SOURCE_WITHDRAWN, Source,
};

/// What an empty list of faults means.
const NONE_KNOWN: &str = "none known";

/// The board of the exporter `lookout`.
pub fn board() -> Board {
    Board::new(
        "lookout-self",
        "Lookout / Itself",
        "Does Lookout see what it is meant to watch?",
        vec![
            answer(),
            causes::row(),
            causes::limits(),
            serving::http(),
            serving::configuration(),
            process::row(),
        ],
    )
}

fn answer() -> Row {
    let works = format!("min by ({Exporter}, {Source}) ({SOURCE_UP})");
    let kind = format!("on (job, instance, {Exporter}, {Source}) group_left ({DataLabel})");
    Row {
        title: "Does it see?",
        panels: vec![
            Panel::new(
                "Sources that fail",
                "Sources whose last cycle failed, of how many. Zero is healthy; nothing at all means that no Lookout is scraped.",
                PanelKind::Stat,
                vec![
                    Query::new(format!("count({SOURCE_UP} == 0) or 0 * count({SOURCE_UP})"), "failing"),
                    Query::new(format!("count({SOURCE_INFO})"), "of"),
                ],
            )
            .unit(PanelUnit::Number)
            .bounds_of(&["LookoutSourceFailing"])
            .width(6),
            Panel::new(
                "Sources withdrawn",
                "Sources whose measurements were withdrawn because they are old: alerts on them are blind.",
                PanelKind::Stat,
                vec![Query::new(format!("sum({SOURCE_WITHDRAWN})"), "withdrawn").when_empty("no source measures")],
            )
            .unit(PanelUnit::Number)
            .bounds_of(&["LookoutMeasurementsWithdrawn"])
            .width(4),
            Panel::new(
                "Items not readable",
                "What the sources should watch and cannot read, in the data that are served.",
                PanelKind::Stat,
                vec![Query::new(format!("sum({SOURCE_FAULTS})"), "items").when_empty("nothing is read yet")],
            )
            .unit(PanelUnit::Number)
            .bounds_of(&["LookoutItemsUnreadable"])
            .width(4),
            Panel::new(
                "Sources",
                "Each source with the kind of its data, and whether its last cycle worked.",
                PanelKind::Table,
                vec![Query::new(format!("{SOURCE_UP} * {kind} {SOURCE_INFO}"), "works").unit(PanelUnit::Yes)],
            )
            .width(10),
            Panel::new(
                "Sources that failed",
                "When which of them worked, of those that failed at any time shown. A gap means that no Lookout was scraped.",
                PanelKind::StateTimeline,
                vec![
                    Query::new(
                        format!("{works} unless min by ({Exporter}, {Source}) (min_over_time({SOURCE_UP}[$__range])) == 1"),
                        "{{exporter}} {{source}}",
                    )
                    .when_empty("no failure is known"),
                ],
            )
            .unit(PanelUnit::Yes)
            .width(24),
        ],
    }
}

/// Every program has `process_` metrics: keep those of the targets that expose Lookout's build.
fn of_lookout(expression: &str) -> String {
    format!("({expression}) and on (job, instance) {BUILD_INFO}")
}
