//! The whole configuration: complete, closed, and equal to its own default file.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use lookout_catalog::{ALL, Settings};
use lookout_config::{Complaints, default_file, load, open_objects, schema};

/// The sections of no exporter.
const OTHERS: &[&str] = &["objectives", "notifications"];

#[test]
fn the_default_settings_hold() {
    assert_eq!(Complaints::of(&Settings::default()), Vec::<String>::new());
}

#[test]
fn the_default_file_is_the_default() {
    let text = default_file::<Settings>();
    assert_eq!(
        load::<Settings>("lookout.yaml", &text).expect("the default file is valid"),
        Settings::default()
    );
    assert_eq!(load::<Settings>("lookout.yaml", "").expect("an empty file is valid"), Settings::default());
}

#[test]
fn every_exporter_has_a_section() {
    let schema = schema::<Settings>();
    let sections = schema["properties"].as_object().expect("the schema lists its properties");
    for exporter in ALL.iter().filter(|exporter| exporter.name != lookout_self_metrics::NAME) {
        let section = exporter.name.replace('-', "_");
        assert!(sections.contains_key(&section), "`{section}` is no section of {:?}", sections.keys());
    }
    assert_eq!(
        sections.len() + 1,
        ALL.len() + OTHERS.len(),
        "a section without an exporter: {:?}",
        sections.keys()
    );
}

#[test]
fn an_exporter_that_is_switched_off_says_by_which_key() {
    let settings = load::<Settings>("lookout.yaml", "certs:\n  enabled: false\n").expect("it is valid");
    assert_eq!(settings.switched_off_by("certs"), Some("certs.enabled"));
    for exporter in ALL {
        assert_eq!(Settings::default().switched_off_by(exporter.name), None, "{}", exporter.name);
    }
}

#[test]
fn every_exporter_has_a_series_budget_of_its_own() {
    let settings = load::<Settings>("lookout.yaml", "certs:\n  series_budget: 5\n").expect("it is valid");
    assert_eq!(settings.series_budget("certs"), Some(5));
    for exporter in ALL {
        let has_section = exporter.name != lookout_self_metrics::NAME;
        assert_eq!(settings.series_budget(exporter.name).is_some(), has_section, "{}", exporter.name);
    }
}

#[test]
fn the_schema_is_closed() {
    assert_eq!(open_objects(&schema::<Settings>()), Vec::<String>::new());
}

#[test]
fn sections_are_checked_and_named() {
    let faults =
        load::<Settings>("lookout.yaml", "certs:\n  period: 1ms\n").expect_err("the period is too short");
    assert!(faults.to_string().contains("lookout.yaml:2:11: certs.period"), "{faults}");
    let faults = load::<Settings>("lookout.yaml", "cert: {}\n").expect_err("there is no such section");
    assert!(faults.to_string().contains("`certs`"), "{faults}");
}
