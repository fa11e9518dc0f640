//! Who is let in by name and password.

use std::{collections::BTreeSet, sync::Arc, sync::mpsc, time::Duration};

use data_encoding::BASE64;
use http::HeaderValue;
use lookout_web_config::{Policy, Verdict};
use tokio::{runtime::Builder, sync::oneshot};

use crate::site::Site;

/// Longer than any computation here takes; only a guard.
const PATIENCE: Duration = Duration::from_mins(2);

/// `name: hash of the password "name-123"`, at the lowest cost.
fn user(name: &str) -> String {
    format!("  {name}: {}\n", hash(&format!("{name}-123"), 4))
}

/// A bcrypt hash, put together as the format says.
fn hash(password: &str, cost: u32) -> String {
    const ALPHABET: &[u8; 64] = b"./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let mut symbols = data_encoding::Specification::new();
    symbols.symbols.push_str(str::from_utf8(ALPHABET).unwrap());
    let encoding = symbols.encoding().unwrap();
    let salt = *b"sixteen bytes ok";
    let digest = bcrypt::bcrypt(cost, salt, &[password.as_bytes(), b"\0"].concat());
    format!("$2y${cost:02}${}{}", encoding.encode(&salt), encoding.encode(&digest[..23]))
}

fn header(user: &str, password: &str) -> HeaderValue {
    HeaderValue::from_str(&format!("Basic {}", BASE64.encode(format!("{user}:{password}").as_bytes())))
        .unwrap()
}

async fn ask(policy: &Policy, user: &str, password: &str) -> Verdict {
    policy.authenticator().verdict(Some(&header(user, password))).await
}

fn granted(user: &str) -> Verdict {
    Verdict::Granted { user: Some(user.into()) }
}

#[tokio::test]
async fn without_users_everybody_is_let_in() {
    let policy = Policy::open();
    assert!(!policy.authenticator().has_users());
    assert_eq!(policy.authenticator().verdict(None).await, Verdict::Granted { user: None });
    assert_eq!(ask(&policy, "anybody", "anything").await, Verdict::Granted { user: None });
}

#[tokio::test]
async fn the_right_password_of_a_user_is_let_in() {
    let site = Site::new();
    let policy = site.policy(&format!("basic_auth_users:\n{}{}", user("alice"), user("bob")));
    for _ in 0..2 {
        // The second time from memory.
        assert_eq!(ask(&policy, "alice", "alice-123").await, granted("alice"));
        assert_eq!(ask(&policy, "bob", "bob-123").await, granted("bob"));
        for (user, password) in [
            ("alice", "bob-123"),
            ("alice", ""),
            ("alice", "alice-1234"),
            ("ALICE", "alice-123"),
            ("alice ", "alice-123"),
            ("", ""),
            ("nobody", "nobody-123"),
            ("nobody", "alice-123"),
        ] {
            assert_eq!(ask(&policy, user, password).await, Verdict::Refused, "{user} {password}");
        }
    }
}

#[tokio::test]
async fn without_credentials_nobody_is_let_in() {
    let site = Site::new();
    let policy = site.policy(&format!("basic_auth_users:\n{}", user("alice")));
    assert_eq!(policy.authenticator().verdict(None).await, Verdict::Refused);
    for header in ["", "Basic", "Bearer YTpi", "Basic YWxpY2U", "Basic ????"] {
        let header = HeaderValue::from_str(header).unwrap();
        assert_eq!(policy.authenticator().verdict(Some(&header)).await, Verdict::Refused, "{header:?}");
    }
    let not_text = HeaderValue::from_bytes(b"Basic \xff\xfe").unwrap();
    assert_eq!(policy.authenticator().verdict(Some(&not_text)).await, Verdict::Refused);
    let not_utf8 = format!("Basic {}", BASE64.encode(b"\xff\xfe:alice-123"));
    let not_utf8 = HeaderValue::from_str(&not_utf8).unwrap();
    assert_eq!(policy.authenticator().verdict(Some(&not_utf8)).await, Verdict::Refused);
}

