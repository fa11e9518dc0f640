//! How many objects to ask for at once: so many that a page has about the size that it should.
//!
//! Invariant: at least one, at most [`MOST`].

/// What the first page of Secrets asks for: one of them may have a megabyte.
const FIRST_OF_SECRETS: usize = 25;

/// What the first page of anything else asks for; kubectl takes 500 throughout.
const FIRST: usize = 100;

/// What the first page asks for where metadata alone are sent.
const FIRST_OF_METADATA: usize = 500;

/// The most: the server reads so many from its storage at once.
const MOST: usize = 2_000;

/// How much more at most than the page before: the next objects may be larger.
const GROWTH: usize = 4;

/// The number of objects to ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct PageSize {
    limit: usize,
    /// What a page should have, in bytes.
    target: usize,
}

// === impl PageSize ===

impl PageSize {
    /// For the first page.
    pub(super) fn first(plural: &str, metadata_only: bool, target: usize) -> Self {
        let limit = match (metadata_only, plural) {
            (true, _) => FIRST_OF_METADATA,
            (false, "secrets") => FIRST_OF_SECRETS,
            (false, _) => FIRST,
        };
        Self { limit, target }
    }

    /// The number of objects to ask for.
    pub(super) fn limit(self) -> usize {
        self.limit
    }

    /// A page of so many objects had so many bytes.
    pub(super) fn seen(&mut self, objects: usize, bytes: usize) {
        if let Some(each) = bytes.checked_div(objects) {
            let fitting = self.target / each.max(1);
            self.limit = fitting.clamp(1, self.limit.saturating_mul(GROWTH)).min(MOST);
        }
    }

    /// A page was larger than its bound. Whether fewer objects can be asked for.
    pub(super) fn shrink(&mut self) -> bool {
        let can_shrink = self.limit > 1;
        self.limit = (self.limit / 8).max(1);
        can_shrink
    }

    /// The list takes too long for the server's memory of its past: fewer, larger pages.
    pub(super) fn hurry(&mut self) {
        self.target = self.target.saturating_mul(2);
        self.limit = self.limit.saturating_mul(2).min(MOST);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_come_to_the_size_that_they_should_have() {
        let mut size = PageSize::first("secrets", false, 1_000_000);
        assert_eq!(size.limit(), FIRST_OF_SECRETS);
        size.seen(25, 25 * 1_000);
        assert_eq!(size.limit(), FIRST_OF_SECRETS * GROWTH);
        size.seen(100, 100 * 1_000);
        size.seen(400, 400 * 1_000);
        assert_eq!(size.limit(), 1_000);
        size.seen(1_000, 1_000 * 600_000);
        assert_eq!(size.limit(), 1);
        assert!(!size.shrink());
        size.seen(1, 100);
        assert_eq!(size.limit(), GROWTH);
        size.seen(0, 0);
        assert_eq!(size.limit(), GROWTH);
        assert!(size.shrink());
        assert_eq!(size.limit(), 1);
    }

    #[test]
    fn no_page_asks_for_more_than_the_server_should_read_at_once() {
        let mut size = PageSize::first("pods", true, usize::MAX);
        for _ in 0..10 {
            size.seen(1, 1);
            size.hurry();
        }
        assert_eq!(size.limit(), MOST);
    }
}
