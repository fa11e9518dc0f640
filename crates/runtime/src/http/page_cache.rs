//! The page at `/`, rendered at most once a second and shared by whoever asks.
//!
//! A page of its own for each request would let clients that do not take theirs hold as many copies as there are
//! streams, and would let those who ask often have the server do nothing else.
//!
//! How to get it wrong: caching it for longer than a person notices.

use core::time::Duration;
use std::sync::{Mutex, PoisonError};

use hyper::body::Bytes;
use tokio::time::Instant;

/// How long a page is shown again: it says as of when it is, to the second.
const FRESH: Duration = Duration::from_secs(1);

/// The last page.
#[derive(Debug, Default)]
pub(super) struct PageCache(Mutex<Option<(Instant, Bytes)>>);

impl PageCache {
    /// The page, from `render` if the last one is old. Those who ask meanwhile wait for it, some milliseconds.
    pub(super) fn get(&self, render: impl FnOnce() -> String) -> Bytes {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        if let Some((since, page)) = &*last
            && now.saturating_duration_since(*since) < FRESH
        {
            return page.clone();
        }
        // Without the room that the text was given to grow.
        let page = Bytes::from(render().into_boxed_str().into_boxed_bytes());
        *last = Some((now, page.clone()));
        page
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_page_is_shared_for_a_second_and_then_made_anew() {
        let cache = PageCache::default();
        let first = cache.get(|| "first".to_owned());
        tokio::time::advance(Duration::from_millis(999)).await;
        let again = cache.get(|| "second".to_owned());
        assert_eq!(first.as_ptr(), again.as_ptr(), "it is the same memory");
        tokio::time::advance(Duration::from_millis(1)).await;
        assert_eq!(cache.get(|| "third".to_owned()), "third");
    }
}
