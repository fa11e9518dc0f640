//! What is wrong with a file, for people (`Display`) and for tools (`Serialize`).

use std::fmt;

use serde::Serialize;

use crate::key_path::KeyPath;

/// One thing that is wrong, with its place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// The file, as the caller named it.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// The way to the value, such as `certs.endpoints[2].address`; empty for the whole file.
    pub path: String,
    /// What is wrong and what to do, lower case, without a full stop.
    pub message: String,
    /// The key or value that was probably meant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suggestion: Option<String>,
}

/// Everything that is wrong with a file, in the order of the lines. Displayed as one line per fault.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Faults {
    /// The faults; never empty.
    pub faults: Vec<Fault>,
    /// `false`: the reading stopped at [`MAX_FAULTS`](crate::MAX_FAULTS), or at a place after which the rest of the
    /// file cannot be understood; there may be more.
    pub complete: bool,
}

/// A place in a file, both from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(crate) line: usize,
    pub(crate) column: usize,
}

/// A fault before its file is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    pub(crate) place: Place,
    pub(crate) path: KeyPath,
    pub(crate) message: String,
    pub(crate) suggestion: Option<String>,
}

// === impl Fault, Faults ===

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, line, column, path, message, suggestion } = self;
        write!(f, "{file}:{line}:{column}: ")?;
        if !path.is_empty() {
            write!(f, "{path}: ")?;
        }
        f.write_str(message)?;
        suggestion.as_ref().map_or(Ok(()), |meant| write!(f, "; did you mean `{meant}`?"))
    }
}

impl Faults {
    pub(crate) fn new(file: &str, mut findings: Vec<Finding>, complete: bool) -> Self {
        findings.sort_by_key(|finding| finding.place); // stable: equal places stay in the order of discovery
        let faults = findings.into_iter().map(|finding| finding.in_file(file)).collect();
        Self { faults, complete }
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, fault) in self.faults.iter().enumerate() {
            write!(f, "{}{fault}", if position == 0 { "" } else { "\n" })?;
        }
        if !self.complete {
            write!(f, "\nthe rest of the file was not checked; mend this first")?;
        }
        Ok(())
    }
}

impl std::error::Error for Faults {}

// === impl Place, Finding ===

impl Place {
    /// The first character of a file.
    pub(crate) const START: Self = Self { line: 1, column: 1 };

    /// The place after `before`, which is all of the text up to it.
    pub(crate) fn after(before: &str) -> Self {
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        Self { line: before.matches('\n').count() + 1, column: before[line_start..].chars().count() + 1 }
    }
}

impl Finding {
    pub(crate) fn new(place: Place, path: KeyPath, message: impl Into<String>) -> Self {
        Self { place, path, message: message.into(), suggestion: None }
    }

    fn in_file(self, file: &str) -> Fault {
        Fault {
            file: file.to_owned(),
            line: self.place.line,
            column: self.place.column,
            path: self.path.to_string(),
            message: self.message,
            suggestion: self.suggestion,
        }
    }
}
