//! Work while time stands still, so that no head start, no patience and no lifetime ends because the machine is slow.

use std::{sync::mpsc, time::Duration};

/// How long it stands still at most: who waits longer than this waits for nothing, and is to be told late.
const PATIENCE: Duration = Duration::from_mins(1);

/// Does `work` without any time passing, but for what it advances itself.
pub(crate) async fn standing_still<T>(work: impl Future<Output = T>) -> T {
    tokio::time::pause();
    // A clock that is paused leaps to the next timer even while an answer is on its way; not while a thread is blocked by then.
    let (let_go, until) = mpsc::channel::<()>();
    tokio::task::spawn_blocking(move || until.recv_timeout(PATIENCE));
    let done = work.await;
    tokio::time::resume();
    drop(let_go);
    done
}

/// Waits until it is so, whether time stands still or not.
pub(crate) async fn until(what: &str, is_so: impl Fn() -> bool) {
    for _ in 0..PATIENCE.as_millis() {
        if is_so() {
            return;
        }
        tokio::task::spawn_blocking(|| std::thread::sleep(Duration::from_millis(1))).await.unwrap();
    }
    panic!("never came: {what}");
}
