//! What is up again and not yet in use, and what is up and taken for down.

use super::case::Case;
use super::solved::share_down;

const PROBES: f64 = 10.0;
const PASSES: f64 = 60.0;
const REPAIR: f64 = 600.0;

fn pair(name: &str, every_hours: f64, more: &str, out: f64) -> Case {
    let body = format!(
        "places: {{ site: {{}} }}
services:
  app: {{ runs: {{ site: 2 }}, instance: {{ fails: {{ every: {every_hours}h, lasts: {{ fixed: {REPAIR}s }} }} }} }}
traffic:
  www:
    to: app
    at: site
    balancer:
      l7:
        tries: 2
        active: {{ every: {PROBES}s, timeout: 1s, after: 1, back-after: {PASSES}{more} }}
        none-healthy: refuse
journeys: {{ visit: {{ enters: www, rate: 10/s }} }}
"
    );
    Case::down(name, 2, &body, out * out)
}

/// The probes that an instance has to pass begin half an interval after its repair, on the average: about as long as the
/// repair took it is kept out, and as long the other one is needed.
pub fn kept_out() -> Case {
    let kept_out = (PASSES - 0.5) * PROBES;
    let out = share_down(10_000.0 * 3_600.0, REPAIR + kept_out);
    pair("kept-out", 10_000.0, "", out)
}

/// A probe in a million fails for nothing, and that is enough: instances are out by mistake far more often than because
/// they failed.
pub fn taken_for_down() -> Case {
    const FALSE: f64 = 1e-6;
    let every = 300_000.0 * 3_600.0;
    let failures = (REPAIR + (PASSES - 0.5) * PROBES) / every;
    let mistakes = PASSES * PROBES / (PROBES / FALSE);
    pair(
        "taken-for-down",
        300_000.0,
        &format!(", false-positive: {FALSE}"),
        failures + mistakes,
    )
}
