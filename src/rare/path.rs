//! One branch: a copy of a trial that goes its own way until it is back in the safe set.

use super::chance::BranchChance;
use super::guide::{Guide, Target};
use super::ledger::Ledger;
use super::likelihood::Likelihood;
use super::window::Window;
use crate::engine::Chance;
use crate::measure::Observers;
use crate::time::{Span, Time};
use crate::world::World;

/// A little more than the minute for which an incident has to be over.
const CLOSING: Span = Span(61_000_000_000);

/// A branch under way.
#[derive(Clone, Debug)]
pub(super) struct Path<'t> {
    pub world: World<'t, BranchChance<'t>>,
    pub observers: Observers,
    pub ledger: Ledger,
    /// Which targets have not failed at the moment: nothing needs to be forced for the others.
    pub standing: Vec<bool>,
    /// The others, of those that get any effort, in order.
    pub fallen: Vec<Target>,
    pub weight: f64,
    /// How many branches it is away from the nominal trial.
    pub depth: u32,
    pub window: Window,
    /// What the path weighs under other figures.
    pub likelihood: Likelihood,
}

/// When a trial is back in the safe set if nothing happens before: once nothing is under way and what is open will have
/// closed.
pub(super) fn calm_from<C: Chance>(
    world: &World<'_, C>,
    ledger: &Ledger,
    observers: &Observers,
) -> Time {
    let now = world.state.now;
    match (ledger.is_safe && world.is_at_rest(), observers.is_open()) {
        (false, _) => Time::NEVER,
        (true, true) => now.after(CLOSING),
        (true, false) => now,
    }
}

impl<'t> Path<'t> {
    /// Looks at which of the targets have failed that get any effort; says whether that is news.
    pub fn look(&mut self, guide: &Guide) -> bool {
        let (observers, standing) = (&self.observers, &mut self.standing);
        let before = self.fallen.len();
        self.fallen.retain(|target| {
            let falls = match *target {
                Target::Requests(id) | Target::Outage(id) => {
                    observers.journeys[id.index()].is_open()
                }
                Target::SplitBrain(id) => observers.stores[id.index()].is_open(),
                Target::Loss(_) => false,
            };
            standing[guide.place_of(*target)] = !falls;
            falls
        });
        let risen = before - self.fallen.len();
        let journeys = observers.open_journeys();
        let of_journeys = journeys.flat_map(|id| [Target::Requests(id), Target::Outage(id)]);
        let of_stores = observers.open_stores().map(Target::SplitBrain);
        let stood = self.fallen.len();
        for target in of_journeys.chain(of_stores) {
            let stands = &mut standing[guide.place_of(target)];
            if guide.estimates(target) && std::mem::replace(stands, false) {
                self.fallen.push(target);
            }
        }
        let fell = self.fallen.len() - stood;
        if fell > 0 {
            self.fallen
                .sort_unstable_by_key(|target| guide.place_of(*target));
        }
        risen + fell > 0
    }

    /// Draws what is left of repairs in usual crowds anew, so that a branch does not share the luck of those that it left.
    /// What a branch has gone through until `at` says how old its repairs are, and nothing about when they will end: nothing
    /// that was decided until then may depend on that. Decisions look at the weight, and that knows how long a repair was
    /// drawn which an initiator began: those stay.
    pub fn redraw_usual_repairs(&mut self, guide: &Guide, at: Time) {
        for id in &self.ledger.active {
            if guide.usual_crowd(*id).is_some() {
                self.world.redraw_repair(*id, at);
            }
        }
    }

    /// Becomes a copy of another branch at its last event.
    pub fn copy_from(&mut self, other: &Path<'t>) {
        self.world.copy_state(&other.world);
        self.observers.clone_from(&other.observers);
        self.ledger.copy_from(&other.ledger);
        self.standing.clone_from(&other.standing);
        self.fallen.clone_from(&other.fallen);
        self.weight = other.weight;
        self.depth = other.depth;
        self.window.copy_from(&other.window);
        self.likelihood.copy_from(&other.likelihood);
    }
}
