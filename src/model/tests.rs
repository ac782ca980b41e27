//! The whole way from text to model.

mod hostile;
mod problems;
mod sample;
#[cfg(feature = "schema")]
mod schema;

pub(super) use sample::SAMPLE;
