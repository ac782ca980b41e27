//! Random streams that are keyed by name.
//!
//! A stream belongs to (seed, trial, entity, purpose), where the entity is the 128-bit hash of a canonical name path.
//! Adding a component therefore disturbs no other, any trial can be replayed alone, and two models that share a part
//! share its luck (common random numbers). The parts of the key are mixed one inside the other: keys that are the XOR
//! of parts collide (the failure stream of one trial would be the repair stream of another).
//!
//! Each stream is a SplitMix64 generator (Steele, Lea and Flood 2014, doi 10.1145/2660193.2660195) with an odd
//! increment of its own: 2^127 different (state, increment) pairs, so that 10^10 streams do not overlap in practice.
//! Increments whose bits change too seldom are repaired as in section 5 of that paper: they mix badly. `rand`'s traits
//! are implemented so that its distributions can serve as an oracle in tests; results draw by `uniform` alone.
//! Deliberately absent: any generator whose output may change with a library's version.

use std::convert::Infallible;

use rand::TryRng;

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
    /// The bits that come next, worked out when nobody waits for them.
    ready: u64,
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
        let increment = well_mixed(other | 1);
        let state = inner.wrapping_add(increment);
        Stream {
            state,
            increment,
            ready: mix(state),
        }
    }

    /// The stream of this key in one branch of a trial. Branches are counted from 1.
    #[must_use]
    pub fn of_branch(seed: u64, trial: u64, branch: u64, key: StreamKey) -> Stream {
        let outer = mix(mix(seed ^ 0xa076_1d64_78bd_642f).wrapping_add(trial));
        Stream::new(
            mix(outer.wrapping_add(branch)),
            trial,
            key.entity,
            key.purpose,
        )
    }

    /// The next 64 random bits.
    pub fn next_u64(&mut self) -> u64 {
        self.state = self.state.wrapping_add(self.increment);
        std::mem::replace(&mut self.ready, mix(self.state))
    }

    /// The next uniform number, strictly between 0 and 1.
    pub fn uniform(&mut self) -> f64 {
        in_unit_interval(self.next_u64())
    }
}

/// The number strictly between 0 and 1 that these bits stand for: an odd multiple of 2^-53.
#[must_use]
pub fn in_unit_interval(bits: u64) -> f64 {
    ((bits >> 12) as f64 + 0.5) * (1.0 / 4_503_599_627_370_496.0)
}

impl TryRng for Stream {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok((Stream::next_u64(self) >> 32) as u32)
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(Stream::next_u64(self))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for chunk in bytes.chunks_mut(8) {
            let word = Stream::next_u64(self).to_le_bytes();
            chunk.copy_from_slice(&word[..chunk.len()]);
        }
        Ok(())
    }
}

/// An odd increment with at least 24 changes from bit to bit; all but one in fifty have them already.
fn well_mixed(increment: u64) -> u64 {
    if (increment ^ (increment >> 1)).count_ones() < 24 {
        increment ^ 0xaaaa_aaaa_aaaa_aaaa
    } else {
        increment
    }
}

