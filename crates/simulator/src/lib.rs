//! A small data platform in one process that speaks the real wire protocols.
