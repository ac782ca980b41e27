//! What is forced in a branch: the next relevant strike, at any moment until the state changes by itself.
//!
//! While a branch runs, the clocks that would bring it nearer to a failure are taken away from it: nothing relevant
//! strikes unless it is tried. A try draws which clock, in proportion to the chance that it strikes and to what that
//! would lead to, and when, from the clock's law cut to the window. Its weight is the density of being the first to
//! strike over that of the try; what goes on without it carries the chance that nothing struck. Members of a crowd
//! that share a clock are taken away as one, and told apart only when one of them is tried. A tenth of the tries
//! ignores what a strike would lead to, so that no path is starved by a guide that is wrong; what the guide sees
//! nothing in is tried as often as it strikes, at least.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::even::Spreads;
use super::event::BasicEvent;
use super::guide::{DEFENSIVE, Guide, can_be_forced};
use super::path::Path;
use super::window::{Try, Withheld, chance_of, hazard, memoryless, strike_within};
use crate::engine::Chance;
use crate::math::exp;
use crate::rng::Stream;
use crate::time::{Span, Time};
use crate::topology::{Families, FaultId, Topology};
use crate::world::World;
use crate::world::clocks::Clock;

/// A strike matters if it makes a failure this many times as near; in a crowd of which some are usually down, where
/// failures come in small steps, this many times.
const RELEVANT: f64 = 3.0;
const RELEVANT_IN_A_CROWD: f64 = 1.5;
/// Clocks that the guide sees nothing in are taken away all the same if it is unlikely that any of them strikes.
const RARE_CHANCE: f64 = 0.05;
/// In branches of branches, as deep as this at most.
const DEEPEST_IDLE: u32 = 3;
/// Expected tries from one window: for what a branch from the nominal trial is worth, so many, which spreads of luck
/// make worth more than as many branches; all in all between the other two.
const TRIES_PER_WORTH: f64 = 2.0;
const FEWEST_TRIES: f64 = 0.04;
const MOST_TRIES: f64 = 4.0;
/// What is emphasised gets half of the tries, but no more than so many times its own.
const MOST_EMPHASIS: f64 = 1000.0;
/// Tries for each strike that is expected in a window.
const LIKELY_TRIES: f64 = 1.0;
/// Once so many windows have been opened in a branch of the nominal trial and those that come from it, tries become fewer
/// as there are more of them: while something stays broken or under way for very long, each of many windows would begin more.
const PLENTY: f64 = 8192.0;
/// Gains that are remembered, of all states together.
const MOST_KNOWN_GAINS: usize = 1 << 20;
/// How far ahead one looks when no repair is due: so far, or for as long as nothing has happened.
const LOOK_AHEAD: Span = Span(6 * 3_600_000_000_000);

/// What can be taken away of a basic event.
struct Member {
    clock: Clock,
    /// Its place among all of them.
    rank: usize,
    is_initiator: bool,
    /// The mean of its law, if that has no memory.
    mean: Option<f64>,
    /// Whether it stands for all members of its basic event, which share their clock.
    is_crowd: bool,
}

/// What can be taken away of each basic event.
fn members(topology: &Topology, guide: &Guide) -> Vec<Vec<Member>> {
    let families = Families::of(topology);
    let is_initiator = |clock: &Clock| guide.share_of(*clock).is_some();
    let mut ranks = 0..;
    let of_event = |event: &BasicEvent| -> Vec<Member> {
        let clocks = event.clocks();
        let share_a_clock = match clocks {
            [Clock::Fault(first), _, ..] => families.sharing_a_clock(*first).is_some(),
            _ => false,
        };
        let is_crowd =
            share_a_clock && (clocks.iter().all(is_initiator) || !clocks.iter().any(is_initiator));
        let forced = clocks
            .iter()
            .filter(|clock| can_be_forced(topology, **clock))
            .take(if is_crowd { 1 } else { clocks.len() });
        let members = forced.map(|clock| Member {
            clock: *clock,
            rank: ranks.next().unwrap_or(usize::MAX),
            is_initiator: is_initiator(clock),
            mean: memoryless(topology, *clock),
            is_crowd,
        });
        members.collect()
    };
    guide.events.list.iter().map(of_event).collect()
}

