//! Proofs: mechanisms against closed forms and brute force.

mod balancer;
mod detection;
mod dns;
mod flapping;
mod observed;
