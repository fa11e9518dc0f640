//! Families, pieces, snapshots and content negotiation: the exposition path.