/// The chances that clocks strike within a time. Many clocks have one mean, and no age: their chance is worked out once.
struct Chances {
    length: Span,
    last_mean: f64,
    last: f64,
}

impl Chances {
    fn within(length: Span) -> Chances {
        Chances {
            length,
            last_mean: f64::INFINITY,
            last: 0.0,
        }
    }

    fn of(&mut self, topology: &Topology, member: &Member, age: Span) -> f64 {
        if member.mean != Some(self.last_mean) {
            self.last = chance_of(hazard(topology, member.clock, age, self.length));
            self.last_mean = member.mean.unwrap_or(f64::NAN);
        }
        self.last
    }
}

/// What to multiply something by that is worth so much, beside so much else, to emphasise it.
pub(super) fn emphasis(own: f64, others: f64) -> f64 {
    if own > 0.0 {
        (others / own).clamp(1.0, MOST_EMPHASIS)
    } else {
        1.0
    }
}

/// What is known of a state.
#[derive(Default)]
struct Known {
    importance: f64,
    /// What one more member of each basic event would add to that.
    gains: Box<[f64]>,
    /// The basic events of which something may be taken away, in order.
    listed: Box<[u32]>,
}

/// What is needed to decide, and room to do so.
pub(super) struct Decisions<'g> {
    topology: &'g Topology,
    guide: &'g Guide,
    end: Time,
    /// What a branch from the nominal trial is worth.
    worth: f64,
    /// The state of the last decision.
    here: Rc<Known>,
    /// Basic events that are tried more often than they are worth, until one of them is the case.
    pub emphasised: Vec<bool>,
    /// How much more effort a branch deserves in which one of them is the case.
    pub emphasis: f64,
    /// The clocks of each basic event that can be taken away.
    members: Vec<Vec<Member>>,
    next: Vec<Withheld>,
    /// Importance and gains, by the configuration, which targets stand, and what is down.
    known: BTreeMap<Box<[u32]>, Rc<Known>>,
    /// Room for what to look up in it.
    key: Vec<u32>,
    spreads: Spreads,
    /// Windows that were opened in the present branch of the nominal trial and those that have come from it.
    windows: f64,
}

