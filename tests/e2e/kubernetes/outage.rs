//! The story of an API server that goes away: cut off, frozen, killed, with its past forgotten, or without the storage behind it. What
//! was read stays with its age, what changed is seen when it is back, and it is not asked for everything again unless it has
//! forgotten.

use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use lookout_testkit::scrape::Scrape;
use serde_json::{Value, json};

use super::access::{Account, READ, base64, rule};
use super::control_plane::ControlPlane;
use super::lookout::{Lookout, Start, rows};
use super::material::{Issuing, secrets, tls_secret};
use super::proxy::Way;
use crate::running::until;
use crate::steps::Steps;
use crate::tools::succeed;
use crate::watcher::Watcher;

const NAMESPACE: &str = "outage";
const SECRETS: usize = 50;
/// How long the server is away each time.
const AWAY: Duration = Duration::from_secs(30);

/// A server that has forgotten its past has each of two resources listed again; once more if it forgets again while it gets going.
const LISTS_OF_ONE_THAT_FORGOT: usize = 4;

/// Twice as long as a watch lasts here, and longer than a list is put off that follows on another one.
const SETTLED: Duration = Duration::from_secs(12);

/// What each step works on.
struct Stage {
    control_plane: ControlPlane,
    account: Account,
    issuing: Issuing,
    way: Way,
    lookout: Lookout,
    year: i32,
}

#[test]
fn an_api_server_that_goes_away_leaves_no_hole() {
    let control_plane = ControlPlane::start("outage");
    let issuing = Issuing::named("outage");
    control_plane.namespace(NAMESPACE, &json!({}));
    for number in 0..SECRETS {
        let name = format!("site-{number}");
        let pair = issuing.issue(&name, &[&format!("{name}.example.org")]);
        control_plane.api().create(&secrets(NAMESPACE), &tls_secret(&name, &pair));
    }
    let account = Account::create(&control_plane, NAMESPACE, "lookout");
    account.allow_everywhere(&[rule("", &["secrets", "configmaps"], READ)]);
    let cluster = json!({
        "ca_bundles": false, "signing_requests": false, "cert_manager": false, "hosts": false, "workloads": false,
    });
    let way = Way::to(&control_plane.address);
    let start = Start::with_token(&control_plane, &account.token(), &cluster)
        .set("/kubernetes/access", "server", format!("https://{}", way.address).into())
        .set("/kubernetes", "budget", json!({"watch_timeout": "5s"}));
    let mut lookout = start.start();
    lookout.until("all Secrets", |scrape| (count(scrape) == SECRETS).then_some(()));
    lookout.until_complete();
    let watcher = Watcher::start(&lookout.serve.address, |scrape| match count(scrape) {
        SECRETS => Vec::new(),
        found => vec![format!("{found} of {SECRETS} certificates")],
    });
    let mut stage = Stage { control_plane, account, issuing, way, lookout, year: 2040 };
    let mut steps = Steps::default();
    steps.take("watches_that_end_go_on_where_they_were", || watches_end(&mut stage));
    steps.take("a_network_that_was_cut_takes_no_new_list", || cut(&mut stage));
    steps.take("a_server_that_was_frozen_takes_no_new_list", || frozen(&mut stage));
    steps.take("a_server_that_was_killed_is_asked_once_for_each_list_at_most", || killed(&mut stage));
    steps.take("a_server_that_forgot_its_past_is_asked_once_for_each_list", || forgotten(&mut stage));
    steps.take("a_storage_that_falls_silent_behind_a_server_that_answers_is_told", || {
        storage_silent(&mut stage);
    });
    steps.take("a_storage_that_dies_behind_a_server_that_answers_is_told", || storage_dead(&mut stage));
    let seen = watcher.end();
    println!("    {} scrapes meanwhile", seen.scrapes);
    steps.take("no_scrape_lacked_a_certificate", || assert_eq!(seen.false_rows, Vec::<String>::new()));
    steps.end();
}

fn watches_end(stage: &mut Stage) {
    let (before, ended) = (stage.lists(), stage.watches());
    // Of each of two kinds of objects two: those that went on have ended, too.
    until("watches that have ended", || (stage.watches() >= ended + 4).then_some(()));
    stage.change();
    stage.until_changed();
    assert_eq!(stage.lists(), before, "lists were made again");
    assert_eq!(errors(&stage.lookout.scrape()), 0.0, "a quiet cluster is no failure");
}

