//! The page: a section for each size, so that one can be run again alone.

use core::fmt::Write as _;

use super::cost::Figures;

/// The sections of the page in their order, by their titles.
pub(super) const TITLES: [&str; 2] = ["10,000 TLS Secrets", "100,000 TLS Secrets"];

const HEAD: &str = "# Certificates in a cluster, measured

Written by `cargo xtask bench certs`: do not edit, run it again (`--size 10000|100000` for one part). The binary as a container image
holds it (all exporters, no demo) with its defaults, watching a real kube-apiserver 1.36.4 with etcd 3.6.16; others in the same run by
`--peer NAME=URL,PID`. All on loopback on one machine, the API server included. In brackets: that figure as a multiple of ours.

In the cluster: distinct ECDSA P-256 certificates in TLS Secrets over 100 namespaces, and 200 Helm releases of 600 KB. *Complete* is
when a scrape shows every certificate; for that it is scraped every 50 ms, which its processor time includes. Scrapes that look for
something ask for gzip, as Prometheus does, and what counts is when the answer had come, not when the bench had inflated it. A change is
*visible* when a scrape shows it, counted from the API server's answer; there are 5 ms between one scrape and the next. The outage is a
minute without an API server, and the change after it is made when that is ready again. Lists are what the exporter says of itself.
";

/// A line of the table: what it says, its unit, its figure, and the digits behind the point.
type Line = (&'static str, &'static str, fn(&Figures) -> Option<f64>, usize);

const LINES: &[Line] = &[
    ("start until complete", "s", |figures| figures.complete.map(|[time, _]| time), 2),
    ("processor time until complete", "s", |figures| figures.complete.map(|[_, processor]| processor), 2),
    ("processor time of a quiet minute", "s", |figures| Some(figures.minute), 2),
    ("resident memory at rest", "MiB", |figures| Some(mebibytes(figures.memory[0])), 1),
    (
        "resident memory after scrapes with gzip, eight at once",
        "MiB",
        |figures| Some(mebibytes(figures.memory[2])),
        1,
    ),
    (
        "resident memory after plain scrapes, eight at once",
        "MiB",
        |figures| Some(mebibytes(figures.memory[1])),
        1,
    ),
    ("resident memory, the most until then", "MiB", |figures| Some(mebibytes(figures.memory[3])), 1),
    ("processor time of a scrape", "ms", |figures| Some(milliseconds(figures.processor[0])), 2),
    ("processor time of a scrape with gzip", "ms", |figures| Some(milliseconds(figures.processor[1])), 2),
    ("a scrape, median", "ms", |figures| Some(milliseconds(figures.alone[0][0])), 1),
    ("a scrape, 99th percentile", "ms", |figures| Some(milliseconds(figures.alone[0][1])), 1),
    ("a scrape with gzip, median", "ms", |figures| Some(milliseconds(figures.alone[1][0])), 1),
    ("a scrape with gzip, 99th percentile", "ms", |figures| Some(milliseconds(figures.alone[1][1])), 1),
    ("a scrape of eight at once, median", "ms", |figures| Some(milliseconds(figures.together[0][0])), 1),
    (
        "a scrape of eight at once, 99th percentile",
        "ms",
        |figures| Some(milliseconds(figures.together[0][1])),
        1,
    ),
    (
        "a scrape of eight at once with gzip, median",
        "ms",
        |figures| Some(milliseconds(figures.together[1][0])),
        1,
    ),
    (
        "a scrape of eight at once with gzip, 99th percentile",
        "ms",
        |figures| Some(milliseconds(figures.together[1][1])),
        1,
    ),
    ("an answer", "MB", |figures| Some(figures.bytes[0] as f64 / 1e6), 2),
    ("an answer with gzip", "MB", |figures| Some(figures.bytes[1] as f64 / 1e6), 2),
    ("series", "", |figures| Some(figures.series as f64), 0),
    ("a new Secret visible, median", "ms", |figures| visible(figures, 0, 0), 0),
    ("a new Secret visible, longest of ten", "ms", |figures| visible(figures, 0, 1), 0),
    ("a renewed certificate visible, median", "ms", |figures| visible(figures, 1, 0), 0),
    ("a renewed certificate visible, longest of ten", "ms", |figures| visible(figures, 1, 1), 0),
    ("a deleted Secret gone, median", "ms", |figures| visible(figures, 2, 0), 0),
    ("a deleted Secret gone, longest of ten", "ms", |figures| visible(figures, 2, 1), 0),
    ("a change after the outage visible", "s", |figures| figures.after_outage, 2),
    ("lists of Secrets after the outage", "", |figures| figures.lists, 0),
];

/// A target: what, its unit, its figure, the limit, the digits.
pub(super) type Target = (&'static str, &'static str, fn(&Figures) -> Option<f64>, f64, usize);

