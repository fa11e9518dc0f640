//! Metrics as typed constants.
//!
//! `Metric<K, L>` carries its kind and its label set in its type; [`Declaration`] is the same without types, for
//! everything that reads the catalogue. A constant prints as its name, so PromQL text captures it:
//! `format!("max by ({Group}) ({LAG_SECONDS}) > {limit}")`.
//!
//! Invariants:
//! - A `metrics!` block makes the constants and the list of them at once: none can be forgotten.
//! - A name declared `.compatible_with(…)` is somebody else's: only the naming lints let it pass.

use core::fmt;
use core::marker::PhantomData;

use crate::{Label, LabelInfo, Labels, Selector, Unit};

/// The kind of a metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A value that goes up and down.
    Gauge,
    /// A sum that only grows, until its process restarts.
    Counter,
    /// Observations counted in cumulative buckets.
    Histogram,
    /// A constant 1 whose labels are the information.
    Info,
}

impl Kind {
    /// The word of a `# TYPE` line of text format 0.0.4, which knows no info metrics.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Gauge | Self::Info => "gauge",
            Self::Counter => "counter",
            Self::Histogram => "histogram",
        }
    }
}

/// The type-level form of [`Kind`].
pub trait Kinded: Sized {
    /// The kind.
    const KIND: Kind;
}

macro_rules! kinds {
    ($($(#[doc = $doc:literal])+ $Marker:ident $Alias:ident $Kind:ident;)+) => { $(
        #[doc = concat!("Marks a metric as ", stringify!($Alias), ".")]
        #[derive(Clone, Copy, Debug)]
        pub struct $Marker;
        impl Kinded for $Marker { const KIND: Kind = Kind::$Kind; }
        $(#[doc = $doc])+
        pub type $Alias<L> = Metric<$Marker, L>;
    )+ };
}
kinds! {
    /// A value that goes up and down.
    IsGauge Gauge Gauge;
    /// A sum that only grows; its name ends in `_total`.
    IsCounter Counter Counter;
    /// Observations in cumulative buckets.
    IsHistogram Histogram Histogram;
    /// A constant 1 whose labels are the information; its name ends in `_info`.
    IsInfo Info Info;
}

/// How long a name will stay as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stability {
    /// Renamed or removed only with a major version, after being announced in a minor one.
    Stable,
    /// May change in any minor version.
    Experimental,
}

/// What is given up first when an exporter's series budget is exceeded: whole families, the finest first, because
/// a family with some rows missing makes every sum over it a lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Detail {
    /// What alerts stand on; withheld last.
    Essential,
    /// The ordinary case.
    Standard,
    /// One series per smallest thing (per partition, per certificate name); withheld first.
    Fine,
}

/// A metric without its types: what rules, boards, documentation and tests read.
#[derive(Debug, PartialEq)]
pub struct Declaration {
    /// The name of the sample lines; a histogram's without `_bucket`, `_sum`, `_count`.
    pub name: &'static str,
    /// One or two sentences for `# HELP`.
    pub help: &'static str,
    /// The kind.
    pub kind: Kind,
    /// The unit of the values.
    pub unit: Unit,
    /// The labels in order.
    pub labels: &'static [LabelInfo],
    /// The prefix of the one open label family, such as `secret_label_`.
    pub object_labels: Option<&'static str>,
    /// The upper bounds of a histogram's buckets, ascending, without `+Inf`.
    pub buckets: &'static [f64],
    /// How long the name will stay.
    pub stability: Stability,
    /// What is withheld first above the budget.
    pub detail: Detail,
    /// Whether it is exported only on request.
    pub opt_in: bool,
    /// Whose name it is, with the version, where it is not ours.
    pub compatible_with: Option<&'static str>,
    /// Why no alert and no panel reads it, where none does.
    pub waiver: Option<&'static str>,
}

