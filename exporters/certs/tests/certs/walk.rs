//! Which files a configured path stands for, through the scanner, on a real file system.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use lookout_certs::files::{PlaceScan, Plan, Scanner};
use lookout_certs_spec::Settings;
use lookout_certs_spec::config::Limits;
use tempfile::TempDir;

use crate::support::fixture;

/// A directory with these files, each holding a root.
fn directory(files: &[&str]) -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    for file in files {
        let path = directory.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, fixture("root.pem")).unwrap();
    }
    directory
}

fn scan_with(settings: &Settings) -> Vec<PlaceScan> {
    Scanner::new(Plan::new(settings).unwrap()).scan().places
}

/// What one pattern below `directory` finds: relative paths, and faults as `reason relative-path`.
fn found(directory: &Path, pattern: &str) -> (Vec<String>, Vec<String>) {
    let files = vec![directory.join(pattern).display().to_string()];
    let place = scan_with(&Settings { files, ..Settings::default() }).remove(0);
    let relative = |path: &Path| path.strip_prefix(directory).unwrap_or(path).display().to_string();
    let files = place.files.iter().map(|(path, _)| relative(path)).collect();
    let faults =
        place.faults.iter().map(|fault| format!("{} {}", fault.reason, relative(&fault.path))).collect();
    (files, faults)
}

#[track_caller]
fn check(directory: &Path, pattern: &str, files: &[&str], faults: &[&str]) {
    let (found_files, found_faults) = found(directory, pattern);
    assert_eq!(found_files, files, "files of {pattern}; faults: {found_faults:?}");
    assert_eq!(found_faults, faults, "faults of {pattern}");
}

#[test]
fn wildcards_match_within_one_directory_and_two_stars_below_all() {
    let directory = directory(&[
        "a.pem",
        "b.crt",
        "sub/c.pem",
        "sub/deep/d.pem",
        "other/e.pem",
        ".hidden.pem",
        ".x/f.pem",
    ]);
    let root = directory.path();
    check(root, "*.pem", &["a.pem"], &[]);
    check(root, "*.{pem,crt}", &["a.pem", "b.crt"], &[]);
    check(root, "*/*.pem", &["other/e.pem", "sub/c.pem"], &[]);
    check(root, "**/*.pem", &["a.pem", "other/e.pem", "sub/c.pem", "sub/deep/d.pem"], &[]);
    check(root, "sub/**/d.pem", &["sub/deep/d.pem"], &[]);
    check(root, "?.pem", &["a.pem"], &[]);
    check(root, "[b-z].*", &["b.crt"], &[]);
    check(root, ".*.pem", &[".hidden.pem"], &[]);
}

#[test]
fn a_directory_stands_for_its_certificate_files_and_not_for_those_below() {
    let directory =
        directory(&["a.pem", "b.crt", "c.cer", "d.cert", "e.PEM", "notes.txt", "tls.key", "sub/f.pem"]);
    let directories = vec![directory.path().display().to_string()];
    let place = scan_with(&Settings { directories, ..Settings::default() }).remove(0);
    let names: Vec<_> =
        place.files.iter().map(|(path, _)| path.file_name().unwrap().to_str().unwrap()).collect();
    assert_eq!(names, ["a.pem", "b.crt", "c.cer", "d.cert", "e.PEM"]);
}

#[test]
fn what_is_configured_and_not_there_is_a_fault() {
    let directory = directory(&["a.pem"]);
    let root = directory.path();
    check(root, "b.pem", &[], &["not_found b.pem"]);
    check(root, "missing/*.pem", &[], &["not_found missing"]);
    check(root, "*.crt", &[], &["empty *.crt"]);
    check(root, "*/tls.crt", &[], &["empty */tls.crt"]);
    // That one directory of several lacks the file is no fault.
    fs::create_dir(root.join("sub")).unwrap();
    fs::write(root.join("sub/tls.crt"), fixture("root.pem")).unwrap();
    fs::create_dir(root.join("without")).unwrap();
    check(root, "*/tls.crt", &["sub/tls.crt"], &[]);
}

#[test]
fn a_place_is_reachable_if_it_can_be_listed_or_read() {
    let directory = directory(&["a.pem"]);
    let path = |name: &str| directory.path().join(name).display().to_string();
    let files = vec![path("a.pem"), path("b.pem"), path("*.crt"), path("missing/*.pem")];
    let reachable: Vec<_> = scan_with(&Settings { files, ..Settings::default() })
        .iter()
        .map(|place| place.is_reachable)
        .collect();
    assert_eq!(reachable, [true, false, true, false]);
}

#[test]
fn symbolic_links_are_followed_and_circles_end() {
    let directory = directory(&["real/a.pem"]);
    let root = directory.path();
    symlink(root.join("real"), root.join("linked")).unwrap();
    symlink(root, root.join("real/up")).unwrap();
    symlink("real/a.pem", root.join("b.pem")).unwrap();
    symlink("nowhere", root.join("broken.pem")).unwrap();
    symlink("circle.pem", root.join("circle.pem")).unwrap();
    check(root, "b.pem", &["b.pem"], &[]);
    check(root, "broken.pem", &[], &["not_found broken.pem"]);
    check(root, "circle.pem", &[], &["io circle.pem"]);
    check(root, "linked/*.pem", &["linked/a.pem"], &[]);
    let (files, faults) = found(root, "**/a.pem");
    // `linked` and `real` are one directory, and `up` leads back to the start: each is entered once.
    assert_eq!(files, ["linked/a.pem"]);
    assert_eq!(faults, Vec::<String>::new());
}

#[test]
fn pipes_and_directories_are_never_opened() {
    let directory = directory(&["a.pem"]);
    let root = directory.path();
    let made = std::process::Command::new("mkfifo").arg(root.join("pipe.pem")).status().unwrap();
    assert!(made.success());
    fs::create_dir(root.join("folder.pem")).unwrap();
    check(root, "*.pem", &["a.pem"], &[]);
    check(root, "pipe.pem", &[], &["io pipe.pem"]);
    check(root, "folder.pem", &[], &["io folder.pem"]);
}

#[test]
fn a_key_that_a_wildcard_matches_is_passed_over_and_one_that_was_named_is_a_fault() {
    let directory = directory(&["cert.pem"]);
    let key = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
    fs::write(directory.path().join("privkey.pem"), key).unwrap();
    check(directory.path(), "*.pem", &["cert.pem"], &[]);
    let (files, _) = found(directory.path(), "privkey.pem");
    assert_eq!(files, ["privkey.pem"]);
}

#[test]
fn a_file_of_two_places_belongs_to_the_first() {
    let directory = directory(&["a.pem", "b.pem"]);
    let path = |name: &str| directory.path().join(name).display().to_string();
    let files = vec![path("a.pem"), path("*.pem")];
    let counts: Vec<_> =
        scan_with(&Settings { files, ..Settings::default() }).iter().map(|place| place.files.len()).collect();
    assert_eq!(counts, [1, 1]);
}

#[test]
fn more_files_than_the_limit_are_reported() {
    let directory = directory(&["a.pem", "b.pem", "c.pem"]);
    let files = vec![directory.path().join("*.pem").display().to_string()];
    let limits = Limits { max_files: 2, ..Limits::default() };
    let place = scan_with(&Settings { files, limits, ..Settings::default() }).remove(0);
    let reasons: BTreeMap<_, _> =
        place.faults.iter().map(|fault| (fault.reason.as_str(), &fault.message)).collect();
    assert_eq!(place.files.len(), 2);
    assert!(reasons["too_many"].contains("more than 2 files"), "{reasons:?}");
}
