//! The typed writer of one metric's rows.
//!
//! The kind and the labels are part of the type, so a wrong count of labels, a bare string for an enum label or a
//! `set` on a counter does not compile. Each row goes into one byte buffer at once; nothing is kept in between.
//!
//! How to get it wrong: giving a histogram cumulative counts. They are per bucket, and made cumulative here.

use std::marker::PhantomData;

use lookout_declarations::{IsCounter, IsGauge, IsHistogram, IsInfo, Kinded, LabelText, Labels, Metric};

use crate::ObjectLabels;
use crate::encoder::{Encoder, LabelWriter};
use crate::rows::Rows;

/// The rows of one metric that one source has to say, in order of emission.
///
/// Rows that cannot be expressed (a negative counter, clashing label names) are left out, counted and logged once
/// when they are published; the rest is served.
#[derive(Debug)]
pub struct Family<K, L> {
    encoder: Encoder,
    types: PhantomData<fn() -> (K, L)>,
}

impl<K: Kinded, L: Labels> Family<K, L> {
    /// No rows of `metric` yet.
    pub fn new(metric: &'static Metric<K, L>) -> Self {
        Self { encoder: Encoder::new(metric.declaration()), types: PhantomData }
    }

    /// Makes room for about `rows` further rows.
    pub fn reserve(&mut self, rows: usize) {
        self.encoder.reserve(rows);
    }

    /// The number of rows so far.
    pub fn len(&self) -> usize {
        self.encoder.rows().marks.len()
    }

    /// Whether there is no row yet.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub(crate) fn into_rows(self) -> Rows {
        self.encoder.into_rows()
    }

    #[inline]
    fn row(&mut self, labels: L::Values<'_>, object: Option<&ObjectLabels>, value: f64) {
        self.encoder.row(|writer| visit::<L>(labels, writer), object, value);
    }
}

impl<L: Labels> Family<IsGauge, L> {
    /// Writes a row.
    #[inline]
    pub fn set(&mut self, labels: L::Values<'_>, value: f64) {
        self.row(labels, None, value);
    }

    /// Writes a row that carries an object's own labels too.
    pub fn set_with(&mut self, labels: L::Values<'_>, object: &ObjectLabels, value: f64) {
        self.row(labels, Some(object), value);
    }
}

impl<L: Labels> Family<IsCounter, L> {
    /// Writes a row. A total that is negative or not a number is invalid.
    #[inline]
    pub fn total(&mut self, labels: L::Values<'_>, value: f64) {
        if self.encoder.admits_total(value) {
            self.row(labels, None, value);
        }
    }

    /// Writes a row that carries an object's own labels too.
    pub fn total_with(&mut self, labels: L::Values<'_>, object: &ObjectLabels, value: f64) {
        if self.encoder.admits_total(value) {
            self.row(labels, Some(object), value);
        }
    }
}

impl<L: Labels> Family<IsInfo, L> {
    /// Writes a row, whose value is 1.
    #[inline]
    pub fn present(&mut self, labels: L::Values<'_>) {
        self.row(labels, None, 1.0);
    }

    /// Writes a row that carries an object's own labels too.
    pub fn present_with(&mut self, labels: L::Values<'_>, object: &ObjectLabels) {
        self.row(labels, Some(object), 1.0);
    }
}

impl<L: Labels> Family<IsHistogram, L> {
    /// Writes all lines of one label set.
    ///
    /// `counts` are the observations per bucket, **not** cumulative, in the order of the declared bounds; the last is
    /// of those above all bounds, so there is one more count than bounds. `sum` is of all observations, in the
    /// metric's unit; negative or not a number is invalid.
    #[inline]
    pub fn observations(&mut self, labels: L::Values<'_>, counts: &[u64], sum: f64) {
        self.encoder.histogram_row(|writer| visit::<L>(labels, writer), None, counts, sum);
    }

    /// Writes all lines of one label set that carries an object's own labels too.
    pub fn observations_with(
        &mut self,
        labels: L::Values<'_>,
        object: &ObjectLabels,
        counts: &[u64],
        sum: f64,
    ) {
        self.encoder.histogram_row(|writer| visit::<L>(labels, writer), Some(object), counts, sum);
    }
}

/// Writes every label of one row, monomorphised per label set: names are constants, values go straight to the buffer.
#[inline]
fn visit<L: Labels>(labels: L::Values<'_>, writer: &mut LabelWriter<'_>) {
    L::visit(labels, &mut |name, value| match value {
        LabelText::Text(text) => writer.text(name, text),
        LabelText::Known(text) => writer.known(name, text),
        LabelText::Integer(integer) => writer.integer(name, integer),
    });
}
