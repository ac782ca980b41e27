//! An exact sum of floating-point numbers.
//!
//! A fixed-point number wide enough for every `f64`, in up to 68 signed words of 32 bits each with 31 bits of room for
//! carries (the "small superaccumulator" of R. Neal, Fast Exact Summation Using Small and Large Superaccumulators,
//! arXiv 1505.05571, 2015). Only the words that were ever touched are kept, for a study has thousands of sums of
//! numbers that are much alike, and what doesn't fit into a cache is slow. Addition is exact, so it is associative and commutative: the same numbers give the same
//! bytes whatever the order, the split into blocks or the number of threads. Deliberately absent: infinities and NaN,
//! which no figure of a trial may be.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Words of the accumulator: 2098 bits for every `f64`, the rest for carries out of the largest.
const WORDS: usize = 68;
const WORD_BITS: u32 = 32;
const WORD_MASK: i64 = 0xffff_ffff;
/// Additions between two carries: each adds less than 2^32 to a word, which holds 2^63.
const ADDITIONS_BETWEEN_CARRIES: u32 = 1 << 20;
/// The highest word keeps its carries up to so many bits: as much as so many additions leave in it.
const HIGHEST_BITS: u32 = 40;
const ADDITIONS_IN_HIGHEST: u32 = 1 << (HIGHEST_BITS - WORD_BITS);

/// So many words are kept in the sum itself. One number takes three, and those of one quantity are mostly within a factor of 2^32.
const FEW: usize = 4;
/// What comes before the first word of a sum that has none.
const NOWHERE: u32 = u32::MAX;

/// An exact sum: the value is the sum of `words[i] * 2^(32 (first + i) - 1074)`. Most sums take no memory of their own.
#[derive(Clone, Debug)]
pub struct ExactSum {
    words: Words,
    first: u32,
    additions: u32,
}

/// The words that were ever touched, and perhaps zeros behind them.
#[derive(Clone, Debug)]
enum Words {
    Few([i64; FEW]),
    Many(Vec<i64>),
}

impl Default for ExactSum {
    fn default() -> ExactSum {
        ExactSum {
            words: Words::Few([0; FEW]),
            first: NOWHERE,
            additions: 0,
        }
    }
}

impl Words {
    #[inline]
    fn all(&self) -> &[i64] {
        match self {
            Words::Few(words) => words,
            Words::Many(words) => words,
        }
    }

    #[inline]
    fn all_mut(&mut self) -> &mut [i64] {
        match self {
            Words::Few(words) => words,
            Words::Many(words) => words,
        }
    }

    /// Without the zeros behind them.
    fn used(&self) -> &[i64] {
        let all = self.all();
        let count = all.iter().rposition(|word| *word != 0);
        &all[..count.map_or(0, |last| last + 1)]
    }
}

/// The one form of each value: no carries pending, absolute value apart from the sign, plus zero for zero.
#[derive(PartialEq, Eq)]
struct Canonical {
    negative: bool,
    words: [u32; WORDS],
}

impl ExactSum {
    /// Adds one number, exactly.
    ///
    /// # Panics
    /// If the number is infinite or NaN: that is a broken invariant of the caller.
    pub fn add(&mut self, number: f64) {
        assert!(number.is_finite(), "an exact sum takes finite numbers only");
        if number == 0.0 {
            return;
        }
        self.make_room(1);
        let bits = number.to_bits();
        let exponent = ((bits >> 52) & 0x7ff) as u32;
        let fraction = bits & 0x000f_ffff_ffff_ffff;
        let (mantissa, position) = match exponent {
            0 => (fraction, 0),
            _ => (fraction | 1 << 52, exponent - 1),
        };
        let shift = position % WORD_BITS;
        let parts = [
            mantissa << shift,
            mantissa >> (WORD_BITS - shift),
            mantissa >> WORD_BITS >> (WORD_BITS - shift),
        ];
        let first = (position / WORD_BITS) as usize;
        for (word, part) in self.words_at(first, 3).iter_mut().zip(parts) {
            let part = part as i64 & WORD_MASK;
            *word += if number < 0.0 { -part } else { part };
        }
    }

