//! Queues for crews of one: how much likelier repairs that wait for each other make it that many things are broken at once.
//!
//! While one repair is under way, whatever else strikes that the crew is for stays broken. So the chance that a set of such
//! things is broken is summed over which repair is under way and how old it is: how often one is, from the law of its
//! duration, times the chance that the others have struck since it began. For exponential repairs of things alike this is
//! k! times the chance without a queue, which is the truth (Erlang's formulas for one and for many servers; L. Kleinrock,
//! "Queueing Systems", volume I, 1975, chapter 3); where repairs are uneven it is the long ones that count. Deliberately
//! absent: what waited already when the repair began, and crews that repair several things at a time.

use std::collections::BTreeMap;

use super::drill::Set;
use super::event::{BasicEvent, What, tails};
use crate::dist::Law;
use crate::math::{exp, exp_m1, ln};
use crate::topology::{CrewId, Topology};
use crate::world::clocks::Clock;

/// How many ages of a repair are looked at, and the first of them as a share of the shortest mean duration.
const AGES: usize = 40;
const FIRST_AGE: f64 = 0.05;

/// What one crew repairs, one at a time.
#[derive(Clone, Debug)]
pub struct Queue(BTreeMap<u32, Member>);

/// A basic event of which a crew repairs all members.
#[derive(Clone, Debug)]
struct Member {
    /// The chance that so many or more are broken if nothing waits, from none to all.
    apart: Vec<f64>,
    /// For each age, the chance that a repair of it is under way that is as old.
    under_way: Vec<f64>,
    /// For each age, how long a repair that is as old goes on, on the average, seconds.
    left: Vec<f64>,
    /// For each age, the chance that so many or more have struck since, from none to all.
    struck: Vec<f64>,
    /// The same of all but the one that is being repaired.
    others_struck: Vec<f64>,
}

/// What a queue makes of a set.
#[derive(Clone, Copy, Debug)]
pub struct Wait {
    /// How many times as likely all of it is the case as if nothing waited.
    pub factor: f64,
    /// How long it then is, on the average, seconds.
    pub lasts: f64,
}

impl Queue {
    /// What waits for a crew, if that does one thing at a time.
    pub fn new(topology: &Topology, list: &[BasicEvent], crew: CrewId) -> Option<Queue> {
        // What is over at once holds up nothing.
        let waits = |event: &BasicEvent| event.crew == Some(crew) && event.lasts > 0.0;
        let events = || (0_u32..).zip(list).filter(|(_, event)| waits(event));
        let shortest = events().map(|(_, event)| event.lasts).reduce(f64::min)?;
        if topology.crews[crew.index()].size > 1 {
            return None;
        }
        let ages = ages(topology, shortest);
        let members = events().map(|(index, event)| (index, Member::new(topology, event, &ages)));
        Some(Queue(members.collect()))
    }

    /// Those of a set that the crew repairs.
    fn part_of(&self, set: &[(u32, u16)]) -> Set {
        let waits = |need: &&(u32, u16)| self.0.contains_key(&need.0);
        set.iter().filter(waits).copied().collect()
    }

    /// How much more often and longer these are broken together because they wait. All of them are for the crew to repair;
    /// nothing if it makes no difference.
    pub fn wait(&self, part: &[(u32, u16)]) -> Option<Wait> {
        if part.iter().map(|need| need.1).sum::<u16>() < 2 {
            return None;
        }
        let member = |need: &(u32, u16)| (&self.0[&need.0], usize::from(need.1));
        let members: Vec<(&Member, usize)> = part.iter().map(member).collect();
        let each_apart = members.iter().map(|(member, count)| member.apart[*count]);
        let apart: f64 = each_apart.product();
        let (mut together, mut left) = (0.0, 0.0);
        for (holding, (holder, _)) in members.iter().enumerate() {
            for (age, under_way) in holder.under_way.iter().enumerate() {
                let others = members.iter().enumerate().map(|(place, (member, count))| {
                    if place == holding {
                        member.others_struck_by(age, count - 1)
                    } else {
                        member.struck_by(age, *count)
                    }
                });
                let chance = under_way * others.product::<f64>();
                together += chance;
                left += chance * holder.left[age];
            }
        }
        (together > apart && apart > 0.0).then(|| Wait {
            factor: together / apart,
            lasts: left / together,
        })
    }
}

