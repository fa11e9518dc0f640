//! Which key of the configuration sets the threshold of an alert.
//!
//! A runbook names every key that its alert depends on, as a placeholder. The threshold's is the one that has the threshold as its
//! value.
//!
//! How to get it wrong: naming all of them. Whoever raises the window instead of the threshold has made it worse.

use core::time::Duration;

use lookout_config::HumanDuration;
use lookout_declarations::Alert;
use serde::Serialize;
use serde_json::Value;

/// The settings, to be looked up by their keys.
pub(super) struct ThresholdKeys(Value);

impl ThresholdKeys {
    /// The keys of `settings`.
    pub(super) fn new(settings: &impl Serialize) -> Result<Self, serde_json::Error> {
        serde_json::to_value(settings).map(Self)
    }

    /// The keys that set `bound` as the threshold of `alert`: one, or none if nothing does.
    pub(super) fn of(&self, alert: &Alert, bound: f64) -> Vec<String> {
        let mut keys: Vec<&str> = placeholders(alert.runbook).filter(|key| self.is(key, bound)).collect();
        keys.sort_unstable();
        keys.dedup();
        keys.into_iter().map(ToOwned::to_owned).collect()
    }

    fn is(&self, key: &str, bound: f64) -> bool {
        let value = key.split('.').try_fold(&self.0, |value, part| value.get(part));
        let number = match value {
            Some(Value::Number(number)) => number.as_f64(),
            Some(Value::String(text)) => {
                text.parse().ok().map(|duration: HumanDuration| Duration::from(duration).as_secs_f64())
            }
            _ => None,
        };
        number.is_some_and(|number| (number - bound).abs() <= 1e-9 * bound.abs())
    }
}

/// What stands between double braces and looks like a key.
fn placeholders(runbook: &str) -> impl Iterator<Item = &str> {
    let inside = runbook.split("{{").skip(1).filter_map(|rest| rest.split_once("}}"));
    inside.map(|(key, _)| key.trim()).filter(|key| key.contains('.') && !key.starts_with(['$', '.']))
}

#[cfg(test)]
mod tests {
    use lookout_catalog::Settings;

    use super::*;

    #[test]
    fn only_the_key_with_the_threshold_as_its_value_is_named() {
        let alerts = Settings::default().declared().into_iter().flat_map(|declared| declared.alerts);
        let mut alert = alerts.into_iter().next().unwrap();
        alert.runbook =
            "{{kafka.alerts.lag}} {{ $labels.x }} {{kafka.alerts.gone}} {{kafka.lag.window}} {{for}}";
        let settings = serde_json::json!({"kafka": {"alerts": {"lag": "10m"}, "lag": {"window": 30}}});
        let keys = ThresholdKeys::new(&settings).unwrap();
        assert_eq!(keys.of(&alert, 600.0), ["kafka.alerts.lag"]);
        assert_eq!(keys.of(&alert, 30.0), ["kafka.lag.window"]);
        assert!(keys.of(&alert, 5.0).is_empty());
    }
}
