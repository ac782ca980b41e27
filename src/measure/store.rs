//! The observer of one store: promotions and what they cost, two primaries, and how long replication was degraded.

use super::segment::Segment;
use super::totals::{StoreTotals, WeightedLoss};
use super::trial::Windowed;
use crate::engine::Chance;
use crate::time::{Span, Time};
use crate::topology::{Scope, StoreId};
use crate::world::World;
use crate::world::copies::copied_field_by_field;
use crate::world::note::{Event, Promotion};

/// Watches one store through one trial.
#[derive(Debug)]
pub struct StoreObserver {
    id: StoreId,
    window: Windowed,
    /// The last moment that is accounted for.
    reached: Time,
    /// Writes per second to replaced primaries, since the last event.
    divergent: Segment,
    dual_primary: Watcher,
    split_brain: Watcher,
    degraded: bool,
    degraded_for: Span,
    promotions: Vec<(Promotion, Scope)>,
    planned: u64,
    recovered: Vec<(f64, Scope)>,
    last_scope: Scope,
}

copied_field_by_field!(StoreObserver {
    id,
    window,
    reached,
    divergent,
    dual_primary,
    split_brain,
    degraded,
    degraded_for,
    promotions,
    planned,
    recovered,
    last_scope,
});

/// Follows the episodes of a condition.
#[derive(Debug, Default)]
struct Watcher {
    since: Option<Time>,
    writes: f64,
    ended: Vec<(Span, f64)>,
}

copied_field_by_field!(Watcher {
    since,
    writes,
    ended
});

impl Watcher {
    fn look(&mut self, holds: bool, now: Time, window: Windowed) {
        match (self.since, holds) {
            (None, true) => {
                self.since = Some(now);
                self.writes = 0.0;
            }
            (Some(since), false) => {
                if window.contains(since) {
                    self.ended.push((now.since(since), self.writes));
                }
                self.since = None;
            }
            _ => {}
        }
    }

    fn is_open(&self, window: Windowed) -> bool {
        self.since.is_some_and(|since| window.contains(since))
    }

    fn add_to(&self, weight: f64, episodes: &mut Vec<(f64, f64, f64)>) {
        let ended = self.ended.iter();
        episodes.extend(ended.map(|(length, writes)| (length.seconds(), *writes, weight)));
    }
}

impl StoreObserver {
    pub fn new(id: StoreId, window: Windowed) -> StoreObserver {
        StoreObserver {
            id,
            window,
            reached: Time::ZERO,
            divergent: Segment {
                from: Time::ZERO,
                to: Time::NEVER,
                first: 0.0,
                last: 0.0,
            },
            dual_primary: Watcher::default(),
            split_brain: Watcher::default(),
            degraded: false,
            degraded_for: Span::ZERO,
            promotions: Vec::new(),
            planned: 0,
            recovered: Vec::new(),
            last_scope: Scope::FalseAlarm,
        }
    }

    /// Ready for another trial, in the room that the last one took.
    pub fn restart(&mut self, window: Windowed) {
        let mut ended = [
            std::mem::take(&mut self.dual_primary.ended),
            std::mem::take(&mut self.split_brain.ended),
        ];
        let mut promotions = std::mem::take(&mut self.promotions);
        let mut recovered = std::mem::take(&mut self.recovered);
        ended.iter_mut().for_each(Vec::clear);
        promotions.clear();
        recovered.clear();
        *self = StoreObserver {
            promotions,
            recovered,
            ..StoreObserver::new(self.id, window)
        };
        [self.dual_primary.ended, self.split_brain.ended] = ended;
    }

    /// Whether an episode that began in the window still lasts.
    pub fn is_open(&self) -> bool {
        self.dual_primary.is_open(self.window) || self.split_brain.is_open(self.window)
    }

