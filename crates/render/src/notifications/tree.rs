//! The tree of routes: the heartbeat first, then by severity, then by owner where that makes a difference.
//!
//! Severity comes first because it decides how often a notification is repeated. Whom a severity's own branch tells is
//! what [`Settings::receiver_of`] says of an owner that no route can name, so nothing falls through.

use std::borrow::Cow;

use lookout_config::HumanDuration;
use lookout_declarations::{Owner, Severity};
use lookout_notifications::Settings;

use super::NO_HEARTBEAT;
use crate::RenderError;

/// The alert of the heartbeat.
pub(super) const WATCHDOG: &str = "LookoutWatchdog";

/// A condition on a label.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Matcher {
    pub(super) label: Cow<'static, str>,
    /// `=` or `=~`.
    pub(super) operator: &'static str,
    pub(super) value: String,
}

/// A route with what is below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Route {
    pub(super) matchers: Vec<Matcher>,
    pub(super) receiver: String,
    pub(super) group_by: Vec<String>,
    pub(super) group_wait: Option<HumanDuration>,
    pub(super) group_interval: Option<HumanDuration>,
    pub(super) repeat_interval: Option<HumanDuration>,
    pub(super) muted_by: Option<&'static str>,
    pub(super) routes: Vec<Route>,
}

impl Matcher {
    /// The label has this value.
    pub(super) fn is(label: &'static str, value: impl Into<String>) -> Self {
        Self { label: Cow::Borrowed(label), operator: "=", value: value.into() }
    }

    /// The label has one of these values.
    pub(super) fn is_any(label: &'static str, values: &[&str]) -> Self {
        match values {
            [only] => Self::is(label, *only),
            _ => Self { label: Cow::Borrowed(label), operator: "=~", value: values.join("|") },
        }
    }

    /// The label, of somebody's own, has this value.
    pub(super) fn is_of(label: &str, value: &str) -> Self {
        Self { label: Cow::Owned(label.to_owned()), operator: "=", value: value.to_owned() }
    }

    /// The whole value of the label fits the pattern.
    pub(super) fn fits(label: &str, pattern: &str) -> Self {
        Self { label: Cow::Owned(label.to_owned()), operator: "=~", value: pattern.to_owned() }
    }
}

/// As Alertmanager and Prometheus' operators write it.
impl core::fmt::Display for Matcher {
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let value = self.value.replace('\\', r"\\").replace('"', r#"\""#);
        write!(formatter, "{}{}\"{value}\"", self.label, self.operator)
    }
}

impl Route {
    fn new(matchers: Vec<Matcher>, receiver: &str) -> Self {
        Self {
            matchers,
            receiver: receiver.to_owned(),
            group_by: Vec::new(),
            group_wait: None,
            group_interval: None,
            repeat_interval: None,
            muted_by: None,
            routes: Vec::new(),
        }
    }
}

/// The route of Lookout's alerts.
pub(super) fn route(settings: &Settings, default_receiver: &str) -> Result<Route, RenderError> {
    let every_alert = Matcher::fits("alertname", "Lookout.+");
    let mut routes = vec![heartbeat(settings, default_receiver)];
    for severity in Severity::ALL {
        routes.push(branch(settings, *severity)?);
    }
    Ok(Route {
        group_by: settings.group_by.clone(),
        group_wait: Some(settings.group_wait),
        group_interval: Some(settings.group_interval),
        routes,
        ..Route::new(vec![every_alert], default_receiver)
    })
}

/// The heartbeat, which is repeated at its interval: groups are looked at five times in it, and what was sent for nine
/// tenths of it is sent again. With both equal, every second one would be left out, for a moment passes while sending.
fn heartbeat(settings: &Settings, default_receiver: &str) -> Route {
    let watchdog = vec![Matcher::is("alertname", WATCHDOG)];
    let heartbeat = &settings.heartbeat;
    if !heartbeat.is_configured() {
        return Route { muted_by: Some(NO_HEARTBEAT), ..Route::new(watchdog, default_receiver) };
    }
    let seconds = |duration: HumanDuration, of: u32| {
        HumanDuration::from_secs(u32::try_from(duration.get().as_secs()).unwrap_or(u32::MAX) / 10 * of)
    };
    Route {
        group_wait: Some(HumanDuration::ZERO),
        group_interval: Some(seconds(heartbeat.interval, 2)),
        repeat_interval: Some(seconds(heartbeat.interval, 9)),
        ..Route::new(watchdog, &heartbeat.receiver)
    }
}

/// The alerts of `severity`.
fn branch(settings: &Settings, severity: Severity) -> Result<Route, RenderError> {
    let receiver = |owner| settings.receiver_of(severity, owner).ok_or(RenderError::NameReceiver);
    let own = receiver(None)?;
    let mut routes = Vec::new();
    for owner in Owner::ALL {
        let theirs = receiver(Some(*owner))?;
        if theirs != own {
            routes.push(Route::new(vec![Matcher::is("owner", owner.as_str())], theirs));
        }
    }
    Ok(Route {
        repeat_interval: Some(settings.repeat_interval.of(severity)),
        routes,
        ..Route::new(vec![Matcher::is("severity", severity.as_str())], own)
    })
}
