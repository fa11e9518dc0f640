//! The file source on real files, as they are written, replaced and broken.

use std::sync::Arc;

use lookout_certs::files::{FileSource, Plan};
use lookout_certs_spec::Settings;
use lookout_certs_spec::config::Limits;
use lookout_certs_spec::labels::StoredReason;
use lookout_config::HumanSize;
use lookout_simulator::{Authorities, CertificateFiles, FileContent, IssuedCertificate, Validity};
use lookout_testkit::scrape::Scrape;

use crate::support::{cycle, fixed_now, fixture};

struct World {
    files: CertificateFiles,
    authorities: Authorities,
}

impl World {
    fn new() -> Self {
        let files = CertificateFiles::temporary().unwrap();
        Self { files, authorities: Authorities::create(fixed_now()).unwrap() }
    }

    fn certificate(&self, name: &str) -> Arc<IssuedCertificate> {
        Arc::new(self.authorities.issue(name, Validity::current(fixed_now())).unwrap())
    }

    fn path(&self, name: &str) -> String {
        self.files.path(name).display().to_string()
    }

    fn settings(&self, names: &[&str]) -> Settings {
        Settings { files: names.iter().map(|name| self.path(name)).collect(), ..Settings::default() }
    }
}

fn source(settings: &Settings) -> FileSource {
    FileSource::new(Plan::new(settings).unwrap())
}

/// The common names of the certificates in a scrape, with their files.
fn certificates(scrape: &Scrape) -> Vec<(String, String)> {
    let family = scrape.family("x509_cert_not_after");
    let label =
        |sample: &lookout_testkit::scrape::Sample, name| sample.label(name).unwrap_or_default().to_owned();
    let mut rows: Vec<_> = family
        .iter()
        .flat_map(|family| &family.samples)
        .map(|sample| (label(sample, "subject_CN"), label(sample, "filename")))
        .collect();
    rows.sort();
    rows
}

fn pair(name: &str, file: &str) -> (String, String) {
    (name.to_owned(), file.to_owned())
}

#[tokio::test]
async fn certificates_of_a_file_carry_the_labels_of_the_peer() {
    let world = World::new();
    world.files.write("tls.pem", &FileContent::Bytes(fixture("chain.pem"))).unwrap();
    let (scrape, faults) = cycle(&mut source(&world.settings(&["tls.pem"])), fixed_now()).await;
    assert_eq!(faults, Vec::<String>::new());
    let path = world.path("tls.pem");
    let leaf = [
        ("serial_number", "730750818665451459101842416358141509827966271487"),
        ("subject_C", "DE"),
        ("subject_O", "Example Shop GmbH"),
        ("subject_OU", "Web"),
        ("subject_CN", "shop.example"),
        ("issuer_C", "DE"),
        ("issuer_O", "Example Trust"),
        ("issuer_CN", "Example Issuing CA 1"),
        ("filename", "tls.pem"),
        ("filepath", path.as_str()),
    ];
    assert_eq!(scrape.value("x509_cert_not_after", &leaf), Some(1_775_001_600.0));
    assert_eq!(scrape.value("x509_cert_not_before", &leaf), Some(1_767_225_600.0));
    assert_eq!(scrape.value("x509_cert_expired", &leaf), Some(0.0));
    assert_eq!(scrape.value("certs_stored_life_used_ratio", &leaf), Some(0.505));
    assert_eq!(
        scrape
            .value("certs_stored_info", &[("role", "leaf"), ("key_algorithm", "ecdsa"), ("key_bits", "256")]),
        Some(1.0)
    );
    let source = [("source_kind", "file"), ("source_name", path.as_str())];
    assert_eq!(scrape.value("x509_source_up", &source), Some(1.0));
    assert_eq!(scrape.value("x509_source_bundles", &source), Some(1.0));
    let errors = scrape.family("x509_source_errors_total").unwrap();
    assert_eq!(errors.samples.len(), StoredReason::ALL.len(), "every reason is there from the start");
    assert!(errors.samples.iter().all(|sample| sample.value == 0.0));
}

#[tokio::test]
async fn an_expired_certificate_is_told_by_the_time_and_not_by_being_read_again() {
    let world = World::new();
    world.files.write("tls.pem", &FileContent::Bytes(fixture("chain.pem"))).unwrap();
    let mut source = source(&world.settings(&["tls.pem"]));
    let leaf = [("subject_CN", "shop.example")];
    for (now, expired, used) in [
        ("2026-04-01T00:00:00Z", 0.0, 1.0),
        ("2026-04-01T00:00:01Z", 1.0, 1.0),
        ("2026-06-30T00:00:00Z", 1.0, 2.0),
    ] {
        let (scrape, _) = cycle(&mut source, now.parse().unwrap()).await;
        assert_eq!(scrape.value("x509_cert_expired", &leaf), Some(expired), "{now}");
        assert_eq!(scrape.value("certs_stored_life_used_ratio", &leaf), Some(used), "{now}");
    }
}