    /// Whether two members accept writes, and whether two receive them, for a journal.
    pub fn two_primaries(&self) -> (bool, bool) {
        (
            self.dual_primary.since.is_some(),
            self.split_brain.since.is_some(),
        )
    }

    /// Whether the time matters: there are two primaries, or replication is not what it should be.
    pub fn is_troubled(&self) -> bool {
        self.degraded
            || self.dual_primary.since.is_some()
            || self.split_brain.since.is_some()
            || self.divergent.first != 0.0
            || self.divergent.last != 0.0
    }

    /// Accounts for the time up to a moment that is not later than the next event.
    pub fn advance(&mut self, to: Time) {
        let passed = self.divergent.between(self.divergent.from, to);
        self.divergent = self.divergent.between(to, self.divergent.to);
        self.dual_primary.writes += passed.integral();
        self.split_brain.writes += passed.integral();
        if self.degraded {
            let (from, until) = (self.reached.max(self.window.from), to.min(self.window.to));
            self.degraded_for.0 += until.since(from).0;
        }
        self.reached = to;
    }

    /// Looks at the world after an event.
    pub fn settled<C: Chance>(&mut self, world: &World<'_, C>) {
        let now = world.state.now;
        let flow = &world.flow.stores[self.id.index()];
        let primary = world.state.stores[self.id.index()].primary;
        let divergent = world.divergent(self.id);
        let receives = |rates: &[f64]| rates[primary] > 0.0;
        let both = divergent.now.max(divergent.later) > 0.0
            && (receives(&flow.now) || receives(&flow.later));
        self.dual_primary
            .look(world.accepting(self.id) > 1, now, self.window);
        self.split_brain.look(both, now, self.window);
        self.divergent = Segment {
            from: now,
            to: world.flow.until,
            first: divergent.now,
            last: divergent.later,
        };
        self.degraded = world.degraded(self.id);
        self.reached = now;
        for note in world.notes.iter().filter(|_| self.window.contains(now)) {
            match note.event {
                Event::Promoted(promotion) if promotion.store == self.id => {
                    if promotion.planned {
                        self.planned += 1;
                    } else {
                        self.last_scope = note
                            .origin
                            .map_or(Scope::FalseAlarm, |origin| world.scope(origin));
                        self.promotions.push((promotion, self.last_scope));
                    }
                }
                Event::Rejoined(store, _, writes) if store == self.id => {
                    self.recovered.push((writes, self.last_scope));
                }
                _ => {}
            }
        }
    }

    /// Adds what happened since it was last forgotten to the totals of the trial, with this weight.
    pub fn add_to(&self, weight: f64, totals: &mut StoreTotals) {
        totals.promotions += (self.promotions.len() as u64 + self.planned) as f64 * weight;
        let losses = self
            .promotions
            .iter()
            .map(|(promotion, scope)| WeightedLoss {
                seconds: promotion.seconds,
                writes: promotion.writes,
                lost: promotion.lost,
                scope: *scope,
                weight,
            });
        totals.losses.extend(losses);
        let recovered = self.recovered.iter();
        let recovered = recovered.map(|(writes, scope)| (*writes, *scope, weight));
        totals.recovered.extend(recovered);
        self.dual_primary.add_to(weight, &mut totals.dual_primary);
        self.split_brain.add_to(weight, &mut totals.split_brain);
        totals.degraded_seconds += self.degraded_for.seconds() * weight;
    }

    /// Adds what happened since it was last forgotten to the totals of the trial, with this weight, and forgets it.
    pub fn count_part(&mut self, weight: f64, totals: &mut StoreTotals) {
        self.add_to(weight, totals);
        self.forget();
    }

    /// Begins anew with what adds up over the parts of a trial; what is open stays open.
    pub fn forget(&mut self) {
        self.promotions.clear();
        self.planned = 0;
        self.recovered.clear();
        self.dual_primary.ended.clear();
        self.split_brain.ended.clear();
        self.degraded_for = Span::ZERO;
    }
}
