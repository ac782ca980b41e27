//! Figures as text, with no more digits than their intervals support.
//!
//! The width of the interval is given two significant digits, and the estimate and both ends the same decimals:
//! `99.9934 % (99.9921 ... 99.9944)`. Without a width (one end is unbounded or both are equal) the estimate gets two or
//! six significant digits. Decimal exponents are taken from the standard formatting of floats, which is exact and the
//! same on every platform, unlike logarithms. Deliberately absent: locales, and rounding for machines (results keep
//! every digit).

use super::Figure;
use super::figure::unit;

/// What stands where there was nothing to estimate from.
const NOTHING: &str = "nothing to estimate";

/// The figure as its unit asks: shares by [`share`], seconds as [`duration`], the rest as [`number`] and its unit.
#[must_use]
pub fn figure(figure: &Figure) -> String {
    match figure.unit.as_ref() {
        unit::SHARE => share(figure),
        unit::SECONDS => duration(figure),
        unit::SECONDS_PER_YEAR => with_suffix(duration(figure), figure, " a year"),
        unit::PER_YEAR => with_suffix(number(figure), figure, " a year"),
        other => with_suffix(number(figure), figure, &format!(" {other}")),
    }
}

/// A share in percent, or as it is where percent would start with zeros: `99.9934 % (99.9921 ... 99.9944)`,
/// `3.1e-6 (2.4e-6 ... 4.0e-6)`.
#[must_use]
pub fn share(figure: &Figure) -> String {
    let largest = [figure.estimate, figure.high].into_iter().flatten();
    if largest.fold(0.0, f64::max) < 1e-3 {
        number(figure)
    } else {
        let percent = figure.clone().scaled(100.0);
        let step = step(&percent);
        assemble(figure, " %", |value| decimal(value * 100.0, step))
    }
}

/// A plain number, in powers of ten where it is very large or very small: `12.3 (11.8 ... 12.9)`.
#[must_use]
pub fn number(figure: &Figure) -> String {
    let step = step(figure);
    let size = figure
        .estimate
        .filter(|value| *value != 0.0)
        .or(figure.high)
        .unwrap_or(0.0);
    if size == 0.0 || (-3..6).contains(&exponent(size)) {
        assemble(figure, "", |value| decimal(value, step))
    } else {
        assemble(figure, "", |value| scientific(value, step))
    }
}

/// Seconds as people say them: `4m 12s (3m 50s ... 4m 40s)`, `29.8s (29.7s ... 29.9s)`.
#[must_use]
pub fn duration(figure: &Figure) -> String {
    // Two digits of a wide interval would be finer than people say times.
    let coarser = i32::from(first_digit_of_width(figure) >= 3);
    let is_whole =
        figure.low == figure.high && figure.estimate.is_some_and(|value| value == value.trunc());
    let step = if is_whole { 0 } else { step(figure) + coarser };
    assemble(figure, "", |value| seconds(value, step))
}

/// Puts estimate and interval together; the suffix follows the estimate only.
fn assemble(figure: &Figure, suffix: &str, written: impl Fn(f64) -> String) -> String {
    let Some(estimate) = figure.estimate else {
        return NOTHING.to_owned();
    };
    let estimate = written(estimate) + suffix;
    match (figure.low, figure.high) {
        (Some(low), Some(high)) => format!("{estimate} ({} ... {})", written(low), written(high)),
        (Some(low), None) => format!("{estimate} (at least {})", written(low)),
        (None, Some(high)) => format!("{estimate} (at most {})", written(high)),
        (None, None) => format!("{estimate} (no bounds)"),
    }
}

/// Adds a suffix to the estimate, that is before the interval.
fn with_suffix(text: String, figure: &Figure, suffix: &str) -> String {
    if figure.estimate.is_none() {
        return text;
    }
    match text.split_once(" (") {
        Some((estimate, interval)) => format!("{estimate}{suffix} ({interval}"),
        None => text + suffix,
    }
}

/// The decimal exponent of the last digit that the interval supports.
fn step(figure: &Figure) -> i32 {
    let width = match (figure.low, figure.high) {
        (Some(low), Some(high)) => high - low,
        // Known within a factor, at best.
        _ => figure.estimate.unwrap_or(0.0).abs(),
    };
    let size = figure.estimate.unwrap_or(0.0).abs();
    if width > 0.0 {
        exponent(width) - 1
    } else if size > 0.0 {
        exponent(size) - 5
    } else {
        0
    }
}

/// The first digit of the width of the interval; zero without one.
fn first_digit_of_width(figure: &Figure) -> u32 {
    let (Some(low), Some(high)) = (figure.low, figure.high) else {
        return 0;
    };
    let written = format!("{:e}", high - low);
    written
        .chars()
        .next()
        .and_then(|digit| digit.to_digit(10))
        .unwrap_or(0)
}

/// The exponent of the first significant digit of a number that is not zero.
fn exponent(number: f64) -> i32 {
    let written = format!("{number:e}");
    written
        .split_once('e')
        .and_then(|(_, exponent)| exponent.parse().ok())
        .unwrap_or(0)
}

fn decimal(value: f64, step: i32) -> String {
    let decimals = usize::try_from(-step).unwrap_or(0).min(17);
    format!("{value:.decimals$}")
}

