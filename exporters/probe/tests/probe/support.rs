//! What the tests share: a world of names and networks, and answers that can be read.

use core::net::{IpAddr, Ipv4Addr, SocketAddr};
use core::time::Duration;
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};

use jiff::Timestamp;
use lookout_config::{Complaints, HumanDuration};
use lookout_exposition::{Batch, Encoding, Exposition, Format, Selection};
use lookout_probe::{ResolveFuture, Resolver, TargetProber};
use lookout_probe_spec::config::{HttpSettings, ModuleSettings, ProberKind};
use lookout_probe_spec::{NAME, REASONS, Settings};
use lookout_runtime::{Clock, ProbeRequest, Prober, Refusal};
use lookout_testkit::scrape::{Scrape, ScrapeFormat};
use tokio::net::TcpSocket;

/// How long a probe may take of a target that answers: a machine that stands still for a while is not the target's fault.
pub(crate) const PATIENCE: HumanDuration = HumanDuration::from_minutes(5);

/// A moment at which the simulator's certificates are in the middle of their lives.
pub(crate) fn fixed_now() -> Timestamp {
    "2026-02-15T12:00:00Z".parse().unwrap()
}

/// A resolver of made-up names. Each question uses up an answer; the last one stays.
#[derive(Default)]
pub(crate) struct Names {
    answers: Mutex<BTreeMap<String, VecDeque<Vec<IpAddr>>>>,
    pub(crate) asked: Mutex<Vec<String>>,
}

impl Names {
    pub(crate) fn set(&self, name: &str, answers: &[&[&str]]) {
        let answers = answers.iter().map(|answer| answer.iter().map(|text| text.parse().unwrap()).collect());
        self.answers.lock().unwrap().insert(name.to_owned(), answers.collect());
    }
}

impl Resolver for Names {
    fn resolve<'a>(&'a self, name: &'a str, _port: u16) -> ResolveFuture<'a> {
        Box::pin(async move {
            self.asked.lock().unwrap().push(name.to_owned());
            let mut answers = self.answers.lock().unwrap();
            let Some(answers) = answers.get_mut(name) else {
                return Err(std::io::Error::other("no such name"));
            };
            let answer = if answers.len() > 1 { answers.pop_front() } else { answers.front().cloned() };
            // A resolver has no say in the port: this one lies about it.
            Ok(answer.unwrap().into_iter().map(|address| SocketAddr::new(address, 1)).collect())
        })
    }
}

/// A prober and what it stands on.
pub(crate) struct World {
    pub(crate) settings: Settings,
    pub(crate) names: Arc<Names>,
}

impl World {
    /// Every name and every address of loopback may be probed.
    pub(crate) fn new() -> Self {
        let list = |entries: &[&str]| entries.iter().map(|entry| (*entry).to_owned()).collect();
        let settings = Settings {
            targets: list(&["**", "127.0.0.0/8"]),
            allow_networks: list(&["127.0.0.0/8"]),
            max_timeout: PATIENCE,
            timeout_offset: HumanDuration::ZERO,
            ..Settings::default()
        };
        let names = Arc::new(Names::default());
        names.set("shop.example", &[&["127.0.0.1"]]);
        Self { settings, names }
    }

    /// With a module `m` of these HTTP settings.
    pub(crate) fn with_http(http: HttpSettings) -> Self {
        Self::with_module(ModuleSettings { http: Some(http), ..ModuleSettings::of(ProberKind::Http) })
    }

    /// With this module as `m`.
    pub(crate) fn with_module(module: ModuleSettings) -> Self {
        let mut world = Self::new();
        world.settings.modules.insert("m".to_owned(), module);
        world
    }

    pub(crate) fn prober(&self) -> TargetProber {
        assert_eq!(Complaints::of(&self.settings), Vec::<String>::new());
        let names: Arc<dyn Resolver> = Arc::<Names>::clone(&self.names);
        TargetProber::new(&self.settings, names, Clock::starting_at(fixed_now()))
    }

    /// Probes once by module `m`, or by the default one if there is no `m`.
    pub(crate) async fn probe(&self, target: &str) -> Scrape {
        let module = if self.settings.modules.contains_key("m") { "m" } else { "" };
        self.probe_by(target, module).await
    }

    /// Probes once by a module.
    pub(crate) async fn probe_by(&self, target: &str, module: &str) -> Scrape {
        scrape_of(self.prober().probe(request(target, module)).await.unwrap())
    }

    /// Probes once and expects to be refused.
    pub(crate) async fn refusal(&self, target: &str) -> Refusal {
        self.prober().probe(request(target, "")).await.unwrap_err()
    }
}

/// A request of a scraper that waits for minutes: a guard against hanging, not a measure.
pub(crate) fn request(target: &str, module: &str) -> ProbeRequest {
    let parameters = vec![("target".to_owned(), target.to_owned()), ("module".to_owned(), module.to_owned())];
    ProbeRequest { parameters, scrape_timeout: Some(PATIENCE.get()) }
}

/// A request of a scraper in a hurry, for targets that would take for ever.
pub(crate) fn hurried(target: &str, module: &str) -> ProbeRequest {
    ProbeRequest { scrape_timeout: Some(Duration::from_millis(600)), ..request(target, module) }
}

/// What is served of a batch, as text.
pub(crate) fn text_of(batch: Batch) -> String {
    let exposition = Exposition::new([World::new().prober().families()]);
    let mut publisher = exposition.publisher(NAME, "test");
    let report = publisher.publish(batch);
    assert_eq!(report.dropped.total(), 0, "{report:?}");
    let answer = exposition.snapshot().answer(Selection::All, Format::TEXT, Encoding::Identity).unwrap();
    answer.buffers.iter().map(|buffer| String::from_utf8(buffer.to_vec()).unwrap()).collect()
}

/// What is served of a batch, read back. What every answer must have is checked on the way.
pub(crate) fn scrape_of(batch: Batch) -> Scrape {
    let text = text_of(batch);
    let scrape = Scrape::parse(ScrapeFormat::Text, &text).unwrap_or_else(|fault| panic!("{fault}\n{text}"));
    let failures = &scrape.family("probe_failure").unwrap().samples;
    assert_eq!(failures.len(), REASONS.len(), "every reason has a row");
    let n_reasons = failures.iter().filter(|sample| sample.value > 0.5).count();
    assert_eq!(value(&scrape, "probe_success"), Some(if n_reasons == 0 { 1.0 } else { 0.0 }), "{text}");
    assert!(n_reasons <= 1, "{text}");
    assert!(value(&scrape, "probe_duration_seconds").is_some());
    scrape
}

/// The value of a family without labels.
pub(crate) fn value(scrape: &Scrape, family: &str) -> Option<f64> {
    scrape.value(family, &[])
}

/// The reason of the failure.
pub(crate) fn failure(scrape: &Scrape) -> Option<String> {
    let samples = &scrape.family("probe_failure").unwrap().samples;
    samples.iter().find(|sample| sample.value > 0.5)?.label("reason").map(str::to_owned)
}

/// The target of a server on loopback.
pub(crate) fn at(address: SocketAddr, path: &str) -> String {
    format!("http://{address}{path}")
}

/// A port on which nobody listens, nor can while this lives: it is bound.
pub(crate) struct ClosedPort {
    pub(crate) address: SocketAddr,
    _bound: TcpSocket,
}

impl ClosedPort {
    pub(crate) fn new() -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind((Ipv4Addr::LOCALHOST, 0).into()).unwrap();
        Self { address: socket.local_addr().unwrap(), _bound: socket }
    }
}
