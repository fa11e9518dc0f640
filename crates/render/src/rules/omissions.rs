//! What a version does not know is left out of its rules, and here is what is said of it; and from which version on the
//! rest can be read.
//!
//! `keep_firing_for` cannot be expressed otherwise: an expression that looks back also counts towards `for`, so the alert
//! would fire for what never lasted long enough.
//!
//! How to get it wrong: leaving something out without entering it here. Then nobody knows why an alert flaps.

use core::time::Duration;

use super::model::{Group, Rule};
use crate::{
    markdown::duration,
    profile::{Profile, Version},
};

/// Fields that were left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Omissions {
    profile: Profile,
    /// The oldest version that can read the rest.
    oldest: Version,
    /// The alerts that lost `keep_firing_for`.
    flapping: Vec<&'static str>,
    /// Whether the offset was left out.
    offset: bool,
    /// Whether recording rules were left out.
    recordings: bool,
}

impl Omissions {
    /// None so far.
    pub(super) fn new(profile: Profile) -> Self {
        let oldest = profile.reader.oldest;
        Self { profile, oldest, flapping: Vec::new(), offset: false, recordings: false }
    }

    /// Leaves out of `groups` what the version does not know, and puts the offset in if it does.
    pub(super) fn apply(profile: Profile, groups: &mut Vec<Group>, offset: Option<Duration>) -> Self {
        let mut omissions = Self::new(profile);
        let alerts_only = |group: &Group| group.rules.iter().all(|rule| matches!(rule, Rule::Alert(_)));
        if groups.iter().any(|group| !alerts_only(group)) && omissions.lacks(profile.reader.recordings) {
            groups.retain(alerts_only);
            omissions.recordings = true;
        }
        if let Some(offset) = offset.filter(|offset| !offset.is_zero()) {
            omissions.offset = omissions.lacks(profile.reader.offset);
            let written = (!omissions.offset).then(|| duration(offset));
            for group in &mut *groups {
                group.query_offset.clone_from(&written);
            }
        }
        for alert in groups.iter_mut().flat_map(|group| &mut group.rules).filter_map(Rule::alert_mut) {
            if alert.keep_firing_for.is_some() && omissions.lacks(profile.reader.keep_firing_for) {
                alert.keep_firing_for = None;
                omissions.flapping.push(alert.alert);
            }
        }
        omissions
    }

    /// Whether the version lacks what is read since `since`; if not, what has it needs that version.
    fn lacks(&mut self, since: Version) -> bool {
        let is_known = self.profile.knows(since);
        if is_known {
            self.oldest = self.oldest.max(since);
        }
        !is_known
    }

    /// Adds those of another file.
    pub(super) fn merge(&mut self, other: &Self) {
        self.flapping.extend(&other.flapping);
        self.offset |= other.offset;
        self.recordings |= other.recordings;
    }

    /// What can read the rest, for the head of a file.
    pub(super) fn readers(&self) -> String {
        format!("for {} {} and newer", self.profile.reader.name, self.oldest)
    }

    /// One sentence for each field that was left out.
    pub(super) fn sentences(&self) -> Vec<String> {
        let Self { profile, flapping, .. } = self;
        let mut sentences = Vec::new();
        let mut say = |since, what: &str| {
            sentences.push(format!(
                "left out, because {profile} does not read it (it does since {since}): {what}"
            ));
        };
        if let Some(first) = flapping.first() {
            let alerts = match flapping.len() {
                1 => format!("{first}, which"),
                n_alerts => format!("{n_alerts} alerts, which"),
            };
            say(
                profile.reader.keep_firing_for,
                &format!("`keep_firing_for` of {alerts} may go off and on again"),
            );
        }
        if self.offset {
            say(profile.reader.offset, "the offset of groups; what arrives late is missed");
        }
        if self.recordings {
            say(profile.reader.recordings, "recording rules; alerts and boards that read them have no data");
        }
        sentences
    }
}
