//! Basic events: what can go wrong by itself, in the sense of fault trees.
//!
//! A clock strikes (a fault, a false alarm), or something that is asked for fails (a fence, a stage). Instances of one
//! pool in one place that fail and are repaired alike are one basic event with a count: which of them are down makes no
//! difference. Nor does it among many others that differ in what strikes them (see `alike`): those are counted together
//! as well, as a basic event of their own. Deliberately absent: delays, which decide how bad something becomes and not
//! whether it happens.

use std::collections::BTreeMap;

use super::behind::Behind;
use super::queue::Queue;
use crate::dist::Law;
use crate::engine::DrawId;
use crate::exact::k_of_n::counts;
use crate::topology::{
    CrewId, DetectorId, Families, FaultAction, FaultId, Fence, Owner, PartId, PlaceId, Start,
    Topology, TrafficId, Watch,
};
use crate::world::clocks::Clock;

/// For how long a false alarm is taken to be believed, at least, seconds.
const ALARM_SECONDS: f64 = 60.0;

/// Up to this hazard over a trial most parts live their first life only.
const ONE_LIFE: f64 = 0.7;

/// What happens when a basic event occurs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// One of these clocks strikes.
    Strike(Vec<Clock>),
    /// One of these clocks strikes, which belong to other basic events: whichever it is makes no difference.
    AnyOf(Vec<Clock>),
    /// What this draw decides does not work.
    Failure(DrawId),
}

/// A basic event.
#[derive(Clone, Debug)]
pub struct BasicEvent {
    /// What happens.
    pub what: What,
    /// The chance that one member is the case at a moment, or that what is asked for fails.
    pub chance: f64,
    /// How long one member lasts on the average, seconds, or half a trial if that is shorter; infinite for failures to
    /// work.
    pub lasts: f64,
    /// The mean square of how long one member lasts over the square of the mean.
    pub unevenness: f64,
    /// How many members of a pool have to be the case before it falls short, if they are all there is of it; of those
    /// counted together, how many do something by themselves.
    pub shortage: Option<u16>,
    /// The crew that repairs all members.
    pub crew: Option<CrewId>,
    /// The chance that so many members or more are the case at a moment, from none to all of them.
    at_least: Vec<f64>,
}

impl BasicEvent {
    /// A basic event that always lasts as long, and about whose shortage nothing is known.
    pub fn new(what: What, chance: f64, lasts: f64) -> BasicEvent {
        let mut event = BasicEvent {
            what,
            chance,
            lasts,
            unevenness: 1.0,
            shortage: None,
            crew: None,
            at_least: Vec::new(),
        };
        event.at_least = tails(event.size(), chance);
        event
    }

    /// The chance that so many members or more are the case at a moment.
    pub fn chance_of(&self, count: u16) -> f64 {
        self.at_least
            .get(usize::from(count))
            .copied()
            .unwrap_or(0.0)
    }

    /// How many members are the case: the quantile of that at a uniform number.
    pub fn usual(&self, uniform: f64) -> u16 {
        let more = self.at_least[1..].iter();
        more.take_while(|chance| uniform < **chance).count() as u16
    }

    /// By how many members are the case, about the chance that `count` of them will be before things are as usual
    /// again; what it is at any moment, if that is more.
    ///
    /// One goes up and down by one member at a time, so this is the ruin of a gambler who begins with so many members
    /// more than usual (W. Feller, "An Introduction to Probability Theory and Its Applications", volume I, chapter XIV).
    pub fn chances_to_reach(&self, count: u16) -> Vec<f64> {
        let any_time = self.chance_of(count);
        let usual = (f64::from(self.size()) * self.chance) as u16;
        // How much likelier the next repair is than the next strike, and the weight of each level among those below.
        let down_to_up = |level: u16| {
            let (down, up) = (f64::from(level), f64::from(self.size() - level));
            down * (1.0 - self.chance) / (up * self.chance)
        };
        let mut shares = Vec::new();
        let mut share = 1.0;
        for level in usual + 1..count {
            share *= down_to_up(level);
            shares.push(share);
            share /= 1.0 + share;
        }
        let mut chances = vec![any_time; usize::from(count) + 1];
        let mut reached = 1.0;
        for level in (1..=count).rev() {
            chances[usize::from(level)] = f64::max(any_time, reached);
            reached = match shares.pop() {
                Some(share) => reached / (1.0 + share),
                None => 0.0,
            };
        }
        chances
    }

    /// How many members it has.
    pub fn size(&self) -> u16 {
        match &self.what {
            What::Strike(_) | What::AnyOf(_) => {
                u16::try_from(self.members().len()).unwrap_or(u16::MAX)
            }
            What::Failure(_) => 1,
        }
    }

