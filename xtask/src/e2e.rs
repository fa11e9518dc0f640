//! `cargo xtask e2e`: the real binary against real servers and readers.
//!
//! This task provides the tools and the binary, and hands their paths to the tests of the package `lookout-tests` in
//! environment variables. A tool that cannot be had fails the task: a test is never skipped. Each tool has its own
//! file, which locates or installs it and verifies its version.

mod alertmanager;
mod binary;
mod debian;
mod go_programs;
mod grafana;
mod kafka;
mod kubernetes;
mod mimir;
mod operators;
mod prometheus;
mod python;
mod system;
mod victoria_metrics;

use std::path::PathBuf;

use crate::error::Error;
use crate::workspace::Workspace;

pub(crate) use go_programs::{blackbox, node};

/// An environment variable for the tests, and the path that it holds.
type Variable = (&'static str, PathBuf);

/// The promtool that is had in a second, for other tasks that judge rules.
pub(crate) fn promtool() -> Result<PathBuf, Error> {
    prometheus::old("promtool")
}

/// The Prometheus that is had in a second, likewise.
pub(crate) fn old_prometheus() -> Result<PathBuf, Error> {
    prometheus::old("prometheus")
}

/// The released binary, for other tasks that run it.
pub(crate) fn lookout(workspace: &Workspace) -> Result<PathBuf, Error> {
    binary::provide(workspace).map(|(_, path)| path)
}

/// The binary as a container image holds it, without the demo: what is measured.
pub(crate) fn lookout_as_in_an_image(workspace: &Workspace) -> Result<PathBuf, Error> {
    binary::build_as_in_an_image(workspace)
}

/// Java, the jars of the newest Kafka, and the classes of our Java programs, for other tasks that run a broker.
pub(crate) fn kafka(workspace: &Workspace) -> Result<[PathBuf; 3], Error> {
    let [(_, java), (_, jars), _, (_, classes)] = kafka::provide(workspace)?;
    Ok([java, jars, classes])
}

/// etcd, the Kubernetes API server and its controllers, likewise.
pub(crate) fn kubernetes(workspace: &Workspace) -> Result<[PathBuf; 3], Error> {
    kubernetes::servers(workspace).map(|servers| servers.map(|(_, path)| path))
}

/// Provides everything and runs the tests; `arguments` go to the test program.
pub(crate) fn run(workspace: &Workspace, arguments: &[String]) -> Result<(), Error> {
    let mut variables = Vec::from(system::provide()?);
    variables.extend(prometheus::provide(workspace)?);
    variables.extend(victoria_metrics::provide(workspace)?);
    variables.extend(alertmanager::provide(workspace)?);
    variables.extend(grafana::provide(workspace)?);
    variables.push(mimir::provide(workspace)?);
    variables.push(python::provide()?);
    variables.extend(go_programs::provide(workspace)?);
    variables.extend(kafka::provide(workspace)?);
    variables.extend(kubernetes::provide(workspace)?);
    variables.extend(operators::provide(workspace)?);
    variables.push(binary::provide(workspace)?);
    for (name, path) in &variables {
        println!("{name}={}", path.display());
    }
    let tests = workspace
        .cargo()
        .args(["test", "--locked", "--package", "lookout-tests", "--features", "e2e", "--"])
        .args(arguments);
    variables.into_iter().fold(tests, |tests, (name, path)| tests.env(name, path)).run()
}
