//! The nominal trial, and the branches that leave it.
//!
//! The nominal trial runs as it would without branches. Each time one of the initiators might strike while the trial
//! is in the safe set, a branch tries it: once per clock and life, at a moment drawn from the clock's own law cut to
//! the rest of the window, with the chance of that over the survival so far as its weight; a clock without memory once
//! for all its lives, at any moment alike. When the nominal trial leaves the safe set by itself, because of an
//! initiator, that is covered already and is left out; because of anything else, a branch with the weight of one takes
//! its place. What the nominal trial meets inside the safe set counts as it is. So every moment of every possible trial
//! counts exactly once.

use std::ops::Range;

use super::chance::BranchChance;
use super::contrast::OtherFigures;
use super::decision::Decisions;
use super::even::Spread;
use super::guide::Guide;
use super::ledger::Ledger;
use super::likelihood::Likelihood;
use super::path::{Path, calm_from};
use super::window::{Window, chance_of, hazard, memoryless, strike_within};
use crate::dist::LengthBiased;
use crate::engine::Plain;
use crate::math::exp;
use crate::measure::{BranchTally, Observers, Ruler, Tally, Totals, guarded};
use crate::rng::{Entity, Purpose, Stream, StreamKey};
use crate::time::{Span, Time};
use crate::topology::Topology;
use crate::world::clocks::Clock;
use crate::world::{Layout, World};

/// A strike of an initiator that is to be tried.
#[derive(Clone, Copy, Debug)]
struct Plan {
    at: Time,
    clock: Clock,
    weight: f64,
    /// When the life of the clock began that the weight is for; nothing if it is for whatever life the clock lives.
    life: Option<Time>,
    /// Picks how long what it begins lasts.
    lasts: f64,
}

/// Runs trials with branches.
pub(super) struct Explorer<'t> {
    pub topology: &'t Topology,
    layout: &'t Layout,
    pub guide: &'t Guide,
    seed: u64,
    trial: u64,
    pub branches: u64,
    luck: Stream,
    /// The luck of strikes from the nominal trial.
    spread: Spread,
    pub decisions: Decisions<'t>,
    /// Branches that wait for their turn.
    pending: Vec<Path<'t>>,
    /// Branches that are over, to be used again.
    pub spare: Vec<Path<'t>>,
    plans: Vec<Plan>,
    /// How long the repair of each fault is drawn when it is forced.
    lengthened: &'t [LengthBiased],
    /// What branches and the nominal trial inside the safe set add up to.
    pub weighted: Totals,
    manner: Manner,
    /// The same paths under other figures, if they are wanted.
    pub other: Option<OtherFigures<'t>>,
}

/// Runs these trials one after the other, with the branches of the guide.
///
/// # Panics
/// If an invariant of the simulation is broken; the message names the seed and the trial.
#[must_use]
pub fn run_trials(topology: &Topology, guide: &Guide, seed: u64, trials: Range<u64>) -> Tally {
    run_explorer(topology, guide, seed, trials, Manner::Forcing)
}

/// How a branch is followed once it has left the nominal trial.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Manner {
    /// What matters is forced in it.
    Forcing,
    /// It is copied where it comes nearer to a failure.
    Splitting,
}

/// Runs these trials one after the other, and explores branches in this way.
pub(super) fn run_explorer(
    topology: &Topology,
    guide: &Guide,
    seed: u64,
    trials: Range<u64>,
    manner: Manner,
) -> Tally {
    let layout = Layout::new(topology);
    let plain = Ruler::plain(topology);
    let weighted = Ruler::weighted(topology, guide.weight_units());
    let lengthened = guide.forced_repairs(topology);
    let mut explorer = Explorer::new(topology, &layout, guide, &lengthened, seed);
    explorer.manner = manner;
    let mut totals = Totals::new(topology);
    let mut tally = Tally::empty(topology);
    let mut branches = BranchTally::empty(topology);
    for trial in trials {
        totals.clear();
        let (observers, cut_off) = guarded(seed, trial, || explorer.run(trial, &mut totals));
        observers.record_periods(topology, &mut tally);
        tally.add_trial(&plain, &totals, cut_off);
        branches.add_trial(&weighted, &explorer.weighted, explorer.branches);
    }
    tally.branches = Some(branches);
    tally
}

