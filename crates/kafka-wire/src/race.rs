//! The first of several attempts that succeeds.
//!
//! Invariant: an attempt is not given up because the next one has begun, only because another has won: a peer that is slow
//! is reached after all if nobody else can be.

use core::{
    future::{Future, poll_fn},
    pin::Pin,
    task::Poll,
    time::Duration,
};

use tokio::time::timeout;

/// An attempt that is under way, and its number.
type Running<F> = (usize, Pin<Box<F>>);

/// Makes the attempts, each when one before it has failed, or when `head_start` has passed since the one before began.
/// Gives the number and the result of the first that succeeds, or all failures in the order in which they came.
pub(crate) async fn first<T, E, F>(attempts: Vec<F>, head_start: Duration) -> Result<(usize, T), Vec<E>>
where
    F: Future<Output = Result<T, E>>,
{
    let mut attempts = attempts.into_iter().enumerate().peekable();
    let mut running: Vec<Running<F>> = Vec::new();
    let mut failed = Vec::new();
    loop {
        running.extend(attempts.next().map(|(number, attempt)| (number, Box::pin(attempt))));
        if running.is_empty() {
            return Err(failed);
        }
        let settled = settle(&mut running, &mut failed);
        let won = match attempts.peek() {
            Some(_) => timeout(head_start, settled).await.ok().flatten(),
            None => settled.await,
        };
        if let Some(won) = won {
            return Ok(won);
        }
    }
}

/// Waits until one succeeds; none when one has failed.
async fn settle<T, E, F>(running: &mut Vec<Running<F>>, failed: &mut Vec<E>) -> Option<(usize, T)>
where
    F: Future<Output = Result<T, E>>,
{
    let before = failed.len();
    poll_fn(|context| {
        let mut won = None;
        running.retain_mut(|(number, attempt)| {
            if won.is_some() {
                return true;
            }
            match attempt.as_mut().poll(context) {
                Poll::Pending => return true,
                Poll::Ready(Ok(result)) => won = Some((*number, result)),
                Poll::Ready(Err(failure)) => failed.push(failure),
            }
            false
        });
        if won.is_some() || failed.len() > before { Poll::Ready(won) } else { Poll::Pending }
    })
    .await
}

#[cfg(test)]
mod tests {
    use core::future;

    use tokio::time::{Instant, sleep};

    use super::*;

    const HEAD_START: Duration = Duration::from_millis(250);

    async fn after(millis: u64, result: Result<u8, u8>) -> Result<u8, u8> {
        sleep(Duration::from_millis(millis)).await;
        result
    }

    #[tokio::test(start_paused = true)]
    async fn the_silent_cost_the_others_their_head_start_only() {
        let silent: Pin<Box<dyn Future<Output = Result<u8, u8>>>> = Box::pin(future::pending());
        let attempts = vec![silent, Box::pin(future::pending()), Box::pin(after(10, Ok(7)))];
        let begun = Instant::now();
        assert_eq!(first(attempts, HEAD_START).await, Ok((2, 7)));
        assert_eq!(begun.elapsed(), Duration::from_millis(510)); // of a clock that is paused
    }

    #[tokio::test(start_paused = true)]
    async fn the_next_follows_a_failure_at_once_and_the_slow_may_still_win() {
        let attempts = vec![after(10, Err(1)), after(600, Ok(2)), after(900, Ok(3))];
        assert_eq!(first(attempts, HEAD_START).await, Ok((1, 2)));
        let attempts = vec![after(400, Err(1)), after(10, Err(2)), after(10, Err(3))];
        assert_eq!(first(attempts, HEAD_START).await, Err(vec![2, 3, 1]));
        assert_eq!(first(Vec::<future::Ready<Result<u8, u8>>>::new(), HEAD_START).await, Err(vec![]));
    }
}
