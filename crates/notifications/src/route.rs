//! Routes: which receiver is told of the alerts of an owner, or of a severity.

use lookout_declarations::{Owner, Severity};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Who deals with an alert: its label `owner`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RouteOwner {
    /// Those who run the cluster.
    Platform,
    /// Those who run the pipelines.
    Data,
    /// Those who answer for keys, certificates and access.
    Security,
}

/// How urgent an alert is: its label `severity`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RouteSeverity {
    /// Somebody must get up.
    Critical,
    /// It must be dealt with in working hours.
    Warning,
    /// Worth knowing.
    Info,
}

/// One route. What is left out matches everything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Route {
    /// Whose alerts; left out, everybody's.
    pub owner: Option<RouteOwner>,
    /// How urgent ones; left out, all.
    pub severity: Option<RouteSeverity>,
    /// The name of the receiver that is told of them.
    pub receiver: String,
}

// === impl RouteOwner ===

impl From<RouteOwner> for Owner {
    fn from(owner: RouteOwner) -> Self {
        match owner {
            RouteOwner::Platform => Self::Platform,
            RouteOwner::Data => Self::Data,
            RouteOwner::Security => Self::Security,
        }
    }
}

// === impl RouteSeverity ===

impl From<RouteSeverity> for Severity {
    fn from(severity: RouteSeverity) -> Self {
        match severity {
            RouteSeverity::Critical => Self::Critical,
            RouteSeverity::Warning => Self::Warning,
            RouteSeverity::Info => Self::Info,
        }
    }
}

// === impl Route ===

impl Route {
    /// Whether it takes alerts of `severity` whose owner is `owner`; `None` is an owner that no route can name.
    pub fn takes(&self, severity: Severity, owner: Option<Owner>) -> bool {
        self.severity.is_none_or(|own| Severity::from(own) == severity)
            && self.owner.is_none_or(|own| Some(Owner::from(own)) == owner)
    }
}
