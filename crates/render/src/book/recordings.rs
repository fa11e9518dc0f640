//! The page of recording rules: each series once, with everything that is written into it.

use core::fmt::Write as _;

use lookout_declarations::{Declared, Recording};
use lookout_promql::pretty;

use super::Page;
use crate::markdown::duration;

pub(super) fn page(catalogue: &[Declared]) -> Page {
    let mut text = "Series that the rules compute, for boards and for alerts. Names are `level:metric:operations`: what is left \
                    of the labels, what it is about, and what was done to it.\n"
        .to_owned();
    let recordings: Vec<&Recording> = catalogue.iter().flat_map(|declared| &declared.recordings).collect();
    let mut names: Vec<&str> = Vec::new();
    for recording in &recordings {
        if !names.contains(&recording.name) {
            names.push(recording.name);
        }
    }
    for name in names {
        let written: Vec<&&Recording> =
            recordings.iter().filter(|recording| recording.name == name).collect();
        // Writing to a String cannot fail.
        let _ = write!(text, "\n## `{name}`\n\n{}\n", written[0].help);
        for recording in written {
            let _ = write!(text, "\n{}```promql\n{}\n```\n", labels(recording), condition(recording));
        }
    }
    Page::new("recordings.md", "Recording rules", None, text)
}

fn labels(recording: &Recording) -> String {
    let labels = recording.labels.iter().map(|(name, value)| format!("`{name}=\"{value}\"`"));
    let mut said: Vec<String> = labels.collect();
    said.extend(recording.interval.map(|interval| format!("every {}", duration(interval))));
    if said.is_empty() { String::new() } else { format!("{}:\n\n", said.join(", ")) }
}

fn condition(recording: &Recording) -> String {
    pretty(&recording.expression).unwrap_or_else(|| recording.expression.clone())
}
