//! Rules for every engine, each in its own form and never converted from another's.
//!
//! - [`groups`] orders the declarations into groups, [`omissions`] leaves out what a version does not know;
//! - [`resources`] puts groups into files and Kubernetes objects, [`grafana`] writes Grafana's own.
//!
//! How to get it wrong: rendering an exporter that has nothing to evaluate. A file without groups is refused by some
//! engines, so there is none.

mod grafana;
mod groups;
mod links;
mod model;
mod omissions;
mod resources;

use core::time::Duration;
use std::collections::BTreeMap;

use lookout_declarations::Declared;

pub use self::links::Links;
use self::omissions::Omissions;
use crate::{
    GeneratedFile, RenderError,
    generated::origin,
    profile::{
        GRAFANA, MIMIR, PROMETHEUS, PROMETHEUS_OPERATOR, Profile, Reader, VICTORIA_METRICS_OPERATOR, VMALERT,
        Version,
    },
};

/// What rules are written for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RuleTarget {
    /// Rule files of Prometheus.
    Prometheus,
    /// `PrometheusRule`, for prometheus-operator.
    PrometheusRule,
    /// Rule files of vmalert.
    Vmalert,
    /// `VMRule`, for the operator of VictoriaMetrics.
    VmRule,
    /// Rule files with a namespace, as `mimirtool rules load` reads them.
    Mimir,
    /// Grafana-managed rules, as files of its folder `provisioning/alerting`.
    Grafana,
}

impl RuleTarget {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Prometheus, Self::PrometheusRule, Self::Vmalert, Self::VmRule, Self::Mimir, Self::Grafana];

    /// Its name on the command line, and its folder.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Prometheus => "prometheus",
            Self::PrometheusRule => "prometheusrule",
            Self::Vmalert => "vmalert",
            Self::VmRule => "vmrule",
            Self::Mimir => "mimir",
            Self::Grafana => "grafana",
        }
    }

    /// The oldest version that files are made for.
    pub const fn oldest(self) -> Version {
        self.reader().oldest
    }

    const fn reader(self) -> Reader {
        match self {
            Self::Prometheus => PROMETHEUS,
            Self::PrometheusRule => PROMETHEUS_OPERATOR,
            Self::Vmalert => VMALERT,
            Self::VmRule => VICTORIA_METRICS_OPERATOR,
            Self::Mimir => MIMIR,
            Self::Grafana => GRAFANA,
        }
    }
}

/// How rules are written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RuleOptions {
    /// The version of what reads them; without one the newest that is known.
    pub version: Option<Version>,
    /// Where notifications lead.
    pub links: Links,
    /// How far in the past rules are evaluated, for metrics that arrive late.
    pub offset: Option<Duration>,
    /// The namespace of Kubernetes objects.
    pub namespace: Option<String>,
    /// Labels of Kubernetes objects, beside their own: what an operator selects them by.
    pub labels: BTreeMap<String, String>,
    /// The uid of the data source that Grafana asks; without one it is read from the environment of Grafana.
    pub datasource_uid: Option<String>,
}

/// Rendered rules.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rendered {
    /// The files; their paths begin with the name of the target.
    pub files: Vec<GeneratedFile>,
    /// What a reader of the command's output must know: what was left out, and why.
    pub notes: Vec<String>,
}

/// The rules of `catalogue` for `target`.
pub fn rules(
    target: RuleTarget,
    catalogue: &[Declared],
    options: &RuleOptions,
) -> Result<Rendered, RenderError> {
    let profile = Profile::new(target.reader(), options.version)?;
    let mut rendered = Rendered::default();
    let mut omissions = Omissions::new(profile);
    let mut n_groups = 0;
    for declared in catalogue {
        let mut groups = groups::of(declared, &options.links)?;
        let omitted = Omissions::apply(profile, &mut groups, options.offset);
        omissions.merge(&omitted);
        if groups.is_empty() {
            continue;
        }
        let notes = core::iter::once(omitted.readers()).chain(omitted.sentences()).collect();
        let source = Source { target, declared, profile, options, origin: origin(declared.spec), notes };
        let files = match target {
            RuleTarget::Grafana => vec![grafana::file(&source, groups)?],
            _ => resources::files(&source, groups, &mut n_groups)?,
        };
        rendered.files.extend(files);
    }
    rendered.notes = omissions.sentences();
    rendered.notes.extend(limits(target, n_groups));
    Ok(rendered)
}

/// The rule files of one exporter for `target` in its newest version.
pub fn rule_files(target: RuleTarget, declared: &Declared) -> Result<Vec<GeneratedFile>, RenderError> {
    Ok(rules(target, core::slice::from_ref(declared), &RuleOptions::default())?.files)
}

/// What the files of one exporter are made from.
struct Source<'a> {
    target: RuleTarget,
    declared: &'a Declared,
    profile: Profile,
    options: &'a RuleOptions,
    origin: String,
    notes: Vec<String>,
}

impl Source<'_> {
    fn path(&self, suffix: &str) -> String {
        format!("{}/{}{suffix}.yaml", self.target.name(), self.declared.spec.name)
    }
}

/// The groups that Mimir allows each tenant, unless its limits say otherwise.
const MIMIR_GROUPS: usize = 70;

fn limits(target: RuleTarget, n_groups: usize) -> Option<String> {
    (target == RuleTarget::Mimir && n_groups > MIMIR_GROUPS).then(|| {
        format!(
            "{n_groups} groups are more than the {MIMIR_GROUPS} that Mimir allows a tenant by default; raise \
             `ruler_max_rule_groups_per_tenant`"
        )
    })
}
