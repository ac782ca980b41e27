//! Families: faults that do the same to instances of one pool in one place, by the same laws.
//!
//! Which of them is active makes no difference, so they may be counted instead of told apart. If the law between their
//! strikes has no memory, they share one clock: the first of n exponential times of rate r is exponential of rate n r, and
//! any of the n is equally likely to have struck. Deliberately absent: pooled repairs, whose laws have a memory.

use super::Topology;
use super::ids::*;
use crate::dist::Law;

/// Faults that are alike.
#[derive(Clone, Debug)]
pub struct Family {
    /// Its faults, two at least.
    pub faults: Vec<FaultId>,
    /// The clock that they share, if they do.
    pub clock: Option<SharedClock>,
}

/// A clock without memory, for several faults.
#[derive(Clone, Debug)]
pub struct SharedClock {
    /// The mean time between the strikes of one fault, in seconds.
    pub mean: f64,
    /// Draws when one of them strikes, and which.
    pub draw: DrawId,
}

impl SharedClock {
    /// The law of the time until one of so many strikes.
    ///
    /// # Panics
    /// If `count` is zero.
    #[must_use]
    pub fn law(&self, count: u32) -> Law {
        Law::exponential(self.mean / f64::from(count)).expect("a part of a positive mean")
    }
}

impl Topology {
    /// The clock that a fault shares with others, and whose it is.
    #[must_use]
    pub fn shared_clock_of(&self, id: FaultId) -> Option<(FamilyId, &SharedClock)> {
        let family = self.faults[id.index()].family?;
        let clock = self.families[family.index()].clock.as_ref()?;
        Some((family, clock))
    }
}
