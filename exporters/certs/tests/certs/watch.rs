//! That changes of files end the wait for the next cycle.

use core::time::Duration;
use std::fs;
use std::sync::Arc;

use lookout_certs::files::{FileSource, Plan};
use lookout_certs_spec::Settings;
use lookout_runtime::Source;
use lookout_simulator::{Authorities, CertificateFiles, FileContent, Validity};
use tokio::time::timeout;

use crate::support::{cycle, fixed_now, fixture};

/// Far longer than any notice takes.
const PATIENCE: Duration = Duration::from_mins(1);

fn source(files: &CertificateFiles, pattern: &str) -> FileSource {
    let settings = Settings { files: vec![files.path(pattern).display().to_string()], ..Settings::default() };
    FileSource::new(Plan::new(&settings).unwrap())
}

/// Reads, and reads again because of the directories that are new: from here on only changes wake the source.
async fn settle(source: &mut FileSource) {
    cycle(source, fixed_now()).await;
    assert!(timeout(PATIENCE, source.changed()).await.is_ok(), "a new directory counts as a change");
    cycle(source, fixed_now()).await;
}

/// Waits for the change that `act` makes to be noticed, then reads.
async fn noticed(source: &mut FileSource, what: &str, act: impl FnOnce()) -> Vec<String> {
    act();
    assert!(timeout(PATIENCE, source.changed()).await.is_ok(), "not noticed: {what}");
    let (scrape, _) = cycle(source, fixed_now()).await;
    let family = scrape.family("x509_cert_not_after");
    let names =
        family.iter().flat_map(|family| &family.samples).filter_map(|sample| sample.label("subject_CN"));
    names.filter(|name| name.ends_with(".example")).map(str::to_owned).collect()
}

#[tokio::test]
async fn writing_renaming_swapping_and_removing_are_noticed() {
    let files = CertificateFiles::temporary().unwrap();
    let authorities = Authorities::create(fixed_now()).unwrap();
    let chain = |name: &str| {
        let certificate = authorities.issue(name, Validity::current(fixed_now())).unwrap();
        FileContent::Chain(Arc::new(certificate))
    };
    let (a, b, c) = (chain("a.example"), chain("b.example"), chain("c.example"));
    files.swap_volume("mounted", &[("tls.crt", &a)], fixed_now()).unwrap();
    let mut source = source(&files, "mounted/*.crt");
    settle(&mut source).await;

    let names = noticed(&mut source, "a link swap", || {
        files.swap_volume("mounted", &[("tls.crt", &b)], fixed_now()).unwrap();
    });
    assert_eq!(names.await, ["b.example"]);
    // The links lead to a new directory now.
    settle(&mut source).await;
    let names = noticed(&mut source, "a new file", || {
        files.write("mounted/new.crt", &c).unwrap();
    });
    assert_eq!(names.await, ["c.example", "b.example"]);
    let names = noticed(&mut source, "a rename", || {
        files.replace("mounted/new.crt", &a).unwrap();
    });
    assert_eq!(names.await, ["a.example", "b.example"]);
    let names = noticed(&mut source, "a removal", || files.remove("mounted/new.crt").unwrap());
    assert_eq!(names.await, ["b.example"]);
}

#[tokio::test]
async fn a_change_of_what_a_link_leads_to_is_noticed() {
    let files = CertificateFiles::temporary().unwrap();
    files.write("elsewhere/real.pem", &FileContent::Bytes(fixture("root.pem"))).unwrap();
    fs::create_dir(files.path("watched")).unwrap();
    std::os::unix::fs::symlink("../elsewhere/real.pem", files.path("watched/link.pem")).unwrap();
    let mut source = source(&files, "watched/*.pem");
    settle(&mut source).await;
    let names = noticed(&mut source, "the target is replaced", || {
        files.replace("elsewhere/real.pem", &FileContent::Bytes(fixture("chain.pem"))).unwrap();
    });
    assert_eq!(names.await, ["shop.example"]);
}

#[tokio::test]
async fn a_directory_that_was_made_anew_is_watched_anew() {
    let files = CertificateFiles::temporary().unwrap();
    files.write("watched/tls.pem", &FileContent::Bytes(fixture("root.pem"))).unwrap();
    let mut source = source(&files, "watched/*.pem");
    settle(&mut source).await;
    // The old one stays alive under another name, so that the new one cannot get its inode.
    fs::rename(files.path("watched"), files.path("former")).unwrap();
    files.write("watched/tls.pem", &FileContent::Bytes(fixture("root.pem"))).unwrap();
    settle(&mut source).await;
    let names = noticed(&mut source, "a file of the new directory", || {
        files.replace("watched/tls.pem", &FileContent::Bytes(fixture("chain.pem"))).unwrap();
    });
    assert_eq!(names.await, ["shop.example"]);
}
