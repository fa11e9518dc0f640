//! Other configurations while the process serves: what is unchanged goes on, what is changed has no hole, and what is
//! wrong changes nothing and says so.

use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use lookout_runtime::Clock;
use lookout_simulator::{Platform, PlatformOptions};
use lookout_testkit::scrape::{Scrape, ScrapeFormat};

use crate::process::Lookout;

/// How often something is looked for before the test is called hung, at the pause below: two minutes.
const TRIES: usize = 2400;
const PAUSE: Duration = Duration::from_millis(50);

/// The timeout of an endpoint, and another one: so long that a machine that stands still for a while does not reach it.
const TIMEOUT: &str = "1m";
const OTHER_TIMEOUT: &str = "2m";
/// The deadline of the source that follows from the other one.
const OTHER_DEADLINE: f64 = 122.0;

/// A platform, and a configuration that watches some of it.
struct World {
    platform: Platform,
    path: PathBuf,
}

impl World {
    fn start() -> Self {
        let platform = Platform::start(Clock::system().now(), &PlatformOptions::default()).unwrap();
        let path = platform.directory().join("lookout.yaml");
        Self { platform, path }
    }

    fn server_name(&self, endpoint: &str) -> &str {
        self.platform.endpoint(endpoint).unwrap().server_name()
    }

    /// A configuration that watches these endpoints with these timeouts, and one whose trusted roots are missing, so
    /// that there is a source that fails.
    fn text(&self, endpoints: &[(&str, &str)]) -> String {
        let mut text = format!(
            "certs:\n  period: 1s\n  deadline: 1m\n  endpoint_period: 1s\n  endpoint_timeout: {TIMEOUT}\n  \
             trusted_roots: ['{}']\n  endpoints:\n",
            self.platform.trust_bundle().display(),
        );
        for (name, timeout) in endpoints {
            let (address, server_name) = self.place(name);
            // Writing to a String cannot fail.
            let _ = writeln!(
                text,
                "    - {{ address: '{address}', server_name: {server_name}, timeout: {timeout} }}"
            );
        }
        let (address, server_name) = self.place("trino");
        let _ = writeln!(
            text,
            "    - {{ address: '{address}', server_name: {server_name}, trusted_roots: ['/no/such.pem'] }}"
        );
        text
    }

    fn place(&self, endpoint: &str) -> (String, &str) {
        let endpoint = self.platform.endpoint(endpoint).unwrap();
        (endpoint.address().to_string(), endpoint.server_name())
    }

    fn write(&self, endpoints: &[(&str, &str)]) {
        self.put(&self.text(endpoints));
    }

    /// Puts this in the place of the file, in one step: what is empty for too long while it is written is read as empty.
    fn put(&self, text: &str) {
        let beside = self.path.with_extension("new");
        fs::write(&beside, text).unwrap();
        fs::rename(beside, &self.path).unwrap();
    }
}

fn scrape(lookout: &Lookout) -> Scrape {
    let (status, body) = lookout.get("/metrics");
    assert_eq!(status, 200);
    Scrape::parse(ScrapeFormat::Text, &body).unwrap_or_else(|fault| panic!("{fault}\n{body}"))
}

/// Scrapes until `seen` says so.
#[track_caller]
fn until(lookout: &Lookout, what: &str, seen: impl Fn(&Scrape) -> bool) -> Scrape {
    for _ in 0..TRIES {
        let scrape = scrape(lookout);
        if seen(&scrape) {
            return scrape;
        }
        std::thread::sleep(PAUSE);
    }
    panic!("never seen: {what}\n{}", lookout.get("/metrics/lookout").1)
}

fn up(scrape: &Scrape, server_name: &str) -> Option<f64> {
    scrape.value("certs_endpoint_up", &[("server_name", server_name)])
}

/// How often the configuration was read with this result.
fn readings(scrape: &Scrape, result: &str) -> Option<f64> {
    let labels = [("configuration", "main"), ("result", result)];
    scrape.value("lookout_configuration_reloads_total", &labels)
}

fn is_in_force(scrape: &Scrape) -> bool {
    in_force(scrape) == Some(1.0)
}

fn is_refused(scrape: &Scrape) -> bool {
    in_force(scrape) == Some(0.0)
}

