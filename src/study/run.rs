//! One study: which trials to compute, in which blocks, and when it is enough.
//!
//! Trials come in fixed blocks; a block is a pure function of the model, the seed and its number. A [`Session`] hands
//! out the numbers of blocks and takes their tallies in any order, but folds them in the order of their numbers, so
//! that whoever computes them (threads, workers, a plain loop) cannot change a bit. When it is enough is decided by
//! `estimate::stopping`, on prefixes only. Deliberately absent: threads, clocks and interrupts, which belong to the
//! faces.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use super::method::Method;
use super::partial::Shard;
use super::path;
use super::result::ResultDocument;
use crate::estimate::stopping::{self, Mergeable, Plan, Progress};
use crate::estimate::{Trust, intervals};
use crate::measure::{self, JourneyTally, StoreTally, Tally};
use crate::rare::{self, Check, Guide, Target};
use crate::topology::Topology;

/// How many trials a study has unless told otherwise.
pub const DEFAULT_TRIALS: u64 = 10_000;

/// A model, a seed, a plan and a method: all that a result depends on.
#[derive(Clone, Debug)]
pub struct Study {
    /// The checked model.
    pub topology: Topology,
    /// Its hash.
    pub model_hash: String,
    /// The seed.
    pub seed: u64,
    /// How much to compute. A precision is the relative half-width of one minus the availability of requests, for
    /// every journey with an objective (for every journey, if none has one).
    pub plan: Plan,
    /// How rare failures are estimated.
    pub method: Method,
    /// Paths of the figures whose precision counts; if there are none, the unavailability of the journeys concerned.
    pub precise: Vec<String>,
    /// What branches need to know; nothing without branches.
    pub(super) guide: Option<Guide>,
    /// What a check of the branches came to, once it was asked for; clones share it.
    checks: Arc<OnceLock<Vec<Check>>>,
}

/// What a run came to.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// The trials that were folded.
    pub tally: Tally,
    /// Whether they are all that were asked for.
    pub complete: bool,
}

impl Mergeable for Tally {
    fn merge(&mut self, other: &Tally) {
        Tally::merge(self, other);
    }
}

impl Study {
    /// A study of a checked model, known by its hash.
    #[must_use]
    pub fn new(
        topology: Topology,
        model_hash: String,
        seed: u64,
        plan: Plan,
        method: Method,
    ) -> Study {
        Study {
            guide: method.guide(&topology),
            checks: Arc::default(),
            precise: Vec::new(),
            topology,
            model_hash,
            seed,
            plan,
            method,
        }
    }

    /// The same study at another seed.
    #[must_use]
    pub fn with_seed(&self, seed: u64) -> Study {
        Study {
            seed,
            checks: Arc::default(),
            ..self.clone()
        }
    }

    /// Computes one block. Pure: nothing but the study and the number of the block decides the result.
    #[must_use]
    pub fn block(&self, block: u64) -> Tally {
        let trials = self.plan.trials_of(block);
        match &self.guide {
            Some(guide) if self.method == Method::Splitting => {
                rare::splitting::run_trials(&self.topology, guide, self.seed, trials)
            }
            Some(guide) => rare::run_trials(&self.topology, guide, self.seed, trials),
            None => measure::run_trials(&self.topology, self.seed, trials),
        }
    }

    /// How branches compare with plain simulation where both see failures; worked out when first asked for.
    pub fn checks(&self) -> &[Check] {
        self.checks.get_or_init(|| match &self.guide {
            Some(guide) => {
                rare::check::check(&self.topology, guide, self.seed, self.plan.max_trials())
            }
            None => Vec::new(),
        })
    }

    /// Whether branches and plain simulation agree on a target where both see failures.
    pub(super) fn agrees(&self, target: Target) -> bool {
        let guide = self.guide.as_ref();
        let explored = guide.and_then(|guide| guide.explored_as(target));
        let mut checks = self.checks().iter();
        checks.all(|check| explored != Some(check.target) || check.agrees())
    }

    /// The journeys whose precision counts and whose branches are not believed; what is known of them comes from plain
    /// trials.
    #[must_use]
    pub fn journeys_disbelieved(&self) -> Vec<&str> {
        let concerned = journeys_concerned(&self.topology).into_iter();
        concerned
            .filter(|index| !self.agrees(Target::Requests((*index).into())))
            .map(|index| &*self.topology.journeys[index].name)
            .collect()
    }

