//! The command line: what can be asked, with exporter-toolkit's habits for flags.
//!
//! Why its own file: the help texts are the first documentation that people read. Nothing here does anything.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use lookout_config::{HumanDuration, HumanSize};
use lookout_runtime::http::{ExternalUrl, ListenAddress, RoutePrefix};
use lookout_runtime::{Shard, logging};

use crate::dashboards::DashboardsArguments;
use crate::docs::DocsArguments;
use crate::rules::RulesCommand;
use crate::web;

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
  4  an address cannot be listened on
  5  a check found something wrong with what is watched";

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Watch what is configured and serve it to Prometheus
    Serve(ServeArguments),
    /// Run the whole suite against a small simulated platform, on this machine, nothing else needed
    #[cfg(feature = "demo")]
    Demo(crate::demo::DemoArguments),
    /// Try everything that is configured once: what is reachable, permitted and right, and what to do about the rest
    Check(CheckArguments),
    /// Print the default configuration or its schema, or check a file
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Write alerting and recording rules for an engine, prove them, try them on the past, or check rules of others
    #[command(subcommand)]
    Rules(RulesCommand),
    /// Write the boards for Grafana, with the bounds of the configuration
    Dashboards(DashboardsArguments),
    /// Write the reference as a book of Markdown: metrics, alerts with runbooks, rules, boards, settings, permissions
    Docs(DocsArguments),
}

/// Whose settings hold: for subcommands that derive something from a configuration without serving it.
#[derive(Debug, Args)]
pub(crate) struct ConfigurationArguments {
    /// Configuration file; without one every exporter has its defaults
    #[arg(id = "config-file", long = "config.file", alias = "config", value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
}

/// Where and how to serve, and how to log: the flags that every serving subcommand has.
#[derive(Debug, Args)]
pub(crate) struct WebArguments {
    /// Address to listen on: `HOST:PORT`, `:PORT`, `[IPv6]:PORT` or `unix:PATH`; may be given several times
    #[arg(long = "web.listen-address", value_name = "ADDRESS", default_value = DEFAULT_ADDRESS)]
    pub(crate) listen_addresses: Vec<ListenAddress>,
    /// Listen on the sockets that a systemd socket unit passes, in place of any address
    #[arg(long = "web.systemd-socket")]
    pub(crate) systemd_socket: bool,
    /// Mode bits of the files of Unix sockets, octal, such as 0660; without it those that the umask leaves
    #[arg(long = "web.unix-socket-mode", value_name = "MODE", value_parser = web::mode)]
    pub(crate) unix_socket_mode: Option<u32>,
    /// Web configuration file: TLS, client certificates, users, headers, in the format of Prometheus' exporters; read
    /// again when it or a file that it names changes
    #[arg(id = "web-config-file", long = "web.config.file", value_name = "FILE")]
    pub(crate) config_file: Option<PathBuf>,
    /// URL under which people and programs reach Lookout, or its path; for links, and for the route prefix
    #[arg(long = "web.external-url", value_name = "URL")]
    pub(crate) external_url: Option<ExternalUrl>,
    /// What stands before every path in requests; by default the path of the external URL, `/` for nothing
    #[arg(long = "web.route-prefix", value_name = "PATH")]
    pub(crate) route_prefix: Option<RoutePrefix>,
    /// Let POST or PUT /-/reload have the configurations read again, as SIGHUP does
    #[arg(long = "web.enable-lifecycle")]
    pub(crate) enable_lifecycle: bool,
    /// Write a line to the log for each request
    #[arg(long = "web.log-requests")]
    pub(crate) log_requests: bool,
    #[command(flatten)]
    pub(crate) limits: LimitArguments,
    #[command(flatten)]
    pub(crate) log: LogArguments,
}

