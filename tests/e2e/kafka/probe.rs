//! The story of the probe on three brokers: two instances, logged in as somebody who has the rights of the README alone.

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use lookout_testkit::scrape::Scrape;
use serde_json::{Value, json};

use super::broker::READER;
use super::cluster::Cluster;
use super::lookout::{Lookout, faults, rows};
use super::security::{RIGHTS, Secrets, unsecured_token};
use super::steps::Steps;
use crate::running::until;
use crate::web_server::WebServer;

const TOPIC: &str = "lookout-probe";
/// What the probe needs beside [`RIGHTS`]: resource, name, operation.
const PROBE_RIGHTS: [(&str, &str, &str); 7] = [
    ("topic", TOPIC, "create"),
    ("topic", TOPIC, "alter"),
    ("topic", TOPIC, "describe"),
    ("topic", TOPIC, "read"),
    ("topic", TOPIC, "write"),
    ("group", "lookout-probe*", "read"),
    ("group", "lookout-probe*", "describe"),
];
const BROKERS: [&str; 3] = ["1", "2", "3"];
/// The broker that dies.
const VICTIM: usize = 3;
/// How long a record is waited for, seconds: longer than a cluster of ours takes to replace a broker.
const TIMEOUT: f64 = 30.0;
/// How long a token of the issuer is good, seconds: it is renewed at half of that, and the rest is for a machine that stalls.
const TOKEN_LIFETIME: i64 = 20;

#[test]
fn the_probe_measures_every_broker_with_the_rights_of_the_readme() {
    let mut cluster = Cluster::start(3);
    let secrets = Secrets::new();
    let mut steps = Steps::default();
    allow(&mut cluster, &RIGHTS);
    let sasl = json!({"scram_sha512": {"username": READER.0, "password": secrets.password}});
    let entry = json!({
        "name": "probed", "brokers": cluster.addresses(|ports| ports.sasl), "sasl": sasl,
        "probe": {"enabled": true, "timeout": format!("{TIMEOUT}s")},
    });
    // Of one host, so they share their group too.
    let mut lookouts = [Lookout::watching(&entry), Lookout::watching(&entry)];
    steps.take("without_its_rights_the_probe_is_denied", || lookouts.iter_mut().for_each(denied));
    allow(&mut cluster, &PROBE_RIGHTS);
    steps.take("two_instances_cover_every_broker_and_lose_nothing", || {
        covered(&mut cluster, &mut lookouts);
    });
    steps.take("a_broker_that_dies_makes_records_late_and_loses_none", || {
        cluster.kill(VICTIM);
        cluster.until_there(2);
        dead(&mut lookouts);
    });
    steps.take("a_broker_that_is_back_is_uncovered_until_it_leads_again", || {
        back(&mut cluster, &mut lookouts);
    });
    steps.take("tokens_of_an_issuer_log_it_in_and_are_renewed", || by_token(&cluster, &secrets));
    steps.end();
}

fn allow(cluster: &mut Cluster, rights: &[(&str, &str, &str)]) {
    for (resource, name, operation) in rights {
        cluster.allow(&format!("User:{}", READER.0), resource, name, operation);
    }
}

/// The sum of the rows of a family of the probe, of one broker, whatever the reason.
fn of(scrape: &Scrape, name: &str, broker: &str) -> f64 {
    let rows = rows(scrape, &format!("kafka_probe_{name}"), &[("broker", broker)]);
    rows.iter().map(|row| row.value).sum()
}

fn denied(lookout: &mut Lookout) {
    let is_denied = |scrape: &Scrape| faults(scrape, "probed probe", Some("denied")) > 0.0;
    let scrape = lookout.until("a denied probe", |scrape| is_denied(scrape).then_some(()));
    assert_eq!(rows(&scrape, "kafka_probe_produced_records_total", &[]).len(), 0);
    assert_eq!(scrape.value("kafka_probe_uncovered_brokers", &[]), Some(3.0));
}

/// Waits until each broker has had so many more records produced, and every broker is covered.
#[track_caller]
fn until_produced(lookout: &mut Lookout, since: &[f64; 3], brokers: &[usize], more: f64) -> Scrape {
    lookout.until("produced records", |scrape| {
        let produced =
            |node: &usize| of(scrape, "produced_records_total", BROKERS[node - 1]) >= since[node - 1] + more;
        let is_covered = scrape.value("kafka_probe_uncovered_brokers", &[]) == Some(0.0);
        (is_covered && brokers.iter().all(produced)).then_some(())
    })
}

fn produced(scrape: &Scrape) -> [f64; 3] {
    BROKERS.map(|broker| of(scrape, "produced_records_total", broker))
}

