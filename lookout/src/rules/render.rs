//! `lookout rules render`: the rules for an engine and its version, from the settings in force.
//!
//! Everything is rendered before anything is written: a version that is not known, or a receiver that is missing, leaves the
//! folder as it was.
//!
//! How to get it wrong: saying what was left out on standard output. That is for the names of the files.

mod options;

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::Args;
use clap::builder::PossibleValuesParser;
use lookout_catalog::Settings;
use lookout_config::HumanDuration;
use lookout_render::{GeneratedFile, Links, RuleOptions, Target, Version};

use super::Selection;
use crate::cli::ConfigurationArguments;
use crate::exit::{Failure, chain};
use crate::{config, folder};

/// `lookout rules render`.
#[derive(Debug, Args)]
pub(crate) struct RenderArguments {
    /// What the files are for; may be given several times, or separated by commas
    #[arg(long = "target", value_name = "TARGET", required = true, value_delimiter = ',', value_parser = targets())]
    targets: Vec<String>,
    /// The version of what reads the files, as in `2.53`, or `TARGET=VERSION` with several targets: of the engine, of the operator for
    /// `prometheusrule` and `vmrule`; without it the newest that is known
    #[arg(long = "version", value_name = "VERSION")]
    versions: Vec<String>,
    /// Folder to write to; each target has its own in it
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    #[command(flatten)]
    configuration: ConfigurationArguments,
    #[command(flatten)]
    selection: Selection,
    /// What stands before the names of alerts in the links to their runbooks; without it the runbooks that Lookout serves, at
    /// `notifications.lookout_url`
    #[arg(long, value_name = "URL", value_parser = options::address)]
    runbook_url: Option<String>,
    /// Evaluate rules this long in the past, where metrics arrive late
    #[arg(long, value_name = "DURATION")]
    query_offset: Option<HumanDuration>,
    /// Namespace of Kubernetes objects
    #[arg(long, value_name = "NAME", value_parser = options::namespace)]
    namespace: Option<String>,
    /// Label of Kubernetes objects, by which an operator selects them, as in `release=kube-prometheus-stack`
    #[arg(long = "label", value_name = "NAME=VALUE", value_parser = options::label)]
    labels: Vec<(String, String)>,
    /// The uid of the data source that Grafana-managed rules ask; without it the variable `LOOKOUT_DATASOURCE_UID` in the
    /// environment of Grafana
    #[arg(long, value_name = "UID")]
    datasource_uid: Option<String>,
}

/// Runs the subcommand.
pub(crate) fn run(arguments: &RenderArguments) -> Result<(), Failure> {
    let targets = Target::all().filter(|target| arguments.targets.iter().any(|name| name == target.name()));
    let targets: Vec<Target> = targets.collect();
    let versions = versions(&arguments.versions, &targets)?;
    let settings = config::settings(&arguments.configuration)?;
    let mut catalogue = settings.declared();
    arguments.selection.apply(&mut catalogue)?;
    let mut options = rule_options(arguments, &settings);
    let mut files = Vec::new();
    let mut notes = link_notes(&options.links);
    for target in targets {
        options.version = versions.get(target.name()).copied();
        let rendered = target.render(&catalogue, &settings.notifications, &options).map_err(|error| {
            Failure::Ask(format!("cannot render for {}: {}", target.name(), chain(&error)))
        })?;
        notes.extend(rendered.notes.into_iter().map(|note| format!("{}: {note}", target.name())));
        files.extend(rendered.files.into_iter().map(|file| file.written_by("lookout rules render")));
    }
    write(&arguments.out, &files, &notes)
}

/// Writes the files; what else is to be known goes to standard error.
fn write(out: &Path, files: &[GeneratedFile], notes: &[String]) -> Result<(), Failure> {
    folder::write(out, files)?;
    let others = folder::others(out, files);
    let others = others.iter().map(|path| {
        format!("{} was not written now; an engine that loads the whole folder loads it too", path.display())
    });
    for note in notes.iter().cloned().chain(others) {
        // There is nobody left to tell if this fails.
        let _ = writeln!(std::io::stderr(), "lookout: {note}");
    }
    Ok(())
}

fn rule_options(arguments: &RenderArguments, settings: &Settings) -> RuleOptions {
    let addresses = &settings.notifications;
    let links = Links::new(&addresses.lookout_url, &addresses.grafana_url);
    RuleOptions {
        version: None,
        links: match &arguments.runbook_url {
            Some(url) => links.with_runbooks(url),
            None => links,
        },
        offset: arguments.query_offset.map(HumanDuration::get),
        namespace: arguments.namespace.clone(),
        labels: arguments.labels.iter().cloned().collect(),
        datasource_uid: arguments.datasource_uid.clone(),
    }
}

/// What to configure so that links in notifications lead somewhere.
fn link_notes(links: &Links) -> Vec<String> {
    let (runbooks, boards) = links.are_whole();
    let mut notes = Vec::new();
    if !runbooks {
        notes.push(
            "links to runbooks are paths only; set `notifications.lookout_url`, or give --runbook-url"
                .to_owned(),
        );
    }
    if !boards {
        notes.push("links to boards are paths only; set `notifications.grafana_url`".to_owned());
    }
    notes
}

/// The version of each target: `VERSION` for the only one, `TARGET=VERSION` for one of several.
fn versions(given: &[String], targets: &[Target]) -> Result<BTreeMap<&'static str, Version>, Failure> {
    let mut versions = BTreeMap::new();
    for text in given {
        let (name, version) = match (text.split_once('='), targets) {
            (Some(pair), _) => pair,
            (None, [only]) => (only.name(), text.as_str()),
            (None, _) => {
                return Err(Failure::Ask(format!(
                    "it is not clear whose version `{text}` is; write `--version TARGET={text}` where there are several targets"
                )));
            }
        };
        let Some(target) = targets.iter().find(|target| target.name() == name) else {
            return Err(Failure::Ask(format!(
                "--version names `{name}`, which is no --target of this command"
            )));
        };
        let version = version.parse().map_err(|error| {
            Failure::Ask(format!("cannot read the version `{version}` of {name}: {error}"))
        })?;
        if versions.insert(target.name(), version).is_some() {
            return Err(Failure::Ask(format!("--version is given twice for `{name}`; keep one")));
        }
    }
    Ok(versions)
}

fn targets() -> PossibleValuesParser {
    PossibleValuesParser::new(Target::all().map(Target::name))
}
