//! The boards against Grafana's own types of a dashboard, read strictly: those that are checked in, and those that the real binary
//! writes as resources.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

use crate::tools::{repository, run, succeed, tool, words};

#[test]
fn every_board_holds_to_the_types_of_grafana() {
    let boards = files(&repository().join("dashboards/generated"));
    let output = judge(boards.iter().map(PathBuf::as_path));
    assert!(output.status.success(), "{}", words(&output));
    println!("{}", words(&output));
}

#[test]
fn a_board_that_does_not_hold_is_refused() {
    refuses(
        &repository().join("dashboards/generated/kafka.json"),
        &[
            ("\"schemaVersion\"", "\"schemaVersio\"", "unexpected field 'schemaVersio'"),
            ("\"drawStyle\":", "\"drawStile\":", "unexpected field 'drawStile'"),
            ("\"expr\":", "\"exp\":", "expr: required field is missing"),
            ("\"absolute\"", "\"absolut\"", "\"absolut\" is no value of dashboard.ThresholdsMode"),
            ("\"timeseries\"", "\"timeserie\"", "no type for panels of kind \"timeserie\""),
        ],
    );
}

#[test]
fn every_resource_holds_to_the_types_of_grafana() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let configuration = folder.path().join("lookout.yaml");
    // With links from panels to runbooks, which there are none of by default.
    std::fs::write(&configuration, "notifications: { lookout_url: https://lookout.example.org }\n")
        .expect("it can be written");
    let configuration = configuration.display().to_string();
    for arguments in [&["--minify"][..], &["--config.file", &configuration]] {
        let resources = files(&written(folder.path(), "v2", arguments));
        let output = judge(resources.iter().map(PathBuf::as_path));
        assert!(output.status.success(), "{arguments:?}: {}", words(&output));
        println!("{}", words(&output));
    }
}

#[test]
fn a_resource_that_does_not_hold_is_refused() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    refuses(
        &written(folder.path(), "v2", &[]).join("kafka.json"),
        &[
            ("dashboard.grafana.app/v2", "dashboard.grafana.app/v3", "not a \"Dashboard\" of"),
            ("\"name\": \"lookout-kafka\"", "\"nam\": \"lookout-kafka\"", "unexpected field 'nam'"),
            ("\"cursorSync\"", "\"cursorSink\"", "unexpected field 'cursorSink'"),
            ("\"Crosshair\"", "\"Crosshairs\"", "is no value of dashboardv2.DashboardCursorSync"),
            ("\"width\":", "\"wide\":", "unexpected field 'wide'"),
            ("\"GridLayoutItem\"", "\"GridItem\"", "its kind is \"GridItem\", not \"GridLayoutItem\""),
            ("\"DataQuery\"", "\"Query\"", "its kind is \"Query\", not \"DataQuery\""),
            ("\"onTimeRangeChanged\"", "\"onTime\"", "is no value of dashboardv2.VariableRefresh"),
            ("\"expr\":", "\"exp\":", "unexpected field 'exp'"),
            ("\"noValue\":", "\"noValues\":", "unexpected field 'noValues'"),
            ("\"drawStyle\":", "\"drawStile\":", "unexpected field 'drawStile'"),
            ("\"reduceOptions\":", "\"reduceOption\":", "unexpected field 'reduceOption'"),
            ("\"absolute\"", "\"absolut\"", "\"absolut\" is no value of dashboardv2.ThresholdsMode"),
            ("\"timeseries\"", "\"timeserie\"", "no type for panels of kind \"timeserie\""),
            ("\"group\": \"prometheus\"", "\"group\": \"prometeus\"", "no type for queries of \"prometeus\""),
        ],
    );
}

