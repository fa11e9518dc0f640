//! The section `probe` as people write it. The answers to wrong files are written anew with
//! `LOOKOUT_BLESS=1 cargo test -p lookout-probe-spec`; read the difference before it is committed.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::fs;
use std::path::{Path, PathBuf};

use lookout_config::{Complaints, HumanDuration, default_file, load, open_objects, schema};
use lookout_probe_spec::config::{DEFAULT_MODULE, ProberKind};
use lookout_probe_spec::{SPEC, Settings, alerts};

fn files(kind: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(kind);
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "yaml"));
    files.sort();
    files
}

fn load_file(file: &Path) -> Result<Settings, String> {
    let name = file.file_name().unwrap().to_string_lossy();
    load::<Settings>(&name, &fs::read_to_string(file).unwrap()).map_err(|faults| faults.to_string())
}

#[test]
fn each_wrong_file_is_answered_as_expected() {
    let files = files("invalid");
    assert!(!files.is_empty());
    for file in files {
        let faults = load_file(&file).expect_err(&file.display().to_string());
        lookout_testkit::golden::check(file.with_extension("expect.txt"), &(faults + "\n"));
    }
}

#[test]
fn right_files_load() {
    let files = files("valid");
    assert!(!files.is_empty());
    for file in files {
        load_file(&file).unwrap_or_else(|faults| panic!("{faults}"));
    }
}

#[test]
fn the_default_file_is_the_default_and_holds() {
    assert_eq!(load::<Settings>("default.yaml", &default_file::<Settings>()).unwrap(), Settings::default());
    assert_eq!(Complaints::of(&Settings::default()), Vec::<String>::new());
    assert_eq!(open_objects(&schema::<Settings>()), Vec::<String>::new());
}

#[test]
fn built_in_modules_are_there_and_give_way() {
    let text = "modules: { tcp_connect: { prober: http }, mine: { prober: tls } }";
    let settings = load::<Settings>("lookout.yaml", text).unwrap();
    let kinds: Vec<_> =
        settings.effective_modules().into_iter().map(|(name, module)| (name, module.prober)).collect();
    let expected = [
        (DEFAULT_MODULE, ProberKind::Http),
        ("mine", ProberKind::Tls),
        ("tcp_connect", ProberKind::Http),
        ("tls_connect", ProberKind::Tls),
    ];
    assert_eq!(kinds, expected.map(|(name, kind)| (name.to_owned(), kind)));
}

#[test]
fn alerts_stand_on_the_settings_in_force() {
    let mut settings = Settings::default();
    settings.alerts.failing_for = HumanDuration::from_minutes(2);
    settings.alerts.certificate_remaining = HumanDuration::from_days(7);
    let [failing, expiring] = &alerts(&settings)[..] else { panic!("two alerts") };
    assert_eq!(failing.hold, HumanDuration::from_minutes(2).get());
    assert!(expiring.expression.ends_with("< 604800"), "{}", expiring.expression);
}

#[test]
fn every_alert_is_sound() {
    for alert in alerts(&Settings::default()) {
        assert_eq!(lookout_promql::check_alert(&alert, SPEC.metrics, &[]), Vec::new(), "{}", alert.name);
    }
}
