//! The encoder of rows: everything about a row but the types of its labels.
//!
//! A row is `name{a="b",c="d"} value` and a newline; a histogram's row is all its lines. The bytes are valid in text
//! 0.0.4 and in `OpenMetrics` alike (no timestamps, no exemplars, the same three escapes), so they are made once.

use lookout_declarations::{Declaration, Kind};

use crate::ObjectLabels;
use crate::hash::row_hash;
use crate::label_value::push_label_value;
use crate::number::{canonical_bound, push_value};
use crate::rows::Rows;

/// A guess at the length of a row, bytes, for reservations.
const TYPICAL_ROW: usize = 128;

/// Writes rows of one metric.
#[derive(Debug)]
pub(crate) struct Encoder {
    rows: Rows,
    /// Declared labels that an object's label could be mistaken for, without the prefix.
    clashing: Vec<&'static str>,
    /// A histogram's `le="…"} `, in order, the last for `+Inf`.
    bounds: Vec<String>,
    /// Why no row of this metric can be written, if so.
    unusable: Option<&'static str>,
    /// The label part of the histogram row being written.
    labels: Vec<u8>,
}

impl Encoder {
    pub(crate) fn new(declaration: &'static Declaration) -> Self {
        let prefix = declaration.object_labels;
        let clashing = declaration
            .labels
            .iter()
            .filter_map(|label| prefix.and_then(|prefix| label.name.strip_prefix(prefix)))
            .collect();
        // Nothing is allocated for the other kinds: a family is made anew for each small object.
        let bounds = match declaration.kind {
            Kind::Histogram => bound_labels(declaration.buckets),
            Kind::Gauge | Kind::Counter | Kind::Info => Vec::new(),
        };
        Self {
            rows: Rows::new(declaration),
            clashing,
            bounds,
            unusable: unusable_buckets(declaration.buckets),
            labels: Vec::new(),
        }
    }

    pub(crate) fn rows(&self) -> &Rows {
        &self.rows
    }

    pub(crate) fn into_rows(self) -> Rows {
        self.rows
    }

    pub(crate) fn reserve(&mut self, rows: usize) {
        self.rows.marks.reserve(rows);
        self.rows.body.reserve(rows.saturating_mul(TYPICAL_ROW * (self.bounds.len() + 1)));
    }

    /// Whether a counter may have this value; rejects the row if not.
    #[inline]
    pub(crate) fn admits_total(&mut self, value: f64) -> bool {
        let admitted = value >= 0.0;
        if !admitted {
            self.rows.reject(format!("a counter cannot be {value}"));
        }
        admitted
    }