impl Declaration {
    /// The label called `name`, if the metric has one. Labels of the open family have no [`LabelInfo`]; see
    /// [`Declaration::has_label`].
    pub fn label(&self, name: &str) -> Option<&'static LabelInfo> {
        self.labels.iter().find(|label| label.name == name)
    }

    /// Whether a row may carry the label `name`: declared, of the open family, or a histogram's `le`.
    pub fn has_label(&self, name: &str) -> bool {
        self.label(name).is_some()
            || self.object_labels.is_some_and(|prefix| name.len() > prefix.len() && name.starts_with(prefix))
            || (self.kind == Kind::Histogram && name == "le")
    }

    /// The names of the sample lines that the metric exposes.
    pub fn sample_names(&self) -> Vec<String> {
        match self.kind {
            Kind::Histogram => {
                ["_bucket", "_sum", "_count"].iter().map(|end| format!("{}{end}", self.name)).collect()
            }
            Kind::Gauge | Kind::Counter | Kind::Info => vec![self.name.to_owned()],
        }
    }
}

/// A metric of kind `K` with the label set `L`. Use the aliases [`Gauge`], [`Counter`], [`Histogram`], [`Info`].
pub struct Metric<K, L> {
    declaration: Declaration,
    types: PhantomData<fn() -> (K, L)>,
}

impl<K: Kinded, L: Labels> Metric<K, L> {
    /// A metric with `name`, explained by `help`. The rest has defaults: a stable, standard count that is always
    /// exported.
    pub const fn new(name: &'static str, help: &'static str) -> Self {
        Self {
            declaration: Declaration {
                name,
                help,
                kind: K::KIND,
                unit: Unit::Count,
                labels: L::INFO,
                object_labels: None,
                buckets: &[],
                stability: Stability::Stable,
                detail: Detail::Standard,
                opt_in: false,
                compatible_with: None,
                waiver: None,
            },
            types: PhantomData,
        }
    }

    /// Sets the unit; the name must end in its suffix.
    #[must_use]
    pub const fn unit(mut self, unit: Unit) -> Self {
        self.declaration.unit = unit;
        self
    }

    /// Declares that the name may still change.
    #[must_use]
    pub const fn experimental(mut self) -> Self {
        self.declaration.stability = Stability::Experimental;
        self
    }

    /// Sets what is withheld first above the series budget.
    #[must_use]
    pub const fn detail(mut self, detail: Detail) -> Self {
        self.declaration.detail = detail;
        self
    }

    /// Exports the metric only where the configuration asks for it.
    #[must_use]
    pub const fn opt_in(mut self) -> Self {
        self.declaration.opt_in = true;
        self
    }

    /// Declares the name as that of another exporter (with its version), which exempts it from the naming lints.
    #[must_use]
    pub const fn compatible_with(mut self, whose: &'static str) -> Self {
        self.declaration.compatible_with = Some(whose);
        self
    }

    /// Allows one open family of labels, `prefix` followed by the name of an object's own label.
    #[must_use]
    pub const fn with_object_labels(mut self, prefix: &'static str) -> Self {
        self.declaration.object_labels = Some(prefix);
        self
    }

    /// Says why neither alert nor panel reads the metric; without it tidy refuses such a metric.
    #[must_use]
    pub const fn waived(mut self, why: &'static str) -> Self {
        self.declaration.waiver = Some(why);
        self
    }

    /// The metric without its types.
    pub const fn declaration(&self) -> &Declaration {
        &self.declaration
    }

    /// A selector with one matcher: `name{label="value"}`. An enum label takes its enum.
    pub fn at<M: Label>(&self, label: M, value: M::Value<'_>) -> Selector {
        Selector::new(self.declaration.name).at(label, value)
    }

    /// A selector that excludes one value: `name{label!="value"}`.
    pub fn not_at<M: Label>(&self, label: M, value: M::Value<'_>) -> Selector {
        Selector::new(self.declaration.name).not_at(label, value)
    }

    /// A selector with a pattern: `name{label=~"pattern"}`; RE2, anchored at both ends.
    pub fn matching<M: Label>(&self, label: M, pattern: &str) -> Selector {
        Selector::new(self.declaration.name).matching(label, pattern)
    }
}

