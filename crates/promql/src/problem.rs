//! What is wrong with an expression, and where.

use core::fmt;

/// Which rule an expression breaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rule {
    /// It is not PromQL, or larger than what is checked.
    Syntax,
    /// It reads a series that nobody declares.
    UnknownMetric,
    /// It names a label that the series there cannot carry.
    UnknownLabel,
    /// It names a value that the label's closed list lacks.
    UnknownValue,
    /// A function is given series of the wrong kind, such as `rate` of a gauge.
    WrongKind,
    /// The buckets of a histogram lose the label `le`, or keep it where they must not.
    LostBuckets,
    /// The label sets of two operands cannot be matched as written.
    Matching,
    /// It works only behind a feature flag, or on one of the two engines.
    Unportable,
    /// An alert's template is broken or names a label that the expression does not have.
    Template,
}

/// Where a problem is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Line and column, both from 1, in characters; absent where the grammar leaves it open.
    pub position: Option<(usize, usize)>,
    /// The part of the expression, as the parser prints it, shortened.
    pub excerpt: String,
}

/// One thing that is wrong with an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The rule that is broken.
    pub rule: Rule,
    /// Where.
    pub place: Place,
    /// What is wrong and what to do.
    pub message: String,
}

impl Place {
    /// Excerpts longer than this many characters are cut.
    const EXCERPT_LENGTH: usize = 80;

    pub(crate) fn new(position: Option<(usize, usize)>, excerpt: &str) -> Self {
        let mut excerpt = excerpt.to_owned();
        if let Some((end, _)) = excerpt.char_indices().nth(Self::EXCERPT_LENGTH) {
            excerpt.truncate(end);
            excerpt.push('…');
        }
        Self { position, excerpt }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some((line, column)) = self.position {
            write!(formatter, "{line}:{column}: ")?;
        }
        write!(formatter, "`{}`", self.excerpt)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.place, self.message)
    }
}

impl core::error::Error for Problem {}
