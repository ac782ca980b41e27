//! Luck without clusters and gaps: what branches try is spread evenly over what they could try.
//!
//! How often something is tried is rounded so that sums stay within one of what they should be (systematic sampling:
//! W. G. Madow and L. H. Madow, "On the theory of systematic sampling, I", Annals of Mathematical Statistics 15, 1944).
//! Which clock strikes, when, and for how long are the coordinates of a point of a sequence that fills the unit cube
//! evenly (multiples of the powers of a root of `x^4 = x + 1`), shifted at random (R. Cranley and T. N. L. Patterson,
//! "Randomization of number theoretic methods for multiple integration", SIAM Journal on Numerical Analysis 13, 1976).
//! Each number by itself is uniform, so that means stay what they are; what is spread evenly varies less.
//!
//! There is one such sequence for each state and depth of branches, begun anew with each trial, so that trials stay
//! independent. One for several depths would be wrong: whether a branch exists depends on the luck of the one that it
//! left, and must tell nothing of its own.

use crate::rng::{Stream, in_unit_interval};

/// States are put into so many classes.
const CLASSES: usize = 32;
/// The powers of 1 / 1.2207..., in units of 2^-64.
const STEPS: [u64; 3] = [
    0xd1b5_4a32_d192_ed03,
    0xabc9_8388_fb8f_ac03,
    0x8cb9_2ba7_2f3d_8dd7,
];

/// Where one try falls: three numbers strictly between 0 and 1.
#[derive(Clone, Copy, Debug)]
pub(super) struct Point {
    /// Which clock.
    pub clock: f64,
    /// When it strikes.
    pub wait: f64,
    /// How long what it begins lasts.
    pub lasts: f64,
}

/// Evenly spread luck for tries of one kind.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spread {
    /// What was rounded away so far.
    carried: f64,
    point: [u64; 3],
}

impl Spread {
    pub fn begin(luck: &mut Stream) -> Spread {
        Spread {
            carried: luck.uniform(),
            point: STEPS.map(|_| luck.next_u64()),
        }
    }

    /// How often to try something that is to be tried so often on the average.
    pub fn round(&mut self, expected: f64) -> u64 {
        self.carried += expected;
        let whole = self.carried as u64;
        self.carried -= whole as f64;
        whole
    }

    /// Where the next try falls.
    pub fn next(&mut self) -> Point {
        for (coordinate, step) in self.point.iter_mut().zip(STEPS) {
            *coordinate = coordinate.wrapping_add(step);
        }
        let [clock, wait, lasts] = self.point.map(in_unit_interval);
        Point { clock, wait, lasts }
    }
}

/// Evenly spread luck for each class of states and each depth, in one trial.
#[derive(Clone, Debug, Default)]
pub(super) struct Spreads {
    by_depth: Vec<[Option<Spread>; CLASSES]>,
}

impl Spreads {
    /// Begins a new trial.
    pub fn clear(&mut self) {
        self.by_depth
            .iter_mut()
            .for_each(|classes| classes.fill(None));
    }

    /// The luck for tries in this state.
    pub fn of(&mut self, depth: u32, state: &[u32], luck: &mut Stream) -> &mut Spread {
        let depth = depth as usize;
        if self.by_depth.len() <= depth {
            self.by_depth.resize(depth + 1, [None; CLASSES]);
        }
        self.by_depth[depth][class(state)].get_or_insert_with(|| Spread::begin(luck))
    }
}

