//! When a run has enough trials: a pure planner, which no clock, thread count or order of completion can sway.
//!
//! Trials come in blocks of fixed size. A run to a precision is tested on prefixes only, at checkpoints whose numbers
//! of blocks are a fixed sequence growing by about a sixth; what was computed beyond the checkpoint that passes is
//! thrown away. So the number of blocks, and with it the result, depends on the model and the seed alone. Checkpoints
//! are geometric because testing after every block would stop at lucky moments: each test is another chance for an
//! interval that is too narrow by luck. For the same reason a test needs at least [`MINIMUM_EVENTS`] trials in which
//! something happened.
//!
//! A block has 64 trials: enough that handing one to a thread and merging its tally cost next to nothing, few enough
//! that a run of a few hundred trials, which is all that branches take for a precision of 5 %, keeps several threads busy.
//!
//! Deliberately absent: time budgets. A face that runs out of time stops asking for blocks and keeps the prefix that
//! was absorbed. Why a run stopped is told to the user and is no part of the result.

use std::ops::Range;

use super::{Figure, Trust};

/// Trials in a block; the last block of a run may have fewer.
pub const BLOCK_TRIALS: u64 = 64;

/// Trials with an event that a figure needs before its precision counts.
pub const MINIMUM_EVENTS: u64 = 100;

/// How long to run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Plan {
    /// Exactly this many trials.
    Trials(u64),
    /// Until every figure concerned is precise enough, but no longer than `max_trials`.
    Precision {
        /// The relative half-width of the interval that is wanted: 0.05 for 5 %.
        relative: f64,
        /// The most trials to run.
        max_trials: u64,
    },
}

impl Plan {
    /// The most trials that the plan can take.
    #[must_use]
    pub const fn max_trials(self) -> u64 {
        match self {
            Plan::Trials(trials) => trials,
            Plan::Precision { max_trials, .. } => max_trials,
        }
    }

    /// The most blocks that the plan can take.
    #[must_use]
    pub const fn max_blocks(self) -> u64 {
        self.max_trials().div_ceil(BLOCK_TRIALS)
    }

    /// Whether a figure is precise enough for it; any is for a number of trials.
    #[must_use]
    pub fn is_reached_by(self, progress: &Progress) -> bool {
        match self {
            Plan::Trials(_) => true,
            Plan::Precision { relative, .. } => progress.reaches(relative),
        }
    }

    /// The trials of a block; empty beyond the end of the plan.
    #[must_use]
    pub fn trials_of(self, block: u64) -> Range<u64> {
        let within = |block: u64| block.saturating_mul(BLOCK_TRIALS).min(self.max_trials());
        within(block)..within(block.saturating_add(1))
    }
}

/// The first number of blocks after `blocks` at which precision may be tested: 1, 2, 3, 4, 5, 6, 7, 9, 11, 13, 16...
#[must_use]
pub const fn next_checkpoint(blocks: u64) -> u64 {
    let mut checkpoint = 1_u64;
    while checkpoint <= blocks {
        checkpoint = checkpoint.saturating_add(checkpoint.div_ceil(6));
        if checkpoint == u64::MAX {
            break;
        }
    }
    checkpoint
}

/// What blocks of trials add up to. Merging must be exact and associative.
pub trait Mergeable {
    /// Adds the trials of another tally.
    fn merge(&mut self, other: &Self);
}

/// How far a figure is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Progress {
    /// Trials in which something happened that the figure counts.
    pub events: u64,
    /// Half the width of its interval over its estimate.
    pub relative_half_width: f64,
}

impl Progress {
    /// The progress of a figure that saw events in this many trials. Give the small side of a share: unavailability.
    #[must_use]
    pub fn of(figure: &Figure, events: u64) -> Progress {
        Progress {
            events,
            relative_half_width: figure.relative_half_width(),
        }
    }

    /// The progress of a figure of weighted trials. Those count by how many equal ones they are worth; where the sum
    /// can't be trusted, none does.
    #[must_use]
    pub fn of_weighted(figure: &Figure, trust: &Trust) -> Progress {
        let events = match trust.trustworthy {
            true => trust.effective_trials as u64,
            false => 0,
        };
        Progress::of(figure, events)
    }

