//! Driver of sources, HTTP server, logging, self-metrics.
