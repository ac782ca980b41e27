//! Looking ahead: what an event at one part is going to read is asked of the memory all at once.
//!
//! In a large model nothing that an event is about is in a cache, and most of it is found through something else that is
//! not: an event waits for the memory some thirty times, once after the other. But where all of it is follows from the
//! model. Reads that do not depend on each other are waited for together, so that one read of everything beforehand is much
//! cheaper than it looks. It changes nothing but the time that a trial takes, and is left out where caches hold
//! the whole model. Deliberately absent: events that are rare, and what more than one thing of a kind depends on.

use std::hint::black_box;

use super::dependencies::Dependencies;
use super::factor::Factor;
use super::flow::Linear;
use super::lists::Lists;
use super::state::TrafficState;
use super::{Layout, Timer, World};
use crate::dist::Law;
use crate::engine::Chance;
use crate::topology::{
    Detector, DetectorId, DrawId, FaultAction, FaultId, Owner, PartId, Place, Target, Topology,
    Traffic, TrafficId, Watch,
};

/// Models with fewer timers than this are in a cache as a whole.
const MANY_TIMERS: usize = 3_000;

/// There is no such thing.
const NONE: u32 = u32::MAX;

/// Where things are that events at a part are about, in one line of the processor's cache.
#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
pub(super) struct Sight {
    part: u32,
    place: u32,
    pool: u32,
    store: u32,
    detector: u32,
    prober: u32,
    entry: u32,
    target: u32,
    arrival: u32,
    factors: [u32; 2],
    journey: u32,
    /// The first fault that hits the part.
    fault: u32,
    phase: DrawId,
}

/// What events will be about.
#[derive(Clone, Debug, Default)]
pub(super) struct Ahead {
    /// By fault, for those that hit a single part.
    faults: Vec<Sight>,
    /// By detector, for those of a single part.
    detectors: Vec<Sight>,
}

/// What is found for each part before that.
pub(super) struct Around<'a> {
    pub topology: &'a Topology,
    pub depends: &'a Dependencies,
    pub detectors: &'a Lists<DetectorId>,
    pub backends: &'a Lists<(TrafficId, u32, u32)>,
    pub probers: &'a [usize],
}

impl Ahead {
    /// Nothing for a model with few timers.
    pub fn new(around: &Around<'_>, timers: usize) -> Ahead {
        if timers < MANY_TIMERS {
            return Ahead::default();
        }
        let topology = around.topology;
        let only_part = |action: &FaultAction| match action {
            FaultAction::Down { places, parts, .. } if places.is_empty() && parts.len() == 1 => {
                around.sight(parts[0])
            }
            _ => Sight::NOTHING,
        };
        let watched = |watches: Watch| match watches {
            Watch::Instance(_, part) => around.sight(part),
            _ => Sight::NOTHING,
        };
        let faults = topology.faults.iter();
        let detectors = topology.detectors.iter();
        Ahead {
            faults: faults.map(|fault| only_part(&fault.action)).collect(),
            detectors: detectors.map(|one| watched(one.watches)).collect(),
        }
    }
}

impl Sight {
    const NOTHING: Sight = Sight {
        part: NONE,
        place: NONE,
        pool: NONE,
        store: NONE,
        detector: NONE,
        prober: NONE,
        entry: NONE,
        target: NONE,
        arrival: NONE,
        factors: [NONE; 2],
        journey: NONE,
        fault: NONE,
        phase: DrawId(NONE),
    };
}

