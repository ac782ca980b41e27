//! fivenines simulates multi-region high-availability topologies.

#[cfg(feature = "cli")]
pub mod cli;
pub mod dist;
pub mod engine;
pub mod estimate;
pub mod exact;
pub mod math;
pub mod measure;
pub mod model;
pub mod rare;
pub mod report;
pub mod rng;
pub mod study;
pub mod time;
pub mod topology;
pub mod world;
