//! The series that an expression may read: those of the declarations, Prometheus' own, and foreign ones by name.

use lookout_declarations::{Declaration, Kind};

use crate::{LabelSet, Recorded, shape::Movement};

/// What Prometheus and vmagent write of every scrape, and what rule evaluation writes of alerts.
const OF_PROMETHEUS: &[&str] = &[
    "up",
    "scrape_duration_seconds",
    "scrape_samples_scraped",
    "scrape_samples_post_metric_relabeling",
    "scrape_series_added",
    "scrape_timeout_seconds",
    "scrape_sample_limit",
    "scrape_body_size_bytes",
    "ALERTS",
    "ALERTS_FOR_STATE",
];

/// What the names of positions in a log have.
const OFFSET: &str = "_offset";

/// What a series name stands for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Series<'a> {
    /// The lines of a declared metric; `part` is what a histogram's line adds to the name.
    Declared { declaration: &'a Declaration, part: &'static str },
    /// A declared histogram's own name, which no line has.
    Histogram(&'a Declaration),
    /// Prometheus' own: gauges.
    Prometheus,
    /// One that a recording rule writes, with the labels that it can carry.
    Recorded(&'a LabelSet),
    /// Another exporter's, admitted by the caller.
    Foreign,
}

impl Series<'_> {
    pub(crate) fn movement(&self) -> Movement {
        match self {
            Self::Declared { declaration, .. } => match declaration.kind {
                Kind::Counter | Kind::Histogram => Movement::Counter,
                // By custom a gauge, and yet it grows until its log is made anew: dashboards take its rate, and they take its
                // difference.
                Kind::Gauge if declaration.name.contains(OFFSET) => Movement::Unknown,
                Kind::Gauge | Kind::Info => Movement::Gauge,
            },
            Self::Prometheus => Movement::Gauge,
            Self::Histogram(_) | Self::Recorded(_) | Self::Foreign => Movement::Unknown,
        }
    }
}

/// Everything that may be read.
#[derive(Clone, Copy)]
pub(crate) struct Known<'a> {
    declarations: &'a [&'a Declaration],
    foreign: &'a [&'a str],
    /// Labels that a scrape may have added to every series.
    added: &'a [String],
    recorded: Option<&'a Recorded>,
}

impl<'a> Known<'a> {
    pub(crate) fn new(declarations: &'a [&'a Declaration], foreign: &'a [&'a str]) -> Self {
        Self { declarations, foreign, added: &[], recorded: None }
    }

    /// The same with labels that a scrape may have added to every series.
    pub(crate) fn with_added(self, added: &'a [String]) -> Self {
        Self { added, ..self }
    }

    /// The same with series that rules record.
    pub(crate) fn with_recorded(self, recorded: &'a Recorded) -> Self {
        Self { recorded: Some(recorded), ..self }
    }

    /// Labels that a scrape may have added to every series.
    pub(crate) fn added(&self) -> &'a [String] {
        self.added
    }

    /// What the series called `name` is.
    pub(crate) fn series(&self, name: &str) -> Option<Series<'a>> {
        let declared = self.declarations.iter().find_map(|declaration| match declaration.kind {
            Kind::Histogram => {
                let part = name.strip_prefix(declaration.name)?;
                match ["_bucket", "_sum", "_count"].into_iter().find(|known| *known == part) {
                    Some(part) => Some(Series::Declared { declaration, part }),
                    None => part.is_empty().then_some(Series::Histogram(declaration)),
                }
            }
            Kind::Gauge | Kind::Counter | Kind::Info => {
                (declaration.name == name).then_some(Series::Declared { declaration, part: "" })
            }
        });
        declared
            .or_else(|| OF_PROMETHEUS.contains(&name).then_some(Series::Prometheus))
            .or_else(|| self.recorded?.labels(name).map(Series::Recorded))
            .or_else(|| self.foreign.contains(&name).then_some(Series::Foreign))
    }

    /// The name of every series.
    pub(crate) fn names(&self) -> impl Iterator<Item = String> {
        let declared = self.declarations.iter().flat_map(|declaration| declaration.sample_names());
        let recorded = self.recorded.into_iter().flat_map(Recorded::names);
        let others = OF_PROMETHEUS.iter().chain(self.foreign).map(|name| (*name).to_owned());
        declared.chain(others).chain(recorded.map(ToOwned::to_owned))
    }

    /// ` Did you mean …?` for the nearest series name, or nothing.
    pub(crate) fn suggestion(&self, name: &str) -> String {
        let names: Vec<String> = self.names().collect();
        suggestion(name, names.iter().map(String::as_str))
    }
}

/// `; did you mean …?` for the nearest of `candidates`, or nothing where none is near.
pub fn suggestion<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> String {
    /// Below this likeness (1 is equal) a suggestion misleads more than it helps.
    const NEAR: f64 = 0.6;
    let nearest = candidates
        .into_iter()
        .map(|candidate| (strsim::normalized_damerau_levenshtein(name, candidate), candidate))
        .filter(|(likeness, _)| *likeness >= NEAR)
        .max_by(|(left, _), (right, _)| left.total_cmp(right));
    nearest.map_or_else(String::new, |(_, candidate)| format!("; did you mean `{candidate}`?"))
}

/// `` `a`, `b` `` for messages.
pub(crate) fn listed<T: AsRef<str>>(names: impl IntoIterator<Item = T>) -> String {
    names.into_iter().map(|name| format!("`{}`", name.as_ref())).collect::<Vec<_>>().join(", ")
}
