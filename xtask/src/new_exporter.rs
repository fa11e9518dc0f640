//! `cargo xtask new-exporter NAME`: a complete exporter that compiles, is tested, documented and wired.
//!
//! What it makes reads a text file of `name value` lines: small, but real from the file to the golden exposition, so
//! that its tests prove something, and its author replaces one piece after the other without ever standing before an
//! empty page. The templates are files in `xtask/templates`, laid out as what they become.
//!
//! How to get it wrong: changing a contract (a `Source`, an `ExporterSpec`) without the templates. `cargo xtask
//! new-exporter-check`, a stage of CI, finds that.

mod name;
mod templates;
mod wiring;

use crate::error::Error;
use crate::workspace::Workspace;

use name::ExporterName;

/// Writes the exporter `name`, its wiring, and what is generated from both.
pub(crate) fn run(workspace: &Workspace, name: &str) -> Result<(), Error> {
    let name = ExporterName::new(name, &workspace.files()?)?;
    // Everything is computed before anything is written: a missing anchor leaves no half of an exporter behind.
    let mut files = templates::render(workspace, &name)?;
    files.extend(wiring::edit(workspace, &name)?);
    for (path, text) in &files {
        workspace.write(path, text)?;
        println!("wrote {path}");
    }
    // Lines have other lengths with another name.
    let packages = [format!("lookout-{}", name.kebab), format!("lookout-{}-spec", name.kebab)];
    let packages = packages.iter().map(String::as_str).chain(["lookout", "lookout-catalog"]);
    workspace.cargo().arg("fmt").args(packages.flat_map(|package| ["--package", package])).run()?;
    // A program of its own: the catalogue that this one was compiled with does not know the new exporter.
    workspace.cargo().args(["run", "--quiet", "--package", "xtask", "--", "codegen"]).run()?;
    let name = &name.kebab;
    println!(
        "`{name}` compiles and is tested: cargo test -p lookout-{name} -p lookout-{name}-spec\n\
         next: its question in exporters/{name}/spec/src/lib.rs, then its metrics and settings"
    );
    Ok(())
}
