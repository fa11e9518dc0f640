//! The rules beyond single lines: one block per family, every series once, names that fit the kind, whole histograms.

use std::collections::{HashMap, HashSet};
use std::mem;

use super::line::{self, Line};
use super::{Sample, Scrape, ScrapeFault, ScrapeFormat, ScrapedFamily, ScrapedKind};

/// Reads line by line and keeps what the rules are about.
pub(super) struct Checker {
    format: ScrapeFormat,
    scrape: Scrape,
    header: Header,
    /// Every name that a family may use for its lines, with the family.
    names: HashMap<String, String>,
    series: HashSet<(String, Vec<(String, String)>)>,
    ended: bool,
}

/// The metadata lines of the family that is about to begin.
#[derive(Default)]
struct Header {
    name: Option<String>,
    kind: Option<ScrapedKind>,
    help: Option<String>,
    unit: Option<String>,
}

impl Checker {
    pub(super) fn new(format: ScrapeFormat) -> Self {
        Self {
            format,
            scrape: Scrape::default(),
            header: Header::default(),
            names: HashMap::new(),
            series: HashSet::new(),
            ended: false,
        }
    }

    pub(super) fn read(mut self, text: &str) -> Result<Scrape, ScrapeFault> {
        let mut number = 0;
        for line in text.split_inclusive('\n') {
            number += 1;
            let fault = |message: String| ScrapeFault { line: number, message };
            let line = line.strip_suffix('\n').ok_or_else(|| fault("no newline at the end".to_owned()))?;
            self.line(line).map_err(fault)?;
        }
        self.finish().map_err(|message| ScrapeFault { line: number, message })?;
        Ok(self.scrape)
    }

    fn line(&mut self, line: &str) -> Result<(), String> {
        if self.ended {
            return Err("something follows the end".to_owned());
        }
        match line::parse(self.format, line)? {
            Line::Type(name, kind) => {
                let previous = self.header_of(name)?.kind.replace(kind);
                previous.map_or(Ok(()), |_| Err("a second TYPE".to_owned()))
            }
            Line::Help(name, help) => {
                let previous = self.header_of(name)?.help.replace(help);
                previous.map_or(Ok(()), |_| Err("a second HELP".to_owned()))
            }
            Line::Unit(name, unit) => {
                let previous = self.header_of(name)?.unit.replace(unit.to_owned());
                previous.map_or(Ok(()), |_| Err("a second UNIT".to_owned()))
            }
            Line::Sample(sample) => self.sample(sample),
            Line::End => {
                self.ended = true;
                Ok(())
            }
        }
    }

    /// The header being read, which must be that of `name`.
    fn header_of(&mut self, name: &str) -> Result<&mut Header, String> {
        match &self.header.name {
            None => self.header.name = Some(name.to_owned()),
            Some(other) if other == name => {}
            Some(other) => return Err(format!("the family `{other}` has no samples before `{name}` begins")),
        }
        Ok(&mut self.header)
    }

    fn sample(&mut self, sample: Sample) -> Result<(), String> {
        if self.header.name.is_some() {
            self.begin_family()?;
        }
        let family = self.scrape.families.last().ok_or("a sample before any header")?;
        if !line_names(self.format, family).contains(&sample.name) {
            return Err(format!("`{}` is no line of the {:?} `{}`", sample.name, family.kind, family.name));
        }
        let mut labels = sample.labels.clone();
        labels.sort();
        if !self.series.insert((sample.name.clone(), labels)) {
            return Err(format!("the series {sample:?} stands twice"));
        }
        check_value(family, &sample)?;
        if let Some(family) = self.scrape.families.last_mut() {
            family.samples.push(sample);
        }
        Ok(())
    }

    fn begin_family(&mut self) -> Result<(), String> {
        self.end_family()?;
        let Header { name, kind, help, unit } = mem::take(&mut self.header);
        let name = name.ok_or("a header without a name")?;
        let kind = kind.ok_or_else(|| format!("the family `{name}` has no TYPE"))?;
        if let Some(unit) = &unit
            && (kind == ScrapedKind::Info || !name.ends_with(&format!("_{unit}")))
        {
            return Err(format!("the {kind:?} `{name}` cannot have the unit `{unit}`"));
        }
        let family = ScrapedFamily { name, kind, help, unit, samples: Vec::new() };
        for name in reserved_names(self.format, &family) {
            if let Some(other) = self.names.insert(name.clone(), family.name.clone()) {
                return Err(format!("the name `{name}` is used by `{other}` and by `{}`", family.name));
            }
        }
        self.scrape.families.push(family);
        Ok(())
    }

