//! A file to settings, or to everything that is wrong with it.

use std::{
    fs::File,
    io::Read,
    path::{Path, PathBuf},
};

use serde::de::DeserializeOwned;

use crate::{
    Complaints, Faults, Renames, Validate, bytes,
    deserializer::FromNode,
    parse::{Parsed, parse},
    survey::{MAX_FAULTS, Survey},
};

/// The largest file that is read: as much as a Kubernetes ConfigMap can hold.
pub const MAX_FILE_BYTES: usize = 1024 * 1024;

/// Attempts at one tree. Each notes or cuts something; not every cut is a fault of its own.
const MAX_ATTEMPTS: usize = 4 * MAX_FAULTS;

/// Why a file gave no settings.
#[derive(Debug, thiserror::Error)]
pub enum LoadFile {
    /// The operating system did not give it.
    #[error("cannot read the configuration {}", path.display())]
    ReadFile {
        /// The file.
        path: PathBuf,
        /// The operating system's reason.
        source: std::io::Error,
    },
    /// It was read, and is wrong.
    #[error(transparent)]
    Understand(#[from] Faults),
}

/// Reads settings from `text`; `file` is its name in messages. An empty text gives the defaults.
///
/// # Errors
/// Everything that is wrong with it, at most [`MAX_FAULTS`], in the order of the lines.
pub fn load<T: DeserializeOwned + Validate>(file: &str, text: &str) -> Result<T, Faults> {
    load_then(file, text, |settings: T, _: &mut Complaints| settings)
}

/// [`load`], then `then`: what can be said of the settings only by looking at more than the file, such as the files that
/// it names. It is called also if something is wrong already, so that everything is said at once; what it returns is
/// given only if nothing is.
///
/// # Errors
/// As [`load`]; also what `then` complains about, with its place.
pub fn load_then<T: DeserializeOwned + Validate, R>(
    file: &str,
    text: &str,
    then: impl FnOnce(T, &mut Complaints) -> R,
) -> Result<R, Faults> {
    let Parsed { root, mut findings } = parse(text);
    let Some(root) = root else {
        findings.truncate(MAX_FAULTS);
        return Err(Faults::new(file, findings, false));
    };
    let mut survey = Survey::new(root, findings, Renames::of::<T>());
    let result = examine::<T>(&mut survey).map(|settings| {
        let mut complaints = Complaints::collect(&settings);
        let result = then(settings, &mut complaints);
        for complaint in complaints.into_complaints() {
            survey.complain(&complaint);
        }
        result
    });
    let mut findings = survey.findings;
    match result {
        Some(result) if findings.is_empty() => Ok(result),
        result => {
            let complete = result.is_some() && findings.len() <= MAX_FAULTS;
            findings.truncate(MAX_FAULTS);
            Err(Faults::new(file, findings, complete))
        }
    }
}

/// [`load`] from bytes that may be anything.
///
/// # Errors
/// As [`load`]; also bytes that are no UTF-8.
pub fn load_bytes<T: DeserializeOwned + Validate>(file: &str, bytes: &[u8]) -> Result<T, Faults> {
    load_bytes_then(file, bytes, |settings: T, _: &mut Complaints| settings)
}

/// [`load_then`] from bytes that may be anything.
///
/// # Errors
/// As [`load_then`]; also bytes that are no UTF-8.
pub fn load_bytes_then<T: DeserializeOwned + Validate, R>(
    file: &str,
    bytes: &[u8],
    then: impl FnOnce(T, &mut Complaints) -> R,
) -> Result<R, Faults> {
    match bytes::decode(bytes) {
        Ok(text) => load_then(file, text, then),
        Err(finding) => Err(Faults::new(file, vec![finding], false)),
    }
}

/// [`load`] from the file at `path`, of which no more than [`MAX_FILE_BYTES`] are read.
///
/// # Errors
/// [`LoadFile::ReadFile`] if there is nothing to read, else what [`load_bytes`] finds.
pub fn load_file<T: DeserializeOwned + Validate>(path: &Path) -> Result<T, LoadFile> {
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(MAX_FILE_BYTES as u64 + 1).read_to_end(&mut bytes))
        .map_err(|source| LoadFile::ReadFile { path: path.to_owned(), source })?;
    Ok(load_bytes(&path.display().to_string(), &bytes)?)
}

/// The settings, with what could not be read left out; `None`: too much is wrong.
fn examine<T: DeserializeOwned + Validate>(survey: &mut Survey) -> Option<T> {
    for _ in 0..MAX_ATTEMPTS {
        if survey.findings.len() > MAX_FAULTS {
            return None;
        }
        let mistake = match T::deserialize(FromNode(&survey.root)) {
            Ok(settings) => return Some(settings),
            Err(mistake) => mistake,
        };
        if !survey.note(mistake) {
            return None;
        }
    }
    None
}
