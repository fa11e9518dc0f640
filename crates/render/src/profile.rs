//! Profiles: what loads rules, in which version, and which fields it knows by then.
//!
//! A rule engine refuses a whole file for one field that it does not know. So what a version lacks is left out, and the
//! file and the command say so. Versions are those of what reads the file: for `PrometheusRule` and `VMRule` that is the
//! operator, whose custom resource definition decides.
//!
//! The table was read off the change logs of Prometheus 3.15, prometheus-operator 0.93, VictoriaMetrics 1.150, its
//! operator 0.74 and Mimir 3.1, and off Grafana's pull requests 109710 and 115663.
//!
//! How to get it wrong: entering a field with the version in which its documentation appeared.

use core::fmt;
use core::str::FromStr;

use crate::RenderError;

/// What reads a rule file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Reader {
    /// Its name, as people write it.
    pub(crate) name: &'static str,
    /// The oldest version that files are made for.
    pub(crate) oldest: Version,
    /// The newest one whose change log was read; later ones are taken for it.
    pub(crate) newest: Version,
    /// Since when it knows `keep_firing_for`.
    pub(crate) keep_firing_for: Version,
    /// Since when a group can be evaluated for a moment in the past.
    pub(crate) offset: Version,
    /// Since when it reads recording rules.
    pub(crate) recordings: Version,
}

/// A version: major, minor, patch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version(u16, u16, u16);

impl Version {
    /// The version `MAJOR.MINOR`.
    pub const fn new(major: u16, minor: u16) -> Self {
        Self(major, minor, 0)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}.{}", self.0, self.1)?;
        if self.2 > 0 { write!(formatter, ".{}", self.2) } else { Ok(()) }
    }
}

impl FromStr for Version {
    type Err = ReadVersion;

    /// `2.42`, `v3.15.0` or `12`.
    fn from_str(text: &str) -> Result<Self, ReadVersion> {
        let mut numbers = [0; 3];
        let parts: Vec<&str> = text.strip_prefix('v').unwrap_or(text).split('.').collect();
        if parts.len() > numbers.len() {
            return Err(ReadVersion);
        }
        for (number, part) in numbers.iter_mut().zip(parts) {
            *number = part.parse().map_err(|_| ReadVersion)?;
        }
        Ok(Self(numbers[0], numbers[1], numbers[2]))
    }
}

/// A text that is no version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("it is no version; write numbers and dots, as in `3.15` or `v1.92.0`")]
pub struct ReadVersion;

/// Prometheus.
pub(crate) const PROMETHEUS: Reader = Reader {
    name: "Prometheus",
    oldest: Version(2, 42, 0),
    newest: Version(3, 15, 0),
    keep_firing_for: Version(2, 42, 0),
    offset: Version(2, 53, 0),
    recordings: Version(2, 42, 0),
};

/// prometheus-operator, which reads `PrometheusRule`.
pub(crate) const PROMETHEUS_OPERATOR: Reader = Reader {
    name: "prometheus-operator",
    oldest: Version(0, 60, 0),
    newest: Version(0, 93, 0),
    keep_firing_for: Version(0, 66, 0),
    offset: Version(0, 78, 0),
    recordings: Version(0, 60, 0),
};

/// vmalert.
pub(crate) const VMALERT: Reader = Reader {
    name: "vmalert",
    oldest: Version(1, 79, 0),
    newest: Version(1, 150, 0),
    keep_firing_for: Version(1, 92, 0),
    offset: Version(1, 95, 0),
    recordings: Version(1, 79, 0),
};

/// The operator of VictoriaMetrics, which reads `VMRule`.
pub(crate) const VICTORIA_METRICS_OPERATOR: Reader = Reader {
    name: "VictoriaMetrics operator",
    oldest: Version(0, 30, 0),
    newest: Version(0, 74, 0),
    keep_firing_for: Version(0, 36, 0),
    offset: Version(0, 46, 0),
    recordings: Version(0, 30, 0),
};

/// Mimir's ruler.
pub(crate) const MIMIR: Reader = Reader {
    name: "Mimir",
    oldest: Version(2, 7, 0),
    newest: Version(3, 1, 0),
    keep_firing_for: Version(2, 7, 0),
    offset: Version(2, 13, 0),
    recordings: Version(2, 7, 0),
};

/// Grafana, reading files of its folder `provisioning/alerting`.
pub(crate) const GRAFANA: Reader = Reader {
    name: "Grafana",
    oldest: Version(10, 0, 0),
    newest: Version(13, 2, 0),
    // The interface knew it before; files were read without it.
    keep_firing_for: Version(12, 1, 2),
    offset: Version(10, 0, 0),
    // Before pull request 115663, one recording rule stops all provisioning.
    recordings: Version(13, 0, 0),
};

/// A reader in one version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Profile {
    pub(crate) reader: Reader,
    pub(crate) version: Version,
}

impl Profile {
    /// The profile of `version`; without one the newest. What is newer than what is known is taken for the newest.
    pub(crate) fn new(reader: Reader, version: Option<Version>) -> Result<Self, RenderError> {
        let version = version.unwrap_or(reader.newest);
        if version < reader.oldest {
            return Err(RenderError::KnowVersion {
                reader: reader.name,
                version,
                oldest: reader.oldest,
                newest: reader.newest,
            });
        }
        Ok(Self { reader, version: version.min(reader.newest) })
    }

    /// Whether what is read since a version is read by this one.
    pub(crate) fn knows(&self, since: Version) -> bool {
        self.version >= since
    }
}

impl fmt::Display for Profile {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.reader.name, self.version)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_as_people_write_them() {
        for (text, version) in [
            ("2.42", Some(Version(2, 42, 0))),
            ("v1.92.1", Some(Version(1, 92, 1))),
            ("12", Some(Version(12, 0, 0))),
            ("", None),
            ("latest", None),
            ("1.2.3.4", None),
            ("2.42-rc.0", None),
        ] {
            assert_eq!(text.parse().ok(), version, "{text}");
        }
    }

    #[test]
    fn a_version_before_all_known_is_refused_and_a_later_one_is_the_newest() {
        let newest = Profile::new(VMALERT, None);
        assert!(newest.is_ok());
        assert_eq!(Profile::new(VMALERT, Some(Version(9, 0, 0))).ok(), newest.ok());
        let error =
            Profile::new(VMALERT, Some(Version(1, 70, 0))).map(drop).map_err(|error| error.to_string());
        assert_eq!(
            error,
            Err("vmalert 1.70 is not known; known are 1.79 to 1.150, and newer ones are taken for 1.150"
                .to_owned())
        );
    }

    #[test]
    fn a_field_is_known_from_its_version_on() {
        let keeps = |version| {
            Profile::new(VMALERT, Some(version)).map(|profile| profile.knows(VMALERT.keep_firing_for))
        };
        assert_eq!(keeps(Version(1, 91, 3)).ok(), Some(false));
        assert_eq!(keeps(Version(1, 92, 0)).ok(), Some(true));
    }
}
