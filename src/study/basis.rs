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

    /// The chance that a trial has none of these events.
    fn chance_of_none(self, events: &Moments) -> Figure {
        match self.basis {
            Basis::Plain => intervals::proportion(self.count - events.nonzero(), self.count),
            Basis::Branches => {
                intervals::chance_of_any(&weighted::mean(events, self.count)).complement()
            }
        }
    }

    /// The chance that a trial has any of these events.
    pub fn chance_of_any(self, events: &Moments) -> Figure {
        match self.basis {
            Basis::Plain => intervals::proportion(events.nonzero(), self.count),
            Basis::Branches => intervals::chance_of_any(&weighted::mean(events, self.count)),
        }
    }

    /// A chance in the window as (per year, per window): one of the two.
    fn by_window(self, figure: Figure) -> (Option<Figure>, Option<Figure>) {
        if self.is_a_year() {
            (Some(figure), None)
        } else {
            (None, Some(figure))
        }
    }

    /// The chance of any of these events, per year and per window: one of the two.
    pub fn chances(self, events: &Moments) -> (Option<Figure>, Option<Figure>) {
        self.by_window(self.chance_of_any(events))
    }

    /// The chance of none of these events.
    pub fn chance_without(self, events: &Moments) -> Chance {
        let (chance_per_year, chance_per_window) = self.by_window(self.chance_of_none(events));
        Chance {
            chance_per_year,
            chance_per_window,
        }
    }

    /// The chance that an objective is met which each of these events misses.
    pub fn chance_met(self, missed: &Moments) -> ChanceMet {
        let Chance {
            chance_per_year,
            chance_per_window,
        } = self.chance_without(missed);
        ChanceMet {
            chance_met_per_month: None,
            chance_met_per_year: chance_per_year,
            chance_met_per_window: chance_per_window,
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

fn percentiles(samples: &Samples) -> Option<Percentiles> {
    let percentile = |level| intervals::percentile(samples, level).in_unit(unit::SECONDS);
    (samples.count() > 0).then(|| Percentiles {
        p50: percentile(0.5),
        p90: percentile(0.9),
        p95: percentile(0.95),
        p99: percentile(0.99),
    })
}