fn covered(cluster: &mut Cluster, lookouts: &mut [Lookout; 2]) {
    let all = [1, 2, 3];
    let first = lookouts.each_mut().map(|lookout| until_produced(lookout, &[0.0; 3], &all, 5.0));
    let truth = cluster.truth();
    let second = lookouts.each_mut().map(|lookout| {
        let since = produced(&lookout.scrape());
        until_produced(lookout, &since, &all, 1.0)
    });
    // Two that made the topic at the same time have made one.
    let topics = truth["topics"].as_array().expect("there are topics");
    let topic = topics.iter().find(|topic| topic["topic"] == TOPIC).expect("the probe has made its topic");
    let partitions = topic["partitions"].as_array().expect("it has partitions");
    let mut leaders: Vec<_> = partitions.iter().filter_map(|row| row["leader"].as_u64()).collect();
    leaders.sort_unstable();
    assert_eq!(leaders, [1, 2, 3]);
    for row in partitions {
        let broker = row["leader"].to_string();
        let count = |scrapes: &[Scrape; 2]| {
            scrapes.iter().map(|scrape| of(scrape, "produced_records_total", &broker)).sum::<f64>()
        };
        let end = row["latest"].as_f64().expect("it has an end");
        println!("    broker {broker}: {} ≤ {end} records ≤ {}", count(&first), count(&second));
        assert!(count(&first) <= end, "more is counted than was produced");
        assert!(end <= count(&second) + in_flight(&second, &broker), "less is counted than was produced");
    }
    for scrape in &second {
        for broker in BROKERS {
            in_order(scrape, broker);
        }
        let commits = scrape.value("kafka_probe_commit_latency_seconds_count", &[]);
        assert!(commits > Some(0.0), "nothing was committed");
        assert_eq!(rows(scrape, "kafka_probe_failed_commits_total", &[("reason", "denied")])[0].value, 0.0);
        for source in
            ["probed", "probed probe", "probed log directories", "probed configuration", "probed controllers"]
        {
            assert_eq!(faults(scrape, source, None), 0.0, "{source} lacks a right");
        }
    }
}

/// The probe and the sources that read have tokens of the same endpoint. They live for seconds, and nothing fails.
fn by_token(cluster: &Cluster, secrets: &Secrets) {
    let granted = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&granted);
    let issuer = WebServer::tls_answering(&cluster.authority.server("issuer"), move |_| {
        count.fetch_add(1, Ordering::Relaxed);
        let token = unsecured_token(READER.0, TOKEN_LIFETIME);
        let body =
            json!({"access_token": token, "token_type": "Bearer", "expires_in": TOKEN_LIFETIME}).to_string();
        format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len())
    });
    let endpoint = json!({
        "url": format!("https://{}/token", issuer.address), "client_id": "lookout",
        "client_secret": secrets.file("client-secret", "secret"), "ca_file": cluster.authority.certificate,
    });
    let entry = json!({
        "name": "probed", "brokers": cluster.addresses(|ports| ports.sasl_tls),
        "tls": {"ca_file": cluster.authority.certificate},
        "sasl": {"oauth_bearer": {"endpoint": endpoint}},
        "probe": {"enabled": true, "timeout": format!("{TIMEOUT}s")},
    });
    let mut lookout = Lookout::watching(&entry);
    let scrape = until_produced(&mut lookout, &[0.0; 3], &[1, 2, 3], 5.0);
    let asked = granted.load(Ordering::Relaxed);
    until("tokens that are newer", || (granted.load(Ordering::Relaxed) > asked + 2).then_some(()));
    let scrape = until_produced(&mut lookout, &produced(&scrape), &[1, 2, 3], 5.0);
    for broker in BROKERS {
        in_order(&scrape, broker);
    }
    for source in ["probed", "probed probe", "probed controllers"] {
        assert_eq!(faults(&scrape, source, None), 0.0, "{source}");
        assert_eq!(scrape.value("lookout_source_up", &[("source", source)]), Some(1.0), "{source}");
    }
}

fn in_flight(scrapes: &[Scrape], broker: &str) -> f64 {
    scrapes.iter().map(|scrape| of(scrape, "in_flight_records", broker)).sum()
}

/// Everything that was produced came back, and the histograms count the same.
fn in_order(scrape: &Scrape, broker: &str) {
    let of = |name: &str| of(scrape, name, broker);
    let (produced, received) = (of("produced_records_total"), of("received_records_total"));
    for name in ["failed_records_total", "lost_records_total", "late_records_total"] {
        assert_eq!(of(name), 0.0, "{name} of broker {broker}");
    }
    assert!((produced - received).abs() <= of("in_flight_records"), "{produced} ≠ {received}");
    for (name, count) in [("produce_latency_seconds", produced), ("end_to_end_latency_seconds", received)] {
        assert_eq!(of(&format!("{name}_count")), count, "{name} of broker {broker}");
        let mean = of(&format!("{name}_sum")) / count;
        println!("    broker {broker}: {count} records, {name} {mean:.4} s on average");
        assert!(mean > 0.0 && mean < TIMEOUT, "{mean}");
    }
}

