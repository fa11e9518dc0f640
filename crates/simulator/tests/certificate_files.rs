//! Files in all their states, and the ways in which they change.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use std::fs;
use std::io::ErrorKind;
use std::os::unix::fs::MetadataExt as _;
use std::sync::Arc;

use jiff::Timestamp;
use lookout_simulator::{
    Authorities, CertificateFiles, FileContent, IssuedCertificate, SimulatorError, Validity,
};
use rustls_pki_types::pem::PemObject as _;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use x509_parser::prelude::{FromDer as _, X509Certificate};

fn now() -> Timestamp {
    "2026-09-01T12:00:00Z".parse().unwrap()
}

fn authorities() -> Authorities {
    Authorities::create(now()).unwrap()
}

fn issue(name: &str) -> Arc<IssuedCertificate> {
    Arc::new(authorities().issue(name, Validity::current(now())).unwrap())
}

/// How many certificates can be read from a file, and whether there was anything wrong with it.
fn read(files: &CertificateFiles, name: &str) -> (usize, bool) {
    let bytes = fs::read(files.path(name)).unwrap();
    let found: Vec<_> = CertificateDer::pem_slice_iter(&bytes).collect();
    let parsed = found
        .iter()
        .filter(|der| der.as_ref().is_ok_and(|der| X509Certificate::from_der(der).is_ok()))
        .count();
    (parsed, parsed < found.len())
}

#[test]
fn every_content_is_what_it_says() {
    let files = CertificateFiles::temporary().unwrap();
    let certificate = issue("server.example");
    let authorities = authorities();
    let bundle = FileContent::bundle(&[&authorities.root, &authorities.intermediate, &authorities.stranger]);
    let cut = |bytes| FileContent::Truncated { certificate: Arc::clone(&certificate), bytes };
    let after_the_leaf = certificate.leaf_pem().len() + 100;
    let cases = [
        ("chain", FileContent::Chain(Arc::clone(&certificate)), (2, false)),
        ("chain of three", FileContent::ChainWithRoot(Arc::clone(&certificate)), (3, false)),
        ("key", FileContent::Key(Arc::clone(&certificate)), (0, false)),
        ("key and chain", FileContent::KeyAndChain(Arc::clone(&certificate)), (2, false)),
        ("bundle", bundle, (3, false)),
        ("cut in the first", cut(400), (0, true)),
        ("cut in the second", cut(after_the_leaf), (1, true)),
        ("garbage", FileContent::GarbageInArmour, (0, true)),
        ("empty", FileContent::Empty, (0, false)),
        ("not PEM", FileContent::NotPem, (0, false)),
    ];
    for (name, content, expected) in cases {
        files.write(name, &content).unwrap();
        assert_eq!(read(&files, name), expected, "{name}");
    }
}

#[test]
fn garbage_in_armour_is_well_armoured() {
    let files = CertificateFiles::temporary().unwrap();
    let path = files.write("garbage.pem", &FileContent::GarbageInArmour).unwrap();
    let der = CertificateDer::from_pem_slice(&fs::read(path).unwrap()).expect("only the inside is garbage");
    assert!(X509Certificate::from_der(&der).is_err());
}

#[test]
fn a_huge_file_is_as_large_as_asked_and_takes_no_room() {
    let files = CertificateFiles::temporary().unwrap();
    let bytes = 1 << 32;
    let path =
        files.write("huge.pem", &FileContent::Huge { certificate: issue("server.example"), bytes }).unwrap();
    let metadata = fs::metadata(path).unwrap();
    assert_eq!(metadata.len(), bytes);
    assert!(metadata.blocks() * 512 < 1 << 20, "{} blocks", metadata.blocks());
}

#[test]
fn writing_keeps_the_file_and_replacing_makes_a_new_one() {
    let files = CertificateFiles::temporary().unwrap();
    let path = files.write("a.pem", &FileContent::Chain(issue("one.example"))).unwrap();
    let first = fs::metadata(&path).unwrap().ino();
    files.write("a.pem", &FileContent::Empty).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().ino(), first);
    files.replace("a.pem", &FileContent::Chain(issue("two.example"))).unwrap();
    assert_ne!(fs::metadata(&path).unwrap().ino(), first);
    assert_eq!(read(&files, "a.pem"), (2, false));
    assert_eq!(fs::read_dir(files.directory()).unwrap().count(), 1, "nothing is left beside it");
}

