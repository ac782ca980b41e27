//! The standard normal law: distribution function, quantile, and both in terms of the cumulative hazard.
//!
//! The quantile is Wichura's algorithm AS 241 (PPND16; Applied Statistics 37:3, 1988, doi 10.2307/2347330), whose
//! relative error is about 1e-16, so that a Newton step would only add the rounding errors of `erfc`. Beyond a survival
//! of 1e-316 the law is followed through its cumulative hazard -ln(1 - cdf), which neither underflows nor cancels.

// The coefficients stand as published, so that they can be compared with the paper.
#![allow(clippy::excessive_precision)]

use super::{exp, exp_m1, ln, ln_1p};

const SQRT_2: f64 = std::f64::consts::SQRT_2;
const LN_2: f64 = std::f64::consts::LN_2;
/// 1 / sqrt(2 pi).
const DENSITY_AT_ZERO: f64 = 0.398_942_280_401_432_7;
/// ln(sqrt(2 pi)).
const LN_SQRT_TAU: f64 = 0.918_938_533_204_672_8;
/// From here on the asymptotic series of the tail is exact to double precision.
const FAR_TAIL: f64 = 20.0;
/// The largest sqrt(-ln(tail)) for which AS 241 was fitted.
const FITTED_TAIL: f64 = 27.0;

/// The error function.
#[must_use]
pub fn erf(x: f64) -> f64 {
    libm::erf(x)
}

/// One minus the error function, accurate in the tail.
#[must_use]
pub fn erfc(x: f64) -> f64 {
    libm::erfc(x)
}

/// The density of the standard normal law.
#[must_use]
pub fn normal_density(z: f64) -> f64 {
    DENSITY_AT_ZERO * exp(-0.5 * z * z)
}

/// The distribution function of the standard normal law.
#[must_use]
pub fn normal_cdf(z: f64) -> f64 {
    0.5 * erfc(-z / SQRT_2)
}

/// The probability that a standard normal value exceeds `z`.
#[must_use]
pub fn normal_survival(z: f64) -> f64 {
    0.5 * erfc(z / SQRT_2)
}

/// Density over survival; about `z` far out in the upper tail.
#[must_use]
pub fn normal_hazard(z: f64) -> f64 {
    if z < FAR_TAIL {
        normal_density(z) / normal_survival(z)
    } else {
        z / tail_series(z)
    }
}

/// `-ln(normal_survival(z))`, accurate in both tails.
#[must_use]
pub fn normal_cumulative_hazard(z: f64) -> f64 {
    if z < 0.0 {
        -ln_1p(-normal_cdf(z))
    } else if z < FAR_TAIL {
        -ln(normal_survival(z))
    } else {
        0.5 * z * z + ln(z) + LN_SQRT_TAU - ln(tail_series(z))
    }
}

/// The value whose cumulative hazard is `hazard`: the inverse of [`normal_cumulative_hazard`].
#[must_use]
pub fn normal_from_cumulative_hazard(hazard: f64) -> f64 {
    if hazard < LN_2 {
        return normal_quantile(-exp_m1(-hazard));
    }
    if hazard < 2.5 {
        return -normal_quantile(exp(-hazard));
    }
    let root = hazard.sqrt();
    if root <= FITTED_TAIL {
        return upper_tail(root);
    }
    if hazard == f64::INFINITY {
        return f64::INFINITY;
    }
    let mut z = (2.0 * hazard - ln(4.0 * std::f64::consts::PI * hazard)).sqrt();
    for _ in 0..3 {
        z -= (normal_cumulative_hazard(z) - hazard) / normal_hazard(z);
    }
    z
}

/// The quantile of the standard normal law; infinite at 0 and 1, NaN outside.
#[must_use]
pub fn normal_quantile(probability: f64) -> f64 {
    let centred = probability - 0.5;
    if centred.abs() <= 0.425 {
        let r = 0.180_625 - centred * centred;
        return centred * (polynomial(&CENTRE_ABOVE, r) / polynomial(&CENTRE_BELOW, r));
    }
    if !(0.0..=1.0).contains(&probability) {
        return f64::NAN;
    }
    let tail = if centred < 0.0 {
        probability
    } else {
        1.0 - probability
    };
    if tail == 0.0 {
        return f64::INFINITY.copysign(centred);
    }
    upper_tail((-ln(tail)).sqrt()).copysign(centred)
}

