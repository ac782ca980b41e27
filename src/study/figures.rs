//! From the tally of a study to the figures of its result.
//!
//! One place knows the length of the window, so "per year" means the same in every figure. Deliberately absent: the
//! statistics themselves (see `estimate`) and the form of the document (see `result`).

use indexmap::IndexMap;

use super::result::*;
use crate::estimate::figure::unit;
use crate::estimate::{Figure, intervals};
use crate::measure::{
    Episodes, JourneyTally, Loss, Moments, Ratio, Recovery, Requests, Samples, Stage, StoreTally,
};
use crate::time::YEAR_SECONDS;
use crate::topology::{Journey, Scope, Store};

/// The key of figures over all scopes.
pub const ANY_SCOPE: &str = "any";

const WRITES: &str = "writes";
const WRITES_PER_YEAR: &str = "writes/y";
const BYTES: &str = "bytes";

/// How many trials of what length.
#[derive(Clone, Copy, Debug)]
pub(super) struct Trials {
    /// How many.
    pub count: u64,
    /// The length of the window, seconds.
    pub window_seconds: f64,
}

impl Trials {
    fn years(self) -> f64 {
        self.window_seconds / YEAR_SECONDS
    }

    fn is_a_year(self) -> bool {
        self.window_seconds == YEAR_SECONDS
    }

    /// Seconds per year, of something that a trial has at most for its whole window.
    pub fn seconds_per_year(self, seconds: &Moments) -> Figure {
        intervals::mean(seconds, self.count, Some(self.window_seconds))
            .scaled(1.0 / self.years())
            .in_unit(unit::SECONDS_PER_YEAR)
    }

    fn writes_per_year(self, writes: &Moments) -> Figure {
        intervals::mean(writes, self.count, None)
            .scaled(1.0 / self.years())
            .in_unit(WRITES_PER_YEAR)
    }

    fn per_year(self, events: &Moments) -> Figure {
        intervals::rate(events, self.count, self.years()).in_unit(unit::PER_YEAR)
    }

    fn chance(self, trials_with: u64) -> Figure {
        intervals::proportion(trials_with, self.count)
    }

    /// A chance in the window as (per year, per window): one of the two.
    fn by_window(self, figure: Figure) -> (Option<Figure>, Option<Figure>) {
        if self.is_a_year() {
            (Some(figure), None)
        } else {
            (None, Some(figure))
        }
    }

    fn chance_met(self, trials_met: u64) -> ChanceMet {
        let (year, window) = self.by_window(self.chance(trials_met));
        ChanceMet {
            chance_met_per_month: None,
            chance_met_per_year: year,
            chance_met_per_window: window,
        }
    }

    /// The share of periods that have a property; nothing if the window is too short for one.
    fn share_of_periods(self, periods: &Ratio) -> Option<Figure> {
        (periods.denominator() > 0.0).then(|| intervals::clustered_proportion(periods, self.count))
    }

    /// Availability of requests and time.
    pub fn requests(self, requests: &Requests) -> RequestFigures {
        let unavailability = RequestAndTime {
            request: intervals::share(&requests.lost, self.count),
            time: intervals::share(&requests.down, self.count),
        };
        RequestFigures {
            availability: RequestAndTime {
                request: unavailability.request.clone().complement(),
                time: unavailability.time.clone().complement(),
            },
            unavailability,
        }
    }

    /// The figures of one journey.
    pub fn journey(self, journey: &Journey, tally: &JourneyTally) -> JourneyFigures {
        let requests = self.requests(&tally.requests);
        let (no_outage_year, no_outage_window) =
            self.by_window(self.chance(self.count - tally.outages.nonzero()));
        JourneyFigures {
            downtime_per_year: requests
                .unavailability
                .time
                .clone()
                .scaled(YEAR_SECONDS)
                .in_unit(unit::SECONDS_PER_YEAR),
            availability: requests.availability,
            unavailability: requests.unavailability,
            outages_per_year: self.per_year(&tally.outages),
            outage_duration: distribution(&tally.outage_seconds),
            rto: by_scope(&tally.rto, &tally.rto_by_scope, |recovery| {
                self.recovery(recovery)
            }),
            downtime_distribution: DowntimeDistribution {
                year: percentiles(&tally.year_seconds),
                month: percentiles(&tally.month_seconds),
            },
            no_outage: Chance {
                chance_per_year: no_outage_year,
                chance_per_window: no_outage_window,
            },
            objective: self.journey_objective(journey, tally),
        }
    }