/// How many records took longer than a second, or failed.
fn slow_or_failed(scrape: &Scrape, broker: &str) -> f64 {
    let name = "kafka_probe_produce_latency_seconds_bucket";
    let quick = scrape.value(name, &[("broker", broker), ("le", "1.0")]);
    let count = of(scrape, "produce_latency_seconds_count", broker);
    count - quick.expect("there is a bucket of a second") + of(scrape, "failed_records_total", broker)
}

/// Records wait for the replica that is gone until it is out of sync: all are slow for a moment, none is lost.
fn dead(lookouts: &mut [Lookout; 2]) {
    let victim = VICTIM.to_string();
    // Both at once: they publish seldom.
    let since = lookouts.each_ref().map(|lookout| produced(&lookout.scrape()));
    let wait = |lookouts: &mut [Lookout; 2], since: &[[f64; 3]; 2], more| {
        let mut since = since.iter();
        lookouts
            .each_mut()
            .map(|lookout| until_produced(lookout, since.next().expect("there are two"), &[1, 2], more))
    };
    wait(lookouts, &since, 15.0);
    let scrapes = lookouts.each_mut().map(until_closed);
    let later = wait(lookouts, &scrapes.each_ref().map(produced), 1.0);
    for (scrape, later) in scrapes.iter().zip(later) {
        for broker in BROKERS {
            let [lost, failed] =
                ["lost_records_total", "failed_records_total"].map(|name| of(scrape, name, broker));
            let slow = slow_or_failed(scrape, broker);
            println!("    broker {broker}: {slow} slow or failed, {lost} lost, {failed} failed");
            assert_eq!(lost, 0.0, "broker {broker} lost a record");
            assert!(broker == victim || failed == 0.0, "broker {broker} is well");
        }
        assert!(slow_or_failed(scrape, &victim) >= 1.0, "nobody says that the broker was away");
        // Nothing more is ever counted for it, and its account stays.
        let [before, after] = [scrape, &later].map(|scrape| of(scrape, "produced_records_total", &victim));
        assert!(before > 0.0 && before == after, "{before} and then {after}");
    }
}

/// Waits until nothing has been counted for the broker that died from one publication to the next, and nothing is under way to it: who leads
/// what is looked at now and then, and until that is seen it is sent records.
fn until_closed(lookout: &mut Lookout) -> Scrape {
    let (last, victim) = (Cell::new([f64::INFINITY; 2]), VICTIM.to_string());
    lookout.until("a closed account of the broker that died", |scrape| {
        let produced =
            [BROKERS[0], victim.as_str()].map(|broker| of(scrape, "produced_records_total", broker));
        let [before, of_victim] = last.get();
        if before < produced[0] && of_victim == produced[1] && of(scrape, "in_flight_records", &victim) == 0.0
        {
            return Some(());
        }
        if before != produced[0] {
            last.set(produced);
        }
        None
    })
}

fn back(cluster: &mut Cluster, lookouts: &mut [Lookout; 2]) {
    cluster.restart(VICTIM);
    cluster.until_there(3);
    for lookout in lookouts.iter_mut() {
        lookout.until("an uncovered broker", |scrape| {
            (scrape.value("kafka_probe_uncovered_brokers", &[]) == Some(1.0)).then_some(())
        });
    }
    // These brokers do not move leaders by themselves, as most do.
    until("the broker leads again", || {
        for partition in 0..3 {
            cluster.ask(&json!({"do": "elect", "topic": TOPIC, "partition": partition}));
        }
        leads(&cluster.truth()).then_some(())
    });
    for lookout in lookouts.iter_mut() {
        let scrape = until_produced(lookout, &produced(&lookout.scrape()), &[1, 2, 3], 5.0);
        for broker in BROKERS {
            assert_eq!(of(&scrape, "lost_records_total", broker), 0.0, "broker {broker} lost a record");
        }
        let partitions = scrape.value("kafka_topic_partitions", &[("topic", TOPIC)]);
        assert_eq!(partitions, Some(3.0), "a broker that was away for a moment needs no new partition");
    }
}

fn leads(truth: &Value) -> bool {
    let topics = truth["topics"].as_array().into_iter().flatten();
    let mut ours = topics.filter(|topic| topic["topic"] == TOPIC);
    ours.any(|topic| {
        let partitions = topic["partitions"].as_array().into_iter().flatten();
        partitions.into_iter().any(|partition| partition["leader"] == VICTIM)
    })
}
