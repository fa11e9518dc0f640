//! The health of the platform, from the parts that each exporter declares.
//!
//! Invariants:
//! - The number of parts is the largest of the last while, so that health does not rise when a part, or all that is known of a
//!   system, goes away.
//! - Each kind of parts weighs the same within a system, and each system within its layer and the platform: ten thousand
//!   certificates do not drown three brokers.

use lookout_declarations::{Health, LayerLabel, Recording, SystemLabel};

use super::recording;
use crate::Settings;
use crate::series::{LAYER_HEALTH, PARTS, PARTS_HEALTH, PLATFORM_HEALTH, SYSTEM_HEALTH};

pub(super) fn recordings(settings: &Settings) -> Vec<Recording> {
    let most = format!("max_over_time({}[{}])", Health::PARTS, settings.removed_parts_for);
    // What is gone altogether has no healthy parts.
    let of_parts = format!("({} or 0 * {most}) / {most}", Health::HEALTHY);
    let of_systems = format!("avg by ({SystemLabel}, {LayerLabel}) ({of_parts})");
    vec![
        recording(PARTS, most, "How many parts a kind has, those included that vanished lately."),
        recording(PARTS_HEALTH, of_parts, "Share of the parts of a kind that are healthy."),
        recording(
            SYSTEM_HEALTH,
            of_systems.clone(),
            "Health of a system, from 0 to 1: the mean over its kinds of parts.",
        ),
        recording(
            LAYER_HEALTH,
            format!("avg by ({LayerLabel}) ({of_systems})"),
            "Health of a layer, from 0 to 1: the mean over its systems.",
        ),
        recording(
            PLATFORM_HEALTH,
            format!("avg({of_systems})"),
            "Health of the platform, from 0 to 1: the mean over its systems.",
        ),
    ]
}
