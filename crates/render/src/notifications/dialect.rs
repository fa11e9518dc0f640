//! The dialects of Alertmanager's configuration: its own, and those of the operators of Prometheus and VictoriaMetrics.
//!
//! They say the same under other names: secrets are files here and keys of Secrets there, names have underscores or capitals.
//!
//! How to get it wrong: naming a field by rule where its name is an exception. The operators' definitions are closed: an
//! object with a field that they do not know is refused, or loses it. Each was compared with them.

use lookout_config::HumanDuration;
use lookout_notifications::Receiver;
use serde_yaml::{Mapping, Value};

use super::{
    inhibitions::Inhibition,
    integrations::{self, Field},
    list, mapping,
    texts::Texts,
    tree::{Matcher, Route},
};
use crate::{RenderError, profile::Version};

/// Whose configuration it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    /// Alertmanager's own file, for a version.
    Alertmanager(Version),
    /// `AlertmanagerConfig`.
    Prometheus,
    /// `VMAlertmanagerConfig`.
    VictoriaMetrics,
}

impl Dialect {
    /// The name of a field.
    pub(super) fn name(self, name: &str) -> String {
        match (self, name) {
            (Self::Prometheus, "api_url") => "apiURL".to_owned(),
            (Self::Prometheus, "client_url") => "clientURL".to_owned(),
            (Self::Prometheus, "require_tls") => "requireTLS".to_owned(),
            (Self::Prometheus, "webhook_url") => "webhookURL".to_owned(),
            (Self::Prometheus, name) => camel_case(name),
            (_, name) => name.to_owned(),
        }
    }

    /// The name of a field that holds a secret.
    fn secret_name(self, name: &str) -> String {
        match (self, name) {
            (Self::Alertmanager(_), name) => format!("{name}_file"),
            (Self::Prometheus, "url") => "urlSecret".to_owned(),
            (Self::VictoriaMetrics, "url" | "webhook_url") => format!("{name}_secret"),
            (_, name) => self.name(name),
        }
    }

    /// A receiver with its integrations, which `sends_resolved` tell of the end of an alert too.
    pub(super) fn receiver(
        self,
        receiver: &Receiver,
        sends_resolved: bool,
        texts: &Texts,
    ) -> Result<Mapping, RenderError> {
        let mut configurations: Vec<(String, Vec<Value>)> = Vec::new();
        for integration in integrations::of(receiver, sends_resolved) {
            if let (Self::Alertmanager(version), Some((since, lack))) = (self, integration.since)
                && version < since
            {
                let receiver = receiver.name.clone();
                return Err(RenderError::SendWithVersion { receiver, version, lack, since });
            }
            let mut fields = Mapping::new();
            for (name, field) in integration.fields {
                let (name, value) = self.field(name, field, texts)?;
                fields.insert(Value::from(name), value);
            }
            let name = self.name(&format!("{}_configs", integration.kind));
            match configurations.iter_mut().find(|(known, _)| *known == name) {
                Some((_, those)) => those.push(Value::Mapping(fields)),
                None => configurations.push((name, vec![Value::Mapping(fields)])),
            }
        }
        let mut written = mapping([("name", Value::from(receiver.name.as_str()))]);
        for (name, configurations) in configurations {
            written.insert(Value::from(name), Value::Sequence(configurations));
        }
        Ok(written)
    }

    fn field(self, name: &str, field: Field, texts: &Texts) -> Result<(String, Value), RenderError> {
        Ok(match field {
            Field::Plain(value) => (self.name(name), value),
            Field::Text(template) => (self.name(name), Value::from(self.text(template, texts))),
            Field::Texts(fields) => {
                let mut written = Vec::new();
                for (key, field) in fields {
                    written.push((key, self.field(key, field, texts)?.1));
                }
                (self.name(name), self.pairs(written))
            }
            Field::Secret(path) => (self.secret_name(name), self.secret(&path)?),
            Field::Token(path) => {
                let credentials = match self {
                    Self::Alertmanager(_) => "credentials_file",
                    Self::Prometheus | Self::VictoriaMetrics => "credentials",
                };
                let token = mapping([(credentials, self.secret(&path)?)]);
                (self.name(name), Value::Mapping(mapping([("authorization", Value::Mapping(token))])))
            }
        })
    }