pub(super) fn key(purpose: u64) -> StreamKey {
    StreamKey {
        entity: Entity(0),
        purpose: Purpose(purpose),
    }
}

impl<'t> Explorer<'t> {
    pub fn new(
        topology: &'t Topology,
        layout: &'t Layout,
        guide: &'t Guide,
        lengthened: &'t [LengthBiased],
        seed: u64,
    ) -> Explorer<'t> {
        let end = Observers::new(topology).window.to;
        let worth = guide.value_per_trial / guide.branches_per_trial;
        let mut luck = Stream::of_branch(seed, 0, 0, key(0));
        Explorer {
            topology,
            layout,
            guide,
            seed,
            trial: 0,
            branches: 0,
            spread: Spread::begin(&mut luck),
            luck,
            decisions: Decisions::new(topology, guide, end, worth),
            pending: Vec::new(),
            spare: Vec::new(),
            plans: Vec::new(),
            lengthened,
            weighted: Totals::new(topology),
            manner: Manner::Forcing,
            other: None,
        }
    }

    /// Runs one trial; what the nominal trial came to goes to `plain`.
    pub fn run(&mut self, trial: u64, plain: &mut Totals) -> (Observers, bool) {
        self.begin_trial(trial);
        let chance = Plain::new(&self.topology.draws, self.seed, trial);
        let mut world = World::new(self.topology, self.layout, chance);
        let mut observers = Observers::new(self.topology);
        let mut ledger = Ledger::of(&self.guide.events);
        observers.settled(&world);
        if let Some(other) = &mut self.other {
            other.start(&world, (self.seed, trial));
        }
        self.plan_first(&world, observers.window.to);
        let mut is_safe = true;
        let mut calm = Time::NEVER;
        loop {
            let next = world.next();
            while let Some(plan) = self.plans.pop_if(|plan| plan.at <= next.min(calm)) {
                if is_safe {
                    self.try_plan(plan, &world, &observers, &ledger);
                }
            }
            if calm < next {
                observers.advance(self.topology, calm);
                if !observers.is_open() {
                    observers.add_to(1.0, plain);
                    observers.forget();
                    if let Some(other) = &mut self.other {
                        other.is_safe_from(calm);
                    }
                    is_safe = true;
                }
                calm = Time::NEVER;
                continue;
            }
            if observers.due(&world).is_none() {
                break;
            }
            self.step_nominal(&mut world, next);
            ledger.note(self.guide, &world);
            // Other figures weigh each stretch between two events by itself.
            let leaves = is_safe && !ledger.is_safe;
            if leaves || (is_safe && self.other.is_some()) {
                let now = world.state.now;
                self.count_safe(&mut observers, now, plain);
            }
            observers.settled(&world);
            if leaves {
                is_safe = false;
                if !self.is_covered(&world) {
                    self.branch_off(&world, &observers, &ledger);
                }
            }
            self.plan_repaired(&world, observers.window.to);
            calm = if is_safe {
                Time::NEVER
            } else {
                calm_from(&world, &ledger, &observers)
            };
        }
        let end = world.state.now.max(observers.window.to);
        if is_safe {
            if let Some(other) = &mut self.other {
                other.look(end);
            }
            self.count_safe(&mut observers, end, plain);
        } else {
            observers.add_to(1.0, plain);
        }
        let cut_off = observers.is_open();
        (observers, cut_off)
    }

    fn begin_trial(&mut self, trial: u64) {
        (self.trial, self.branches) = (trial, 0);
        self.luck = Stream::of_branch(self.seed, trial, 0, key(0));
        self.spread = Spread::begin(&mut self.luck);
        self.decisions.begin_trial();
        self.weighted.clear();
    }

    /// Lets the next event of the nominal trial happen.
    fn step_nominal(&mut self, world: &mut World<'t, Plain<'t>>, next: Time) {
        if let Some(other) = &mut self.other {
            other.look(next);
        }
        world.step();
        if let Some(other) = &mut self.other {
            other.note(world);
        }
    }

    /// Counts what the nominal trial met in the safe set until now: that stands for itself.
    fn count_safe(&mut self, observers: &mut Observers, now: Time, plain: &mut Totals) {
        if let Some(other) = &mut self.other {
            other.count_nominal(observers, now);
        }
        observers.add_to(1.0, plain);
        observers.add_to(1.0, &mut self.weighted);
        observers.forget();
    }
}

