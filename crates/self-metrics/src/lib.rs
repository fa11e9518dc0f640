//! Declarations of what Lookout says of itself.