/// The class of a state.
fn class(state: &[u32]) -> usize {
    let hash = state.iter().fold(STEPS[0], |hash, word| {
        (hash.rotate_left(5) ^ u64::from(*word)).wrapping_mul(STEPS[1])
    });
    (hash >> 32) as usize % CLASSES
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::{Entity, Purpose};

    fn luck(seed: u64, trial: u64) -> Stream {
        Stream::new(seed, trial, Entity::named("even"), Purpose(0))
    }

    fn coordinates(point: Point) -> [f64; 3] {
        [point.clock, point.wait, point.lasts]
    }

    #[test]
    fn the_steps_are_powers_of_the_root() {
        let step = |index: usize| STEPS[index] as f64 / 18_446_744_073_709_551_616.0;
        let root = 1.0 / step(0);
        assert!(
            (root * root * root * root - root - 1.0).abs() < 1e-12,
            "{root}"
        );
        assert!((step(1) - step(0) * step(0)).abs() < 1e-12);
        assert!((step(2) - step(0) * step(1)).abs() < 1e-12);
    }

    #[test]
    fn sums_of_rounded_numbers_stay_within_one() {
        for seed in 1..=3 {
            let mut spread = Spread::begin(&mut luck(seed, 0));
            let (mut expected, mut rounded) = (0.0, 0);
            let mut numbers = luck(seed, 1);
            for _ in 0..10_000 {
                let number = 3.0 * numbers.uniform() * numbers.uniform();
                expected += number;
                rounded += spread.round(number);
                assert!((rounded as f64 - expected).abs() < 1.0 + 1e-9);
            }
        }
    }

    /// Over trials, each number of tries is right on the average, and each point is uniform, whatever came before.
    #[test]
    fn each_number_by_itself_is_unbiased() {
        const TRIALS: u64 = 20_000;
        for seed in 1..=3 {
            let expected = [0.3, 0.9, 1.4, 0.05];
            let mut rounded = [0_u64; 4];
            let mut sums = [[0.0; 3]; 4];
            for trial in 0..TRIALS {
                let mut spread = Spread::begin(&mut luck(seed, trial));
                for index in 0..4 {
                    rounded[index] += spread.round(expected[index]);
                    let point = coordinates(spread.next());
                    point
                        .iter()
                        .zip(&mut sums[index])
                        .for_each(|(x, sum)| *sum += x);
                }
            }
            let count = TRIALS as f64;
            for index in 0..4 {
                let fraction = expected[index] - expected[index].floor();
                let error = (fraction * (1.0 - fraction) / count).sqrt();
                let off = rounded[index] as f64 / count - expected[index];
                assert!(off.abs() < 3.2905 * error, "{off} of {}", expected[index]);
                for sum in sums[index] {
                    let off = (sum / count - 0.5) * (12.0 * count).sqrt();
                    assert!(off.abs() < 3.2905, "{off} standard errors");
                }
            }
        }
    }

    /// Of 64 points nearly as many as there should be fall into each eighth of the cube; independent ones miss by the
    /// root of their number, 2.6 on the average of squares.
    #[test]
    fn points_fill_the_cube_evenly() {
        let mut squares = 0.0;
        for trial in 0..100 {
            let mut spread = Spread::begin(&mut luck(1, trial));
            let mut counts = [0_i32; 8];
            for _ in 0..64 {
                let bits = coordinates(spread.next()).map(|x| usize::from(x >= 0.5));
                counts[bits[0] * 4 + bits[1] * 2 + bits[2]] += 1;
            }
            squares += counts
                .iter()
                .map(|count| f64::from((count - 8).pow(2)))
                .sum::<f64>()
                / 800.0;
        }
        assert!(squares.sqrt() < 2.0, "{}", squares.sqrt());
    }

    #[test]
    fn states_and_depths_have_luck_of_their_own() {
        let mut stream = luck(1, 0);
        let mut spreads = Spreads::default();
        let state = [3, 1, 4];
        let first = spreads.of(0, &state, &mut stream).next().clock;
        let deeper = spreads.of(1, &state, &mut stream).next().clock;
        let again = spreads.of(0, &state, &mut stream).next().clock;
        let step = (again - first).rem_euclid(1.0);
        assert!((step - 0.819_172_513_396).abs() < 1e-9, "{step}");
        assert_ne!(first, deeper);
        spreads.clear();
        assert_ne!(spreads.of(0, &state, &mut stream).next().clock, again);
    }
}
