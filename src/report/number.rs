//! Figures and counts in words, for tables: what `estimate::digits` says, cut into estimate and interval.

use crate::estimate::Figure;
use crate::estimate::digits;
use crate::estimate::figure::unit;
use crate::estimate::intervals::WORST_CASE;

/// A figure in words: the estimate, and what is known around it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// The estimate with its unit, or what is said when there is none.
    pub estimate: String,
    /// The interval in brackets; what bounds something that was never seen, without brackets; or nothing.
    pub interval: String,
}

impl Shown {
    fn new(estimate: impl Into<String>, interval: impl Into<String>) -> Shown {
        Shown {
            estimate: estimate.into(),
            interval: interval.into(),
        }
    }

    /// Both in one piece.
    #[must_use]
    pub fn phrase(&self) -> String {
        if self.interval.is_empty() {
            self.estimate.clone()
        } else if self.interval.starts_with('(') {
            format!("{} {}", self.estimate, self.interval)
        } else {
            format!("{}, {}", self.estimate, self.interval)
        }
    }
}

const NONE_SEEN: &str = "none seen";

/// A figure in words, in two pieces.
#[must_use]
pub fn show(figure: &Figure) -> Shown {
    if figure.estimate.is_none() {
        return Shown::new(NONE_SEEN, "");
    }
    let text = digits::figure(figure).replace("writes/y", "writes a year");
    let Some((estimate, interval)) = text.split_once(" (") else {
        return Shown::new(text, "");
    };
    let is_zero = figure.estimate == Some(0.0);
    if is_zero && per_year(figure).is_some() {
        return Shown::new(NONE_SEEN, most_unseen(figure, interval));
    }
    let says_nothing = figure.high.is_none() && figure.low.is_none_or(|low| low <= 0.0);
    Shown::new(
        estimate,
        match (says_nothing, is_zero) {
            (true, true) => "(in all seen)".to_owned(),
            (true, false) => "(few seen)".to_owned(),
            _ if figure.method == WORST_CASE => {
                format!("({}, worst case)", interval.trim_end_matches(')'))
            }
            _ => format!("({interval}"),
        },
    )
}

/// What is counted each year, and whether it is countable; nothing for figures that are not by year.
fn per_year(figure: &Figure) -> Option<(&'static str, &'static str)> {
    match figure.unit.as_ref() {
        unit::PER_YEAR => Some(("fewer", "")),
        unit::SECONDS_PER_YEAR => Some(("less", "")),
        "writes/y" => Some(("fewer", " writes")),
        _ => None,
    }
}

/// The bound on something that was never seen.
fn most_unseen(figure: &Figure, interval: &str) -> String {
    let (Some((word, noun)), Some((_, high))) = (per_year(figure), interval.split_once(" ... "))
    else {
        return String::new();
    };
    format!("{word} than {}{noun} a year", high.trim_end_matches(')'))
}

/// A figure in words, in one piece.
#[must_use]
pub fn phrase(figure: &Figure) -> String {
    show(figure).phrase()
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

/// A count and what is counted: `1 trial`, `2,000 trials`. The plural is regular.
#[must_use]
pub fn counted(value: u64, noun: &str) -> String {
    let ending = if value == 1 { "" } else { "s" };
    format!("{} {noun}{ending}", count(value))
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
        assert_eq!(counted(1, "trial"), "1 trial");
        assert_eq!(counted(0, "trial"), "0 trials");
        assert_eq!(counted(2000, "trial"), "2,000 trials");
    }

    #[test]
    fn a_figure_falls_into_two_pieces() {
        let figure = Figure::new(Some(30.0), (20.0, f64::INFINITY), "test").in_unit(unit::SECONDS);
        assert_eq!(show(&figure).interval, "(at least 20s)");
        let nothing = Figure::new(None, (0.0, f64::INFINITY), "test");
        assert_eq!(phrase(&nothing), "none seen");
    }

    #[test]
    fn what_was_never_seen_is_bounded_in_words() {
        let none = |high, unit| phrase(&Figure::new(Some(0.0), (0.0, high), "test").in_unit(unit));
        assert_eq!(
            none(0.003_689, unit::PER_YEAR),
            "none seen, fewer than 0.0037 a year"
        );
        assert_eq!(
            none(7200.0, unit::SECONDS_PER_YEAR),
            "none seen, less than 2h a year"
        );
        assert_eq!(none(f64::INFINITY, "writes/y"), "none seen");
        assert_eq!(none(f64::INFINITY, unit::SECONDS), "0s (in all seen)");
        let few = Figure::new(Some(20.0), (0.0, f64::INFINITY), "test").in_unit(unit::SECONDS);
        assert_eq!(phrase(&few), "20s (few seen)");
    }

    #[test]
    fn a_bound_by_the_worst_case_says_so() {
        let bounds = (1.0, 40_000.0);
        let rare = Figure::new(Some(60.0), bounds, WORST_CASE).in_unit(unit::SECONDS_PER_YEAR);
        let shown = show(&rare);
        assert!(shown.interval.ends_with(", worst case)"), "{shown:?}");
    }
}