    /// Whether the figure has this precision, on enough events to believe so.
    #[must_use]
    pub fn reaches(&self, relative: f64) -> bool {
        self.events >= MINIMUM_EVENTS && self.relative_half_width <= relative
    }
}

/// Why a run stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// All the trials asked for are done.
    TrialsDone,
    /// Every figure concerned is as precise as asked.
    PrecisionReached,
    /// The most trials allowed are done, short of the precision.
    TrialsExhausted,
}

/// One run: which blocks it wants, what they add up to, and whether it is finished.
///
/// `T` is the tally and `F` tells how far each figure concerned is, given the tally and its number of trials. With no
/// figure concerned there is nothing to be precise about, and the run takes all the trials it may.
#[derive(Clone, Debug)]
pub struct Session<T, F> {
    plan: Plan,
    figures: F,
    tally: T,
    blocks: u64,
    checkpoint: u64,
    progress: Vec<Progress>,
    finished: Option<Reason>,
}

impl<T: Mergeable, F: Fn(&T, u64) -> Vec<Progress>> Session<T, F> {
    /// A run with nothing absorbed yet; `empty` is the tally of no trials.
    #[must_use]
    pub fn new(plan: Plan, empty: T, figures: F) -> Session<T, F> {
        let mut session = Session {
            plan,
            figures,
            tally: empty,
            blocks: 0,
            checkpoint: 0,
            progress: Vec::new(),
            finished: None,
        };
        session.set_checkpoint();
        session.finish_if_exhausted();
        session
    }

    /// The blocks still to be computed until the next checkpoint; empty when finished. Computing more ahead is allowed
    /// and may be in vain.
    #[must_use]
    pub fn wanted(&self) -> Range<u64> {
        match self.finished {
            None => self.blocks..self.checkpoint,
            Some(_) => self.blocks..self.blocks,
        }
    }

    /// The trials of a block.
    #[must_use]
    pub fn trials_of(&self, block: u64) -> Range<u64> {
        self.plan.trials_of(block)
    }

    /// Adds the tally of the next block. Once the run is finished, further blocks are thrown away.
    ///
    /// # Panics
    /// If the block is not the next one.
    pub fn absorb(&mut self, block: u64, tally: &T) {
        if self.finished.is_some() {
            return;
        }
        assert_eq!(block, self.blocks, "blocks must be absorbed in order");
        self.tally.merge(tally);
        self.blocks += 1;
        if self.blocks == self.checkpoint {
            self.test_precision();
            self.finish_if_exhausted();
            self.set_checkpoint();
        }
    }

    /// Why the run stopped, once it has.
    #[must_use]
    pub fn finished(&self) -> Option<Reason> {
        self.finished
    }

    /// What the absorbed blocks add up to.
    #[must_use]
    pub fn tally(&self) -> &T {
        &self.tally
    }

    /// Ends the run, finished or not, and hands over its tally.
    #[must_use]
    pub fn into_tally(self) -> T {
        self.tally
    }

    /// The number of absorbed blocks.
    #[must_use]
    pub fn blocks(&self) -> u64 {
        self.blocks
    }

    /// The number of absorbed trials.
    #[must_use]
    pub fn trials(&self) -> u64 {
        self.plan.trials_of(self.blocks).start
    }

    /// How far the figures concerned were at the last checkpoint, for the eyes of those who wait.
    #[must_use]
    pub fn progress(&self) -> &[Progress] {
        &self.progress
    }

    fn set_checkpoint(&mut self) {
        self.checkpoint = match self.plan {
            Plan::Trials(_) => self.plan.max_blocks(),
            Plan::Precision { .. } => next_checkpoint(self.blocks).min(self.plan.max_blocks()),
        };
    }

    fn test_precision(&mut self) {
        let Plan::Precision { relative, .. } = self.plan else {
            return;
        };
        self.progress = (self.figures)(&self.tally, self.trials());
        let reached = self.progress.iter().all(|figure| figure.reaches(relative));
        if reached && !self.progress.is_empty() {
            self.finished = Some(Reason::PrecisionReached);
        }
    }

