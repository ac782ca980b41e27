//! Coverage of the intervals of weighted totals, heavy tails among them.

use super::{Mergeable, STUDIES, TOLERANCE, assert_conservative, assert_nominal, normal};
use crate::estimate::intervals::weighted;
use crate::estimate::stopping::{Plan, Progress, Reason, Session};
use crate::estimate::{Figure, Trust};
use crate::math::exp;
use crate::measure::{Moments, Ratio};
use crate::rng::{Entity, Purpose, Stream};

impl Mergeable for Moments {
    fn merge(&mut self, other: &Moments) {
        Moments::merge(self, other);
    }
}

/// Totals of which a share is positive, with a lognormal weight of median 1 and this spread.
fn totals(stream: &mut Stream, trials: u64, positive: f64, sigma: f64) -> Moments {
    let mut totals = Moments::default();
    for _ in 0..trials {
        if stream.uniform() < positive {
            totals.add(exp(sigma * normal(stream)));
        }
    }
    totals
}

fn mean(positive: f64, sigma: f64) -> f64 {
    positive * exp(0.5 * sigma * sigma)
}

#[test]
fn weights_of_a_moderate_spread() {
    for (sigma, trials) in [
        (0.5, 300),
        (1.0, 100),
        (1.0, 1_000),
        (1.5, 100),
        (1.5, 1_000),
    ] {
        assert_conservative("moderate weights", mean(1.0, sigma), |s| {
            weighted::mean(&totals(s, trials, 1.0, sigma), trials)
        });
    }
}

/// As branches have them: each trial has a total, and none is far from the others.
#[test]
fn totals_that_are_alike() {
    for trials in [128, 192, 500] {
        assert_nominal("alike totals", mean(1.0, 0.25), |s| {
            weighted::mean(&totals(s, trials, 1.0, 0.25), trials)
        });
    }
}

/// The gamma interval of plain simulation holds the mean of a hundred such totals in 83 % of the studies.
#[test]
fn weights_of_a_great_spread() {
    for trials in [100, 1_000, 3_000] {
        assert_conservative("great weights", mean(1.0, 2.0), |s| {
            weighted::mean(&totals(s, trials, 1.0, 2.0), trials)
        });
    }
}

#[test]
fn few_weighted_totals_err_on_the_safe_side() {
    for sigma in [0.5, 1.0, 1.5] {
        assert_conservative("few totals", mean(0.02, sigma), |s| {
            weighted::rate(&totals(s, 300, 0.02, sigma), 300, 1.0)
        });
    }
}

/// Hours lost of hours offered, where the loss is weighted and hours are not.
#[test]
fn shares_of_weighted_losses() {
    assert_conservative("weighted share", 1e-9 * mean(0.5, 1.0), |s| {
        let mut lost = Ratio::default();
        for _ in 0..1_000 {
            let loss = totals(s, 1, 0.5, 1.0).sum();
            lost.add(8_760e-9 * loss, 8_760.0 * (0.9 + 0.2 * s.uniform()));
        }
        weighted::share(&lost, 1_000)
    });
}

/// What cannot be covered is flagged: with a spread of 3 hardly any study is trusted.
#[test]
fn hopeless_weights_are_not_trusted() {
    let mut believed = 0;
    for seed in 1..=STUDIES {
        let mut stream = Stream::new(seed, 0, Entity::named("hopeless"), Purpose(1));
        let totals = totals(&mut stream, 1_000, 1.0, 3.0);
        let wrong = !weighted::mean(&totals, 1_000).holds(mean(1.0, 3.0));
        believed += u64::from(wrong && Trust::of(&totals, 1_000).trustworthy);
    }
    assert!(believed as f64 <= TOLERANCE * STUDIES as f64, "{believed}");
}

fn precise(stream: &mut Stream, sigma: f64, relative: f64) -> Figure {
    let plan = Plan::Precision {
        relative,
        max_trials: 1_000_000,
    };
    let progress = |tally: &Moments, trials: u64| {
        let trust = Trust::of(tally, trials);
        vec![Progress::of_weighted(
            &weighted::mean(tally, trials),
            &trust,
        )]
    };
    let mut session = Session::new(plan, Moments::default(), progress);
    while session.finished().is_none() {
        for block in session.wanted() {
            let trials = session.trials_of(block);
            let tally = totals(stream, trials.end - trials.start, 0.7, sigma);
            session.absorb(block, &tally);
        }
    }
    assert_eq!(session.finished(), Some(Reason::PrecisionReached));
    weighted::mean(session.tally(), session.trials())
}

#[test]
fn weights_with_the_stopping_rule() {
    for (sigma, relative) in [(0.5, 0.1), (1.0, 0.1), (1.5, 0.2), (2.0, 0.3), (2.0, 0.2)] {
        assert_conservative("stopped weights", mean(0.7, sigma), |s| {
            precise(s, sigma, relative)
        });
    }
}
