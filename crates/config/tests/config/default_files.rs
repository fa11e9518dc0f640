//! The default file is a complete, true and loadable description of the settings.

use std::{env, fs, path::Path};

use lookout_config::{default_file, load, schema};
use serde_json::Value;

use crate::sample::Settings;

#[test]
fn it_is_as_committed() {
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/valid/default.yaml");
    let file = default_file::<Settings>();
    if env::var_os("LOOKOUT_BLESS").is_some() {
        fs::write(&golden, &file).unwrap();
    }
    let wanted = fs::read_to_string(&golden).unwrap();
    assert!(file == wanted, "── wanted\n{wanted}\n── got\n{file}");
}

#[test]
fn it_loads_back_to_the_default() {
    let file = default_file::<Settings>();
    match load::<Settings>("default.yaml", &file) {
        Ok(settings) => assert_eq!(settings, Settings::default()),
        Err(faults) => panic!("{faults}\n{file}"),
    }
}

#[test]
fn it_satisfies_the_schema_as_another_reader_of_yaml_sees_it() {
    let value: Value = serde_yaml::from_str(&default_file::<Settings>()).unwrap();
    assert_eq!(value, serde_json::to_value(Settings::default()).unwrap());
    let validator = jsonschema::validator_for(&schema::<Settings>()).unwrap();
    assert!(validator.is_valid(&value), "{:?}", validator.iter_errors(&value).next());
}

#[test]
fn every_option_shows_in_the_order_of_declaration() {
    let file = default_file::<Settings>();
    for section in std::iter::once(&schema::<Settings>())
        .chain(schema::<Settings>()["$defs"].as_object().unwrap().values())
    {
        let Some(options) = section.get("properties").and_then(Value::as_object) else { continue };
        if section.get("oneOf").is_some() {
            continue;
        }
        for option in options.keys() {
            let shown = file
                .lines()
                .any(|line| line.trim_start_matches([' ', '#', '-']).starts_with(&format!("{option}:")));
            assert!(shown, "{option} is not in\n{file}");
        }
    }
    let sections: Vec<&str> = file
        .lines()
        .filter(|line| line.starts_with(char::is_alphabetic))
        .map(|line| line.split_once(':').unwrap().0)
        .collect();
    assert_eq!(sections, ["certs", "log", "tenants", "proxy"]);
}

#[test]
fn no_comment_is_wider_than_a_hundred_columns() {
    for line in default_file::<Settings>().lines() {
        assert!(line.chars().count() <= 100, "{line}");
    }
}

#[test]
fn the_commented_examples_load_when_they_are_uncommented() {
    let file = default_file::<Settings>();
    let mut examples = 0;
    let lines: Vec<&str> = file.lines().collect();
    for (start, line) in lines.iter().enumerate() {
        let comment = line.trim_start();
        if !(comment.starts_with("# An entry")
            || comment.starts_with("# For example")
            || comment.starts_with("# Unset")
            || comment.starts_with("# As ")
            || comment.starts_with("# As "))
        {
            continue;
        }
        examples += 1;
        let indent = line.len() - comment.len();
        let example = lines[start + 1..].iter().take_while(|line| line.trim_start().starts_with('#'));
        let bare: Vec<&str> =
            example.map(|line| line[indent + 1..].strip_prefix("   ").unwrap_or("")).collect();
        let text = within_section(&lines[..start], indent, &bare);
        if let Err(faults) = load::<Settings>("example.yaml", &text) {
            panic!("{faults}\n{text}");
        }
    }
    assert!(examples >= 5, "{examples}");
}

/// `example` under the section of the file in which it stands.
fn within_section(before: &[&str], indent: usize, example: &[&str]) -> String {
    if indent == 0 {
        return example.join("\n");
    }
    let section = before.iter().rev().find(|line| line.starts_with(char::is_alphabetic)).unwrap();
    let indented: Vec<String> = example.iter().map(|line| format!("{}{line}", " ".repeat(indent))).collect();
    format!("{section}\n{}", indented.join("\n"))
}
