//! Which events are logged: the value of `--log.level`.
//!
//! ```text
//! info                     everything of ours from `info` on, libraries one level quieter
//! debug,certs=trace        and one part of ours in more detail
//! warn,h2=info             and one library
//! certs=debug              the default for everything else
//! ```
//!
//! A target is a module and all below it, separated by `::`. A part of Lookout has a short name, that of its package:
//! `certs` is `lookout_certs`, `runtime::driver` is `lookout_runtime::driver`. `lookout` is all of ours, `requests` the
//! request log. Any other word is taken for a library, unless it is nearly one of ours.
//!
//! Invariants:
//! - The most specific target decides, whatever the order.
//! - What is [guarded](super::guarded) stays so; who asks for it by name is told.
//! - The request log is written from the level `info` on whatever the others have: a flag of its own asks for it.
//!
//! How to get it wrong: `tracing-subscriber`'s `Targets` compares text, so that there `lookout_certs` is also
//! `lookout_certs_spec`. Here a target ends at `::` or not at all.

use core::fmt;

use strsim::osa_distance;
use tracing::level_filters::LevelFilter;
use tracing::subscriber::Interest;
use tracing::{Metadata, Subscriber};
use tracing_subscriber::layer::{Context, Layer};

use super::guarded::guarded;
use super::{Level, request};

/// All of ours, as a target.
const OURS: &str = "lookout";
/// The targets of our packages begin with this, [`OURS`] aside.
const PREFIX: &str = "lookout_";
/// The request log, as a target.
const REQUESTS: &str = "requests";
/// The packages under `crates/`, by their short names. The exporters are known to the binary alone.
pub const PACKAGES: &[&str] = &[
    "catalog",
    "config",
    "declarations",
    "exposition",
    "kafka_wire",
    "kubernetes",
    "promql",
    "render",
    "runtime",
    "self_metrics",
    "simulator",
    "testkit",
    "web_config",
];

/// How much of what is logged.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Levels {
    most: Level,
    /// Each target once.
    targets: Vec<TargetLevel>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct TargetLevel {
    /// As it is compared.
    target: String,
    most: LevelFilter,
}

/// The value of `--log.level` cannot be understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LevelsError {
    /// There is nothing where something should be.
    #[error("a part is empty; separate parts by one comma each, as in `info,certs=debug`")]
    FindPart,
    /// A part alone is no level.
    #[error(
        "`{part}` is no level; use one of {}, or `TARGET=LEVEL` for one part of Lookout or one library",
        known(false)
    )]
    ReadLevel {
        /// The part.
        part: String,
    },
    /// The level of a target is none.
    #[error("`{part}`: `{level}` is no level; use one of {}", known(true))]
    ReadTargetLevel {
        /// The part.
        part: String,
        /// What stands for the level.
        level: String,
    },
    /// A target has no level.
    #[error("`{part}` has no level; write `{part}=debug`, for example")]
    FindLevel {
        /// The part.
        part: String,
    },
    /// What stands for the target cannot be one.
    #[error(
        "`{part}`: `{target}` is no target; it is a name such as `certs`, or the path of a module such as `runtime::driver`"
    )]
    ReadTarget {
        /// The part.
        part: String,
        /// What stands for the target.
        target: String,
    },
    /// There is no such part of Lookout.
    #[error("`{part}`: Lookout has no part `{target}`; {}", remedy(near.as_ref(), known))]
    FindTarget {
        /// The part.
        part: String,
        /// What was given.
        target: String,
        /// What is nearly the same.
        near: Option<String>,
        /// All that there are.
        known: String,
    },
    /// Two levels for the same.
    #[error("`{first}` and `{second}` are levels for the same; leave one out")]
    UniteLevels {
        /// The first.
        first: String,
        /// The second.
        second: String,
    },
    /// That would show secrets.
    #[error(
        "`{part}`: `{target}` is not logged in such detail, because it would write {why}; the most is `{target}={most}`"
    )]
    Uncover {
        /// The part.
        part: String,
        /// The target, as given.
        target: String,
        /// What it would write.
        why: &'static str,
        /// The most that is possible.
        most: String,
    },
}

impl Levels {
    /// Understands the value of `--log.level`; `exporters` are the names of the exporters of this build.
    ///
    /// # Errors
    /// [`LevelsError`] for the first part that is wrong, with what to write instead.
    pub fn parse(text: &str, exporters: &[&str]) -> Result<Self, LevelsError> {
        let mut most: Option<(&str, Level)> = None;
        let mut targets: Vec<(&str, TargetLevel)> = Vec::new();
        for part in text.split(',').map(str::trim) {
            if let Some((target, level)) = part.split_once('=') {
                let new = target_level(part, target.trim(), level.trim(), exporters)?;
                if let Some((first, _)) = targets.iter().find(|(_, old)| old.target == new.target) {
                    return Err(LevelsError::UniteLevels {
                        first: (*first).to_owned(),
                        second: part.to_owned(),
                    });
                }
                targets.push((part, new));
            } else {
                let level = everything(part, exporters)?;
                if let Some((first, _)) = most {
                    return Err(LevelsError::UniteLevels {
                        first: first.to_owned(),
                        second: part.to_owned(),
                    });
                }
                most = Some((part, level));
            }
        }
        let targets = targets.into_iter().map(|(_, target)| target).collect();
        Ok(Self { most: most.map_or_else(Level::default, |(_, level)| level), targets })
    }