#[tokio::test]
async fn names_need_not_be_plain() {
    let site = Site::new();
    let policy = site.policy(&format!(
        "basic_auth_users:\n{}{}{}",
        user("\"first.last\""),
        user("42"),
        user("\"ünï[0]\"")
    ));
    // `user` makes the password of the name with its quotation marks.
    assert_eq!(ask(&policy, "first.last", "\"first.last\"-123").await, granted("first.last"));
    assert_eq!(ask(&policy, "42", "42-123").await, granted("42"));
    assert_eq!(ask(&policy, "ünï[0]", "\"ünï[0]\"-123").await, granted("ünï[0]"));
}

#[tokio::test]
async fn a_hash_over_several_lines_ends_with_its_text() {
    let site = Site::new();
    let policy = site.policy(&format!("basic_auth_users:\n  alice: |\n    {}\n", hash("secret", 4)));
    assert_eq!(ask(&policy, "alice", "secret").await, granted("alice"));
}

/// A thousand scrapers begin at once: they ask the same question, which is answered once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn equal_questions_wait_for_one_answer_however_many_they_are() {
    let site = Site::new();
    let text = format!("basic_auth_users:\n  alice: {}\n", hash("secret", 8));
    let policy = Arc::new(site.policy(&text));
    let asking: Vec<_> = (0..1000)
        .map(|_| {
            let policy = Arc::clone(&policy);
            tokio::spawn(async move { ask(&policy, "alice", "secret").await })
        })
        .collect();
    for asking in asking {
        assert_eq!(asking.await.unwrap(), granted("alice"));
    }
}

/// On one thread the questions are all put before the first is answered.
#[tokio::test]
async fn different_questions_wait_in_a_queue_with_an_end() {
    let site = Site::new();
    let policy = Arc::new(site.policy(&format!("basic_auth_users:\n  alice: {}\n", hash("secret", 7))));
    assert_eq!(ask(&policy, "alice", "secret").await, granted("alice"));
    let asking: Vec<_> = (0..100)
        .map(|number| {
            let policy = Arc::clone(&policy);
            tokio::spawn(async move { ask(&policy, "alice", &number.to_string()).await })
        })
        .collect();
    let mut verdicts = Vec::new();
    for asking in asking {
        verdicts.push(asking.await.unwrap());
    }
    let count = |expected| verdicts.iter().filter(|verdict| **verdict == expected).count();
    let (refused, overloaded) = (count(Verdict::Refused), count(Verdict::Overloaded));
    // 16 wait; a slow machine may have answered some before the last has come.
    assert!(refused >= 16 && overloaded > 0 && refused + overloaded == 100, "{verdicts:?}");
    assert_eq!(verdicts[99], Verdict::Refused, "the newest is not turned away");
    assert_eq!(ask(&policy, "alice", "secret").await, granted("alice"), "who is known is not held up");
    assert_eq!(ask(&policy, "alice", "99").await, Verdict::Refused, "the queue is empty again");
}

/// Otherwise passwords that nobody waits for any more would be computed before the one that somebody does.
#[tokio::test]
async fn who_has_left_is_not_waited_for() {
    let site = Site::new();
    let policy = Arc::new(site.policy(&format!("basic_auth_users:\n  alice: {}\n", hash("secret", 10))));
    let asking: Vec<_> = (0..16)
        .map(|number| {
            let policy = Arc::clone(&policy);
            tokio::spawn(async move { ask(&policy, "alice", &number.to_string()).await })
        })
        .collect();
    tokio::task::yield_now().await;
    for asking in &asking {
        asking.abort();
    }
    let let_in = tokio::time::timeout(PATIENCE, ask(&policy, "alice", "secret")).await;
    assert_eq!(let_in.expect("the queue stays full"), granted("alice"));
}

