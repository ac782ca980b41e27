//! Quantities on the command line, spelled as in models.

use std::time::Duration;

use super::arguments::MOST_TRIALS;
use crate::estimate::figure::unit;
use crate::model::units;

/// A precision: a share above 0, in percent or as a number.
pub fn precision(text: &str) -> Result<f64, String> {
    let share = match number(text) {
        Some(number) => number,
        None => {
            let share: Result<units::Share, _> = text.parse();
            share
                .map_err(|_| "write a share such as 5% or 0.05".to_owned())?
                .value()
        }
    };
    if 0.0 < share && share <= 1.0 {
        Ok(share)
    } else {
        Err("it has to be above 0 and at most 100%".to_owned())
    }
}

/// A number of trials; `1e6` is one too.
pub fn trials(text: &str) -> Result<u64, String> {
    let whole = text.parse().ok().or_else(|| {
        let number = number(text)?;
        (number == number.trunc() && (0.0..=MOST_TRIALS as f64).contains(&number))
            .then_some(number as u64)
    });
    whole
        .filter(|trials| (1..=MOST_TRIALS).contains(trials))
        .ok_or_else(|| "write a whole number from 1 to 1e12, such as 10000 or 1e6".to_owned())
}

/// A budget of time.
pub fn time(text: &str) -> Result<Duration, String> {
    let duration: units::Duration = text
        .parse()
        .map_err(|problem: crate::model::problem::Problem| problem.message)?;
    Ok(Duration::from_nanos(duration.span().0))
}

/// A value to compare a figure with, by how it is spelled.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value {
    /// Without a unit: in the base unit of the figure.
    Number(f64),
    /// `99.9%` or `1/1000`.
    Share(f64),
    /// `5m`, in seconds.
    Duration(f64),
    /// `4/y`, times a year.
    Rate(f64),
}

impl Value {
    /// Reads a value.
    pub fn parse(text: &str) -> Option<Value> {
        let share = || {
            text.parse()
                .ok()
                .map(|share: units::Share| Value::Share(share.value()))
        };
        let duration = || {
            text.parse()
                .ok()
                .map(|it: units::Duration| Value::Duration(it.seconds()))
        };
        let rate = || {
            text.parse()
                .ok()
                .map(|rate: units::Rate| Value::Rate(rate.per_year()))
        };
        number(text)
            .map(Value::Number)
            .or_else(share)
            .or_else(duration)
            .or_else(rate)
    }

    /// The value in a unit of figures, or what such a value looks like if this is none.
    pub fn in_unit(self, unit_name: &str) -> Result<f64, &'static str> {
        match (self, unit_name) {
            (Value::Number(number), unit::SHARE) if !(0.0..=1.0).contains(&number) => {
                Err("a share between 0 and 1, such as 99.95% or 0.9995")
            }
            (Value::Number(number), _) => Ok(number),
            (Value::Share(share), unit::SHARE) => Ok(share),
            (Value::Duration(seconds), unit::SECONDS | unit::SECONDS_PER_YEAR) => Ok(seconds),
            (Value::Rate(per_year), unit::PER_YEAR) => Ok(per_year),
            (_, unit::SHARE) => Err("a share, such as 99.95%"),
            (_, unit::SECONDS) => Err("a duration, such as 5m"),
            (_, unit::SECONDS_PER_YEAR) => Err("a duration per year, such as 5m"),
            (_, unit::PER_YEAR) => Err("a rate, such as 4/y"),
            _ => Err("a plain number"),
        }
    }
}

fn number(text: &str) -> Option<f64> {
    text.parse::<f64>().ok().filter(|number| number.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_spelled_as_in_models() {
        assert_eq!(Value::parse("0.9995"), Some(Value::Number(0.9995)));
        assert_eq!(Value::parse("50%"), Some(Value::Share(0.5)));
        assert_eq!(Value::parse("5m"), Some(Value::Duration(300.0)));
        assert_eq!(Value::parse("4/y"), Some(Value::Rate(4.0)));
        assert_eq!(Value::parse("soon"), None);
        assert_eq!(Value::parse("inf"), None);
    }

    #[test]
    fn values_fit_figures_of_their_own_unit_alone() {
        let units = [
            unit::SHARE,
            unit::SECONDS,
            unit::SECONDS_PER_YEAR,
            unit::PER_YEAR,
            "writes",
        ];
        let fits = |text: &str| units.map(|unit| Value::parse(text).unwrap().in_unit(unit).is_ok());
        assert_eq!(fits("50%"), [true, false, false, false, false]);
        assert_eq!(fits("1h"), [false, true, true, false, false]);
        assert_eq!(fits("4/y"), [false, false, false, true, false]);
        assert_eq!(fits("0.5"), [true; 5]);
        assert_eq!(fits("99.9"), [false, true, true, true, true]);
    }

    #[test]
    fn a_precision_is_above_nothing() {
        assert_eq!(precision("5%"), Ok(0.05));
        assert_eq!(precision("0.05"), Ok(0.05));
        for wrong in ["0", "0%", "-1", "7", "NaN"] {
            assert!(!precision(wrong).unwrap_err().contains("text"), "{wrong}");
        }
        assert_eq!(time("1500ms"), Ok(Duration::from_millis(1500)));
    }

    #[test]
    fn trials_may_have_an_exponent() {
        assert_eq!(trials("1e3"), Ok(1000));
        assert_eq!(trials("1000000000000"), Ok(MOST_TRIALS));
        for wrong in ["0", "1.5", "1e13", "-1", "many", "NaN"] {
            assert!(trials(wrong).is_err(), "{wrong}");
        }
    }
}
