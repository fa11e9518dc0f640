//! Logs: one line per event on standard error, as logfmt or JSON, times in UTC.
//!
//! ```text
//! event ──▶ levels ──▶ lines (text, once) ──▶ journal ──▶ standard error
//!                                                └── repeats: written, or counted and summed up
//! ```
//!
//! Invariants:
//! - Standard output belongs to the subcommands; logs never go there.
//! - One event is one line, whatever a peer put into a message: control characters are escaped.
//! - An event is written or counted; what is counted is summed up in the log and is a metric ([`suppressed`]).
//! - What libraries write where secrets pass through them is not logged, whatever the level (`guarded.rs`).
//! - A panic is an event too, with its place, so that it is not lost between the lines of a log collector.
//!
//! How to get it wrong: raising the level of everything to see one's own debug lines. Other people's crates stay one
//! level quieter than asked for; theirs is not the story that is being read.

mod fields;
mod guarded;
mod journal;
mod json;
mod levels;
mod line;
mod lines;
mod logfmt;
mod places;
mod policy;
mod quoting;
mod repeats;
pub(crate) mod request;

use core::fmt;
use core::str::FromStr;
use std::io::Write as _;
use std::sync::Arc;

use tracing::level_filters::LevelFilter;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use self::journal::Journal;
use self::lines::Lines;
use self::policy::Policy;
use crate::text::panic_message;

pub use self::journal::suppressed;
pub use self::levels::{Levels, LevelsError, PACKAGES};

/// How much is logged: a word in the value of `--log.level`.
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

/// Sees to it that nothing that was counted stays unsaid: dropped at the end of the process, it writes the counts.
#[must_use = "dropped at once, it has nothing to write; keep it until the process ends"]
pub struct LogGuard(Arc<Journal>);

impl Drop for LogGuard {
    fn drop(&mut self) {
        self.0.flush();
    }
}

/// Sends all logs of the process to standard error from now on, and panics with them.
///
/// # Errors
/// [`InitError`] if logging was set up before.
pub fn init(levels: Levels, format: Format) -> Result<LogGuard, InitError> {
    let journal = journal(format, Policy::DEFAULT, std::io::stderr);
    layered(levels, &journal).try_init().map_err(InitError::InstallSubscriber)?;
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map_or_else(|| "unknown".to_owned(), ToString::to_string);
        tracing::error!(place, error = panic_message(panic.payload()), "panicked");
    }));
    if let Err(error) = Arc::clone(&journal).start_thread() {
        let error = &error as &dyn std::error::Error;
        tracing::warn!(
            error,
            "no thread for the log; how often lines were repeated is said with the next line"
        );
    }
    Ok(LogGuard(journal))
}

/// What [`init`] installs, with another place to write to. Without the thread that sums up what was repeated: that is
/// done with the next line, and when the subscriber is dropped.
pub fn subscriber<W>(
    levels: impl Into<Levels>,
    format: Format,
    writer: W,
) -> impl tracing::Subscriber + Send + Sync
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    layered(levels.into(), &journal(format, Policy::DEFAULT, writer))
}

fn layered(levels: Levels, journal: &Arc<Journal>) -> impl tracing::Subscriber + Send + Sync + use<> {
    tracing_subscriber::registry().with(levels).with(Lines(Arc::clone(journal)))
}

fn journal<W>(format: Format, policy: Policy, writer: W) -> Arc<Journal>
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    // There is nobody left to tell if standard error is gone.
    let write = move |line: &[u8]| drop(writer.make_writer().write_all(line));
    Arc::new(Journal::new(format, policy, Box::new(write)))
}
