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
//! - **The newest is served first, and takes the place of the oldest** when the queue is full: guesses that came before
//!   cannot keep out whoever comes back. Who was replaced is told to.
//! - **Nobody is waited for who has left**: a question that nobody waits for any more is not computed.
//!
//! How to get it wrong: holding the lock while bcrypt runs, or giving the lane back before it has ended.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ring::{hmac, rand::SystemRandom};

use crate::{
    basic_credentials::BasicCredentials,
    password_hash::PasswordHash,
    queue::{Queue, Tag, Turn},
    recent::Recent,
};

/// The most answers `right` that are kept: more than a file of a reasonable size has users.
const MAX_RIGHT: usize = 4096;

/// The most answers `wrong` that are kept. Each costs the asker one computation, so there is little to gain.
const MAX_WRONG: usize = 1024;

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
}

#[derive(Default)]
struct Memory {
    right: Recent<Tag, MAX_RIGHT>,
    wrong: Recent<Tag, MAX_WRONG>,
    queue: Queue<Question>,
}

// === impl Verdicts ===

impl Verdicts {
    /// An empty memory with a new key; `None`: the operating system has no random numbers.
    pub(crate) fn new() -> Option<Self> {
        let key = hmac::Key::generate(hmac::HMAC_SHA256, &SystemRandom::new()).ok()?;
        Some(Self { key, memory: Mutex::default() })
    }

    /// The answer; `None`: too many others came while it waited.
    pub(crate) async fn of(self: &Arc<Self>, question: Question) -> Option<bool> {
        let tag = self.tag(&question);
        let (mut answer, is_first) = {
            let mut memory = self.memory();
            if memory.right.contains(&tag) {
                return Some(true);
            }
            if memory.wrong.contains(&tag) {
                return Some(false);
            }
            memory.queue.join(tag, question)
        };
        if is_first {
            // Not under the lock: a runtime that is ending drops the lane at once, which takes the lock itself.
            let lane = Lane { verdicts: Arc::clone(self), is_held: true };
            tokio::task::spawn_blocking(move || lane.serve());
        }
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

/// The right to compute, of which there is one. Dropped while it is held (a panic, or the runtime has ended), it is given
/// back, and those who wait get no answer.
struct Lane {
    verdicts: Arc<Verdicts>,
    is_held: bool,
}

impl Lane {
    /// Computes until nobody waits. When the runtime ends, those who wait leave, and so does this.
    fn serve(mut self) {
        while let Some(turn) = self.next() {
            self.compute(turn);
        }
    }

    /// The next question; `None`: there is none, and the lane has been given back.
    fn next(&mut self) -> Option<Turn<Question>> {
        let turn = self.verdicts.memory().queue.next();
        self.is_held = turn.is_some();
        turn
    }

    fn compute(&self, turn: Turn<Question>) {
        let Turn { tag, question } = turn;
        let right = question.hash.is_of(question.credentials.password()) && question.user_exists;
        let mut memory = self.verdicts.memory();
        if right {
            memory.right.insert(tag);
        } else {
            memory.wrong.insert(tag);
        }
        memory.queue.conclude(right);
    }
}

impl Drop for Lane {
    fn drop(&mut self) {
        if self.is_held {
            self.verdicts.memory().queue = Queue::default();
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

    /// A lane in the hands of the test.
    fn held(verdicts: &Arc<Verdicts>) -> Lane {
        let mut memory = verdicts.memory();
        drop(memory.queue.join([255; 32], question("the one being computed")));
        drop(memory);
        Lane { verdicts: Arc::clone(verdicts), is_held: true }
    }

    #[tokio::test]
    async fn equal_questions_are_one_in_the_queue() {
        let verdicts = Arc::new(Verdicts::new().unwrap());
        let mut lane = held(&verdicts);
        let asking: Vec<_> = (0..50).map(|_| ask(&verdicts, "same")).collect();
        tokio::task::yield_now().await;
        let turn = lane.next().unwrap();
        assert_eq!(turn.tag, verdicts.tag(&question("same")));
        let joining = ask(&verdicts, "same"); // while it is being computed
        tokio::task::yield_now().await;
        lane.compute(turn);
        assert!(lane.next().is_none(), "one answer is for all");
        for asking in asking.into_iter().chain([joining]) {
            assert_eq!(asking.await.unwrap(), Some(false));
        }
    }

    #[tokio::test]
    async fn a_question_that_nobody_waits_for_is_not_computed() {
        let verdicts = Arc::new(Verdicts::new().unwrap());
        let lane = held(&verdicts);
        let (stays, left) = (ask(&verdicts, "stays"), ask(&verdicts, "left"));
        tokio::task::yield_now().await;
        left.abort();
        assert!(left.await.unwrap_err().is_cancelled());
        lane.serve();
        assert_eq!(stays.await.unwrap(), Some(false));
        let memory = verdicts.memory();
        assert!(memory.wrong.contains(&verdicts.tag(&question("stays"))));
        assert!(!memory.wrong.contains(&verdicts.tag(&question("left"))));
    }

    #[tokio::test]
    async fn whoever_comes_back_to_an_abandoned_question_gets_an_answer() {
        let verdicts = Arc::new(Verdicts::new().unwrap());
        let lane = held(&verdicts);
        let left = ask(&verdicts, "same");
        tokio::task::yield_now().await;
        left.abort();
        assert!(left.await.unwrap_err().is_cancelled());
        let back = ask(&verdicts, "same");
        tokio::task::yield_now().await;
        lane.serve();
        assert_eq!(back.await.unwrap(), Some(false));
    }

    #[tokio::test]
    async fn a_lane_that_is_lost_is_given_back() {
        let verdicts = Arc::new(Verdicts::new().unwrap());
        let lane = held(&verdicts);
        let asking = ask(&verdicts, "early");
        tokio::task::yield_now().await;
        drop(lane);
        assert_eq!(asking.await.unwrap(), None);
        assert_eq!(ask(&verdicts, "later").await.unwrap(), Some(false));
    }

    /// Between two computations 40 guesses come and, somewhere among them, the one who knows; as one who tries again
    /// does, at another place each time.
    #[tokio::test]
    async fn guesses_do_not_keep_out_who_comes_back() {
        let verdicts = Arc::new(Verdicts::new().unwrap());
        let mut lane = held(&verdicts);
        let mut guesses: Vec<_> = (0..40).map(|number| ask(&verdicts, &format!("first-{number}"))).collect();
        tokio::task::yield_now().await;
        let mut let_in_at = None;
        for round in 1..=40 {
            let mut asking = None;
            for number in 1..=40 {
                guesses.push(ask(&verdicts, &format!("{round}-{number}")));
                if number == round {
                    asking = Some(ask(&verdicts, "known"));
                }
            }
            tokio::task::yield_now().await;
            let turn = lane.next().unwrap();
            lane.compute(turn);
            tokio::task::yield_now().await;
            let asking = asking.unwrap();
            if asking.is_finished() && asking.await.unwrap().is_some() {
                let_in_at = Some(round);
                break;
            }
        }
        assert_eq!(let_in_at, Some(40), "whoever came last is next");
        drop(lane);
        let mut answered = 0;
        for guess in guesses {
            answered += usize::from(guess.await.unwrap().is_some());
        }
        assert_eq!(answered, 39, "one in each of the other rounds; the others were replaced");
    }
}