impl<'g> Decisions<'g> {
    pub fn new(topology: &'g Topology, guide: &'g Guide, end: Time, worth: f64) -> Decisions<'g> {
        Decisions {
            topology,
            guide,
            end,
            worth,
            here: Rc::default(),
            emphasised: vec![false; guide.events.list.len()],
            emphasis: 1.0,
            members: members(topology, guide),
            next: Vec::new(),
            known: BTreeMap::new(),
            key: Vec::new(),
            spreads: Spreads::default(),
            windows: 0.0,
        }
    }

    /// Begins with a branch from the nominal trial.
    pub fn begin_family(&mut self) {
        self.windows = 0.0;
    }

    /// What numbers of tries are multiplied by. What was explored so far may decide how much more is, as weights know how
    /// much that is.
    pub fn restraint(&self) -> f64 {
        PLENTY / self.windows.max(PLENTY)
    }

    /// Begins a new trial.
    pub fn begin_trial(&mut self) {
        self.spreads.clear();
    }

    /// How many tries something of this value deserves in a branch of this depth. The fewest fall with the depth, so that
    /// branches of branches die out.
    pub fn tries(&self, value: f64, depth: u32) -> f64 {
        let generation = f64::from(depth + 1);
        let fewest = FEWEST_TRIES / (generation * generation);
        (TRIES_PER_WORTH * value / self.worth).clamp(fewest, MOST_TRIES)
    }

    /// Opens a window in a branch: takes clocks away or gives them back, and plans tries.
    pub fn open(&mut self, path: &mut Path<'_>, from: Time, luck: &mut Stream) {
        self.windows += 1.0;
        self.look_up_gains(path);
        let length = self.length(path, from);
        let mut value = self.collect(path, from, length);
        let mut down = path.ledger.down().iter();
        let effort = if down.any(|event| self.emphasised[*event as usize]) {
            self.emphasis
        } else {
            value += self.emphasise(value);
            1.0
        };
        self.exchange(path, from);
        std::mem::swap(&mut path.window.withheld, &mut self.next);
        path.window.find_hazards(self.topology);
        path.window.from = from;
        path.window.ends = from.after(length);
        path.window.tries.clear();
        if path.window.is_open() {
            self.plan(path, (value, effort), luck);
        }
    }

    /// Finds the importance of a state, and the gains in it. A few states make up nearly all branches: they are worked out once.
    /// What is down is looked up in the order in which it went down, in which it is also added up.
    fn look_up_gains(&mut self, path: &Path<'_>) {
        let configuration = self.guide.configuration(&path.world.state);
        self.key.clear();
        self.key.push(configuration as u32);
        self.key
            .extend(path.fallen.iter().map(|target| *target as u32));
        self.key.push(u32::MAX);
        let configuration = &self.guide.configurations[configuration];
        let down = path.ledger.down().iter();
        for event in down.filter(|event| configuration.looks_at(**event)) {
            self.key
                .extend([*event, u32::from(path.ledger.count(*event))]);
        }
        if let Some(known) = self.known.get(&*self.key) {
            self.here = Rc::clone(known);
            return;
        }
        let events = self.guide.events.list.len();
        let mut standing = vec![true; self.guide.all.len()];
        for target in &path.fallen {
            standing[*target] = false;
        }
        let mut gains: Box<[f64]> = vec![0.0; events].into();
        let importance = configuration.gains(&path.ledger, &standing, &mut gains);
        let mut known = Known {
            importance,
            gains,
            listed: Box::default(),
        };
        let is_listed = |event: &u32| {
            let mut members = self.members[*event as usize].iter();
            self.is_relevant(&known, *event) || members.any(|member| member.is_initiator)
        };
        known.listed = (0..events as u32).filter(is_listed).collect();
        if (self.known.len() + 1) * events > MOST_KNOWN_GAINS {
            self.known.clear();
        }
        self.here = Rc::new(known);
        self.known
            .insert(self.key.as_slice().into(), Rc::clone(&self.here));
    }

    /// What one more member of a basic event would add to the importance, by the last decision.
    pub fn gain(&self, event: usize) -> f64 {
        self.here.gains[event]
    }

    /// Whether one more member of a basic event brings a state much nearer to a failure.
    fn is_relevant(&self, state: &Known, event: u32) -> bool {
        let gain = state.gains[event as usize];
        let enough = if self.guide.is_usual[event as usize] {
            RELEVANT_IN_A_CROWD
        } else {
            RELEVANT
        };
        gain > 0.0 && gain > (enough - 1.0) * state.importance
    }

    /// Gives clocks back that are no longer taken away, and takes others away. Both lists are in order. Alarms are set anew
    /// by what happens to their detectors, and crowds are joined by what is repaired, so that they have to be taken away
    /// again.
    fn exchange(&self, path: &mut Path<'_>, from: Time) {
        let mut next = self.next.iter().peekable();
        let world = &mut path.world;
        for held in &path.window.withheld {
            while let Some(new) = next.next_if(|new| new.rank < held.rank) {
                self.withhold(world, new);
            }
            match next.next_if(|new| new.rank == held.rank) {
                None => self.release(world, held, from),
                Some(kept) if self.is_crowd(kept) || matches!(kept.clock, Clock::Alarm(_)) => {
                    self.withhold(world, kept);
                }
                Some(_) => {}
            }
        }
        next.for_each(|new| self.withhold(world, new));
    }

    fn is_crowd(&self, held: &Withheld) -> bool {
        self.members[held.event as usize][0].is_crowd
    }

    fn withhold<C: Chance>(&self, world: &mut World<'_, C>, new: &Withheld) {
        match new.clock {
            Clock::Fault(id) if self.is_crowd(new) => world.withhold_family(id),
            clock => world.withhold(clock),
        }
    }

    fn release<C: Chance>(&self, world: &mut World<'_, C>, held: &Withheld, from: Time) {
        if !self.is_crowd(held) {
            return world.release(held.clock, from);
        }
        let event = &self.guide.events.list[held.event as usize];
        for clock in event.clocks() {
            world.release(*clock, from);
        }
    }

    /// One of those that were taken away together, by its place among those that can strike.
    fn one_of(&self, path: &Path<'_>, held: &Withheld, place: u32) -> Clock {
        if !self.is_crowd(held) {
            return held.clock;
        }
        let clocks = self.guide.events.list[held.event as usize].clocks().iter();
        let mut ready = clocks.filter(|clock| path.world.can_strike(**clock));
        *ready.nth(place as usize).expect("as many as were counted")
    }

    /// How far ahead one looks: until the next repair or until a standby has caught up, and not beyond what is measured.
    fn length(&self, path: &Path<'_>, from: Time) -> Span {
        let repaired = next_repair(path, from, |_| true).into_iter();
        self.until(path, from, repaired.chain(self.caught_up(path)).min())
    }

    fn caught_up(&self, path: &Path<'_>) -> Option<Time> {
        path.ledger.next_caught_up(&self.guide.events, &path.world)
    }

    /// How long a window will be, as far as that may decide what is taken away: when repairs end that are drawn anew is known
    /// by their means alone. If it depended on what was drawn, those that are long would come too often: strikes that are not
    /// tried keep them, and leave the short ones to be drawn anew.
    fn foreseen(&self, path: &Path<'_>, from: Time) -> Span {
        let known = next_repair(path, from, |id| self.guide.usual_crowd(id).is_none());
        let active = path.ledger.active.iter();
        let usual = active.filter_map(|id| self.guide.usual_crowd(*id));
        let rate: f64 = usual
            .map(|crowd| 1.0 / self.guide.events.list[crowd].lasts)
            .sum();
        let usual = (rate > 0.0).then(|| from.after(Span::from_seconds(1.0 / rate)));
        let known = known.into_iter().chain(usual);
        self.until(path, from, known.chain(self.caught_up(path)).min())
    }

    fn until(&self, path: &Path<'_>, from: Time, next: Option<Time>) -> Span {
        let next = next.unwrap_or_else(|| {
            if is_down_for_good(path) {
                self.end
            } else {
                from.after(LOOK_AHEAD.max(from.since(path.world.state.now)))
            }
        });
        next.min(self.end).since(from)
    }

    /// Lists the clocks to take away, with what each is worth; returns the sum.
    fn collect(&mut self, path: &Path<'_>, from: Time, length: Span) -> f64 {
        self.next.clear();
        let (mut total, mut idle) = (0.0, 0.0);
        if length == Span::ZERO {
            return total;
        }
        let stays = stays_seconds(path, from).unwrap_or(length.seconds());
        let mut chances = Chances::within(length);
        let mut foreseen = Chances::within(self.foreseen(path, from));
        for event in &self.here.listed {
            let is_relevant = self.is_relevant(&self.here, *event);
            let kind = &self.guide.events.list[*event as usize];
            let worth = match is_relevant {
                true => self.gain(*event as usize) / (1.0 / stays + 1.0 / kind.lasts),
                false => 0.0,
            };
            let members = self.members[*event as usize].iter();
            for member in members.filter(|member| is_relevant || member.is_initiator) {
                let (count, age) = if member.is_crowd {
                    let again = path.ledger.lingering(&self.guide.events, *event);
                    let left = kind.size() - path.ledger.count(*event) + again;
                    (u32::from(left), Span::ZERO)
                } else {
                    let age = path.world.clock_age(member.clock, from);
                    (u32::from(age.is_some()), age.unwrap_or_default())
                };
                if count == 0 {
                    continue;
                }
                let chance = chances.of(self.topology, member, age);
                // What was just repaired, by a law that never strikes so early.
                if chance <= 0.0 {
                    continue;
                }
                let held = Withheld {
                    clock: member.clock,
                    rank: member.rank,
                    event: *event,
                    count,
                    age,
                    chance,
                    value: chance * worth,
                };
                if !is_relevant {
                    idle += f64::from(count) * foreseen.of(self.topology, member, age);
                }
                total += held.values();
                self.next.push(held);
            }
        }
        if idle > RARE_CHANCE || path.depth > DEEPEST_IDLE {
            self.next.retain(|held| held.value > 0.0);
        }
        total
    }

    /// Makes more of what is emphasised; returns how much more.
    fn emphasise(&mut self, value: f64) -> f64 {
        let is_emphasised = |held: &Withheld| {
            let event = self.guide.events.of_clock(held.clock);
            event.is_some_and(|event| self.emphasised[event])
        };
        let held = self.next.iter().filter(|held| is_emphasised(held));
        let own: f64 = held.map(Withheld::values).sum();
        let factor = emphasis(own, value - own);
        for held in self.next.iter_mut().filter(|held| is_emphasised(held)) {
            held.value *= factor;
        }
        own * (factor - 1.0)
    }

    /// Draws what is tried in the window that was just opened.
    fn plan(&mut self, path: &mut Path<'_>, (value, effort): (f64, f64), luck: &mut Stream) {
        let (mut chances, mut count) = (0.0, 0.0);
        let (mut idle_chances, mut idle_count) = (0.0, 0.0);
        for held in &path.window.withheld {
            chances += held.chances();
            count += f64::from(held.count);
            if held.is_idle() {
                idle_chances += held.chances();
                idle_count += f64::from(held.count);
            }
        }
        // Where strikes are likely they are tried about as often as they happen, so that none of them weighs much.
        let likely = (LIKELY_TRIES * chances).min(1.0) / f64::from(path.depth + 1);
        let guided = self
            .tries(path.weight * value * effort, path.depth)
            .max(likely);
        let evenly = if value > 0.0 { DEFENSIVE } else { 1.0 };
        let even = |chance: f64, members: f64| 0.5 * chance / chances + 0.5 * members / count;
        // What the guide sees nothing in is tried as often as it happens, at least, so that no weight grows by it.
        let for_idle = guided * evenly * even(idle_chances, idle_count);
        let more = f64::max(idle_chances - for_idle, 0.0);
        let unrestrained = guided + more;
        let expected = unrestrained * self.restraint();
        // What one of them gets of all tries.
        let share = |held: &Withheld| {
            let by_value = match value > 0.0 {
                true => (1.0 - evenly) * held.value / value,
                false => 0.0,
            };
            let share = by_value + evenly * even(held.chance, 1.0);
            let more = if held.is_idle() && more > 0.0 {
                more * held.chance / idle_chances
            } else {
                0.0
            };
            (guided * share + more) / unrestrained
        };
        let mut tries = std::mem::take(&mut path.window.tries);
        let mut spread = *self.spreads.of(path.depth, &self.key, luck);
        let window = &path.window;
        for _ in 0..spread.round(expected) {
            let point = spread.next();
            let (held, place) = picked(&window.withheld, share, point.clock);
            let uniform = (held.chance, point.wait);
            let wait = strike_within(self.topology, held.clock, held.age, uniform);
            let at = window.from.after(wait).min(window.ends);
            let own = hazard(self.topology, held.clock, held.age, at.since(window.from));
            let others = window.hazard(self.topology, at) - own;
            tries.push(Try {
                at,
                clock: self.one_of(path, held, place),
                factor: held.chance * exp(-others) / (share(held) * expected),
                lasts: point.lasts,
            });
        }
        tries.sort_by_key(|planned| std::cmp::Reverse(planned.at));
        path.window.tries = tries;
        *self.spreads.of(path.depth, &self.key, luck) = spread;
    }
}