#[test]
fn a_volume_is_swapped_as_the_kubelet_does_it() {
    let files = CertificateFiles::temporary().unwrap();
    let swap = |certificate: &Arc<IssuedCertificate>| {
        let chain = FileContent::Chain(Arc::clone(certificate));
        let key = FileContent::Key(Arc::clone(certificate));
        files.swap_volume("volumes/trino", &[("tls.crt", &chain), ("tls.key", &key)], now()).unwrap()
    };
    let first = issue("one.example");
    let volume = swap(&first);
    let first_directory = fs::read_link(volume.join("..data")).unwrap();
    assert_eq!(first_directory.to_str(), Some("..2026_09_01_12_00_00.000000001"));
    assert_eq!(fs::read_link(volume.join("tls.crt")).unwrap().to_str(), Some("..data/tls.crt"));
    let link_before = fs::symlink_metadata(volume.join("tls.crt")).unwrap().ino();

    let second = issue("two.example");
    swap(&second);
    assert_eq!(fs::read_to_string(volume.join("tls.crt")).unwrap(), second.chain_pem());
    let key = PrivateKeyDer::from_pem_slice(&fs::read(volume.join("tls.key")).unwrap()).unwrap();
    assert_eq!(key.secret_der(), second.key().secret_der());
    assert_eq!(fs::symlink_metadata(volume.join("tls.crt")).unwrap().ino(), link_before, "the link stays");
    assert!(!volume.join(first_directory).exists(), "the former directory is removed");
    assert_eq!(fs::read_dir(&volume).unwrap().count(), 4, "two links, `..data` and its directory");
}

#[test]
fn a_volume_loses_the_files_that_are_no_longer_in_it() {
    let files = CertificateFiles::temporary().unwrap();
    let content = FileContent::NotPem;
    files.swap_volume("v", &[("tls.crt", &content), ("ca.crt", &content)], now()).unwrap();
    let volume = files.swap_volume("v", &[("tls.crt", &content)], now()).unwrap();
    assert!(volume.join("tls.crt").exists());
    assert!(fs::symlink_metadata(volume.join("ca.crt")).is_err());
}

#[test]
fn a_link_to_nothing_is_listed_and_cannot_be_read() {
    let files = CertificateFiles::temporary().unwrap();
    files.write("a.pem", &FileContent::Empty).unwrap();
    let path = files.link_to_nothing("a.pem").unwrap();
    assert_eq!(fs::read_dir(files.directory()).unwrap().count(), 1);
    assert_eq!(fs::read(path).unwrap_err().kind(), ErrorKind::NotFound);
}

#[test]
fn a_removed_file_is_gone_and_may_be_removed_again() {
    let files = CertificateFiles::temporary().unwrap();
    let path = files.write("a.pem", &FileContent::Empty).unwrap();
    files.remove("a.pem").unwrap();
    assert!(!path.exists());
    files.remove("a.pem").unwrap();
}

#[test]
fn a_temporary_directory_goes_and_a_given_one_stays() {
    let temporary = CertificateFiles::temporary().unwrap();
    temporary.write("deep/below/a.pem", &FileContent::Empty).unwrap();
    let given = temporary.path("given");
    let files = CertificateFiles::in_directory(&given).unwrap();
    files.write("a.pem", &FileContent::Empty).unwrap();
    drop(files);
    assert!(given.join("a.pem").exists());
    let directory = temporary.directory().to_owned();
    drop(temporary);
    assert!(!directory.exists());
}

#[test]
fn an_error_names_what_was_tried_and_where() {
    let files = CertificateFiles::temporary().unwrap();
    files.write("file", &FileContent::Empty).unwrap();
    let error = files.write("file/below.pem", &FileContent::Empty).unwrap_err();
    assert!(matches!(error, SimulatorError::ChangeFile { .. }));
    assert_eq!(error.to_string(), format!("cannot create the directory `{}`", files.path("file").display()));
}
