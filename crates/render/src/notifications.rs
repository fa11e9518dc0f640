//! Notifications: the section `notifications` and the alerts' own declarations, as what those who send load.
//!
//! What is decided once, for every kind of output: the tree of routes, what mutes what, and the texts. The kinds differ in
//! how they write it down: [`NotificationTarget`], and Grafana.
//!
//! Invariants:
//! - Every alert of the catalogue reaches exactly one receiver, and that receiver has somewhere to send to. Where nobody
//!   is configured nothing is rendered: a file with nobody in it looks like alerting and is none.
//! - Nothing is muted without a label that must be equal on both sides.
//! - No secret is written: files, or keys of Secrets, are named.
//!
//! How to get it wrong: leaving out an integration that a version does not know. A way of telling somebody that is
//! configured and not rendered is a page that nobody gets; it is refused.

mod alertmanager;
mod alertmanager_version;
mod dialect;
mod grafana;
mod grafana_points;
mod inhibitions;
mod integrations;
mod operators;
mod texts;
mod tree;

use lookout_declarations::Declared;
use lookout_notifications::Settings;
use serde_yaml::{Mapping, Value};

use crate::{
    GeneratedFile, RenderError,
    rules::{Rendered, RuleOptions},
};

use dialect::Dialect;
use inhibitions::Inhibition;
use texts::Texts;
use tree::Route;

/// What the files are generated from, for their headers.
const ORIGIN: &str = "the catalogue and the section `notifications`";

/// The name of the objects, the templates and the mute timing.
const LOOKOUT: &str = "lookout";

/// The time interval that mutes the heartbeat where nobody receives it: always.
const NO_HEARTBEAT: &str = "lookout-no-heartbeat";

/// What is said where nobody receives the heartbeat.
const WITHOUT_HEARTBEAT: &str = "no heartbeat is configured, so LookoutWatchdog is muted, and nobody is told when alerting \
                                 itself stops; set `notifications.heartbeat.receiver`";

/// Everything that every kind of output says.
struct Plan<'a> {
    settings: &'a Settings,
    /// The receiver of whatever is not Lookout's.
    default_receiver: &'a str,
    /// The route of Lookout's alerts.
    route: Route,
    inhibitions: Vec<Inhibition>,
    texts: Texts,
}

impl<'a> Plan<'a> {
    fn new(catalogue: &[Declared], settings: &'a Settings) -> Result<Self, RenderError> {
        let default_receiver = settings.default_receiver().ok_or(RenderError::NameReceiver)?;
        if let Some(receiver) = settings.receivers.iter().find(|receiver| !receiver.has_integration()) {
            return Err(RenderError::GiveIntegration { receiver: receiver.name.clone() });
        }
        Ok(Self {
            settings,
            default_receiver,
            route: tree::route(settings, default_receiver)?,
            inhibitions: inhibitions::derive(catalogue, &settings.cluster_labels)?,
            texts: Texts::new(catalogue),
        })
    }

    /// What whoever renders should know.
    fn warnings(&self) -> Vec<String> {
        let silent = !self.settings.heartbeat.is_configured();
        silent.then(|| WITHOUT_HEARTBEAT.to_owned()).into_iter().collect()
    }

    /// What whoever loads the file should know.
    fn notes(&self, own: &[&str]) -> Vec<String> {
        own.iter().map(|&note| note.to_owned()).chain(self.warnings()).collect()
    }

    /// What mutes what.
    fn inhibitions(&self, dialect: Dialect) -> Value {
        Value::Sequence(self.inhibitions.iter().map(|inhibition| dialect.inhibition(inhibition)).collect())
    }

    /// The receivers with their integrations.
    fn receivers(&self, dialect: Dialect) -> Result<Value, RenderError> {
        let receivers = self.settings.receivers.iter();
        let written = receivers.map(|receiver| {
            let sends_resolved = self.settings.sends_resolved(&receiver.name);
            dialect.receiver(receiver, sends_resolved, &self.texts).map(Value::Mapping)
        });
        written.collect::<Result<_, _>>().map(Value::Sequence)
    }

