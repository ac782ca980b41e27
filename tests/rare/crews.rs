//! Repairs that wait for one person: what takes long holds up all others, whatever it is about.

use fivenines::exact::markov::Chain;

use super::case::{Case, DAY, HOUR};

/// Days between failures of a machine, and hours that its repair takes.
const UP: f64 = 100.0;
const REPAIR: f64 = 1.0;
/// Once in so many times a repair takes so many days instead.
const LONG_SHARE: f64 = 1e-5;
const LONG: f64 = 60.0;
/// Years between losses of power, and hours that they last.
const POWERED: f64 = 10.0;
const DARK: f64 = 10.0;
/// Machines on either side.
const MACHINES: usize = 3;

/// Where a machine stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Side {
    Left,
    Right,
}

/// What is broken.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Broken {
    is_dark: bool,
    /// Machines that are broken, the one that is being repaired first.
    machines: Vec<Side>,
    /// Whether that repair takes long.
    is_long: bool,
}

impl Broken {
    fn count(&self, side: Side) -> usize {
        self.machines.iter().filter(|other| **other == side).count()
    }

    /// How many machines do not work.
    fn down(&self) -> usize {
        let left = match self.is_dark {
            true => MACHINES,
            false => self.count(Side::Left),
        };
        left + self.count(Side::Right)
    }

    /// These with another repair under way, of either length.
    fn of_either_length(self, rate: f64) -> [(Broken, f64); 2] {
        let long = Broken {
            is_long: true,
            ..self.clone()
        };
        let usual = Broken {
            is_long: false,
            ..self
        };
        [
            (usual, rate * (1.0 - LONG_SHARE)),
            (long, rate * LONG_SHARE),
        ]
    }

    fn next(&self) -> Vec<(Broken, f64)> {
        let mut next = Vec::new();
        let power = Broken {
            is_dark: !self.is_dark,
            ..self.clone()
        };
        let lasts = if self.is_dark {
            DARK * HOUR
        } else {
            POWERED * 365.0 * DAY
        };
        next.push((power, 1.0 / lasts));
        for side in [Side::Left, Side::Right] {
            let mut more = self.clone();
            more.machines.push(side);
            match MACHINES - self.count(side) {
                0 => {}
                working if self.machines.is_empty() => {
                    next.extend(more.of_either_length(working as f64 / (UP * DAY)));
                }
                working => next.push((more, working as f64 / (UP * DAY))),
            }
        }
        if !self.machines.is_empty() {
            let takes = if self.is_long {
                LONG * DAY
            } else {
                REPAIR * HOUR
            };
            let mut fewer = self.clone();
            fewer.machines.remove(0);
            match fewer.machines.is_empty() {
                true => next.push((
                    Broken {
                        is_long: false,
                        ..fewer
                    },
                    1.0 / takes,
                )),
                false => next.extend(fewer.of_either_length(1.0 / takes)),
            }
        }
        next
    }
}

/// Three machines of six are needed. One side of them loses power, and then any machine of the other is one too many: that
/// is the likeliest way to an outage, but nearly all downtime comes from long repairs, of either side.
pub fn held_up() -> Case {
    let body = format!(
        "places: {{ site: {{ racks: [left, right] }} }}
crews: {{ person: 1 }}
faults:
  power: {{ hits: site/left, every: {POWERED}y, lasts: {{ exponential: {{ mean: {DARK}h }} }} }}
services:
  web:
    runs: {{ site: {} }}
    at-least: {MACHINES}
    instance:
      fails:
        every: {UP}d
        crew: person
        lasts:
          mixture:
            - {{ share: {}, law: {{ exponential: {{ mean: {REPAIR}h }} }} }}
            - {{ share: {LONG_SHARE}, law: {{ exponential: {{ mean: {LONG}d }} }} }}
journeys: {{ visit: {{ needs: [web], rate: 1/s }} }}
",
        2 * MACHINES,
        1.0 - LONG_SHARE
    );
    let chain = Chain::explore(Broken::default(), Broken::next);
    let exact = chain.interval_mean(365.0 * DAY, 1e-14, |broken| {
        f64::from(u8::from(broken.down() > MACHINES))
    });
    Case::down("held-up", 0, &body, exact)
}
