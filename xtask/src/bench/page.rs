//! The page of figures: a table with ratios, and whether the targets are met.

use core::fmt::Write as _;
use std::time::Duration;

use super::rest::Result;

/// Memory at rest, MiB.
const MEMORY: f64 = 15.0;
/// Processor time at rest, percent of a core.
const SHARE: f64 = 0.1;
/// From the start to readiness, milliseconds.
const READY: f64 = 200.0;

/// A line of the table: what it says, its unit, its figure, and the digits behind the point.
type Line = (&'static str, &'static str, fn(&Result) -> f64, usize);

const LINES: &[Line] = &[
    ("start to the first answer, median", "ms", |result| milliseconds(result.healthy[0]), 1),
    ("start to the first answer, longest", "ms", |result| milliseconds(result.healthy[1]), 1),
    ("start to ready, median", "ms", |result| milliseconds(result.ready[0]), 1),
    ("start to ready, longest", "ms", |result| milliseconds(result.ready[1]), 1),
    ("resident memory at rest", "MiB", |result| mebibytes(result.rested.resident), 1),
    ("of it heap and stacks", "MiB", |result| mebibytes(result.rested.anonymous), 1),
    ("resident memory after the scrapes", "MiB", |result| mebibytes(result.scraped.resident), 1),
    ("of it heap and stacks", "MiB", |result| mebibytes(result.scraped.anonymous), 1),
    ("processor time at rest", "% of a core", |result| 100.0 * result.share, 4),
    ("processor time of a scrape", "ms", |result| milliseconds(result.scrape), 3),
    ("an answer to a scrape", "KiB", |result| result.answer as f64 / 1024.0, 1),
    ("threads", "", |result| result.n_threads as f64, 0),
    ("the program", "MiB", |result| mebibytes(result.program), 1),
];

/// The page in Markdown.
pub(super) fn write(
    results: &[Result],
    machine: &str,
    n_starts: usize,
    seconds: u32,
    n_scrapes: u32,
) -> String {
    let mut page = format!(
        "# A process at rest, measured\n\n\
         Written by `cargo xtask bench rest`: do not edit, run it again. `lookout serve` without a configuration, with \
         all its\nexporters and nothing to watch, beside peers of the Go world with as little to do; all in one run, at \
         rest at the same time.\n{n_starts} starts each, in turns; {seconds} s of rest; then {n_scrapes} scrapes, \
         uncompressed, each on its own connection. A peer\nwithout a page for readiness is ready when it answers.\n\n\
         **Machine:** {machine}.\n\n"
    );
    let _ = writeln!(page, "| | {} |", results.iter().map(heading).collect::<Vec<_>>().join(" | "));
    let _ = writeln!(page, "|---|{}", "---:|".repeat(results.len()));
    for (what, unit, figure, digits) in LINES {
        let _ =
            write!(page, "| {what}{} |", if unit.is_empty() { String::new() } else { format!(", {unit}") });
        let ours = results.first().map_or(0.0, figure);
        for (index, result) in results.iter().enumerate() {
            let figure = figure(result);
            let _ = write!(page, " {figure:.digits$}");
            if index > 0 && ours > 0.0 {
                let _ = write!(page, " ({})", ratio(figure / ours));
            }
            page += " |";
        }
        page += "\n";
    }
    page += "\nIn brackets: that figure as a multiple of Lookout's.\n\n## Targets\n\n";
    if let Some(ours) = results.first() {
        page += &targets(ours);
    }
    page
}

fn targets(ours: &Result) -> String {
    let line = |what: &str, figure: f64, target: f64, unit: &str, digits: usize| {
        let met = if figure < target { "met" } else { "**missed**" };
        format!("| {what} | {target} {unit} | {figure:.digits$} {unit} | {met} |\n")
    };
    [
        "| | below | measured | |\n|---|---|---|---|\n".to_owned(),
        line("resident memory at rest", mebibytes(ours.rested.resident), MEMORY, "MiB", 1),
        line("resident memory after the scrapes", mebibytes(ours.scraped.resident), MEMORY, "MiB", 1),
        line("processor time at rest, of a core", 100.0 * ours.share, SHARE, "%", 4),
        line("start to ready, median", milliseconds(ours.ready[0]), READY, "ms", 1),
        line("start to ready, longest", milliseconds(ours.ready[1]), READY, "ms", 1),
    ]
    .concat()
}

fn heading(result: &Result) -> String {
    result.name.to_owned()
}

fn ratio(ratio: f64) -> String {
    if ratio < 0.1 { format!("{ratio:.3} ×") } else { format!("{ratio:.1} ×") }
}

fn milliseconds(duration: Duration) -> f64 {
    1000.0 * duration.as_secs_f64()
}

fn mebibytes(bytes: u64) -> f64 {
    bytes as f64 / 1024.0 / 1024.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bench::figures::Memory;

    fn result(name: &'static str, ready: u64, mebibytes: u64) -> Result {
        let memory = Memory { resident: mebibytes << 20, anonymous: 1 << 20 };
        let milliseconds = [Duration::from_millis(ready); 2];
        Result {
            name,
            program: 1 << 20,
            healthy: milliseconds,
            ready: milliseconds,
            n_threads: 5,
            rested: memory,
            share: 0.0005,
            scraped: memory,
            scrape: Duration::from_micros(50),
            answer: 2048,
        }
    }

    #[test]
    fn the_page_has_ratios_and_says_which_targets_are_missed() {
        let page = write(&[result("lookout", 250, 10), result("peer", 500, 20)], "one machine", 3, 4, 5);
        assert!(page.contains("| start to ready, median, ms | 250.0 | 500.0 (2.0 ×) |"), "{page}");
        assert!(page.contains("| resident memory at rest, MiB | 10.0 | 20.0 (2.0 ×) |"), "{page}");
        assert!(page.contains("| start to ready, median | 200 ms | 250.0 ms | **missed** |"), "{page}");
        assert!(page.contains("| resident memory at rest | 15 MiB | 10.0 MiB | met |"), "{page}");
    }
}