/// The upper quantile at the tail probability `exp(-root^2)`, below about 0.08.
fn upper_tail(root: f64) -> f64 {
    if root <= 5.0 {
        let r = root - 1.6;
        polynomial(&TAIL_ABOVE, r) / polynomial(&TAIL_BELOW, r)
    } else {
        let r = root - 5.0;
        polynomial(&FAR_ABOVE, r) / polynomial(&FAR_BELOW, r)
    }
}

/// `survival * z / density`, from its asymptotic series 1 - 1/z^2 + 3/z^4 - 15/z^6...
fn tail_series(z: f64) -> f64 {
    let step = -1.0 / (z * z);
    let mut term = 1.0;
    let mut sum = 1.0;
    for odd in (1..=19_u32).step_by(2) {
        term *= step * f64::from(odd);
        sum += term;
    }
    sum
}

/// The polynomial with these coefficients, the constant first. In pairs, so that little has to wait for anything.
fn polynomial(coefficients: &[f64; 8], x: f64) -> f64 {
    let [c0, c1, c2, c3, c4, c5, c6, c7] = coefficients;
    let square = x * x;
    let lower = (c0 + c1 * x) + (c2 + c3 * x) * square;
    let upper = (c4 + c5 * x) + (c6 + c7 * x) * square;
    lower + upper * (square * square)
}

const CENTRE_ABOVE: [f64; 8] = [
    3.387_132_872_796_366_608_0e0,
    1.331_416_678_917_843_774_5e2,
    1.971_590_950_306_551_442_7e3,
    1.373_169_376_550_946_112_5e4,
    4.592_195_393_154_987_145_7e4,
    6.726_577_092_700_870_085_3e4,
    3.343_057_558_358_812_810_5e4,
    2.509_080_928_730_122_672_7e3,
];
const CENTRE_BELOW: [f64; 8] = [
    1.0,
    4.231_333_070_160_091_125_2e1,
    6.871_870_074_920_579_083_0e2,
    5.394_196_021_424_751_107_7e3,
    2.121_379_430_158_659_586_7e4,
    3.930_789_580_009_271_061_0e4,
    2.872_908_573_572_194_267_4e4,
    5.226_495_278_852_854_561_0e3,
];
const TAIL_ABOVE: [f64; 8] = [
    1.423_437_110_749_683_577_34e0,
    4.630_337_846_156_545_295_90e0,
    5.769_497_221_460_691_405_50e0,
    3.647_848_324_763_204_605_04e0,
    1.270_458_252_452_368_382_58e0,
    2.417_807_251_774_506_117_70e-1,
    2.272_384_498_926_918_458_33e-2,
    7.745_450_142_783_414_076_40e-4,
];
const TAIL_BELOW: [f64; 8] = [
    1.0,
    2.053_191_626_637_758_821_87e0,
    1.676_384_830_183_803_849_40e0,
    6.897_673_349_851_000_045_50e-1,
    1.481_039_764_274_800_745_90e-1,
    1.519_866_656_361_645_719_66e-2,
    5.475_938_084_995_344_946_00e-4,
    1.050_750_071_644_416_843_24e-9,
];
const FAR_ABOVE: [f64; 8] = [
    6.657_904_643_501_103_777_20e0,
    5.463_784_911_164_114_369_90e0,
    1.784_826_539_917_291_335_80e0,
    2.965_605_718_285_048_912_30e-1,
    2.653_218_952_657_612_309_30e-2,
    1.242_660_947_388_078_438_60e-3,
    2.711_555_568_743_487_578_15e-5,
    2.010_334_399_292_288_132_65e-7,
];
const FAR_BELOW: [f64; 8] = [
    1.0,
    5.998_322_065_558_879_376_90e-1,
    1.369_298_809_227_358_053_10e-1,
    1.487_536_129_085_061_485_25e-2,
    7.868_691_311_456_132_591_00e-4,
    1.846_318_317_510_054_681_80e-5,
    1.421_511_758_316_445_888_70e-7,
    2.044_263_103_389_939_785_64e-15,
];

