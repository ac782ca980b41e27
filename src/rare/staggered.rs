//! Staggered plays: what else a drill comes to if its faults do not strike together.
//!
//! What a store loses depends on how far behind the standby is that it promotes, and in a drill whose faults all strike
//! at once nobody has had the time to fall behind. Nor has anybody been promoted, so that a successor which is gone for
//! days costs no more than the primary does. So a drill of a few faults is played again with each of them last, after
//! the others have been active for a while, and with each part of them long before the rest, which then strike while
//! standbys catch up. The last may be over before the others are, or still active when one of these is repaired: a
//! replaced primary that comes back during a cut does not hear that it was replaced. Both are played, each with its
//! chance. Only where standbys lag or one has been promoted by then: otherwise such plays would tell nothing new.
//! Deliberately absent: faults of which some are over and others go on for different times, whose lags lie between those
//! played.

use super::drill::{Drills, LONGEST_OVERLAP, Median, Script, go_on, repair};
use super::early::{FEW_FAULTS, Play};
use crate::time::Span;
use crate::topology::FaultId;
use crate::world::World;
use crate::world::clocks::Clock;

/// Plays in which standbys have fallen behind or one has been promoted, each with how often it comes for each time that
/// all faults are the case together.
#[derive(Clone, Debug, Default)]
pub struct Staggered {
    /// One strikes after the others have been active for a while: with the chance that it is the last to strike.
    pub last: Vec<(f64, Last)>,
    /// The rest strikes while standbys catch up from faults that are over: that comes on top.
    pub caught: Vec<(f64, Play)>,
}

impl Staggered {
    /// What last strikes cost each target on the average, by the primaries that there were.
    pub fn onward(&self) -> Vec<(Vec<usize>, Vec<f64>)> {
        let mut onward: Vec<(Vec<usize>, Vec<f64>)> = Vec::new();
        for (chance, last) in &self.last {
            let Some(primaries) = &last.moved_to else {
                continue;
            };
            let costs = last.play.costs.iter().map(|cost| chance * cost);
            match onward.iter_mut().find(|(known, _)| known == primaries) {
                Some((_, sums)) => sums
                    .iter_mut()
                    .zip(costs)
                    .for_each(|(sum, cost)| *sum += cost),
                None => onward.push((primaries.clone(), costs.collect())),
            }
        }
        onward
    }
}

/// What comes of a fault that strikes last.
#[derive(Clone, Debug)]
pub struct Last {
    pub play: Play,
    /// The primaries of all stores when it struck, if a standby had been promoted before.
    pub moved_to: Option<Vec<usize>>,
}

/// When the last fault strikes, and for how long.
#[derive(Clone, Copy)]
struct Moment {
    strikes: Span,
    lasts: Span,
    /// The chance of something like it.
    chance: f64,
}

impl<'t> Drills<'t> {
    /// All staggered plays of a script.
    pub(super) fn play_staggered(
        &mut self,
        base: &World<'t, Median>,
        script: &Script<'_>,
    ) -> Staggered {
        let mut plays = Staggered::default();
        let faults: Vec<FaultId> = script.struck.iter().filter_map(fault_of).collect();
        let are_few = (2..=FEW_FAULTS).contains(&faults.len());
        let touches_a_member = faults.iter().any(|id| self.events.behind.is_by(*id));
        if !are_few || faults.len() < script.struck.len() || !touches_a_member {
            return plays;
        }
        let ends = self.ends(&faults);
        for id in &faults {
            let others = without(&faults, *id);
            let is_last = self.ends(&[*id]) / ends;
            for moment in self.moments(*id, &others) {
                let last = self.play_last(base, script, (*id, &others), moment);
                let last = last.map(|last| (is_last * moment.chance, last));
                plays.last.extend(last);
            }
            plays
                .caught
                .extend(self.play_caught(base, script, (&[*id], &others)));
            if others.len() > 1 {
                plays
                    .caught
                    .extend(self.play_caught(base, script, (&others, &[*id])));
            }
        }
        plays
    }

    /// When a fault may be the last to strike: after half the time for which the others overlap on the average, and over
    /// before any of these, or so late that it is half over when the first of them is repaired.
    fn moments(&self, fault: FaultId, others: &[FaultId]) -> [Moment; 2] {
        let (ends, of_others) = (self.ends(&[fault]), self.ends(others));
        let lasts = self.lasts(fault);
        let half = Span::from_seconds(0.5 / of_others).min(LONGEST_OVERLAP);
        let of_others = of_others / (ends + of_others);
        let first_over = others.iter().map(|id| self.lasts(*id)).min();
        let left = first_over.map_or(Span::ZERO, |over| Span(over.0.saturating_sub(half.0)));
        let in_time = Moment {
            strikes: half,
            lasts: if lasts < left {
                lasts
            } else {
                Span(left.0 / 2)
            },
            chance: 1.0 - of_others,
        };
        let late = Moment {
            strikes: Span(half.0 + left.0.saturating_sub(lasts.0 / 2)),
            lasts,
            chance: of_others,
        };
        [in_time, late]
    }