fn scientific(value: f64, step: i32) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    let digits = usize::try_from(exponent(value) - step).unwrap_or(0).min(17);
    format!("{value:.digits$e}")
}

/// Lengths in nanoseconds, with their signs.
const UNITS: [(u64, &str); 4] = [
    (86_400_000_000_000, "d"),
    (3_600_000_000_000, "h"),
    (MINUTE, "m"),
    (SECOND, "s"),
];
const MINUTE: u64 = 60 * SECOND;
const SECOND: u64 = 1_000_000_000;
const MILLISECOND: u64 = 1_000_000;

/// A duration rounded to a natural unit not above the step (in powers of ten of a second).
fn seconds(value: f64, step: i32) -> String {
    if value <= 0.0 {
        return "0s".to_owned();
    }
    let nanoseconds = crate::time::Span::from_seconds(value).0;
    if step < 0 && nanoseconds < 60 * MINUTE {
        return fractions(nanoseconds, step);
    }
    let smallest = match step {
        5.. => 0,
        4 => 1,
        2..=3 => 2,
        _ => 3,
    };
    let mut rest = rounded(nanoseconds, UNITS[smallest].0);
    if rest == 0 {
        return format!("under {}{}", 1, UNITS[smallest].1);
    }
    let mut parts = Vec::new();
    for (length, sign) in &UNITS[..=smallest] {
        let count = rest / length;
        rest %= length;
        if count > 0 {
            parts.push(format!("{count}{sign}"));
        }
    }
    parts.join(" ")
}

/// Minutes and seconds with decimals, down to milliseconds.
fn fractions(nanoseconds: u64, step: i32) -> String {
    let decimals = usize::try_from(-step).unwrap_or(0).min(3);
    let quantum = [SECOND, SECOND / 10, SECOND / 100, MILLISECOND][decimals];
    let rest = rounded(nanoseconds, quantum);
    let seconds = (rest % MINUTE) as f64 / SECOND as f64;
    if rest == 0 {
        format!("under {}ms", quantum / MILLISECOND)
    } else if rest < SECOND {
        format!("{}ms", rest / MILLISECOND)
    } else if rest < MINUTE {
        format!("{seconds:.decimals$}s")
    } else {
        format!("{}m {seconds:.decimals$}s", rest / MINUTE)
    }
}

fn rounded(nanoseconds: u64, unit: u64) -> u64 {
    (nanoseconds / unit + u64::from(nanoseconds % unit >= unit / 2)).saturating_mul(unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(estimate: f64, low: f64, high: f64, unit: &'static str) -> Figure {
        Figure::new(Some(estimate), (low, high), "test").in_unit(unit)
    }

    #[test]
    fn shares_show_the_digits_that_their_width_supports() {
        let text = |e, l, h| figure(&made(e, l, h, unit::SHARE));
        assert_eq!(
            text(0.999_934_12, 0.999_921_33, 0.999_944_4),
            "99.9934 % (99.9921 ... 99.9944)"
        );
        assert_eq!(text(0.31, 0.2, 0.45), "31 % (20 ... 45)");
        assert_eq!(
            text(3.1234e-6, 2.4321e-6, 4.0123e-6),
            "3.1e-6 (2.4e-6 ... 4.0e-6)"
        );
        assert_eq!(text(0.0, 0.0, 3.688e-4), "0 (0 ... 3.7e-4)");
        assert_eq!(text(0.0, 0.0, 0.0368), "0.0 % (0.0 ... 3.7)");
        let nines = text(0.999_999_999_31, 0.999_999_999_27, 0.999_999_999_35);
        assert_eq!(nines, "99.9999999310 % (99.9999999270 ... 99.9999999350)");
    }

    #[test]
    fn durations_round_to_natural_units() {
        let text = |e, l, h| figure(&made(e, l, h, unit::SECONDS));
        assert_eq!(text(252.3, 230.1, 280.2), "4m 12s (3m 50s ... 4m 40s)");
        assert_eq!(
            text(12_345.0, 9_000.0, 16_000.0),
            "3h 26m (2h 30m ... 4h 27m)"
        );
        assert_eq!(text(1.2345, 1.2, 1.3), "1.23s (1.20s ... 1.30s)");
        assert_eq!(
            text(252.0, 200.0, f64::INFINITY),
            "4m 12s (at least 3m 20s)"
        );
        assert_eq!(text(0.0, 0.0, 0.0), "0s (0s ... 0s)");
        assert_eq!(text(3.8e-10, 1e-10, 2e-3), "under 1ms (under 1ms ... 2ms)");
        let yearly = figure(&made(252.3, 230.1, 280.2, unit::SECONDS_PER_YEAR));
        assert_eq!(yearly, "4m 12s a year (3m 50s ... 4m 40s)");
    }

    #[test]
    fn rates_and_counts_carry_their_unit() {
        let yearly = figure(&made(1.234, 1.012, 1.456, unit::PER_YEAR));
        assert_eq!(yearly, "1.23 a year (1.01 ... 1.46)");
        let writes = figure(&made(1.5e9, 1.2e9, 1.9e9, "writes"));
        assert_eq!(writes, "1.50e9 writes (1.20e9 ... 1.90e9)");
    }

    #[test]
    fn nothing_is_said_to_be_nothing() {
        let empty = Figure::new(None, (0.0, f64::INFINITY), "test").in_unit("writes");
        assert_eq!(figure(&empty), NOTHING);
    }
}
