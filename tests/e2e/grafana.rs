//! The generated boards against Grafana's own types of a dashboard, read strictly.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::tools::{repository, run, tool, words};

#[test]
fn every_board_holds_to_the_types_of_grafana() {
    let boards = boards();
    let output = judge(boards.iter().map(PathBuf::as_path));
    assert!(output.status.success(), "{}", words(&output));
    println!("{}", words(&output));
}

#[test]
fn a_board_that_does_not_hold_is_refused() {
    let file = repository().join("dashboards/generated/kafka.json");
    let board = std::fs::read_to_string(file).expect("the board of Kafka is generated");
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let broken = folder.path().join("broken.json");
    for (right, wrong, complaint) in [
        ("\"schemaVersion\"", "\"schemaVersio\"", "unexpected field 'schemaVersio'"),
        ("\"drawStyle\":", "\"drawStile\":", "unexpected field 'drawStile'"),
        ("\"expr\":", "\"exp\":", "expr: required field is missing"),
        ("\"absolute\"", "\"absolut\"", "\"absolut\" is no value of dashboard.ThresholdsMode"),
        ("\"timeseries\"", "\"timeserie\"", "no type for panels of kind \"timeserie\""),
    ] {
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

/// Every generated board.
fn boards() -> Vec<PathBuf> {
    let entries = std::fs::read_dir(repository().join("dashboards/generated")).expect("boards are generated");
    let files = entries.map(|entry| entry.expect("the folder can be read").path());
    let boards: Vec<_> =
        files.filter(|path| path.extension().is_some_and(|ending| ending == "json")).collect();
    assert!(!boards.is_empty(), "there is no board");
    boards
}
