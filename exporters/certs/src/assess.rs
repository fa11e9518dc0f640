//! Models to samples: pure functions of a model and the time.

pub mod object;
pub mod served;
pub mod stored;
