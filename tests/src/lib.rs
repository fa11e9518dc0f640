//! The real binary against real servers and readers.
