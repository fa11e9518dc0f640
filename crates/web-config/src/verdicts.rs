//! What bcrypt said about a name with a password, remembered; and the one lane in which it is asked.
//!
//! - **Neither password nor name is kept.** An answer is kept under an HMAC of name, hash and password, whose key is
//!   random and lives as long as the process. Whoever could read it would have to ask bcrypt again for each guess.
//! - **An answer is bound to the hash.** When the hash in the file changes, so does the key; so the memory may be taken
//!   over from one configuration to the next.
//! - **Right and wrong are kept apart.** Only who knows a password can add to the right ones, so nobody else can push
//!   them out. The oldest goes first.
//! - **One hash at a time**, as in exporter-toolkit, so that guessing costs one core at most. Equal questions wait for one
//!   answer, however many they are; different ones wait in a queue with an end.
//! - **Nobody is waited for who has left**: a question that nobody waits for any more is not computed.
//!
//! How to get it wrong: holding the lock while bcrypt runs, or giving the lane back before it has ended.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use ring::{hmac, rand::SystemRandom};
use tokio::sync::{Semaphore, watch};

use crate::{basic_credentials::BasicCredentials, password_hash::PasswordHash, recent::Recent};

/// The most answers `right` that are kept: more than a file of a reasonable size has users.
const MAX_RIGHT: usize = 4096;

/// The most answers `wrong` that are kept. Each costs the asker one computation, so there is little to gain.
const MAX_WRONG: usize = 1024;

/// The most different questions that wait. At the usual cost of 10 the last one waits a second or two.
const MAX_WAITING: usize = 16;

/// An answer's place in the memory.
type Tag = [u8; 32];

/// Whether a password is right; `None` until it is known.
type Answer = watch::Sender<Option<bool>>;

/// Whether these credentials fit this hash.
pub(crate) struct Question {
    pub(crate) credentials: BasicCredentials,
    pub(crate) hash: PasswordHash,
    /// Otherwise the answer is no, whatever bcrypt says.
    pub(crate) user_exists: bool,
}

/// The memory and the lane.
pub(crate) struct Verdicts {
    key: hmac::Key,
    memory: Mutex<Memory>,
    lane: Arc<Semaphore>,
}

#[derive(Default)]
struct Memory {
    right: Recent<Tag, MAX_RIGHT>,
    wrong: Recent<Tag, MAX_WRONG>,
    waiting: HashMap<Tag, Arc<Answer>>,
}

// === impl Verdicts ===

impl Verdicts {
    /// An empty memory with a new key; `None`: the operating system has no random numbers.
    pub(crate) fn new() -> Option<Self> {
        let key = hmac::Key::generate(hmac::HMAC_SHA256, &SystemRandom::new()).ok()?;
        Some(Self { key, memory: Mutex::default(), lane: Arc::new(Semaphore::new(1)) })
    }

    /// The answer; `None`: too many others wait.
    pub(crate) async fn of(self: &Arc<Self>, question: Question) -> Option<bool> {
        let tag = self.tag(&question);
        let mut answer = {
            let mut memory = self.memory();
            if memory.right.contains(&tag) {
                return Some(true);
            }
            if memory.wrong.contains(&tag) {
                return Some(false);
            }
            if let Some(answer) = memory.waiting.get(&tag) {
                answer.subscribe()
            } else if memory.waiting.len() >= MAX_WAITING {
                return None;
            } else {
                let (sender, receiver) = watch::channel(None);
                let sender = Arc::new(sender);
                memory.waiting.insert(tag, Arc::clone(&sender));
                let waiting = Waiting { verdicts: Arc::clone(self), tag, answer: sender };
                tokio::spawn(waiting.compute(question));
                receiver
            }
        };
        answer.wait_for(Option::is_some).await.ok().and_then(|answer| *answer)
    }

    /// A number below `count`, always the same for the same name, and unknown to whoever chooses the name.
    pub(crate) fn index_for(&self, name: &[u8], count: usize) -> usize {
        let digest = hmac::sign(&self.key, name);
        let number =
            digest.as_ref().iter().take(8).fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
        usize::try_from(number % (count.max(1) as u64)).unwrap_or_default()
    }

