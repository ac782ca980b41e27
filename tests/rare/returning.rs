//! A primary that comes back while its standby is being promoted, and then accepts writes beside it.

use fivenines::math::exp;

use super::case::{Case, Figure, HOUR, YEAR};

/// Seconds between probes, until the first of three is followed by the last, and of a promotion.
const PROBES: f64 = 10.0;
const CONFIRMED: f64 = 20.0;
const PROMOTION: f64 = 20.0;

/// Either member fails once in a thousand years, and is repaired after an hour on the average, exponentially. Nothing
/// fences it, so that there are two primaries if the repair falls into the 20 s in which the other one is promoted.
pub fn returning(scale: f64) -> Case {
    let every = 1_000.0 / scale;
    let body = format!(
        "places: {{ east: {{}}, west: {{}}, witness: {{}} }}
stores:
  db:
    members: {{ primary: east, async: west }}
    member: {{ fails: {{ every: {every}y, lasts: {{ exponential: {{ mean: 1h }} }} }} }}
    replication: async
    failover:
      detect: {{ every: {PROBES}s, after: 3, from: [witness], agree: 1 }}
      fence: none
      promote: {PROMOTION}s
      redirect: 5s
      steps-down: 10s
      rejoin: 5m
journeys: {{ order: {{ writes: db, rate: 10/s }} }}
"
    );
    let per_year = YEAR / (every * YEAR + HOUR);
    let exact = per_year * returns_during_the_promotion();
    Case::down("returning", 30, &body, exact).asks(Figure::DualPrimaryPerYear, exact)
}

/// The chance that a repair falls into the promotion.
///
/// The first probe that fails comes after a uniform part of an interval, the third two intervals later, and the promotion
/// begins at that moment. A repair before it is met by a probe, and one after the promotion finds a primary that it
/// follows. That one finds the other down, and both accept writes once that is back, takes a second failure within about
/// the hour: one in twenty million failures, beside one in two hundred.
fn returns_during_the_promotion() -> f64 {
    let still_down_after = |seconds: f64| exp(-seconds / HOUR);
    let first_probe = HOUR / PROBES * (1.0 - still_down_after(PROBES));
    first_probe * still_down_after(CONFIRMED) * (1.0 - still_down_after(PROMOTION))
}
