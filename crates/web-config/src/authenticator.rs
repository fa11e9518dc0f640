//! Who is let in: the users of the file, by name and password.
//!
//! A password is checked by bcrypt, which is slow on purpose; what it said is remembered, so that it is slow once. The
//! answer takes as long for a name that nobody has as for one that somebody has: it is checked against a hash of nobody,
//! whose cost is that of some user, always the same for the same name.
//!
//! How to get it wrong: looking at the clock, or at the name, before the password is checked.

use std::{collections::BTreeMap, fmt, sync::Arc};

use http::HeaderValue;

use crate::{
    basic_credentials::BasicCredentials,
    password_hash::PasswordHash,
    verdicts::{Question, Verdicts},
};

/// Decides requests from their `Authorization` header. The default one has no users and lets everybody in.
#[derive(Default)]
pub struct Authenticator {
    users: Option<Users>,
}

/// What becomes of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is served.
    Granted {
        /// Who asks; `None` if there are no users, so that everybody may ask.
        user: Option<Arc<str>>,
    },
    /// No credentials, or wrong ones: to be answered with 401 and `WWW-Authenticate: Basic`.
    Refused,
    /// Too many other passwords came while this one waited to be checked: to be answered with 503.
    Overloaded,
}

struct Users {
    hashes: BTreeMap<Arc<str>, PasswordHash>,
    verdicts: Arc<Verdicts>,
}

// === impl Authenticator ===

impl Authenticator {
    /// One for these users, with the memory of `previous`; `None`: no random numbers for a memory.
    pub(crate) fn new(users: BTreeMap<String, PasswordHash>, previous: Option<&Self>) -> Option<Self> {
        if users.is_empty() {
            return Some(Self::default());
        }
        let verdicts = match previous.and_then(|previous| previous.users.as_ref()) {
            Some(users) => Arc::clone(&users.verdicts),
            None => Arc::new(Verdicts::new()?),
        };
        let hashes = users.into_iter().map(|(name, hash)| (name.into(), hash)).collect();
        Some(Self { users: Some(Users { hashes, verdicts }) })
    }

    /// Whether anybody has to say who they are.
    pub fn has_users(&self) -> bool {
        self.users.is_some()
    }

    /// Decides a request with this `Authorization` header (the first, if there are several). Waits while the password
    /// is computed, on a thread for blocking work; needs tokio's runtime. Dropping the future costs nobody anything.
    pub async fn verdict(&self, authorization: Option<&HeaderValue>) -> Verdict {
        let Some(users) = &self.users else { return Verdict::Granted { user: None } };
        let Some(credentials) = authorization.and_then(BasicCredentials::read) else {
            return Verdict::Refused;
        };
        let name = str::from_utf8(credentials.user()).ok();
        let found = name.and_then(|name| users.hashes.get_key_value(name));
        let (user, hash) = match found {
            Some((user, hash)) => (Some(user), hash.clone()),
            None => (None, users.nobody(credentials.user())),
        };
        let question = Question { credentials, hash, user_exists: user.is_some() };
        match (users.verdicts.of(question).await, user) {
            (Some(true), Some(user)) => Verdict::Granted { user: Some(Arc::clone(user)) },
            (Some(_), _) => Verdict::Refused,
            (None, _) => Verdict::Overloaded,
        }
    }
}

impl fmt::Debug for Authenticator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let users = self.users.as_ref().map_or(0, |users| users.hashes.len());
        f.debug_struct("Authenticator").field("users", &users).finish_non_exhaustive()
    }
}

impl Users {
    /// The hash that is computed for a name that no user has. If all users got the highest cost instead, names with a
    /// lower one would be known by their haste.
    fn nobody(&self, name: &[u8]) -> PasswordHash {
        let chosen = self.verdicts.index_for(name, self.hashes.len());
        let cost = self.hashes.values().nth(chosen).map_or(0, PasswordHash::cost);
        PasswordHash::of_nobody(cost)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn users(costs: &[u32]) -> Users {
        let hashes = costs.iter().enumerate();
        let hashes =
            hashes.map(|(number, cost)| (number.to_string(), PasswordHash::of_nobody(*cost))).collect();
        Authenticator::new(hashes, None).unwrap().users.unwrap()
    }

    #[test]
    fn a_name_that_nobody_has_costs_what_some_users_cost_and_always_the_same() {
        let users = users(&[4, 4, 10, 12]);
        let costs: Vec<u32> = (0..200).map(|number| users.nobody(&[number]).cost()).collect();
        for cost in [4, 10, 12] {
            assert!(costs.contains(&cost), "no name costs {cost}");
        }
        assert!(costs.iter().all(|cost| [4, 10, 12].contains(cost)));
        assert!((0..200).all(|number| users.nobody(&[number]).cost() == costs[usize::from(number)]));
    }
}