#[tokio::test]
async fn a_bad_file_is_named_and_costs_nothing_but_itself() {
    let world = World::new();
    let certificate = world.certificate("shop.example");
    let contents = [
        ("good.pem", FileContent::Chain(Arc::clone(&certificate))),
        ("cut.pem", FileContent::Truncated { certificate: Arc::clone(&certificate), bytes: 300 }),
        ("garbage.pem", FileContent::GarbageInArmour),
        ("empty.pem", FileContent::Empty),
        ("text.pem", FileContent::NotPem),
        ("huge.pem", FileContent::Huge { certificate: Arc::clone(&certificate), bytes: 1 << 40 }),
        ("key.pem", FileContent::Key(Arc::clone(&certificate))),
        ("both.pem", FileContent::KeyAndChain(certificate)),
    ];
    for (name, content) in &contents {
        world.files.write(name, content).unwrap();
    }
    world.files.link_to_nothing("link.pem").unwrap();
    let (scrape, mut faults) = cycle(&mut source(&world.settings(&["*.pem"])), fixed_now()).await;
    faults.sort_by_key(|fault| fault.split_whitespace().last().map(str::to_owned));
    let of_leaf: Vec<_> = certificates(&scrape)
        .into_iter()
        .filter(|(name, _)| name == "shop.example")
        .map(|(_, file)| file)
        .collect();
    assert_eq!(of_leaf, ["both.pem", "good.pem"]);
    let expected = [
        ("cut.pem", "malformed", "bad_pem"),
        ("empty.pem", "empty", "no_certificate_found"),
        ("garbage.pem", "malformed", "bad_pem"),
        ("huge.pem", "too_large", "too_large"),
        ("link.pem", "not_found", "broken_symlink"),
        ("text.pem", "malformed", "no_certificate_found"),
    ];
    let named: Vec<_> =
        expected.iter().map(|(file, reason, _)| format!("{reason} {}", world.path(file))).collect();
    assert_eq!(faults, named);
    for (file, reason, peer_reason) in expected {
        let path = world.path(file);
        assert_eq!(
            scrape.value("certs_file_faults", &[("filepath", &path), ("reason", reason)]),
            Some(1.0),
            "{file}"
        );
        assert_eq!(
            scrape.value("x509_cert_error", &[("filepath", &path), ("filename", file)]),
            Some(1.0),
            "{file}"
        );
        let counted = scrape.value("x509_source_errors_total", &[("reason", peer_reason)]);
        assert!(counted.is_some_and(|count| count >= 1.0), "{file}: {counted:?}");
    }
    assert_eq!(scrape.value("x509_source_up", &[]), Some(1.0));
    assert_eq!(scrape.value("x509_source_bundles", &[]), Some(2.0));
}

#[tokio::test]
async fn errors_are_counted_in_every_cycle_in_which_they_stand() {
    let world = World::new();
    world.files.write("tls.pem", &FileContent::GarbageInArmour).unwrap();
    let mut source = source(&world.settings(&["tls.pem"]));
    for cycles in [1.0, 2.0, 3.0] {
        let (scrape, _) = cycle(&mut source, fixed_now()).await;
        assert_eq!(scrape.value("x509_source_errors_total", &[("reason", "bad_pem")]), Some(cycles));
    }
    world.files.replace("tls.pem", &FileContent::Bytes(fixture("root.pem"))).unwrap();
    let (scrape, faults) = cycle(&mut source, fixed_now()).await;
    assert_eq!(scrape.value("x509_source_errors_total", &[("reason", "bad_pem")]), Some(3.0));
    assert_eq!(faults, Vec::<String>::new());
    assert!(scrape.family("certs_file_faults").is_none_or(|family| family.samples.is_empty()));
}

#[tokio::test]
async fn every_way_of_changing_a_file_is_seen_in_the_next_cycle() {
    let world = World::new();
    let chain = |name: &str| FileContent::Chain(world.certificate(name));
    let leaf_of =
        |scrape: &Scrape| certificates(scrape).into_iter().find(|(name, _)| name.ends_with(".example"));
    let mut source = source(&world.settings(&["tls.pem", "mounted/*.crt"]));

    world.files.write("tls.pem", &chain("first.example")).unwrap();
    world.files.swap_volume("mounted", &[], fixed_now()).unwrap();
    let (scrape, _) = cycle(&mut source, fixed_now()).await;
    assert_eq!(leaf_of(&scrape), Some(pair("first.example", "tls.pem")));

    world.files.write("tls.pem", &chain("other.example")).unwrap();
    let (scrape, _) = cycle(&mut source, fixed_now()).await;
    assert_eq!(leaf_of(&scrape), Some(pair("other.example", "tls.pem")), "written in place, the same length");

    world.files.replace("tls.pem", &chain("third.example")).unwrap();
    let (scrape, _) = cycle(&mut source, fixed_now()).await;
    assert_eq!(leaf_of(&scrape), Some(pair("third.example", "tls.pem")), "renamed over");

    world.files.remove("tls.pem").unwrap();
    let (scrape, faults) = cycle(&mut source, fixed_now()).await;
    assert_eq!(certificates(&scrape), [], "removed, and forgotten");
    assert!(faults.contains(&format!("not_found {}", world.path("tls.pem"))), "{faults:?}");

    for name in ["fourth.example", "fifth.example"] {
        world.files.swap_volume("mounted", &[("tls.crt", &chain(name))], fixed_now()).unwrap();
        let (scrape, _) = cycle(&mut source, fixed_now()).await;
        let leaves: Vec<_> =
            certificates(&scrape).into_iter().filter(|(leaf, _)| leaf.ends_with(".example")).collect();
        assert_eq!(leaves, [pair(name, "tls.crt")], "a link swap, seen once");
    }
}

