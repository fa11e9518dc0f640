//! What the API server may be asked to do: Lookout must never be the reason why others wait for it.

use lookout_config::{Complaints, HumanDuration, HumanSize, Validate};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What the API server may be asked to do, by all exporters together.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Budget {
    /// Requests per second in the long run.
    pub requests_per_second: f64,
    /// Requests that may follow each other at once after a pause: what a start takes.
    pub burst: u32,
    /// Requests that may wait for their answer at the same time. Watches do not count: they wait for changes.
    pub concurrent_requests: usize,
    /// How long the server may take for one answer: connecting, the TLS handshake, and each pause within the answer.
    pub request_timeout: HumanDuration,
    /// After how long the server ends a watch, which then goes on where it was. A connection that has died unnoticed is noticed
    /// a few seconds after this, and a server that has lost its storage after twice this and a little.
    pub watch_timeout: HumanDuration,
    /// How large a page of a list should be; the number of objects asked for follows from it.
    pub page_size: HumanSize,
    /// How large a page, or one event of a watch, may be. What is larger is asked for in smaller pages; a single object that is larger is
    /// reported and left out.
    pub max_page_size: HumanSize,
}

impl Default for Budget {
    fn default() -> Self {
        Self {
            requests_per_second: 50.0,
            burst: 300,
            concurrent_requests: 8,
            request_timeout: HumanDuration::from_secs(15),
            watch_timeout: HumanDuration::from_secs(30),
            page_size: HumanSize::from_kibibytes(512),
            max_page_size: HumanSize::from_mebibytes(16),
        }
    }
}

impl Validate for Budget {
    fn validate(&self, complaints: &mut Complaints) {
        complaints.in_range("requests_per_second", &self.requests_per_second, &(0.1..=10_000.0));
        complaints.in_range("burst", &self.burst, &(1..=100_000));
        complaints.in_range("concurrent_requests", &self.concurrent_requests, &(1..=1000));
        let seconds = HumanDuration::from_secs;
        complaints.in_range("request_timeout", &self.request_timeout, &(seconds(1)..=seconds(300)));
        complaints.in_range("watch_timeout", &self.watch_timeout, &(seconds(5)..=seconds(3600)));
        let sizes = HumanSize::from_kibibytes(64)..=HumanSize::from_mebibytes(256);
        complaints.in_range("page_size", &self.page_size, &sizes);
        complaints.in_range("max_page_size", &self.max_page_size, &sizes);
        let message = "must be at least `page_size`";
        complaints.require("max_page_size", self.max_page_size >= self.page_size, message);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_budget_holds_and_a_page_fits_its_bound() {
        assert_eq!(Complaints::of(&Budget::default()), Vec::<String>::new());
        let budget = Budget { max_page_size: HumanSize::from_kibibytes(64), ..Budget::default() };
        assert_eq!(Complaints::of(&budget).len(), 1);
        let budget = Budget { requests_per_second: f64::NAN, ..Budget::default() };
        assert_eq!(Complaints::of(&budget).len(), 1);
    }
}
