//! How much likelier another set of figures makes the path of a trial and of its branches.
//!
//! The other topology is the same but for laws of faults. A path that was drawn under one set stands for the other with
//! the ratio of their densities: for every life and repair that ended, the ratio of the densities of its length; for
//! every one under way, the ratio of the survivals. All are conditioned on the age at which the path came upon them.
//!
//! Over a long trial that product is useless: it remembers a hundred repairs that matter to nobody any more, and its
//! variance drowns a small difference. What a fault did before it came into its present state is therefore forgotten
//! wherever nothing else can remember it: where a fault has no crew, begins anew with each repair, and stands in a topology
//! without stores and entries. The ratio of such a fault is that of the stationary densities of its present state: over
//! the mean length of a cycle, the chance to be up or down for so long; a state without memory is taken as a whole. This is
//! the expectation of the full ratio given that state (conditional Monte Carlo), so nothing is lost but noise, if the
//! trial starts in equilibrium and is measured for so long that repairs which a start with everything up delays don't show.
//! Branches remember all that happens in them.
//!
//! Deliberately absent: probabilities and rates of false alarms, which have to be the same.

use crate::dist::{Law, LawError};
use crate::engine::Chance;
use crate::time::{Span, Time};
use crate::topology::{AfterRepair, Fault, FaultId, Start, Topology};
use crate::world::World;
use crate::world::note::Event;

/// Where the bounds of laws are compared.
const EDGE: f64 = 1e-9;
/// A fault that starts up is as in the long run after so many mean repairs.
const SETTLES: f64 = 10.0;
/// A window of so many mean repairs does not notice how it began.
const OUTLASTS: f64 = 1000.0;

/// Why two topologies cannot be compared on one path.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ContrastError {
    /// More than laws of faults differs.
    #[error("the topologies differ in more than laws of faults: compare them by separate runs")]
    Structure,
    /// A law that differs has atoms.
    #[error(
        "{0}: a law that differs has single durations of positive probability (a fixed or empirical one), and no path \
         of one is a path of the other: compare them by separate runs"
    )]
    Atoms(String),
    /// The second law has durations that the first cannot have.
    #[error(
        "{0}: the second law has durations that the first one never has: exchange the two, or compare them by separate \
         runs"
    )]
    Support(String),
    /// A memoryless law is compared with one that ages.
    #[error(
        "{0}: one law ages and the other does not, so that their ages at the start cannot be compared: start new, or \
         compare them by separate runs"
    )]
    Memory(String),
    /// A law cannot be scaled.
    #[error(transparent)]
    Law(#[from] LawError),
}

/// A fault whose laws differ.
#[derive(Debug)]
struct Change<'t> {
    id: FaultId,
    ours: &'t Fault,
    theirs: &'t Fault,
    /// Whether nothing but its present state matters.
    is_forgotten: bool,
    /// The mean length of a cycle in our figures over that in theirs.
    cycles: f64,
    /// Whether ages at the start are drawn in equilibrium.
    starts_old: bool,
}

/// All that differs between two topologies.
#[derive(Debug)]
pub(super) struct Changes<'t> {
    faults: Vec<Change<'t>>,
    /// The index of each fault among them.
    of_fault: Vec<Option<usize>>,
}

/// What a fault is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Up,
    /// Waiting for a crew: no law runs.
    Waits,
    Repair,
}

/// A law that is running.
#[derive(Clone, Copy, Debug)]
struct Running {
    phase: Phase,
    /// How old it was when the path came upon it.
    age: Span,
    since: Time,
    is_forgotten: bool,
}

/// The likelihood of one path under the other figures over that under ours.
#[derive(Clone, Debug)]
pub(super) struct Likelihood {
    /// Of all that ended.
    ratio: f64,
    running: Vec<Running>,
}

impl Default for Likelihood {
    fn default() -> Likelihood {
        Likelihood {
            ratio: 1.0,
            running: Vec::new(),
        }
    }
}

impl Likelihood {
    /// Becomes a copy of another.
    pub fn copy_from(&mut self, other: &Likelihood) {
        self.ratio = other.ratio;
        self.running.clone_from(&other.running);
    }
}

impl Running {
    fn age_at(&self, at: Time) -> Span {
        Span(self.age.0.saturating_add(at.since(self.since).0))
    }
}

