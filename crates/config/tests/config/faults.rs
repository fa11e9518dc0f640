//! The forms in which faults are given away, and what checks say without a file.

use lookout_config::{Complaints, MAX_FAULTS, Ratio, load};
use serde_json::json;

use crate::sample::{Settings, Tenant};

#[test]
fn faults_are_one_line_each() {
    let faults = load::<Settings>("lookout.yaml", "certs:\n  enabled: on\n  fils: []\n").unwrap_err();
    assert_eq!(
        faults.to_string(),
        "lookout.yaml:2:12: certs.enabled: expected `true` or `false`, found `on`; did you mean `true`?\n\
         lookout.yaml:3:3: certs.fils: unknown key; did you mean `files`?"
    );
}

#[test]
fn faults_serialise_for_tools() {
    let faults = load::<Settings>("lookout.yaml", "certs:\n  fils: []\nlog: 3\n").unwrap_err();
    assert_eq!(
        serde_json::to_value(faults).unwrap(),
        json!({
            "faults": [
                {
                    "file": "lookout.yaml", "line": 2, "column": 3, "path": "certs.fils",
                    "message": "unknown key", "suggestion": "files",
                },
                {
                    "file": "lookout.yaml", "line": 3, "column": 6, "path": "log",
                    "message": "expected a mapping, found a number",
                },
            ],
            "complete": true,
        })
    );
}

#[test]
fn columns_count_characters() {
    let faults = load::<Settings>("lookout.yaml", "log: {fields: {ключ: é}, fromat: text}\n").unwrap_err();
    assert_eq!((faults.faults[0].line, faults.faults[0].column), (1, 26));
}

#[test]
fn values_in_messages_cannot_steer_the_terminal() {
    let faults = load::<Settings>("lookout.yaml", "log: {format: \"\\ejson\"}\n").unwrap_err();
    assert_eq!(
        faults.to_string(),
        "lookout.yaml:1:15: log.format: unknown value `\\u{1b}json`; did you mean `json`?"
    );
}

#[test]
fn settings_without_a_file_can_be_checked() {
    let mut settings = Settings::default();
    assert_eq!(Complaints::of(&settings), Vec::<String>::new());
    settings.certs.warning_days = 0;
    settings.tenants.insert("a.b".to_owned(), Tenant { share: Some(Ratio::from_percent(50)), contact: None });
    assert_eq!(
        Complaints::of(&settings),
        [
            "certs.warning_days: must be from 1 to 365, not 0",
            "certs.critical_days: must be fewer than `warning_days`, which is 0",
            "tenants[\"a.b\"].contact: must be set if the tenant has a `share`",
        ]
    );
}

#[test]
fn complaints_are_bounded() {
    let tenants = (0..1000)
        .map(|number| (number.to_string(), Tenant { share: Some(Ratio::from_percent(1)), contact: None }))
        .collect();
    let settings = Settings { tenants, ..Settings::default() };
    assert_eq!(Complaints::of(&settings).len(), 4 * MAX_FAULTS);
    let file = serde_json::to_string(&settings).unwrap();
    let faults = load::<Settings>("lookout.yaml", &file).unwrap_err();
    assert_eq!((faults.faults.len(), faults.complete), (MAX_FAULTS, false));
}