/// What clients may use and how long they may take.
#[derive(Debug, Args)]
#[command(next_help_heading = "Limits of the server")]
pub(crate) struct LimitArguments {
    /// Connections at the same time; above that the client that keeps the server waiting longest makes room
    #[arg(long = "web.max-connections", value_name = "NUMBER", default_value_t = web::DEFAULTS.connections, value_parser = web::number)]
    pub(crate) connections: usize,
    /// Scrapes answered at the same time; further ones wait for a moment and are then refused with 503
    #[arg(long = "web.max-requests", value_name = "NUMBER", default_value_t = web::DEFAULTS.requests, value_parser = web::number)]
    pub(crate) requests: usize,
    /// Size of a request's head; at least 8KiB
    #[arg(long = "web.max-head-size", value_name = "SIZE", default_value_t = web::size(), value_parser = web::head_size)]
    pub(crate) head_size: HumanSize,
    /// Number of a request's headers
    #[arg(long = "web.max-headers", value_name = "NUMBER", default_value_t = web::DEFAULTS.headers, value_parser = web::headers)]
    pub(crate) headers: usize,
    /// Time for a TLS handshake
    #[arg(long = "web.handshake-timeout", value_name = "DURATION", default_value_t = web::duration(web::DEFAULTS.handshake), value_parser = web::time)]
    pub(crate) handshake: HumanDuration,
    /// Time for the head of a request, from its first byte
    #[arg(long = "web.head-timeout", value_name = "DURATION", default_value_t = web::duration(web::DEFAULTS.head), value_parser = web::time)]
    pub(crate) head: HumanDuration,
    /// Time that a connection may be kept without a request
    #[arg(long = "web.idle-timeout", value_name = "DURATION", default_value_t = web::duration(web::DEFAULTS.idle), value_parser = web::time)]
    pub(crate) idle: HumanDuration,
    /// Time for taking an answer
    #[arg(long = "web.answer-timeout", value_name = "DURATION", default_value_t = web::duration(web::DEFAULTS.answer), value_parser = web::time)]
    pub(crate) answer: HumanDuration,
}

/// The port block of Lookout begins here; see Prometheus' list of default port allocations.
pub(crate) const DEFAULT_ADDRESS: &str = ":10940";

/// What is logged, and how.
#[derive(Debug, Args)]
#[command(next_help_heading = "Logging")]
pub(crate) struct LogArguments {
    /// Least severe level to log (error, warn, info, debug, trace), and TARGET=LEVEL for single targets, as in
    /// `info,certs=debug,runtime::driver=trace`: a part of Lookout by its short name, a module, a library, `requests`
    #[arg(long = "log.level", value_name = "LEVELS", default_value_t, value_parser = log_levels)]
    pub(crate) level: logging::Levels,
    /// Form of the log lines: logfmt, json
    #[arg(long = "log.format", value_name = "FORMAT", default_value_t)]
    pub(crate) format: logging::Format,
}

/// The short names of the exporters are known here, not in the runtime.
fn log_levels(text: &str) -> Result<logging::Levels, logging::LevelsError> {
    let exporters: Vec<&str> = lookout_catalog::ALL.iter().map(|spec| spec.name).collect();
    logging::Levels::parse(text, &exporters)
}

/// `lookout serve`.
#[derive(Debug, Args)]
pub(crate) struct ServeArguments {
    /// Configuration file; without one every exporter has its defaults
    #[arg(long = "config.file", value_name = "FILE")]
    pub(crate) config_file: Option<PathBuf>,
    /// Watch one part of large inventories, such as the topics and groups of Kafka: `INDEX/COUNT` from `0/COUNT` on, or the
    /// name of a StatefulSet's pod in the place of the index, as in `lookout-2/3`
    #[arg(long, value_name = "INDEX/COUNT", default_value_t)]
    pub(crate) shard: Shard,
    #[command(flatten)]
    pub(crate) web: WebArguments,
}

/// `lookout check`.
#[derive(Debug, Args)]
pub(crate) struct CheckArguments {
    /// Configuration file; without one every exporter has its defaults
    #[arg(long = "config.file", value_name = "FILE")]
    pub(crate) config_file: Option<PathBuf>,
    /// Web configuration file, checked too if it is given
    #[arg(long = "web.config.file", value_name = "FILE")]
    pub(crate) web_config_file: Option<PathBuf>,
    /// Form of the answer
    #[arg(id = "answer-format", long = "format", default_value = "text")]
    pub(crate) format: CheckFormat,
    #[command(flatten)]
    pub(crate) log: LogArguments,
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
    /// Check a web configuration file (TLS, users, headers), with the certificates and keys that it names
    CheckWeb {
        /// The file
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
}

/// The form of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum CheckFormat {
    /// Lines for people
    Text,
    /// One document for programs
    Json,
}