    /// Writes a row of one line.
    #[inline]
    pub(crate) fn row(
        &mut self,
        write_labels: impl FnOnce(&mut LabelWriter<'_>),
        object: Option<&ObjectLabels>,
        value: f64,
    ) {
        if object.is_some_and(|object| !self.admits_object(object)) {
            return;
        }
        let declaration = self.rows.declaration;
        let body = &mut self.rows.body;
        let start = body.len();
        // So that a first row does not grow the buffer label by label.
        body.reserve(TYPICAL_ROW);
        body.extend_from_slice(declaration.name.as_bytes());
        let labels_start = body.len() + 1;
        let mut writer = LabelWriter { body, separator: b'{', clipped: 0 };
        write_labels(&mut writer);
        if let Some(object) = object {
            writer.object(declaration.object_labels.unwrap_or_default(), object);
        }
        self.rows.clipped += writer.clipped;
        // Without a label there is no brace either.
        let hash = row_hash(body.get(labels_start..).unwrap_or_default());
        body.extend_from_slice(if body.len() >= labels_start { b"} " } else { b" " });
        push_value(body, value);
        body.push(b'\n');
        self.rows.finish(start, hash);
    }

    /// Writes all lines of one label set of a histogram.
    pub(crate) fn histogram_row(
        &mut self,
        write_labels: impl FnOnce(&mut LabelWriter<'_>),
        object: Option<&ObjectLabels>,
        counts: &[u64],
        sum: f64,
    ) {
        if !self.admits_observations(counts, sum) || object.is_some_and(|object| !self.admits_object(object))
        {
            return;
        }
        self.labels.clear();
        let mut writer = LabelWriter { body: &mut self.labels, separator: b'{', clipped: 0 };
        write_labels(&mut writer);
        if let Some(object) = object {
            writer.object(self.rows.declaration.object_labels.unwrap_or_default(), object);
        }
        self.rows.clipped += writer.clipped;
        let hash = row_hash(self.labels.get(1..).unwrap_or_default());
        let start = self.rows.body.len();
        self.push_histogram_lines(counts, sum);
        self.rows.finish(start, hash);
    }

    fn push_histogram_lines(&mut self, counts: &[u64], sum: f64) {
        let Self { rows, bounds, labels, .. } = self;
        let (name, body) = (rows.declaration.name.as_bytes(), &mut rows.body);
        let mut cumulative = 0_u64;
        for (count, bound) in counts.iter().zip(bounds) {
            cumulative += count;
            body.extend_from_slice(name);
            body.extend_from_slice(b"_bucket");
            body.extend_from_slice(labels);
            body.push(if labels.is_empty() { b'{' } else { b',' });
            body.extend_from_slice(bound.as_bytes());
            body.extend_from_slice(itoa::Buffer::new().format(cumulative).as_bytes());
            body.push(b'\n');
        }
        let close: &[u8] = if labels.is_empty() { b" " } else { b"} " };
        for suffix in ["_sum", "_count"] {
            body.extend_from_slice(name);
            body.extend_from_slice(suffix.as_bytes());
            body.extend_from_slice(labels);
            body.extend_from_slice(close);
            if suffix == "_sum" {
                push_value(body, sum);
            } else {
                body.extend_from_slice(itoa::Buffer::new().format(cumulative).as_bytes());
            }
            body.push(b'\n');
        }
    }

    fn admits_observations(&mut self, counts: &[u64], sum: f64) -> bool {
        let fault = if let Some(fault) = self.unusable {
            fault.to_owned()
        } else if counts.len() != self.bounds.len() {
            format!("{} counts for {} buckets (the last above all bounds)", counts.len(), self.bounds.len())
        } else if sum.is_nan() || sum < 0.0 {
            format!("the sum of a histogram cannot be {sum}")
        } else if counts.iter().try_fold(0_u64, |all, count| all.checked_add(*count)).is_none() {
            "the counts of a histogram add up to more than 2^64".to_owned()
        } else {
            return true;
        };
        self.rows.reject(fault);
        false
    }

    fn admits_object(&mut self, object: &ObjectLabels) -> bool {
        let fault = if let Some(fault) = object.fault() {
            fault.to_owned()
        } else if self.rows.declaration.object_labels.is_none() && !object.is_empty() {
            "the metric declares no object labels".to_owned()
        } else if let Some(name) = self.clashing.iter().find(|name| object.contains(name)) {
            format!("the object label `{name}` becomes the name of a declared label")
        } else {
            return true;
        };
        self.rows.reject(fault);
        false
    }
}

fn bound_labels(bounds: &[f64]) -> Vec<String> {
    let finite = bounds.iter().map(|bound| format!("le=\"{}\"}} ", canonical_bound(*bound)));
    finite.chain(std::iter::once("le=\"+Inf\"} ".to_owned())).collect()
}

/// What is wrong with a histogram's bounds, if anything: `OpenMetrics` forbids a sum where bounds are negative.
fn unusable_buckets(bounds: &[f64]) -> Option<&'static str> {
    let ascending = bounds.windows(2).all(|pair| pair[0] < pair[1]);
    let usable = ascending && bounds.iter().all(|bound| bound.is_finite() && *bound >= 0.0);
    (!usable)
        .then_some("the declared bounds of the buckets are not ascending, finite and free of negative ones")
}

/// Writes the labels of one row, from `{` or `,` to the closing quote.
pub(crate) struct LabelWriter<'a> {
    body: &'a mut Vec<u8>,
    separator: u8,
    clipped: u64,
}

impl LabelWriter<'_> {
    #[inline]
    fn open(&mut self, name: &str) {
        self.body.push(self.separator);
        self.body.extend_from_slice(name.as_bytes());
        self.body.extend_from_slice(b"=\"");
        self.separator = b',';
    }

    #[inline]
    pub(crate) fn text(&mut self, name: &'static str, text: &str) {
        if !text.is_empty() {
            self.open(name);
            self.clipped += u64::from(push_label_value(self.body, text));
            self.body.push(b'"');
        }
    }

    #[inline]
    pub(crate) fn known(&mut self, name: &'static str, text: &'static str) {
        if !text.is_empty() {
            self.open(name);
            self.body.extend_from_slice(text.as_bytes());
            self.body.push(b'"');
        }
    }

    #[inline]
    pub(crate) fn integer(&mut self, name: &'static str, integer: i64) {
        self.open(name);
        self.body.extend_from_slice(itoa::Buffer::new().format(integer).as_bytes());
        self.body.push(b'"');
    }

    fn object(&mut self, prefix: &str, object: &ObjectLabels) {
        for text in object.texts() {
            self.body.push(self.separator);
            self.body.extend_from_slice(prefix.as_bytes());
            self.body.extend_from_slice(text);
            self.separator = b',';
        }
        self.clipped += object.clipped();
    }
}
