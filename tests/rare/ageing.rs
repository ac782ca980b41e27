//! Parts that wear out, with Weibull and gamma laws between failures.
//!
//! Only means count in the long run. The long run is reached slowly, though: a repair delays the next failures, and
//! this fades over several lives, not over several repairs. The warm-up is therefore five lives and more.

use super::case::{Case, DAY, HOUR};
use super::solved::{at_least_down, either, share_down};

/// Two of four disks (Weibull) and one of three fans (gamma) are needed.
pub fn ageing(scale: f64) -> Case {
    let (disk, fan) = (40.0 / scale, 20.0 / scale);
    let body = format!(
        "places: {{ site: {{}} }}
services:
  disk:
    runs: {{ site: 4 }}
    at-least: 2
    instance: {{ fails: {{ every: {{ weibull: {{ shape: 2, mean: {disk}d }} }}, lasts: {{ gamma: {{ mean: 1h, shape: 2 }} }} }} }}
  fan:
    runs: {{ site: 3 }}
    instance: {{ fails: {{ every: {{ gamma: {{ shape: 3, mean: {fan}d }} }}, lasts: {{ lognormal: {{ mean: 1h, median: 30m }} }} }} }}
journeys: {{ work: {{ needs: [disk, fan], rate: 10/s }} }}
"
    );
    let disks = at_least_down(3, 4, share_down(disk * DAY, HOUR));
    let fans = at_least_down(3, 3, share_down(fan * DAY, HOUR));
    Case::down("ageing", 200, &body, either(&[disks, fans]))
}

/// A pair that never fails within ten days of a repair: what was just repaired cannot strike.
pub fn late() -> Case {
    let body = "places: { site: {} }
services:
  app:
    runs: { site: 2 }
    instance: { fails: { every: { uniform: { from: 10d, to: 50d } }, lasts: { fixed: 2h } } }
journeys: { work: { needs: [app], rate: 10/s } }
";
    let exact = at_least_down(2, 2, share_down(30.0 * DAY, 2.0 * HOUR));
    Case::down("late", 200, body, exact)
}
