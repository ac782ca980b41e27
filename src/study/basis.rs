//! The basis of a figure: how many trials of what length, and whether they carry weights.
//!
//! One place knows the length of the window, so "per year" means the same in every figure, and one place knows which
//! interval serves plain trials and which serves trials with branches. What is no sum over a trial, such as the downtime
//! of a bad year, comes from whole plain trials, or, where failures are rare and these do not refute it (see
//! `independence`), from the law of a sum of rare busy periods (compound Poisson).

use super::result::{Chance, ChanceMet, DowntimeDistribution, Percentiles};
use crate::estimate::Figure;
use crate::estimate::compound::CompoundPoisson;
use crate::estimate::figure::unit;
use crate::estimate::intervals::{self, weighted};
use crate::measure::{JourneyTally, Moments, Ratio, Samples};
use crate::time::YEAR_SECONDS;
use crate::topology::Journey;

const WRITES_PER_YEAR: &str = "writes/y";
const MONTHS_OF_A_YEAR: f64 = 12.0;

/// How trials were counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Basis {
    /// As they came.
    Plain,
    /// With weighted branches.
    Branches,
}

/// How many trials of what length.
#[derive(Clone, Copy, Debug)]
pub(super) struct Trials {
    /// How many.
    pub count: u64,
    /// The length of the window, seconds.
    pub window_seconds: f64,
    /// How they were counted.
    pub basis: Basis,
}

impl Trials {
    fn years(self) -> f64 {
        self.window_seconds / YEAR_SECONDS
    }

    fn is_a_year(self) -> bool {
        self.window_seconds == YEAR_SECONDS
    }

    fn mean(self, moments: &Moments, worst: Option<f64>) -> Figure {
        match self.basis {
            Basis::Plain => intervals::mean(moments, self.count, worst),
            Basis::Branches => weighted::mean(moments, self.count),
        }
    }

    /// Seconds per year, of something that a trial has at most for its whole window.
    pub fn seconds_per_year(self, seconds: &Moments) -> Figure {
        self.mean(seconds, Some(self.window_seconds))
            .scaled(1.0 / self.years())
            .in_unit(unit::SECONDS_PER_YEAR)
    }

    /// Writes per year.
    pub fn writes_per_year(self, writes: &Moments) -> Figure {
        self.mean(writes, None)
            .scaled(1.0 / self.years())
            .in_unit(WRITES_PER_YEAR)
    }

    /// Events per year.
    pub fn per_year(self, events: &Moments) -> Figure {
        match self.basis {
            Basis::Plain => intervals::rate(events, self.count, self.years()),
            Basis::Branches => weighted::rate(events, self.count, self.years()),
        }
    }

    /// A ratio that is at most one in truth.
    pub fn share(self, lost: &Ratio) -> Figure {
        match self.basis {
            Basis::Plain => intervals::share(lost, self.count),
            Basis::Branches => weighted::share(lost, self.count),
        }
    }

    /// The chance that a trial has any of these events.
    pub fn chance_of_any(self, events: &Moments) -> Figure {
        match self.basis {
            Basis::Plain => intervals::proportion(events.nonzero(), self.count),
            Basis::Branches => intervals::chance_of_any(&weighted::mean(events, self.count)),
        }
    }

    /// The share of periods that have a property; nothing if the window is too short for one.
    fn share_of_periods(self, periods: &Ratio) -> Option<Figure> {
        (periods.denominator() > 0.0).then(|| intervals::clustered_proportion(periods, self.count))
    }

    /// The chance that months and years meet an objective of availability.
    pub fn availability_met(self, journey: &Journey, tally: &JourneyTally) -> ChanceMet {
        if self.basis == Basis::Plain {
            return ChanceMet {
                chance_met_per_month: self.share_of_periods(&tally.months_met),
                chance_met_per_year: self.share_of_periods(&tally.years_met),
                chance_met_per_window: None,
            };
        }
        let lost = self.compound(tally, &tally.busy_lost);
        let allowed = 1.0 - journey.objective.availability.unwrap_or(0.0);
        let met = |years: f64| {
            lost.exceeds(years, allowed * years * YEAR_SECONDS)
                .complement()
        };
        ChanceMet {
            chance_met_per_month: Some(met(1.0 / MONTHS_OF_A_YEAR)),
            chance_met_per_year: Some(met(1.0)),
            chance_met_per_window: None,
        }
    }