#[tokio::test]
async fn certificates_with_equal_labels_are_told_apart_and_none_is_dropped() {
    let world = World::new();
    let root = fixture("root.pem");
    world.files.write("twice.pem", &FileContent::Bytes(root.repeat(2))).unwrap();
    world.files.write("once.pem", &FileContent::Bytes(root)).unwrap();
    let mut source = source(&world.settings(&["*.pem"]));
    let (scrape, _) = cycle(&mut source, fixed_now()).await;
    let discriminators = |scrape: &Scrape, file: &str| -> Vec<String> {
        let samples = &scrape.family("x509_cert_not_after").unwrap().samples;
        let of_file = samples.iter().filter(|sample| sample.label("filename") == Some(file));
        of_file.map(|sample| sample.label("discriminator").unwrap_or_default().to_owned()).collect()
    };
    let twice = discriminators(&scrape, "twice.pem");
    assert_eq!(twice.len(), 2);
    assert_ne!(twice[0], twice[1]);
    assert!(twice.iter().all(|text| text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_hexdigit())));
    assert_eq!(discriminators(&scrape, "once.pem"), [""]);
    assert_eq!(scrape.value("x509_cert_collision_total", &[("source_kind", "file")]), Some(2.0));
    let (again, _) = cycle(&mut source, fixed_now()).await;
    assert_eq!(discriminators(&again, "twice.pem"), twice, "they stay the same");
    assert_eq!(again.value("x509_cert_collision_total", &[]), Some(2.0), "and are counted once");
}

#[tokio::test]
async fn leading_directories_are_left_out_of_labels_on_request() {
    let world = World::new();
    world.files.write("a/tls.pem", &FileContent::Bytes(fixture("root.pem"))).unwrap();
    world.files.write("b/tls.pem", &FileContent::Bytes(fixture("root.pem"))).unwrap();
    let depth = world.files.directory().components().count();
    let filepaths = |scrape: &Scrape| -> Vec<String> {
        let samples = &scrape.family("x509_cert_not_after").unwrap().samples;
        samples.iter().map(|sample| sample.label("filepath").unwrap_or_default().to_owned()).collect()
    };
    for (trim, expected) in [(depth - 1, ["/a/tls.pem", "/b/tls.pem"]), (depth, ["/tls.pem", "/tls.pem"])] {
        let settings = Settings { trim_path_components: trim, ..world.settings(&["*/tls.pem"]) };
        let (scrape, _) = cycle(&mut source(&settings), fixed_now()).await;
        assert_eq!(filepaths(&scrape), expected);
        let collisions = scrape.value("x509_cert_collision_total", &[]);
        assert_eq!(collisions, Some(if trim == depth { 2.0 } else { 0.0 }));
    }
}

#[tokio::test]
async fn relative_dates_are_exported_on_request_only() {
    let world = World::new();
    world.files.write("tls.pem", &FileContent::Bytes(fixture("root.pem"))).unwrap();
    for asked in [false, true] {
        let settings = Settings { relative_metrics: asked, ..world.settings(&["tls.pem"]) };
        let (scrape, _) = cycle(&mut source(&settings), fixed_now()).await;
        let (expires_in, valid_since) = (
            scrape.value("x509_cert_expires_in_seconds", &[]),
            scrape.value("x509_cert_valid_since_seconds", &[]),
        );
        let life = scrape.value("x509_cert_not_after", &[]).unwrap()
            - scrape.value("x509_cert_not_before", &[]).unwrap();
        assert_eq!(expires_in.zip(valid_since).map(|(left, over)| left + over), asked.then_some(life));
    }
}

#[tokio::test]
async fn a_file_above_the_limit_is_never_read() {
    let world = World::new();
    let content = [fixture("root.pem"), vec![b'\n'; 2000]].concat();
    world.files.write("tls.pem", &FileContent::Bytes(content)).unwrap();
    for (kibibytes, certificates) in [(1, 0.0), (4, 1.0)] {
        let limits = Limits { max_file_size: HumanSize::from_kibibytes(kibibytes), ..Limits::default() };
        let settings = Settings { limits, ..world.settings(&["tls.pem"]) };
        let (scrape, faults) = cycle(&mut source(&settings), fixed_now()).await;
        assert_eq!(scrape.value("x509_source_bundles", &[]), Some(certificates), "{faults:?}");
        assert_eq!(faults.len(), usize::from(certificates == 0.0));
    }
}