    /// One strikes at such a moment, when the others are active; nothing if nobody has fallen behind or been promoted by
    /// then.
    fn play_last(
        &mut self,
        base: &World<'t, Median>,
        script: &Script<'_>,
        (fault, others): (FaultId, &[FaultId]),
        moment: Moment,
    ) -> Option<Last> {
        let start = script.start.after(moment.strikes);
        let mut world = self.copy_of(base, script);
        for id in others {
            world.strike_at(Clock::Fault(*id), script.start);
        }
        go_on(&mut world, start);
        let behind = &self.events.behind;
        let lags = others.iter().any(|id| behind.lags(&world, *id, start));
        let primaries: Vec<usize> = world.state.primaries().collect();
        let moved_to =
            Some(primaries).filter(|now| !base.state.primaries().eq(now.iter().copied()));
        let play = (lags || moved_to.is_some()).then(|| {
            for id in others {
                let over = script.start.after(self.lasts(*id));
                repair(&mut world, *id, over.max(start));
            }
            let last = [Clock::Fault(fault)];
            let script = Script {
                struck: &last,
                over: &last,
                start,
                repaired: start.after(moment.lasts),
                ..*script
            };
            self.observe(&mut world, &script, None)
        });
        self.give_back(world);
        play.map(|play| Last { play, moved_to })
    }

    /// Some have lasted as long as they do on the average and are over, and the rest strikes in the middle of catching up;
    /// nothing if nobody has to.
    fn play_caught(
        &mut self,
        base: &World<'t, Median>,
        script: &Script<'_>,
        (past, rest): (&[FaultId], &[FaultId]),
    ) -> Option<(f64, Play)> {
        let lasts: Vec<Span> = past.iter().map(|id| self.lasts(*id)).collect();
        let longest = lasts.iter().copied().max()?;
        let over = script.start.after(longest);
        let mut world = self.copy_of(base, script);
        for (id, lasts) in past.iter().zip(&lasts) {
            let strikes = script.start.after(Span(longest.0 - lasts.0));
            world.strike_at(Clock::Fault(*id), strikes);
        }
        go_on(&mut world, over);
        for id in past {
            repair(&mut world, *id, over);
        }
        go_on(&mut world, over);
        let until = past.iter().map(|id| self.events.behind.until(&world, *id));
        let takes: Option<Vec<Span>> = until.map(|until| Some(until?.since(over))).collect();
        let play = takes.map(|takes| {
            let often = takes.iter().zip(&lasts);
            let often = often.map(|(takes, lasts)| (takes.seconds() / lasts.seconds()).min(1.0));
            let soonest = takes.iter().copied().min().unwrap_or(Span::ZERO);
            let start = over.after(Span(soonest.0 / 2));
            go_on(&mut world, start);
            let rest: Vec<Clock> = rest.iter().copied().map(Clock::Fault).collect();
            let script = Script {
                struck: &rest,
                over: &rest,
                start,
                repaired: start.after(script.repaired.since(script.start)),
                ..*script
            };
            (often.product(), self.observe(&mut world, &script, None))
        });
        self.give_back(world);
        play
    }

    /// How long a fault lasts on the average.
    fn lasts(&self, id: FaultId) -> Span {
        let event = self.events.of_clock(Clock::Fault(id));
        let lasts = event.map(|event| Span::from_seconds(self.events.list[event].lasts));
        lasts.map_or(LONGEST_OVERLAP, |lasts| lasts.min(LONGEST_OVERLAP))
    }

    /// How often in a second one of these ends.
    fn ends(&self, faults: &[FaultId]) -> f64 {
        faults
            .iter()
            .map(|id| 1.0 / self.lasts(*id).seconds())
            .sum()
    }
}

fn fault_of(clock: &Clock) -> Option<FaultId> {
    match clock {
        Clock::Fault(id) => Some(*id),
        Clock::Alarm(_) => None,
    }
}

fn without(faults: &[FaultId], one: FaultId) -> Vec<FaultId> {
    faults.iter().copied().filter(|id| *id != one).collect()
}