    /// Adds another sum, exactly.
    pub fn merge(&mut self, other: &ExactSum) {
        if other.first == NOWHERE {
            return;
        }
        self.make_room(other.additions + ADDITIONS_IN_HIGHEST);
        let more = other.words.used();
        let words = self.words_at(other.first as usize, more.len());
        for (word, more) in words.iter_mut().zip(more) {
            *word += more;
        }
    }

    /// The sum, rounded once to the nearest `f64` (ties to even); infinite if it is beyond the largest.
    #[must_use]
    pub fn value(&self) -> f64 {
        let canonical = self.canonical();
        let size = round(&canonical.words);
        if canonical.negative { -size } else { size }
    }

    /// So many words from this one on, which are kept from now on.
    #[inline]
    fn words_at(&mut self, from: usize, count: usize) -> &mut [i64] {
        let first = self.first as usize;
        if from < first || from + count > first + self.words.all().len() {
            self.widen(from, from + count);
        }
        let start = from - self.first as usize;
        &mut self.words.all_mut()[start..start + count]
    }

    /// Keeps these words from now on, too.
    #[cold]
    fn widen(&mut self, from: usize, to: usize) {
        let used = self.words.used();
        // No word is beyond the last of the accumulator.
        let first = from.min(self.first as usize).min(WORDS - FEW);
        let start = if used.is_empty() {
            0
        } else {
            self.first as usize - first
        };
        let length = (start + used.len()).max(to - first);
        let mut wider = if length <= FEW {
            Words::Few([0; FEW])
        } else {
            Words::Many(vec![0; length])
        };
        wider.all_mut()[start..start + used.len()].copy_from_slice(used);
        self.words = wider;
        self.first = first as u32;
    }

    /// Carries in good time, so that no word can overflow.
    fn make_room(&mut self, additions: u32) {
        self.additions += additions;
        if self.additions >= ADDITIONS_BETWEEN_CARRIES {
            self.additions = additions;
            let words = self.words.all_mut();
            carry(words);
            let end = (self.first as usize).saturating_add(words.len());
            if let Some(highest) = words.last_mut()
                && !matches!(*highest >> (HIGHEST_BITS - 1), 0 | -1)
                && end < WORDS
            {
                let carried = *highest >> WORD_BITS;
                *highest &= WORD_MASK;
                self.words_at(end, 1)[0] = carried;
            }
        }
    }

    fn canonical(&self) -> Canonical {
        let mut words = [0; WORDS];
        let used = self.words.used();
        if !used.is_empty() {
            let first = self.first as usize;
            words[first..first + used.len()].copy_from_slice(used);
        }
        carry(&mut words);
        let negative = words[WORDS - 1] < 0;
        if negative {
            for word in &mut words {
                *word = -*word;
            }
            carry(&mut words);
        }
        Canonical {
            negative,
            words: words.map(|word| word as u32),
        }
    }
}

impl PartialEq for ExactSum {
    fn eq(&self, other: &ExactSum) -> bool {
        self.canonical() == other.canonical()
    }
}

/// Leaves every word but the last in 0..2^32; the last carries the sign.
fn carry(words: &mut [i64]) {
    let Some((last, others)) = words.split_last_mut() else {
        return;
    };
    let mut carried = 0;
    for word in others {
        let sum = *word + carried;
        *word = sum & WORD_MASK;
        carried = sum >> WORD_BITS;
    }
    *last += carried;
}

/// Rounds a non-negative fixed-point number to nearest, ties to even.
fn round(words: &[u32; WORDS]) -> f64 {
    let Some(top) = words.iter().rposition(|word| *word != 0) else {
        return 0.0;
    };
    let top_bit = top as u32 * WORD_BITS + words[top].ilog2();
    if top_bit <= 52 {
        return f64::from_bits(u64::from(words[1]) << WORD_BITS | u64::from(words[0]));
    }
    let shift = top_bit - 52;
    let mantissa = (0..=52).rev().fold(0, |bits, place| {
        bits << 1 | u64::from(bit(words, shift + place))
    });
    let half = bit(words, shift - 1);
    let above_half = any_bit_below(words, shift - 1);
    let up = half && (above_half || mantissa & 1 == 1);
    // The mantissa's leading one adds one to the exponent, and a rounding that overflows it adds another.
    let bits = (u64::from(shift) << 52) + mantissa + u64::from(up);
    f64::from_bits(bits.min(f64::INFINITY.to_bits()))
}

