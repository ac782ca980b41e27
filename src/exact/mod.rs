//! Exact answers for the parts of a model that allow them: closed forms, Markov chains and structure functions.
//!
//! They share nothing with the simulation but the topology and `math`, so that agreement of the two says something
//! about both. Each answer is exact up to rounding, or to an error that the caller names. Deliberately absent: what no
//! formula here covers (queues for crews in a structure function, networks, detectors, stores); such a model gets no
//! answer instead of a wrong one.

pub mod alternating;
pub mod k_of_n;
pub mod markov;
pub mod renewal;
pub mod structure;