impl Around<'_> {
    fn sight(&self, part: PartId) -> Sight {
        let (topology, depends) = (self.topology, self.depends);
        let checked = &topology.parts[part.index()];
        let detectors = self.detectors.of(part.index());
        let detector = detectors.first().map(|id| id.index());
        let backend = self.backends.of(part.index()).first();
        let journey = backend.and_then(|backend| depends.entering.of(backend.0.index()).first());
        let arrival = journey.zip(backend);
        let arrival = arrival
            .map(|(journey, backend)| depends.first_arrival[journey.index()] + backend.1 as usize);
        let (pool, store) = match checked.owner {
            Owner::Pool(pool) => (pool.0, NONE),
            Owner::Store(store, _) => (NONE, store.0),
        };
        let factors = match checked.owner {
            Owner::Pool(pool) => depends.of_pool.of(pool.index()),
            Owner::Store(store, _) => depends.of_store.of(store.index()),
        };
        let factor = |rank: usize| factors.get(rank).map_or(NONE, |id| *id as u32);
        Sight {
            part: part.0,
            place: checked.place.0,
            pool,
            store,
            detector: detector.map_or(NONE, |index| index as u32),
            prober: detector.map_or(NONE, |index| self.probers[index] as u32),
            entry: backend.map_or(NONE, |backend| backend.0.0),
            target: backend.map_or(NONE, |backend| backend.1),
            arrival: arrival.map_or(NONE, |arrival| arrival as u32),
            factors: [factor(0), factor(1)],
            journey: journey.map_or(NONE, |journey| journey.0),
            fault: checked.faults.first().map_or(NONE, |fault| fault.0),
            phase: detector.map_or(DrawId(NONE), |index| topology.detectors[index].draw_phase),
        }
    }
}

/// A read of something that is perhaps not there.
#[inline]
fn read<T>(list: &[T], index: u32, of: impl FnOnce(&T) -> u64) -> u64 {
    list.get(index as usize).map_or(0, of)
}

impl<C: Chance> World<'_, C> {
    /// A fault is going to strike or to end.
    #[inline]
    pub(super) fn look_ahead_to_fault(&self, id: FaultId) {
        if let Some(sight) = self.layout.ahead.faults.get(id.index()) {
            if sight.part == NONE {
                return;
            }
            let fault = &self.topology.faults[id.index()];
            let law = |law: &Law| u64::from(matches!(law, Law::Fixed(_)));
            let only_part = match &fault.action {
                FaultAction::Down { parts, .. } => read(parts, 0, |part| part.0.into()),
                FaultAction::Cut(_) => 0,
            };
            let seen = self.state.faults[id.index()].struck.0
                ^ law(&fault.every)
                ^ law(&fault.lasts)
                ^ only_part
                ^ u64::from(self.layout.sharing_a_clock(id).is_some())
                ^ self.chance.look_ahead(fault.draw_repair);
            black_box(seen ^ self.look_at_part(sight));
        }
    }

    /// An opinion is going to change.
    #[inline]
    pub(super) fn look_ahead_to_opinion(&self, id: DetectorId) {
        if let Some(sight) = self.layout.ahead.detectors.get(id.index()) {
            black_box(self.look_at_part(sight));
        }
    }

    #[inline(never)]
    fn look_at_part(&self, sight: &Sight) -> u64 {
        let state = self.look_at_state(sight) ^ self.look_at_flow(sight);
        state ^ look_at_layout(self.layout, sight) ^ self.look_at_model(sight)
    }

    fn look_at_state(&self, sight: &Sight) -> u64 {
        let state = &self.state;
        let detector = if sight.detector == NONE {
            0
        } else {
            let timer = Timer::Opinion(DetectorId(sight.detector));
            u64::from(self.is_set(timer)) ^ self.chance.look_ahead(sight.phase)
        };
        let of_entry =
            |it: &TrafficState| it.past.len() as u64 ^ read(&it.answer, 0, |share| share.to_bits());
        detector
            ^ read(&state.parts, sight.part, |it| it.refuses.into())
            ^ read(&state.faults, sight.fault, |it| it.struck.0)
            ^ read(&state.detectors, sight.detector, |it| it.changed.0)
            ^ read(&state.detectors, sight.detector, |it| it.votes.into())
            ^ read(&state.probers, sight.prober, |it| it.next.0)
            ^ read(&state.traffic, sight.entry, of_entry)
            ^ read(&state.stores, sight.store, |it| it.began.0)
    }

    fn look_at_flow(&self, sight: &Sight) -> u64 {
        let flow = &self.flow;
        let now = |it: &Linear| it.now.to_bits();
        let [one, other] = sight.factors;
        read(&flow.factors, one, now)
            ^ read(&flow.factors, other, now)
            ^ read(&flow.arrivals, sight.arrival, |it| it.entered.to_bits())
            ^ read(&flow.journeys, sight.journey, now)
            ^ read(&flow.worth, sight.journey, |it| read(it, 0, now))
    }

    fn look_at_model(&self, sight: &Sight) -> u64 {
        let (topology, faults) = (self.topology, &self.state.faults);
        let of_place = |it: &Place| {
            let fault = read(&it.faults, 0, |id| read(faults, id.0, |it| it.struck.0));
            fault ^ u64::from(it.parent.0)
        };
        let of_detector = |it: &Detector| {
            let from = read(&it.vantage, 0, |place| place.0.into());
            from ^ it.every.0 ^ it.agree as u64 ^ u64::from(matches!(it.watches, Watch::Primary(_)))
        };
        let of_target = |it: &Target| {
            let checks = read(&it.instance_checks, 0, |id| id.0.into());
            checks ^ u64::from(it.place.0)
        };
        let of_entry = |it: &Traffic| {
            u64::from(it.balancer.is_some()) ^ read(&it.targets, sight.target, of_target)
        };
        read(&topology.parts, sight.part, |it| it.place.0.into())
            ^ read(&topology.parts, sight.part, |it| {
                read(&it.faults, 0, |id| id.0.into())
            })
            ^ read(&topology.places, sight.place, of_place)
            ^ read(&topology.detectors, sight.detector, of_detector)
            ^ read(&topology.journeys, sight.journey, |it| it.rate.to_bits())
            ^ read(&topology.pools, sight.pool, |it| {
                read(&it.parts, 0, |id| id.0.into())
            })
            ^ read(&topology.traffic, sight.entry, of_entry)
    }
}

