//! Clients that mean no good, and many good ones at once: the process lives, answers a good scrape meanwhile, keeps its
//! memory, and its counters tell what happened. Nothing here measures time.

use std::collections::BTreeMap;
use std::process::{Command, Output};

use crate::certificates::Authority;
use crate::inventory;
use crate::running::Running;
use crate::serve::Serve;
use crate::tools::{run, tool};

/// What an attack may cost in memory, bytes: some hundred connections of 16 KiB, and the allocator's leftovers.
const ALLOWANCE: u64 = 64 << 20;
/// What the system may keep of the answers to one connection, bytes: it is memory of the container as well.
const UNSENT: u64 = 1 << 20;
/// What one connection may cost that has asked for nothing, bytes.
const CONNECTION: u64 = 20 << 10;

/// An attack that goes on until this is dropped.
struct Attack {
    _process: Running,
    /// How many connections or answers had which fate.
    tally: BTreeMap<String, u64>,
    _folder: tempfile::TempDir,
}

impl Attack {
    /// Starts it and waits until it is at its height.
    fn start(name: &str, address: &str, number: u32) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let mut command = Command::new(tool("HOSTILE"));
        command.args([name, address, &number.to_string()]);
        let mut process = Running::start(&mut command, &folder.path().join("attack.log"));
        let tally = process
            .until_log("the height of the attack", |line| Some(line.strip_prefix("holding ")?.to_owned()));
        let tally: Option<BTreeMap<String, u64>> = serde_json::from_str(&tally).expect("it is JSON");
        println!("{name} × {number}: {tally:?}");
        Self { _process: process, tally: tally.unwrap_or_default(), _folder: folder }
    }

    fn count(&self, fate: &str) -> u64 {
        self.tally.get(fate).copied().unwrap_or_default()
    }
}

/// A server under attack, and how one scrapes it.
struct Victim {
    serve: Serve,
    scrape: Vec<String>,
    before: u64,
}

impl Victim {
    fn plain(serve: Serve) -> Self {
        let scrape = vec![format!("http://{}/metrics", serve.address)];
        Self::warm(serve, scrape)
    }

    fn tls(authority: &Authority) -> Self {
        authority.server("server");
        let file = authority.folder().join("web.yml");
        std::fs::write(&file, "tls_server_config:\n  cert_file: server.pem\n  key_file: server.key\n")
            .expect("it can be written");
        let serve = Serve::with_web_configuration(&file);
        let scrape = vec![
            "--cacert".to_owned(),
            authority.certificate.display().to_string(),
            format!("https://{}/metrics", serve.address),
        ];
        Self::warm(serve, scrape)
    }

    fn warm(serve: Serve, scrape: Vec<String>) -> Self {
        let mut victim = Self { serve, scrape, before: 0 };
        for _ in 0..10 {
            victim.scrape();
        }
        victim.before = victim.serve.process.memory().resident;
        victim
    }

    /// A good scrape, on a connection of its own; it must be answered.
    #[track_caller]
    fn scrape(&self) -> String {
        let output = self.try_scrape();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "the good scraper: {said}\n{}", tail(&self.serve.process.log()));
        String::from_utf8(output.stdout).expect("a scrape is text")
    }

    /// The same, whatever comes of it.
    fn try_scrape(&self) -> Output {
        let mut curl = Command::new(tool("CURL"));
        curl.args(["--silent", "--show-error", "--fail", "--max-time", "120"]).args(&self.scrape);
        run(&mut curl, b"")
    }

    /// The value of a series; the self-metrics are a few seconds old, so it is asked for until `judge` is content.
    #[track_caller]
    fn until_series(&self, series: &str, judge: impl Fn(f64) -> bool) -> f64 {
        crate::running::until(series, || value(&self.scrape(), series).filter(|found| judge(*found)))
    }

    /// How much more memory it has than before the attack, now and at the most.
    #[track_caller]
    fn holds_its_memory(&self, allowance: u64) {
        let memory = self.serve.process.memory();
        let mebibytes = |bytes: u64| bytes >> 20;
        println!(
            "memory: {} MiB before, {} now, {} at the most",
            mebibytes(self.before),
            mebibytes(memory.resident),
            mebibytes(memory.peak)
        );
        assert!(memory.peak < self.before + allowance, "from {} to {memory:?}", self.before);
    }
}

/// The most bytes that the system keeps for one connection of the server at `address` because nobody takes them.
fn unsent(address: &str) -> u64 {
    let (_, port) = address.rsplit_once(':').expect("an address has a port");
    let local = format!(":{:04X}", port.parse::<u16>().expect("it is a number"));
    let table = std::fs::read_to_string("/proc/net/tcp").expect("Linux tells it");
    let queues = table.lines().filter_map(|line| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let (sent, _) = fields.get(4)?.split_once(':')?;
        fields.get(1)?.ends_with(&local).then(|| u64::from_str_radix(sent, 16).ok())?
    });
    queues.max().unwrap_or_default()
}

/// The value of a series in a scrape.
fn value(scrape: &str, series: &str) -> Option<f64> {
    let line = scrape.lines().find_map(|line| line.strip_prefix(series)?.strip_prefix(' '))?;
    line.trim().parse().ok()
}

fn closed(reason: &str) -> String {
    format!("lookout_http_connections_closed_total{{reason=\"{reason}\"}}")
}

fn tail(log: &str) -> String {
    let lines: Vec<&str> = log.lines().collect();
    lines[lines.len().saturating_sub(30)..].join("\n")
}

