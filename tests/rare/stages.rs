//! A promotion that fails once in ten thousand, and then takes weeks: next to nothing of the outages, and most of the
//! downtime.

use fivenines::math::exp;

use super::case::{Case, DAY, YEAR};

const MEAN: f64 = 50.0 * YEAR;
/// Detection: the third probe of a phase between two; then the promotion and the redirection.
const USUAL: f64 = 25.0 + 20.0 + 5.0;
const BY_HAND: f64 = 20.0 * DAY;
const FAILS: f64 = 1e-4;

/// The primary crashes once in fifty years, for a month, and once only: the standby stays primary.
pub fn promotion() -> Case {
    let body = format!(
        "places: {{ east: {{}}, west: {{}}, witness: {{}} }}
faults: {{ crash: {{ hits: member db@east, every: 50y, lasts: {{ fixed: 30d }} }} }}
stores:
  db:
    members: {{ primary: east, async: west }}
    replication: async
    failover:
      detect: {{ every: 10s, after: 3, from: [witness], agree: 1 }}
      promote: {{ takes: {{ fixed: 20s }}, works: {}, otherwise: {{ fixed: 20d }} }}
      redirect: 5s
journeys: {{ order: {{ writes: db, rate: 10/s }} }}
",
        1.0 - FAILS
    );
    // From a crash at each moment of the year to its end, or for as long as it takes.
    let steps = 100_000;
    let lost = |step: i32| {
        let at = (f64::from(step) + 0.5) / f64::from(steps) * YEAR;
        let left = YEAR - at;
        let mean = (1.0 - FAILS) * USUAL.min(left) + FAILS * (USUAL + BY_HAND).min(left);
        exp(-at / MEAN) * mean
    };
    let total: f64 = (0..steps).map(lost).sum();
    Case::down("promotion", 0, &body, total / f64::from(steps) / MEAN)
}
