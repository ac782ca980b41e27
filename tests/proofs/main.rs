//! Simulation against exact answers: closed forms, Markov chains, structure functions, and brute force.
//!
//! Every check runs at the seeds 1, 2 and 3 and allows the 99.9 % interval of what it estimates. Deliberately absent:
//! checks that only compare the simulation with itself, which are tests of the rooms.

mod balancer;
mod coverage;
mod detection;
mod dns;
mod fencing;
mod flapping;
mod needs;
mod observed;
mod one_way;
mod parts;
mod pooling;
mod quorum;
mod recovery;
mod redundancy;
mod replication;
mod support;
mod years;
