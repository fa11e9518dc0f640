//! What the README promises.

use lookout_config::load;
use lookout_kafka_spec::Settings;

const README: &str = include_str!("../../../README.md");

/// The section `kafka` of each example.
fn examples() -> Vec<String> {
    let blocks = README.split("```yaml\n").skip(1).filter_map(|rest| rest.split_once("```"));
    let sections = blocks.filter_map(|(block, _)| block.split_once("kafka:\n"));
    sections.map(|(_, section)| format!("\n{section}").replace("\n  ", "\n")).collect()
}

#[test]
fn its_configurations_load() {
    let examples = examples();
    assert_eq!(examples.len(), 4);
    for example in examples {
        load::<Settings>("README.md", &example).unwrap_or_else(|faults| panic!("{faults}\n{example}"));
    }
}

#[test]
fn the_limits_that_it_names_are_the_defaults() {
    let settings = Settings::default();
    for (value, words) in [
        (settings.series_budget.to_string(), "`series_budget`, 1,000,000"),
        (settings.lag.timestamp_lookups.to_string(), "`lag.timestamp_lookups`, 20,000"),
        (settings.deadline.to_string().replace('s', ""), "`deadline`, 14 s"),
        (lookout_kafka::findings::MAX_OF_A_KIND.to_string(), "findings of a kind on the page | 50"),
    ] {
        let digits: String = words.chars().filter(char::is_ascii_digit).collect();
        assert!(README.contains(words) && digits == value, "{words}: {value}");
    }
}
