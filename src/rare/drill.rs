//! Drills: what a set of basic events leads to, found out by letting the engine run it once.
//!
//! All strike at the same moment, every delay takes its median, nothing else strikes, and all is repaired after the
//! time for which such faults overlap on the average; where that ends a recovery undisturbed, it is played again with
//! repairs that come in between (see `early`), and where a standby falls behind or has been promoted, with faults that
//! strike long after others (see `staggered`). So whatever mechanism turns faults into outages, loss or split brains is
//! known here without a second description of it. A drill guides a search and never enters a figure.

use std::collections::BTreeSet;

use super::early::{Early, Mixed, Play, Stretches, Watch, early_repairs, mixed};
use super::event::{Events, What, parts_hit};
use super::guide::{Target, targets};
use super::queue::waits;
use super::staggered::{Last, Staggered};
use crate::dist::Law;
use crate::engine::{Chance, DrawId};
use crate::measure::{Observers, Totals, Windowed};
use crate::time::{Span, Time};
use crate::topology::{FaultId, PartId, Topology};
use crate::world::clocks::Clock;
use crate::world::{Layout, World};

/// Overlaps longer than this are cut off: repairs can be slow without bound.
pub(super) const LONGEST_OVERLAP: Span = Span(30 * 86_400_000_000_000);
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
    /// For each target what it cost on the average, see [`Target::cost`].
    pub costs: Vec<f64>,
    /// For each target, whether it may fail, and does not only lose something.
    pub fails: Vec<bool>,
    /// For each target, the chance that it fails, or loses something if it can't fail.
    pub shares: Vec<f64>,
    /// For each target, the mean square of what it cost over the square of the mean.
    pub spreads: Vec<f64>,
    /// What it costs each target by the last fault to strike, if a standby has been promoted by then: by the primaries of all
    /// stores after that.
    pub onward: Vec<(Vec<usize>, Vec<f64>)>,
    /// Whether the world came to rest.
    pub rested: bool,
}

/// Runs drills.
pub struct Drills<'t> {
    topology: &'t Topology,
    pub(super) events: &'t Events,
    targets: Vec<Target>,
    totals: Totals,
    observers: Observers,
    /// The world of the last drill, to be used again.
    world: Option<World<'t, Median>>,
    /// The one in which it was played again.
    other_world: Option<World<'t, Median>>,
    watch: Watch,
    /// When repairs made anything worse in any drill.
    pub stretches: Stretches,
}

/// What a drill is about.
#[derive(Clone, Copy)]
pub(super) struct Script<'s> {
    /// What strikes at the start.
    pub struck: &'s [Clock],
    /// What is repaired in the end.
    pub over: &'s [Clock],
    pub failing: &'s [DrawId],
    pub start: Time,
    pub repaired: Time,
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
            other_world: None,
            watch: Watch::new(topology),
            stretches: Stretches::default(),
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
        self.play(base, &struck, &failing, lasts)
    }

    /// Lets these clocks strike in a world at rest, all for the same time.
    pub fn strike(&mut self, base: &World<'t, Median>, struck: &[Clock], lasts: Span) -> Outcome {
        self.play(base, struck, &[], lasts)
    }

    /// Plays the usual course of things, and what else they come to if a repair falls into a recovery, or strikes into
    /// catching up.
    fn play(
        &mut self,
        base: &World<'t, Median>,
        struck: &[Clock],
        failing: &[DrawId],
        lasts: Span,
    ) -> Outcome {
        let start = base.state.now;
        let repaired = start.after(lasts.min(LONGEST_OVERLAP));
        let script = Script {
            struck,
            over: struck,
            failing,
            start,
            repaired,
        };
        let usual = self.play_once(base, &script, None);
        let recoveries = &self.watch.found;
        let early = early_repairs(self.topology, struck, (start, repaired), recoveries);
        std::mem::swap(&mut self.world, &mut self.other_world);
        let early = early.into_iter();
        let early = early.map(|early| (early, self.play_once(base, &script, Some(early))));
        let early: Vec<(Early, Play)> = early.collect();
        let staggered = self.play_staggered(base, &script);
        std::mem::swap(&mut self.world, &mut self.other_world);
        let targets = self.targets.iter().enumerate();
        let mixed: Vec<Mixed> = targets
            .map(|(index, target)| mixed(index, &plays_of(*target, &usual, &early, &staggered)))
            .collect();
        for (target, mixed) in mixed.iter().enumerate() {
            self.stretches
                .note(self.events, (target, *mixed), &usual, &early);
        }
        Outcome {
            overlap: repaired.since(start).seconds(),
            costs: mixed.iter().map(|target| target.cost).collect(),
            fails: mixed.iter().map(|target| target.fails).collect(),
            shares: mixed.iter().map(|target| target.share).collect(),
            spreads: mixed.iter().map(|target| target.spread).collect(),
            onward: staggered.onward(),
            rested: usual.rested,
        }
    }

    fn play_once(
        &mut self,
        base: &World<'t, Median>,
        script: &Script<'_>,
        early: Option<Early>,
    ) -> Play {
        let mut world = self.copy_of(base, script);
        let play = self.observe(&mut world, script, early);
        self.give_back(world);
        play
    }

    pub(super) fn copy_of(
        &mut self,
        base: &World<'t, Median>,
        script: &Script<'_>,
    ) -> World<'t, Median> {
        let mut world = self.world.take().unwrap_or_else(|| base.clone());
        world.copy_state(base);
        world.chance_mut().failing = script.failing.to_vec();
        world
    }

    /// Keeps a world to be used again.
    pub(super) fn give_back(&mut self, mut world: World<'t, Median>) {
        world.chance_mut().failing.clear();
        self.world = Some(world);
    }

    /// Lets a script happen in a world that has come as far as its start, and measures that.
    pub(super) fn observe(
        &mut self,
        world: &mut World<'t, Median>,
        script: &Script<'_>,
        early: Option<Early>,
    ) -> Play {
        let window = Windowed {
            from: script.start,
            to: script.repaired.after(AFTERMATH),
        };
        for clock in script.struck {
            world.strike_at(*clock, script.start);
        }
        self.observers.restart_over(window);
        self.observers.settled(world);
        self.watch.restart();
        if let Some(early) = early {
            self.follow(world, early.at);
            repair(world, early.fault, early.at);
        }
        self.follow(world, script.repaired);
        world.chance_mut().repair_takes = Span::ZERO;
        for clock in script.over {
            if let Clock::Fault(id) = *clock {
                repair(world, id, script.repaired);
            }
        }
        self.follow(world, window.to);
        self.totals.clear();
        self.observers.add_to(1.0, &mut self.totals);
        let rested = world.next().is_never() && !self.observers.is_open();
        world.chance_mut().repair_takes = Span::FOREVER;
        let targets = || self.targets.iter();
        Play {
            costs: targets()
                .map(|target| target.cost(self.topology, &self.totals))
                .collect(),
            fails: targets()
                .map(|target| target.fails(self.topology, &self.totals))
                .collect(),
            rested,
        }
    }

    fn follow(&mut self, world: &mut World<'t, Median>, until: Time) {
        for _ in 0..MOST_EVENTS {
            let next = world.next();
            if next > until {
                break;
            }
            self.observers.advance(world.topology, next);
            world.step();
            self.observers.settled(world);
            self.watch.look(world);
        }
        let reached = until.max(world.state.now);
        self.observers.advance(world.topology, reached);
    }
}