fn cut(stage: &mut Stage) {
    let before = stage.lists();
    stage.way.cut();
    stage.change();
    stage.until_down();
    thread::sleep(AWAY);
    stage.is_away();
    stage.way.mend();
    stage.until_changed();
    stage.until_up();
    assert_eq!(stage.lists(), before, "lists were made again");
}

fn frozen(stage: &mut Stage) {
    let before = stage.lists();
    stage.signal("STOP");
    stage.until_down();
    thread::sleep(AWAY / 3);
    stage.is_away();
    stage.signal("CONT");
    stage.change();
    stage.until_changed();
    stage.until_up();
    assert_eq!(stage.lists(), before, "lists were made again");
}

fn killed(stage: &mut Stage) {
    let before = stage.lists();
    stage.control_plane.kill_api_server();
    stage.until_down();
    thread::sleep(AWAY);
    stage.is_away();
    stage.control_plane.start_api_server();
    stage.change();
    stage.until_changed();
    stage.until_up();
    let lists = stage.settled_lists() - before;
    println!("    {lists} lists after the server was started again");
    assert!(lists <= LISTS_OF_ONE_THAT_FORGOT, "{lists} lists");
}

fn forgotten(stage: &mut Stage) {
    let before = stage.lists();
    stage.way.cut();
    stage.change();
    stage.control_plane.kill_api_server();
    stage.control_plane.compact();
    stage.control_plane.start_api_server();
    stage.control_plane.compact();
    stage.way.mend();
    stage.until_changed();
    stage.until_up();
    let lists = stage.settled_lists() - before;
    println!("    {lists} lists after the past was forgotten");
    assert!((1..=LISTS_OF_ONE_THAT_FORGOT).contains(&lists), "{lists} lists");
}

fn storage_silent(stage: &mut Stage) {
    let before = stage.lists();
    signal("STOP", stage.control_plane.etcd_id());
    stage.until_down_behind_a_server_that_answers();
    stage.is_away();
    signal("CONT", stage.control_plane.etcd_id());
    stage.change();
    stage.until_changed();
    stage.until_up();
    let lists = stage.settled_lists() - before;
    println!("    {lists} lists after a silence of the storage");
    // Mostly none. But after forty seconds of silence the server connects anew to its storage, and has forgotten its past.
    assert!(lists <= LISTS_OF_ONE_THAT_FORGOT, "{lists} lists");
}

fn storage_dead(stage: &mut Stage) {
    let before = stage.lists();
    stage.control_plane.kill_etcd();
    stage.until_down_behind_a_server_that_answers();
    thread::sleep(AWAY / 3);
    stage.is_away();
    stage.control_plane.start_etcd();
    stage.change();
    stage.until_changed();
    stage.until_up();
    let lists = stage.settled_lists() - before;
    println!("    {lists} lists after the storage was started again");
    assert!(lists <= LISTS_OF_ONE_THAT_FORGOT, "{lists} lists");
}

impl Stage {
    /// Renews a certificate, so that it ends in another year than any before.
    fn change(&mut self) {
        self.year += 1;
        let pair = self.issuing.issue_until("site-7", &["site-7.example.org"], self.year);
        let path = format!("{}/site-7", secrets(NAMESPACE));
        let data = json!({"data": {"tls.crt": base64(pair.certificate.as_bytes())}});
        self.control_plane.api().merge(&path, &data);
    }

    /// Waits until the last change is seen.
    #[track_caller]
    fn until_changed(&mut self) {
        let wanted = super::truth::seconds(&format!("{}-01-01 00:00:00Z", self.year));
        let begun = Instant::now();
        self.lookout.until("the change", |scrape| {
            let ends = rows(scrape, "x509_cert_not_after", &[("secret_name", "site-7")]);
            (ends.len() == 1 && ends[0].value == wanted as f64).then_some(())
        });
        println!("    the change is seen after {} ms", begun.elapsed().as_millis());
    }

