//! Quantities on the command line, spelled as in models.

use std::time::Duration;

use crate::model::units;

/// A precision: a share above 0.
pub fn precision(text: &str) -> Result<f64, String> {
    let share: units::Share = text
        .parse()
        .map_err(|problem: crate::model::problem::Problem| problem.message)?;
    if share.value() > 0.0 {
        Ok(share.value())
    } else {
        Err("it has to be above 0".to_owned())
    }
}

/// A budget of time.
pub fn time(text: &str) -> Result<Duration, String> {
    let duration: units::Duration = text
        .parse()
        .map_err(|problem: crate::model::problem::Problem| problem.message)?;
    Ok(Duration::from_nanos(duration.span().0))
}

/// A number, share, duration or rate, in the base unit of figures: 1, seconds, or times a year.
pub fn figure_value(text: &str) -> Option<f64> {
    let number = text.parse::<f64>().ok().filter(|number| number.is_finite());
    let share = || text.parse::<units::Share>().ok().map(units::Share::value);
    let duration = || {
        text.parse::<units::Duration>()
            .ok()
            .map(units::Duration::seconds)
    };
    let rate = || text.parse::<units::Rate>().ok().map(units::Rate::per_year);
    number.or_else(share).or_else(duration).or_else(rate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_spelled_as_in_models() {
        assert_eq!(figure_value("0.9995"), Some(0.9995));
        assert_eq!(figure_value("50%"), Some(0.5));
        assert_eq!(figure_value("5m"), Some(300.0));
        assert_eq!(figure_value("4/y"), Some(4.0));
        assert_eq!(figure_value("soon"), None);
        assert_eq!(figure_value("inf"), None);
    }

    #[test]
    fn a_precision_is_above_nothing() {
        assert_eq!(precision("5%"), Ok(0.05));
        assert!(precision("0").is_err());
        assert_eq!(time("1500ms"), Ok(Duration::from_millis(1500)));
    }
}