#[test]
fn a_scraper_is_answered_while_hundreds_send_their_heads_slowly() {
    let victim = Victim::plain(Serve::start::<&str>([]));
    let attack = Attack::start("slow-heads", &victim.serve.address, 700);
    assert_eq!(attack.count("connected"), 700);
    for _ in 0..20 {
        victim.scrape();
    }
    victim.until_series(&closed("evicted"), |evicted| evicted > 0.0);
    victim.until_series(&closed("head_timeout"), |closed| closed > 0.0);
    victim.holds_its_memory(ALLOWANCE);
}

#[test]
fn ten_thousand_connections_cost_no_more_than_the_places() {
    let victim = Victim::plain(Serve::start::<&str>([]));
    let attack = Attack::start("idle", &victim.serve.address, 10_000);
    // The rest gave up in the system's queue.
    assert!(attack.count("connected") > 5_000, "{:?}", attack.tally);
    victim.scrape();
    let limit = victim.until_series("lookout_http_connections_limit", |_| true);
    victim.until_series("lookout_http_connections", |open| open <= limit);
    victim.until_series(&closed("evicted"), |evicted| evicted > 1000.0);
    victim.holds_its_memory(ALLOWANCE);
}

#[test]
fn ten_thousand_connections_at_once_are_bounded_in_memory() {
    let victim = Victim::plain(Serve::start(["--web.max-connections=10100", "--web.head-timeout=10m"]));
    let attack = Attack::start("idle", &victim.serve.address, 10_000);
    assert_eq!(attack.count("connected"), 10_000, "{:?}", attack.tally);
    victim.until_series("lookout_http_connections", |open| open >= 10_000.0);
    victim.holds_its_memory(10_000 * CONNECTION);
    drop(attack);
    victim.until_series("lookout_http_connections", |open| open < 10.0);
}

#[test]
fn a_thousand_scrapers_at_once_are_all_answered() {
    // Few enough that the last of them has a slot within the seconds that a scrape waits for one, on a slow machine too.
    let inventory = inventory::of_certificates(100);
    // A place for each: who has not said within a second what it wants has to make room for another, and a slow machine is no attack.
    let victim = Victim::plain(inventory.serve(&["--web.max-connections=1100"]));
    let bytes = victim.scrape().len();
    let attack = Attack::start("scrapers", &victim.serve.address, 1000);
    println!("{bytes} bytes each");
    assert_eq!(attack.count("200"), 1000, "{:?}\n{}", attack.tally, tail(&victim.serve.process.log()));
    victim.holds_its_memory(ALLOWANCE);
}

#[test]
fn slow_readers_keep_neither_memory_nor_scrapers() {
    let inventory = inventory::of_certificates(500);
    let victim = Victim::plain(inventory.serve(&[]));
    let attack = Attack::start("slow-readers", &victim.serve.address, 400);
    assert_eq!(attack.count("connected"), 400);
    let most = unsent(&victim.serve.address);
    println!("the system keeps up to {} KiB for a connection", most >> 10);
    assert!(most < UNSENT, "{most} bytes");
    for _ in 0..10 {
        victim.scrape();
    }
    victim.until_series(&closed("evicted"), |evicted| evicted > 0.0);
    victim.holds_its_memory(ALLOWANCE);
}

#[test]
fn slow_bodies_do_not_keep_a_scraper_out() {
    let victim = Victim::plain(Serve::start::<&str>([]));
    let attack = Attack::start("slow-bodies", &victim.serve.address, 700);
    assert_eq!(attack.count("connected"), 700);
    for _ in 0..10 {
        victim.scrape();
    }
    victim.holds_its_memory(ALLOWANCE);
}

#[test]
fn truncated_and_broken_handshakes_cost_nothing() {
    let authority = Authority::new();
    let victim = Victim::tls(&authority);
    let half = Attack::start("half-hellos", &victim.serve.address, 700);
    victim.scrape();
    let broken = Attack::start("broken-hellos", &victim.serve.address, 300);
    assert_eq!((half.count("connected"), broken.count("connected")), (700, 300));
    victim.scrape();
    victim.until_series(&closed("handshake_failed"), |failed| failed > 100.0);
    victim.until_series(&closed("handshake_timeout"), |late| late > 0.0);
    // A good handshake is not counted among them.
    victim.holds_its_memory(ALLOWANCE);
}

/// Attacks by HTTP/2, how much of each, and whether the server may leave such a connection open.
const STREAMS: [(&str, u32); 10] = [
    ("rapid-reset", 100_000),
    ("many-streams", 10_000),
    ("continuation", 10_000),
    ("many-settings", 100_000),
    ("many-pings", 200_000),
    ("header-bomb", 20),
    ("empty-frames", 200_000),
    ("unread-streams", 100),
    ("window-of-one-byte", 100),
    ("broken-frames", 48),
];

#[test]
fn attacks_by_http2_end_at_their_own_connection() {
    let authority = Authority::new();
    let mut victim = Victim::tls(&authority);
    // HTTP/2 and a good scrape go together.
    victim.scrape.push("--http2".to_owned());
    for (name, number) in STREAMS {
        let attack = Attack::start(name, &victim.serve.address, number);
        assert!(attack.count("connected") > 0, "{:?}", attack.tally);
        victim.scrape();
        victim.holds_its_memory(ALLOWANCE);
        drop(attack);
        victim.scrape();
    }
    assert!(!victim.serve.process.log().contains("panicked"), "{}", tail(&victim.serve.process.log()));
}
