//! The health of the platform, from the parts that each exporter declares.
//!
//! Invariants:
//! - The number of parts is the largest of the last while, so that health does not rise when a part, or all that is known of a
//!   system, goes away.
//! - Each kind of parts weighs the same within a system, and each system within its layer and the platform: ten thousand
//!   certificates do not drown three brokers.

use lookout_declarations::{Health, LayerLabel, RecordedSample, Recording, SystemLabel};

use super::cases::{BROKERS, HOSTS, TOPICS, TUNNELS, now, parts, recorded};
use super::recording;
use crate::Settings;
use crate::series::{LAYER_HEALTH, PARTS, PARTS_HEALTH, PLATFORM_HEALTH, SYSTEM_HEALTH};

pub(super) fn recordings(settings: &Settings) -> Vec<Recording> {
    let most = format!("max_over_time({}[{}])", Health::PARTS, settings.removed_parts_for);
    // What is gone altogether has no healthy parts.
    let of_parts = format!("({} or 0 * {most}) / {most}", Health::HEALTHY);
    let of_systems = format!("avg by ({SystemLabel}, {LayerLabel}) ({of_parts})");
    let window = settings.removed_parts_for.get();
    let proven = |expect: &[RecordedSample]| {
        vec![parts(window, expect.to_vec()), now("nothing is known", Vec::new(), Vec::new())]
    };
    vec![
        recording(
            PARTS,
            most,
            "How many parts a kind has, those included that vanished lately.",
            proven(&[BROKERS, TOPICS, HOSTS, TUNNELS].map(|labels| recorded(labels, 4.0))),
        ),
        recording(
            PARTS_HEALTH,
            of_parts,
            "Share of the parts of a kind that are healthy.",
            proven(&[
                recorded(BROKERS, 0.75),
                recorded(TOPICS, 0.0),
                recorded(HOSTS, 1.0),
                recorded(TUNNELS, 0.5),
            ]),
        ),
        recording(
            SYSTEM_HEALTH,
            of_systems.clone(),
            "Health of a system, from 0 to 1: the mean over its kinds of parts.",
            proven(&[
                recorded(&BROKERS[..2], 0.375),
                recorded(&HOSTS[..2], 1.0),
                recorded(&TUNNELS[..2], 0.5),
            ]),
        ),
        recording(
            LAYER_HEALTH,
            format!("avg by ({LayerLabel}) ({of_systems})"),
            "Health of a layer, from 0 to 1: the mean over its systems.",
            proven(&[recorded(&BROKERS[1..2], 0.6875), recorded(&TUNNELS[1..2], 0.5)]),
        ),
        recording(
            PLATFORM_HEALTH,
            format!("avg({of_systems})"),
            "Health of the platform, from 0 to 1: the mean over its systems.",
            proven(&[recorded(&[], 0.625)]),
        ),
    ]
}
