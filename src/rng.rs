//! Random streams that are keyed by name.
//!
//! A stream belongs to (seed, trial, entity, purpose), where the entity is the 128-bit hash of a canonical name path.
//! Adding a component therefore disturbs no other, any trial can be replayed alone, and two models that share a part
//! share its luck (common random numbers). The parts of the key are mixed one inside the other: keys that are the XOR
//! of parts collide (the failure stream of one trial would be the repair stream of another).
//!
//! Each stream is a SplitMix64 generator (Steele, Lea and Flood 2014, doi 10.1145/2660193.2660195) with an odd
//! increment of its own: 2^127 different (state, increment) pairs, so that 10^10 streams do not overlap in practice.
//! Deliberately absent: any generator whose output may change with a library's version.

/// What a stream is for; part of its key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Purpose(pub u64);

/// The 128-bit hash of an entity's canonical name path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Entity(pub u128);

impl Entity {
    /// Hashes a canonical name path such as `faults.region-outage.us-east-1`.
    #[must_use]
    pub fn named(path: &str) -> Entity {
        let hash = blake3::hash(path.as_bytes());
        let mut first = [0_u8; 16];
        first.copy_from_slice(&hash.as_bytes()[..16]);
        Entity(u128::from_le_bytes(first))
    }
}

/// The name of a stream within a trial: whose it is and what for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StreamKey {
    /// The entity.
    pub entity: Entity,
    /// What is drawn.
    pub purpose: Purpose,
}

/// One random stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stream {
    state: u64,
    increment: u64,
}

impl Stream {
    /// The stream of this key.
    #[must_use]
    pub fn new(seed: u64, trial: u64, entity: Entity, purpose: Purpose) -> Stream {
        let (low, high) = (entity.0 as u64, (entity.0 >> 64) as u64);
        let outer = mix(mix(seed ^ 0x9e37_79b9_7f4a_7c15).wrapping_add(trial));
        let inner = mix(mix(outer.wrapping_add(low)).wrapping_add(purpose.0));
        let other = mix(
            mix(outer.wrapping_mul(0xd134_2543_de82_ef95).wrapping_add(high))
                .wrapping_add(purpose.0),
        );
        Stream {
            state: inner,
            increment: other | 1,
        }
    }

    /// The next 64 random bits.
    pub fn next_u64(&mut self) -> u64 {
        self.state = self.state.wrapping_add(self.increment);
        mix(self.state)
    }

    /// The next uniform number, strictly between 0 and 1: an odd multiple of 2^-53.
    pub fn uniform(&mut self) -> f64 {
        ((self.next_u64() >> 12) as f64 + 0.5) * (1.0 / 4_503_599_627_370_496.0)
    }
}

/// The finaliser of SplitMix64 (variant 13 of Stafford).
fn mix(value: u64) -> u64 {
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}
