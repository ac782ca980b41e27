//! An exact sum of floating-point numbers.
//!
//! A fixed-point number wide enough for every `f64`, kept as 68 signed words of 32 bits each with 31 bits of room for
//! carries (the "small superaccumulator" of R. Neal, Fast Exact Summation Using Small and Large Superaccumulators,
//! arXiv 1505.05571, 2015). Addition is exact, so it is associative and commutative: the same numbers give the same
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

/// An exact sum: the value is the sum of `word[i] * 2^(32 i - 1074)`. Empty sums take no memory of their own.
#[derive(Clone, Debug, Default)]
pub struct ExactSum {
    words: Option<Box<[i64; WORDS]>>,
    additions: u32,
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
        self.make_room();
        let bits = number.to_bits();
        let exponent = ((bits >> 52) & 0x7ff) as u32;
        let fraction = bits & 0x000f_ffff_ffff_ffff;
        let (mantissa, position) = match exponent {
            0 => (fraction, 0),
            _ => (fraction | 1 << 52, exponent - 1),
        };
        let shifted = u128::from(mantissa) << (position % WORD_BITS);
        let first = (position / WORD_BITS) as usize;
        let words = self.words.get_or_insert_with(|| Box::new([0; WORDS]));
        for (offset, word) in words[first..first + 3].iter_mut().enumerate() {
            let part = (shifted >> (WORD_BITS as usize * offset)) as i64 & WORD_MASK;
            *word += if number < 0.0 { -part } else { part };
        }
    }

    /// Adds another sum, exactly.
    pub fn merge(&mut self, other: &ExactSum) {
        let Some(others) = &other.words else { return };
        let mut carried = others.clone();
        carry(&mut carried);
        self.make_room();
        let words = self.words.get_or_insert_with(|| Box::new([0; WORDS]));
        for (word, more) in words.iter_mut().zip(carried.iter()) {
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

    /// Carries in good time, so that no word can overflow.
    fn make_room(&mut self) {
        self.additions += 1;
        if self.additions >= ADDITIONS_BETWEEN_CARRIES {
            self.additions = 0;
            if let Some(words) = &mut self.words {
                carry(words);
            }
        }
    }

    fn canonical(&self) -> Canonical {
        let mut words = self.words.as_deref().copied().unwrap_or([0; WORDS]);
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
fn carry(words: &mut [i64; WORDS]) {
    let mut carried = 0;
    for word in &mut words[..WORDS - 1] {
        let sum = *word + carried;
        *word = sum & WORD_MASK;
        carried = sum >> WORD_BITS;
    }
    words[WORDS - 1] += carried;
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
        let mut words = Box::new([0_i64; WORDS]);
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
            words[index] = if negative {
                -i64::from(word)
            } else {
                i64::from(word)
            };
        }
        Ok(ExactSum {
            words: Some(words),
            additions: 0,
        })
    }
}
