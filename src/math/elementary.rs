//! Logarithm and exponential function, to within a unit in the last place.
//!
//! Sampling spends most of its time in these two, and those of `libm` divide, which takes as long as all that is left
//! here. The logarithm of the nearest of 128 numbers comes from a table, that of the small rest from its series (P. T. P.
//! Tang, "Table-driven implementation of the logarithm function in IEEE floating-point arithmetic", ACM Transactions on
//! Mathematical Software 16:4, 1990); the exponential function is a polynomial after the usual reduction. Nothing
//! waits for a division (what [`ln_1p`] has rounded away is divided meanwhile), and every operation is one that IEEE 754
//! rounds exactly, so they are the same on every machine. The tables are worked out in
//! integers when the program is compiled. Deliberately absent: subnormal numbers, results beyond the range of normal
//! ones, and what is no number, all of which `libm` answers.

/// The higher bits of ln 2: so few that their product with an exponent is exact.
const LN_2_HIGH: f64 = f64::from_bits(0x3fe6_2e42_fee0_0000);
/// What is left of ln 2.
const LN_2_LOW: f64 = f64::from_bits(0x3dea_39ef_3579_3c76);

/// Numbers with a logarithm in the table, a power of two.
const ENTRIES: usize = 128;
/// The least of them, about the root of 1/2.
const FIRST: u64 = 0x3fe6_a000_0000_0000;
/// How far apart they are, in units of the last place.
const STEP: u32 = 45;

/// One of the numbers: its inverse, and its logarithm in two parts.
#[derive(Clone, Copy)]
struct Entry {
    inverse: f64,
    high: f64,
    low: f64,
}

static TABLE: [Entry; ENTRIES] = table();

const fn table() -> [Entry; ENTRIES] {
    let mut table = [Entry {
        inverse: 1.0,
        high: 0.0,
        low: 0.0,
    }; ENTRIES];
    let mut index = 0;
    while index < ENTRIES {
        let number = f64::from_bits(FIRST + ((index as u64) << STEP));
        let (high, low) = ln_of_ratio((number * 256.0) as i128, 256);
        table[index] = Entry {
            inverse: 1.0 / number,
            high,
            low,
        };
        index += 1;
    }
    table
}

/// The logarithm of `above / below`, both small, as 2 artanh((above - below) / (above + below)), in two parts.
const fn ln_of_ratio(above: i128, below: i128) -> (f64, f64) {
    const ONE: i128 = 1 << 104;
    let (over, under) = (above - below, above + below);
    let mut power = ONE * over / under;
    let (mut sum, mut order) = (0, 1);
    while power != 0 {
        sum += 2 * power / order;
        power = power * over / under * over / under;
        order += 2;
    }
    let high = sum as f64;
    let low = (sum - high as i128) as f64;
    (high / ONE as f64, low / ONE as f64)
}

/// Natural logarithm.
#[must_use]
#[inline]
pub fn ln(x: f64) -> f64 {
    if (f64::MIN_POSITIVE..f64::INFINITY).contains(&x) {
        ln_of_normal(x, 0.0)
    } else {
        libm::log(x)
    }
}

/// `ln(1 + x)`, accurate near zero.
#[must_use]
#[inline]
pub fn ln_1p(x: f64) -> f64 {
    let sum = 1.0 + x;
    if (f64::MIN_POSITIVE..f64::INFINITY).contains(&sum) {
        let rounded_away = if x < 1.0 {
            x - (sum - 1.0)
        } else {
            1.0 - (sum - x)
        };
        ln_of_normal(sum, rounded_away / sum)
    } else {
        libm::log1p(x)
    }
}

/// The logarithm of a normal number, plus something that is very small beside it.
#[inline]
fn ln_of_normal(x: f64, more: f64) -> f64 {
    let bits = x.to_bits();
    let place = bits.wrapping_sub(FIRST - (1 << (STEP - 1)));
    let exponent = place as i64 >> 52;
    let nearest = (place >> STEP) % ENTRIES as u64;
    let reduced = f64::from_bits(bits.wrapping_sub((exponent as u64) << 52));
    let Entry { inverse, high, low } = TABLE[nearest as usize];
    let rest = (reduced - f64::from_bits(FIRST + (nearest << STEP))) * inverse;
    let square = rest * rest;
    // ln(1 + rest) - rest over its square; the rest is less than 1/256.
    let series = (rest * (1.0 / 3.0) - 0.5)
        + square * ((rest * 0.2 - 0.25) + square * (rest * (1.0 / 7.0) - 1.0 / 6.0));
    let exponent = exponent as f64;
    let small = square * series + (exponent * LN_2_LOW + (low + more));
    (exponent * LN_2_HIGH + high) + (rest + small)
}

/// Beyond these the exponential function is no normal number.
const MOST_EXPONENT: f64 = 708.0;
/// Added to a number, it leaves no room for a fraction: the lowest bits are the nearest integer.
const TO_INTEGER: f64 = 6_755_399_441_055_744.0;
/// (exp(x) - 1 - x) / x^2 for |x| <= ln(2) / 2, within 2e-17: an interpolation at the Chebyshev points.
const EXPONENTIAL: [f64; 10] = [
    0.500_000_000_000_000_1,
    0.166_666_666_666_666_69,
    0.041_666_666_666_623_824,
    0.008_333_333_333_330_039,
    0.001_388_888_891_736_708_1,
    0.000_198_412_698_631_715_57,
    2.480_152_105_786_820_4e-5,
    2.755_726_827_690_569_6e-6,
    2.762_020_159_103_154_7e-7,
    2.510_047_250_569_499_6e-8,
];