fn bit(words: &[u32; WORDS], position: u32) -> bool {
    words[(position / WORD_BITS) as usize] >> (position % WORD_BITS) & 1 == 1
}

fn any_bit_below(words: &[u32; WORDS], position: u32) -> bool {
    let (word, rest) = ((position / WORD_BITS) as usize, position % WORD_BITS);
    words[..word].iter().any(|word| *word != 0) || words[word] & ((1 << rest) - 1) != 0
}

/// As written: the sign, then index and value of every word that is not zero, in ascending order.
impl Serialize for ExactSum {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let canonical = self.canonical();
        let words: Vec<(usize, u32)> = canonical
            .words
            .into_iter()
            .enumerate()
            .filter(|(_, word)| *word != 0)
            .collect();
        (canonical.negative, words).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for ExactSum {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<ExactSum, D::Error> {
        let (negative, sparse): (bool, Vec<(usize, u32)>) = Deserialize::deserialize(deserializer)?;
        if sparse.is_empty() {
            return match negative {
                true => Err(D::Error::custom("an exact sum of zero has no sign")),
                false => Ok(ExactSum::default()),
            };
        }
        let mut sum = ExactSum::default();
        let mut previous = None;
        for (index, word) in sparse {
            // The last word only takes carries; no sum of fewer than 2^46 numbers reaches it.
            if index >= WORDS - 1 || previous.is_some_and(|before| index <= before) {
                return Err(D::Error::custom(
                    "the words of an exact sum are out of order or range",
                ));
            }
            if word == 0 {
                return Err(D::Error::custom("an exact sum lists a word of zero"));
            }
            previous = Some(index);
            sum.words_at(index, 1)[0] = if negative {
                -i64::from(word)
            } else {
                i64::from(word)
            };
        }
        Ok(sum)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::{Entity, Purpose, Stream};
    use proptest::prelude::*;

    fn sum(numbers: &[f64]) -> ExactSum {
        let mut sum = ExactSum::default();
        for number in numbers {
            sum.add(*number);
        }
        sum
    }

    fn bytes(sum: &ExactSum) -> String {
        serde_json::to_string(sum).unwrap()
    }

    fn finite() -> impl Strategy<Value = f64> {
        any::<u64>()
            .prop_map(f64::from_bits)
            .prop_filter("finite", |number| number.is_finite())
    }

    proptest! {
        #[test]
        fn order_and_split_do_not_show(
            (numbers, shuffled) in prop::collection::vec(finite(), 0..40)
                .prop_flat_map(|numbers| (Just(numbers.clone()), Just(numbers).prop_shuffle())),
            cut in 0..40_usize,
        ) {
            let whole = sum(&numbers);
            let cut = cut.min(numbers.len());
            let mut merged = sum(&shuffled[cut..]);
            merged.merge(&sum(&shuffled[..cut]));
            prop_assert_eq!(bytes(&whole), bytes(&merged));
            prop_assert_eq!(&whole, &merged);
            prop_assert_eq!(whole.value().to_bits(), merged.value().to_bits());
            let back: ExactSum = serde_json::from_str(&bytes(&whole)).unwrap();
            prop_assert_eq!(&back, &whole);
            prop_assert_eq!(bytes(&back), bytes(&whole));
        }

        #[test]
        fn one_number_comes_back(number in finite()) {
            prop_assert_eq!(sum(&[number]).value(), number);
            prop_assert_eq!(bytes(&sum(&[number, -number])), bytes(&ExactSum::default()));
        }

        /// Fixed point with 40 fractional bits holds these numbers exactly, and Rust rounds `i128` to nearest even.
        #[test]
        fn agrees_with_wide_integers(parts in prop::collection::vec((any::<i64>(), 0..50_u32), 0..60)) {
            let mut reference = 0_i128;
            let mut total = ExactSum::default();
            for (mantissa, shift) in parts {
                let integer = i128::from(mantissa >> 11) << shift;
                reference += integer;
                total.add(integer as f64 / 1_099_511_627_776.0);
            }
            prop_assert_eq!(total.value(), reference as f64 / 1_099_511_627_776.0);
        }

        #[test]
        fn malformed_data_is_an_error_or_a_sum(
            negative in any::<bool>(),
            words in prop::collection::vec((0..90_usize, any::<u32>()), 0..6),
        ) {
            let text = serde_json::to_string(&(negative, words)).unwrap();
            if let Ok(sum) = serde_json::from_str::<ExactSum>(&text) {
                prop_assert_eq!(bytes(&sum), text);
            }
        }
    }

    #[test]
    fn rounding_is_to_nearest_even() {
        let half = f64::EPSILON / 2.0;
        assert_eq!(sum(&[1.0, half]).value(), 1.0);
        assert_eq!(sum(&[1.0, half, 5e-324]).value(), 1.0 + f64::EPSILON);
        assert_eq!(sum(&[1.0, half, -5e-324]).value(), 1.0);
        let odd = 1.0 + f64::EPSILON;
        assert_eq!(sum(&[odd, half]).value(), 1.0 + 2.0 * f64::EPSILON);
        assert_eq!(sum(&[-odd, -half]).value(), -1.0 - 2.0 * f64::EPSILON);
        let below_two = 2.0 - f64::EPSILON;
        assert_eq!(sum(&[below_two, half]).value(), 2.0);
    }

    #[test]
    fn extremes_are_exact() {
        assert_eq!(sum(&[f64::MAX, f64::MAX]).value(), f64::INFINITY);
        assert_eq!(sum(&[-f64::MAX, -f64::MAX]).value(), f64::NEG_INFINITY);
        assert_eq!(sum(&[f64::MAX, f64::MAX, -f64::MAX]).value(), f64::MAX);
        assert_eq!(sum(&[f64::MAX, 5e-324, -f64::MAX]).value(), 5e-324);
        let least_normal = f64::MIN_POSITIVE;
        assert_eq!(sum(&[least_normal, -5e-324]).value(), least_normal - 5e-324);
        assert_eq!(sum(&[least_normal - 5e-324, 5e-324]).value(), least_normal);
        assert_eq!(sum(&[1e100, 1.0, -1e100]).value(), 1.0);
        assert_eq!(sum(&[]).value().to_bits(), 0);
        assert_eq!(sum(&[-0.0, 3.0, -3.0]).value().to_bits(), 0);
    }

    #[test]
    fn many_additions_carry_in_time() {
        let count = 3 * u64::from(ADDITIONS_BETWEEN_CARRIES) + 17;
        let number = -(1.0 + 1023.0 * f64::EPSILON);
        let mut total = ExactSum::default();
        for _ in 0..count {
            total.add(number);
        }
        // The count has 22 bits and the number 53, so the product is taken in two exact halves.
        let expected = sum(&[-(count as f64), -(count as f64) * (1023.0 * f64::EPSILON)]);
        assert_eq!(total, expected);
        for _ in 0..70 {
            let copy = total.clone();
            total.merge(&copy);
        }
        assert_eq!(total.value(), expected.value() * (1_u128 << 70) as f64);
    }

    #[test]
    fn malformed_data_is_refused() {
        for text in [
            "[true,[]]",
            "[false,[[1,0]]]",
            "[false,[[67,1]]]",
            "[false,[[3,1],[3,1]]]",
            "[false,[[3,1],[2,1]]]",
            "[false,[[-1,1]]]",
            "[false,[[1,4294967296]]]",
            "[false]",
            "7",
        ] {
            assert!(serde_json::from_str::<ExactSum>(text).is_err(), "{text}");
        }
    }

    #[test]
    #[should_panic(expected = "finite")]
    fn infinity_is_a_broken_invariant() {
        ExactSum::default().add(f64::INFINITY);
    }

    #[test]
    fn value_stability() {
        let mut draws = Stream::new(1, 0, Entity::named("exact sum"), Purpose(0));
        let numbers: Vec<f64> = (0..1000).map(|_| draws.uniform() - 0.5).collect();
        assert_eq!(
            bytes(&sum(&numbers)),
            "[false,[[32,593535311],[33,2357102]]]"
        );
        assert_eq!(bytes(&sum(&[-1.5])), "[true,[[33,393216]]]");
    }
}
