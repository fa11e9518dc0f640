//! The story of a process that goes on: clusters come and go in its file, and certificates are exchanged under it.
//!
//! Records flow through one cluster all the while, and somebody scrapes all the time: its counter never goes back, and its
//! series has no hole. The other cluster of the file is the same one by another listener: to Lookout that is another.

use std::path::{Path, PathBuf};

use lookout_testkit::scrape::Scrape;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::cluster::Cluster;
use super::lookout::{Lookout, faults, rows};
use super::steps::Steps;
use super::watcher::Watcher;
use crate::certificates::{Authority, Identity};
use crate::running::until;

const TOPIC: &str = "flow";
/// The sources of the first cluster.
const FIRST: [&str; 4] = ["first", "first log directories", "first configuration", "first controllers"];
/// What Lookout logs about a reload that worked.
const IN_FORCE: &str = "is in force";
/// Only the new certificate may see it.
const NEW_TOPIC: &str = "for-the-new-certificate";

#[test]
fn what_goes_on_is_read_without_a_hole_while_everything_changes_around_it() {
    let mut cluster = Cluster::start(1);
    let mut steps = Steps::default();
    let files = Files::new(&cluster.authority);
    prepare(&mut cluster);
    let first = json!({"name": "first", "brokers": cluster.addresses(|ports| ports.clear)});
    let second = files.entry(&cluster);
    // Long enough that no reading is still running when the next one is due, which would count as an error.
    let mut lookout = Lookout::with(&first, &json!({"period": "5s"}));
    cluster.pace(TOPIC, 50, 5);
    let seen = |scrape: &Scrape| (produced(scrape, "first") > Some(0.0)).then_some(());
    let scrape = lookout.until("produced records", seen);
    let offset = scrape.value("kafka_topic_partition_current_offset", &[("topic", TOPIC)]);
    let before = offset.zip(produced(&scrape, "first")).map(|(end, counted)| end - counted);
    let before = before.expect("both are of one reading");
    let first_seen = Watcher::start(&lookout.serve.address, goes_on("first"));

    steps.take("a_cluster_that_is_added_is_read", || {
        let before = lookout.scrape();
        lookout.reconfigure(&[&first, &second]);
        let read = |scrape: &Scrape| (produced(scrape, "second") > Some(0.0)).then_some(());
        let scrape = lookout.until("the second cluster", read);
        let up = |source| scrape.value("lookout_source_up", &[("source", source)]);
        assert_eq!((up("first"), up("second")), (Some(1.0), Some(1.0)));
        untouched(&mut lookout, &before, ["replaced=0", "added=4", "removed=0"]);
    });
    let second_seen = Watcher::start(&lookout.serve.address, goes_on("second"));
    steps.take("a_new_client_certificate_and_bundle_are_used_without_a_hole", || {
        files.renew(&cluster.authority);
        lookout.until("what only the new certificate may see", |scrape| {
            let labels = [("kafka_cluster", "second"), ("topic", NEW_TOPIC)];
            scrape.value("kafka_topic_partitions", &labels).map(drop)
        });
    });
    steps.take("a_key_that_does_not_fit_is_told_and_the_one_before_goes_on", || torn(&files, &mut lookout));
    steps.take("the_second_had_no_hole", || no_hole(second_seen));
    steps.take("a_cluster_that_is_removed_is_gone", || {
        let before = lookout.scrape();
        lookout.reconfigure(&[&first]);
        lookout.until("the first cluster alone", |scrape| {
            scrape.samples().all(|row| row.label("kafka_cluster") != Some("second")).then_some(())
        });
        untouched(&mut lookout, &before, ["replaced=0", "added=0", "removed=4"]);
    });
    steps.take("the_first_had_no_hole", || no_hole(first_seen));
    steps.take("what_was_counted_is_what_was_produced", || {
        cluster.rest(TOPIC);
        let scrape = lookout.fresh();
        let (counted, end) = (produced(&scrape, "first"), cluster.end(TOPIC, 0));
        println!("    {counted:?} records of {end} were counted, {before} were there before");
        #[expect(clippy::cast_precision_loss, reason = "there are some thousands")]
        let end = end as f64;
        // What was there before the first reading is not counted, and everything since is.
        assert_eq!(counted, Some(end - before));
    });
    steps.end();
}

