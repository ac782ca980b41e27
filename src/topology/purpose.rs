//! What each random stream of an entity is for.
//!
//! A stream is keyed by (seed, trial, entity, purpose), see [`crate::rng`]. The numbers below are part of that key:
//! changing one changes every figure that rests on it, so a new purpose gets the next free number and none is reused.

use crate::rng::Purpose;

/// When a fault strikes.
pub const STRIKE: Purpose = Purpose(1);
/// How old a fault process is when the trial starts.
pub const AGE: Purpose = Purpose(2);
/// How long a fault lasts.
pub const REPAIR: Purpose = Purpose(3);
/// When in its interval each vantage point of a detector probes.
pub const PHASE: Purpose = Purpose(4);
/// When a detector sees a failure where there is none, and for how long.
pub const ALARM: Purpose = Purpose(5);
/// How far a standby is behind when it is promoted.
pub const LAG: Purpose = Purpose(6);
/// How long a person takes to decide.
pub const DECIDE: Purpose = Purpose(7);
/// How long a fence takes, and how long a person takes if it fails.
pub const FENCE: Purpose = Purpose(8);
/// Whether a fence works.
pub const FENCE_WORKS: Purpose = Purpose(9);
/// When in its renewal interval a lease was last renewed.
pub const LEASE: Purpose = Purpose(10);
/// How long a stage takes.
pub const TAKES: Purpose = Purpose(11);
/// Whether a stage works.
pub const WORKS: Purpose = Purpose(12);
/// How long a person takes to finish a stage that failed.
pub const OTHERWISE: Purpose = Purpose(13);
/// How long failing back takes.
pub const FAIL_BACK: Purpose = Purpose(14);
/// How long a replaced primary takes to step down and to become a standby.
pub const REJOIN: Purpose = Purpose(15);
/// How long new answers of DNS take to be given.
pub const ANSWER: Purpose = Purpose(16);
/// When passive health ejects an instance and lets it back.
pub const EJECTION: Purpose = Purpose(17);
/// How long writes stall before a store that degrades goes on alone.
pub const STALL: Purpose = Purpose(18);

/// Every purpose with its name, in the order of their numbers.
pub const ALL: [(&str, Purpose); 18] = [
    ("strike", STRIKE),
    ("age", AGE),
    ("repair", REPAIR),
    ("phase", PHASE),
    ("alarm", ALARM),
    ("lag", LAG),
    ("decide", DECIDE),
    ("fence", FENCE),
    ("fence-works", FENCE_WORKS),
    ("lease", LEASE),
    ("takes", TAKES),
    ("works", WORKS),
    ("otherwise", OTHERWISE),
    ("fail-back", FAIL_BACK),
    ("rejoin", REJOIN),
    ("answer", ANSWER),
    ("ejection", EJECTION),
    ("stall", STALL),
];

#[cfg(test)]
mod tests {
    use super::ALL;

    #[test]
    fn numbers_are_dense_from_one() {
        for (index, (name, purpose)) in ALL.iter().enumerate() {
            assert_eq!(purpose.0, index as u64 + 1, "{name}");
        }
    }
}
