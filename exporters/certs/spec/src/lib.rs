//! Declarations of the certs exporter.
