//! Alike basic events: those of which any may stand in for any other.
//!
//! Of forty brokers of which thirty-six are needed, any five are an outage, and there are 658,008 such sets: too many to
//! list, and every list that is cut off would steer by chance. Where it makes no difference which ones are down, only
//! how many are, they are counted together, like the instances of one pool, however much they differ in how often they
//! fail and for how long. That nothing tells them apart is a guess from what they touch and from where they are, and
//! random subsets of them are drilled before it is believed. Deliberately absent: proofs, and wholes made of several
//! basic events each, such as pairs of which so many have to be there.

use std::collections::BTreeMap;

use super::drill::{Drills, Median, Outcome, apart};
use super::event::{Events, Group, parts_hit};
use super::reach::Reach;
use crate::rng::{Entity, Purpose, Stream};
use crate::time::Span;
use crate::topology::{Need, Owner, PlaceId, Topology};
use crate::world::clocks::Clock;
use crate::world::{Layout, World};

/// Fewer basic events than this are told apart.
const FEWEST: usize = 10;
/// Fewer sets than this can be listed.
const FEWEST_SETS: f64 = 1000.0;
/// Members of a set that are counted for that, where not even all members do anything by themselves.
const MEMBERS: u16 = 8;
/// Random orders in which so many are struck.
const ORDERS: u64 = 16;
/// What costs differ by at most, as a factor, if nothing tells two sets apart.
const ALIKE: f64 = 2.0;

/// Finds what can be counted together, with at most so many drills.
pub(super) fn groups(
    topology: &Topology,
    events: &Events,
    reach: &Reach,
    layout: &Layout,
    most: usize,
) -> Vec<Group> {
    let classes = touching_the_same(topology, events, reach);
    if classes.is_empty() {
        return Vec::new();
    }
    let drills = Drills::new(topology, events);
    let mut search = Alikeness {
        topology,
        events,
        base: drills.base(layout),
        drills,
        left: most,
        found: Vec::new(),
    };
    for class in classes {
        search.divide(class);
    }
    search.found
}

/// What is the same of alike basic events: the strands that they touch, the choices that they are part of, and how many
/// parts they take down.
type Traits<'a> = (&'a [u32], &'a [u32], usize);

/// Strikes that touch the same strands by the same choices and take as many parts down, in lists that are long enough.
fn touching_the_same(topology: &Topology, events: &Events, reach: &Reach) -> Vec<Vec<u32>> {
    let choices = choices_of_services(topology);
    let mut classes: BTreeMap<Traits<'_>, Vec<u32>> = BTreeMap::new();
    for (index, event) in (0..).zip(&events.list) {
        let touched = reach.touched_by(index);
        let Some(clock @ Clock::Fault(_)) = event.clocks().first() else {
            continue;
        };
        let mut hit = parts_hit(topology, *clock);
        let Some(first) = hit.next().filter(|_| !touched.is_empty()) else {
            continue;
        };
        let choices = match topology.parts[first.index()].owner {
            Owner::Pool(pool) => &choices[topology.pools[pool.index()].service.index()][..],
            Owner::Store(..) => &[],
        };
        let class = classes.entry((touched, choices, hit.count()));
        class.or_default().push(index);
    }
    let long = classes.into_values().filter(|class| class.len() >= FEWEST);
    long.collect()
}

/// For each service, the choices among needs that it is part of, by their numbers.
fn choices_of_services(topology: &Topology) -> Vec<Vec<u32>> {
    let mut choices = vec![Vec::new(); topology.services.len()];
    let of_journeys = topology.journeys.iter().map(|journey| &journey.needs);
    let of_services = topology.services.iter().map(|service| &service.needs);
    let mut waiting: Vec<(&Need, Vec<u32>)> = of_journeys
        .chain(of_services)
        .map(|need| (need, Vec::new()))
        .collect();
    let mut count = 0;
    while let Some((need, around)) = waiting.pop() {
        match need {
            Need::All(needs) => waiting.extend(needs.iter().map(|need| (need, around.clone()))),
            Need::AtLeast { of, .. } => {
                let mut inside = around;
                inside.push(count);
                count += 1;
                waiting.extend(of.iter().map(|need| (need, inside.clone())));
            }
            Need::Soft { need, .. } => waiting.push((need, around)),
            Need::Service { service, .. } => choices[service.index()].extend(around),
            Need::Read(_) | Need::Write(_) => {}
        }
    }
    choices
}

struct Alikeness<'t> {
    topology: &'t Topology,
    events: &'t Events,
    base: World<'t, Median>,
    drills: Drills<'t>,
    /// Drills that are left.
    left: usize,
    found: Vec<Group>,
}

