//! The rules in the engines that load them, of the newest release and of the oldest that many run: each takes every file that is
//! rendered for it, every case of every alert comes out as declared, and the cases notice every fault.
//!
//! How to get it wrong: to leave the testers to the PATH. On a machine that has others, those would judge.

use std::ffi::OsStr;
use std::path::PathBuf;
use std::process::Command;

use serde_json::{Value, json};

use crate::rendering::Rendering;
use crate::tools::{repository, run, succeed, tool, words};

#[test]
fn the_newest_promtool_accepts_every_rule_file() {
    let rendering = Rendering::new("prometheus", Some("3.15.0"));
    succeed(Command::new(tool("PROMTOOL")).args(["check", "rules"]).args(rendering.files("yaml")), b"");
}

#[test]
fn the_old_promtool_accepts_every_rule_file() {
    let rendering = Rendering::new("prometheus", Some("2.42.0"));
    succeed(Command::new(tool("PROMTOOL_OLD")).args(["check", "rules"]).args(rendering.files("yaml")), b"");
}

#[test]
fn the_newest_vmalert_accepts_every_rule_file() {
    dry_run("VMALERT", &Rendering::new("vmalert", Some("1.150.0")));
}

#[test]
fn the_old_vmalert_accepts_every_rule_file() {
    dry_run("VMALERT_OLD", &Rendering::new("vmalert", Some("1.79.5")));
}

#[test]
fn the_old_vmalert_refuses_what_it_does_not_know() {
    let rendering = Rendering::new("vmalert", Some("1.150.0"));
    let rules = rendering.files("yaml").into_iter().map(|file| format!("-rule={}", file.display()));
    let output = run(Command::new(tool("VMALERT_OLD")).arg("-dryRun").args(rules), b"");
    assert!(!output.status.success(), "nothing was left out for it, and it does not mind");
    assert!(words(&output).contains("unknown fields in rule"), "{}", words(&output));
}

#[test]
fn promtool_reads_the_cases_that_are_shipped_and_plays_some() {
    // All of them are played below, alert by alert; here they are played as files, for which every rule is evaluated.
    let some = "--run=LookoutDown|LookoutKafkaBrokerMissing|LookoutProbeFailing|LookoutCertsStoredExpired:";
    let files = generated("tests/promtool");
    succeed(Command::new(tool("PROMTOOL")).args(["test", "rules", some]).args(files), b"");
}

#[test]
fn every_case_of_every_alert_holds_on_the_newest_prometheus() {
    every_case(&["--promtool".as_ref(), tool("PROMTOOL").as_os_str()]);
}

#[test]
fn every_case_of_every_alert_holds_on_the_old_prometheus() {
    every_case(&["--promtool".as_ref(), tool("PROMTOOL_OLD").as_os_str()]);
}

#[test]
fn every_case_of_every_alert_holds_on_victoria_metrics() {
    every_case(&["--vmalert-tool".as_ref(), tool("VMALERT_TOOL").as_os_str()]);
}

#[test]
fn every_fault_that_an_alert_may_have_is_noticed_by_its_cases() {
    let mut command = Command::new(tool("LOOKOUT"));
    command.args(["rules", "test", "--mutate", "--format", "json", "--promtool"]).arg(tool("PROMTOOL_OLD"));
    let output = run(command.env("PATH", ""), b"");
    let report: Value = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("its answer is no JSON ({error}): {}", words(&output)));
    let exporters = report["exporters"].as_array().expect("a list of exporters");
    assert!(exporters.len() >= 6, "{}", exporters.len());
    for exporter in exporters {
        let name = exporter["exporter"].as_str().expect("a name");
        let score = &exporter["mutants"];
        let survivors = score["survivors"].as_array().expect("a list of survivors");
        let unexplained: Vec<&Value> =
            survivors.iter().filter(|survivor| survivor["why"].is_null()).collect();
        println!(
            "{name}: {} of {} changes noticed, {} explained, {} neither",
            score["n_noticed"],
            score["n_mutants"],
            survivors.len() - unexplained.len(),
            unexplained.len()
        );
        assert_eq!(exporter["unplayed"], json!([]), "{name}: alerts that do not pass their own cases");
        assert!(unexplained.is_empty(), "{name}: no case notices these changes: {unexplained:#?}");
        assert_eq!(score["idle"], json!([]), "{name}: declared equivalents that fit no change that survives");
    }
}

/// Runs vmalert's own check.
#[track_caller]
fn dry_run(name: &str, rendering: &Rendering) {
    let rules = rendering.files("yaml").into_iter().map(|file| format!("-rule={}", file.display()));
    succeed(Command::new(tool(name)).arg("-dryRun").args(rules), b"");
}

/// Plays every case with the testers that are named, and shows what came of it.
#[track_caller]
fn every_case(arguments: &[&OsStr]) {
    let mut command = Command::new(tool("LOOKOUT"));
    // Without a PATH there are no testers but those that are named.
    command.args(["rules", "test"]).args(arguments).env("PATH", "");
    let report = succeed(&mut command, b"");
    println!("{}", String::from_utf8_lossy(&report));
}

/// The files of one folder of `rules/generated`.
pub(crate) fn generated(folder: &str) -> Vec<PathBuf> {
    let folder = repository().join("rules/generated").join(folder);
    let entries = std::fs::read_dir(&folder).expect("the rules are generated");
    let mut files: Vec<PathBuf> =
        entries.map(|entry| entry.expect("the folder can be read").path()).collect();
    assert!(!files.is_empty(), "nothing in {}", folder.display());
    files.sort();
    files
}
