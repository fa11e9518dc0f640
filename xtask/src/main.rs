//! The tasks of the workshop: everything a person or CI does to this repository beside `cargo build` and `cargo test`.
//!
//! Each task is one module with one `run` function. They share three small things: [`workspace`] knows where the
//! files are, [`program`] runs other programs, [`error`] says what went wrong.
//!
//! Invariants: a task works in a clean clone without a terminal; it writes nothing outside the repository, its
//! target directory and Lookout's own cache directory; every program it starts is ended when it returns.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a task's findings are its standard output")]

mod bench;
mod boards;
mod cache;
mod ci;
mod codegen;
mod deny;
mod e2e;
mod error;
mod fuzz;
mod go;
mod new_exporter;
mod new_exporter_check;
mod program;
mod tidy;
mod tree;
mod workspace;

use std::error::Error as _;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::error::Error;
use crate::workspace::Workspace;

/// The tasks of the workshop.
#[derive(Debug, Parser)]
#[command(bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Check the house rules; each finding says how to mend it
    Tidy,
    /// Write every generated file from the declarations
    Codegen {
        /// Change nothing; fail where a file differs from what would be written
        #[arg(long)]
        check: bool,
    },
    /// Write a complete exporter: both crates, documentation, golden test and wiring
    NewExporter {
        /// Its name, lower-case words joined by hyphens
        name: String,
    },
    /// Prove that a new exporter passes CI untouched, in a copy of the tree
    NewExporterCheck,
    /// Run every fuzz target from its corpus
    Fuzz {
        /// How long each runs, in seconds
        #[arg(long, default_value_t = 60)]
        seconds: u32,
    },
    /// Check licences, bans and sources of all dependencies with cargo-deny
    Deny,
    /// Test the real binary against real servers and readers
    E2e {
        /// Arguments of the test program, such as the part of a test's name
        #[arg(last = true)]
        arguments: Vec<String>,
    },
    /// Measure the released binary beside its peers and write the result into `docs/benches`
    #[command(subcommand)]
    Bench(Bench),
    /// Draw a picture of every board with the data of the demo into `docs/images/boards`; needs Chromium
    Boards {
        /// How long the demo is watched
        #[arg(long, default_value_t = 4)]
        minutes: u64,
        /// The incident that is played after ten seconds
        #[arg(long)]
        incident: Option<String>,
        /// Where the pictures go
        #[arg(long, value_name = "DIRECTORY")]
        out: Option<std::path::PathBuf>,
        /// Show the folded rows too; without it a board is drawn as it opens
        #[arg(long)]
        unfolded: bool,
        /// The boards, by their slugs; all if none is named
        boards: Vec<String>,
    },
    /// Every stage of CI in order, each with its time
    Ci,
}

#[derive(Debug, Subcommand)]
enum Bench {
    /// Memory and processor time of a process with nothing to do, and the time from its start to its readiness
    Rest {
        /// How often each program is started
        #[arg(long, default_value_t = 21)]
        starts: usize,
        /// How long each rests, in seconds
        #[arg(long, default_value_t = 60)]
        seconds: u32,
    },
    /// Watching the certificates of a cluster: a real Kubernetes API server with 10,000 and 100,000 TLS Secrets
    Certs {
        /// Only this many Secrets
        #[arg(long, value_enum)]
        size: Option<bench::CertsSize>,
        /// An exporter that watches the same cluster and runs already, as NAME=URL,PID; may be given often
        #[arg(long = "peer", value_name = "NAME=URL,PID")]
        peers: Vec<String>,
        /// Where the API server listens, so that peers can be started before it; any free port if left out
        #[arg(long, default_value_t = 0)]
        port: u16,
    },
    /// Watching Kafka: a real broker side by side with peers, and simulated clusters of up to a million partitions
    Kafka {
        /// Only this part
        #[arg(long, value_enum)]
        size: Option<bench::KafkaPart>,
        /// An exporter that watches the same broker and runs already, as NAME=URL,PID; may be given often
        #[arg(long = "peer", value_name = "NAME=URL,PID")]
        peers: Vec<String>,
        /// Where the real broker listens, so that peers can be started before it; any free port if left out
        #[arg(long, default_value_t = 0)]
        port: u16,
    },
}

fn main() -> ExitCode {
    match run(Arguments::parse().task) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            let mut source = error.source();
            while let Some(cause) = source {
                eprintln!("  because: {cause}");
                source = cause.source();
            }
            ExitCode::FAILURE
        }
    }
}

fn run(task: Task) -> Result<(), Error> {
    let workspace = Workspace::find()?;
    match task {
        Task::Tidy => tidy::run(&workspace),
        Task::Codegen { check } => codegen::run(&workspace, check),
        Task::NewExporter { name } => new_exporter::run(&workspace, &name),
        Task::NewExporterCheck => new_exporter_check::run(&workspace),
        Task::Fuzz { seconds } => fuzz::run(&workspace, seconds),
        Task::Deny => deny::run(&workspace),
        Task::E2e { arguments } => e2e::run(&workspace, &arguments),
        Task::Bench(Bench::Rest { starts, seconds }) => bench::rest(&workspace, starts, seconds),
        Task::Bench(Bench::Certs { size, peers, port }) => bench::certs(&workspace, size, &peers, port),
        Task::Bench(Bench::Kafka { size, peers, port }) => bench::kafka(&workspace, size, &peers, port),
        Task::Boards { minutes, incident, out, unfolded, boards } => {
            boards::run(&workspace, minutes, incident.as_deref(), &boards, out.as_deref(), unfolded)
        }
        Task::Ci => ci::run(&workspace),
    }
}