#[tokio::test]
async fn a_changed_hash_is_a_new_question() {
    let site = Site::new();
    let before = site.policy(&format!("basic_auth_users:\n  alice: {}\n", hash("old", 4)));
    assert_eq!(ask(&before, "alice", "old").await, granted("alice"));
    assert_eq!(ask(&before, "alice", "new").await, Verdict::Refused);
    let after = site.reload(&format!("basic_auth_users:\n  alice: {}\n", hash("new", 4)), &before).unwrap();
    assert_eq!(ask(&after, "alice", "old").await, Verdict::Refused);
    assert_eq!(ask(&after, "alice", "new").await, granted("alice"));
}

#[tokio::test]
async fn who_is_removed_is_not_remembered_and_who_is_added_is_let_in() {
    let site = Site::new();
    let before = site.policy(&format!("basic_auth_users:\n{}", user("alice")));
    assert_eq!(ask(&before, "alice", "alice-123").await, granted("alice"));
    assert_eq!(ask(&before, "bob", "bob-123").await, Verdict::Refused);
    let after = site.reload(&format!("basic_auth_users:\n{}", user("bob")), &before).unwrap();
    assert_eq!(ask(&after, "alice", "alice-123").await, Verdict::Refused);
    assert_eq!(ask(&after, "bob", "bob-123").await, granted("bob"));
}

/// What is remembered is answered at once, while nothing can be computed: so a reload that forgot would be seen.
#[test]
fn a_reload_remembers_who_was_let_in() {
    let one_thread = Builder::new_current_thread().max_blocking_threads(1).build().unwrap();
    one_thread.block_on(async {
        let site = Site::new();
        let text = format!("basic_auth_users:\n{}", user("alice"));
        let before = site.policy(&text);
        assert_eq!(ask(&before, "alice", "alice-123").await, granted("alice"));
        let (after, forgetful) = (site.reload(&text, &before).unwrap(), site.policy(&text));
        // From now on the one thread on which passwords are computed does something else.
        let (let_go, until) = mpsc::channel::<()>();
        let (begun, has_begun) = oneshot::channel();
        let busy = tokio::task::spawn_blocking(move || begun.send(()).and(until.recv().map_err(drop)));
        has_begun.await.unwrap();
        assert_eq!(at_once(ask(&after, "alice", "alice-123")).await, Some(granted("alice")));
        assert_eq!(at_once(ask(&after, "alice", "another")).await, None, "else the test proves nothing");
        assert_eq!(at_once(ask(&forgetful, "alice", "alice-123")).await, None, "it has a memory of its own");
        drop(let_go);
        busy.await.unwrap().unwrap_err();
    });
}

/// What comes without waiting.
async fn at_once(verdict: impl Future<Output = Verdict>) -> Option<Verdict> {
    tokio::select! {
        biased;
        verdict = verdict => Some(verdict),
        () = std::future::ready(()) => None,
    }
}

/// `$2y$` at each cost up to 31 is read; computing the higher ones takes hours and is not tried.
#[test]
fn the_costs_of_go_are_read() {
    let site = Site::new();
    for cost in 4..=31 {
        let hash = hash("x", 4).replace("$04$", &format!("${cost:02}$"));
        let policy = site.policy(&format!("basic_auth_users: {{alice: {hash}}}"));
        let warned = policy.warnings().iter().any(|warning| warning.contains(&format!("cost {cost}")));
        assert_eq!(warned, cost >= 15, "{cost}");
    }
}

#[test]
fn each_hash_that_is_none_is_named_and_none_is_repeated() {
    let site = Site::new();
    let users: BTreeSet<String> =
        (0..5).map(|number| format!("  user{number}: planted-{number}\n")).collect();
    let faults = site.faults(&format!("basic_auth_users:\n{}", users.into_iter().collect::<String>()));
    assert_eq!(faults.lines().count(), 5);
    assert!(faults.contains("web.yml:3:10: basic_auth_users.user1: not a bcrypt hash"), "{faults}");
    assert!(!faults.contains("planted"));
}
