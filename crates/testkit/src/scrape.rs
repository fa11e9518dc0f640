//! A strict reader of both exposition formats, independent of the writer.
//!
//! It accepts what Lookout promises to write and nothing else: no timestamps, no exemplars, no comments, no untyped
//! samples, every family once and in one block, every series once, histograms whole and in order. What Prometheus
//! would forgive is a fault here, with its line.
//!
//! How to get it wrong: sharing a single function with `lookout-exposition`. Then both are wrong together.

mod check;
mod line;

use std::fmt;

use check::Checker;

/// A format to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScrapeFormat {
    /// Prometheus' text format 0.0.4.
    Text,
    /// `OpenMetrics` 1.0.0.
    OpenMetrics,
}

/// The kind of a family, as its header says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScrapedKind {
    /// A sum that only grows.
    Counter,
    /// A value that goes up and down.
    Gauge,
    /// Cumulative buckets, sum and count.
    Histogram,
    /// Labels as information; `OpenMetrics` only.
    Info,
    /// Anything; `OpenMetrics` only.
    Unknown,
}

/// One sample line.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// The name of the line, with suffix.
    pub name: String,
    /// The labels in order, unescaped.
    pub labels: Vec<(String, String)>,
    /// The value.
    pub value: f64,
}

impl Sample {
    /// The value of the label `name`.
    pub fn label(&self, name: &str) -> Option<&str> {
        self.labels.iter().find(|(label, _)| label == name).map(|(_, value)| value.as_str())
    }
}

/// One family.
#[derive(Clone, Debug, PartialEq)]
pub struct ScrapedFamily {
    /// The name that the header gives.
    pub name: String,
    /// The kind that the header gives.
    pub kind: ScrapedKind,
    /// The help, unescaped.
    pub help: Option<String>,
    /// The unit; `OpenMetrics` only.
    pub unit: Option<String>,
    /// The sample lines in order.
    pub samples: Vec<Sample>,
}

/// Everything of one answer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scrape {
    /// The families in order.
    pub families: Vec<ScrapedFamily>,
}

impl Scrape {
    /// Reads a whole answer.
    pub fn parse(format: ScrapeFormat, text: &str) -> Result<Self, ScrapeFault> {
        Checker::new(format).read(text)
    }

    /// The family of this name.
    pub fn family(&self, name: &str) -> Option<&ScrapedFamily> {
        self.families.iter().find(|family| family.name == name)
    }

    /// Every sample in order.
    pub fn samples(&self) -> impl Iterator<Item = &Sample> {
        self.families.iter().flat_map(|family| &family.samples)
    }

    /// The value of the one sample with this name and at least these labels; `None` if there is not exactly one.
    pub fn value(&self, name: &str, labels: &[(&str, &str)]) -> Option<f64> {
        let fits = |sample: &&Sample| {
            sample.name == name && labels.iter().all(|(label, value)| sample.label(label) == Some(value))
        };
        let mut samples = self.samples().filter(fits);
        let first = samples.next()?;
        samples.next().is_none().then_some(first.value)
    }
}

/// Why an answer cannot be accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScrapeFault {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub message: String,
}

impl fmt::Display for ScrapeFault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "line {}: {}", self.line, self.message)
    }
}

impl std::error::Error for ScrapeFault {}
