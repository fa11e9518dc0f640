//! Rule: every metric is read by an alert or a panel, or says why not. What nobody looks at costs every scrape.
//!
//! The lint is that of the declarations; this rule adds where the metric is declared.

use lookout_declarations::{Alert, Board, Declaration, lint};

use super::{Finding, House};

pub(super) fn check(house: &House) -> Vec<Finding> {
    let metrics: Vec<&Declaration> = house.catalogue.iter().flat_map(|spec| spec.metrics).copied().collect();
    let alerts: Vec<Alert> = house.catalogue.iter().flat_map(|spec| (spec.alerts)()).collect();
    let boards: Vec<Board> = house.catalogue.iter().flat_map(|spec| (spec.boards)()).collect();
    lint::unread(&metrics, &alerts, &boards)
        .into_iter()
        .map(|finding| {
            let (path, line) = place(house, &finding.subject);
            Finding::new(
                &path,
                line,
                format!("metric `{}`: {}", finding.subject, finding.fault),
                finding.mend,
            )
        })
        .collect()
}

/// Where the metric `name` is declared.
fn place(house: &House, name: &str) -> (String, usize) {
    let literal = format!("\"{name}\"");
    let mut declared = house.tree.rust().filter(|(path, _)| house.tree.declares_metrics(path));
    declared
        .find_map(|(path, text)| {
            let (line, _) = (1..).zip(text.lines()).find(|(_, contents)| contents.contains(&literal))?;
            Some((path.to_owned(), line))
        })
        .unwrap_or_else(|| ("crates/catalog/src/lib.rs".to_owned(), 1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::{assert_finds, example};

    #[test]
    fn a_metric_that_nobody_reads_is_refused_unless_it_is_waived() {
        let mut house = House::of([(
            "exporters/a/spec/src/metrics.rs",
            "\n\"example_unread\"\n\"example_waived_and_read\"\n",
        )]);
        house.catalogue = vec![&example::SPEC];
        assert_finds(
            check,
            &house,
            &[
                ("exporters/a/spec/src/metrics.rs:2", "metric `example_unread`"),
                ("exporters/a/spec/src/metrics.rs:3", "metric `example_waived_and_read`"),
            ],
        );
    }
}
