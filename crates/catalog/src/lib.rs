//! Every exporter of the suite, in documentation order.
