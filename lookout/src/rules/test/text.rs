//! The report for people: a table with a line per exporter, then what failed, then the changes that nobody noticed.

use core::fmt;

use lookout_mutation::{Score, Survivor};

use super::report::{ExporterReport, Report};

/// How much of an expression is shown; all of it is in the JSON.
const SHOWN: usize = 160;

impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.table(formatter)?;
        for exporter in &self.exporters {
            failures(exporter, formatter)?;
        }
        for exporter in &self.exporters {
            if let Some(score) = &exporter.mutants {
                survivors(exporter.exporter, score, formatter)?;
            }
        }
        Ok(())
    }
}

impl Report {
    fn table(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:<12}{:>7}", "exporter", "alerts")?;
        for tester in &self.testers {
            write!(formatter, "  {tester:>20}")?;
        }
        let mutated = self.exporters.iter().any(|exporter| exporter.mutants.is_some());
        if mutated {
            write!(formatter, "  {:>20}", "changes noticed")?;
        }
        writeln!(formatter)?;
        for exporter in &self.exporters {
            write!(formatter, "{:<12}{:>7}", exporter.exporter, exporter.n_alerts)?;
            for tester in &self.testers {
                write!(formatter, "  {:>20}", cases(exporter, tester))?;
            }
            if let Some(score) = &exporter.mutants {
                write!(formatter, "  {:>20}", noticed(score))?;
            }
            writeln!(formatter)?;
        }
        if mutated {
            writeln!(formatter, "mutation score: {}", self.score())?;
        }
        Ok(())
    }

    /// Over all exporters.
    fn score(&self) -> String {
        let scores: Vec<&Score> =
            self.exporters.iter().filter_map(|exporter| exporter.mutants.as_ref()).collect();
        let sum = |of: fn(&Score) -> usize| scores.iter().map(|score| of(score)).sum::<usize>();
        let (n_noticed, n_mutants) = (sum(|score| score.n_noticed), sum(|score| score.n_mutants));
        let n_unexplained = sum(|score| score.unexplained().count());
        let n_explained = sum(|score| score.survivors.len()) - n_unexplained;
        let share = if n_mutants == 0 { 1.0 } else { n_noticed as f64 / n_mutants as f64 };
        format!(
            "{share:.4} ({n_noticed} of {n_mutants} changes noticed, {n_explained} explained, {n_unexplained} neither)"
        )
    }
}

fn cases(exporter: &ExporterReport, tester: &str) -> String {
    let Some(result) = exporter.cases.get(tester) else { return "-".to_owned() };
    match result.failed.len() {
        0 => format!("{} cases pass", result.n_cases),
        n => format!("{n} fail"),
    }
}

fn noticed(score: &Score) -> String {
    format!("{} of {}", score.n_noticed, score.n_mutants)
}

fn failures(exporter: &ExporterReport, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
    for (tester, result) in &exporter.cases {
        for failed in &result.failed {
            match failed.alert {
                Some(alert) => writeln!(formatter, "\n{alert} does not pass its cases on {tester}:")?,
                None => writeln!(
                    formatter,
                    "\nthe recordings of {} do not pass their cases on {tester}:",
                    exporter.exporter
                )?,
            }
            for line in &failed.says {
                writeln!(formatter, "{line}")?;
            }
        }
    }
    Ok(())
}

fn survivors(exporter: &str, score: &Score, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
    let unexplained: Vec<&Survivor> = score.unexplained().collect();
    if !unexplained.is_empty() {
        writeln!(formatter, "\n{exporter}: no case notices these changes:")?;
    }
    let mut alert = "";
    for Survivor { mutant, .. } in unexplained {
        if mutant.alert != alert {
            alert = mutant.alert;
            writeln!(formatter, "  {alert}")?;
        }
        writeln!(formatter, "    {}: {}", mutant.mutation, shortened(&mutant.before))?;
        writeln!(formatter, "      → {}", shortened(&mutant.after))?;
    }
    for (alert, part) in &score.idle {
        writeln!(
            formatter,
            "\n{exporter}: the declared equivalent of {alert} fits no change that survives: {part}"
        )?;
    }
    Ok(())
}

/// The beginning and the end of a long text.
fn shortened(text: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    if characters.len() <= SHOWN {
        return text.to_owned();
    }
    let half = SHOWN / 2;
    let part = |characters: &[char]| characters.iter().collect::<String>();
    format!("{} … {}", part(&characters[..half]), part(&characters[characters.len() - half..]))
}
