//! The command line: what can be asked, with exporter-toolkit's habits for flags.
//!
//! Why its own file: the help texts are the first documentation that people read. Nothing here does anything.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use lookout_runtime::http::ListenAddress;
use lookout_runtime::logging;

/// Prometheus exporters for Kubernetes data platforms.
#[derive(Debug, Parser)]
#[command(name = "lookout", version, after_help = EXIT_CODES)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

const EXIT_CODES: &str = "Exit codes:
  0  done, or ended by a signal after draining
  1  failed while running
  2  the command line is wrong
  3  the configuration is wrong
  4  an address cannot be listened on";

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Watch what is configured and serve it to Prometheus
    Serve(ServeArguments),
    /// Run the whole suite against a small simulated platform, on this machine, nothing else needed
    #[cfg(feature = "demo")]
    Demo(crate::demo::DemoArguments),
    /// Print the default configuration or its schema, or check a file
    #[command(subcommand)]
    Config(ConfigCommand),
}

/// Where to listen and how to log: the flags that every serving subcommand has.
#[derive(Debug, Args)]
pub(crate) struct WebArguments {
    /// Address to listen on, `HOST:PORT` or `:PORT`; may be given several times
    #[arg(long = "web.listen-address", value_name = "ADDRESS", default_value = DEFAULT_ADDRESS)]
    pub(crate) listen_addresses: Vec<ListenAddress>,
    #[command(flatten)]
    pub(crate) log: LogArguments,
}

/// The port block of Lookout begins here; see Prometheus' list of default port allocations.
pub(crate) const DEFAULT_ADDRESS: &str = ":10940";

/// What is logged, and how.
#[derive(Debug, Args)]
pub(crate) struct LogArguments {
    /// Least severe level to log: error, warn, info, debug, trace
    #[arg(long = "log.level", value_name = "LEVEL", default_value_t)]
    pub(crate) level: logging::Level,
    /// Form of the log lines: logfmt, json
    #[arg(long = "log.format", value_name = "FORMAT", default_value_t)]
    pub(crate) format: logging::Format,
}

/// `lookout serve`.
#[derive(Debug, Args)]
pub(crate) struct ServeArguments {
    /// Configuration file; without one every exporter has its defaults
    #[arg(long = "config.file", value_name = "FILE")]
    pub(crate) config_file: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) web: WebArguments,
}

/// `lookout config`.
#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Print a configuration file with every option, its meaning and its default
    Default,
    /// Print the JSON Schema, for editors
    Schema,
    /// Check a file: all errors at once, each with line, column, path and what to write instead
    Check {
        /// The file
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// Form of the answer
        #[arg(long, default_value = "text")]
        format: CheckFormat,
    },
}

/// The form of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum CheckFormat {
    /// A line per error
    Text,
    /// An array of objects
    Json,
}
