//! Rare failures that cost much, beside frequent ones that cost little: whoever counts failures misses what they cost.

use fivenines::math::exp_m1;

use super::case::{Case, DAY, Figure, YEAR};
use super::solved::{either, share_down};

/// Seconds of a blip, and days of a disaster.
const BLIP: f64 = 10.0;
const DISASTER: f64 = 1.5;
/// For how many days a standby is gone, and how many times as fast as writes come it takes them in afterwards.
const GONE: f64 = 4.0;
const CATCH_UP: f64 = 3.0;
/// Writes a second.
const WRITES: f64 = 10.0;

/// Fifty blips a year, and once in so many years a disaster that costs more than all of them.
pub fn blips_and_disasters(years: f64) -> Case {
    let body = format!(
        "places: {{ site: {{}} }}
faults:
  blip: {{ hits: site, every: 7d, lasts: {BLIP}s }}
  disaster: {{ hits: site, every: {years}y, lasts: {DISASTER}d }}
services:
  web: {{ runs: {{ site: 1 }} }}
journeys: {{ visit: {{ needs: [web], rate: 1/s }} }}
"
    );
    let blip = share_down(7.0 * DAY, BLIP);
    let disaster = share_down(years * YEAR, DISASTER * DAY);
    Case::down("blips", 10, &body, either(&[blip, disaster]))
}

/// A primary that fails once in so many days loses what a standby lags behind: nothing but for once in so many years, when
/// the standby was gone for days and is still catching up. Then it is what is left of that: its backlog falls evenly,
/// and counts when the primary fails for the first time.
pub fn catching_up(days: f64, years: f64) -> Case {
    let body = format!(
        "places: {{ a: {{}}, b: {{}}, c: {{}} }}
faults:
  primary: {{ hits: a, every: {days}d, lasts: 2m }}
  standby: {{ hits: b, every: {years}y, lasts: {GONE}d }}
stores:
  db:
    members: {{ primary: a, async: b }}
    replication: async
    lag: 0s
    catch-up: {CATCH_UP}
    failover:
      detect: {{ every: 10s, after: 3, from: [c], agree: 1 }}
      decide: automatic
      promote: 10s
      fail-back: {{ after: 10m, takes: 1s }}
journeys: {{ order: {{ writes: db, rate: {WRITES}/s }} }}
"
    );
    let behind = GONE / (CATCH_UP - 1.0);
    let strikes = behind / days;
    let left = 1.0 + exp_m1(-strikes) / strikes;
    let often = YEAR / (years * YEAR + GONE * DAY);
    let orphaned = often * GONE * DAY * WRITES * left;
    Case::down("catching-up", 10, &body, 0.0).asks(Figure::OrphanedPerYear, orphaned)
}
