//! One family of faults per file under `fixtures/invalid`, with what is said about it beside it. Written anew with
//! `LOOKOUT_BLESS=1 cargo test -p lookout-config`; read the difference before it is committed.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use lookout_config::load_bytes;

use crate::sample::Settings;

#[test]
fn invalid_files_are_answered_as_expected() {
    let mut different = Vec::new();
    let files = yaml_files("invalid");
    for file in &files {
        let faults = load_bytes::<Settings>(&name(file), &fs::read(file).unwrap()).expect_err(&name(file));
        let (said, expected) = (format!("{faults}\n"), file.with_extension("expect.txt"));
        if env::var_os("LOOKOUT_BLESS").is_some() {
            fs::write(&expected, &said).unwrap();
        }
        let wanted = fs::read_to_string(&expected).unwrap_or_default();
        if said != wanted {
            different.push(format!("── {}: wanted\n{wanted}── got\n{said}", name(file)));
        }
    }
    assert!(files.len() >= 20, "only {} files", files.len());
    assert!(different.is_empty(), "{}", different.join("\n"));
}

#[test]
fn no_expectation_is_left_without_its_file() {
    for expectation in files_with("invalid", ".expect.txt") {
        let name = name(&expectation).replace(".expect.txt", ".yaml");
        assert!(expectation.with_file_name(&name).exists(), "{name} is missing");
    }
}

#[test]
fn valid_files_load() {
    for file in yaml_files("valid") {
        if let Err(faults) = load_bytes::<Settings>(&name(&file), &fs::read(&file).unwrap()) {
            panic!("{faults}");
        }
    }
}

#[test]
fn an_empty_file_and_one_of_comments_are_the_defaults() {
    for file in ["empty.yaml", "comments.yaml", "empty_sections.yaml"] {
        let path = folder("valid").join(file);
        assert_eq!(
            load_bytes::<Settings>(file, &fs::read(path).unwrap()).unwrap(),
            Settings::default(),
            "{file}"
        );
    }
}

fn yaml_files(kind: &str) -> Vec<PathBuf> {
    files_with(kind, ".yaml")
}

fn files_with(kind: &str, end: &str) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> =
        fs::read_dir(folder(kind)).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| name(file).ends_with(end));
    files.sort();
    files
}

fn folder(kind: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(kind)
}

fn name(file: &Path) -> String {
    file.file_name().unwrap().to_string_lossy().into_owned()
}
