//! Simulation against exact answers: closed forms, Markov chains, and structure functions.
//!
//! Every check runs at the seeds 1, 2 and 3 and allows the 99.9 % interval of what it estimates. Deliberately absent:
//! checks that only compare the simulation with itself, which are tests of the rooms.

mod coverage;
mod needs;
mod parts;
mod redundancy;
mod support;
mod years;
