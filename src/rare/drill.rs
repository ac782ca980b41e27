//! Drills: what a set of basic events leads to, found out by letting the engine run it once.
//!
//! All strike at the same moment, every delay takes its median, nothing else strikes, and all is repaired after the
//! time for which such faults overlap on the average. So whatever mechanism turns faults into outages, loss or split
//! brains is known here without a second description of it. A drill guides a search and never enters a figure.

use std::collections::BTreeSet;

use super::event::{Events, What, parts_hit};
use super::guide::{Target, targets};
use crate::dist::Law;
use crate::engine::{Chance, DrawId};
use crate::measure::{Observers, Totals, Windowed};
use crate::time::{Span, Time};
use crate::topology::{PartId, Topology};
use crate::world::clocks::Clock;
use crate::world::{Layout, World};

/// Overlaps longer than this are cut off: repairs can be slow without bound.
const LONGEST_OVERLAP: Span = Span(30 * 86_400_000_000_000);
/// How long a drill is followed after everything is repaired.
const AFTERMATH: Span = Span(7 * 86_400_000_000_000);
/// Events after which a drill is given up: something goes round in circles.
const MOST_EVENTS: u32 = 20_000;

/// Answers with medians, and lets nothing strike or end by itself.
#[derive(Clone, Debug)]
pub struct Median {
    strikes: Vec<bool>,
    repairs: Vec<bool>,
    repair_takes: Span,
    failing: Vec<DrawId>,
}

impl Chance for Median {
    fn time(&mut self, draw: DrawId, law: &Law, age: Span) -> Span {
        if self.strikes[draw.index()] {
            return Span::FOREVER;
        }
        if self.repairs[draw.index()] {
            return self.repair_takes;
        }
        Span::from_seconds(law.residual(age.seconds(), 0.5))
    }

    fn age(&mut self, _: DrawId, _: &Law) -> Span {
        Span::ZERO
    }

    fn yes(&mut self, draw: DrawId, probability: f64) -> bool {
        probability >= 0.5 && !self.failing.contains(&draw)
    }

    fn choice(&mut self, _: DrawId, weights: &[f64]) -> usize {
        let heaviest = (0..weights.len()).max_by(|a, b| weights[*a].total_cmp(&weights[*b]));
        heaviest.unwrap_or_default()
    }

    fn one_of(&mut self, _: DrawId, _: u32) -> u32 {
        0
    }
}

/// A set of basic events, each with how many of its members, in the order of their indices.
pub type Set = Vec<(u32, u16)>;

/// What a drill came to.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// For how long the faults overlapped, seconds.
    pub overlap: f64,
    /// For each target, seconds' worth of requests lost, or how often it happened.
    pub costs: Vec<f64>,
    /// For each target, whether it failed, and did not only lose something.
    pub fails: Vec<bool>,
    /// Whether the world came to rest.
    pub rested: bool,
}

/// Runs drills.
pub struct Drills<'t> {
    topology: &'t Topology,
    events: &'t Events,
    targets: Vec<Target>,
    totals: Totals,
    observers: Observers,
    /// The world of the last drill, to be used again.
    world: Option<World<'t, Median>>,
}

