//! `cargo xtask codegen [--check]`: every file that is derived from the declarations.
//!
//! Generated files are committed: a reader sees them without building, and a change of a declaration shows what it
//! does to rules and documentation in the same diff.
//!
//! Invariant: what it writes depends on the declarations and the hand-written parts of pages alone, so a second run
//! changes nothing. In folders that hold only generated files it removes what is not generated any more.

mod difference;

use std::collections::BTreeSet;
use std::path::Path;

use lookout_catalog::Settings;
use lookout_render::{GeneratedFile, OWNED_FOLDERS};

use crate::error::Error;
use crate::workspace::Workspace;

/// Writes what is out of date; with `check`, shows it and fails instead.
pub(crate) fn run(workspace: &Workspace, check: bool) -> Result<(), Error> {
    let files = generate(workspace)?;
    let mut n_stale = 0;
    for GeneratedFile { path, contents } in &files {
        let present = workspace.read_text(path).ok();
        if present.as_ref() == Some(contents) {
            continue;
        }
        n_stale += 1;
        if check {
            println!("{path}: differs from the declarations");
            print!("{}", difference::show(present.as_deref().unwrap_or_default(), contents));
        } else {
            workspace.write(path, contents)?;
            println!("wrote {path}");
        }
    }
    for path in orphans(&files, &workspace.files()?) {
        n_stale += 1;
        if check {
            println!("{path}: nothing generates it any more");
        } else {
            workspace.remove(&path)?;
            println!("removed {path}");
        }
    }
    println!("codegen: {} files, {n_stale} out of date", files.len());
    if check && n_stale > 0 { Err(Error::Drift { n_files: n_stale }) } else { Ok(()) }
}

/// Every generated file.
fn generate(workspace: &Workspace) -> Result<Vec<GeneratedFile>, Error> {
    let mut files = lookout_render::files(|path| existing(workspace, path))?;
    files.push(GeneratedFile {
        path: "docs/lookout.default.yaml".to_owned(),
        contents: lookout_config::default_file::<Settings>(),
    });
    files.push(GeneratedFile {
        path: "docs/lookout.schema.json".to_owned(),
        contents: format!("{:#}\n", lookout_config::schema::<Settings>()),
    });
    Ok(files)
}

/// The text of a file; of a picture, that it is there.
fn existing(workspace: &Workspace, path: &str) -> Option<String> {
    if Path::new(path).extension().is_some_and(|ending| ending == "png") {
        return workspace.root.join(path).is_file().then(String::new);
    }
    workspace.read_text(path).ok()
}

/// The files of wholly generated folders that are not among `files`.
fn orphans(files: &[GeneratedFile], present: &[String]) -> Vec<String> {
    let generated: BTreeSet<&str> = files.iter().map(|file| file.path.as_str()).collect();
    let owned = |path: &&String| OWNED_FOLDERS.iter().any(|folder| path.starts_with(&format!("{folder}/")));
    present.iter().filter(owned).filter(|path| !generated.contains(path.as_str())).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_generated_any_more_is_found_in_generated_folders_only() {
        let file = |path: &str| GeneratedFile { path: path.to_owned(), contents: String::new() };
        let owned = OWNED_FOLDERS[0];
        let (kept, gone) = (format!("{owned}/kept.yaml"), format!("{owned}/deep/gone.yaml"));
        let present = [kept.clone(), gone.clone(), format!("{owned}.md"), "docs/hand.md".to_owned()];
        assert_eq!(orphans(&[file(&kept)], &present), [gone]);
    }
}
