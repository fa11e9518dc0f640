//! Golden comparison, a scrape parser and fakes for tests.