    /// A template: called where its file is loaded, else brought along.
    fn text(self, template: &str, texts: &Texts) -> String {
        match self {
            Self::Alertmanager(_) => Texts::call(template),
            Self::Prometheus | Self::VictoriaMetrics => texts.inline(template),
        }
    }

    /// Texts by name.
    fn pairs(self, pairs: Vec<(&str, Value)>) -> Value {
        match self {
            Self::Prometheus => {
                let pair =
                    |(key, value)| Value::Mapping(mapping([("key", Value::from(key)), ("value", value)]));
                Value::Sequence(pairs.into_iter().map(pair).collect())
            }
            Self::Alertmanager(_) | Self::VictoriaMetrics => {
                Value::Mapping(pairs.into_iter().map(|(key, value)| (Value::from(key), value)).collect())
            }
        }
    }

    /// A secret: its file, or the Secret and the key that the last two parts of the file's path name.
    fn secret(self, path: &str) -> Result<Value, RenderError> {
        if matches!(self, Self::Alertmanager(_)) {
            return Ok(Value::from(path));
        }
        let mut parts = path.rsplit('/').filter(|part| !part.is_empty());
        match (parts.next(), parts.next()) {
            (Some(key), Some(name)) => {
                Ok(Value::Mapping(mapping([("name", Value::from(name)), ("key", Value::from(key))])))
            }
            _ => Err(RenderError::NameSecret { path: path.to_owned() }),
        }
    }

    /// A route with what is below it.
    pub(super) fn route(self, route: &Route) -> Mapping {
        let mut written = Mapping::new();
        let mut put = |name: &str, value: Value| {
            written.insert(Value::from(self.name(name)), value);
        };
        if !route.matchers.is_empty() {
            put("matchers", self.matchers(&route.matchers));
        }
        put("receiver", Value::from(route.receiver.as_str()));
        if !route.group_by.is_empty() {
            put("group_by", list(&route.group_by));
        }
        for (name, duration) in [
            ("group_wait", route.group_wait),
            ("group_interval", route.group_interval),
            ("repeat_interval", route.repeat_interval),
        ] {
            if let Some(duration) = duration {
                put(name, Value::from(self.duration(duration)));
            }
        }
        if let Some(muted_by) = route.muted_by {
            put("mute_time_intervals", list([muted_by]));
        }
        if !route.routes.is_empty() {
            let below = route.routes.iter().map(|route| Value::Mapping(self.route(route)));
            put("routes", Value::Sequence(below.collect()));
        }
        written
    }

    /// A rule of inhibition.
    pub(super) fn inhibition(self, inhibition: &Inhibition) -> Value {
        let (source, target) = match self {
            Self::Prometheus => ("sourceMatch", "targetMatch"),
            Self::Alertmanager(_) | Self::VictoriaMetrics => ("source_matchers", "target_matchers"),
        };
        Value::Mapping(mapping([
            (source, self.matchers(&inhibition.sources)),
            (target, self.matchers(&inhibition.targets)),
            ("equal", list(&inhibition.equal)),
        ]))
    }

    fn matchers(self, matchers: &[Matcher]) -> Value {
        let structured = |matcher: &Matcher| {
            Value::Mapping(mapping([
                ("name", Value::from(matcher.label.as_ref())),
                ("matchType", Value::from(matcher.operator)),
                ("value", Value::from(matcher.value.as_str())),
            ]))
        };
        match self {
            Self::Prometheus => Value::Sequence(matchers.iter().map(structured).collect()),
            Self::Alertmanager(_) | Self::VictoriaMetrics => list(matchers.iter().map(ToString::to_string)),
        }
    }

    /// A duration. The operator of VictoriaMetrics knows no days.
    fn duration(self, duration: HumanDuration) -> String {
        const HOUR: u64 = 60 * 60;
        let seconds = duration.get().as_secs();
        match self {
            Self::VictoriaMetrics if seconds > 0 && seconds.is_multiple_of(HOUR) => {
                format!("{}h", seconds / HOUR)
            }
            Self::VictoriaMetrics if seconds > 0 => format!("{seconds}s"),
            _ => duration.to_string(),
        }
    }
}

/// `group_by` as `groupBy`.
fn camel_case(name: &str) -> String {
    let mut parts = name.split('_');
    let mut camel = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let mut letters = part.chars();
        camel.extend(letters.next().map(|first| first.to_ascii_uppercase()));
        camel.push_str(letters.as_str());
    }
    camel
}