    /// The time interval that mutes the heartbeat, if nobody receives it; `within` is the name of its parts.
    fn always(&self, within: &str) -> Option<Value> {
        if self.settings.heartbeat.is_configured() {
            return None;
        }
        let week = Value::Mapping(mapping([("weekdays", list(["sunday:saturday"]))]));
        let interval = mapping([("name", Value::from(NO_HEARTBEAT)), (within, Value::Sequence(vec![week]))]);
        Some(Value::Sequence(vec![Value::Mapping(interval)]))
    }
}

/// What notifications are rendered for, beside Grafana, whose are part of its rules' target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NotificationTarget {
    /// Alertmanager's own configuration file, with its templates.
    Alertmanager,
    /// The object `AlertmanagerConfig` of Prometheus' operator.
    AlertmanagerConfig,
    /// The object `VMAlertmanagerConfig` of VictoriaMetrics' operator.
    VmAlertmanagerConfig,
}

impl NotificationTarget {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Alertmanager, Self::AlertmanagerConfig, Self::VmAlertmanagerConfig];

    /// Its name on the command line, and its folder.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Alertmanager => "alertmanager",
            Self::AlertmanagerConfig => "amconfig",
            Self::VmAlertmanagerConfig => "vmalertmanagerconfig",
        }
    }
}

/// Who is told of the alerts of `catalogue`. Of `options` the version counts for Alertmanager; namespace and labels for
/// the objects of the operators.
pub fn notifications(
    target: NotificationTarget,
    catalogue: &[Declared],
    settings: &Settings,
    options: &RuleOptions,
) -> Result<Rendered, RenderError> {
    let plan = Plan::new(catalogue, settings)?;
    let files = match target {
        NotificationTarget::Alertmanager => alertmanager::alertmanager(&plan, options)?,
        NotificationTarget::AlertmanagerConfig => vec![operators::amconfig(&plan, options)?],
        NotificationTarget::VmAlertmanagerConfig => vec![operators::vmalertmanagerconfig(&plan, options)?],
    };
    Ok(Rendered { files, notes: plan.warnings() })
}

/// Grafana's contact points, texts and notification policies, below `grafana`.
pub fn grafana_notifications(catalogue: &[Declared], settings: &Settings) -> Result<Rendered, RenderError> {
    let plan = Plan::new(catalogue, settings)?;
    let mut notes = plan.warnings();
    notes.push(grafana::WITHOUT_INHIBITION.to_owned());
    Ok(Rendered { files: grafana::files(&plan)?, notes })
}

/// What is kept in the repository: of the example settings, in the folder of its target each.
pub(crate) fn shipped(catalogue: &[Declared]) -> Result<Vec<GeneratedFile>, RenderError> {
    let example = Settings::example();
    let options = RuleOptions::default();
    let mut files = Vec::new();
    for target in NotificationTarget::ALL {
        files.extend(notifications(target, catalogue, &example, &options)?.files);
    }
    files.extend(grafana_notifications(catalogue, &example)?.files);
    Ok(files)
}

/// A YAML file with `notes` below its header.
fn yaml(path: &str, notes: &[String], value: &Value) -> Result<GeneratedFile, RenderError> {
    let notes: Vec<String> = notes.iter().flat_map(|note| wrapped(note)).collect();
    GeneratedFile::yaml_with(path.to_owned(), ORIGIN, &notes, value)
}

/// A note as lines of at most a hundred characters; the first is marked, so that each begins visibly.
fn wrapped(note: &str) -> Vec<String> {
    const WIDTH: usize = 98;
    let mut lines = vec!["-".to_owned()];
    for word in note.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + word.chars().count() < WIDTH => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(format!("  {word}")),
        }
    }
    lines
}

/// A mapping of these entries, in this order.
fn mapping<const N: usize>(entries: [(&str, Value); N]) -> Mapping {
    entries.into_iter().map(|(key, value)| (Value::from(key), value)).collect()
}

/// A list of texts.
fn list<T: Into<String>>(texts: impl IntoIterator<Item = T>) -> Value {
    Value::Sequence(texts.into_iter().map(|text| Value::from(text.into())).collect())
}