impl Member {
    fn new(topology: &Topology, event: &BasicEvent, ages: &[f64]) -> Member {
        let rate = event.chance / event.lasts;
        // All members of a basic event with clocks of its own are repaired alike.
        let members = match &event.what {
            What::Strike(clocks) => &clocks[..1],
            What::AnyOf(_) | What::Failure(_) => event.members(),
        };
        let laws = members.iter().filter_map(|clock| match clock {
            Clock::Fault(id) => Some(&topology.faults[id.index()].lasts),
            Clock::Alarm(_) => None,
        });
        let laws: Vec<&Law> = laws.collect();
        let as_old = |between: &[f64]| {
            let lasts = |law: &&Law| law.limited_mean(between[1]) - law.limited_mean(between[0]);
            let mean = laws.iter().map(lasts).sum::<f64>() / laws.len() as f64;
            rate * f64::from(event.size()) * mean
        };
        let trial = ages[AGES];
        let rest = |between: &[f64]| {
            let of_law = |law: &&Law| {
                let so_far = law.limited_mean(between[0]);
                (law.limited_mean(trial) - so_far, law.survival(between[0]))
            };
            let each = laws.iter().map(of_law);
            let (left, last) = each.fold((0.0, 0.0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
            if last > 0.0 { left / last } else { 0.0 }
        };
        let since = |members: u16| {
            ages.windows(2).flat_map(move |between| {
                let middle = 0.5 * (between[0] + between[1]);
                tails(members, -exp_m1(-rate * middle))
            })
        };
        Member {
            apart: (0..=event.size())
                .map(|count| event.chance_of(count))
                .collect(),
            under_way: ages.windows(2).map(as_old).collect(),
            left: ages.windows(2).map(rest).collect(),
            struck: since(event.size()).collect(),
            others_struck: since(event.size() - 1).collect(),
        }
    }

    /// The chance that so many or more have struck by an age.
    fn struck_by(&self, age: usize, count: usize) -> f64 {
        self.struck[age * self.apart.len() + count]
    }

    /// The chance that so many or more others have struck by the age of a repair of one of them.
    fn others_struck_by(&self, age: usize, count: usize) -> f64 {
        self.others_struck[age * (self.apart.len() - 1) + count]
    }
}

/// The ages of repairs, seconds: from none to a trial, in steps that grow with them.
fn ages(topology: &Topology, shortest: f64) -> Vec<f64> {
    let trial = topology.window.length.seconds() + topology.window.warm_up.seconds();
    let first = (FIRST_AGE * shortest).min(trial);
    let step = ln(trial / first) / (AGES - 1) as f64;
    let later = (0..AGES).map(|index| first * exp(step * index as f64));
    [0.0].into_iter().chain(later).collect()
}

/// What has to wait of a set, and what that makes of it, for each crew for which any of it does.
pub fn waits<'q>(
    queues: &'q [Queue],
    set: &[(u32, u16)],
) -> impl Iterator<Item = (&'q Queue, Set, Wait)> {
    queues.iter().filter_map(|queue| {
        let part = queue.part_of(set);
        let wait = queue.wait(&part)?;
        Some((queue, part, wait))
    })
}

/// How many times as likely a set is the case as if nothing waited.
pub fn queueing(queues: &[Queue], set: &[(u32, u16)]) -> f64 {
    waits(queues, set).map(|(.., wait)| wait.factor).product()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model;
    use crate::rare::event::Events;
    use crate::topology::compile::compile_parsed;

    /// What five machines are like that one person repairs by this law.
    fn five(lasts: &str) -> Events {
        let text = format!(
            "fivenines: 1
name: five
window: {{ length: 1y }}
places: {{ site: {{}} }}
crews: {{ person: 1 }}
services:
  web: {{ runs: {{ site: 5 }}, instance: {{ fails: {{ every: 100y, lasts: {lasts}, crew: person }} }} }}
journeys: {{ visit: {{ needs: [web], rate: 1/s }} }}"
        );
        let (topology, _) = compile_parsed(model::parse(&text, &[])).expect("five machines");
        Events::new(&topology)
    }

    /// Where hardly anything waits, to a tenth: `E[y^k] / E[y]^k` for k machines, whatever the law: `k!` for an exponential one.
    #[test]
    fn what_waits_is_as_likely_as_moments_of_repairs_say() {
        let uneven =
            |shape: f64| move |k: u16| (1..k).map(|i| 1.0 + f64::from(i) / shape).product();
        let lognormal = |k: u16| exp(0.49 * f64::from(k * (k - 1)) / 2.0);
        let laws: [(&str, &dyn Fn(u16) -> f64); 4] = [
            ("{ exponential: { mean: 1h } }", &uneven(1.0)),
            ("{ gamma: { mean: 1h, shape: 0.5 } }", &uneven(0.5)),
            ("{ gamma: { mean: 1h, shape: 4 } }", &uneven(4.0)),
            ("{ median: 1h, p95: 11386s }", &lognormal),
        ];
        for (law, exact) in laws {
            let events = five(law);
            for k in 2..=4 {
                let wait = events.queues[0].wait(&[(0, k)]).expect("a queue");
                let off = wait.factor / exact(k) - 1.0;
                assert!(
                    off.abs() < 0.1,
                    "{k} by {law}: {} {}",
                    wait.factor,
                    exact(k)
                );
            }
        }
    }

    /// What goes on of an exponential repair is as long at any age; one thing alone does not wait.
    #[test]
    fn an_exponential_wait_lasts_as_long_as_a_repair() {
        let events = five("{ exponential: { mean: 1h } }");
        let wait = events.queues[0].wait(&[(0, 3)]).expect("a queue");
        assert!((wait.lasts / 3600.0 - 1.0).abs() < 1e-6, "{wait:?}");
        assert!(events.queues[0].wait(&[(0, 1)]).is_none());
    }
}
