//! From the catalogue to everything an operator reads or loads.