impl<'t> Change<'t> {
    /// Our law and theirs.
    fn laws(&self, phase: Phase) -> Option<(&'t Law, &'t Law)> {
        match phase {
            Phase::Up => Some((&self.ours.every, &self.theirs.every)),
            Phase::Waits => None,
            Phase::Repair => Some((&self.ours.lasts, &self.theirs.lasts)),
        }
    }

    /// The ratio for what is running to have lasted until then.
    fn lasted(&self, running: &Running, at: Time) -> f64 {
        let ratio = |(ours, theirs): (&Law, &Law)| {
            theirs.survival_ratio(ours, running.age.seconds(), running.age_at(at).seconds())
        };
        self.laws(running.phase).map_or(1.0, ratio)
    }

    /// The ratio for what is running to end right then.
    fn ended(&self, running: &Running, at: Time) -> f64 {
        let ratio = |(ours, theirs): (&Law, &Law)| {
            theirs.density_ratio(ours, running.age.seconds(), running.age_at(at).seconds())
        };
        self.laws(running.phase).map_or(1.0, ratio)
    }

    /// The ratio of the stationary densities of the present state.
    fn is_in_state(&self, running: &Running, at: Time) -> f64 {
        let age = running.age_at(at);
        match self.laws(running.phase) {
            Some((ours @ Law::Exponential(_), theirs @ Law::Exponential(_)))
                if at > running.since =>
            {
                self.cycles * theirs.mean() / ours.mean()
            }
            Some((ours, theirs)) => self.cycles * theirs.survival_ratio(ours, 0.0, age.seconds()),
            None => 1.0,
        }
    }

    /// The ratio of the densities of an age at the start.
    fn starts(&self, age: Span) -> f64 {
        let (ours, theirs) = (&self.ours.every, &self.theirs.every);
        if !self.starts_old || matches!(ours, Law::Exponential(_)) {
            return 1.0;
        }
        ours.mean() / theirs.mean() * theirs.survival_ratio(ours, 0.0, age.seconds())
    }
}