    fn journey_objective(self, journey: &Journey, tally: &JourneyTally) -> ObjectiveFigures {
        ObjectiveFigures {
            availability: journey.objective.availability.map(|_| ChanceMet {
                chance_met_per_month: self.share_of_periods(&tally.months_met),
                chance_met_per_year: self.share_of_periods(&tally.years_met),
                chance_met_per_window: None,
            }),
            rto: journey
                .objective
                .rto
                .map(|_| self.chance_met(self.count - tally.rto_missed.nonzero())),
        }
    }

    fn recovery(self, recovery: &Recovery) -> RecoveryFigures {
        let Distribution {
            mean,
            p50,
            p95,
            p99,
        } = distribution(&recovery.seconds);
        let stages = Stage::ALL.iter().filter_map(|stage| {
            let seconds = recovery.stages.get(stage)?;
            let mean = intervals::ratio(seconds, self.count, None).in_unit(unit::SECONDS);
            Some((stage.name().to_owned(), Mean { mean }))
        });
        RecoveryFigures {
            mean,
            p50,
            p95,
            p99,
            stages: stages.collect(),
        }
    }

    /// The figures of one store; `rpo_promised` says whether a journey that writes here has an objective for it.
    pub fn store(self, store: &Store, tally: &StoreTally, rpo_promised: bool) -> StoreFigures {
        StoreFigures {
            rpo: by_scope(&tally.rpo, &tally.rpo_by_scope, |loss| {
                loss_figures(loss, store.write_bytes)
            }),
            lost_writes_per_year: self.writes_per_year(&tally.rpo.lost_writes),
            orphaned_writes_per_year: self.writes_per_year(&tally.rpo.orphaned_writes),
            recovered_writes_per_year: self.writes_per_year(&tally.rpo.recovered_writes),
            loss_events_per_year: self.per_year(&tally.loss_events),
            promotions_per_year: self.per_year(&tally.promotions),
            dual_primary: self.dual_primary(&tally.dual_primary),
            split_brain: self.split_brain(&tally.split_brain),
            degraded: DegradedFigures {
                seconds_per_year: self.seconds_per_year(&tally.degraded_seconds),
            },
            objective: StoreObjectiveFigures {
                rpo: rpo_promised.then(|| self.chance_met(self.count - tally.rpo_missed.nonzero())),
            },
        }
    }

    fn dual_primary(self, episodes: &Episodes) -> DualPrimaryFigures {
        let (chance_per_year, chance_per_window) =
            self.by_window(self.chance(episodes.count.nonzero()));
        DualPrimaryFigures {
            chance_per_year,
            chance_per_window,
            per_year: self.per_year(&episodes.count),
            overlap: mean_of(&episodes.seconds, unit::SECONDS),
        }
    }

    fn split_brain(self, episodes: &Episodes) -> SplitBrainFigures {
        let (chance_per_year, chance_per_window) =
            self.by_window(self.chance(episodes.count.nonzero()));
        SplitBrainFigures {
            chance_per_year,
            chance_per_window,
            per_year: self.per_year(&episodes.count),
            overlap: mean_of(&episodes.seconds, unit::SECONDS),
            divergent_writes: mean_of(&episodes.divergent_writes, WRITES),
        }
    }
}

fn by_scope<T, F>(
    all: &T,
    scoped: &std::collections::BTreeMap<Scope, T>,
    figures: impl Fn(&T) -> F,
) -> IndexMap<String, F> {
    let mut map = IndexMap::from([(ANY_SCOPE.to_owned(), figures(all))]);
    let named = |scope: &Scope| Some((scope.name().to_owned(), figures(scoped.get(scope)?)));
    map.extend(Scope::ALL.iter().filter_map(named));
    map
}

fn mean_of(samples: &Samples, unit: &'static str) -> Mean {
    Mean {
        mean: intervals::sample_mean(samples).in_unit(unit),
    }
}

fn distribution(samples: &Samples) -> Distribution {
    let percentile = |level| intervals::percentile(samples, level).in_unit(unit::SECONDS);
    Distribution {
        mean: intervals::sample_mean(samples).in_unit(unit::SECONDS),
        p50: percentile(0.5),
        p95: percentile(0.95),
        p99: percentile(0.99),
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

fn loss_figures(loss: &Loss, write_bytes: f64) -> LossFigures {
    let tail = |samples: &Samples, factor: f64, unit: &'static str| Tail {
        mean: intervals::sample_mean(samples).scaled(factor).in_unit(unit),
        p95: intervals::percentile(samples, 0.95)
            .scaled(factor)
            .in_unit(unit),
        p99: intervals::percentile(samples, 0.99)
            .scaled(factor)
            .in_unit(unit),
    };
    LossFigures {
        seconds: tail(&loss.seconds, 1.0, unit::SECONDS),
        writes: tail(&loss.writes, 1.0, WRITES),
        bytes: tail(&loss.writes, write_bytes, BYTES),
    }
}
