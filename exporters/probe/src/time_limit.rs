//! How long a probe may take.

use core::time::Duration;

/// The least of what the module lets it take, of `max`, and of what the scraper waits, less `offset` for the way back.
///
/// A scraper that waits no longer than `offset` gets all of its own time: an answer that comes late is no worse than
/// none, and one that is always cut off to nothing would never be right.
pub fn time_limit(
    module: Option<Duration>,
    max: Duration,
    offset: Duration,
    scrape_timeout: Option<Duration>,
) -> Duration {
    let scraper = scrape_timeout
        .filter(|timeout| !timeout.is_zero())
        .map(|timeout| timeout.checked_sub(offset).filter(|left| !left.is_zero()).unwrap_or(timeout));
    [module, scraper].into_iter().flatten().fold(max, Duration::min)
}
