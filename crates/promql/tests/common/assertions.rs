//! What a text must be: sound, or refused for these reasons.

use lookout_promql::{Rule, check};

use crate::declared;

/// Series of other exporters.
pub(crate) const FOREIGN: &[&str] = &["kube_pod_info"];

/// There is no problem with `text`.
#[track_caller]
pub(crate) fn sound(text: &str) {
    if let Err(problems) = check(text, declared::METRICS, FOREIGN) {
        panic!("{text}\n--- expected no problem\n--- found\n{problems:#?}");
    }
}

/// The problems of `text` must be these, each by its rule and a part of its printed form.
#[track_caller]
pub(crate) fn refused(text: &str, expected: &[(Rule, &str)]) {
    let problems = check(text, declared::METRICS, FOREIGN).expect_err(text);
    let matches = problems.len() == expected.len()
        && problems
            .iter()
            .zip(expected)
            .all(|(problem, (rule, part))| problem.rule == *rule && problem.to_string().contains(part));
    let printed: Vec<String> =
        problems.iter().map(|problem| format!("{:?} {problem}", problem.rule)).collect();
    assert!(matches, "{text}\n--- expected\n{expected:#?}\n--- found\n{printed:#?}");
}
