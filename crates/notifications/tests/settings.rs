//! The section as people write it: what is accepted, what is refused, with its place, and who is told of what.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

use lookout_config::{Complaints, default_file, load};
use lookout_declarations::{Owner, Severity};
use lookout_notifications::Settings;

const ONE: &str = "receivers: [{name: ops, webhook: [{url: 'http://127.0.0.1:9/'}]}]\n";

fn loaded(text: &str) -> Settings {
    load::<Settings>("lookout.yaml", text).unwrap_or_else(|faults| panic!("{faults}"))
}

#[track_caller]
fn refused(text: &str, expected: &str) {
    let faults = load::<Settings>("lookout.yaml", text).expect_err("it is wrong").to_string();
    assert!(faults.contains(expected), "{faults}");
}

#[test]
fn the_default_and_the_example_hold() {
    assert_eq!(Complaints::of(&Settings::default()), Vec::<String>::new());
    assert_eq!(Complaints::of(&Settings::example()), Vec::<String>::new());
}

#[test]
fn the_default_file_shows_every_way_of_telling_somebody() {
    let file = default_file::<Settings>();
    assert_eq!(loaded(&file), Settings::default());
    for key in [
        "api_url_file",
        "smarthost",
        "routing_key_file",
        "webhook_url_file",
        "token_file",
        "severity",
        "owner",
    ] {
        assert!(file.contains(key), "`{key}` is not shown:\n{file}");
    }
}

#[test]
fn a_route_to_nobody_is_refused_with_its_place() {
    refused(
        &format!("{ONE}routes:\n  - receiver: opps\n"),
        "lookout.yaml:3:15: routes[0].receiver: names no receiver; there are `ops`",
    );
    refused("routes:\n  - receiver: ops\n", "names no receiver; there is none");
    refused(&format!("{ONE}heartbeat: {{receiver: away}}\n"), "heartbeat.receiver: names no receiver");
    refused(&format!("{ONE}default_receiver: away\n"), "default_receiver: names no receiver");
}

#[test]
fn a_receiver_without_integration_is_refused() {
    refused("receivers: [{name: ops}]\n", "receivers[0]: has nowhere to send to");
}

#[test]
fn several_receivers_need_a_default() {
    let two = "receivers:\n  - {name: a, webhook: [{url: 'http://a/'}]}\n  - {name: b, webhook: [{url: 'http://b/'}]}\n";
    refused(two, "default_receiver: must name one of the receivers");
    assert_eq!(loaded(&format!("{two}default_receiver: b\n")).default_receiver(), Some("b"));
    assert_eq!(loaded(ONE).default_receiver(), Some("ops"), "one receiver is the default");
}

#[test]
fn a_route_that_earlier_ones_leave_nothing_is_refused() {
    let routes = "routes: [{owner: data, receiver: ops}, {owner: data, severity: critical, receiver: ops}]\n";
    refused(&format!("{ONE}{routes}"), "routes[1]: is never reached");
    let covered = "routes: [{severity: critical, receiver: ops}, {severity: warning, receiver: ops}, \
                   {severity: info, receiver: ops}, {owner: data, receiver: ops}]\n";
    refused(&format!("{ONE}{covered}"), "routes[3]: is never reached");
}

#[test]
fn an_inhibition_needs_a_label_that_tells_clusters_apart() {
    refused("cluster_labels: []\n", "cluster_labels: must name a label");
}

#[test]
fn the_first_route_that_fits_decides() {
    let example = Settings::example();
    for (severity, owner, receiver) in [
        (Severity::Critical, Owner::Data, "on-call"),
        (Severity::Warning, Owner::Data, "data"),
        (Severity::Info, Owner::Security, "security"),
        (Severity::Warning, Owner::Platform, "platform"),
    ] {
        assert_eq!(example.receiver_of(severity, Some(owner)), Some(receiver), "{severity} {owner}");
    }
    assert_eq!(
        example.receiver_of(Severity::Warning, None),
        Some("platform"),
        "an owner that no route can name"
    );
    assert_eq!(Settings::default().receiver_of(Severity::Critical, None), None, "nobody is configured");
}

#[test]
fn secrets_stand_in_files_and_are_never_repeated() {
    let secret = "https://hooks.slack.com/services/T0/B0/XXXX";
    let text = format!("receivers: [{{name: ops, slack: [{{api_url_file: '{secret}'}}]}}]\n");
    let faults = load::<Settings>("lookout.yaml", &text).expect_err("it is no path").to_string();
    assert!(faults.contains("receivers[0].slack[0].api_url_file: must be an absolute path"), "{faults}");
    assert!(!faults.contains("XXXX"), "{faults}");
}

#[test]
fn what_is_incomplete_or_contradicts_itself_is_refused() {
    refused("receivers: [{name: ops, webhook: [{}]}]\n", "webhook[0].url: must be given, or else `url_file`");
    refused("receivers: [{name: ops, webhook: [{url: 'http://a/', url_file: /b}]}]\n", "and not both");
    refused("receivers: [{name: ops, pagerduty: [{}]}]\n", "routing_key_file: must be an absolute path");
    refused(
        "receivers: [{name: ops, email: [{to: a@b, from: c@d, smarthost: mail}]}]\n",
        "smarthost: must be `host:port`",
    );
    refused("lookout_url: lookout.example.org\n", "lookout_url: must be an address");
    refused("group_by: [alert name]\n", "group_by[0]: must be the name of a label");
    refused("heartbeat: {interval: 10s}\n", "heartbeat.interval: must be at least `50s`");
    refused(
        "repeat_interval: {critical: 1m}\n",
        "repeat_interval.critical: must be at least `group_interval`",
    );
    refused("repeat_interval: {info: 10d}\n", "repeat_interval.info: must be at most `5d`");
}

#[test]
fn links_lead_where_people_reach_lookout_and_grafana() {
    let settings = loaded("lookout_url: https://a.example/lookout/\ngrafana_url: https://g.example/\n");
    assert_eq!(settings.runbook_url("LookoutDown"), "https://a.example/lookout/runbooks/LookoutDown");
    assert_eq!(settings.dashboard_url("lookout-kafka").as_deref(), Some("https://g.example/d/lookout-kafka"));
    assert_eq!(Settings::default().runbook_url("LookoutDown"), "/runbooks/LookoutDown");
    assert_eq!(Settings::default().dashboard_url("lookout-kafka"), None);
}