impl<'t> Explorer<'t> {
    /// Plans tries for the first life of every initiator, and for all lives of those without memory, spread as evenly as
    /// their shares allow.
    fn plan_first(&mut self, world: &World<'_, Plain<'_>>, end: Time) {
        self.plans.clear();
        for index in 0..self.guide.initiators.len() {
            let (clock, share) = self.guide.initiators[index];
            let expected = self.guide.branches_per_trial * share;
            for _ in 0..self.spread.round(expected) {
                self.plan(world, clock, expected, end);
            }
        }
        self.plans
            .sort_by_key(|planned| std::cmp::Reverse(planned.at));
    }

    /// Plans tries for the new life of an initiator that was just repaired, if it has a memory.
    fn plan_repaired(&mut self, world: &World<'_, Plain<'_>>, end: Time) {
        for note in &world.notes {
            let crate::world::note::Event::Repaired(id) = note.event else {
                continue;
            };
            let clock = Clock::Fault(id);
            let Some(share) = self.guide.share_of(clock) else {
                continue;
            };
            if memoryless(self.topology, clock).is_some() {
                continue;
            }
            let left = end.since(world.state.now).seconds() / end.seconds();
            let expected = (self.guide.branches_per_trial * share * left).max(f64::MIN_POSITIVE);
            for _ in 0..self.spread.round(expected) {
                self.plan(world, clock, expected, end);
            }
            self.plans
                .sort_by_key(|planned| std::cmp::Reverse(planned.at));
        }
    }

    /// Plans one of `expected` tries of a clock whose life begins now.
    fn plan(&mut self, world: &World<'_, Plain<'_>>, clock: Clock, expected: f64, end: Time) {
        let now = world.state.now;
        let Some(age) = world.clock_age(clock, now) else {
            return;
        };
        let left = end.since(now);
        let total = hazard(self.topology, clock, age, left);
        let point = self.spread.next();
        // Where the hazard is constant, no life differs from another.
        let (wait, weight, life) = if memoryless(self.topology, clock).is_some() {
            let wait = Span::from_seconds(left.seconds() * point.wait);
            (wait, total, None)
        } else {
            let chance = chance_of(total);
            let wait = strike_within(self.topology, clock, age, (chance, point.wait)).min(left);
            let survival = exp(-hazard(self.topology, clock, age, wait));
            (wait, chance / survival, Some(now))
        };
        self.plans.push(Plan {
            at: now.after(wait),
            clock,
            weight: weight / expected,
            life,
            lasts: point.lasts,
        });
    }

    /// Tries a strike from the nominal trial, if the clock can strike, and still lives the life that it was planned for.
    fn try_plan(
        &mut self,
        plan: Plan,
        world: &World<'t, Plain<'_>>,
        observers: &Observers,
        ledger: &Ledger,
    ) {
        if let Clock::Fault(id) = plan.clock {
            let fault = &world.state.faults[id.index()];
            if fault.active || plan.life.is_some_and(|life| life != fault.clock) {
                return;
            }
        }
        let mut path = self.copy_of(world, observers, ledger);
        path.weight = plan.weight;
        self.leave_nominal(&mut path, plan.at);
        path.redraw_usual_repairs(self.guide, plan.at);
        path.observers.advance(self.topology, plan.at);
        path.observers.forget();
        self.strike(&mut path, (plan.clock, plan.at), plan.lasts);
        if path.ledger.is_safe {
            self.spare.push(path);
        } else {
            self.explore(path);
        }
    }

    /// A branch that takes the place of the nominal trial from its last event on.
    fn branch_off(&mut self, world: &World<'t, Plain<'_>>, observers: &Observers, ledger: &Ledger) {
        let mut path = self.copy_of(world, observers, ledger);
        path.weight = 1.0;
        self.leave_nominal(&mut path, world.state.now);
        path.redraw_usual_repairs(self.guide, world.state.now);
        self.explore(path);
    }

