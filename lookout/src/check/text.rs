//! The report for people: what is wrong first in each line, and under it what to do.
//!
//! Every text from a monitored system is on one line, whatever is in it: control characters are escaped.

use core::fmt;

use super::report::{Problem, Report, Right, SourceReport, State};

impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for source in &self.sources {
            write!(formatter, "{source}")?;
        }
        for exporter in &self.not_watched {
            writeln!(formatter, "{:<10} {}: {}", "-", exporter.exporter, exporter.why)?;
        }
        if self.sources.is_empty() {
            writeln!(formatter, "nothing is watched")?;
        } else {
            writeln!(formatter, "{}", self.sum())?;
        }
        Ok(())
    }
}

impl Report {
    /// How many sources are in which state.
    fn sum(&self) -> String {
        let states = [State::Ok, State::Wrong, State::Incomplete, State::Failed];
        let count = |state| self.sources.iter().filter(|source| source.state == state).count();
        let counts = states.map(|state| (count(state), state));
        let parts: Vec<_> = counts
            .iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, state)| format!("{count} {state}"))
            .collect();
        format!("sources: {}", parts.join(", "))
    }
}

impl fmt::Display for SourceReport {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { exporter, source, state, seconds, problems, permissions } = self;
        writeln!(formatter, "{state:<10} {exporter}: {} ({seconds:.2} s)", OneLine(source))?;
        for problem in problems {
            write!(formatter, "{problem}")?;
        }
        if !permissions.is_empty() {
            writeln!(formatter, "           rights that {exporter} uses:")?;
        }
        for Right { verb, resource, without } in permissions {
            writeln!(formatter, "             {verb} {resource}; without it {without}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { reason, subject, message, remedy, alert } = self;
        formatter.write_str("           ")?;
        if let Some(reason) = reason {
            write!(formatter, "{reason}: ")?;
        }
        if !subject.is_empty() {
            write!(formatter, "{}: ", OneLine(subject))?;
        }
        writeln!(formatter, "{}", OneLine(message))?;
        let runbook = alert.map(|alert| format!(" (runbook {alert})")).unwrap_or_default();
        writeln!(formatter, "           -> {remedy}{runbook}")
    }
}

impl fmt::Display for State {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(match self {
            Self::Ok => "ok",
            Self::Wrong => "wrong",
            Self::Incomplete => "incomplete",
            Self::Failed => "failed",
        })
    }
}

/// A text without control characters.
struct OneLine<'a>(&'a str);

impl fmt::Display for OneLine<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for character in self.0.chars() {
            if character.is_control() {
                write!(formatter, "{}", character.escape_default())?;
            } else {
                write!(formatter, "{character}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::report::NotWatched;
    use super::*;

    #[test]
    fn a_report_is_read_from_top_to_bottom() {
        let problem = |reason, subject: &str, message: &str| Problem {
            reason,
            subject: subject.to_owned(),
            message: message.to_owned(),
            remedy: "do something".to_owned(),
            alert: None,
        };
        let source = |source: &str, state, problems| SourceReport {
            exporter: "certs",
            source: source.to_owned(),
            state,
            seconds: 0.128,
            problems,
            permissions: Vec::new(),
        };
        let mut refused = source(
            "files",
            State::Incomplete,
            vec![problem(Some("denied"), "/etc/a.pem", "permission denied")],
        );
        refused.permissions = vec![Right { verb: "read", resource: "the files", without: "it is blind" }];
        let report = Report {
            ok: false,
            sources: vec![
                source("roots", State::Ok, vec![]),
                refused,
                source(
                    "a:443",
                    State::Wrong,
                    vec![Problem { alert: Some("LookoutOld"), ..problem(None, "a:443", "it has\nexpired") }],
                ),
            ],
            not_watched: vec![NotWatched { exporter: "kafka", why: "nothing is configured".to_owned() }],
        };
        let expected = "\
ok         certs: roots (0.13 s)
incomplete certs: files (0.13 s)
           denied: /etc/a.pem: permission denied
           -> do something
           rights that certs uses:
             read the files; without it it is blind
wrong      certs: a:443 (0.13 s)
           a:443: it has\\nexpired
           -> do something (runbook LookoutOld)
-          kafka: nothing is configured
sources: 1 ok, 1 wrong, 1 incomplete
";
        assert_eq!(report.to_string(), expected);
    }
}