    /// The most detailed level at which `target` is logged.
    pub fn of(&self, target: &str) -> LevelFilter {
        let is_ours = is_within(target, OURS) || target.starts_with(PREFIX);
        let named = self.targets.iter().filter(|one| is_within(target, &one.target));
        // The longest is the most specific one: all of them are the beginning of the same path.
        let named = named.max_by_key(|one| one.target.len()).filter(|one| one.target != OURS);
        let asked = match named {
            Some(named) => named.most,
            None if target == request::TARGET => LevelFilter::INFO,
            None if is_ours => self.ours(),
            None => self.most.theirs(),
        };
        guarded(target).map_or(asked, |guarded| asked.min(guarded.most))
    }

    /// What holds for all of ours.
    fn ours(&self) -> LevelFilter {
        let named = self.targets.iter().find(|one| one.target == OURS);
        named.map_or_else(|| self.most.ours(), |one| one.most)
    }

    fn enables(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() <= self.of(metadata.target())
    }
}

impl From<Level> for Levels {
    fn from(most: Level) -> Self {
        Self { most, targets: Vec::new() }
    }
}

/// As it can be given again, with whole targets.
impl fmt::Display for Levels {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.most)?;
        self.targets.iter().try_for_each(|one| write!(formatter, ",{}={}", one.target, one.most))
    }
}

/// As a layer it decides for all others; each place in the code is decided about once.
impl<S: Subscriber> Layer<S> for Levels {
    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        if self.enables(metadata) { Interest::always() } else { Interest::never() }
    }

    fn enabled(&self, metadata: &Metadata<'_>, _context: Context<'_, S>) -> bool {
        self.enables(metadata)
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        let named = self.targets.iter().map(|one| one.most);
        // At least `info`, for the request log.
        named.chain([self.most.ours(), LevelFilter::INFO]).max()
    }
}

/// Whether `target` is `module` or below it.
pub(super) fn is_within(target: &str, module: &str) -> bool {
    target.strip_prefix(module).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

fn everything(part: &str, exporters: &[&str]) -> Result<Level, LevelsError> {
    if part.is_empty() {
        return Err(LevelsError::FindPart);
    }
    part.parse().map_err(|_| {
        let part = part.to_owned();
        match find_target(&part, &part, exporters) {
            Ok(target) if target == OURS || target.starts_with(PREFIX) || target == request::TARGET => {
                LevelsError::FindLevel { part }
            }
            _ => LevelsError::ReadLevel { part },
        }
    })
}

fn target_level(
    part: &str,
    target: &str,
    level: &str,
    exporters: &[&str],
) -> Result<TargetLevel, LevelsError> {
    let found = find_target(part, target, exporters)?;
    let most = match level {
        "off" => LevelFilter::OFF,
        level => level
            .parse()
            .map(Level::ours)
            .map_err(|_| LevelsError::ReadTargetLevel { part: part.to_owned(), level: level.to_owned() })?,
    };
    match guarded(&found) {
        Some(guarded) if guarded.most < most => Err(LevelsError::Uncover {
            part: part.to_owned(),
            target: target.to_owned(),
            why: guarded.why,
            most: guarded.most.to_string(),
        }),
        _ => Ok(TargetLevel { target: found, most }),
    }
}

/// The target as it is compared.
fn find_target(part: &str, target: &str, exporters: &[&str]) -> Result<String, LevelsError> {
    let is_name = |name: &str| {
        !name.is_empty()
            && name.chars().all(|character| character.is_ascii_alphanumeric() || "_-".contains(character))
    };
    if !target.split("::").all(is_name) {
        return Err(LevelsError::ReadTarget { part: part.to_owned(), target: target.to_owned() });
    }
    // Packages are written with hyphens, modules with underscores.
    let target = target.replace('-', "_");
    let (package, below) = target.split_at(target.find("::").unwrap_or(target.len()));
    if package == OURS {
        return Ok(target);
    }
    if target == REQUESTS {
        return Ok(request::TARGET.to_owned());
    }
    let ours =
        || PACKAGES.iter().chain(exporters).map(|name| name.replace('-', "_")).filter(|name| name != OURS);
    let short = package.strip_prefix(PREFIX).unwrap_or(package);
    // The declarations of an exporter are a package of their own.
    if ours().any(|name| name == short || short.strip_suffix("_spec") == Some(&name)) {
        return Ok(format!("{PREFIX}{short}{below}"));
    }
    let near =
        ours().chain([REQUESTS.to_owned(), OURS.to_owned()]).find(|name| osa_distance(name, short) == 1);
    if near.is_none() && short == package {
        return Ok(target);
    }
    let known = ours().chain([REQUESTS.to_owned()]).collect::<Vec<_>>().join(", ");
    Err(LevelsError::FindTarget { part: part.to_owned(), target: package.to_owned(), near, known })
}

fn known(with_off: bool) -> String {
    let off = with_off.then_some("off");
    off.into_iter().chain(Level::ALL.iter().map(|level| level.as_str())).collect::<Vec<_>>().join(", ")
}

fn remedy(near: Option<&String>, known: &str) -> String {
    near.map_or_else(|| format!("use one of {known}"), |near| format!("did you mean `{near}`?"))
}
