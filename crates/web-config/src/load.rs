//! From the path of a web configuration file to a policy.
//!
//! Everything that is wrong is said at once, each with its place, also what is found only by reading the files that it
//! names. A policy is given only if nothing is wrong: there is no half of one.

use std::path::{Path, PathBuf};

use lookout_config::{Complaints, Fault, Faults, MAX_FILE_BYTES, load_bytes_then};

use crate::{
    Authenticator, Policy, RateLimit,
    advice::advice,
    draft::Draft,
    format::WebConfiguration,
    surroundings::Surroundings,
    tls::{self, Tls},
};

/// Why a web configuration file gave no policy. Displayed as one line per fault.
#[derive(Debug, thiserror::Error)]
pub enum LoadPolicy {
    /// The operating system did not give the file.
    #[error("cannot read the web configuration `{}`", path.display())]
    ReadFile {
        /// The file.
        path: PathBuf,
        /// The operating system's reason.
        source: std::io::Error,
    },
    /// It was read, and it or a file that it names is wrong.
    #[error("{faults}")]
    Understand {
        /// Everything that is wrong.
        faults: Faults,
        /// The web configuration, and the files that it names as far as it was understood.
        files: Vec<PathBuf>,
    },
    /// The operating system gave no random numbers, without which passwords cannot be remembered safely.
    #[error("cannot get random numbers from the operating system for checking passwords")]
    GetRandomness,
}

impl LoadPolicy {
    /// The files to watch: when one changes, another attempt may succeed.
    pub fn files(&self) -> &[PathBuf] {
        match self {
            Self::ReadFile { path, .. } => std::slice::from_ref(path),
            Self::Understand { files, .. } => files,
            Self::GetRandomness => &[],
        }
    }
}

/// Reads the web configuration file at `path` and the files that it names. Blocks for the time of small files.
///
/// # Errors
/// Everything that is wrong, not only the first; see [`LoadPolicy`].
pub fn load(path: &Path) -> Result<Policy, LoadPolicy> {
    load_in(&Surroundings::of(path), path, None)
}

/// [`load`] in place of `previous`: passwords that were found right or wrong are not computed again, for their memory
/// is bound to the hash in the file. Nothing else is taken over.
///
/// # Errors
/// As [`load`]; then `previous` stays in force.
pub fn reload(path: &Path, previous: &Policy) -> Result<Policy, LoadPolicy> {
    load_in(&Surroundings::of(path), path, Some(previous))
}

pub(crate) fn load_in(
    surroundings: &Surroundings<'_>,
    path: &Path,
    previous: Option<&Policy>,
) -> Result<Policy, LoadPolicy> {
    let max = MAX_FILE_BYTES as u64;
    let bytes = (surroundings.read)(path, max)
        .map_err(|source| LoadPolicy::ReadFile { path: path.to_owned(), source })?;
    let (name, mut files, mut warnings) = (path.display().to_string(), vec![path.to_owned()], Vec::new());
    let then = |configuration: WebConfiguration, complaints: &mut Complaints| {
        let mut draft = Draft { surroundings, complaints, warnings: &mut warnings, files: &mut files };
        let tls = read_files(&configuration, &mut draft);
        (configuration, tls)
    };
    let (configuration, tls) = match load_bytes_then(&name, &bytes, then) {
        Ok((configuration, Ok(tls))) => (configuration, tls),
        Ok((_, Err(Incomplete))) => return Err(LoadPolicy::Understand { faults: unexplained(name), files }),
        Err(faults) => return Err(LoadPolicy::Understand { faults, files }),
    };
    let mut policy = assemble(configuration, tls, previous)?;
    policy.files = files;
    policy.warnings.append(&mut warnings);
    Ok(policy)
}

/// TLS was asked for and could not be built.
struct Incomplete;

fn read_files(configuration: &WebConfiguration, draft: &mut Draft<'_>) -> Result<Option<Tls>, Incomplete> {
    let settings = &configuration.tls_server_config;
    if !settings.is_wanted() {
        return Ok(None);
    }
    let http2 = configuration.http_server_config.http2;
    tls::build(settings, http2, draft).map(Some).ok_or(Incomplete)
}

fn assemble(
    configuration: WebConfiguration,
    tls: Option<Tls>,
    previous: Option<&Policy>,
) -> Result<Policy, LoadPolicy> {
    let warnings = advice(&configuration);
    let WebConfiguration { http_server_config: http, basic_auth_users: users, rate_limit, .. } =
        configuration;
    let previous = previous.map(Policy::authenticator);
    let interval = rate_limit.interval.0;
    Ok(Policy {
        http2: http.http2 && tls.is_some(),
        headers: http.headers.to_send(),
        authenticator: Authenticator::new(users, previous).ok_or(LoadPolicy::GetRandomness)?,
        rate_limit: (!interval.is_zero()).then(|| RateLimit::new(interval, rate_limit.burst)),
        files: Vec::new(),
        warnings,
        certificate_not_after: tls.as_ref().map(|tls| tls.not_after),
        clients: tls.as_ref().map(|tls| tls.clients),
        tls: tls.map(|tls| tls.config),
    })
}

/// For a part that could not be built although nobody complained: never a policy without it.
fn unexplained(file: String) -> Faults {
    let message = "TLS cannot be served with these options".to_owned();
    let path = "tls_server_config".to_owned();
    Faults {
        faults: vec![Fault { file, line: 1, column: 1, path, message, suggestion: None }],
        complete: true,
    }
}