#[cfg(test)]
mod tests {
    use super::*;
    use statrs::distribution::{ContinuousCDF, Normal};

    #[test]
    fn agrees_with_statrs() {
        let reference = Normal::standard();
        for step in -60..=60 {
            let z = f64::from(step) * 0.1;
            assert!((normal_cdf(z) / reference.cdf(z) - 1.0).abs() < 1e-9, "{z}");
            assert!((normal_survival(z) - reference.sf(z)).abs() < 1e-10, "{z}");
            assert!((erf(z) - statrs::function::erf::erf(z)).abs() < 1e-10);
        }
        for p in [1e-12, 1e-6, 0.01, 0.3, 0.5, 0.9, 0.9999] {
            let expected = reference.inverse_cdf(p);
            assert!((normal_quantile(p) - expected).abs() < 1e-8, "{p}");
        }
    }

    #[test]
    fn known_quantiles() {
        assert_eq!(normal_quantile(0.5), 0.0);
        assert!((normal_quantile(0.975) - 1.959_963_984_540_054).abs() < 1e-15);
        assert!((normal_quantile(0.9995) - 3.290_526_731_491_926).abs() < 4e-15);
        assert!((normal_quantile(1e-10) + 6.361_340_902_404_056).abs() < 4e-15);
        assert!((normal_quantile(1e-300) + 37.047_096_299_361_2).abs() < 2e-13);
        assert_eq!(normal_quantile(0.0), f64::NEG_INFINITY);
        assert_eq!(normal_quantile(1.0), f64::INFINITY);
        assert!(normal_quantile(1.1).is_nan() && normal_quantile(f64::NAN).is_nan());
    }

    #[test]
    fn quantile_inverts_the_distribution_function() {
        for exponent in -290..=0 {
            let p = 0.5 * libm::exp10(f64::from(exponent));
            let z = normal_quantile(p);
            let tolerance = 2e-15 * (1.0 + z * z);
            assert!((normal_cdf(z) / p - 1.0).abs() < tolerance, "{p}");
            assert_eq!(normal_quantile(p), -normal_quantile_of_survival(p), "{p}");
        }
    }

    fn normal_quantile_of_survival(tail: f64) -> f64 {
        if tail < 0.075 {
            upper_tail((-ln(tail)).sqrt())
        } else {
            -normal_quantile(tail)
        }
    }

    #[test]
    fn cumulative_hazard_inverts_from_tiny_to_enormous() {
        for exponent in -300..=300 {
            let hazard = 1.3 * libm::exp10(f64::from(exponent));
            let z = normal_from_cumulative_hazard(hazard);
            let back = normal_cumulative_hazard(z);
            let tolerance = if exponent < 0 { 2e-12 } else { 1e-14 };
            assert!((back / hazard - 1.0).abs() < tolerance, "{hazard} {back}");
        }
        assert_eq!(normal_from_cumulative_hazard(0.0), f64::NEG_INFINITY);
        assert_eq!(normal_from_cumulative_hazard(f64::INFINITY), f64::INFINITY);
    }

    #[test]
    fn the_branches_meet() {
        for z in [0.0, FAR_TAIL] {
            let (below, above) = (z - 1e-12, z + 1e-12);
            let slope = normal_hazard(z);
            let step = normal_cumulative_hazard(above) - normal_cumulative_hazard(below);
            assert!((step - slope * 2e-12).abs() < 1e-12);
            assert!((normal_hazard(above) / normal_hazard(below) - 1.0).abs() < 1e-11);
        }
    }

    #[test]
    fn value_stability() {
        let bits = [0.3, 0.01, 1e-20].map(|p| normal_quantile(p).to_bits());
        assert_eq!(
            bits,
            [
                0xbfe0_c7e3_9582_c5fb,
                0xc002_9c5c_4630_ff0f,
                0xc022_8651_70b4_3a4c
            ]
        );
    }
}
