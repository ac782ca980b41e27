//! Early repairs: what becomes of a recovery if a fault is over before it is.
//!
//! A drill repairs everything together and late, so that recoveries run undisturbed in it. A primary that comes back while
//! its standby is being promoted is another story, and may be all that ever leads to two primaries. So a drill in which
//! a standby is promoted is played again with one of its faults repaired in the middle of the promotion, and what that
//! comes to counts with the chance that the repair falls there. Branches draw such repairs more often than they come,
//! where they make anything worse. Deliberately absent: several repairs in one recovery, and repairs that come too late
//! for what a drill sees, such as after a decision that takes longer than faults last on the average.

use std::collections::BTreeMap;

use super::cuts::WORSE;
use super::event::Events;
use crate::engine::Chance;
use crate::time::{Span, Time};
use crate::topology::{Failover, FaultId, StoreId, Topology};
use crate::world::World;
use crate::world::clocks::Clock;
use crate::world::note::Event;
use crate::world::state::{Phase, Trigger};

/// In sets of more faults than this, only the one that set the recovery off is repaired early.
pub const FEW_FAULTS: usize = 3;
/// A drill is played again so many times at most.
const MOST_PLAYS: usize = 4;
/// Repairs that fall into a recovery less often than this are left alone.
const LEAST_CHANCE: f64 = 1e-9;
/// Detection and decisions take other times than in a drill: early repairs are drawn from a stretch that begins this many
/// times as early and ends this many times as late.
const WIDER: f64 = 2.0;

/// A promotion in a drill, and when a repair would have come into it.
#[derive(Clone, Copy, Debug)]
pub struct Recovery {
    /// The fault that set it off.
    origin: Option<FaultId>,
    /// Repairs before this are noticed before anything is done.
    from: Time,
    /// When the standby was being promoted.
    middle: Time,
    /// When it was.
    promoted: Time,
}

/// Watches a drill for promotions.
#[derive(Clone, Debug)]
pub struct Watch {
    /// The stores that may promote a standby.
    stores: Vec<StoreId>,
    /// Since when each store is promoting one.
    promoting: Vec<Option<Time>>,
    /// What was seen.
    pub found: Vec<Recovery>,
}

impl Watch {
    pub fn new(topology: &Topology) -> Watch {
        let stores = (0..topology.stores.len()).map(StoreId::from);
        let recovers = |id: &StoreId| topology.stores[id.index()].failover.is_some();
        Watch {
            stores: stores.filter(recovers).collect(),
            promoting: vec![None; topology.stores.len()],
            found: Vec::new(),
        }
    }

    /// Begins with another drill.
    pub fn restart(&mut self) {
        self.promoting.fill(None);
        self.found.clear();
    }

    /// Looks at a world after an event.
    pub fn look<C: Chance>(&mut self, world: &World<'_, C>) {
        for note in &world.notes {
            if let Event::Promoted(promotion) = note.event {
                self.found.extend(self.recovery(world, promotion.store));
            }
        }
        for id in &self.stores {
            let since = &mut self.promoting[id.index()];
            if world.state.stores[id.index()].phase == Phase::Promoting {
                since.get_or_insert(world.state.now);
            } else {
                *since = None;
            }
        }
    }

    /// The recovery that has just promoted a standby; nothing if it was planned.
    fn recovery<C: Chance>(&self, world: &World<'_, C>, id: StoreId) -> Option<Recovery> {
        let since = self.promoting[id.index()]?;
        let failover = world.topology.stores[id.index()].failover.as_ref()?;
        let store = &world.state.stores[id.index()];
        let promoted = world.state.now;
        let noticed_within = noticed_within(world.topology, failover);
        let from = Time(since.0.saturating_sub(noticed_within.0)).max(store.began);
        let middle_from = if since < promoted { since } else { from };
        let origin = store.origin.and_then(|origin| match origin.what {
            Trigger::Fault(fault) => Some(fault),
            Trigger::Alarm(_) | Trigger::Plan(_) => None,
        });
        Some(Recovery {
            origin,
            from,
            middle: middle_from.after(Span(promoted.since(middle_from).0 / 2)),
            promoted,
        })
    }
}

/// How long a primary may be back before anybody knows.
fn noticed_within(topology: &Topology, failover: &Failover) -> Span {
    failover.detector.map_or(Span::ZERO, |id| {
        topology.detectors[id.index()].time_to_pass()
    })
}

/// A fault that is repaired in the middle of a recovery.
#[derive(Clone, Copy, Debug)]
pub struct Early {
    pub fault: FaultId,
    pub at: Time,
    /// The chance that it is repaired in that recovery.
    pub chance: f64,
    /// How long after the strike that is, seconds.
    between: (f64, f64),
}