/// Exponential function.
#[must_use]
#[inline]
pub fn exp(x: f64) -> f64 {
    if !(-MOST_EXPONENT..=MOST_EXPONENT).contains(&x) {
        return libm::exp(x);
    }
    let shifted = x * std::f64::consts::LOG2_E + TO_INTEGER;
    let exponent = shifted - TO_INTEGER;
    let rest = (x - exponent * LN_2_HIGH) - exponent * LN_2_LOW;
    let [c0, c1, c2, c3, c4, c5, c6, c7, c8, c9] = EXPONENTIAL;
    let square = rest * rest;
    let fourth = square * square;
    let lowest = (c0 + c1 * rest) + (c2 + c3 * rest) * square;
    let middle = (c4 + c5 * rest) + (c6 + c7 * rest) * square;
    let polynomial = lowest + fourth * (middle + fourth * (c8 + c9 * rest));
    let of_rest = 1.0 + (rest + square * polynomial);
    f64::from_bits(of_rest.to_bits().wrapping_add(shifted.to_bits() << 52))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::{Entity, Purpose, Stream};

    /// How many representable numbers lie between two of the same sign.
    fn apart(one: f64, other: f64) -> u64 {
        one.to_bits().abs_diff(other.to_bits())
    }

    fn numbers(from: f64, to: f64) -> impl Iterator<Item = f64> {
        let mut stream = Stream::new(1, 0, Entity::named("elementary"), Purpose(0));
        (0..20_000).map(move |_| from + (to - from) * stream.uniform())
    }

    #[test]
    fn logarithms_are_those_of_libm() {
        for x in numbers(-700.0, 700.0)
            .map(libm::exp)
            .chain(numbers(0.0, 2.0))
        {
            assert!(apart(ln(x), libm::log(x)) <= 2, "{x:e}");
        }
        for x in [1e-300, 1e-17, 1e-9, 1e-3, 0.5, 1.0, 30.0, 1e9, 1e300] {
            for x in numbers(-x, x).filter(|x| *x > -1.0) {
                assert!(apart(ln_1p(x), libm::log1p(x)) <= 2, "{x:e}");
            }
        }
    }

    #[test]
    fn powers_are_those_of_libm() {
        for width in [1e-300, 1e-9, 1e-3, 1.0, 40.0, 760.0] {
            for x in numbers(-width, width) {
                assert!(apart(exp(x), libm::exp(x)) <= 2, "{x:e}");
            }
        }
    }

    #[test]
    fn special_numbers_are_answered_as_ever() {
        let least = f64::from_bits(1);
        for x in [0.0, 1.0, least, f64::MIN_POSITIVE, f64::MAX, f64::INFINITY] {
            assert!(apart(ln(x), libm::log(x)) <= 1, "{x:e}");
            assert!(apart(ln_1p(x), libm::log1p(x)) <= 1, "{x:e}");
            assert_eq!(exp(x), libm::exp(x), "{x:e}");
        }
        assert_eq!((exp(-746.0), exp(f64::NEG_INFINITY)), (0.0, 0.0));
        assert_eq!(exp(-745.0), libm::exp(-745.0));
        assert_eq!((ln_1p(-0.0), ln_1p(-1.0)), (0.0, f64::NEG_INFINITY));
        for x in [-1.0, f64::NAN, f64::NEG_INFINITY] {
            assert!(ln(x).is_nan());
        }
        assert!(ln_1p(-1.5).is_nan() && exp(f64::NAN).is_nan());
    }

    /// The logarithms of 2 and of 3/4, to forty digits: 0.69314718055994530941723212145817656807551 and
    /// -0.28768207245178092743921900599382743150350.
    #[test]
    fn the_table_is_worked_out_to_the_last_bit() {
        let (high, low) = ln_of_ratio(2, 1);
        assert_eq!(high, std::f64::consts::LN_2);
        assert!((low - 2.319_046_813_846_3e-17).abs() < 1e-28, "{low:e}");
        let (high, low) = ln_of_ratio(3, 4);
        assert_eq!(high, -0.287_682_072_451_780_9);
        assert!(low.abs() < 2.8e-17);
        assert_eq!(LN_2_HIGH + LN_2_LOW, std::f64::consts::LN_2);
    }

    /// What grows must not fall where one entry of the table ends and the next begins.
    #[test]
    fn both_grow_from_one_entry_to_the_next() {
        for index in 0..ENTRIES as u64 {
            let edge = FIRST - (1 << (STEP - 1)) + (index << STEP);
            let [below, above] = [edge - 1, edge].map(|bits| ln(f64::from_bits(bits)));
            assert!(below <= above, "{index}");
        }
        for half in -1000..1000 {
            let edge = (f64::from(half) + 0.5) * std::f64::consts::LN_2;
            let [below, above] = [-1_i64, 1]
                .map(|step| exp(f64::from_bits(edge.to_bits().wrapping_add_signed(step))));
            assert!(
                if edge > 0.0 {
                    below <= above
                } else {
                    below >= above
                },
                "{half}"
            );
        }
    }
}
