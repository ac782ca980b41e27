//! fivenines simulates multi-region high-availability topologies.

pub mod dist;
pub mod engine;
pub mod math;
pub mod rng;
pub mod time;
pub mod topology;