impl Alikeness<'_> {
    /// Divides basic events by what one member of each does, and then by where they are until no place tells them apart.
    fn divide(&mut self, class: Vec<u32>) {
        let mut waiting: Vec<(Vec<u32>, usize)> = Vec::new();
        for alike in self.by_what_one_does(class) {
            waiting.push((alike, 0));
        }
        while let Some((class, depth)) = waiting.pop() {
            if class.len() < FEWEST || self.left == 0 {
                continue;
            }
            if let Some(shortage) = self.shortage_whichever(&class) {
                let sizes = class
                    .iter()
                    .map(|event| self.events.list[*event as usize].size());
                if sets(sizes, shortage) >= FEWEST_SETS {
                    self.found.push(Group {
                        events: class,
                        shortage,
                    });
                }
                continue;
            }
            let mut by_place: BTreeMap<Vec<PlaceId>, Vec<u32>> = BTreeMap::new();
            let mut deepest = 0;
            for event in class {
                let mut places = self.places_of(event);
                deepest = deepest.max(places.len());
                places.truncate(depth + 1);
                by_place.entry(places).or_default().push(event);
            }
            if depth < deepest {
                waiting.extend(by_place.into_values().map(|class| (class, depth + 1)));
            }
        }
    }

    /// Divides basic events by what one member of each does, where there are drills enough to look.
    fn by_what_one_does(&mut self, class: Vec<u32>) -> Vec<Vec<u32>> {
        if class.len() > self.left / 4 {
            return vec![class];
        }
        let overlap = self.mean_length(&class);
        let mut alike: Vec<(Outcome, Vec<u32>)> = Vec::new();
        for event in class {
            let first = &self.events.list[event as usize].clocks()[..1];
            let outcome = self.strike(first, overlap);
            match alike.iter_mut().find(|other| is_same(&other.0, &outcome)) {
                Some((_, events)) => events.push(event),
                None => alike.push((outcome, vec![event])),
            }
        }
        alike.into_iter().map(|(_, events)| events).collect()
    }

    /// How many members it takes to do anything, if that is the same whichever they are; nothing inside if not even all
    /// of them do.
    fn shortage_whichever(&mut self, class: &[u32]) -> Option<Option<u16>> {
        let overlap = self.mean_length(class);
        let orders = self.orders(class);
        let all = orders[0].len();
        let does_something = |outcome: &Outcome| outcome.costs.iter().any(|cost| *cost > 0.0);
        if !does_something(&self.strike(&orders[0], overlap)) {
            return Some(None);
        }
        let (mut too_few, mut enough) = (0, all);
        while enough - too_few > 1 {
            let middle = usize::midpoint(too_few, enough);
            if does_something(&self.strike(&orders[0][..middle], overlap)) {
                enough = middle;
            } else {
                too_few = middle;
            }
        }
        for count in [1, too_few, enough, (2 * enough).min(all)] {
            let mut outcomes = orders
                .iter()
                .map(|order| self.strike(&order[..count], overlap));
            let first = outcomes.next()?;
            if !outcomes.all(|other| is_same(&first, &other)) {
                return None;
            }
        }
        Some(u16::try_from(enough).ok())
    }

    fn strike(&mut self, clocks: &[Clock], overlap: f64) -> Outcome {
        self.left = self.left.saturating_sub(1);
        self.drills
            .strike(&self.base, clocks, Span::from_seconds(overlap))
    }

    /// All members as they are listed, the other way round, and in random orders; but first those that take different
    /// parts down. Neighbours in the list are neighbours in the topology.
    fn orders(&self, class: &[u32]) -> Vec<Vec<Clock>> {
        let members = class
            .iter()
            .flat_map(|event| self.events.list[*event as usize].clocks());
        let listed: Vec<Clock> = members.copied().collect();
        let mut orders = vec![listed.clone(), listed.iter().rev().copied().collect()];
        for order in 0..ORDERS {
            let mut luck = Stream::new(0, order, Entity(0), Purpose(1));
            let mut shuffled: Vec<(u64, Clock)> = listed
                .iter()
                .map(|clock| (luck.next_u64(), *clock))
                .collect();
            shuffled.sort_unstable();
            orders.push(shuffled.into_iter().map(|(_, clock)| clock).collect());
        }
        let different = |order: &Vec<Clock>| apart(self.topology, &[], order, order.len());
        orders.iter().map(different).collect()
    }

    fn mean_length(&self, class: &[u32]) -> f64 {
        let lengths = class
            .iter()
            .map(|event| self.events.list[*event as usize].lasts);
        lengths.sum::<f64>() / class.len() as f64
    }

    /// The places around what a basic event takes down, from the top.
    fn places_of(&self, event: u32) -> Vec<PlaceId> {
        let clock = self.events.list[event as usize].clocks()[0];
        let first = parts_hit(self.topology, clock).next();
        let mut around = Vec::new();
        let mut next = first.map(|part| self.topology.parts[part.index()].place);
        while let Some(place) = next {
            around.push(place);
            let parent = self.topology.places[place.index()].parent;
            next = (parent != place).then_some(parent);
        }
        around.reverse();
        around
    }
}

/// How many sets of so many members there are, if only their numbers tell members of one basic event apart.
fn sets(sizes: impl Iterator<Item = u16>, shortage: Option<u16>) -> f64 {
    let members = usize::from(shortage.unwrap_or(MEMBERS));
    let mut ways = vec![0.0; members + 1];
    ways[0] = 1.0;
    for size in sizes {
        for count in (1..=members).rev() {
            let fewer = count.saturating_sub(usize::from(size))..count;
            ways[count] += ways[fewer].iter().sum::<f64>();
        }
    }
    ways[members]
}

/// Whether two sets do the same to every target, as nearly as it matters.
fn is_same(one: &Outcome, other: &Outcome) -> bool {
    let costs = one.costs.iter().zip(&other.costs);
    let is_near = |(one, other): (&f64, &f64)| *one <= ALIKE * other && *other <= ALIKE * one;
    one.fails == other.fails && costs.into_iter().all(is_near)
}
