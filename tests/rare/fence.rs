//! A fence that fails once in a million failovers, and leaves two primaries.

use fivenines::math::exp;

use super::case::{Case, Figure, YEAR};

/// Seconds that a cut lasts.
const CUT_LASTS: f64 = 300.0;

/// Seconds until a primary that was not fenced steps down, and until it is then a standby.
const STEPS_DOWN: f64 = 10.0;
const REJOINS: f64 = 300.0;

/// The regions lose each other once a year. Whoever is standby finds the primary gone within 32 s, fences it and is
/// promoted within 35 s more, long before the cut is over; the old primary lives and has callers of its own. If the
/// fence fails, they part.
pub fn fence(fails: f64, scale: f64) -> Case {
    let every = 1.0 / scale;
    let works = 1.0 - fails;
    let body = format!(
        "places: {{ east: {{ zones: [a] }}, west: {{ zones: [a] }} }}
faults:
  cut: {{ cuts: east <-> west, every: {every}y, lasts: {{ fixed: {CUT_LASTS}s }} }}
services: {{ app: {{ runs: {{ east: 1, west: 1 }} }} }}
stores:
  db:
    members: {{ primary: east/a, async: west/a }}
    replication: async
    failover:
      detect: {{ every: 10s, after: 3, timeout: 2s }}
      fence: {{ stonith: {{ works: {works}, takes: 5s, otherwise: promote }} }}
      promote: 20s
      redirect: 10s
      steps-down: {STEPS_DOWN}s
      rejoin: {REJOINS}s
traffic:
  east: {{ to: app, at: east }}
  west: {{ to: app, at: west }}
journeys:
  east: {{ enters: east, writes: db, rate: 100/s }}
  west: {{ enters: west, writes: db, rate: 50/s }}
"
    );
    let exact = splits_per_cut(fails, every * YEAR) * YEAR / (every * YEAR + CUT_LASTS);
    Case::down("fence", 30, &body, exact).asks(Figure::SplitBrainPerYear, exact)
}

/// Split brains of a cut.
///
/// After a cut, the old primary steps down if it was not fenced, and is a standby five minutes later; a cut before that
/// finds nobody to promote. A cut that finds it still accepting writes parts the two again. So the cuts are a chain of
/// two states, by whether the old primary still accepts when a cut ends, and the time to the next cut is exponential.
fn splits_per_cut(fails: f64, every: f64) -> f64 {
    let no_cut_for = |seconds: f64| exp(-seconds / every);
    let from_accepting = no_cut_for(STEPS_DOWN + REJOINS);
    let from_stopped = no_cut_for(REJOINS);
    let still_accepting = 1.0 - no_cut_for(STEPS_DOWN);
    let enters = from_stopped * fails;
    let leaves = 1.0 - from_accepting * fails - still_accepting;
    let accepting = enters / (enters + leaves);
    let failovers = accepting * from_accepting + (1.0 - accepting) * from_stopped;
    fails * failovers + accepting * still_accepting
}
