//! Expressions of others, against the metrics of the catalogue: there is always an answer, and problems lie in the text.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use lookout_catalog::ALL;
use lookout_declarations::Declaration;
use lookout_promql::{Expression, Foreign, check_foreign, name_of};

static DECLARATIONS: LazyLock<Vec<&'static Declaration>> =
    LazyLock::new(|| ALL.iter().flat_map(|exporter| exporter.metrics).copied().collect());

const RECORDED: [&str; 2] = ["job:lookout_source_up:min", "lookout_source_ups"];

fuzz_target!(|text: &str| {
    match check_foreign(text, &DECLARATIONS, &RECORDED) {
        Foreign::NotOurs | Foreign::Sound => {}
        Foreign::Unread(why) => assert!(!why.is_empty()),
        Foreign::Wrong(problems) => {
            assert!(!problems.is_empty());
            for problem in &problems {
                assert!(!problem.message.is_empty());
                // The lines of a text that ends with one are as many as its line ends, and one more.
                let line = problem.place.position.map_or(1, |(line, _)| line);
                assert!((1..=text.matches('\n').count() + 1).contains(&line), "{problem}");
            }
        }
    }
    // What is told of a sound expression follows its text.
    if let Ok(expression) = Expression::parse(text) {
        let names: Vec<&str> = expression.selectors().into_iter().filter_map(name_of).collect();
        assert!(names.len() <= text.len());
        if let Some(same) = expression.with_matchers(|_| String::new()) {
            assert_eq!(same, text, "without more matchers it is the same");
        }
    }
});
