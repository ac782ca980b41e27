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
    /// The indices of the targets that get any effort and have failed at the moment, in order: nothing needs to be forced
    /// for them.
    pub fallen: Vec<usize>,
    /// Room for those at the event before.
    pub fell_before: Vec<usize>,
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
        std::mem::swap(&mut self.fallen, &mut self.fell_before);
        let journeys = self.observers.open_journeys();
        let of_journeys = journeys.flat_map(|id| [Target::Requests(id), Target::Outage(id)]);
        let of_stores = self.observers.open_stores().map(Target::SplitBrain);
        let fallen = of_journeys.chain(of_stores);
        let fallen = fallen.filter(|target| guide.estimates(*target));
        self.fallen.clear();
        self.fallen
            .extend(fallen.map(|target| guide.place_of(target)));
        self.fallen.sort_unstable();
        self.fallen != self.fell_before
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
        self.fallen.clone_from(&other.fallen);
        self.weight = other.weight;
        self.depth = other.depth;
        self.window.copy_from(&other.window);
        self.likelihood.copy_from(&other.likelihood);
    }
}