/// The early repairs that are worth another play of a drill that began then and would have repaired everything later.
pub fn early_repairs(
    topology: &Topology,
    struck: &[Clock],
    (start, repaired): (Time, Time),
    recoveries: &[Recovery],
) -> Vec<Early> {
    let mut found: Vec<Early> = Vec::new();
    for recovery in recoveries.iter().filter(|it| it.promoted < repaired) {
        for clock in struck {
            let Clock::Fault(fault) = *clock else {
                continue;
            };
            let is_meant = struck.len() <= FEW_FAULTS || recovery.origin == Some(fault);
            let between = [recovery.from, recovery.promoted].map(|at| at.since(start).seconds());
            let lasts = &topology.faults[fault.index()].lasts;
            let chance = lasts.survival(between[0]) - lasts.survival(between[1]);
            let is_known = |other: &Early| other.fault == fault && other.at == recovery.middle;
            if is_meant && chance >= LEAST_CHANCE && !found.iter().any(is_known) {
                found.push(Early {
                    fault,
                    at: recovery.middle,
                    chance,
                    between: between.into(),
                });
            }
        }
    }
    found.truncate(MOST_PLAYS);
    let all: f64 = found.iter().map(|early| early.chance).sum();
    for early in &mut found {
        early.chance /= all.max(1.0);
    }
    found
}

/// What one play of a drill came to.
#[derive(Clone, Debug)]
pub struct Play {
    /// For each target, what it cost.
    pub costs: Vec<f64>,
    /// For each target, whether it failed.
    pub fails: Vec<bool>,
    /// Whether the world came to rest.
    pub rested: bool,
}

/// What all plays of a drill come to for one target, each with its chance.
#[derive(Clone, Copy, Debug)]
pub struct Mixed {
    pub cost: f64,
    /// Whether it fails in any of them.
    pub fails: bool,
    /// The chance that it fails; where it never does, that it costs anything.
    pub share: f64,
    /// The mean square of what it costs over the square of the mean; one if it costs nothing.
    pub spread: f64,
}

/// What a target comes to over all plays of a drill, each with how often it comes for each time that the set begins.
pub fn mixed(target: usize, plays: &[(f64, &Play)]) -> Mixed {
    let fails = plays.iter().any(|(_, play)| play.fails[target]);
    let counts = |play: &Play| {
        if fails {
            play.fails[target]
        } else {
            play.costs[target] > 0.0
        }
    };
    let (mut cost, mut square) = (0.0, 0.0);
    for (chance, play) in plays {
        let of_play = play.costs[target];
        cost += chance * of_play;
        square += chance * (of_play * of_play);
    }
    Mixed {
        cost,
        spread: if cost > 0.0 {
            square / (cost * cost)
        } else {
            1.0
        },
        fails,
        share: plays
            .iter()
            .filter(|(_, play)| counts(play))
            .map(|(chance, _)| chance)
            .sum::<f64>()
            .min(1.0),
    }
}

/// When early repairs make a target worse: by target and basic event, from and to how many seconds after the strike.
#[derive(Clone, Debug, Default)]
pub struct Stretches(BTreeMap<(usize, u32), (f64, f64)>);

impl Stretches {
    /// Takes note of what plays of a drill have shown of a target.
    pub fn note(
        &mut self,
        events: &Events,
        (target, mixed): (usize, Mixed),
        usual: &Play,
        others: &[(Early, Play)],
    ) {
        for (early, play) in others {
            let more = early.chance * (play.costs[target] - usual.costs[target]);
            let event = events.of_clock(Clock::Fault(early.fault));
            if more > (WORSE - 1.0) * mixed.cost
                && let Some(event) = event
            {
                let (from, to) = (early.between.0 / WIDER, early.between.1 * WIDER);
                let known = self.0.entry((target, event as u32)).or_insert((from, to));
                *known = (known.0.min(from), known.1.max(to));
            }
        }
    }

    /// For each basic event, when early repairs make any of these targets worse.
    pub fn for_targets(&self, events: usize, is_meant: &[bool]) -> Vec<Option<(f64, f64)>> {
        let mut all: Vec<Option<(f64, f64)>> = vec![None; events];
        for ((target, event), (from, to)) in &self.0 {
            if is_meant[*target] {
                let known = all[*event as usize].get_or_insert((*from, *to));
                *known = (known.0.min(*from), known.1.max(*to));
            }
        }
        all
    }
}
