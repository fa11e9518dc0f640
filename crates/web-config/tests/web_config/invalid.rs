//! One family of mistakes per file under `fixtures/invalid`, with what is said about it beside it. Written anew with
//! `LOOKOUT_BLESS=1 cargo test -p lookout-web-config`; read the difference before it is committed.

use std::{
    fs,
    path::{Path, PathBuf},
};

use lookout_testkit::golden;

use crate::{authority::Authority, site::Site};

/// The files that the fixtures name beside those of every site.
fn site() -> Site {
    let site = Site::new();
    site.write("empty.pem", "");
    site.write("text.pem", "this is no PEM\n");
    site.write("damaged.pem", "-----BEGIN CERTIFICATE-----\n????\n-----END CERTIFICATE-----\n");
    site.write("open.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n");
    site.write("nonsense.crt", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    site.write("nonsense.key", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
    site.write(
        "encrypted.key",
        "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n",
    );
    site.write(
        "old-encrypted.key",
        "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nAAAA\n-----END RSA PRIVATE \
         KEY-----\n",
    );
    site.write("large.pem", vec![b'x'; 1024 * 1024 + 1]);
    site.write("stranger.crt", Authority::new("Stranger").server().pem);
    fs::create_dir(site.path("directory")).unwrap();
    site
}

#[test]
fn invalid_files_are_answered_as_expected() {
    let (site, files) = (site(), fixtures(".yml"));
    for file in &files {
        let faults = site.faults(&fs::read_to_string(file).unwrap());
        golden::check(file.with_extension("expect.txt"), &format!("{faults}\n"));
    }
    assert!(files.len() >= 12, "only {} files", files.len());
}

#[test]
fn no_expectation_is_left_without_its_file() {
    for expectation in fixtures(".expect.txt") {
        let file = expectation.to_str().unwrap().replace(".expect.txt", ".yml");
        assert!(Path::new(&file).exists(), "{file} is missing");
    }
}

#[test]
fn a_file_that_is_not_there_is_said_with_its_reason() {
    let site = Site::new();
    let error = lookout_web_config::load(&site.path("none.yml")).unwrap_err();
    assert!(error.to_string().starts_with("cannot read the web configuration `"), "{error}");
    let reason = std::error::Error::source(&error).unwrap().to_string();
    assert!(reason.contains("No such file"), "{reason}");
}

fn fixtures(end: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/invalid");
    let mut files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.to_str().unwrap().ends_with(end));
    files.sort();
    files
}
