//! The exporter under test: the released binary with a section `kafka` that reads as often as it may.

use std::time::{Duration, SystemTime};

use lookout_testkit::scrape::{Sample, Scrape, ScrapeFormat};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::scrape::{TEXT, get};
use crate::serve::Serve;

/// How often everything is read, seconds: the shortest that the settings allow.
pub(super) const PERIOD: f64 = 1.0;

/// A serving process that watches Kafka.
pub(super) struct Lookout {
    pub(super) serve: Serve,
    folder: TempDir,
}

impl Lookout {
    /// Watches one cluster, described by an entry of `clusters`.
    pub(super) fn watching(cluster: &Value) -> Self {
        Self::with(cluster, &json!({}))
    }

    /// The same; `more` is merged over the section.
    pub(super) fn with(cluster: &Value, more: &Value) -> Self {
        Self::start(&configuration(&[cluster], more), &[])
    }

    /// The part of one cluster that is a shard's, such as `0/3`.
    pub(super) fn of_shard(cluster: &Value, shard: &str) -> Self {
        Self::start(&configuration(&[cluster], &json!({})), &["--shard", shard])
    }

    fn start(configuration: &Value, flags: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let file = folder.path().join("lookout.yaml");
        // JSON is YAML, and quotes what must be quoted.
        std::fs::write(&file, configuration.to_string()).expect("the configuration can be written");
        let file = format!("--config.file={}", file.display());
        let serve = Serve::start(flags.iter().copied().chain([file.as_str()]));
        Self { serve, folder }
    }

    /// Says in its file that these clusters are to be watched from now on; it goes on running.
    pub(super) fn reconfigure(&self, clusters: &[&Value]) {
        let (file, new) = (self.folder.path().join("lookout.yaml"), self.folder.path().join("new"));
        let configuration = configuration(clusters, &json!({})).to_string();
        std::fs::write(&new, configuration).expect("the configuration can be written");
        std::fs::rename(&new, &file).expect("the configuration can be replaced");
    }

    /// What it serves now.
    #[track_caller]
    pub(super) fn scrape(&self) -> Scrape {
        let answer = get(&format!("http://{}/metrics", self.serve.address), TEXT, "");
        let text = String::from_utf8(answer.body).expect("a scrape is text");
        Scrape::parse(ScrapeFormat::Text, &text).unwrap_or_else(|fault| panic!("{fault}\n{text}"))
    }

    /// A scrape in which everything that it serves was read after this call.
    #[track_caller]
    pub(super) fn fresh(&mut self) -> Scrape {
        // A reading may be under way now, and what one source learns the others show in their next.
        let since = seconds_now() + 2.0 * PERIOD;
        self.until("a fresh reading of every source", |scrape| {
            let kafka = [("exporter", "kafka")];
            let sources = rows(scrape, "lookout_source_info", &kafka).len();
            let fresh = rows(scrape, "lookout_source_last_success_timestamp_seconds", &kafka);
            let fresh = fresh.iter().filter(|row| row.value > since).count();
            (sources > 0 && fresh == sources).then_some(())
        })
    }

    /// The first scrape that `judge` is content with.
    #[track_caller]
    pub(super) fn until(&mut self, what: &str, judge: impl Fn(&Scrape) -> Option<()>) -> Scrape {
        let address = self.serve.address.clone();
        let mut last = None;
        let url = format!("http://{address}/metrics");
        self.serve.process.until(what, || {
            std::thread::sleep(Duration::from_millis(200));
            let text = String::from_utf8(get(&url, TEXT, "").body).expect("a scrape is text");
            let scrape =
                Scrape::parse(ScrapeFormat::Text, &text).unwrap_or_else(|fault| panic!("{fault}\n{text}"));
            judge(&scrape)?;
            last = Some(scrape);
            Some(())
        });
        last.expect("the last one is kept")
    }
}

/// A configuration that watches these clusters; `more` is merged over the section.
fn configuration(clusters: &[&Value], more: &Value) -> Value {
    let period = format!("{PERIOD}s");
    let mut section = json!({
        "clusters": clusters, "period": period, "low_offsets_period": period,
        "log_directories_period": period, "configuration_period": period, "controllers_period": period,
    });
    for (key, value) in more.as_object().expect("it is a section") {
        section[key] = value.clone();
    }
    json!({"kafka": section})
}

/// The clock, seconds since 1970.
#[expect(clippy::disallowed_methods, reason = "real records have the time of the real clock")]
pub(super) fn seconds_now() -> f64 {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("it is later than 1970");
    now.as_secs_f64()
}

/// The rows of a family with at least these labels.
pub(super) fn rows<'a>(scrape: &'a Scrape, name: &str, labels: &[(&str, &str)]) -> Vec<&'a Sample> {
    let fits = |sample: &&Sample| labels.iter().all(|(label, value)| sample.label(label) == Some(value));
    scrape.samples().filter(|sample| sample.name == name).filter(fits).collect()
}

/// How many things a source could not read or do in the reading that is served, for this reason or for any.
pub(super) fn faults(scrape: &Scrape, source: &str, reason: Option<&str>) -> f64 {
    let found = rows(scrape, "lookout_source_faults", &[("source", source)]);
    let found = found.iter().filter(|row| reason.is_none_or(|reason| row.label("reason") == Some(reason)));
    found.map(|row| row.value).sum()
}