    /// The clocks of its members.
    pub fn members(&self) -> &[Clock] {
        match &self.what {
            What::Strike(clocks) | What::AnyOf(clocks) => clocks,
            What::Failure(_) => &[],
        }
    }

    /// Whether it is a failure to work, which makes longer what has begun.
    pub fn prolongs(&self) -> bool {
        matches!(self.what, What::Failure(_))
    }

    /// The clocks that belong to it and to no other basic event.
    pub fn clocks(&self) -> &[Clock] {
        match &self.what {
            What::Strike(clocks) => clocks,
            What::AnyOf(_) | What::Failure(_) => &[],
        }
    }
}

/// All basic events of a topology, and where each clock and draw belongs.
#[derive(Clone, Debug)]
pub struct Events {
    /// The basic events.
    pub list: Vec<BasicEvent>,
    of_fault: Vec<Option<u32>>,
    of_alarm: Vec<Option<u32>>,
    /// Which standbys fall behind by which faults.
    pub behind: Behind,
    /// Where failures to work begin in the list.
    first_failure: usize,
    /// Those that are counted together, at the end of the list.
    groups: Vec<Group>,
    /// What crews repair one at a time.
    pub queues: Vec<Queue>,
    /// The one that each basic event is counted in.
    group_of: Vec<Option<u32>>,
}

/// Basic events of which any member may stand in for any other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// The basic events.
    pub events: Vec<u32>,
    /// How many members of them do something by themselves; nothing if not even all do.
    pub shortage: Option<u16>,
}

impl Events {
    /// Collects the basic events of a topology.
    pub fn new(topology: &Topology) -> Events {
        let mut events = Events {
            list: Vec::new(),
            of_fault: vec![None; topology.faults.len()],
            of_alarm: vec![None; topology.detectors.len()],
            behind: Behind::new(topology),
            first_failure: 0,
            groups: Vec::new(),
            queues: Vec::new(),
            group_of: Vec::new(),
        };
        let families = Families::of(topology);
        let settling = settling(topology);
        for id in (0..topology.faults.len()).map(FaultId::from) {
            events.add_fault(topology, &families, &settling, id);
        }
        for event in &mut events.list {
            event.shortage = shortage(topology, event);
        }
        events.add_alarms(topology);
        events.first_failure = events.list.len();
        for store in &topology.stores {
            let Some(failover) = &store.failover else {
                continue;
            };
            let fence = match failover.fence {
                Fence::None => 1.0,
                Fence::Lease { works, .. } | Fence::Stonith { works, .. } => works,
            };
            events.add_failure(failover.draw_fence_works, fence);
            events.add_failure(failover.promote.draw_works, failover.promote.works);
            events.add_failure(failover.redirect.draw_works, failover.redirect.works);
        }
        events.group_of = vec![None; events.list.len()];
        events.find_queues(topology);
        events
    }

    /// Counts the members of these basic events together as well.
    pub fn count_together(&mut self, topology: &Topology, groups: Vec<Group>) {
        for group in &groups {
            let kinds: Vec<&BasicEvent> =
                group.events.iter().map(|event| self.kind(*event)).collect();
            let together = joined(&kinds, group.shortage);
            for event in &group.events {
                self.group_of[*event as usize] = Some(self.list.len() as u32);
            }
            self.list.push(together);
            self.group_of.push(None);
        }
        self.groups.extend(groups);
        self.find_queues(topology);
    }

    fn find_queues(&mut self, topology: &Topology) {
        let crews = (0..topology.crews.len()).map(CrewId::from);
        let queues = crews.filter_map(|crew| Queue::new(topology, &self.list, crew));
        self.queues = queues.collect();
    }

    /// Those that are counted together, each with the index of the basic event that counts them.
    pub fn groups(&self) -> impl Iterator<Item = (u32, &Group)> {
        let first = self.list.len() - self.groups.len();
        (first as u32..).zip(&self.groups)
    }

    /// The basic event that counts the members of this one together with others.
    pub fn group_of(&self, event: u32) -> Option<u32> {
        self.group_of[event as usize]
    }

    fn kind(&self, event: u32) -> &BasicEvent {
        &self.list[event as usize]
    }

    fn add_fault(
        &mut self,
        topology: &Topology,
        families: &Families,
        settling: &[f64],
        id: FaultId,
    ) {
        let fault = &topology.faults[id.index()];
        let alone = [id];
        let alike = match families.family_of(id) {
            Some(family) => &families.list[family.index()].faults[..],
            None => &alone,
        };
        if alike[0] != id {
            return;
        }
        for one in alike {
            self.of_fault[one.index()] = Some(self.list.len() as u32);
        }
        // Everything starts up: what lasts longer than a trial is down for half of it on the average, if it strikes.
        let trial = topology.window.length.seconds() + topology.window.warm_up.seconds();
        let settles = parts_hit(topology, Clock::Fault(id)).map(|part| settling[part.index()]);
        let lasts = fault.lasts.mean() + settles.fold(0.0, f64::max);
        let lasts = lasts.min(0.5 * trial);
        let between = match topology.window.start {
            Start::New => trial / first_strikes(&fault.every, trial),
            Start::Equilibrium => fault.every.mean(),
        };
        let what = What::Strike(alike.iter().copied().map(Clock::Fault).collect());
        self.list.push(BasicEvent {
            unevenness: unevenness(&fault.lasts, trial),
            crew: fault.crew,
            ..BasicEvent::new(what, lasts / (between + lasts), lasts)
        });
    }

