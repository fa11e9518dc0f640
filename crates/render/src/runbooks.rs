//! One page per alert: what it watches and with which thresholds, the runbook that was written for it, and its proof.
//!
//! The text of a runbook is written by hand, once. What depends on settings stands in it as a [placeholder](fill) with
//! the setting's own key, so a page says what is in force, wherever it is rendered from: the repository's defaults, or
//! the configuration of the process that serves it.
//!
//! Links between runbooks are `NAME.md`: they resolve beside each other in the repository, below `/runbooks/` of the
//! exporter, and in a book.
//!
//! How to get it wrong: writing a number into a text by hand that somebody can set. The page then contradicts the alert.

mod fill;
mod links;
mod proof;
mod shown;

use core::fmt::Write as _;
use std::collections::BTreeMap;

use lookout_declarations::{Alert, Declared, ExporterSpec};
use lookout_promql::pretty;
use serde::Serialize;

use crate::{GeneratedFile, RenderError, generated::origin, markdown::duration};

/// The runbooks of a catalogue.
pub struct Handbook<'a> {
    catalogue: &'a [Declared],
    values: fill::Values,
    /// Where Grafana is reached, without a slash at the end; empty if that is not known.
    grafana: &'a str,
    places: BTreeMap<&'static str, (&'a Declared, &'a Alert)>,
    /// By the name of an alert, those that silence it.
    silencers: BTreeMap<&'static str, Vec<&'static str>>,
}

impl<'a> Handbook<'a> {
    /// The runbooks of `catalogue` for the `settings` that it was declared from.
    ///
    /// # Errors
    /// [`RenderError::ReadSettings`] if the settings cannot be written as YAML.
    pub fn new(catalogue: &'a [Declared], settings: &impl Serialize) -> Result<Self, RenderError> {
        let mut places = BTreeMap::new();
        let mut silencers: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for declared in catalogue {
            for alert in &declared.alerts {
                places.insert(alert.name, (declared, alert));
                for silenced in alert.inhibits {
                    silencers.entry(*silenced).or_default().push(alert.name);
                }
            }
        }
        Ok(Self { catalogue, values: fill::Values::new(settings)?, grafana: "", places, silencers })
    }

    /// The same with links to the boards of the Grafana at `url`, unless it is empty.
    #[must_use]
    pub fn with_grafana(self, url: &'a str) -> Self {
        Self { grafana: url.trim_end_matches('/'), ..self }
    }

    /// The page of the alert `name` as Markdown, if there is one.
    ///
    /// # Errors
    /// [`RenderError::FillPlaceholder`] if its text asks for a setting that there is not.
    pub fn page(&self, name: &str) -> Result<Option<String>, RenderError> {
        self.places.get(name).map(|(declared, alert)| self.write(declared, alert)).transpose()
    }

    /// Every page as a file of the repository.
    ///
    /// # Errors
    /// As [`Handbook::page`].
    pub fn files(&self) -> Result<Vec<GeneratedFile>, RenderError> {
        let alerts = self
            .catalogue
            .iter()
            .flat_map(|declared| declared.alerts.iter().map(move |alert| (declared, alert)));
        alerts
            .map(|(declared, alert)| {
                let text = self.write(declared, alert)?;
                Ok(GeneratedFile::markdown(path(alert), &origin(declared.spec), &text))
            })
            .collect()
    }

    fn write(&self, declared: &Declared, alert: &Alert) -> Result<String, RenderError> {
        let mut text = format!("# {}\n\n{}.\n\n{}", alert.name, summary(alert), self.facts(declared, alert));
        let condition = pretty(&alert.expression);
        let condition = condition.as_deref().unwrap_or(&alert.expression);
        let written = links::linked(&self.values.fill(alert, body(alert.runbook))?, |name| {
            name != alert.name && self.places.contains_key(name)
        });
        let proof = proof::write(alert, default_of(declared.spec, alert).as_ref());
        // Writing to a String cannot fail.
        let _ = write!(
            text,
            "\n{}\n\n## Condition\n\n```promql\n{condition}\n```\n\n## How it was proven\n\n{proof}",
            written.trim_end()
        );
        Ok(text)
    }

    /// What is known of an alert, as a list: a table of two columns would not fit on a phone.
    fn facts(&self, declared: &Declared, alert: &Alert) -> String {
        let mut facts = vec![
            ("Severity", format!("{}. {}", alert.severity, alert.severity.description())),
            ("Owner", format!("{}. {}", alert.owner, alert.owner.description())),
            ("Exporter", declared.spec.name.to_owned()),
            ("Fires", firing(alert)),
        ];
        let silencers = self.silencers.get(alert.name).map_or(&[][..], Vec::as_slice);
        for (what, names) in [("Silences", alert.inhibits), ("Silenced by", silencers)] {
            if !names.is_empty() {
                facts.push((what, names.iter().map(|name| self.link(name)).collect::<Vec<_>>().join(", ")));
            }
        }
        if let Some(shown) = shown::find(self.catalogue, declared, alert) {
            facts.push(("Board", shown.link(self.grafana)));
        }
        let lines = facts.iter().map(|(what, fact)| format!("- **{what}**: {fact}\n"));
        lines.collect()
    }

    fn link(&self, name: &str) -> String {
        if self.places.contains_key(name) { format!("[{name}]({name}.md)") } else { name.to_owned() }
    }
}

/// What is wrong when `alert` fires, a sentence without its end: the labels that tell single cases apart are words in capitals,
/// as in the commands of the runbooks.
pub fn summary(alert: &Alert) -> String {
    let mut pieces = alert.summary.split("{{");
    let mut summary = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (template, rest) = piece.split_once("}}").unwrap_or((piece, ""));
        let label = template.trim().strip_prefix("$labels.").map(str::trim);
        summary.push_str(&label.map_or("…".to_owned(), str::to_uppercase));
        summary.push_str(rest);
    }
    summary
}

/// Where the page of an alert lies.
pub(crate) fn path(alert: &Alert) -> String {
    format!("rules/generated/runbooks/{}.md", alert.name)
}

fn firing(alert: &Alert) -> String {
    let mut firing = if alert.hold.is_zero() {
        "as soon as its condition is true".to_owned()
    } else {
        format!("when its condition has been true for {}", duration(alert.hold))
    };
    if !alert.keep_firing_for.is_zero() {
        // Writing to a String cannot fail.
        let _ = write!(firing, ", and for {} after it has ended", duration(alert.keep_firing_for));
    }
    firing
}

/// The same alert for the default settings.
fn default_of(exporter: &ExporterSpec, alert: &Alert) -> Option<Alert> {
    (exporter.alerts)().into_iter().find(|default| default.name == alert.name)
}

/// The runbook without a title of its own.
fn body(runbook: &str) -> &str {
    let trimmed = runbook.trim_start();
    match trimmed.strip_prefix("# ") {
        Some(rest) => rest.split_once('\n').map_or("", |(_, body)| body).trim_start(),
        None => trimmed,
    }
}
