//! The section `kafka` as people write it. The answers to wrong files are written anew with
//! `LOOKOUT_BLESS=1 cargo test -p lookout-kafka-spec`; read the difference before it is committed.

use std::fs;
use std::path::{Path, PathBuf};

use lookout_config::{Complaints, HumanDuration, Ratio, default_file, load, open_objects, schema};
use lookout_kafka_spec::Settings;
use lookout_kafka_spec::config::{ClusterSettings, SaslSettings};

fn files(kind: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(kind);
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "yaml"));
    files.sort();
    files
}

fn load_file(file: &Path) -> Result<Settings, String> {
    let name = file.file_name().unwrap().to_string_lossy();
    load::<Settings>(&name, &fs::read_to_string(file).unwrap()).map_err(|faults| faults.to_string())
}

#[test]
fn each_wrong_file_is_answered_as_expected() {
    let files = files("invalid");
    assert!(!files.is_empty());
    for file in files {
        let faults = load_file(&file).expect_err(&file.display().to_string());
        lookout_testkit::golden::check(file.with_extension("expect.txt"), &(faults + "\n"));
    }
}

#[test]
fn right_files_load() {
    let files = files("valid");
    assert!(!files.is_empty());
    for file in files {
        load_file(&file).unwrap_or_else(|faults| panic!("{faults}"));
    }
}

#[test]
fn what_is_written_is_what_is_read() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/valid/everything.yaml");
    let settings = load_file(&file).unwrap();
    let names: Vec<_> = settings.clusters.iter().map(ClusterSettings::source_name).collect();
    assert_eq!(names, ["kafka-0.example:9092", "shop", "lake", "billing"]);
    assert!(matches!(settings.clusters[1].sasl, Some(SaslSettings::ScramSha512(_))));
    assert!(matches!(settings.clusters[2].sasl, Some(SaslSettings::OauthBearer(_))));
    assert_eq!(settings.clusters[1].probe.interval, HumanDuration::from_millis(500));
    assert_eq!(settings.baseline.records_per_second, Some(7153.0));
}

#[test]
fn the_default_file_is_the_default_and_holds() {
    assert_eq!(load::<Settings>("default.yaml", &default_file::<Settings>()).unwrap(), Settings::default());
    assert_eq!(Complaints::of(&Settings::default()), Vec::<String>::new());
    assert_eq!(open_objects(&schema::<Settings>()), Vec::<String>::new());
}

#[test]
fn alerts_stand_on_the_settings_in_force() {
    let mut settings = Settings::default();
    let thresholds = &mut settings.alerts;
    thresholds.lag = HumanDuration::from_secs(77);
    thresholds.retention_used = Ratio::from_percent(71);
    thresholds.non_preferred_leaders = Ratio::from_percent(13);
    thresholds.throughput_drop = Ratio::from_percent(31);
    thresholds.throughput_floor = 43.0;
    thresholds.produce_latency_warning = HumanDuration::from_millis(7);
    thresholds.produce_latency_critical = HumanDuration::from_millis(83);
    thresholds.log_directory_usable = Ratio::from_percent(9);
    thresholds.quorum_lag = HumanDuration::from_secs(19);
    let alerts = lookout_kafka_spec::alerts(&settings);
    for (name, part) in [
        ("LookoutKafkaLagHigh", "> 77"),
        ("LookoutKafkaRetentionRisk", "> 0.71"),
        ("LookoutKafkaRetentionRisk", "0.71 *"),
        ("LookoutKafkaPreferredLeaderSkew", "> 0.13"),
        ("LookoutKafkaThroughputDropped", "< 0.31 *"),
        ("LookoutKafkaThroughputDropped", "> 43"),
        ("LookoutKafkaProbeSlow", "> 0.007"),
        ("LookoutKafkaProbeVerySlow", "> 0.083"),
        ("LookoutKafkaLogDirectoryNearlyFull", "< 0.09"),
        ("LookoutKafkaLogDirectoryFillsUp", "< 0.09"),
        ("LookoutKafkaQuorumReplicaBehind", "> 19"),
    ] {
        let alert = alerts.iter().find(|alert| alert.name == name).unwrap();
        assert!(alert.expression.contains(part), "{name}: {part} in {}", alert.expression);
    }
}