impl<'t> Changes<'t> {
    /// What differs between two topologies that are the same but for laws of faults.
    pub fn between(ours: &'t Topology, theirs: &'t Topology) -> Result<Changes<'t>, ContrastError> {
        if !have_one_structure(ours, theirs) {
            return Err(ContrastError::Structure);
        }
        let is_in_equilibrium = ours.window.start == Start::Equilibrium;
        // Nothing remembers what a fault did once it is repaired, neither primaries nor beliefs.
        let has_no_memory = ours.stores.is_empty() && ours.traffic.is_empty();
        let mut changes = Changes {
            faults: Vec::new(),
            of_fault: vec![None; ours.faults.len()],
        };
        for (index, (one, other)) in ours.faults.iter().zip(&theirs.faults).enumerate() {
            if one.every == other.every && one.lasts == other.lasts {
                continue;
            }
            let renews = one.after_repair == AfterRepair::AsNew;
            let starts_old = is_in_equilibrium && renews;
            check(one, other, starts_old)?;
            let cycle = |fault: &Fault| fault.every.mean() + fault.lasts.mean();
            changes.of_fault[index] = Some(changes.faults.len());
            changes.faults.push(Change {
                id: index.into(),
                ours: one,
                theirs: other,
                is_forgotten: has_no_memory
                    && starts_old
                    && one.crew.is_none()
                    && is_in_the_long_run(ours, one),
                cycles: cycle(one) / cycle(other),
                starts_old,
            });
        }
        Ok(changes)
    }

    /// The faults whose laws differ, in order.
    pub fn faults(&self) -> impl Iterator<Item = FaultId> + '_ {
        self.faults.iter().map(|change| change.id)
    }

    /// A trial at its start.
    pub fn start<C: Chance>(&self, world: &World<'_, C>, likelihood: &mut Likelihood) {
        likelihood.ratio = 1.0;
        likelihood.running.clear();
        for change in &self.faults {
            let state = &world.state.faults[change.id.index()];
            if !change.is_forgotten {
                likelihood.ratio *= change.starts(state.age);
            }
            likelihood.running.push(Running {
                phase: Phase::Up,
                age: state.age,
                since: state.clock,
                is_forgotten: change.is_forgotten,
            });
        }
    }

    /// Takes note of the last event of a world.
    pub fn note<C: Chance>(&self, world: &World<'_, C>, likelihood: &mut Likelihood) {
        let mut crews_moved = false;
        for note in &world.notes {
            let (id, phase) = match note.event {
                Event::Strike(id) if world.waits_for_a_crew(id) => (id, Phase::Waits),
                Event::Strike(id) => (id, Phase::Repair),
                Event::Repaired(id) => (id, Phase::Up),
                _ => continue,
            };
            crews_moved |= phase == Phase::Up;
            if let Some(index) = self.of_fault[id.index()] {
                self.enter(world, likelihood, index, phase);
            }
        }
        if crews_moved {
            for (index, change) in self.faults.iter().enumerate() {
                let waited = likelihood.running[index].phase == Phase::Waits;
                if waited && !world.waits_for_a_crew(change.id) {
                    self.enter(world, likelihood, index, Phase::Repair);
                }
            }
        }
    }

    /// What a fault was doing ends, and something else begins.
    fn enter<C: Chance>(
        &self,
        world: &World<'_, C>,
        likelihood: &mut Likelihood,
        index: usize,
        phase: Phase,
    ) {
        let change = &self.faults[index];
        let now = world.state.now;
        let running = &mut likelihood.running[index];
        if !running.is_forgotten {
            likelihood.ratio *= change.ended(running, now);
        }
        running.phase = phase;
        running.since = now;
        running.age = match phase {
            Phase::Up => world.state.faults[change.id.index()].age,
            Phase::Waits | Phase::Repair => Span::ZERO,
        };
    }

    /// The ratio of all that is remembered until then.
    pub fn remembered(&self, likelihood: &Likelihood, at: Time) -> f64 {
        let mut ratio = likelihood.ratio;
        for (change, running) in self.faults.iter().zip(&likelihood.running) {
            if !running.is_forgotten {
                ratio *= change.lasted(running, at);
            }
        }
        ratio
    }

    /// The ratio of the present state of what is forgotten.
    pub fn forgotten(&self, likelihood: &Likelihood, at: Time) -> f64 {
        let mut ratio = 1.0;
        for (change, running) in self.faults.iter().zip(&likelihood.running) {
            if running.is_forgotten {
                ratio *= change.is_in_state(running, at);
            }
        }
        ratio
    }

    /// A branch leaves a trial, and remembers from then on.
    pub fn branch(&self, nominal: &Likelihood, at: Time, branch: &mut Likelihood) {
        branch.copy_from(nominal);
        branch.ratio = self.remembered(nominal, at) * self.forgotten(nominal, at);
        for running in &mut branch.running {
            running.age = running.age_at(at);
            running.since = at;
            running.is_forgotten = false;
        }
    }
}

fn check(one: &Fault, other: &Fault, starts_old: bool) -> Result<(), ContrastError> {
    for (ours, theirs) in [(&one.every, &other.every), (&one.lasts, &other.lasts)] {
        if ours == theirs {
            continue;
        }
        if !ours.has_density() || !theirs.has_density() {
            return Err(ContrastError::Atoms(one.path.clone()));
        }
        let (least, greatest) = (theirs.quantile(EDGE), theirs.quantile(1.0 - EDGE));
        if ours.cdf(least) <= 0.0 || ours.survival(greatest) <= 0.0 {
            return Err(ContrastError::Support(one.path.clone()));
        }
    }
    let ages = |law: &Law| !matches!(law, Law::Exponential(_));
    if starts_old && ages(&one.every) != ages(&other.every) {
        return Err(ContrastError::Memory(one.path.clone()));
    }
    Ok(())
}

/// Whether what is measured hardly knows that a fault started up.
fn is_in_the_long_run(topology: &Topology, fault: &Fault) -> bool {
    let window = &topology.window;
    let repair = fault.lasts.mean();
    window.warm_up.seconds() >= SETTLES * repair || window.length.seconds() >= OUTLASTS * repair
}

/// Whether two topologies differ in nothing but laws of faults.
fn have_one_structure(ours: &Topology, theirs: &Topology) -> bool {
    if ours.faults.len() != theirs.faults.len() {
        return false;
    }
    let mut alike = theirs.clone();
    alike.name.clone_from(&ours.name);
    alike.assumptions.clone_from(&ours.assumptions);
    for (fault, like) in alike.faults.iter_mut().zip(&ours.faults) {
        fault.every = like.every.clone();
        fault.lasts = like.lasts.clone();
    }
    // What is written out is all there is, figures to the last bit.
    format!("{alike:?}") == format!("{ours:?}")
}
