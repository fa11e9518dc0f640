//! `cargo xtask new-exporter-check`: a new exporter passes CI untouched by hand.
//!
//! It is made in a copy of the tree below the target directory. The copy keeps its place, its own target directory and
//! the times of unchanged files from run to run: a second run builds only what changed.

use std::collections::BTreeSet;
use std::path::Path;

use crate::e2e;
use crate::error::Error;
use crate::program::Program;
use crate::workspace::{self, Workspace};

/// The name of the exporter that is made and thrown away.
const NAME: &str = "toy-example";

/// Makes the exporter in a copy and runs the stages of CI on it.
pub(crate) fn run(workspace: &Workspace) -> Result<(), Error> {
    let copy = Workspace::copied_to(workspace.target.join("new-exporter-check"));
    copy_tree(workspace, &copy)?;
    let spec = format!("lookout-{NAME}-spec");
    let packages =
        ["--package", &format!("lookout-{NAME}"), "--package", &spec, "--package", "lookout-catalog"];
    let xtask = |arguments: &[&str]| {
        copy.cargo().args(["run", "--quiet", "--package", "xtask", "--"]).args(arguments).run()
    };

    xtask(&["new-exporter", NAME])?;
    xtask(&["tidy"])?;
    xtask(&["codegen", "--check"])?;
    copy.cargo().args(["fmt", "--all", "--check"]).run()?;
    let strict = ["--package", "lookout", "--all-targets", "--", "-D", "warnings"];
    copy.cargo().arg("clippy").args(packages).args(strict).run()?;
    copy.cargo().arg("test").args(packages).run()?;
    // The cases of its alerts are proven by the evaluator that people will run them on.
    let tests = copy.root.join("rules/generated/tests/promtool").join(format!("{NAME}.yaml"));
    Program::new(e2e::promtool()?).args(["test", "rules"]).arg(tests).run()
}

/// Makes `copy` hold exactly the files of `workspace`. A repository of its own, so that tidy sees its files; what is
/// ignored here is ignored there.
fn copy_tree(workspace: &Workspace, copy: &Workspace) -> Result<(), Error> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| Error::WriteFile { path, source }
    };
    std::fs::create_dir_all(&copy.root).map_err(failed(&copy.root))?;
    if !copy.root.join(".git").is_dir() {
        Program::new("git").args(["init", "--quiet"]).directory(&copy.root).run()?;
    }
    let files: BTreeSet<String> = workspace.files()?.into_iter().collect();
    for path in &files {
        let (from, to) = (workspace.root.join(path), copy.root.join(path));
        if from.is_symlink() {
            let target = from.read_link().map_err(failed(&from))?;
            copy.remove(path)?;
            std::os::unix::fs::symlink(target, &to).map_err(failed(&to))?;
        } else {
            workspace::write(&to, &workspace.read(path)?)?;
        }
    }
    for left_over in copy.files()?.into_iter().filter(|path| !files.contains(path)) {
        copy.remove(&left_over)?;
    }
    remove_empty_folders(&copy.root.join("exporters"))
}

/// A folder without a manifest breaks the workspace's globs, so folders whose files went must go too.
fn remove_empty_folders(folder: &Path) -> Result<(), Error> {
    let failed = |source| Error::ReadFile { path: folder.to_owned(), source };
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.is_dir() && !path.is_symlink() {
            remove_empty_folders(&path)?;
            // Refused unless it is empty, which is what we want.
            let _ = std::fs::remove_dir(&path);
        }
    }
    Ok(())
}
