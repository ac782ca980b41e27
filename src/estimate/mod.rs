//! From tallies to figures that can be trusted: intervals, stopping rules, and how many digits to print.
//!
//! Everything here is a pure function of a tally and the number of trials behind it. An interval comes with every
//! figure, and its coverage is itself tested, with the stopping rule on. Deliberately absent: the tallies themselves
//! ([`crate::measure`]), and which figures a result has.

pub mod compound;
pub mod digits;
pub mod figure;
pub mod independence;
pub mod intervals;
pub mod stopping;
pub mod trust;

pub use figure::{CONFIDENCE, Figure};
pub use trust::Trust;

#[cfg(test)]
mod coverage;
