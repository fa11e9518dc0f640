//! Rules for Mimir, read as `mimirtool` reads them before it sends them: all files together, as people load them.

use std::path::PathBuf;
use std::process::{Command, Output};

use crate::rendering::Rendering;
use crate::tools::{run, tool, words};

#[test]
fn mimir_takes_all_files_together() {
    for version in ["2.7.0", "3.1.0"] {
        let rendering = Rendering::new("mimir", Some(version));
        let files = rendering.files("yaml");
        let output = judge(&files);
        assert!(output.status.success(), "{}", words(&output));
        assert!(words(&output).contains(&format!("of {} namespaces", files.len())), "{}", words(&output));
        println!("{version}: {}", words(&output));
    }
}

#[test]
fn mimir_refuses_what_is_broken() {
    let rendering = Rendering::new("mimir", None);
    let mut files = rendering.files("yaml");
    let text = std::fs::read_to_string(&files[0]).expect("it was rendered");
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let whole = files[0].clone();
    files[0] = folder.path().join("broken.yaml");
    for (right, wrong, complaint) in [
        ("keep_firing_for:", "keeps_firing_for:", "field keeps_firing_for not found"),
        ("expr: ", "expr: sum(( ", "could not parse expression"),
        ("namespace: lookout-certs", "namespace: lookout-kafka", "repeated namespace"),
    ] {
        assert!(
            text.contains(right),
            "`{right}` is not in {}, so breaking it proves nothing",
            whole.display()
        );
        std::fs::write(&files[0], text.replacen(right, wrong, 1)).expect("it can be written");
        let output = judge(&files);
        assert_eq!(output.status.code(), Some(1), "{wrong}: {}", words(&output));
        assert!(words(&output).contains(complaint), "{wrong}: {}", words(&output));
    }
}

/// What Mimir's own reader says.
fn judge(files: &[PathBuf]) -> Output {
    run(Command::new(tool("MIMIR")).args(files), b"")
}
