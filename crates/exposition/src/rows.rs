//! Rows as bytes: one buffer of sample lines and an index of where each row is.
//!
//! A row is every line of one label set: one line, or all lines of a histogram. The index is what duplicates, the
//! split into pieces and keyed changes work on; the text is never parsed again.

use std::fmt;

use lookout_declarations::{Declaration, Kind};

/// Where a row is in its buffer, and the hash of its label part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mark {
    pub(crate) hash: u64,
    pub(crate) start: u32,
    pub(crate) length: u32,
}

impl Mark {
    /// The row's text in `body`.
    #[inline]
    pub(crate) fn of<'a>(&self, body: &'a [u8]) -> &'a [u8] {
        &body[self.start as usize..self.start as usize + self.length as usize]
    }
}

/// What distinguishes a row from every other of its family: its first line without the value. Two rows with equal
/// identities have equal labels, and the reverse.
pub(crate) fn identity(row: &[u8]) -> &[u8] {
    let line = &row[..memchr::memchr(b'\n', row).unwrap_or(row.len())];
    // A value holds no space, so the last one stands before it.
    &line[..memchr::memrchr(b' ', line).unwrap_or(line.len())]
}

/// The encoded rows of one family, in order of emission, with what had to be left out.
pub(crate) struct Rows {
    pub(crate) declaration: &'static Declaration,
    pub(crate) body: Vec<u8>,
    pub(crate) marks: Vec<Mark>,
    /// Rows that could not be expressed.
    pub(crate) invalid: u64,
    /// The first of them, in words, for the log.
    pub(crate) fault: Option<String>,
    /// Rows beyond the size that one source's family may have.
    pub(crate) beyond_size: u64,
    /// Label values that were shortened and object labels that were left out.
    pub(crate) clipped: u64,
    size_limit: usize,
}

impl Rows {
    /// The largest body of one source's family, bytes: positions in it are 32-bit.
    const SIZE_LIMIT: usize = u32::MAX as usize;

    pub(crate) fn new(declaration: &'static Declaration) -> Self {
        Self {
            declaration,
            body: Vec::new(),
            marks: Vec::new(),
            invalid: 0,
            fault: None,
            beyond_size: 0,
            clipped: 0,
            size_limit: Self::SIZE_LIMIT,
        }
    }

    /// Records that a row was left out because of `fault`.
    #[cold]
    pub(crate) fn reject(&mut self, fault: impl Into<String>) {
        self.invalid += 1;
        self.fault.get_or_insert_with(|| fault.into());
    }

    /// Ends the row that was written from `start` on.
    #[inline]
    pub(crate) fn finish(&mut self, start: usize, hash: u64) {
        let length = self.body.len() - start;
        if self.body.len() > self.size_limit {
            self.body.truncate(start);
            self.beyond_size += 1;
            return;
        }
        #[allow(clippy::cast_possible_truncation)] // both are below the limit
        self.marks.push(Mark { hash, start: start as u32, length: length as u32 });
    }

    /// Takes over the rows of another writer of the same family, after one's own.
    pub(crate) fn append(&mut self, mut other: Self) {
        self.invalid += other.invalid;
        self.beyond_size += other.beyond_size;
        self.clipped += other.clipped;
        self.fault = self.fault.take().or(other.fault.take());
        if self.body.is_empty() {
            self.body = other.body;
            self.marks = other.marks;
            return;
        }
        for mark in &other.marks {
            let start = self.body.len();
            self.body.extend_from_slice(mark.of(&other.body));
            self.finish(start, mark.hash);
        }
    }
}

impl fmt::Debug for Rows {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Rows")
            .field("family", &self.declaration.name)
            .field("rows", &self.marks.len())
            .field("bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// The number of series that each row of a family is: a histogram's buckets, `+Inf`, sum and count.
pub(crate) fn series_per_row(declaration: &Declaration) -> usize {
    match declaration.kind {
        Kind::Gauge | Kind::Counter | Kind::Info => 1,
        Kind::Histogram => declaration.buckets.len() + 3,
    }
}

#[cfg(test)]
mod tests {
    use lookout_declarations::{Gauge, Metric};

    use super::{Rows, identity};

    const METRIC: Gauge<()> = Metric::new("example", "An example.");

    #[test]
    fn an_identity_is_the_first_line_without_its_value() {
        for (row, expected) in [
            ("up 1\n", "up"),
            ("up{a=\"1\"} 1.5\n", "up{a=\"1\"}"),
            ("up{a=\"} 7 \"} 1.5\n", "up{a=\"} 7 \"}"),
            ("h_bucket{le=\"1.0\"} 3\nh_bucket{le=\"+Inf\"} 4\n", "h_bucket{le=\"1.0\"}"),
        ] {
            assert_eq!(identity(row.as_bytes()), expected.as_bytes(), "{row}");
        }
    }

    #[test]
    fn rows_beyond_the_size_limit_are_left_out_and_counted() {
        static DECLARATION: &lookout_declarations::Declaration = METRIC.declaration();
        let mut rows = Rows { size_limit: 25, ..Rows::new(DECLARATION) };
        for (hash, text) in [(1, "example 11\n"), (2, "example 22\n"), (3, "example 33\n")] {
            let start = rows.body.len();
            rows.body.extend_from_slice(text.as_bytes());
            rows.finish(start, hash);
        }
        assert_eq!(rows.body, b"example 11\nexample 22\n");
        assert_eq!((rows.marks.len(), rows.beyond_size), (2, 1));
    }
}