    fn tag(&self, question: &Question) -> Tag {
        let (user, password) = (question.credentials.user(), question.credentials.password());
        let mut context = hmac::Context::with_key(&self.key);
        context.update(&question.hash.identity()); // of a fixed length
        context.update(&user.len().to_be_bytes()); // so that `ab` with `c` is not `a` with `bc`
        context.update(user);
        context.update(password);
        let mut tag = Tag::default();
        tag.copy_from_slice(context.sign().as_ref());
        tag
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A question in the queue. Dropped, it is out of it, whatever happened; those who wait then get no answer.
struct Waiting {
    verdicts: Arc<Verdicts>,
    tag: Tag,
    answer: Arc<Answer>,
}

impl Waiting {
    async fn compute(self, question: Question) {
        let Ok(permit) = Arc::clone(&self.verdicts.lane).acquire_owned().await else { return };
        if self.is_abandoned() {
            return;
        }
        let user_exists = question.user_exists;
        let computation = tokio::task::spawn_blocking(move || {
            let fits = question.hash.is_of(question.credentials.password());
            drop(permit); // not before: if the process is shutting down, nobody else may start
            fits
        });
        if let Ok(fits) = computation.await {
            self.conclude(fits && user_exists);
        }
    }

    /// Whether nobody waits any more; then nobody can begin to either, for it is out of the queue.
    fn is_abandoned(&self) -> bool {
        let mut memory = self.verdicts.memory();
        let abandoned = self.answer.receiver_count() == 0;
        if abandoned {
            memory.waiting.remove(&self.tag);
        }
        abandoned
    }

    fn conclude(&self, right: bool) {
        let mut memory = self.verdicts.memory();
        if right {
            memory.right.insert(self.tag);
        } else {
            memory.wrong.insert(self.tag);
        }
        self.answer.send_replace(Some(right));
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        let mut memory = self.verdicts.memory();
        // Another question of the same kind may have taken the place of an abandoned one.
        if memory.waiting.get(&self.tag).is_some_and(|answer| Arc::ptr_eq(answer, &self.answer)) {
            memory.waiting.remove(&self.tag);
        }
    }
}

#[cfg(test)]
mod tests {
    use data_encoding::BASE64;
    use http::HeaderValue;

    use super::*;

    fn question(password: &str) -> Question {
        let header = format!("Basic {}", BASE64.encode(format!("alice:{password}").as_bytes()));
        let credentials = BasicCredentials::read(&HeaderValue::from_str(&header).unwrap()).unwrap();
        Question { credentials, hash: PasswordHash::of_nobody(4), user_exists: true }
    }

    fn ask(verdicts: &Arc<Verdicts>, password: &str) -> tokio::task::JoinHandle<Option<bool>> {
        let (verdicts, question) = (Arc::clone(verdicts), question(password));
        tokio::spawn(async move { verdicts.of(question).await })
    }

    #[tokio::test]
    async fn equal_questions_are_one_in_the_queue() {
        let verdicts = Arc::new(Verdicts::new().unwrap());
        let lane = verdicts.lane.acquire().await.unwrap();
        let asking: Vec<_> = (0..50).map(|_| ask(&verdicts, "same")).collect();
        tokio::task::yield_now().await;
        let tag = verdicts.tag(&question("same"));
        {
            let memory = verdicts.memory();
            assert_eq!(memory.waiting.len(), 1);
            assert_eq!(memory.waiting[&tag].receiver_count(), 50);
        }
        drop(lane);
        for asking in asking {
            assert_eq!(asking.await.unwrap(), Some(false));
        }
        assert!(verdicts.memory().waiting.is_empty());
    }

    #[tokio::test]
    async fn a_question_that_nobody_waits_for_is_not_computed() {
        let verdicts = Arc::new(Verdicts::new().unwrap());
        let lane = verdicts.lane.acquire().await.unwrap();
        let left = ask(&verdicts, "left");
        tokio::task::yield_now().await;
        left.abort();
        assert!(left.await.unwrap_err().is_cancelled());
        drop(lane);
        // The lane is fair: whoever comes later is served later.
        assert_eq!(ask(&verdicts, "stays").await.unwrap(), Some(false));
        let memory = verdicts.memory();
        assert!(memory.wrong.contains(&verdicts.tag(&question("stays"))));
        assert!(!memory.wrong.contains(&verdicts.tag(&question("left"))));
        assert!(memory.waiting.is_empty());
    }

    #[tokio::test]
    async fn whoever_comes_back_to_an_abandoned_question_gets_an_answer() {
        let verdicts = Arc::new(Verdicts::new().unwrap());
        let lane = verdicts.lane.acquire().await.unwrap();
        let left = ask(&verdicts, "same");
        tokio::task::yield_now().await;
        left.abort();
        assert!(left.await.unwrap_err().is_cancelled());
        let back = ask(&verdicts, "same");
        tokio::task::yield_now().await;
        drop(lane);
        assert_eq!(back.await.unwrap(), Some(false));
    }
}
