//! Versions of Alertmanager, as far as what is rendered depends on them. Read off its change log up to 0.34.

use crate::profile::Version;

/// The oldest: the first that reads the keys of `PagerDuty` and the passwords of e-mail from files.
pub(super) const OLDEST: Version = Version::new(0, 25);
/// The newest that was tried; later ones are taken for it.
pub(super) const NEWEST: Version = Version::new(0, 34);
/// The first that reads the address of a webhook from a file.
pub(super) const WEBHOOK_FILE: Version = Version::new(0, 26);
/// The first that knows the workflows of Microsoft Teams.
pub(super) const TEAMS: Version = Version::new(0, 28);