/// What a uniform number falls to, if each member of a crowd gets this share; and the member's place.
fn picked(
    withheld: &[Withheld],
    share: impl Fn(&Withheld) -> f64,
    uniform: f64,
) -> (&Withheld, u32) {
    let mut left = uniform;
    for held in withheld {
        let each = share(held);
        let all = f64::from(held.count) * each;
        if left < all {
            return (held, ((left / each) as u32).min(held.count - 1));
        }
        left -= all;
    }
    let last = &withheld[withheld.len() - 1];
    (last, last.count - 1)
}

/// When the next of these repairs is due.
fn next_repair(path: &Path<'_>, from: Time, is_meant: impl Fn(FaultId) -> bool) -> Option<Time> {
    let meant = path.ledger.active.iter().filter(|id| is_meant(**id));
    let due = meant.filter_map(|id| path.world.repair_due(*id));
    due.filter(|due| *due > from).min()
}

/// Whether something is never repaired, as far as time can tell.
fn is_down_for_good(path: &Path<'_>) -> bool {
    let world = &path.world;
    let mut active = path.ledger.active.iter();
    active.any(|id| world.repair_due(*id).is_none() && !world.waits_for_a_crew(*id))
}

/// For how much longer what is broken stays broken, on the average: the first repair may be of something that does not
/// matter, so that a strike before it keeps its value after it.
fn stays_seconds(path: &Path<'_>, from: Time) -> Option<f64> {
    let due = path.ledger.active.iter();
    let left = due
        .filter_map(|id| path.world.repair_due(*id))
        .filter(|due| *due > from)
        .map(|due| due.since(from).seconds());
    let (sum, count) = left.fold((0.0, 0.0), |(sum, count), left| (sum + left, count + 1.0));
    (count > 0.0).then_some(sum / count)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::measure::Observers;
    use crate::model;
    use crate::rare::chance::BranchChance;
    use crate::rare::guide::Rarity;
    use crate::rare::ledger::Ledger;
    use crate::rare::likelihood::Likelihood;
    use crate::rare::window::Window;
    use crate::rng::{Entity, Purpose};
    use crate::topology::compile::compile_parsed;
    use crate::world::Layout;

    /// Twelve pools alike: branches begin with some of them, and the others are usual.
    fn pools() -> Topology {
        let names: Vec<String> = (0..12).map(|index| format!("s{index}")).collect();
        let fails = "every: 100h, lasts: { exponential: { mean: 1h } }";
        let services = names.iter().map(|name| {
            format!("  {name}: {{ runs: {{ site: 4 }}, at-least: 2, instance: {{ fails: {{ {fails} }} }} }}\n")
        });
        let text = format!(
            "fivenines: 1\nname: pools\nplaces: {{ site: {{}} }}\nservices:\n{}journeys: {{ visit: {{ needs: [{}], rate: 10/s }} }}",
            services.collect::<String>(),
            names.join(", ")
        );
        let (topology, _) = compile_parsed(model::parse(&text, &[])).expect("a model of pools");
        topology
    }

    /// What is taken away after two members of a usual pool have failed, if they are repaired after so long.
    fn taken_away(topology: &Topology, guide: &Guide, repaired_after: Span) -> Vec<Clock> {
        let layout = Layout::new(topology);
        let mut luck = Stream::new(1, 0, Entity::named("decision"), Purpose(0));
        let mut path = Path {
            world: World::new(topology, &layout, BranchChance::new(&topology.draws)),
            observers: Observers::new(topology),
            ledger: Ledger::of(&guide.events),
            fallen: Vec::new(),
            fell_before: Vec::new(),
            weight: 1.0,
            depth: 0,
            window: Window::default(),
            likelihood: Likelihood::default(),
        };
        let usual = guide.is_usual.iter().position(|usual| *usual);
        let pool = &guide.events.list[usual.expect("a usual pool")];
        let struck: Vec<FaultId> = pool.clocks()[..2]
            .iter()
            .filter_map(|clock| match clock {
                Clock::Fault(id) => Some(*id),
                Clock::Alarm(_) => None,
            })
            .collect();
        for id in &struck {
            path.world.strike_at(Clock::Fault(*id), Time(1));
            let mut happened = false;
            while !happened {
                happened = path.world.rings_next(Clock::Fault(*id));
                path.world.step();
                path.ledger.note(guide, &path.world);
            }
        }
        let now = path.world.state.now;
        for id in &struck {
            path.world.repair_at(*id, now.after(repaired_after));
        }
        let worth = guide.value_per_trial / guide.branches_per_trial;
        let end = path.observers.window.to;
        Decisions::new(topology, guide, end, worth).open(&mut path, now, &mut luck);
        assert_eq!(path.window.ends, now.after(repaired_after));
        let withheld = path.window.withheld.iter();
        withheld.map(|held| held.clock).collect()
    }

    #[test]
    fn what_is_taken_away_does_not_depend_on_repairs_to_come() {
        let topology = pools();
        let guide = Guide::new(&topology, Rarity::All);
        assert!(!guide.initiators.is_empty());
        let soon = taken_away(&topology, &guide, Span::from_seconds(60.0));
        let late = taken_away(&topology, &guide, Span::from_seconds(36_000.0));
        assert!(!soon.is_empty());
        assert_eq!(soon, late);
    }
}