    fn finish_if_exhausted(&mut self) {
        if self.finished.is_none() && self.blocks == self.plan.max_blocks() {
            self.finished = Some(match self.plan {
                Plan::Trials(_) => Reason::TrialsDone,
                Plan::Precision { .. } => Reason::TrialsExhausted,
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A tally that only counts its trials.
    #[derive(Clone, Debug, Default, PartialEq)]
    struct Count(u64);

    impl Mergeable for Count {
        fn merge(&mut self, other: &Count) {
            self.0 += other.0;
        }
    }

    fn run(plan: Plan, figures: impl Fn(&Count, u64) -> Vec<Progress>) -> (u64, Option<Reason>) {
        let mut session = Session::new(plan, Count::default(), figures);
        while session.finished().is_none() {
            for block in session.wanted() {
                let trials = session.trials_of(block);
                session.absorb(block, &Count(trials.end - trials.start));
            }
        }
        assert_eq!(session.tally().0, session.trials());
        assert!(session.wanted().is_empty());
        (session.trials(), session.finished())
    }

    fn precise_from(trials: u64) -> impl Fn(&Count, u64) -> Vec<Progress> {
        move |count, _| {
            vec![Progress {
                events: count.0,
                relative_half_width: if count.0 >= trials { 0.05 } else { 0.5 },
            }]
        }
    }

    #[test]
    fn checkpoints_grow_by_a_sixth() {
        let mut checkpoints = vec![next_checkpoint(0)];
        while checkpoints.len() < 12 {
            checkpoints.push(next_checkpoint(checkpoints[checkpoints.len() - 1]));
        }
        assert_eq!(checkpoints, [1, 2, 3, 4, 5, 6, 7, 9, 11, 13, 16, 19]);
        assert_eq!(next_checkpoint(12), 13);
        assert_eq!(next_checkpoint(u64::MAX), u64::MAX);
    }

    #[test]
    fn a_number_of_trials_is_met_exactly() {
        for trials in [0, 1, 63, 64, 65, 1000] {
            let end = run(Plan::Trials(trials), precise_from(0));
            assert_eq!(end, (trials, Some(Reason::TrialsDone)));
        }
    }

    #[test]
    fn precision_stops_at_the_first_checkpoint_that_has_it() {
        let plan = Plan::Precision {
            relative: 0.05,
            max_trials: 100_000,
        };
        let end = run(plan, precise_from(8 * BLOCK_TRIALS));
        assert_eq!(end, (9 * BLOCK_TRIALS, Some(Reason::PrecisionReached)));
    }

    #[test]
    fn precision_gives_up_at_the_most_trials() {
        let plan = Plan::Precision {
            relative: 0.01,
            max_trials: 1300,
        };
        let end = run(plan, precise_from(0));
        assert_eq!(end, (1300, Some(Reason::TrialsExhausted)));
        assert_eq!(
            run(plan, |_, _| vec![]),
            (1300, Some(Reason::TrialsExhausted))
        );
    }

    #[test]
    fn few_events_are_not_believed() {
        let figure = Figure::new(Some(1.0), (0.99, 1.01), "test");
        assert!(!Progress::of(&figure, MINIMUM_EVENTS - 1).reaches(0.05));
        assert!(Progress::of(&figure, MINIMUM_EVENTS).reaches(0.05));
    }

    #[test]
    fn blocks_beyond_the_end_are_thrown_away() {
        let mut session = Session::new(Plan::Trials(100), Count::default(), precise_from(0));
        session.absorb(0, &Count(64));
        session.absorb(1, &Count(36));
        session.absorb(2, &Count(64));
        assert_eq!((session.blocks(), session.tally().0), (2, 100));
    }

    #[test]
    #[should_panic(expected = "in order")]
    fn blocks_out_of_order_are_a_broken_invariant() {
        let mut session = Session::new(Plan::Trials(1000), Count::default(), precise_from(0));
        session.absorb(1, &Count(64));
    }
}