/// The real binary asks and shows the same in both schemas.
#[test]
fn both_schemas_show_the_same_panels() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let classic = written(folder.path(), "classic", &[]);
    for resource in files(&written(folder.path(), "v2", &[])) {
        let name = resource.file_name().expect("a file has a name");
        let (text, classic) = (read(&resource), read(&classic.join(name)));
        let resource: Value = serde_json::from_str(&text).expect("JSON");
        let classic = classic_panels(&serde_json::from_str(&classic).expect("JSON"));
        assert!(!classic.is_empty(), "{name:?}");
        assert_eq!(resource_panels(&resource), classic, "{name:?}");
        // Where two had one name, a reader would keep one.
        let n_panels = text.matches("\"kind\": \"Panel\",").count();
        assert_eq!(
            resource["spec"]["elements"].as_object().map(serde_json::Map::len),
            Some(n_panels),
            "{name:?}"
        );
        let rows = list(&resource["spec"]["layout"]["spec"]["rows"]);
        let items: Vec<&Value> =
            rows.iter().flat_map(|row| list(&row["spec"]["layout"]["spec"]["items"])).collect();
        assert_eq!(items.len(), n_panels, "{name:?}");
        let end = |item: &&Value| {
            item["spec"]["x"].as_u64().zip(item["spec"]["width"].as_u64()).map(|(x, width)| x + width)
        };
        assert!(items.iter().all(|item| end(item).is_some_and(|end| end <= 24)), "{name:?}: {items:?}");
    }
}

/// Title, query, unit.
type Shown = BTreeSet<(String, String, String)>;

fn classic_panels(board: &Value) -> Shown {
    let items = list(&board["panels"]).iter();
    let panels = items.flat_map(|item| {
        if item["type"] == "row" { list(&item["panels"]) } else { std::slice::from_ref(item) }
    });
    panels
        .flat_map(|panel| {
            list(&panel["targets"])
                .iter()
                .map(|target| shown(&panel["title"], &target["expr"], &panel["fieldConfig"]))
        })
        .collect()
}

fn resource_panels(resource: &Value) -> Shown {
    let elements: BTreeMap<&str, &Value> = resource["spec"]["elements"]
        .as_object()
        .expect("elements by name")
        .iter()
        .map(|(name, element)| (name.as_str(), &element["spec"]))
        .collect();
    elements
        .values()
        .flat_map(|panel| {
            list(&panel["data"]["spec"]["queries"]).iter().map(|query| {
                let expression = &query["spec"]["query"]["spec"]["expr"];
                shown(&panel["title"], expression, &panel["vizConfig"]["spec"]["fieldConfig"])
            })
        })
        .collect()
}

fn shown(title: &Value, expression: &Value, fields: &Value) -> (String, String, String) {
    let text = |value: &Value| value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned();
    (text(title), text(expression), text(&fields["defaults"]["unit"]))
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The folder below `folder` with what the real binary writes.
fn written(folder: &Path, schema: &str, arguments: &[&str]) -> PathBuf {
    let out = folder.join(format!("{schema}{}", arguments.len()));
    let mut command = Command::new(tool("LOOKOUT"));
    command.args(["dashboards", "--schema", schema, "--out"]).arg(&out).args(arguments);
    succeed(&mut command, b"");
    out
}

/// A file that holds, and copies with something wrong in them, each of which must be refused with these words.
#[track_caller]
fn refuses(file: &Path, faults: &[(&str, &str, &str)]) {
    let board = read(file);
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let broken = folder.path().join("broken.json");
    for (right, wrong, complaint) in faults {
        assert!(board.contains(right), "{right} is not in the board, so breaking it proves nothing");
        std::fs::write(&broken, board.replace(right, wrong)).expect("it can be written");
        let output = judge([broken.as_path()]);
        assert_eq!(output.status.code(), Some(1), "{wrong}: {}", words(&output));
        assert!(words(&output).contains(complaint), "{wrong}: {}", words(&output));
    }
}

/// What the program made of Grafana's types says of these files.
fn judge<'a>(files: impl IntoIterator<Item = &'a Path>) -> Output {
    run(Command::new(tool("GRAFANA_SCHEMA")).arg(tool("GRAFANA_SDK")).args(files), b"")
}

/// Every board in a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("boards are written");
    let files = entries.map(|entry| entry.expect("the folder can be read").path());
    let boards: Vec<_> =
        files.filter(|path| path.extension().is_some_and(|ending| ending == "json")).collect();
    assert!(!boards.is_empty(), "there is no board");
    boards
}
