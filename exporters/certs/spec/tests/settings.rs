//! The section `certs` as people write it. The answers to wrong files are written anew with
//! `LOOKOUT_BLESS=1 cargo test -p lookout-certs-spec`; read the difference before it is committed.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::fs;
use std::path::{Path, PathBuf};

use lookout_certs_spec::Settings;
use lookout_config::{Complaints, Ratio, default_file, load, open_objects, schema};

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
fn alerts_stand_on_the_settings_in_force() {
    let mut settings = Settings::default();
    settings.alerts.warning.life_left = Ratio::from_percent(33);
    let expression = |settings: &Settings, name: &str| {
        let alerts = lookout_certs_spec::alerts(settings);
        alerts.into_iter().find(|alert| alert.name == name).unwrap().expression
    };
    let changed = expression(&settings, "LookoutCertsStoredExpiring");
    assert!(changed.contains("< 0.33 *") && changed.contains("< 2419200"), "{changed}");
    let default = expression(&Settings::default(), "LookoutCertsStoredExpiring");
    assert!(default.contains("< 0.25 *"), "{default}");
    let critical = expression(&Settings::default(), "LookoutCertsStoredExpiringSoon");
    assert!(critical.contains("< 0.1 *") && critical.contains("< 1209600"), "{critical}");
}
