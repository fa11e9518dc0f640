//! YAML as written to validated settings, every error with its place.