    #[track_caller]
    fn until_down(&mut self) {
        let begun = Instant::now();
        self.lookout.until("a source that is down", |scrape| (up(scrape) == Some(0.0)).then_some(()));
        println!("    down is said after {} ms", begun.elapsed().as_millis());
    }

    /// The same, of a server that goes on to answer what it need not ask its storage, watches among it.
    #[track_caller]
    fn until_down_behind_a_server_that_answers(&mut self) {
        self.until_down();
        let api = self.control_plane.api();
        for path in ["/version", "/api/v1/secrets?resourceVersion=0&limit=1"] {
            assert_eq!(api.ask("GET", path, None).map(|answer| answer.status), Some(200), "{path}");
        }
    }

    #[track_caller]
    fn until_up(&mut self) {
        self.lookout.until("a source that is up", |scrape| (up(scrape) == Some(1.0)).then_some(()));
    }

    /// It says that it cannot read, and how old is what it has.
    #[track_caller]
    fn is_away(&self) {
        let scrape = self.lookout.scrape();
        assert_eq!(up(&scrape), Some(0.0));
        assert_eq!(count(&scrape), SECRETS);
        let down = rows(&scrape, "lookout_source_up", &[("exporter", "certs")]);
        let down = down.iter().filter(|row| row.value == 0.0);
        let sources: Vec<&str> = down.filter_map(|row| row.label("source")).collect();
        assert!(!sources.is_empty(), "no source says that it is down");
        for source in sources {
            let of = [("exporter", "certs"), ("source", source)];
            let last =
                scrape.value("lookout_source_last_success_timestamp_seconds", &of).expect("it was up once");
            let age = super::tokens::seconds_now() - last;
            println!("    {source} was last read {age:.0} s ago");
            assert!(age > 5.0, "{source} claims to be as new as {age} s");
        }
    }

    /// Lists that were granted so far, of anything: in pages, or as a watch that begins with what there is. A server that is only just
    /// starting refuses some, which costs it nothing.
    fn lists(&self) -> usize {
        let is_list = |entry: &Value| {
            let uri = entry["requestURI"].as_str().unwrap_or_default();
            match entry["verb"].as_str() {
                // One object is asked for to learn the version, not to read the list.
                Some("list") => {
                    let is_first =
                        !uri.contains("continue=") && !uri.contains("limit=1&") && !uri.ends_with("limit=1");
                    entry["stage"] == "ResponseComplete" && is_first
                }
                Some("watch") => {
                    entry["stage"] == "ResponseStarted" && uri.contains("sendInitialEvents=true")
                }
                _ => false,
            }
        };
        let requests = self.control_plane.requests_of(&self.account.user());
        let granted = requests.iter().filter(|entry| entry["responseStatus"]["code"] == 200);
        granted.filter(|entry| is_list(entry)).count()
    }

    /// The same, when no further ones come: a kind of objects may be listed some time after the other, and once more after that.
    fn settled_lists(&self) -> usize {
        until("no further list", || {
            let lists = self.lists();
            thread::sleep(SETTLED);
            (self.lists() == lists).then_some(lists)
        })
    }

    /// Watches that have ended so far.
    fn watches(&self) -> usize {
        let requests = self.control_plane.requests_of(&self.account.user());
        requests
            .iter()
            .filter(|entry| entry["verb"] == "watch" && entry["stage"] == "ResponseComplete")
            .count()
    }

    fn signal(&self, name: &str) {
        signal(name, self.control_plane.api_server_id());
    }
}

fn signal(name: &str, id: u32) {
    succeed(Command::new("kill").args(["-s", name, &id.to_string()]), b"");
}

/// Whether Secrets could be read.
fn up(scrape: &Scrape) -> Option<f64> {
    rows(scrape, "x509_source_up", &[("source_kind", "kube-secret")]).first().map(|row| row.value)
}

/// How many cycles have failed.
fn errors(scrape: &Scrape) -> f64 {
    let rows = rows(scrape, "lookout_source_errors_total", &[("exporter", "certs")]);
    rows.iter().map(|row| row.value).sum()
}

/// How many certificates are shown.
fn count(scrape: &Scrape) -> usize {
    rows(scrape, "x509_cert_not_after", &[("secret_namespace", NAMESPACE)]).len()
}