/// Whether the last reading is in force, if Lookout has said so much of itself yet.
fn in_force(scrape: &Scrape) -> Option<f64> {
    scrape.value("lookout_configuration_last_reload_successful", &[("configuration", "main")])
}

/// What Lookout says of the sources whose name ends in `name`, in this family: the sum.
fn of_source(scrape: &Scrape, family: &str, name: &str) -> Option<f64> {
    let values: Vec<f64> = scrape
        .samples()
        .filter(|sample| sample.name == family)
        .filter(|sample| sample.label("source").is_some_and(|source| source.ends_with(name)))
        .map(|sample| sample.value)
        .collect();
    (!values.is_empty()).then(|| values.iter().sum())
}

/// Ends the scraping when it is dropped.
struct End<'a>(&'a AtomicBool);

impl Drop for End<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// Scrapes all the time while `act` runs, and has `check` look at each.
fn throughout(lookout: &Lookout, check: impl Fn(&Scrape) + Sync, act: impl FnOnce()) {
    let ended = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let scraping = scope.spawn(|| {
            while !ended.load(Ordering::SeqCst) {
                check(&scrape(lookout));
                assert_eq!(lookout.get("/-/ready").0, 200, "it has become unready");
            }
        });
        // Ended also if `act` panics, for else the scope would wait for ever.
        let end = End(&ended);
        act();
        drop(end);
        scraping.join().unwrap();
    });
}

/// Runs a test that blocks beside a platform that does not.
async fn beside<T: Send + 'static>(world: World, test: impl FnOnce(&World) -> T + Send + 'static) -> T {
    let (world, result) = tokio::task::spawn_blocking(move || {
        let result = test(&world);
        (world, result)
    })
    .await
    .unwrap();
    world.platform.stop().await;
    result
}

