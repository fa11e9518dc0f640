//! The texts of notifications: one file of templates, or what of it one field needs.
//!
//! Invariants:
//! - No dollar sign: Grafana expands them in what it is provisioned with. So there are no variables of templates either.
//! - Nothing that Alertmanager 0.25 does not know.
//! - At most ten alerts are written out, and the number of all is said: Slack and Teams cut long texts off without a word.
//!
//! How to get it wrong: using a template of the file where the file may not be loaded. Alertmanager then sends nothing at
//! all, and says so in its log only; so objects of the operators bring what they use with them ([`Texts::inline`]).

use std::collections::BTreeSet;

use lookout_declarations::Declared;

use super::{ORIGIN, inhibitions::OF_DISCOVERY};
use crate::{GeneratedFile, generated::header};

/// The templates as written.
const TEMPLATES: &str = include_str!("lookout.tmpl");
/// Stands there for the labels that are not shown.
const MARKER: &str = "LABELS_LEFT_OUT";
/// How a template begins.
const BEGIN: &str = "{{- define \"";
/// How another one is called.
const CALL: &str = "template \"";

/// Labels that say nothing of the thing that an alert is about: shown elsewhere, or put there by those on the way.
const LEFT_OUT: [&str; 8] = [
    "alertname",
    "severity",
    "owner",
    "job",
    "prometheus",
    "prometheus_replica",
    "alertgroup",
    "grafana_folder",
];

/// The templates, with the labels that matter for a catalogue.
pub(super) struct Texts {
    templates: String,
}

impl Texts {
    pub(super) fn new(catalogue: &[Declared]) -> Self {
        let declared: BTreeSet<&str> = catalogue
            .iter()
            .flat_map(|declared| declared.spec.metrics)
            .flat_map(|metric| metric.labels)
            .map(|label| label.name)
            .collect();
        let discovered = OF_DISCOVERY.into_iter().filter(|name| !declared.contains(name));
        let left_out: Vec<String> =
            LEFT_OUT.into_iter().chain(discovered).map(|name| format!("\"{name}\"")).collect();
        Self { templates: TEMPLATES.replace(MARKER, &left_out.join(" ")) }
    }

    /// The file of templates.
    pub(super) fn file(&self, path: &str) -> GeneratedFile {
        GeneratedFile {
            path: path.to_owned(),
            contents: format!("{{{{- /* {} */ -}}}}\n{}", header(ORIGIN), self.templates),
        }
    }

    /// All templates.
    pub(super) fn all(&self) -> &str {
        &self.templates
    }

    /// The call of the template `name`, where the file is loaded.
    pub(super) fn call(name: &str) -> String {
        format!("{{{{ template \"{name}\" . }}}}")
    }

    /// The template `name` with those that it calls, and its call: a text that needs no file.
    pub(super) fn inline(&self, name: &str) -> String {
        let mut needed = BTreeSet::from([name]);
        loop {
            let called: BTreeSet<&str> = self
                .definitions()
                .filter(|(own, _)| needed.contains(own))
                .flat_map(|(_, text)| calls(text))
                .collect();
            if called.is_subset(&needed) {
                break;
            }
            needed.extend(called);
        }
        let used: String =
            self.definitions().filter(|(own, _)| needed.contains(own)).map(|(_, text)| text).collect();
        used + &Self::call(name)
    }

    /// Every definition with its name, from its first line to its last.
    fn definitions(&self) -> impl Iterator<Item = (&str, &str)> {
        let starts: Vec<usize> = self.templates.match_indices(BEGIN).map(|(start, _)| start).collect();
        let ends: Vec<usize> = starts.iter().skip(1).copied().chain([self.templates.len()]).collect();
        starts.into_iter().zip(ends).filter_map(|(start, end)| {
            let text = &self.templates[start..end];
            let name = text[BEGIN.len()..].split('"').next()?;
            // What follows the last `end` is the comment of the next.
            let last = text.rfind("end -}}")? + "end -}}".len();
            Some((name, &text[..last]))
        })
    }
}

/// The templates that `text` calls.
fn calls(text: &str) -> impl Iterator<Item = &str> {
    text.split(CALL).skip(1).filter_map(|rest| rest.split('"').next())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_have_no_dollar_sign_and_call_only_each_other() {
        let texts = Texts::new(&[]);
        assert!(!texts.all().contains('$') && !texts.all().contains(MARKER));
        let names: BTreeSet<&str> = texts.definitions().map(|(name, _)| name).collect();
        assert!(names.len() > 10, "{names:?}");
        for (name, text) in texts.definitions() {
            assert!(calls(text).all(|called| names.contains(called)), "{name} calls what there is not");
            assert_eq!(text.matches("define \"").count(), 1, "{name}");
        }
    }

    #[test]
    fn an_inline_text_brings_what_it_needs_and_no_more() {
        let texts = Texts::new(&[]);
        let inline = texts.inline("lookout.slack.text");
        assert!(inline.ends_with("{{ template \"lookout.slack.text\" . }}"), "{inline}");
        for name in ["lookout.slack.alert", "lookout.slack.labels", "lookout.slack.escaped"] {
            assert!(inline.contains(&format!("define \"{name}\"")), "{name}");
        }
        assert!(!inline.contains("define \"lookout.email.html\""));
    }

    #[test]
    fn what_discovery_adds_is_shown_only_if_it_is_a_label_of_ours() {
        let texts = Texts::new(&[]);
        assert!(texts.all().contains("\"endpoint\"") && texts.all().contains("\"pod\""));
        let of_catalogue = Texts::new(&lookout_catalog::Settings::default().declared());
        assert!(!of_catalogue.all().contains("\"endpoint\""), "certs has a label of that name");
        assert!(of_catalogue.all().contains("\"pod\""));
    }
}
