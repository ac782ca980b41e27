//! The first hours of a system that starts new: not a long run, but the mean over an interval.

use super::case::{Case, Figure, HOUR};
use super::solved::one_crew;

/// Hours that are measured, and hours until a machine breaks and until the one person has repaired it.
const MEASURED: f64 = 12.0;
const UP: f64 = 2_000.0;
const DOWN: f64 = 4.0;

/// Three machines of which one is needed, over their first twelve hours.
pub fn first_hours(scale: f64) -> Case {
    let up = UP / scale;
    let yaml = format!(
        "fivenines: 1
name: first-hours
window: {{ length: {MEASURED}h, start: new }}
places: {{ site: {{}} }}
crews: {{ person: 1 }}
services:
  machine: {{ runs: {{ site: 3 }}, instance: {{ fails: {{ every: {up}h, lasts: {{ mean: {DOWN}h }}, crew: person }} }} }}
journeys: {{ work: {{ needs: [machine], rate: 10/s }} }}
"
    );
    let all_broken = |broken: &u32| f64::from(u8::from(*broken == 3));
    Case {
        name: "first-hours".to_owned(),
        yaml,
        exact: one_crew(3, up, DOWN).interval_mean(MEASURED * HOUR, 1e-16, all_broken),
        figure: Figure::UnavailabilityTime,
    }
}
