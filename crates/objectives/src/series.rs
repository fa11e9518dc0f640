//! The names of the series that are recorded, `level:metric:operations` with the newest operation first.

use core::time::Duration;

/// Share of what was asked for that was in error, by objective, at a moment.
pub const ERRORS: &str = "objective:lookout_objective_errors:ratio";
/// What was promised, by objective.
pub const TARGET: &str = "objective:lookout_objective_target:ratio";
/// How many probes an objective is measured by.
pub const PROBES: &str = "objective:lookout_objective_probes:count";
/// Share of the budget of errors that is left within the window; below zero it is overspent.
pub const BUDGET_LEFT: &str = "objective:lookout_objective_budget_left:ratio";
/// Share of the window for which an objective was measured at all.
pub const MEASURED: &str = "objective:lookout_objective_measured:ratio";

/// The share of windows that was in error, which burn rates are judged by: the name, the window as PromQL has it, and its length.
pub const ERRORS_OVER: [(&str, &str, Duration); 7] = [
    ("objective:lookout_objective_errors:avg5m_ratio", "5m", Duration::from_mins(5)),
    ("objective:lookout_objective_errors:avg30m_ratio", "30m", Duration::from_mins(30)),
    ("objective:lookout_objective_errors:avg1h_ratio", "1h", Duration::from_hours(1)),
    ("objective:lookout_objective_errors:avg2h_ratio", "2h", Duration::from_hours(2)),
    ("objective:lookout_objective_errors:avg6h_ratio", "6h", Duration::from_hours(6)),
    ("objective:lookout_objective_errors:avg1d_ratio", "1d", Duration::from_hours(24)),
    ("objective:lookout_objective_errors:avg3d_ratio", "3d", Duration::from_hours(72)),
];

/// How many parts a kind has, those included that vanished lately.
pub const PARTS: &str = "parts:lookout_parts:max_count";
/// Share of the parts of a kind that are healthy.
pub const PARTS_HEALTH: &str = "parts:lookout_health:ratio";
/// Health of a system: the mean over its kinds of parts.
pub const SYSTEM_HEALTH: &str = "system:lookout_health:ratio";
/// Health of a layer: the mean over its systems.
pub const LAYER_HEALTH: &str = "layer:lookout_health:ratio";
/// Health of the platform: the mean over its systems.
pub const PLATFORM_HEALTH: &str = "platform:lookout_health:ratio";

/// How many critical alerts fire; no series where none does.
pub const OPEN_CRITICALS: &str = "platform:lookout_open_criticals:count";
/// How many critical alerts began to fire within the last minute; no series where none did.
pub const OPENED_CRITICALS: &str = "platform:lookout_opened_criticals:count1m";
/// For how long critical alerts fired, in the mean over the window.
pub const REPAIR_TIME: &str = "platform:lookout_repair_time_seconds:mean";