impl<'t> Drills<'t> {
    pub fn new(topology: &'t Topology, events: &'t Events) -> Drills<'t> {
        Drills {
            topology,
            events,
            targets: targets(topology),
            totals: Totals::new(topology),
            observers: Observers::new(topology),
            world: None,
        }
    }

    /// A world in which everything is up and nothing strikes.
    pub fn base(&self, layout: &'t Layout) -> World<'t, Median> {
        let mut chance = Median {
            strikes: vec![false; self.topology.draws.len()],
            repairs: vec![false; self.topology.draws.len()],
            repair_takes: Span::FOREVER,
            failing: Vec::new(),
        };
        for fault in &self.topology.faults {
            chance.strikes[fault.draw_strike.index()] = true;
            chance.repairs[fault.draw_repair.index()] = true;
        }
        for detector in &self.topology.detectors {
            chance.strikes[detector.draw_alarm.index()] = true;
        }
        World::new(self.topology, layout, chance)
    }

    /// Lets a set of basic events happen in a world at rest.
    pub fn run(&mut self, base: &World<'t, Median>, set: &[(u32, u16)]) -> Outcome {
        let (mut struck, mut failing) = (Vec::new(), Vec::new());
        let mut apart_from_these = Vec::new();
        for (event, count) in set {
            match &self.events.list[*event as usize].what {
                What::Strike(clocks) if matches!(clocks[0], Clock::Fault(_)) => {
                    struck.extend(&clocks[..usize::from(*count)]);
                }
                What::Strike(clocks) | What::AnyOf(clocks) => {
                    apart_from_these.push((clocks, *count))
                }
                What::Failure(draw) => failing.push(*draw),
            }
        }
        for (clocks, count) in apart_from_these {
            let others = apart(self.topology, &struck, clocks, usize::from(count));
            struck.extend(others);
        }
        let lasts = Span::from_seconds(overlap(self.events, set));
        self.play(base, &struck, failing, lasts)
    }

    /// Lets these clocks strike in a world at rest, all for the same time.
    pub fn strike(&mut self, base: &World<'t, Median>, struck: &[Clock], lasts: Span) -> Outcome {
        self.play(base, struck, Vec::new(), lasts)
    }

    fn play(
        &mut self,
        base: &World<'t, Median>,
        struck: &[Clock],
        failing: Vec<DrawId>,
        lasts: Span,
    ) -> Outcome {
        let mut world = self.world.take().unwrap_or_else(|| base.clone());
        world.copy_state(base);
        world.chance_mut().failing = failing;
        let start = world.state.now;
        let repaired = start.after(lasts.min(LONGEST_OVERLAP));
        struck
            .iter()
            .for_each(|clock| world.strike_at(*clock, start));
        let window = Windowed {
            from: start,
            to: repaired.after(AFTERMATH),
        };
        self.observers.restart_over(window);
        self.observers.settled(&world);
        follow(&mut world, &mut self.observers, repaired);
        world.chance_mut().repair_takes = Span::ZERO;
        for clock in struck {
            if let Clock::Fault(id) = *clock
                && !world.waits_for_a_crew(id)
                && world.state.faults[id.index()].active
            {
                world.repair_at(id, repaired);
            }
        }
        follow(&mut world, &mut self.observers, window.to);
        self.totals.clear();
        self.observers.add_to(1.0, &mut self.totals);
        let rested = world.next().is_never() && !self.observers.is_open();
        world.chance_mut().repair_takes = Span::FOREVER;
        world.chance_mut().failing.clear();
        self.world = Some(world);
        Outcome {
            overlap: repaired.since(start).seconds(),
            costs: self.costs(),
            fails: self
                .targets
                .iter()
                .map(|target| target.fails(&self.totals))
                .collect(),
            rested,
        }
    }
}

impl<'t> Drills<'t> {
    /// Where the last drill left its world.
    pub fn world(&self) -> Option<&World<'t, Median>> {
        self.world.as_ref()
    }

    fn costs(&self) -> Vec<f64> {
        let targets = self.targets.iter();
        targets.map(|target| target.cost(&self.totals)).collect()
    }
}

/// The time for which all of them are the case, on the average, once they are, seconds.
pub fn overlap(events: &Events, set: &[(u32, u16)]) -> f64 {
    let ends = set
        .iter()
        .map(|(event, count)| f64::from(*count) / events.list[*event as usize].lasts);
    let rate: f64 = ends.sum();
    if rate > 0.0 {
        1.0 / rate
    } else {
        LONGEST_OVERLAP.seconds()
    }
}

/// So many of these clocks, and first those that take down what none of the others does: a machine in a rack that is
/// down is down already.
pub fn apart(topology: &Topology, others: &[Clock], clocks: &[Clock], count: usize) -> Vec<Clock> {
    let mut taken = BTreeSet::new();
    for clock in others {
        taken.extend(parts_hit(topology, *clock));
    }
    let (mut first, mut rest) = (Vec::new(), Vec::new());
    for clock in clocks {
        let hit: Vec<PartId> = parts_hit(topology, *clock).collect();
        if others.contains(clock) || hit.iter().any(|part| taken.contains(part)) {
            rest.push(*clock);
        } else {
            taken.extend(hit);
            first.push(*clock);
        }
        if first.len() == count {
            break;
        }
    }
    first.extend(rest);
    first.truncate(count);
    first
}

fn follow<C: Chance>(world: &mut World<'_, C>, observers: &mut Observers, until: Time) {
    for _ in 0..MOST_EVENTS {
        let next = world.next();
        if next > until {
            break;
        }
        observers.advance(world.topology, next);
        world.step();
        observers.settled(world);
    }
    observers.advance(world.topology, until.max(world.state.now));
}