impl<'t> Drills<'t> {
    /// Where the last drill left its world.
    pub fn world(&self) -> Option<&World<'t, Median>> {
        self.world.as_ref()
    }
}

/// The plays that tell about a target, each with how often it comes for each time that the set begins.
fn plays_of<'p>(
    target: Target,
    usual: &'p Play,
    early: &'p [(Early, Play)],
    staggered: &'p Staggered,
) -> Vec<(f64, &'p Play)> {
    // Without others, the sums are the usual play to the last bit.
    let mut left = 1.0 - early.iter().map(|(early, _)| early.chance).sum::<f64>();
    let mut plays: Vec<(f64, &Play)> = early
        .iter()
        .map(|(early, play)| (early.chance, play))
        .collect();
    plays.extend(staggered.caught.iter().map(|(often, play)| (*often, play)));
    // A standby that lags makes no outage worse, but what a store loses.
    let matters = |last: &Last| last.moved_to.is_some() || matches!(target, Target::Backlog(_));
    let of_others = left;
    for (chance, last) in staggered.last.iter().filter(|(_, last)| matters(last)) {
        plays.push((of_others * chance, &last.play));
        left -= of_others * chance;
    }
    plays.push((left, usual));
    plays
}

/// Lets time pass until then, unobserved.
pub(super) fn go_on(world: &mut World<'_, Median>, until: Time) {
    for _ in 0..MOST_EVENTS {
        if world.next() > until {
            break;
        }
        world.step();
    }
}

/// Sets when a fault is repaired, if it is active and a crew works on it.
pub(super) fn repair(world: &mut World<'_, Median>, id: FaultId, at: Time) {
    if !world.waits_for_a_crew(id) && world.state.faults[id.index()].active {
        world.repair_at(id, at);
    }
}

/// How long a set of basic events is the case, seconds.
#[derive(Clone, Copy, Debug)]
pub struct Extent {
    /// For how long all of them are, on the average, once they are.
    pub overlap: f64,
    /// For how long the one is that lasts longest, on the average.
    pub longest: f64,
}

/// How long a set is the case.
pub fn extent(events: &Events, set: &[(u32, u16)]) -> Extent {
    let lasts = set
        .iter()
        .map(|(event, _)| events.list[*event as usize].lasts);
    Extent {
        overlap: overlap(events, set),
        longest: lasts
            .filter(|lasts| lasts.is_finite())
            .fold(0.0, f64::max)
            .min(LONGEST_OVERLAP.seconds()),
    }
}

/// The time for which all of them are the case, on the average, once they are, seconds.
pub fn overlap(events: &Events, set: &[(u32, u16)]) -> f64 {
    let end = |(event, count): &(u32, u16)| f64::from(*count) / events.list[*event as usize].lasts;
    let mut rate: f64 = set.iter().map(end).sum();
    for (_, part, wait) in waits(&events.queues, set) {
        rate += 1.0 / wait.lasts - part.iter().map(end).sum::<f64>();
    }
    if rate > 0.0 {
        1.0 / rate
    } else {
        LONGEST_OVERLAP.seconds()
    }
}

/// The mean square of how long all of them are the case over the square of the mean, about: what ends first decides.
pub fn unevenness(events: &Events, set: &[(u32, u16)]) -> f64 {
    let (mut ends, mut uneven) = (0.0, 0.0);
    for (event, count) in set {
        let event = &events.list[*event as usize];
        let rate = f64::from(*count) / event.lasts;
        ends += rate;
        uneven += rate * event.unevenness;
    }
    if ends > 0.0 { uneven / ends } else { 1.0 }
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