    /// The rules that need a whole family.
    fn end_family(&self) -> Result<(), String> {
        match self.scrape.families.last() {
            Some(family) if family.kind == ScrapedKind::Histogram => check_histogram(family),
            _ => Ok(()),
        }
    }

    fn finish(&mut self) -> Result<(), String> {
        if let Some(name) = &self.header.name {
            return Err(format!("the family `{name}` has no samples"));
        }
        self.end_family()?;
        if self.format == ScrapeFormat::OpenMetrics && !self.ended {
            return Err("no `# EOF` at the end".to_owned());
        }
        Ok(())
    }
}

/// The names that lines of the family have.
fn line_names(format: ScrapeFormat, family: &ScrapedFamily) -> Vec<String> {
    let suffixes: &[&str] = match (family.kind, format) {
        (ScrapedKind::Histogram, _) => &["_bucket", "_sum", "_count"],
        (ScrapedKind::Counter, ScrapeFormat::OpenMetrics) => &["_total"],
        (ScrapedKind::Info, _) => &["_info"],
        _ => &[""],
    };
    suffixes.iter().map(|suffix| format!("{}{suffix}", family.name)).collect()
}

/// The names that no other family may use: its own, those of its lines, and in `OpenMetrics` those it could have.
fn reserved_names(format: ScrapeFormat, family: &ScrapedFamily) -> HashSet<String> {
    let mut names: HashSet<String> = line_names(format, family).into_iter().collect();
    names.insert(family.name.clone());
    if format == ScrapeFormat::OpenMetrics
        && matches!(family.kind, ScrapedKind::Counter | ScrapedKind::Histogram)
    {
        names.insert(format!("{}_created", family.name));
    }
    names
}

fn check_value(family: &ScrapedFamily, sample: &Sample) -> Result<(), String> {
    let value = sample.value;
    let sums = matches!(family.kind, ScrapedKind::Counter | ScrapedKind::Histogram);
    if sums && (value.is_nan() || value < 0.0) {
        return Err(format!("`{}` cannot be {value}", sample.name));
    }
    #[allow(clippy::float_cmp)] // exactly 1
    if family.kind == ScrapedKind::Info && value != 1.0 {
        return Err(format!("the value of an info metric is 1, not {value}"));
    }
    Ok(())
}

/// Each label set: ascending buckets with cumulative whole numbers up to `+Inf`, then sum, then the same count.
fn check_histogram(family: &ScrapedFamily) -> Result<(), String> {
    let mut rest = &family.samples[..];
    while !rest.is_empty() {
        let buckets = rest.iter().take_while(|sample| sample.name.ends_with("_bucket")).count();
        let (lines, after) = rest.split_at_checked(buckets + 2).ok_or("a histogram without sum or count")?;
        check_label_set(lines).map_err(|message| format!("histogram `{}`: {message}", family.name))?;
        rest = after;
    }
    Ok(())
}

#[allow(clippy::float_cmp)] // counts are whole numbers
fn check_label_set(lines: &[Sample]) -> Result<(), String> {
    let [buckets @ .., sum, count] = lines else { return Err("too few lines".to_owned()) };
    if !sum.name.ends_with("_sum") || !count.name.ends_with("_count") {
        return Err("sum and count do not follow the buckets".to_owned());
    }
    let (mut bound, mut value) = (f64::NEG_INFINITY, 0.0);
    for bucket in buckets {
        let le = bucket.label("le").ok_or("a bucket without `le`")?;
        let next: f64 = le.parse().map_err(|_| format!("the bound `{le}` is no number"))?;
        if !le.contains(['.', 'e']) && le != "+Inf" {
            return Err(format!("the bound `{le}` is not canonical"));
        }
        if next <= bound || bucket.value < value || bucket.value.fract() != 0.0 {
            return Err(format!("the bucket `{le}` does not go on from the one before"));
        }
        (bound, value) = (next, bucket.value);
        let others: Vec<_> = bucket.labels.iter().filter(|(name, _)| name != "le").cloned().collect();
        if others != count.labels || sum.labels != count.labels {
            return Err("the lines of one label set are not together".to_owned());
        }
    }
    if bound != f64::INFINITY || value != count.value {
        return Err("the count is not that of the bucket `+Inf`".to_owned());
    }
    Ok(())
}