impl<L: Labels> Histogram<L> {
    /// Sets the buckets' upper bounds, ascending, without `+Inf`.
    #[must_use]
    pub const fn buckets(mut self, bounds: &'static [f64]) -> Self {
        self.declaration.buckets = bounds;
        self
    }

    /// The selector of the cumulative buckets.
    pub fn bucket(&self) -> Selector {
        Selector::new(format!("{self}_bucket"))
    }

    /// The selector of the sum of all observations.
    pub fn sum(&self) -> Selector {
        Selector::new(format!("{self}_sum"))
    }

    /// The selector of the number of observations.
    pub fn count(&self) -> Selector {
        Selector::new(format!("{self}_count"))
    }
}

/// A metric prints as its name.
impl<K, L> fmt::Display for Metric<K, L> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.declaration.name)
    }
}

/// Declares metrics and the list `METRICS` of their [`Declaration`]s, in this order.
///
/// ```
/// use lookout_declarations::{Counter, Gauge, Unit, label, metrics};
/// label! {
///     /// The consumer group.
///     pub Group = "consumergroup";
/// }
/// metrics! {
///     /// Seconds behind, by group.
///     pub LAG_SECONDS: Gauge<(Group,)> = Gauge::new("example_group_lag_seconds", "Seconds behind.").unit(Unit::Seconds);
///     /// Commits seen.
///     pub COMMITS: Counter<(Group,)> = Counter::new("example_group_commits_total", "Commits seen.");
/// }
/// assert_eq!(METRICS[0].name, LAG_SECONDS.to_string());
/// assert_eq!(METRICS.len(), 2);
/// ```
#[macro_export]
macro_rules! metrics {
    ($($(#[$meta:meta])* $vis:vis $NAME:ident: $Type:ty = $value:expr;)+) => {
        $($(#[$meta])* $vis const $NAME: $Type = $value;)+

        /// Every metric of this block, in order of declaration, which is the order of the documentation.
        pub const METRICS: &[&$crate::Declaration] = &[$($NAME.declaration()),+];
    };
}

/// Declares the list `METRICS` of a `metrics.rs` whose declarations are split into modules, each with its own `metrics!` block:
/// the modules' lists one after the other, in this order.
///
/// ```
/// mod groups {
///     lookout_declarations::metrics! {
///         /// Groups.
///         pub GROUPS: lookout_declarations::Gauge<()> = lookout_declarations::Gauge::new("example_groups", "Groups.");
///     }
/// }
/// mod topics {
///     lookout_declarations::metrics! {
///         /// Topics.
///         pub TOPICS: lookout_declarations::Gauge<()> = lookout_declarations::Gauge::new("example_topics", "Topics.");
///     }
/// }
/// lookout_declarations::metric_parts! { topics, groups }
/// let names: Vec<&str> = METRICS.iter().map(|metric| metric.name).collect();
/// assert_eq!(names, ["example_topics", "example_groups"]);
/// ```
#[macro_export]
macro_rules! metric_parts {
    ($($part:ident),+ $(,)?) => {
        /// Every metric of every part, in order, which is the order of the documentation.
        pub const METRICS: &[&$crate::Declaration] =
            &$crate::joined::<{ 0 $(+ $part::METRICS.len())+ }>(&[$($part::METRICS),+]);
    };
}

/// The lists one after the other, `N` entries in all: what [`metric_parts!`] expands to. Another `N` does not compile.
#[doc(hidden)]
pub const fn joined<const N: usize>(parts: &[&[&'static Declaration]]) -> [&'static Declaration; N] {
    let mut all = [parts[0][0]; N];
    let (mut part, mut entry, mut next) = (0, 0, 0);
    while next < N {
        if entry < parts[part].len() {
            all[next] = parts[part][entry];
            (next, entry) = (next + 1, entry + 1);
        } else {
            (part, entry) = (part + 1, 0);
        }
    }
    all
}