fn look_at_layout(layout: &Layout, sight: &Sight) -> u64 {
    let depends = &layout.depends;
    let [one, other] = sight.factors;
    let is_entry = |it: &Factor| u64::from(it.is_entry());
    let is_fixed = |it: &Law| u64::from(matches!(it, Law::Fixed(_)));
    let lists = layout.part_detectors.start(sight.part)
        ^ layout.part_backends.start(sight.part)
        ^ layout.ejecting.start(sight.part)
        ^ depends.of_pool.start(sight.pool)
        ^ depends.entering.start(sight.entry)
        ^ depends.with_factor.start(one)
        ^ layout.pool_loads.start(sight.pool);
    u64::from(lists)
        ^ read(&depends.factors, one, is_entry)
        ^ read(&depends.factors, other, is_entry)
        ^ read(&layout.phases, sight.detector, is_fixed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::Plain;
    use crate::model::parse;
    use crate::topology::compile::compile_parsed;

    const LARGE: &str = "fivenines: 1
name: large
places: { here: { zones: [a, b] } }
services:
  web: { runs: { here: 1000 }, instance: { fails: { every: 90d, lasts: { median: 4m, p95: 20m } } } }
traffic:
  www: { to: web, at: here, balancer: { l7: { tries: 2, active: { every: 10s, after: 2 } } } }
journeys:
  visit: { enters: www, rate: 200/s }
";

    #[test]
    fn it_looks_at_what_events_are_about_and_changes_nothing() {
        let (topology, _) = compile_parsed(parse(LARGE, &[])).expect("a model without errors");
        let layout = Layout::new(&topology);
        let mut blind = layout.clone();
        blind.ahead = Ahead::default();
        let world = |layout| World::new(&topology, layout, Plain::new(&topology.draws, 1, 0));
        let (mut seeing, mut blind) = (world(&layout), world(&blind));
        for _ in 0..2_000 {
            assert_eq!(seeing.step(), blind.step());
            assert_eq!(seeing.notes, blind.notes);
        }
        assert_eq!(layout.ahead.faults.len(), 1000);
        for (sight, fault) in layout.ahead.faults.iter().zip(&topology.faults) {
            let parts = vec![PartId(sight.part)];
            let FaultAction::Down { parts: hit, .. } = &fault.action else {
                panic!("{} hits nothing", fault.path);
            };
            let watches = topology.detectors[sight.detector as usize].watches;
            assert_eq!(&parts, hit);
            assert_eq!(watches, Watch::Instance(TrafficId(0), parts[0]));
            assert_eq!((sight.target, sight.journey, sight.arrival), (0, 0, 0));
        }
    }
}