    /// False alarms: those about instances of one pool in one place that a balancer watches are alike.
    fn add_alarms(&mut self, topology: &Topology) {
        let mut alike: BTreeMap<(TrafficId, Owner, PlaceId), usize> = BTreeMap::new();
        let mut crowds: Vec<Vec<DetectorId>> = Vec::new();
        for id in (0..topology.detectors.len()).map(DetectorId::from) {
            let detector = &topology.detectors[id.index()];
            if detector.false_alarm_every.is_none() {
                continue;
            }
            let crowd = match detector.watches {
                Watch::Instance(entry, part) => {
                    let part = &topology.parts[part.index()];
                    let key = (entry, part.owner, part.place);
                    *alike.entry(key).or_insert(crowds.len())
                }
                Watch::Target(..) | Watch::Primary(_) => crowds.len(),
            };
            if crowd == crowds.len() {
                crowds.push(Vec::new());
            }
            crowds[crowd].push(id);
        }
        for crowd in crowds {
            self.add_alarms_alike(topology, &crowd);
        }
    }

    fn add_alarms_alike(&mut self, topology: &Topology, alike: &[DetectorId]) {
        let detector = &topology.detectors[alike[0].index()];
        let Some(mean) = detector.false_alarm_every else {
            return;
        };
        let lasts = detector.time_to_pass().seconds().max(ALARM_SECONDS);
        for id in alike {
            self.of_alarm[id.index()] = Some(self.list.len() as u32);
        }
        self.list.push(BasicEvent::new(
            What::Strike(alike.iter().copied().map(Clock::Alarm).collect()),
            lasts / (mean + lasts),
            lasts,
        ));
    }

    fn add_failure(&mut self, draw: DrawId, works: f64) {
        // What fails more often than not is no rare event.
        if works > 0.5 && works < 1.0 {
            self.list.push(BasicEvent::new(
                What::Failure(draw),
                1.0 - works,
                f64::INFINITY,
            ));
        }
    }

    /// The basic event that a clock belongs to.
    pub fn of_clock(&self, clock: Clock) -> Option<usize> {
        let event = match clock {
            Clock::Fault(id) => self.of_fault[id.index()],
            Clock::Alarm(id) => self.of_alarm[id.index()],
        };
        event.map(|event| event as usize)
    }

    /// The basic events whose members a crew repairs.
    pub fn repaired_by(&self, crew: CrewId) -> Vec<usize> {
        let events = self.list.iter().enumerate();
        let its_own = events.filter(|(_, event)| event.crew == Some(crew));
        let strikes = its_own.filter(|(_, event)| matches!(event.what, What::Strike(_)));
        strikes.map(|(index, _)| index).collect()
    }

    /// The basic event that a yes or no decides.
    pub fn of_draw(&self, draw: DrawId) -> Option<usize> {
        // Failures are the last ones, and few.
        let decides = |event: &BasicEvent| event.what == What::Failure(draw);
        let list = &self.list[self.first_failure..];
        list.iter()
            .position(decides)
            .map(|index| self.first_failure + index)
    }
}

/// The mean square of a duration over the square of its mean, if none is longer than a trial.
fn unevenness(lasts: &Law, trial: f64) -> f64 {
    let mean = lasts.limited_mean(trial);
    if mean > 0.0 {
        lasts.limited_mean_square(trial) / (mean * mean)
    } else {
        1.0
    }
}

/// All members of these basic events as one, in turn one of each as long as there are any.
fn joined(kinds: &[&BasicEvent], shortage: Option<u16>) -> BasicEvent {
    let longest = kinds.iter().map(|kind| kind.clocks().len()).max();
    let turns = 0..longest.unwrap_or(0);
    let in_turn =
        turns.flat_map(|turn| kinds.iter().filter_map(move |kind| kind.clocks().get(turn)));
    let clocks: Vec<Clock> = in_turn.copied().collect();
    // Means over what is down at a moment.
    let down: f64 = kinds
        .iter()
        .map(|kind| f64::from(kind.size()) * kind.chance)
        .sum();
    let end = |kind: &&BasicEvent| f64::from(kind.size()) * kind.chance / kind.lasts;
    let ends: f64 = kinds.iter().map(end).sum();
    let uneven = kinds.iter().map(|kind| end(kind) / ends * kind.unevenness);
    let members = clocks.len() as f64;
    BasicEvent {
        what: What::AnyOf(clocks),
        chance: down / members,
        lasts: down / ends,
        unevenness: uneven.sum(),
        shortage,
        crew: kinds[0]
            .crew
            .filter(|crew| kinds.iter().all(|kind| kind.crew == Some(*crew))),
        at_least: tails_together(kinds),
    }
}

