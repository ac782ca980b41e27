//! Figures and counts in words, for tables: what `estimate::digits` says, cut into estimate and interval.

use crate::estimate::Figure;
use crate::estimate::digits;
use crate::estimate::figure::unit;

/// A figure in words: the estimate, and the interval around it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// The estimate with its unit, or what is said when there is none.
    pub estimate: String,
    /// The interval, in brackets; empty without an estimate.
    pub interval: String,
}

/// A figure in words, in two pieces.
#[must_use]
pub fn show(figure: &Figure) -> Shown {
    if figure.estimate.is_none() {
        return Shown {
            estimate: "none seen".to_owned(),
            interval: String::new(),
        };
    }
    let text = digits::figure(figure).replace("writes/y", "writes a year");
    match text.split_once(" (") {
        Some((estimate, interval)) => Shown {
            estimate: estimate.to_owned(),
            interval: format!("({interval}"),
        },
        None => Shown {
            estimate: text,
            interval: String::new(),
        },
    }
}

/// A figure in words, in one piece.
#[must_use]
pub fn phrase(figure: &Figure) -> String {
    let shown = show(figure);
    format!("{} {}", shown.estimate, shown.interval)
        .trim_end()
        .to_owned()
}

/// A value that was given and not estimated, such as a target: the digits that it was given with.
#[must_use]
pub fn exact(value: f64, unit_name: &str) -> String {
    match unit_name {
        unit::SHARE => format!("{} %", shortest(value * 100.0)),
        unit::PER_YEAR => format!("{} a year", shortest(value)),
        unit::SECONDS => {
            let figure = Figure::new(Some(value), (value, value), "given").in_unit(unit::SECONDS);
            show(&figure).estimate
        }
        _ => shortest(value),
    }
}

/// A number without the noise of binary fractions: twelve decimals, less the zeros at the end.
fn shortest(value: f64) -> String {
    if value != 0.0 && value.abs() < 1e-4 {
        return format!("{value:e}");
    }
    let text = format!("{value:.12}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A count with commas between thousands.
#[must_use]
pub fn count(value: u64) -> String {
    let digits = value.to_string();
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_keep_their_digits() {
        assert_eq!(exact(300.0, unit::SECONDS), "5m");
        assert_eq!(exact(0.9999, unit::SHARE), "99.99 %");
        assert_eq!(exact(0.001, unit::PER_YEAR), "0.001 a year");
        assert_eq!(exact(1e-6, unit::PER_YEAR), "1e-6 a year");
        assert_eq!(exact(365.0, "days"), "365");
    }

    #[test]
    fn thousands_are_grouped() {
        assert_eq!(count(1_234_567), "1,234,567");
        assert_eq!(count(999), "999");
    }

    #[test]
    fn a_figure_falls_into_two_pieces() {
        let figure = Figure::new(Some(30.0), (20.0, f64::INFINITY), "test").in_unit(unit::SECONDS);
        assert_eq!(show(&figure).interval, "(at least 20s)");
        let nothing = Figure::new(None, (0.0, f64::INFINITY), "test");
        assert_eq!(phrase(&nothing), "none seen");
    }
}