#[tokio::test(flavor = "multi_thread")]
async fn an_added_endpoint_leaves_the_others_alone_and_a_changed_one_has_no_hole() {
    beside(World::start(), |world| {
        let portal = world.server_name("portal");
        world.write(&[("portal", TIMEOUT)]);
        let lookout = Lookout::serve(&world.path);
        lookout.until_ready();
        let errors = |scrape: &Scrape| of_source(scrape, "lookout_source_errors_total", "/no/such.pem");
        // What Lookout says of itself follows a moment after the cycles that it speaks of.
        let before = until(&lookout, "a source that works and one that fails", |scrape| {
            // A first cycle that is late is an error too, before the source is said to fail.
            of_source(scrape, "lookout_source_up", portal) == Some(1.0)
                && of_source(scrape, "lookout_source_up", "/no/such.pem") == Some(0.0)
                && errors(scrape) >= Some(1.0)
        });
        let success =
            |scrape: &Scrape| of_source(scrape, "lookout_source_last_success_timestamp_seconds", portal);
        let check = |scrape: &Scrape| {
            assert_eq!(up(scrape, portal), Some(1.0));
            assert_eq!(of_source(scrape, "lookout_source_up", portal), Some(1.0));
            assert_eq!(of_source(scrape, "lookout_source_up", "/no/such.pem"), Some(0.0));
            assert!(errors(scrape) >= errors(&before), "a counter began anew");
            assert!(success(scrape) >= success(&before), "the last success is forgotten");
            let verified = [("server_name", portal), ("result", "trusted")];
            assert_eq!(scrape.value("certs_endpoint_verified", &verified), Some(1.0));
        };
        let superset = world.server_name("superset");
        // However seldom the other thread comes to scrape, each step is looked at.
        let look = |what: &str, seen: &dyn Fn(&Scrape) -> bool| {
            let is_well_and_seen = |scrape: &Scrape| {
                check(scrape);
                seen(scrape)
            };
            until(&lookout, what, is_well_and_seen);
        };
        throughout(&lookout, check, || {
            world.write(&[("portal", TIMEOUT), ("superset", TIMEOUT)]);
            look("the added endpoint", &|scrape| up(scrape, superset).is_some());
            // Changed: it is another source now, in the same place.
            world.write(&[("portal", OTHER_TIMEOUT), ("superset", TIMEOUT)]);
            look("the changed endpoint", &|scrape| {
                of_source(scrape, "lookout_source_deadline_seconds", portal) == Some(OTHER_DEADLINE)
            });
            look("its new success", &|scrape| success(scrape) > success(&before));
            world.write(&[("portal", OTHER_TIMEOUT)]);
            look("the end of the removed endpoint", &|scrape| up(scrape, superset).is_none());
        });
        // When Lookout looks at itself, it looks at the sources before it looks at the readings.
        until(&lookout, "the last reading without the removed endpoint", |scrape| {
            readings(scrape, "success") >= Some(4.0)
                && of_source(scrape, "lookout_source_up", superset).is_none()
        });
        let (status, log) = lookout.terminate();
        assert_eq!(status.code(), Some(0), "{log}");
        for counts in [
            r#""kept":4,"replaced":0,"added":1,"removed":0"#,
            r#""kept":4,"replaced":1,"added":0,"removed":0"#,
            r#""kept":4,"replaced":0,"added":0,"removed":1"#,
        ] {
            assert!(log.contains(counts), "no {counts} in\n{log}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_a_vanished_or_an_empty_file_changes_nothing_and_says_so() {
    beside(World::start(), |world| {
        let portal = world.server_name("portal");
        world.write(&[("portal", TIMEOUT)]);
        let lookout = Lookout::serve(&world.path);
        lookout.until_ready();
        let check = |scrape: &Scrape| assert_eq!(up(scrape, portal), Some(1.0));
        throughout(&lookout, check, || {
            world.put("certs:\n  endpoints:\n    - adress: portal:443\n  period: fast\n");
            let wrong = until(&lookout, "the wrong file", is_refused);
            assert!(readings(&wrong, "failure") >= Some(1.0));
            world.write(&[("portal", TIMEOUT)]);
            until(&lookout, "the mended file", is_in_force);
            fs::remove_file(&world.path).unwrap();
            until(&lookout, "that the file is gone", is_refused);
            world.write(&[("portal", TIMEOUT)]);
            until(&lookout, "that it is back", is_in_force);
            world.put("\n");
            until(&lookout, "that it is empty", is_refused);
            world.write(&[("portal", TIMEOUT)]);
            until(&lookout, "that it has something to say again", is_in_force);
        });
        let (_, log) = lookout.terminate();
        let path = world.path.display();
        let warning = log
            .lines()
            .find(|line| line.contains("certs.endpoints[0]"))
            .unwrap_or_else(|| panic!("no line about the fault in\n{log}"));
        assert!(warning.contains("WARN") || warning.contains("warn"), "{warning}");
        // All faults in one line, with their places.
        for part in [&format!("{path}:3:7"), "did you mean `address`?", &format!("{path}:4:11: certs.period")]
        {
            assert!(warning.contains(part), "no {part} in\n{warning}");
        }
        assert!(log.contains("cannot read the configuration"), "{log}");
        assert!(log.contains("it is empty"), "{log}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_empty_while_it_is_written_ends_nothing() {
    beside(World::start(), |world| {
        let portal = world.server_name("portal");
        world.write(&[("portal", TIMEOUT)]);
        let lookout = Lookout::serve(&world.path);
        lookout.until_ready();
        let text = world.text(&[("portal", OTHER_TIMEOUT)]);
        let check = |scrape: &Scrape| assert_eq!(up(scrape, portal), Some(1.0));
        throughout(&lookout, check, || {
            fs::write(&world.path, "").unwrap();
            // Long enough to be seen empty, and far from long enough to be meant.
            std::thread::sleep(PAUSE * 6);
            fs::write(&world.path, text).unwrap();
            until(&lookout, "the changed endpoint", |scrape| {
                of_source(scrape, "lookout_source_deadline_seconds", portal) == Some(OTHER_DEADLINE)
            });
        });
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_swapped_volume_and_another_budget_are_in_force_without_being_asked_for() {
    beside(World::start(), |world| {
        let mounted = world.platform.directory().join("mounted");
        let mount = |version: &str, text: &str| {
            fs::create_dir_all(mounted.join(version)).unwrap();
            fs::write(mounted.join(version).join("lookout.yaml"), text).unwrap();
            symlink(version, mounted.join("..data_tmp")).unwrap();
            fs::rename(mounted.join("..data_tmp"), mounted.join("..data")).unwrap();
        };
        let text = world.text(&[("portal", TIMEOUT)]);
        mount("..one", &text);
        symlink("..data/lookout.yaml", mounted.join("lookout.yaml")).unwrap();
        let lookout = Lookout::serve(&mounted.join("lookout.yaml"));
        lookout.until_ready();
        let series = |scrape: &Scrape| scrape.value("lookout_series", &[("exporter", "certs")]);
        until(&lookout, "the series", |scrape| series(scrape) > Some(10.0));
        let budget = |scrape: &Scrape| scrape.value("lookout_series_budget", &[("exporter", "certs")]);
        mount("..two", &text.replacen("certs:\n", "certs:\n  series_budget: 10\n", 1));
        until(&lookout, "the smaller budget", |scrape| {
            budget(scrape) == Some(10.0) && series(scrape) <= Some(10.0)
        });
        mount("..three", &text);
        fs::remove_dir_all(mounted.join("..one")).unwrap();
        until(&lookout, "the larger budget", |scrape| {
            budget(scrape) > Some(10.0) && series(scrape) > Some(10.0)
        });
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signal_and_a_request_have_the_configuration_read_again() {
    beside(World::start(), |world| {
        world.write(&[("portal", TIMEOUT)]);
        let argument = format!("--config.file={}", world.path.display());
        let lookout = Lookout::serve_with(&[&argument, "--web.enable-lifecycle"]);
        lookout.until_ready();
        until(&lookout, "the first reading", |scrape| readings(scrape, "success") >= Some(1.0));
        // Nothing has changed, and it is read all the same.
        lookout.signal("-HUP");
        until(&lookout, "the signal", |scrape| readings(scrape, "success") >= Some(2.0));
        assert_eq!(lookout.request("POST", "/-/reload").0, 200);
        until(&lookout, "the request", |scrape| readings(scrape, "success") >= Some(3.0));
        let superset = world.server_name("superset");
        world.write(&[("portal", TIMEOUT), ("superset", TIMEOUT)]);
        assert_eq!(lookout.request("POST", "/-/reload").0, 200);
        // In force when it is answered; served after the first cycle.
        until(&lookout, "the added endpoint", |scrape| up(scrape, superset).is_some());
        world.put("certs: [\n");
        let (status, said) = lookout.request("POST", "/-/reload");
        assert_eq!(status, 500, "{said}");
        assert!(said.contains(&format!("{}:", world.path.display())), "{said}");
        assert!(up(&scrape(&lookout), superset).is_some());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_may_be_probed_and_where_each_exporter_stands_follow_the_file() {
    beside(World::start(), |world| {
        let text = world.text(&[("portal", TIMEOUT)]);
        world.put(&text);
        let lookout = Lookout::serve(&world.path);
        lookout.until_ready();
        // A port on which nobody listens: what matters is who is asked.
        let probe = || lookout.get("/probe?target=127.0.0.1:1&module=tcp_connect");
        assert_ne!(probe().0, 200);
        let probing = "probe:\n  targets: ['127.0.0.1']\n  allow_networks: ['127.0.0.0/8']\n";
        world.put(&(text.clone() + probing));
        until(&lookout, "the second reading", |scrape| readings(scrape, "success") >= Some(2.0));
        let (status, said) = probe();
        assert_eq!(status, 200, "{said}");
        assert!(said.contains("probe_success 0"), "{said}");
        world.put("certs:\n  enabled: false\n");
        until(&lookout, "the third reading", |scrape| readings(scrape, "success") >= Some(3.0));
        assert_ne!(probe().0, 200);
        let (_, page) = lookout.get("/");
        assert!(page.contains("certs.enabled") && page.contains("probe.targets"), "{page}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_file_a_signal_ends_nothing_and_a_request_is_refused() {
    tokio::task::spawn_blocking(|| {
        let lookout = Lookout::serve_with(&[]);
        lookout.until_ready();
        lookout.signal("-HUP");
        assert_eq!(lookout.request("POST", "/-/reload").0, 403);
        assert_eq!(lookout.get("/-/healthy").0, 200);
        let scrape = scrape(&lookout);
        assert!(scrape.samples().all(|sample| sample.name != "lookout_configuration_reloads_total"));
        // It is dealt with before the next signal comes, which ends all reading.
        lookout.until_logged("there is no --config.file");
        let (status, log) = lookout.terminate();
        assert_eq!(status.code(), Some(0), "{log}");
    })
    .await
    .unwrap();
}
