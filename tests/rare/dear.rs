//! Rare failures that cost much, beside frequent ones that cost little: whoever counts failures misses what they cost.

use fivenines::math::{exp, exp_m1, ln};

use super::case::{Case, DAY, Figure, HOUR, YEAR};
use super::solved::{either, share_down};

/// Seconds of a blip, and days of a disaster.
const BLIP: f64 = 10.0;
const DISASTER: f64 = 1.5;
/// The 95 % quantile of the normal law.
const NORMAL_95: f64 = 1.644_853_626_951_472_2;
/// For how many days a standby is gone, and how many times as fast as writes come it takes them in afterwards.
const GONE: f64 = 4.0;
const CATCH_UP: f64 = 3.0;
/// How many steps a day is cut into where losses are integrated.
const STEPS: f64 = 100.0;
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

/// Ten blips a year, and once in so many years something that half of the time is over in half an hour, but takes more
/// than eight hours once in twenty times: its mean square is seventeen times the square of its mean.
pub fn blips_and_long_repairs(years: f64) -> Case {
    let body = format!(
        "places: {{ site: {{}} }}
faults:
  blip: {{ hits: instances of web in site, every: 36d, lasts: 30s, effect: refuses }}
  long: {{ hits: site, every: {years}y, lasts: {{ median: 30m, p95: 8h }} }}
services:
  web: {{ runs: {{ site: 1 }} }}
journeys: {{ visit: {{ needs: [web], rate: 10/s }} }}
"
    );
    let sigma = ln(8.0 * HOUR / (0.5 * HOUR)) / NORMAL_95;
    let mean = 0.5 * HOUR * exp(0.5 * sigma * sigma);
    let blip = share_down(36.0 * DAY, 30.0);
    let long = share_down(years * YEAR, mean);
    Case::down("long-repairs", 30, &body, either(&[blip, long]))
}

/// A primary that fails once in so many days loses what a standby lags behind: nothing but for once in so many years, when
/// the standby was gone for days and is still catching up. Then it is what is left of that: its backlog falls evenly,
/// and counts when the primary fails for the first time.
pub fn catching_up(days: f64, years: f64) -> Case {
    let body = store(days, years, &["b"]);
    let behind = GONE / (CATCH_UP - 1.0);
    let strikes = behind / days;
    let left = 1.0 + exp_m1(-strikes) / strikes;
    let often = YEAR / (years * YEAR + GONE * DAY);
    let orphaned = often * GONE * DAY * WRITES * left;
    Case::down("catching-up", 10, &body, 0.0).asks(Figure::OrphanedPerYear, orphaned)
}

/// The same with two standbys: the one that lacks less is promoted, so nothing is lost unless both are gone or catching
/// up. Then the first failure of the primary counts, and makes a standby that lacks nothing.
pub fn both_behind(days: f64, years: f64) -> Case {
    let body = store(days, years, &["b", "c"]);
    let often = YEAR / (years * YEAR + GONE * DAY);
    let pairs = often * often / (YEAR / DAY);
    let orphaned = pairs * first_losses(1.0 / days) * DAY * WRITES;
    Case::down("both-behind", 10, &body, 0.0).asks(Figure::OrphanedPerYear, orphaned)
}

/// A store whose primary fails once in so many days, and the place of each standby is gone once in so many years.
fn store(days: f64, years: f64, standbys: &[&str]) -> String {
    let places = standbys.join(", ");
    let gone = |place: &&str| {
        format!("  gone-{place}: {{ hits: {place}, every: {years}y, lasts: {GONE}d }}\n")
    };
    let faults: String = standbys.iter().map(gone).collect();
    format!(
        "places: {{ a: {{}}, b: {{}}, c: {{}}, d: {{}} }}
faults:
  primary: {{ hits: a, every: {days}d, lasts: 2m }}
{faults}stores:
  db:
    members: {{ primary: a, async: [{places}] }}
    replication: async
    lag: 0s
    catch-up: {CATCH_UP}
    failover:
      detect: {{ every: 10s, after: 3, from: [d], agree: 1 }}
      decide: automatic
      promote: 10s
      fail-back: {{ after: 10m, takes: 1s }}
journeys: {{ order: {{ writes: db, rate: {WRITES}/s }} }}
"
    )
}

/// What a failure of the primary loses first, with so many failures a day, in days of writes: the mean for each moment at
/// which the second standby may be struck, relative to the first, summed up over days.
fn first_losses(failures: f64) -> f64 {
    let length = GONE + GONE / (CATCH_UP - 1.0);
    let steps = |days: f64| (0..(days * STEPS) as usize).map(|step| (step as f64 + 0.5) / STEPS);
    let of_offset = |offset: f64| {
        let (mut sum, mut exposed) = (0.0, 0.0);
        for since in steps(length + offset) {
            let lacks = [lacks(since), lacks(since - offset)];
            let least = lacks.into_iter().flatten().reduce(f64::min);
            if let Some(loss) = least.filter(|loss| *loss > 0.0) {
                sum += loss * failures * exp(-failures * exposed) / STEPS;
                exposed += 1.0 / STEPS;
            }
        }
        sum
    };
    // Either may be the first.
    2.0 * steps(length).map(of_offset).sum::<f64>() / STEPS
}

/// How many days of writes a standby lacks so many days after it was struck; nothing while it is gone.
fn lacks(since: f64) -> Option<f64> {
    if since < 0.0 {
        Some(0.0)
    } else if since < GONE {
        None
    } else {
        Some((GONE - (since - GONE) * (CATCH_UP - 1.0)).max(0.0))
    }
}