    /// How many failures of a target a trial is expected to have, as far as branches are concerned.
    pub(super) fn expects(&self, target: Target) -> f64 {
        let guide = self.guide.as_ref();
        guide.map_or(0.0, |guide| guide.expected_per_trial(target))
    }

    /// Whether the figures of a target come from branches.
    #[must_use]
    pub fn explores(&self, target: Target) -> bool {
        self.guide
            .as_ref()
            .is_some_and(|guide| guide.explored_as(target).is_some())
    }

    /// Starts a run of the whole plan.
    #[must_use]
    pub fn session(&self) -> Session {
        let study = self.clone();
        let progress = move |tally: &Tally, _| study.progress(tally);
        Session::new(&self.topology, self.plan, 0, Box::new(progress))
    }

    /// Starts a run of one shard: all of its trials, whatever the precision.
    #[must_use]
    pub fn session_of(&self, shard: Shard) -> Session {
        let blocks = shard.blocks(self.plan.max_trials());
        let trials = shard.trials(self.plan.max_trials());
        let plan = Plan::Trials(trials.end - trials.start);
        Session::new(
            &self.topology,
            plan,
            blocks.start,
            Box::new(|_, _| Vec::new()),
        )
    }

    /// The names of the journeys whose precision counts: those with an objective, or all if none has one.
    #[must_use]
    pub fn journeys_concerned(&self) -> Vec<&str> {
        let concerned = journeys_concerned(&self.topology).into_iter();
        concerned
            .map(|index| &*self.topology.journeys[index].name)
            .collect()
    }

    /// How far the figures are whose precision counts.
    fn progress(&self, tally: &Tally) -> Vec<Progress> {
        if self.precise.is_empty() {
            let concerned = journeys_concerned(&self.topology).into_iter();
            return concerned
                .map(|index| self.progress_of(index, tally))
                .collect();
        }
        let (tally, complete) = (tally.clone(), true);
        let trials = tally.trials;
        let document = ResultDocument::new(self, &Outcome { tally, complete }).to_value();
        let figure = |path: &str| path::figure(path::get(&document, path).ok()?);
        // An availability is known as well as what it lacks: relative to itself, any is known at once.
        let lack = |path: &str| figure(&path.replace(".availability", ".unavailability"));
        let of = |path: &String| match lack(path).or_else(|| figure(path)) {
            Some(figure) => Progress::of(&figure, trials),
            // It has not been seen yet.
            None => Progress {
                events: 0,
                relative_half_width: f64::INFINITY,
            },
        };
        self.precise.iter().map(of).collect()
    }

    /// How far the unavailability of a journey is: by branches, unless what they say is not used.
    fn progress_of(&self, index: usize, tally: &Tally) -> Progress {
        let (target, trials) = (Target::Requests(index.into()), tally.trials);
        let branches = tally.branches.as_ref().filter(|_| self.explores(target));
        if let Some(branches) = branches {
            let lost = &branches.journeys[index].requests.lost;
            let figure = intervals::weighted::share(lost, trials);
            let progress = Progress::of_weighted(&figure, &Trust::of(lost.numerator(), trials));
            if !self.plan.is_reached_by(&progress) || self.agrees(target) {
                return progress;
            }
        }
        let lost = &tally.journeys[index].requests.lost;
        Progress::of(&intervals::share(lost, trials), lost.numerator().nonzero())
    }

    /// Whether a tally has the precision that the plan asks for; so it has without a precision.
    #[must_use]
    pub fn is_precise(&self, tally: &Tally) -> bool {
        let is_reached = |figure: &Progress| self.plan.is_reached_by(figure);
        self.progress(tally).iter().all(is_reached)
    }