/// The chance that so many members or more of these basic events are the case, from none to all.
fn tails_together(kinds: &[&BasicEvent]) -> Vec<f64> {
    let members = kinds
        .iter()
        .flat_map(|kind| std::iter::repeat_n(kind.chance, kind.size().into()));
    let mut tails = counts(&members.collect::<Vec<f64>>());
    for count in (0..tails.len() - 1).rev() {
        tails[count] += tails[count + 1];
    }
    tails
}

/// The chance that so many of these members or more are the case, from none to all: the tails of the binomial law,
/// built from its mode outwards.
pub(super) fn tails(size: u16, chance: f64) -> Vec<f64> {
    // Something may always be down.
    let odds = chance / (1.0 - chance).max(f64::EPSILON);
    let ratio = |count: u16| odds * f64::from(size - count) / f64::from(count + 1);
    let mode = (f64::from(size) * chance) as u16;
    let mut tails = vec![1.0; usize::from(size) + 1];
    for count in mode..size {
        tails[usize::from(count) + 1] = tails[usize::from(count)] * ratio(count);
    }
    for count in (0..mode).rev() {
        tails[usize::from(count)] = tails[usize::from(count) + 1] / ratio(count);
    }
    for count in (0..usize::from(size)).rev() {
        tails[count] += tails[count + 1];
    }
    let all = tails[0];
    tails.iter_mut().for_each(|tail| *tail /= all);
    tails
}

/// About how often something new strikes in a trial: what wears out hardly does at first.
fn first_strikes(every: &Law, trial: f64) -> f64 {
    let hazard = every.cumulative_hazard(trial);
    if hazard > 0.0 && hazard < ONE_LIFE {
        hazard
    } else {
        trial / every.mean()
    }
}

/// The parts that are down, or taken for down, once a clock has struck.
pub fn parts_hit(topology: &Topology, clock: Clock) -> impl Iterator<Item = PartId> {
    let (places, parts): (&[PlaceId], &[PartId]) = match clock {
        Clock::Fault(id) => match &topology.faults[id.index()].action {
            FaultAction::Down { places, parts, .. } => (places, parts),
            FaultAction::Cut(_) => (&[], &[]),
        },
        Clock::Alarm(id) => match &topology.detectors[id.index()].watches {
            Watch::Instance(_, part) => (&[], std::slice::from_ref(part)),
            Watch::Target(..) | Watch::Primary(_) => (&[], &[]),
        },
    };
    let in_places = places
        .iter()
        .flat_map(|place| &topology.places[place.index()].parts);
    in_places.chain(parts).copied()
}

/// For how long balancers keep each part out once it is up again, seconds.
fn settling(topology: &Topology) -> Vec<f64> {
    let mut longest = vec![0.0; topology.parts.len()];
    for detector in &topology.detectors {
        if let Watch::Instance(_, part) = detector.watches {
            let passes = detector.time_to_pass().seconds();
            longest[part.index()] = f64::max(longest[part.index()], passes);
        }
    }
    for entry in &topology.traffic {
        let Some(passive) = entry.passive_health() else {
            continue;
        };
        let pools = entry
            .targets
            .iter()
            .map(|target| &topology.pools[target.pool.index()]);
        for part in pools.flat_map(|pool| &pool.parts) {
            // What it lets in again is as likely to be due at any moment.
            let left = 0.5 * passive.ejects_for.seconds();
            longest[part.index()] = f64::max(longest[part.index()], left);
        }
    }
    longest
}

/// How many of these instances make their pool fall short, if they are all of it and have no load to share.
fn shortage(topology: &Topology, event: &BasicEvent) -> Option<u16> {
    let Some(Clock::Fault(id)) = event.clocks().first() else {
        return None;
    };
    let FaultAction::Down { parts, .. } = &topology.faults[id.index()].action else {
        return None;
    };
    let Owner::Pool(pool) = topology.parts[parts.first()?.index()].owner else {
        return None;
    };
    let pool = &topology.pools[pool.index()];
    let is_whole = pool.parts.len() == event.clocks().len();
    let short = pool.parts.len() + 1 - pool.at_least as usize;
    (is_whole && pool.serves.is_none()).then_some(u16::try_from(short).unwrap_or(u16::MAX))
}
