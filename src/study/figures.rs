//! From the tally of a study to the figures of its result.
//!
//! Deliberately absent: the statistics themselves (see `estimate`), which of them serves what (see `basis`), and the form
//! of the document (see `result`).

use indexmap::IndexMap;

use super::basis::{Events, Trials};
use super::result::*;
use super::sources::{JourneySources, OfStore, StoreSources};
use crate::estimate::figure::unit;
use crate::estimate::intervals;
use crate::measure::{Loss, Recovery, Requests, Samples, Stage};
use crate::time::YEAR_SECONDS;
use crate::topology::{Journey, Scope, Store};

/// The key of figures over all scopes.
pub const ANY_SCOPE: &str = "any";

const WRITES: &str = "writes";
const BYTES: &str = "bytes";

impl RequestFigures {
    /// Availability of requests and time.
    pub(super) fn of(
        (requests, lost): (Trials, &Requests),
        (time, down): (Trials, &Requests),
    ) -> RequestFigures {
        let unavailability = RequestAndTime {
            request: requests.share(&lost.lost),
            time: time.share(&down.down),
        };
        RequestFigures {
            availability: RequestAndTime {
                request: unavailability.request.clone().complement(),
                time: unavailability.time.clone().complement(),
            },
            unavailability,
        }
    }
}

impl JourneySources<'_> {
    /// The figures of this journey.
    pub(super) fn figures(&self, journey: &Journey) -> JourneyFigures {
        let (of_requests, losses) = self.requests;
        let (of_outages, outages) = self.outages;
        let (of_counts, counts) = self.counts;
        let (of_lost_periods, lost_periods) = self.losses_of_periods;
        let (of_down_periods, down_periods) = self.outages_of_periods;
        let requests = RequestFigures::of(
            (of_requests, &losses.requests),
            (of_outages, &outages.requests),
        );
        JourneyFigures {
            downtime_per_year: requests
                .unavailability
                .time
                .clone()
                .scaled(YEAR_SECONDS)
                .in_unit(unit::SECONDS_PER_YEAR),
            availability: requests.availability,
            unavailability: requests.unavailability,
            outages_per_year: of_counts.per_year(&counts.outages),
            outage_duration: distribution(&outages.outage_seconds),
            rto: by_scope(&outages.rto, &outages.rto_by_scope, recovery_figures),
            downtime_distribution: of_down_periods.downtime_distribution(down_periods),
            no_outage: self.outage_periods.chance_without(),
            objective: ObjectiveFigures {
                availability: journey
                    .objective
                    .availability
                    .map(|_| of_lost_periods.availability_met(journey, lost_periods)),
                rto: journey.objective.rto.map(|_| self.rto_missed.chance_met()),
            },
        }
    }
}

fn recovery_figures(recovery: &Recovery) -> RecoveryFigures {
    let Distribution {
        mean,
        p50,
        p95,
        p99,
    } = distribution(&recovery.seconds);
    let any = (recovery.seconds.trials() > 0).then_some(Stage::ALL);
    let none = Samples::default();
    let stages = any.into_iter().flatten().map(|stage| {
        let seconds = recovery.stages.get(&stage).unwrap_or(&none);
        let mean = intervals::part_mean(seconds, &recovery.seconds, &mean);
        (stage.name().to_owned(), Mean { mean })
    });
    let stages = stages.collect();
    RecoveryFigures {
        mean,
        p50,
        p95,
        p99,
        stages,
    }
}

impl StoreSources<'_> {
    /// The figures of this store; `rpo_promised` says whether a journey that writes here has an objective for it.
    pub(super) fn figures(&self, store: &Store, rpo_promised: bool) -> StoreFigures {
        let (trials, tally) = self.losses;
        StoreFigures {
            rpo: by_scope(&tally.rpo, &tally.rpo_by_scope, |loss| {
                loss_figures(loss, store.write_bytes)
            }),
            lost_writes_per_year: trials.writes_per_year(&tally.rpo.lost_writes),
            orphaned_writes_per_year: trials.writes_per_year(&tally.rpo.orphaned_writes),
            recovered_writes_per_year: trials.writes_per_year(&tally.rpo.recovered_writes),
            loss_events_per_year: trials.per_year(&tally.loss_events),
            promotions_per_year: trials.per_year(&tally.promotions),
            dual_primary: dual_primary(self.dual_primaries, self.any_dual_primary),
            split_brain: split_brain(self.split_brains, self.any_split_brain),
            degraded: DegradedFigures {
                seconds_per_year: trials.seconds_per_year(&tally.degraded_seconds),
            },
            objective: StoreObjectiveFigures {
                rpo: rpo_promised.then(|| self.rpo_missed.chance_met()),
            },
        }
    }
}

fn dual_primary((trials, tally): OfStore<'_>, any: Events<'_>) -> DualPrimaryFigures {
    let (chance_per_year, chance_per_window) = any.chances();
    let episodes = &tally.dual_primary;
    DualPrimaryFigures {
        chance_per_year,
        chance_per_window,
        per_year: trials.per_year(&episodes.count),
        overlap: mean_of(&episodes.seconds, unit::SECONDS),
    }
}

fn split_brain((trials, tally): OfStore<'_>, any: Events<'_>) -> SplitBrainFigures {
    let (chance_per_year, chance_per_window) = any.chances();
    let episodes = &tally.split_brain;
    SplitBrainFigures {
        chance_per_year,
        chance_per_window,
        per_year: trials.per_year(&episodes.count),
        overlap: mean_of(&episodes.seconds, unit::SECONDS),
        divergent_writes: mean_of(&episodes.divergent_writes, WRITES),
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
