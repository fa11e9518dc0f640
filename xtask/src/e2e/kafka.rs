//! Kafka, a new one and the oldest one that is read, from Maven Central, and our own Java program that asks them.
//!
//! Maven resolves what a pom below `tests/e2e/kafka` pins and copies the jars into the cache; nothing of it enters the
//! repository. Our program is compiled against the jars of the new one. Each folder of the cache is named for what goes
//! in: a changed pin or source never meets an old folder.
//!
//! How to get it wrong: starting the program from its source, as Java can. That compiles it anew for each start.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::{Path, PathBuf};

use super::Variable;
use crate::cache;
use crate::error::Error;
use crate::program::Program;
use crate::workspace::Workspace;

/// The oldest Java that Kafka 4 runs on.
const JAVA: u32 = 17;
/// The plugin of Maven that copies jars; pinned, as Maven would take the newest.
const COPY: &str = "org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies";

/// Java; the jars of the new Kafka and of the old one; the classes of our program.
pub(super) fn provide(workspace: &Workspace) -> Result<[Variable; 4], Error> {
    let sources = workspace.root.join("tests/e2e/kafka");
    let java = locate("java")?;
    verify(&java)?;
    let jars = jars("kafka", &sources.join("pom.xml"), "kafka-clients-4.3.1.jar")?;
    let old = self::jars("kafka-old", &sources.join("old/pom.xml"), "kafka-clients-2.1.1.jar")?;
    let classes = compile(&sources, &jars)?;
    Ok([
        ("LOOKOUT_E2E_JAVA", java),
        ("LOOKOUT_E2E_KAFKA", jars),
        ("LOOKOUT_E2E_KAFKA_OLD", old),
        ("LOOKOUT_E2E_KAFKA_TRUTH", classes),
    ])
}

/// A program of the Java development kit: of `JAVA_HOME`, else of the PATH.
fn locate(tool: &'static str) -> Result<PathBuf, Error> {
    let home = std::env::var_os("JAVA_HOME").filter(|home| !home.is_empty());
    let folders = match home {
        Some(home) => vec![PathBuf::from(home).join("bin")],
        None => std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()).collect(),
    };
    folders.into_iter().map(|folder| folder.join(tool)).find(|path| path.is_file()).ok_or_else(|| {
        let why = format!(
            "it is neither in JAVA_HOME nor on the PATH; install a Java development kit, {JAVA} or newer"
        );
        Error::ProvideTool { tool, why }
    })
}

fn verify(java: &Path) -> Result<(), Error> {
    // It says `openjdk 17.0.15 2025-04-15`.
    let says = Program::new(java).arg("--version").read_all()?;
    let version = says.split_whitespace().nth(1).unwrap_or_default();
    let major = version.split(['.', '-', '+']).next().and_then(|major| major.parse::<u32>().ok());
    if major.is_some_and(|major| major >= JAVA) {
        return Ok(());
    }
    let why = format!("`{}` says version `{version}`, wanted {JAVA} or newer", java.display());
    Err(Error::ProvideTool { tool: "java", why })
}

/// The folder of all jars that `pom` asks for, among them `one`.
fn jars(name: &'static str, pom: &Path, one: &str) -> Result<PathBuf, Error> {
    let folder = cache::provide(&format!("{name}-{:016x}", fingerprint(&[pom.to_owned()], "")?), |folder| {
        println!("fetching the jars of {name} by Maven");
        let output = format!("-DoutputDirectory={}", folder.display());
        let maven = Program::new("mvn").args(["--batch-mode", "--quiet", "--file"]).arg(pom);
        maven.args([COPY, &output]).read_all().map(drop).map_err(|error| {
            let why = format!(
                "Maven could not fetch it ({error}); is `mvn` on the PATH, and Maven Central to be reached?"
            );
            Error::ProvideTool { tool: name, why }
        })
    })?;
    if folder.join(one).is_file() {
        return Ok(folder);
    }
    let why = format!("`{}` holds no `{one}`; remove the folder and try again", folder.display());
    Err(Error::ProvideTool { tool: name, why })
}

/// The folder of the classes of every Java source in the folder `sources`.
fn compile(sources: &Path, jars: &Path) -> Result<PathBuf, Error> {
    let compiler = locate("javac")?;
    let failed = |source| Error::ReadFile { path: sources.to_owned(), source };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(sources).map_err(failed)? {
        files.push(entry.map_err(failed)?.path());
    }
    files.retain(|path| path.extension().is_some_and(|ending| ending == "java"));
    files.sort();
    let against = jars.file_name().unwrap_or_default().to_string_lossy().into_owned();
    cache::provide(&format!("kafka-truth-{:016x}", fingerprint(&files, &against)?), |folder| {
        println!("compiling the Java program of the Kafka tests");
        let compile =
            Program::new(compiler).args(["-Xlint:all,-classfile,-processing", "-Werror", "--release"]);
        let compile = compile.arg(JAVA.to_string()).arg("-cp").arg(jars.join("*")).arg("-d").arg(folder);
        compile.args(&files).read_all().map(drop)
    })
}

/// A number that changes with the files and with `more`.
fn fingerprint(files: &[PathBuf], more: &str) -> Result<u64, Error> {
    let mut hasher = DefaultHasher::new();
    more.hash(&mut hasher);
    for file in files {
        file.file_name().hash(&mut hasher);
        std::fs::read(file)
            .map_err(|source| Error::ReadFile { path: file.clone(), source })?
            .hash(&mut hasher);
    }
    Ok(hasher.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_pin_is_another_folder() {
        let folder = tempfile::tempdir().unwrap();
        let pom = folder.path().join("pom.xml");
        let pinned = |version: &str| {
            crate::workspace::write(&pom, version.as_bytes()).unwrap();
            fingerprint(std::slice::from_ref(&pom), "").unwrap()
        };
        let (first, second) = (pinned("4.3.0"), pinned("4.3.1"));
        assert_ne!(first, second);
        assert_eq!(first, pinned("4.3.0"));
    }

    #[test]
    fn a_java_that_does_not_say_its_version_is_refused() {
        // Any program that prints something else serves.
        let refused = verify(Path::new("/bin/echo")).unwrap_err();
        assert!(refused.to_string().contains("wanted 17 or newer"), "{refused}");
    }
}