    /// Downtime in a year and in a month.
    pub fn downtime_distribution(self, tally: &JourneyTally) -> DowntimeDistribution {
        if self.basis == Basis::Plain {
            return DowntimeDistribution {
                year: percentiles(&tally.year_seconds),
                month: percentiles(&tally.month_seconds),
            };
        }
        let down = self.compound(tally, &tally.busy_down);
        let period = |years: f64| Percentiles {
            p50: down.percentile(years, 0.5),
            p90: down.percentile(years, 0.9),
            p95: down.percentile(years, 0.95),
            p99: down.percentile(years, 0.99),
        };
        DowntimeDistribution {
            year: Some(period(1.0)),
            month: Some(period(1.0 / MONTHS_OF_A_YEAR)),
        }
    }

    fn compound(self, tally: &JourneyTally, costs: &Samples) -> CompoundPoisson {
        CompoundPoisson::new(&self.per_year(&tally.busy_periods), costs)
    }
}

/// Events that a chance is about.
#[derive(Clone, Copy)]
pub(super) struct Events<'a> {
    /// Trials, and how they counted the events.
    pub trials: Trials,
    /// The events in them.
    pub counted: &'a Moments,
    /// The events in the trials alone, without branches.
    pub plain: &'a Moments,
}

impl Events<'_> {
    /// The chance of any event in a trial. Branches tell it from a rate, as if events were independent of each other: where
    /// that is outside of what plain trials find, though not so far that these refute it, the interval spans both.
    fn chance(self) -> Figure {
        let plain = intervals::proportion(self.plain.nonzero(), self.trials.count);
        match self.trials.basis {
            Basis::Plain => plain,
            Basis::Branches => {
                let chance = self.trials.chance_of_any(self.counted);
                let agrees = chance.estimate.is_none_or(|estimate| plain.holds(estimate));
                if agrees {
                    chance
                } else {
                    chance.spanning(&plain)
                }
            }
        }
    }

    /// A chance in the window as (per year, per window): one of the two.
    fn by_window(self, figure: Figure) -> (Option<Figure>, Option<Figure>) {
        if self.trials.is_a_year() {
            (Some(figure), None)
        } else {
            (None, Some(figure))
        }
    }

    /// The chance of any of these events, per year and per window: one of the two.
    pub fn chances(self) -> (Option<Figure>, Option<Figure>) {
        self.by_window(self.chance())
    }

    /// The chance of none of these events.
    pub fn chance_without(self) -> Chance {
        let (chance_per_year, chance_per_window) = self.by_window(self.chance().complement());
        Chance {
            chance_per_year,
            chance_per_window,
        }
    }

    /// The chance that an objective is met which each of these events misses.
    pub fn chance_met(self) -> ChanceMet {
        let Chance {
            chance_per_year,
            chance_per_window,
        } = self.chance_without();
        ChanceMet {
            chance_met_per_month: None,
            chance_met_per_year: chance_per_year,
            chance_met_per_window: chance_per_window,
        }
    }
}

fn percentiles(samples: &Samples) -> Option<Percentiles> {
    let percentile = |level| intervals::percentile(samples, level).in_unit(unit::SECONDS);
    (samples.count() > 0).then(|| Percentiles {
        p50: percentile(0.5),
        p90: percentile(0.9),
        p95: percentile(0.95),
        p99: percentile(0.99),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// So many trials with as many events each, as a sum over branches tells them.
    fn moments(trials: u64, events: f64) -> Moments {
        let mut moments = Moments::default();
        (0..trials).for_each(|_| moments.add(events));
        moments
    }

    fn chance(counted: &Moments, plain: &Moments) -> Figure {
        let trials = Trials {
            count: 700,
            window_seconds: 3.0 * YEAR_SECONDS,
            basis: Basis::Branches,
        };
        let events = Events {
            trials,
            counted,
            plain,
        };
        events.chance_without().chance_per_window.unwrap()
    }

    #[test]
    fn a_chance_spans_what_plain_trials_find_where_they_differ() {
        // Events that avoid each other: 1.05 a trial would leave exp(-1.05) = 35 % of the trials without, and 28 % are.
        let regular = chance(&moments(700, 1.05), &moments(505, 1.5));
        assert!((regular.estimate.unwrap() - 0.349_938).abs() < 1e-6);
        assert!(
            regular.holds(195.0 / 700.0) && regular.holds(0.25) && regular.holds(0.35),
            "{regular:?}"
        );
        let random = chance(&moments(700, 1.05), &moments(455, 1.6));
        assert!(random.low.unwrap() > 0.33, "{random:?}");
    }
}
