//! The catalogue by name, as boards need it: metrics, recorded series, alerts.

use std::collections::BTreeMap;

use lookout_declarations::{Alert, Declaration, Declared};
use lookout_promql::Expression;

/// The catalogue by name.
pub(super) struct Index<'a> {
    pub(super) catalogue: &'a [Declared],
    /// Every metric, for checks of whole expressions.
    pub(super) declarations: Vec<&'static Declaration>,
    /// The names of the recorded series.
    pub(super) recordings: Vec<&'static str>,
    series: BTreeMap<String, (&'static Declaration, &'static str)>,
    recorded: BTreeMap<&'static str, Expression>,
    alerts: BTreeMap<&'static str, &'a Alert>,
}

impl<'a> Index<'a> {
    pub(super) fn new(catalogue: &'a [Declared]) -> Self {
        let declarations: Vec<_> =
            catalogue.iter().flat_map(|declared| declared.spec.metrics).copied().collect();
        let mut series = BTreeMap::new();
        for declaration in &declarations {
            for name in declaration.sample_names() {
                let part = ["_bucket", "_sum", "_count"].into_iter();
                let part = part.filter(|_| name != declaration.name).find(|part| name.ends_with(part));
                series.insert(name, (*declaration, part.unwrap_or_default()));
            }
        }
        let recordings = || catalogue.iter().flat_map(|declared| &declared.recordings);
        let parsed = |expression: &str| Expression::parse(expression).ok();
        Self {
            catalogue,
            declarations,
            recordings: recordings().map(|recording| recording.name).collect(),
            series,
            recorded: recordings()
                .filter_map(|recording| Some((recording.name, parsed(&recording.expression)?)))
                .collect(),
            alerts: catalogue
                .iter()
                .flat_map(|declared| &declared.alerts)
                .map(|alert| (alert.name, alert))
                .collect(),
        }
    }

    /// The metric that exposes the series `name`, and what a histogram's line adds to its name.
    pub(super) fn metric(&self, name: &str) -> Option<(&'static Declaration, &'static str)> {
        self.series.get(name).copied()
    }

    /// What is computed for the recorded series `name`; of several parts of it, one.
    pub(super) fn recorded(&self, name: &str) -> Option<&Expression> {
        self.recorded.get(name)
    }

    /// The alert of this name.
    pub(super) fn alert(&self, name: &str) -> Option<&'a Alert> {
        self.alerts.get(name).copied()
    }

    /// The exporter that declares `declaration`, by its place in the catalogue.
    pub(super) fn exporter_of(&self, declaration: &Declaration) -> Option<usize> {
        self.catalogue
            .iter()
            .position(|declared| declared.spec.metrics.iter().any(|metric| metric.name == declaration.name))
    }
}