    /// Whether a tally that came from outside can be one of this study's.
    #[must_use]
    pub fn fits(&self, tally: &Tally) -> bool {
        let causes = self.topology.causes.len();
        let is_cause = |&cause: &u32| (cause as usize) < causes;
        let fit = |journeys: &[JourneyTally], stores: &[StoreTally]| {
            journeys.len() == self.topology.journeys.len()
                && stores.len() == self.topology.stores.len()
                && journeys.iter().all(|journey| {
                    journey.causes.keys().flatten().all(is_cause)
                        && journey.involved.keys().all(is_cause)
                })
        };
        let branches = tally.branches.as_ref();
        fit(&tally.journeys, &tally.stores)
            && branches.is_none_or(|branches| fit(&branches.journeys, &branches.stores))
    }

    /// Computes everything on this thread.
    #[must_use]
    pub fn run(&self) -> Outcome {
        let mut session = self.session();
        while let Some(block) = session.next_block() {
            session.absorb(block, self.block(block));
        }
        session.finish()
    }
}

/// The journeys whose precision counts.
fn journeys_concerned(topology: &Topology) -> Vec<usize> {
    let all = 0..topology.journeys.len();
    let promised = |&index: &usize| topology.journeys[index].objective != Default::default();
    let concerned: Vec<usize> = all.clone().filter(promised).collect();
    if concerned.is_empty() {
        all.collect()
    } else {
        concerned
    }
}

type Figures = Box<dyn Fn(&Tally, u64) -> Vec<Progress> + Send>;

/// A run under way.
pub struct Session {
    plan: Plan,
    run: stopping::Session<Tally, Figures>,
    /// The number of the first block; the run counts from zero.
    first: u64,
    /// The next block to hand out, counted from zero.
    next: u64,
    /// Blocks that came before one of a lower number.
    early: BTreeMap<u64, Tally>,
    is_settled: bool,
}

impl Session {
    fn new(topology: &Topology, plan: Plan, first: u64, figures: Figures) -> Session {
        Session {
            plan,
            run: stopping::Session::new(plan, Tally::empty(topology), figures),
            first,
            next: 0,
            early: BTreeMap::new(),
            is_settled: false,
        }
    }

    /// The block to compute next; nothing if all are handed out or it is enough.
    pub fn next_block(&mut self) -> Option<u64> {
        if self.is_finished() || self.run.trials_of(self.next).is_empty() {
            return None;
        }
        self.next += 1;
        Some(self.first + self.next - 1)
    }

    /// Takes the tally of a block that was handed out; when it is enough, further blocks are thrown away.
    pub fn absorb(&mut self, block: u64, tally: Tally) {
        self.early.insert(block - self.first, tally);
        while let Some(next) = self.early.remove(&self.run.blocks()) {
            if self.is_finished() {
                return;
            }
            self.run.absorb(self.run.blocks(), &next);
        }
    }

    /// Declares that what has been folded is enough: for a budget of time, which only picks the number of blocks.
    pub fn settle(&mut self) {
        self.is_settled = true;
    }

    /// Whether it is enough.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.is_settled || self.run.finished().is_some()
    }

    /// About how many trials the precision takes, by the last checkpoint; nothing before the first with enough events to
    /// tell, or without a precision.
    #[must_use]
    pub fn expected_trials(&self) -> Option<u64> {
        let Plan::Precision {
            relative,
            max_trials,
        } = self.plan
        else {
            return None;
        };
        let figures = self.run.progress().iter();
        let known = |figure: &Progress| {
            let width = figure.relative_half_width;
            (figure.events >= stopping::MINIMUM_EVENTS && width.is_finite()).then_some(width)
        };
        let widest = figures
            .map(known)
            .reduce(|one, other| Some(one?.max(other?)))??;
        let times = (widest / relative) * (widest / relative);
        let trials = self.run.trials() as f64 * times.max(1.0);
        Some((trials.min(max_trials as f64)) as u64)
    }

    /// How many trials have been folded.
    #[must_use]
    pub fn trials(&self) -> u64 {
        self.run.trials()
    }

    /// Ends the run; it is complete if nothing more was wanted.
    #[must_use]
    pub fn finish(self) -> Outcome {
        Outcome {
            complete: self.is_finished(),
            tally: self.run.into_tally(),
        }
    }
}

/// The trials of some blocks of a run of `trials` trials.
pub(super) fn trials_of_blocks(blocks: &Range<u64>, trials: u64) -> Range<u64> {
    let start = |block| Plan::Trials(trials).trials_of(block).start;
    start(blocks.start)..start(blocks.end)
}
