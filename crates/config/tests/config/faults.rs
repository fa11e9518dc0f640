//! The forms in which faults are given away, and what checks say without a file.

use lookout_config::{Complaints, MAX_FAULTS, Ratio, load, load_bytes_then, load_then};
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

/// Says about each endpoint that nobody answers there, as only a network could tell.
fn nobody_answers(settings: &Settings, complaints: &mut Complaints) {
    for index in 0..settings.certs.endpoints.len() {
        complaints.add_alone(&format!("certs.endpoints[{index}].address"), "nobody answers");
    }
    complaints.add("certs", "nobody answers anywhere");
}

#[test]
fn what_is_found_afterwards_has_its_place_among_the_rest() {
    let text = "certs:\n  endpoints:\n  - {name: a, address: 'a:1'}\n  - {name: b, address: 'b:1'}\n  warning_days: 0\n";
    let faults = load_then("lookout.yaml", text, |settings: Settings, complaints: &mut Complaints| {
        nobody_answers(&settings, complaints);
    });
    assert_eq!(
        faults.unwrap_err().to_string(),
        "lookout.yaml:1:1: certs.critical_days: must be fewer than `warning_days`, which is 0\n\
         lookout.yaml:1:1: certs: nobody answers anywhere\n\
         lookout.yaml:3:24: certs.endpoints[0].address: nobody answers\n\
         lookout.yaml:4:24: certs.endpoints[1].address: nobody answers\n\
         lookout.yaml:5:17: certs.warning_days: must be from 1 to 365, not 0"
    );
}

#[test]
fn what_is_wrong_alone_is_said_beside_other_faults_and_what_may_follow_from_them_is_not() {
    let text =
        "certs:\n  endpoints:\n  - {name: a, address: [a]}\n  - {name: b, address: 'b:1', cofnig: x}\n";
    let faults = load_then("lookout.yaml", text, |settings: Settings, complaints: &mut Complaints| {
        nobody_answers(&settings, complaints);
    });
    let said = faults.unwrap_err().to_string();
    assert!(said.contains("4:24: certs.endpoints[1].address: nobody answers"), "{said}");
    assert!(!said.contains("[0].address: nobody") && !said.contains("anywhere"), "{said}");
}

#[test]
fn what_comes_afterwards_is_given_only_if_nothing_is_wrong() {
    let then = |settings: Settings, _: &mut Complaints| settings.certs.warning_days;
    assert_eq!(load_then("lookout.yaml", "certs: {warning_days: 30}", then), Ok(30));
    assert_eq!(load_bytes_then("lookout.yaml", b"", then), Ok(Settings::default().certs.warning_days));
    assert!(load_then("lookout.yaml", "certs: {warning_days: 30}\nlog: 3", then).is_err());
    assert!(load_bytes_then("lookout.yaml", b"\xff", then).is_err());
}
