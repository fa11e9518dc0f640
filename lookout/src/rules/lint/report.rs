//! The answer of `lookout rules lint`: what was found, where, and what could not be looked at.
//!
//! How to get it wrong: counting what could not be checked as right or as wrong. It is neither, and is listed on its own.

use core::fmt;

use serde::Serialize;

/// Everything that was found out.
#[derive(Debug, Default, Serialize)]
pub(super) struct Report {
    /// Whether nothing is wrong.
    pub(super) ok: bool,
    /// The files that were read.
    pub(super) n_files: usize,
    /// The rules that were read.
    pub(super) n_rules: usize,
    /// Those that read metrics of Lookout.
    pub(super) n_checked: usize,
    /// What is wrong.
    pub(super) findings: Vec<Finding>,
    /// What could not be checked.
    pub(super) not_checked: Vec<Finding>,
}

/// One thing, and where it is.
#[derive(Debug, Serialize)]
pub(super) struct Finding {
    pub(super) file: String,
    pub(super) line: usize,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) group: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) rule: String,
    /// The part of the expression.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) excerpt: String,
    /// What is wrong and what to do.
    pub(super) message: String,
}

impl Report {
    /// The answer in one line.
    pub(super) fn verdict(&self) -> String {
        let rules = counted(self.n_rules, "rule");
        let verdict = match self.findings.len() {
            0 => format!("nothing wrong in {rules}, of which {} read metrics of Lookout", self.n_checked),
            1 => format!("1 thing is wrong in {rules}; see above"),
            n_findings => format!("{n_findings} things are wrong in {rules}; see above"),
        };
        match self.not_checked.len() {
            0 => verdict,
            n => format!("{verdict}; {n} of what is above could not be checked"),
        }
    }
}

fn counted(n: usize, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}

impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for finding in &self.findings {
            writeln!(formatter, "{finding}")?;
        }
        for finding in &self.not_checked {
            writeln!(formatter, "{finding}")?;
        }
        if self.findings.is_empty() { writeln!(formatter, "{}", self.verdict()) } else { Ok(()) }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}: ", self.file, self.line)?;
        if !self.group.is_empty() {
            write!(formatter, "{}/", self.group)?;
        }
        if !self.rule.is_empty() || !self.group.is_empty() {
            write!(formatter, "{}: ", self.rule)?;
        }
        if !self.excerpt.is_empty() {
            write!(formatter, "`{}`: ", self.excerpt)?;
        }
        formatter.write_str(&self.message)
    }
}