/// The finaliser of SplitMix64 (variant 13 of Stafford).
fn mix(value: u64) -> u64 {
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::{chi_square_quantile, normal_quantile};
    use std::collections::BTreeSet;

    const STREAMS: u64 = 100_000;

    fn entity(index: u64) -> Entity {
        Entity::named(&format!("zone-{index}"))
    }

    /// Streams by index.
    type Family = Box<dyn Fn(u64) -> Stream>;

    /// Families of neighbouring keys, as trials of a study, parts of a model and uses of a part are.
    fn neighbours(seed: u64) -> [(&'static str, Family); 5] {
        let fixed = Entity::named("faults.region-outage.us-east-1");
        [
            (
                "seeds",
                Box::new(move |i| Stream::new(seed + i, 7, fixed, Purpose(0))),
            ),
            (
                "trials",
                Box::new(move |i| Stream::new(seed, i, fixed, Purpose(0))),
            ),
            (
                "purposes",
                Box::new(move |i| Stream::new(seed, 7, fixed, Purpose(i))),
            ),
            (
                "entities",
                Box::new(move |i| Stream::new(seed, 7, entity(i), Purpose(0))),
            ),
            (
                "counted entities",
                Box::new(move |i| {
                    Stream::new(
                        seed,
                        7,
                        Entity(u128::from(i) << 64 | u128::from(i)),
                        Purpose(0),
                    )
                }),
            ),
        ]
    }

    fn assert_uncorrelated(pairs: impl Iterator<Item = (f64, f64)>, what: &str) {
        let (mut count, mut sum) = (0.0_f64, 0.0);
        for (one, other) in pairs {
            count += 1.0;
            sum += (one - 0.5) * (other - 0.5) * 12.0;
        }
        let deviations = sum / count.sqrt();
        assert!(
            deviations.abs() < normal_quantile(0.9995),
            "{what}: {deviations}"
        );
    }

    fn assert_flat(counts: &[u64], what: &str) {
        let total: u64 = counts.iter().sum();
        let expected = total as f64 / counts.len() as f64;
        let statistic: f64 = counts
            .iter()
            .map(|count| (*count as f64 - expected) * (*count as f64 - expected) / expected)
            .sum();
        let degrees = (counts.len() - 1) as f64;
        let range = chi_square_quantile(degrees, 0.0005)..chi_square_quantile(degrees, 0.9995);
        assert!(
            range.contains(&statistic),
            "{what}: {statistic} not in {range:?}"
        );
    }

    #[test]
    fn neighbouring_streams_are_uncorrelated() {
        for seed in [1, 2, 3] {
            for (what, family) in neighbours(seed) {
                for draw in 0..3 {
                    let value = |index: u64| {
                        let mut stream = family(index);
                        for _ in 0..draw {
                            stream.next_u64();
                        }
                        stream.uniform()
                    };
                    let values: Vec<f64> = (0..STREAMS).map(value).collect();
                    let pairs = values.windows(2).map(|pair| (pair[0], pair[1]));
                    assert_uncorrelated(pairs, &format!("{what}, seed {seed}, draw {draw}"));
                }
            }
        }
    }

    #[test]
    fn interleaved_streams_are_flat() {
        for seed in [1, 2, 3] {
            for (what, family) in neighbours(seed) {
                let mut high = [0_u64; 256];
                let mut low = [0_u64; 256];
                let mut pairs = [0_u64; 256];
                for index in 0..STREAMS {
                    let mut stream = family(index);
                    let (first, second) = (stream.next_u64(), stream.next_u64());
                    high[(first >> 56) as usize] += 1;
                    low[(first & 255) as usize] += 1;
                    pairs[(first >> 60 << 4 | second >> 60) as usize] += 1;
                }
                assert_flat(&high, &format!("high bits of {what}, seed {seed}"));
                assert_flat(&low, &format!("low bits of {what}, seed {seed}"));
                assert_flat(&pairs, &format!("successive draws of {what}, seed {seed}"));
            }
        }
    }

    #[test]
    fn swapped_parts_give_other_streams() {
        let mut seen = BTreeSet::new();
        let mut keys = 0;
        for seed in 0..6 {
            for trial in 0..6 {
                for low in 0..6_u64 {
                    for high in 0..6_u64 {
                        for purpose in 0..6 {
                            let entity = Entity(u128::from(high) << 64 | u128::from(low));
                            let mut stream = Stream::new(seed, trial, entity, Purpose(purpose));
                            seen.insert((stream.next_u64(), stream.next_u64()));
                            keys += 1;
                        }
                    }
                }
            }
        }
        assert_eq!(seen.len(), keys);
    }

    #[test]
    fn increments_are_odd_and_change_often() {
        for index in 0..STREAMS {
            let increment = Stream::new(1, index, Entity(0), Purpose(0)).increment;
            assert_eq!(increment & 1, 1);
            assert!((increment ^ (increment >> 1)).count_ones() >= 24);
        }
        assert_eq!(well_mixed(1), 0xaaaa_aaaa_aaaa_aaab);
    }

    #[test]
    fn uniforms_are_strictly_between_zero_and_one() {
        let least = 0.5 / 4_503_599_627_370_496.0;
        let mut stream = Stream::new(1, 2, Entity::named("a"), Purpose(3));
        for _ in 0..STREAMS {
            let uniform = stream.uniform();
            assert!((least..=1.0 - least).contains(&uniform));
            assert_eq!((uniform / least) % 2.0, 1.0);
        }
    }

    #[test]
    fn the_traits_of_rand_draw_the_same_numbers() {
        use rand::Rng;
        let stream = Stream::new(1, 2, Entity::named("a"), Purpose(3));
        let (mut ours, mut theirs) = (stream, stream);
        let first = ours.next_u64();
        assert_eq!(Rng::next_u64(&mut theirs), first);
        assert_eq!(u64::from(theirs.next_u32()), ours.next_u64() >> 32);
        let mut bytes = [0; 11];
        theirs.fill_bytes(&mut bytes);
        assert_eq!(bytes[..8], ours.next_u64().to_le_bytes());
        assert_eq!(bytes[8..], ours.next_u64().to_le_bytes()[..3]);
    }

    #[test]
    fn value_stability() {
        let mut stream = Stream::new(1, 2, Entity::named("faults.disk.a"), Purpose(3));
        assert_eq!(
            [(); 3].map(|()| stream.next_u64()),
            [
                0x19c9_184c_4afb_5baa,
                0x3968_2fd5_4117_09da,
                0xebd2_06e8_f1d9_1458
            ]
        );
        assert_eq!(stream.uniform().to_bits(), 0x3fe1_dd2e_5ebe_73bf);
        assert_eq!(
            Entity::named("faults.disk.a"),
            Entity(0x23e4_36e5_8583_3210_0f4b_cbb9_a489_a0eb)
        );
    }
}
