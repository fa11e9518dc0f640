//! Everything that `lookout rules render` can be asked for, by the name that people write.
//!
//! How to get it wrong: rendering less than was asked for without a word. Where nobody is configured to be told, Grafana's
//! rules are written alone, and that is said; what is nothing but notifications is refused then.

use lookout_declarations::Declared;
use lookout_notifications::Settings;

use crate::{
    RenderError,
    notifications::{NotificationTarget, grafana_notifications, notifications},
    rules::{Rendered, RuleOptions, RuleTarget, rules},
};

/// What files are written for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    /// What evaluates rules; Grafana also tells people.
    Rules(RuleTarget),
    /// What tells people.
    Notifications(NotificationTarget),
}

impl Target {
    /// All of them, rules first.
    pub fn all() -> impl Iterator<Item = Self> {
        let notifications = NotificationTarget::ALL.into_iter().map(Self::Notifications);
        RuleTarget::ALL.into_iter().map(Self::Rules).chain(notifications)
    }

    /// Its name on the command line, and its folder.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Rules(target) => target.name(),
            Self::Notifications(target) => target.name(),
        }
    }

    /// The files of `catalogue`; `settings` say who is told.
    pub fn render(
        self,
        catalogue: &[Declared],
        settings: &Settings,
        options: &RuleOptions,
    ) -> Result<Rendered, RenderError> {
        let mut rendered = match self {
            Self::Notifications(target) => return notifications(target, catalogue, settings, options),
            Self::Rules(target) => rules(target, catalogue, options)?,
        };
        if self == Self::Rules(RuleTarget::Grafana) {
            match grafana_notifications(catalogue, settings) {
                Ok(told) => {
                    rendered.files.extend(told.files);
                    rendered.notes.extend(told.notes);
                }
                Err(RenderError::NameReceiver) => rendered.notes.push(
                    "contact points and policies are not written: the configuration has no `notifications.receivers`"
                        .to_owned(),
                ),
                Err(error) => return Err(error),
            }
        }
        Ok(rendered)
    }
}
