//! The page: a section for each part of the bench, so that a part can be run again alone.

use core::fmt::Write as _;

use super::cost::Figures;
use super::outage::Outage;

/// The parts of the page in their order, by their titles.
pub(super) const TITLES: [&str; 3] = [
    "A real broker, 1,000 partitions and 50 groups",
    "A real broker, 10,000 partitions and 500 groups",
    "A simulated cluster, to 1,000,000 partitions",
];

const HEAD: &str = "# Kafka, measured

Written by `cargo xtask bench kafka`: do not edit, run it again (`--size small|large|simulated` for one part). The
released binary beside klag-exporter from crates.io, both watching the same Kafka 4.3.1 in the same run; others by
`--peer NAME=URL,PID`. All on loopback on one machine, the broker included. In brackets: that figure as a multiple of ours.

What the lines mean: a *period* is the time from one cycle to the next (15 s ours, 30 s klag-exporter's default); processor time,
requests and bytes of a period are everything that happens in the background in that time, the slower readings
(sizes on disk, configuration, quorum) included. An exporter that works when it is scraped has no background: its cycle is its
scrape. Requests and bytes are what an exporter says of itself; nobody but Lookout does. Scrapes are on a connection each, and
for their cost they follow a cycle directly, so that no cycle is among them; plain unless it says gzip. Lags are spread over 1 to 10 records, and nothing is
produced meanwhile.
";

/// A line of the table: what it says, its unit, its figure, and the digits behind the point.
type Line = (&'static str, &'static str, fn(&Figures) -> Option<f64>, usize);

const LINES: &[Line] = &[
    ("start until all lags are served", "s", |figures| figures.complete, 1),
    ("a cycle, median", "s", |figures| figures.cycle().map(|[middle, _]| middle), 3),
    ("a cycle, longest", "s", |figures| figures.cycle().map(|[_, longest]| longest), 3),
    ("processor time of a period", "s", |figures| figures.cycle_processor, 3),
    ("requests of a period", "", |figures| figures.traffic.map(|[requests, _, _]| requests), 1),
    ("bytes to the brokers of a period", "MB", |figures| figures.traffic.map(|[_, sent, _]| sent / 1e6), 3),
    (
        "bytes from the brokers of a period",
        "MB",
        |figures| figures.traffic.map(|[_, _, received]| received / 1e6),
        3,
    ),
    ("processor time of a scrape", "ms", |figures| Some(1e3 * figures.scrape_processor), 2),
    ("a scrape, median", "ms", |figures| Some(1e3 * figures.alone[0]), 1),
    ("a scrape, 99th percentile", "ms", |figures| Some(1e3 * figures.alone[1]), 1),
    ("a scrape with gzip, median", "ms", |figures| figures.compressed.map(|[middle, _]| 1e3 * middle), 1),
    ("a scrape of four at once, median", "ms", |figures| Some(1e3 * figures.together[0]), 1),
    ("a scrape of four at once, 99th percentile", "ms", |figures| Some(1e3 * figures.together[1]), 1),
    ("resident memory at work, before scrapes", "MiB", |figures| Some(mebibytes(figures.steady)), 1),
    ("resident memory after scrapes", "MiB", |figures| Some(mebibytes(figures.scraped)), 1),
    ("resident memory, the most ever", "MiB", |figures| Some(mebibytes(figures.peak)), 1),
    ("an answer", "MB", |figures| Some(figures.plain as f64 / 1e6), 2),
    ("an answer with gzip", "MB", |figures| figures.gzip.map(|bytes| bytes as f64 / 1e6), 2),
    ("series", "", |figures| Some(figures.series as f64), 0),
];

/// A target: what, its unit, its figure, the limit, the digits.
pub(super) type Target = (&'static str, &'static str, fn(&Figures) -> Option<f64>, f64, usize);

/// At 10,000 partitions and 500 groups.
pub(super) const LARGE: &[Target] = &[
    ("a cycle, median", "s", |figures| figures.cycle().map(|[middle, _]| middle), 0.3, 3),
    ("processor time of a period", "s", |figures| figures.cycle_processor, 0.15, 3),
    ("processor time of a scrape", "ms", |figures| Some(1e3 * figures.scrape_processor), 5.0, 2),
    ("a scrape, median", "ms", |figures| Some(1e3 * figures.alone[0]), 10.0, 1),
    ("a scrape of four at once, median", "ms", |figures| Some(1e3 * figures.together[0]), 10.0, 1),
    ("resident memory at work", "MiB", |figures| Some(mebibytes(figures.steady)), 60.0, 1),
    ("resident memory, the most ever", "MiB", |figures| Some(mebibytes(figures.peak)), 90.0, 1),
    (
        "bytes from the brokers of a period",
        "MB",
        |figures| figures.traffic.map(|[_, _, received]| received / 1e6),
        2.0,
        3,
    ),
    (
        "bytes to the brokers of a period",
        "MB",
        |figures| figures.traffic.map(|[_, sent, _]| sent / 1e6),
        0.6,
        3,
    ),
];

/// At 1,000,000 partitions and 20,000 groups.
pub(super) const MILLION: &[Target] = &[
    ("a cycle, longest", "s", |figures| figures.cycle().map(|[_, longest]| longest), 15.0, 2),
    ("resident memory, the most ever", "MiB", |figures| Some(mebibytes(figures.peak)), 1024.0, 0),
];

/// A table of figures; with ratios to the first if `compares`.
pub(super) fn table(figures: &[Figures], compares: bool) -> String {
    let names: Vec<&str> = figures.iter().map(|figures| figures.name.as_str()).collect();
    let mut table = format!("| | {} |\n|---|{}\n", names.join(" | "), "---:|".repeat(names.len()));
    for (what, unit, figure, digits) in LINES {
        if figures.iter().all(|figures| figure(figures).is_none()) {
            continue;
        }
        let _ =
            write!(table, "| {what}{} |", if unit.is_empty() { String::new() } else { format!(", {unit}") });
        let ours = figures.first().and_then(figure).filter(|ours| *ours > 0.0 && compares);
        for (index, figures) in figures.iter().enumerate() {
            let Some(figure) = figure(figures) else {
                table += " – |";
                continue;
            };
            let _ = write!(table, " {figure:.digits$}");
            if let Some(ours) = ours.filter(|_| index > 0) {
                let _ = write!(table, " ({})", ratio(figure / ours));
            }
            table += " |";
        }
        table += "\n";
    }
    table
}

/// Whether targets are met.
pub(super) fn targets(ours: &Figures, targets: &[Target]) -> String {
    let mut table = "| target | below | measured | |\n|---|---:|---:|---|\n".to_owned();
    for (what, unit, figure, limit, digits) in targets {
        let (measured, verdict) = match figure(ours) {
            Some(figure) => {
                (format!("{figure:.digits$} {unit}"), if figure < *limit { "met" } else { "**missed**" })
            }
            None => ("–".to_owned(), "not measured"),
        };
        let _ = writeln!(table, "| {what} | {limit} {unit} | {measured} | {verdict} |");
    }
    table
}

/// What the outage was like.
pub(super) fn outage(names: &[&str], outages: &[Outage]) -> String {
    let mut table =
        format!("| the only broker killed | {} |\n|---|{}\n", names.join(" | "), "---|".repeat(names.len()));
    let mut line = |what: &str, say: &dyn Fn(&Outage) -> String| {
        let said: Vec<String> = outages.iter().map(say).collect();
        let _ = writeln!(table, "| {what} | {} |", said.join(" | "));
    };
    line("a scrape 10 s later", &|outage| outage.during[0].clone());
    line("a scrape 60 s later", &|outage| outage.during[1].clone());
    line("restarted: all lags read again, right, and right they stay, after", &|outage| {
        outage.right_after.map_or("**never within 7 min**".to_owned(), |after| format!("{after:.0} s"))
    });
    line("lags falsely 0, most of one scrape", &|outage| outage.false_zeros.to_string());
    line("lags otherwise wrong, most of one scrape", &|outage| outage.wrong.to_string());
    table
}

/// The page with one part replaced.
pub(super) fn replace(page: &str, title: &str, text: &str) -> String {
    let part = |title: &str| {
        let start = page.find(&format!("\n## {title}\n"))?;
        let rest = page.get(start + 1..)?;
        rest.get(..rest.find("\n## ").map_or(rest.len(), |end| end + 1))
            .map(|part| part.trim_end().to_owned() + "\n")
    };
    let parts = TITLES.iter().filter_map(|known| {
        if *known == title { Some(format!("## {title}\n\n{}\n", text.trim())) } else { part(known) }
    });
    parts.fold(HEAD.to_owned(), |page, part| page + "\n" + &part)
}

fn ratio(ratio: f64) -> String {
    if ratio < 0.1 { format!("{ratio:.3} ×") } else { format!("{ratio:.1} ×") }
}

/// Bytes as mebibytes.
pub(super) fn mebibytes(bytes: u64) -> f64 {
    bytes as f64 / 1024.0 / 1024.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figures(name: &str, cycle: f64) -> Figures {
        Figures { name: name.to_owned(), cycles: vec![cycle], steady: 30 << 20, ..Figures::default() }
    }

    #[test]
    fn a_table_has_ratios_and_gaps() {
        let table =
            table(&[figures("ours", 0.5), Figures { gzip: Some(1_000_000), ..figures("peer", 1.5) }], true);
        assert!(table.contains("| a cycle, median, s | 0.500 | 1.500 (3.0 ×) |"), "{table}");
        assert!(table.contains("| an answer with gzip, MB | – | 1.00 |"), "{table}");
        assert!(!table.contains("requests"), "{table}");
    }

    #[test]
    fn targets_say_what_is_missed() {
        let table = targets(&figures("ours", 0.5), LARGE);
        assert!(table.contains("| a cycle, median | 0.3 s | 0.500 s | **missed** |"), "{table}");
        assert!(table.contains("| resident memory at work | 60 MiB | 30.0 MiB | met |"), "{table}");
        assert!(
            table.contains("| bytes to the brokers of a period | 0.6 MB | – | not measured |"),
            "{table}"
        );
    }

    #[test]
    fn a_part_is_replaced_and_the_others_stay() {
        let page = replace("", TITLES[2], "three");
        let page = replace(&page, TITLES[0], "one");
        let page = replace(&page, TITLES[2], "three again");
        assert_eq!(page, format!("{HEAD}\n## {}\n\none\n\n## {}\n\nthree again\n", TITLES[0], TITLES[2]));
    }
}
