//! fivenines simulates multi-region high-availability topologies.

pub mod dist;
pub mod engine;
pub mod estimate;
pub mod math;
pub mod measure;
pub mod model;
pub mod report;
pub mod rng;
pub mod time;
pub mod topology;
pub mod world;
