//! A fate that zones of two regions share, and a single cause that strikes once in a million years.

use super::case::{Case, HOUR, YEAR};
use super::solved::{at_least_down, either, share_down};

/// Two regions of two zones, of which two zones are needed; the power of the first zones of both fails together, and
/// each zone fails by itself.
pub fn shared_power(scale: f64) -> Case {
    let (power, zone) = (20.0 / scale, 2.0 / scale);
    let body = format!(
        "places: {{ east: {{ zones: [a, b] }}, west: {{ zones: [a, b] }} }}
faults:
  power: {{ hits: {{ together: [east/a, west/a] }}, every: {power}y, lasts: 6h }}
  zone: {{ hits: each zone, every: {zone}y, lasts: {{ lognormal: {{ mean: 4h, median: 2h }} }} }}
services:
  app: {{ runs: {{ east/a: 1, east/b: 1, west/a: 1, west/b: 1 }} }}
journeys:
  visit:
    needs: [ {{ at-least: {{ count: 2, of: [app@east/a, app@east/b, app@west/a, app@west/b] }} }} ]
    rate: 10/s
"
    );
    let power = share_down(power * YEAR, 6.0 * HOUR);
    let zone = share_down(zone * YEAR, 4.0 * HOUR);
    let exact = power * either(&[zone, zone]) + (1.0 - power) * at_least_down(3, 4, zone);
    Case::down("shared-power", 30, &body, exact)
}

/// The only instance is gone for four hours, once in a million years.
pub fn single_cause(scale: f64) -> Case {
    let every = 1_000_000.0 / scale;
    let body = format!(
        "places: {{ site: {{}} }}
faults:
  flood: {{ hits: site, every: {every}y, lasts: {{ gamma: {{ mean: 4h, shape: 2 }} }} }}
services:
  app: {{ runs: {{ site: 1 }} }}
journeys: {{ visit: {{ needs: [app], rate: 10/s }} }}
"
    );
    let exact = share_down(every * YEAR, 4.0 * HOUR);
    Case::down("single-cause", 10, &body, exact)
}
