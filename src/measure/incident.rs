//! Incidents of a journey: when they open, when they close, what set them off.
//!
//! One opens when success falls below `up_when`, and closes when success has been at or above `restored_when` for a
//! minute; it then ended at the first moment of that minute. Closer dips are one incident. If success is still below
//! `up_when` then (a few clients with stale answers), the next incident opens when it falls below `restored_when`
//! or, once it has been back at `up_when`, below that.

use super::segment::Segment;
use super::tally::Stage;
use crate::time::{Span, Time};
use crate::topology::{Journey, Scope};

/// How long success must stay restored.
const RESTORED_FOR: Span = Span(60_000_000_000);

/// An incident that is over.
#[derive(Clone, Debug, PartialEq)]
pub struct Incident {
    /// When success fell below `up_when`.
    pub opened: Time,
    /// The first moment of the minute in which it was restored.
    pub ended: Time,
    /// When its trigger struck.
    pub struck: Time,
    /// How far its trigger reaches; `None` if nothing set it off.
    pub scope: Option<Scope>,
    /// Time below `up_when` in each stage, from the opening to the end.
    pub stages: [Span; Stage::COUNT],
}

/// What the moment is blamed on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Blame {
    /// The stage that a moment of downtime belongs to.
    pub stage: Stage,
    /// When the trigger struck, and how far it reaches.
    pub trigger: Option<(Time, Scope)>,
}

/// Follows the success of one journey.
#[derive(Clone, Debug, Default)]
pub struct Follower {
    open: Option<Incident>,
    restored_since: Option<Time>,
    /// Time below `up_when` in each stage since then: part of the incident only if it does not end there.
    since_restored: [Span; Stage::COUNT],
    still_low: bool,
}

impl Follower {
    /// The incident that is open.
    pub fn open(&self) -> Option<&Incident> {
        self.open.as_ref()
    }

    /// Follows a stretch without a crossing of `up_when` or `restored_when`; returns the incident that it closes.
    pub fn follow(&mut self, journey: &Journey, piece: Segment, blame: Blame) -> Option<Incident> {
        let low = piece.below(journey.up_when);
        let restored = !piece.below(journey.restored_when);
        self.still_low &= low;
        if low && self.open.is_none() && !(self.still_low && restored) {
            self.still_low = false;
            self.restored_since = None;
            let (struck, scope) = blame.trigger.unzip();
            self.open = Some(Incident {
                opened: piece.from,
                ended: Time::NEVER,
                struck: struck.unwrap_or(piece.from),
                scope,
                stages: [Span::ZERO; Stage::COUNT],
            });
        }
        let incident = self.open.as_mut()?;
        if low {
            self.since_restored[blame.stage as usize].0 += piece.length().0;
        }
        if !restored {
            self.restored_since = None;
            for (total, part) in incident.stages.iter_mut().zip(&mut self.since_restored) {
                total.0 += std::mem::take(part).0;
            }
            return None;
        }
        let since = *self.restored_since.get_or_insert(piece.from);
        if piece.to.since(since) < RESTORED_FOR {
            return None;
        }
        incident.ended = since;
        self.since_restored = [Span::ZERO; Stage::COUNT];
        self.still_low = low;
        self.open.take()
    }
}

/// Cuts a stretch at the crossings of the two thresholds.
pub fn pieces(journey: &Journey, whole: Segment) -> impl Iterator<Item = Segment> {
    let mut cuts = [
        whole.crossing(journey.up_when),
        whole.crossing(journey.restored_when),
    ];
    cuts.sort_unstable_by_key(|cut| cut.unwrap_or(Time::NEVER));
    let [first, second] = cuts.map(|cut| cut.unwrap_or(whole.to));
    [
        whole.between(whole.from, first),
        whole.between(first, second),
        whole.between(second, whole.to),
    ]
    .into_iter()
    .filter(|piece| piece.to > piece.from)
}
