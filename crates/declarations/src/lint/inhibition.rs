//! Inhibitions: what mutes goes on for longer than what it mutes, or people are told of the leaf after the repair of the root.

use super::Finding;
use crate::Alert;

pub(super) fn lint(alerts: &[Alert]) -> Vec<Finding> {
    let muted = |source: &Alert| {
        // That an alert mutes itself is found by the lint of alerts.
        let leaves =
            alerts.iter().filter(|leaf| leaf.name != source.name && source.inhibits.contains(&leaf.name));
        leaves
            .filter(|leaf| leaf.keep_firing_for >= source.keep_firing_for)
            .map(|leaf| leaf.name)
            .collect::<Vec<_>>()
    };
    let late = alerts.iter().map(|source| (source, muted(source))).filter(|(_, leaves)| !leaves.is_empty());
    late.map(|(source, leaves)| {
        Finding::new(
            source.name,
            format!(
                "it mutes `{}`, which goes on firing for as long as it does or longer",
                leaves.join("`, `")
            ),
            "lengthen its `keep_firing_for`, so that it is still there when they end",
        )
    })
    .collect()
}
