//! One check of PromQL text against the declarations.
