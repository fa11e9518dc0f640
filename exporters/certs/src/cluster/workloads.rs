//! Whom a Secret concerns: the workloads that mount it, or take it into their environment.
//!
//! An alert about a certificate in a Secret is joined with these, so that it says who is affected. Only Secrets that hold
//! certificates are named: what else a workload uses is nobody's business here.
//!
//! How to get it wrong: following pods. There are ten times as many, they come and go, and each says what its owner says.

mod assess;
mod reader;
mod source;

pub use assess::assess;
pub use reader::{SecretsOfWorkload, WorkloadKind, WorkloadReader};
pub use source::{WorkloadSource, Workloads};
