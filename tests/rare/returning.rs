//! A primary that comes back while its standby is being promoted, or during a cut, and then accepts writes beside it.

use fivenines::math::exp;

use super::case::{Case, DAY, Figure, HOUR, YEAR};

/// Seconds between probes, until the first of three is followed by the last, and of a promotion.
const PROBES: f64 = 10.0;
const CONFIRMED: f64 = 20.0;
const PROMOTION: f64 = 20.0;
/// For how many seconds a member is down that comes back during a cut.
const DOWN: f64 = 10.0 * 60.0;

/// Either member fails once in a thousand years, and is repaired after an hour on the average, exponentially. Nothing
/// fences it, so that there are two primaries if the repair falls into the 20 s in which the other one is promoted.
pub fn returning(scale: f64) -> Case {
    let every = 1_000.0 / scale;
    let lasts = "{ exponential: { mean: 1h } }";
    let body = pair("", &format!("{{ every: {every}y, lasts: {lasts} }}"));
    let per_year = YEAR / (every * YEAR + HOUR);
    let exact = per_year * returns_during_the_promotion();
    Case::down("returning", 30, &body, exact).asks(Figure::DualPrimaryPerYear, exact)
}

/// The same with members that are down for ten minutes, and a cut between them once in so many days, for so many minutes.
/// Who comes back during a cut does not hear that the other one was promoted; the cut has been there for less time than he
/// was gone.
pub fn returning_during_a_cut((days, minutes): (f64, f64), scale: f64) -> Case {
    let every = 1_000.0 / scale;
    let cut = format!("cuts: east <-> west, every: {days}d, lasts: {minutes}m");
    let faults = format!("faults: {{ cut: {{ {cut} }} }}\n");
    let body = pair(&faults, &format!("{{ every: {every}y, lasts: {DOWN}s }}"));
    let per_year = YEAR / (every * YEAR + DOWN);
    let cut_off = minutes * 60.0 / (days * DAY + minutes * 60.0);
    let exact = per_year * cut_off;
    Case::down("returning-during-a-cut", 30, &body, 0.0).asks(Figure::DualPrimaryPerYear, exact)
}

/// A pair of which either member fails like this.
fn pair(faults: &str, fails: &str) -> String {
    format!(
        "places: {{ east: {{}}, west: {{}}, witness: {{}} }}
{faults}stores:
  db:
    members: {{ primary: east, async: west }}
    member: {{ fails: {fails} }}
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
    )
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
