//! The command line: exit codes, and what a person reads.

use std::io::Write as _;

use crate::process::lookout;

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

fn file(contents: &str) -> tempfile::NamedTempFile {
    let mut file = tempfile::NamedTempFile::with_suffix(".yaml").unwrap();
    file.write_all(contents.as_bytes()).unwrap();
    file
}

#[test]
fn the_default_configuration_is_valid() {
    let default = lookout(&["config", "default"]);
    assert_eq!(default.status.code(), Some(0));
    let file = file(text(&default.stdout));
    let path = file.path().to_str().unwrap();
    let check = lookout(&["config", "check", path]);
    assert_eq!((check.status.code(), text(&check.stdout)), (Some(0), &*format!("{path}: valid\n")));
}

#[test]
fn a_wrong_configuration_is_told_with_place_and_remedy_and_exits_with_3() {
    let file = file("certs:\n  endpoints:\n    - adress: portal:443\n  period: fast\n");
    let path = file.path().to_str().unwrap();
    let config = format!("--config.file={path}");
    for arguments in [&["config", "check", path][..], &["serve", &config]] {
        let output = lookout(arguments);
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(3), "{said}");
        assert!(said.contains(&format!("{path}:3:7: certs.endpoints[0]")), "{said}");
        assert!(said.contains("did you mean `address`?"), "{said}");
        assert!(said.contains(&format!("{path}:4:11: certs.period")), "{said}");
    }
    let json = lookout(&["config", "check", "--format=json", path]);
    assert_eq!(json.status.code(), Some(3));
    let faults: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(faults["faults"][0]["line"], 3);
    assert_eq!(faults["faults"][0]["suggestion"], "address");
}

#[test]
fn a_missing_configuration_exits_with_3_and_names_the_file() {
    let output = lookout(&["serve", "--config.file=/does/not/exist.yaml"]);
    assert_eq!(output.status.code(), Some(3));
    assert!(text(&output.stderr).contains("/does/not/exist.yaml"), "{}", text(&output.stderr));
}

#[test]
fn a_wrong_command_line_exits_with_2() {
    assert_eq!(lookout(&["serve", "--web.listen-adress=:1"]).status.code(), Some(2));
    assert_eq!(lookout(&["demo", "--incident=nothing-like-it"]).status.code(), Some(2));
}

#[test]
fn a_taken_address_exits_with_4_and_names_it() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let output = lookout(&["serve", &format!("--web.listen-address={address}")]);
    assert_eq!(output.status.code(), Some(4));
    assert!(text(&output.stderr).contains(&address), "{}", text(&output.stderr));
}

#[test]
fn the_schema_is_json_and_closed() {
    let schema: serde_json::Value = serde_json::from_slice(&lookout(&["config", "schema"]).stdout).unwrap();
    assert_eq!(schema["additionalProperties"], false);
    assert!(schema["properties"]["certs"].is_object());
}

#[test]
fn the_readme_shows_what_is_really_said() {
    let readme = include_str!("../../../README.md");
    let wrong = "certs:\n  files: [a.pem]\n  endpoints:\n    - adress: https://portal.example.org\n";
    let wrong = file(wrong);
    let output = lookout(&["config", "check", wrong.path().to_str().unwrap()]);
    let said = text(&output.stderr).replace(wrong.path().to_str().unwrap(), "lookout.yaml");
    assert!(readme.contains(&said), "the README does not show\n{said}");

    let example = readme.split("```yaml\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let example = file(example);
    let check = lookout(&["config", "check", example.path().to_str().unwrap()]);
    assert_eq!(check.status.code(), Some(0), "{}", text(&check.stderr));
}