    fn copy_of(
        &mut self,
        world: &World<'t, Plain<'_>>,
        observers: &Observers,
        ledger: &Ledger,
    ) -> Path<'t> {
        let mut path = self.spare.pop().unwrap_or_else(|| Path {
            world: world.with_chance(BranchChance::new(&self.topology.draws)),
            observers: observers.clone(),
            ledger: Ledger::of(&self.guide.events),
            fallen: Vec::new(),
            fell_before: Vec::new(),
            weight: 1.0,
            depth: 0,
            window: Window::default(),
            likelihood: Likelihood::default(),
        });
        path.world.copy_state(world);
        path.observers.clone_from(observers);
        path.ledger.copy_from(ledger);
        path.fallen.clear();
        path.depth = 0;
        path.window.copy_from(&Window::default());
        self.begin(&mut path);
        path
    }

    pub fn copy_of_branch(&mut self, other: &Path<'t>) -> Path<'t> {
        let mut path = self.spare.pop().unwrap_or_else(|| other.clone());
        path.copy_from(other);
        path.depth += 1;
        self.begin(&mut path);
        path
    }

    /// What a branch weighs under other figures begins with what its trial weighs.
    fn leave_nominal(&self, path: &mut Path<'t>, at: Time) {
        if let Some(other) = &self.other {
            other.branch(at, &mut path.likelihood);
        }
    }

    /// Gives a branch its own streams.
    fn begin(&mut self, path: &mut Path<'t>) {
        self.branches += 1;
        let chance = path.world.chance_mut();
        chance.restart(self.seed, self.trial, self.branches);
    }

    /// Lets a clock strike in a branch whose observers have come as far as that.
    fn strike(&self, path: &mut Path<'t>, (clock, at): (Clock, Time), lasts: f64) {
        path.world.strike_at(clock, at);
        // In a usual crowd no single repair decides, and many of them would make many weights.
        if let Clock::Fault(id) = clock
            && self.guide.share_of(clock).is_some()
        {
            let draw = self.topology.faults[id.index()].draw_repair;
            let law = &self.lengthened[id.index()];
            path.world.chance_mut().lengthen(draw, law, lasts);
        }
        let mut struck = false;
        while !struck {
            struck = path.world.rings_next(clock);
            self.step(path);
        }
    }

    /// Lets the next event happen in a branch; says whether it may matter.
    pub fn step(&self, path: &mut Path<'t>) -> bool {
        path.world.step();
        path.weight *= path.world.chance_mut().take_likelihood_ratio();
        if let Some(other) = &self.other {
            other.note_branch(&path.world, &mut path.likelihood);
        }
        path.observers.settled(&path.world);
        let matters = path.ledger.note(self.guide, &path.world);
        path.look(self.guide) || matters
    }

    /// Whether the strike of an initiator is what just happened.
    fn is_covered(&self, world: &World<'_, Plain<'_>>) -> bool {
        use crate::world::note::Event;
        world.notes.iter().any(|note| match note.event {
            Event::Strike(id) => self.guide.share_of(Clock::Fault(id)).is_some(),
            Event::FalseAlarm(id) => self.guide.share_of(Clock::Alarm(id)).is_some(),
            _ => false,
        })
    }

    fn explore(&mut self, path: Path<'t>) {
        match self.manner {
            Manner::Forcing => self.force(path),
            Manner::Splitting => self.split(path),
        }
    }

    /// Follows a branch and all that leave it to their ends, and forces what matters in them.
    fn force(&mut self, path: Path<'t>) {
        self.decisions.begin_family();
        self.follow_forced(path);
        while let Some(path) = self.pending.pop() {
            self.follow_forced(path);
        }
    }

    /// Follows a branch to its end; others that leave it wait for their turn.
    fn follow_forced(&mut self, mut path: Path<'t>) {
        let now = path.world.state.now;
        self.decisions.open(&mut path, now, &mut self.luck);
        let mut calm = calm_from(&path.world, &path.ledger, &path.observers);
        loop {
            let next = path.world.next();
            while let Some(attempt) = path
                .window
                .tries
                .pop_if(|attempt| attempt.at <= next.min(calm))
            {
                let mut other = self.copy_of_branch(&path);
                other.weight *= attempt.factor;
                other.redraw_usual_repairs(self.guide, attempt.at);
                other.observers.advance(self.topology, attempt.at);
                self.strike(&mut other, (attempt.clock, attempt.at), attempt.lasts);
                self.pending.push(other);
            }
            let ends = path.window.ends;
            if path.window.is_open() && ends < next.min(calm) {
                path.observers.advance(self.topology, ends);
                self.end_window(&mut path, ends);
                continue;
            }
            if calm < next {
                path.observers.advance(self.topology, calm);
                if !path.observers.is_open() {
                    path.weight *= path.window.survival(self.topology, calm);
                    break;
                }
                calm = Time::NEVER;
                continue;
            }
            if path.observers.due(&path.world).is_none() {
                path.weight *= path.window.survival(self.topology, ends.min(next));
                break;
            }
            if self.step_both_ways(&mut path, next) {
                let now = path.world.state.now;
                self.end_window(&mut path, now);
            }
            calm = calm_from(&path.world, &path.ledger, &path.observers);
        }
        path.observers.add_to(path.weight, &mut self.weighted);
        if let Some(other) = &mut self.other {
            let end = path.world.state.now.max(path.observers.window.to);
            other.count_branch(&path, calm.min(end));
        }
        self.spare.push(path);
    }

    /// Ends a window in which nothing was tried any more, and opens the next one. What was met until now is counted
    /// now: branches that leave from here on do not weigh it again.
    fn end_window(&mut self, path: &mut Path<'t>, at: Time) {
        path.weight *= path.window.survival(self.topology, at);
        if let Some(other) = &mut self.other {
            other.count_branch(path, at);
        }
        path.observers.count_part(path.weight, &mut self.weighted);
        self.decisions.open(path, at, &mut self.luck);
    }

    /// For how long what fails to work counts: until the next repair, unless that is what makes it fatal. Only repairs that
    /// initiators began are looked at, since others may be drawn anew.
    fn worth_seconds(&self, path: &Path<'t>, at: Time) -> f64 {
        let left = path.window.ends.since(at).seconds().max(1.0);
        let active = path.ledger.active.iter();
        let begun = active.filter(|id| self.guide.share_of(Clock::Fault(**id)).is_some());
        let early = begun.filter_map(|id| {
            let struck = path.world.state.faults[id.index()].struck;
            let lasts = path.world.repair_due(*id)?.since(struck).seconds();
            self.guide.worth_of_early_repair(self.topology, *id, lasts)
        });
        early.fold(left, f64::max)
    }

    /// Lets the next event happen; if it asks whether something relevant works, another branch finds out what if not.
    fn step_both_ways(&mut self, path: &mut Path<'t>, at: Time) -> bool {
        let relevant = |draw| {
            let event = self.guide.events.of_draw(draw)?;
            let gain = self.decisions.gain(event);
            (gain > 0.0).then_some((draw, self.guide.events.list[event].chance * gain))
        };
        let Some((draw, gain)) = path.world.choice_ahead().and_then(relevant) else {
            return self.step(path);
        };
        let lasts = self.worth_seconds(path, at);
        let expected = self
            .decisions
            .tries(path.weight * gain * lasts, path.depth)
            .min(1.0)
            * self.decisions.restraint();
        let is_tried = self.luck.uniform() < expected;
        let other = is_tried.then(|| self.copy_of_branch(path));
        path.world.chance_mut().explore(draw);
        let matters = self.step(path);
        let asked = path.world.chance_mut().take_asked();
        match (asked, other) {
            (Some(works), Some(mut other)) if works < 1.0 => {
                other.weight *= (1.0 - works) / expected;
                other.weight *= path.window.survival(self.topology, at);
                other.world.chance_mut().fail(draw);
                self.step(&mut other);
                self.pending.push(other);
            }
            (_, other) => self.spare.extend(other),
        }
        path.weight *= asked.unwrap_or(1.0);
        matters
    }
}
