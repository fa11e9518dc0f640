//! The exporter under test: the released binary with a section `kafka` that reads as often as it may.

use std::time::{Duration, SystemTime};

use lookout_testkit::scrape::{Sample, Scrape, ScrapeFormat};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::scrape::{TEXT, get};
use crate::serve::Serve;

/// How often brokers, partitions, offsets and groups are read, seconds: the shortest that the settings allow.
const PERIOD: u32 = 1;
/// How often everything else is read, seconds. A reading may take no longer than that, and a broker's answer a third of it: on a machine
/// that stalls, a second is too short.
const SLOW_PERIOD: u32 = 5;

/// A serving process that watches Kafka.
pub(super) struct Lookout {
    pub(super) serve: Serve,
    folder: TempDir,
    /// What is merged over the section.
    more: Value,
}

impl Lookout {
    /// Watches one cluster, described by an entry of `clusters`.
    pub(super) fn watching(cluster: &Value) -> Self {
        Self::with(cluster, &json!({}))
    }

    /// The same; `more` is merged over the section.
    pub(super) fn with(cluster: &Value, more: &Value) -> Self {
        Self::start(cluster, more, &[])
    }

    /// The part of one cluster that is a shard's, such as `0/3`.
    pub(super) fn of_shard(cluster: &Value, shard: &str) -> Self {
        Self::start(cluster, &json!({}), &["--shard", shard])
    }

    fn start(cluster: &Value, more: &Value, flags: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let file = folder.path().join("lookout.yaml");
        // JSON is YAML, and quotes what must be quoted.
        std::fs::write(&file, configuration(&[cluster], more).to_string())
            .expect("the configuration can be written");
        let file = format!("--config.file={}", file.display());
        let serve = Serve::start(flags.iter().copied().chain([file.as_str()]));
        Self { serve, folder, more: more.clone() }
    }

    /// Says in its file that these clusters are to be watched from now on; it goes on running.
    pub(super) fn reconfigure(&self, clusters: &[&Value]) {
        let (file, new) = (self.folder.path().join("lookout.yaml"), self.folder.path().join("new"));
        let configuration = configuration(clusters, &self.more).to_string();
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
        self.read_after(seconds_now());
        // What one source learns the others show in their next reading.
        self.read_after(seconds_now())
    }

    /// The first scrape with a reading of every source that began after a moment, seconds since 1970.
    #[track_caller]
    fn read_after(&mut self, moment: f64) -> Scrape {
        self.until("a fresh reading of every source", |scrape| {
            let sources = rows(scrape, "lookout_source_info", &[("exporter", "kafka")]);
            let is_fresh = |row: &&Sample| {
                row.label("source").and_then(|source| begun(scrape, source)).is_some_and(|at| at > moment)
            };
            (!sources.is_empty() && sources.iter().all(is_fresh)).then_some(())
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
    let (period, slow) = (format!("{PERIOD}s"), format!("{SLOW_PERIOD}s"));
    let mut section = json!({
        "clusters": clusters, "period": period, "low_offsets_period": period,
        "log_directories_period": slow, "configuration_period": slow, "controllers_period": slow,
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

/// When the reading of a source began that is served, or one before it, seconds since 1970; none while the source is down.
pub(super) fn begun(scrape: &Scrape, source: &str) -> Option<f64> {
    let of = |name| scrape.value(name, &[("exporter", "kafka"), ("source", source)]);
    let ended = of("lookout_source_last_success_timestamp_seconds")?;
    // While the source is up, that is the duration of the reading that succeeded last.
    let took =
        of("lookout_source_collect_duration_seconds").filter(|_| of("lookout_source_up") == Some(1.0))?;
    Some(ended - took)
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
