//! Splitting: branches in which nothing is forced, and which are copied as they come nearer to a failure.
//!
//! For what builds up in small steps. Where the importance of a branch, over that of everything up, makes its weight
//! worth several of the nominal trial, it goes on as so many copies, each with its part of the weight and, from then on, its
//! own luck. These are the levels of RESTART (M. Villén-Altamirano and J. Villén-Altamirano, "RESTART: a method for
//! accelerating rare event simulations", ITC 13, 1991) told by the weight, which remembers how often a path was split: a
//! branch that falls and rises again is not split a second time. No copy is killed on its way down: a branch ends in the
//! safe set soon anyway, and what is counted there, such as the end of an outage, keeps the weight of what led to it.
//!
//! Where a failure takes few large steps, forcing (see `decision`) needs far fewer branches. The nominal trial, its
//! plans and what counts where are those of `trial`. Deliberately absent: delays of their own for copies, and repairs of
//! their own of what initiators have begun; those they share.

use std::ops::Range;

use super::guide::Guide;
use super::path::{Path, calm_from};
use super::trial::{Explorer, Manner, run_explorer};
use crate::measure::Tally;
use crate::time::Time;
use crate::topology::Topology;

/// What the weight of a copy times its importance comes to, at least; the nominal trial with everything up has one.
const WORTH: f64 = 4.0;
/// A branch is split in so many at least, and at once in so many at most.
const FEWEST_COPIES: u32 = 4;
const MOST_COPIES: u32 = 4096;

/// A branch that is to be copied.
struct Waiting<'t> {
    path: Path<'t>,
    copies: u32,
}

/// Runs these trials one after the other; branches start as the guide has it, and are split by its importance.
///
/// # Panics
/// If an invariant of the simulation is broken; the message names the seed and the trial.
#[must_use]
pub fn run_trials(topology: &Topology, guide: &Guide, seed: u64, trials: Range<u64>) -> Tally {
    run_explorer(topology, guide, seed, trials, Manner::Splitting)
}

/// How many a branch is worth; one if that is not enough to split it.
fn copies(guide: &Guide, path: &Path<'_>) -> u32 {
    let configuration = &guide.configurations[guide.configuration(&path.world.state)];
    let importance = configuration.importance(&path.ledger);
    let copies = (path.weight * importance / configuration.base / WORTH) as u32;
    if copies < FEWEST_COPIES {
        1
    } else {
        copies.min(MOST_COPIES)
    }
}

impl<'t> Explorer<'t> {
    /// Follows a branch and all that it is split into, to their ends.
    pub fn split(&mut self, mut path: Path<'t>) {
        let mut waiting = Vec::new();
        self.look_around(&mut path, &mut waiting);
        self.follow(path, &mut waiting);
        while let Some(mut next) = waiting.pop() {
            let mut path = self.copy_of_branch(&next.path);
            next.copies -= 1;
            if next.copies > 0 {
                waiting.push(next);
            } else {
                self.spare.push(next.path);
            }
            self.redraw(&mut path);
            self.follow(path, &mut waiting);
        }
    }

    /// Draws the rest of every life anew that brings a failure nearer.
    fn redraw(&self, path: &mut Path<'t>) {
        let now = path.world.state.now;
        path.redraw_usual_repairs(self.guide, now);
        let events = self.guide.events.list.iter().zip(&self.guide.matters);
        for (event, _) in events.filter(|(_, matters)| **matters) {
            path.world.redraw(event.clocks(), now);
        }
    }

    /// Follows one copy to its end. What it is split into on the way waits.
    fn follow(&mut self, mut path: Path<'t>, waiting: &mut Vec<Waiting<'t>>) {
        let mut calm = calm_from(&path.world, &path.ledger, &path.observers);
        loop {
            if calm < path.world.next() {
                path.observers.advance(self.topology, calm);
                if !path.observers.is_open() {
                    break;
                }
                calm = Time::NEVER;
                continue;
            }
            if path.observers.due(&path.world).is_none() {
                break;
            }
            if self.step(&mut path) {
                self.look_around(&mut path, waiting);
            }
            calm = calm_from(&path.world, &path.ledger, &path.observers);
        }
        path.observers.add_to(path.weight, &mut self.weighted);
        self.spare.push(path);
    }

    /// Splits a branch if it has become worth it.
    fn look_around(&mut self, path: &mut Path<'t>, waiting: &mut Vec<Waiting<'t>>) {
        let copies = copies(self.guide, path);
        if copies > 1 {
            path.weight /= f64::from(copies);
            waiting.push(Waiting {
                path: self.copy_of_branch(path),
                copies: copies - 1,
            });
        }
    }
}