/// At 10,000 Secrets.
pub(super) const LARGE: &[Target] = &[
    ("start until complete", "s", |figures| figures.complete.map(|[time, _]| time), 2.0, 2),
    (
        "processor time until complete",
        "s",
        |figures| figures.complete.map(|[_, processor]| processor),
        1.5,
        2,
    ),
    ("resident memory at rest", "MiB", |figures| Some(mebibytes(figures.memory[0])), 40.0, 1),
    (
        "resident memory, the most with eight scrapers",
        "MiB",
        |figures| Some(mebibytes(figures.memory[3])),
        60.0,
        1,
    ),
    ("processor time of a scrape", "ms", |figures| Some(milliseconds(figures.processor[0])), 5.0, 2),
    (
        "processor time of a scrape with gzip",
        "ms",
        |figures| Some(milliseconds(figures.processor[1])),
        5.0,
        2,
    ),
    ("a scrape, median", "ms", |figures| Some(milliseconds(figures.alone[0][0])), 10.0, 1),
    ("a scrape with gzip, median", "ms", |figures| Some(milliseconds(figures.alone[1][0])), 10.0, 1),
    ("a new Secret visible, median", "ms", |figures| visible(figures, 0, 0), 100.0, 0),
    ("a renewed certificate visible, median", "ms", |figures| visible(figures, 1, 0), 100.0, 0),
    ("a deleted Secret gone, median", "ms", |figures| visible(figures, 2, 0), 100.0, 0),
    ("a change after the outage visible", "s", |figures| figures.after_outage, 5.0, 2),
];

/// At 100,000 Secrets.
pub(super) const HUGE: &[Target] = &[(
    "resident memory, the most until then",
    "MiB",
    |figures| Some(mebibytes(figures.memory[3])),
    300.0,
    1,
)];

/// The figures, an exporter a column.
pub(super) fn table(all: &[Figures]) -> String {
    let names: Vec<&str> = all.iter().map(|figures| figures.name.as_str()).collect();
    let mut table = format!("| | {} |\n|---|{}\n", names.join(" | "), "---:|".repeat(names.len()));
    for (what, unit, figure, digits) in LINES {
        let unit = if unit.is_empty() { String::new() } else { format!(", {unit}") };
        let _ = write!(table, "| {what}{unit} |");
        let ours = all.first().and_then(figure).filter(|ours| *ours > 0.0);
        for (index, figures) in all.iter().enumerate() {
            let Some(figure) = figure(figures) else {
                table += " – |";
                continue;
            };
            let _ = write!(table, " {figure:.digits$}");
            if let Some(ours) = ours.filter(|_| index > 0) {
                let _ = write!(table, " ({:.1} ×)", figure / ours);
            }
            table += " |";
        }
        table += "\n";
    }
    let during: Vec<&str> = all.iter().map(|figures| figures.during.as_str()).collect();
    let _ = writeln!(table, "| a scrape a minute into the outage | {} |", during.join(" | "));
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

/// The page with one section replaced.
pub(super) fn replace(page: &str, title: &str, text: &str) -> String {
    let part = |title: &str| {
        let start = page.find(&format!("\n## {title}\n"))?;
        let rest = page.get(start + 1..)?;
        let end = rest.find("\n## ").map_or(rest.len(), |end| end + 1);
        rest.get(..end).map(|part| part.trim_end().to_owned() + "\n")
    };
    let parts = TITLES.iter().filter_map(|known| {
        if *known == title { Some(format!("## {title}\n\n{}\n", text.trim())) } else { part(known) }
    });
    parts.fold(HEAD.to_owned(), |page, part| page + "\n" + &part)
}

fn visible(figures: &Figures, change: usize, which: usize) -> Option<f64> {
    figures.visible[change].map(|seconds| 1e3 * seconds[which])
}

fn milliseconds(seconds: f64) -> f64 {
    1e3 * seconds
}

fn mebibytes(bytes: u64) -> f64 {
    bytes as f64 / 1024.0 / 1024.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn figures(name: &str, time: f64) -> Figures {
        let complete = Some([time, 2.0 * time]);
        Figures { name: name.to_owned(), complete, memory: [30 << 20; 4], ..Figures::default() }
    }

    #[test]
    fn a_table_has_ratios_and_gaps() {
        let table = table(&[
            figures("ours", 0.5),
            Figures { visible: [Some([0.1, 0.2]); 3], ..figures("peer", 1.5) },
        ]);
        assert!(table.contains("| start until complete, s | 0.50 | 1.50 (3.0 ×) |"), "{table}");
        assert!(table.contains("| a new Secret visible, longest of ten, ms | – | 200 |"), "{table}");
    }

    #[test]
    fn targets_say_what_is_missed() {
        let table = targets(&figures("ours", 1.5), LARGE);
        assert!(table.contains("| start until complete | 2 s | 1.50 s | met |"), "{table}");
        assert!(table.contains("| processor time until complete | 1.5 s | 3.00 s | **missed** |"), "{table}");
        assert!(table.contains("| a change after the outage visible | 5 s | – | not measured |"), "{table}");
    }

    #[test]
    fn a_section_is_replaced_and_the_others_stay() {
        let page = replace("", TITLES[1], "two");
        let page = replace(&page, TITLES[0], "one");
        let page = replace(&page, TITLES[1], "two again");
        assert_eq!(page, format!("{HEAD}\n## {}\n\none\n\n## {}\n\ntwo again\n", TITLES[0], TITLES[1]));
    }
}
