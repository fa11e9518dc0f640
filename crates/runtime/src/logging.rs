//! Logs: one line per event on standard error, as logfmt or JSON, times in UTC.
//!
//! Invariants:
//! - Standard output belongs to the subcommands; logs never go there.
//! - One event is one line, whatever a peer put into a message: control characters are escaped.
//! - A panic is an event too, with its place, so that it is not lost between the lines of a log collector.
//!
//! How to get it wrong: raising the level of everything to see one's own debug lines. Other people's crates stay one
//! level quieter than asked for; theirs is not the story that is being read.

mod logfmt;

use core::fmt;
use core::str::FromStr;

use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::text::panic_message;

/// The targets of our own packages begin with this; all other targets are dependencies.
const OURS: &str = "lookout";

/// How much is logged: the value of `--log.level`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Level {
    /// Only what is broken in Lookout itself.
    Error,
    /// Also what cannot be watched.
    Warn,
    /// Also what happens now and then: starts, recoveries, signals.
    #[default]
    Info,
    /// Also each failing cycle.
    Debug,
    /// Everything.
    Trace,
}

impl Level {
    /// Every level, the quietest first.
    pub const ALL: &'static [Self] = &[Self::Error, Self::Warn, Self::Info, Self::Debug, Self::Trace];

    /// The word on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warn => "warn",
            Self::Info => "info",
            Self::Debug => "debug",
            Self::Trace => "trace",
        }
    }

    fn ours(self) -> LevelFilter {
        match self {
            Self::Error => LevelFilter::ERROR,
            Self::Warn => LevelFilter::WARN,
            Self::Info => LevelFilter::INFO,
            Self::Debug => LevelFilter::DEBUG,
            Self::Trace => LevelFilter::TRACE,
        }
    }

    /// One level quieter, but never without errors.
    fn theirs(self) -> LevelFilter {
        match self {
            Self::Error | Self::Warn => LevelFilter::ERROR,
            Self::Info => LevelFilter::WARN,
            Self::Debug => LevelFilter::INFO,
            Self::Trace => LevelFilter::DEBUG,
        }
    }
}

/// The form of a line: the value of `--log.format`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// `ts=… level=… target=… msg=… key=value`, as Prometheus and its exporters log.
    #[default]
    Logfmt,
    /// One JSON object.
    Json,
}

impl Format {
    /// Every format.
    pub const ALL: &'static [Self] = &[Self::Logfmt, Self::Json];

    /// The word on the command line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Logfmt => "logfmt",
            Self::Json => "json",
        }
    }
}

/// A word on the command line that is none of the known ones.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{word}` is not known; use one of {known}")]
pub struct UnknownWord {
    /// What was given.
    pub word: String,
    /// What could have been, separated by commas.
    pub known: String,
}

macro_rules! words {
    ($($Type:ident),+) => { $(
        impl FromStr for $Type {
            type Err = UnknownWord;

            fn from_str(word: &str) -> Result<Self, UnknownWord> {
                let known = || Self::ALL.iter().map(|one| one.as_str()).collect::<Vec<_>>().join(", ");
                let found = Self::ALL.iter().find(|one| one.as_str() == word);
                found.copied().ok_or_else(|| UnknownWord { word: word.to_owned(), known: known() })
            }
        }

        impl fmt::Display for $Type {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(self.as_str())
            }
        }
    )+ };
}
words!(Level, Format);

/// Logging cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum InitError {
    /// Somebody else has set up logging in this process.
    #[error("setting up logging: it is set up already; call it once, first in `main`")]
    InstallSubscriber(#[source] tracing_subscriber::util::TryInitError),
}

/// Sends all logs of the process to standard error from now on, and panics with them.
///
/// # Errors
/// [`InitError`] if logging was set up before.
pub fn init(level: Level, format: Format) -> Result<(), InitError> {
    subscriber(level, format, std::io::stderr).try_init().map_err(InitError::InstallSubscriber)?;
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map_or_else(|| "unknown".to_owned(), ToString::to_string);
        tracing::error!(place, error = panic_message(panic.payload()), "panicked");
    }));
    Ok(())
}

/// What [`init`] installs, with another place to write to.
pub fn subscriber<W>(level: Level, format: Format, writer: W) -> impl tracing::Subscriber + Send + Sync
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let filter = Targets::new().with_default(level.theirs()).with_target(OURS, level.ours());
    let (logfmt, json) = match format {
        Format::Logfmt => (Some(writer), None),
        Format::Json => (None, Some(writer)),
    };
    let logfmt = logfmt.map(|writer| {
        tracing_subscriber::fmt::layer()
            .event_format(logfmt::Events)
            .fmt_fields(logfmt::Fields)
            .with_ansi(false)
            .with_writer(writer)
    });
    let json = json.map(|writer| {
        tracing_subscriber::fmt::layer().json().flatten_event(true).with_span_list(false).with_writer(writer)
    });
    tracing_subscriber::registry().with(filter).with(logfmt).with(json)
}
