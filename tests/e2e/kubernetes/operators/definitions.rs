//! Rules for old releases of prometheus-operator, held against the definitions of the oldest. It says nothing of what it does not
//! know: without being told to be strict, the API server drops such a field, and an alert flaps.

use super::Stage;
use crate::rendering::Rendering;
use crate::tools::{run, words};

#[test]
fn the_oldest_definitions_know_every_field_that_is_rendered_for_them() {
    let stage = Stage::start("prometheus-operator-old", "PROMETHEUS_OPERATOR_OLD_CRDS");
    stage.create(&Rendering::new("prometheusrule", Some("0.60.0")).files("yaml"));
    // What is rendered for the newest has fields that they do not know, or this proves nothing.
    let newest = Rendering::new("prometheusrule", None);
    let newest = newest.files("yaml");
    let file = newest
        .iter()
        .find(|file| std::fs::read_to_string(file).expect("it was rendered").contains("keep_firing_for:"));
    let output = run(&mut stage.creation(file.expect("some alert keeps firing")), b"");
    assert!(!output.status.success(), "the oldest definitions know everything");
    assert!(words(&output).contains("keep_firing_for"), "{}", words(&output));
}