/// The last reload did this, and left the first cluster's sources alone: they were not made anew, their cycles go on, and
/// none has failed or come late.
#[track_caller]
fn untouched(lookout: &mut Lookout, before: &Scrape, did: [&str; 3]) {
    // It is logged when all of it has been done, and parts of that are seen before.
    until(&format!("a reload that is logged with {did:?}"), || {
        let log = lookout.serve.process.log();
        let line = log.lines().rfind(|line| line.contains(IN_FORCE))?;
        did.iter().all(|pair| line.split_whitespace().any(|word| word == *pair)).then_some(())
    });
    let last = |scrape: &Scrape, source| {
        scrape.value("lookout_source_last_success_timestamp_seconds", &[("source", source)])
    };
    let after = lookout.until("cycles that go on", |scrape| {
        FIRST.iter().all(|source| last(scrape, source) > last(before, source)).then_some(())
    });
    let sum = |scrape: &Scrape, name, source| -> f64 {
        rows(scrape, name, &[("source", source)]).iter().map(|row| row.value).sum()
    };
    for source in FIRST {
        for name in ["lookout_source_errors_total", "lookout_source_restarts_total"] {
            assert_eq!(sum(&after, name, source), sum(before, name, source), "{name} of `{source}`");
        }
    }
}

#[track_caller]
fn no_hole(watcher: Watcher) {
    let seen = watcher.end();
    println!("    {} scrapes were watched", seen.scrapes);
    assert!(seen.scrapes > 10, "it hardly watched");
    assert!(seen.false_rows.is_empty(), "{}", seen.false_rows.join("\n"));
}

/// Records that were produced to the topic, as a cluster's series says.
fn produced(scrape: &Scrape, cluster: &str) -> Option<f64> {
    scrape.value("kafka_topic_produced_records_total", &[("kafka_cluster", cluster), ("topic", TOPIC)])
}

/// What is wrong if the counter of this cluster is not there, or goes back.
fn goes_on(cluster: &'static str) -> impl FnMut(&Scrape) -> Vec<String> {
    let mut last = 0.0;
    move |scrape| match produced(scrape, cluster) {
        None => vec![format!("after {last} there is no row of `{cluster}`")],
        Some(now) if now < last => vec![format!("from {last} back to {now}, `{cluster}`")],
        Some(now) => {
            last = now;
            Vec::new()
        }
    }
}

fn prepare(cluster: &mut Cluster) {
    cluster.create(TOPIC, 1);
    cluster.create(NEW_TOPIC, 1);
    for name in ["old", "new"] {
        let principal = format!("User:CN={name}");
        for operation in ["describe", "describe_configs"] {
            cluster.allow(&principal, "cluster", "kafka-cluster", operation);
            cluster.allow(&principal, "topic", TOPIC, operation);
        }
    }
    cluster.allow("User:CN=new", "topic", NEW_TOPIC, "describe");
}

/// The files that the settings of the second cluster name.
struct Files {
    folder: TempDir,
}

impl Files {
    fn new(authority: &Authority) -> Self {
        let files = Self { folder: tempfile::tempdir().expect("a temporary folder can be made") };
        files.put(&authority.client("old"));
        files.write("ca.pem", &read(&authority.certificate));
        files
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn entry(&self, cluster: &Cluster) -> Value {
        json!({
            "name": "second", "brokers": cluster.addresses(|ports| ports.client_certificate), "tls": {
                "ca_file": self.path("ca.pem"), "certificate_file": self.path("client.pem"),
                "key_file": self.path("client.key"),
            },
        })
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path("new"), text).expect("the file can be written");
        std::fs::rename(self.path("new"), self.path(name)).expect("the file can be replaced");
    }

    /// One file after the other, as most programs do it: for a moment the key does not fit.
    fn put(&self, client: &Identity) {
        self.write("client.key", &client.key_pem());
        self.write("client.pem", &client.certificate_pem());
    }

    /// Another certificate, and a bundle in which the authority is the second.
    fn renew(&self, authority: &Authority) {
        let bundle = read(&Authority::new().certificate) + &read(&authority.certificate);
        self.write("ca.pem", &bundle);
        self.put(&authority.client("new"));
    }
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).expect("it was written")
}

/// A file that cannot be used is a fault for as long as it is so, and what was read before stays in use.
fn torn(files: &Files, lookout: &mut Lookout) {
    let faults = |scrape: &Scrape| faults(scrape, "second", Some("malformed"));
    let whole = |scrape: &Scrape| (faults(scrape) == 0.0).then_some(());
    lookout.until("no fault", whole);
    let fitting = read(&files.path("client.key"));
    files.write("client.key", &Authority::new().client("other").key_pem());
    let scrape = lookout.until("a fault", |scrape| (faults(scrape) > 0.0).then_some(()));
    assert_eq!(scrape.value("lookout_source_up", &[("source", "second")]), Some(1.0), "it goes on");
    // Later, too: connections that are opened anew are opened with what was read before.
    let before = produced(&scrape, "second");
    lookout.fresh();
    let scrape = lookout.fresh();
    assert!(produced(&scrape, "second") > before, "it does not go on");
    assert_eq!(faults(&scrape), 1.0);
    files.write("client.key", &fitting);
    lookout.until("no fault any more", whole);
}
