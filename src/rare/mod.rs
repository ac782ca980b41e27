//! Rare-event estimation: weighted branches that explore what a plain trial would almost never meet.
//!
//! Outages of a good design, lost data and split brains are too rare for plain simulation. Here the plain trial, called
//! nominal, runs untouched, and what would happen if something went wrong *now* is explored in copies of its state that
//! are thrown away afterwards. Everything rests on one identity of point processes (Campbell's formula with the
//! compensator; see Brémaud, "Point Processes and Queues", 1981, chapter II): the expected sum over the strikes of a
//! clock of some value equals the expected integral of the clock's hazard times that value. So a strike may be tried at
//! any moment, with the hazard over the density of trying as its weight, and no path is made likelier at the cost of
//! another. The same holds inside a branch for the next strike, and for a yes or no.
//!
//! - `event`: the basic events: strikes of clocks, and fences and stages that fail.
//! - `alike`: those of which any may stand in for any other.
//! - `drill`: what a set of basic events leads to, found out by the engine itself with every delay at its median.
//! - `early`, `staggered`: what else it leads to if a repair falls into a recovery, and if faults strike long after others.
//! - `behind`: the standbys that fall behind by a fault.
//! - `reach`: which targets a basic event can touch at all.
//! - `queue`: what waits for the same crew.
//! - `cuts`, `deep`: the sets that matter, sought from below and from above.
//! - `exploration`: the search for them in every combination of primaries.
//! - `importance`, `ledger`: how near a state is to a failure that matters, and what is down.
//! - `usual`: what is usually down, and therefore safe.
//! - `guide`, `leading`: all that is decided before a run, a pure function of the model, and what it tells people.
//! - `trial`: the nominal trial, and where branches leave it.
//! - `path`, `window`, `decision`: one branch, and what is forced in it.
//! - `check`: branches against plain simulation where both see failures.
//! - `splitting`: the same branches with copies of those that rise, and nothing forced.
//! - `contrast`, `likelihood`: the same paths under two sets of figures: differences and derivatives.
//!
//! The safe set of A-cycles (Nicola, Shahabuddin and Nakayama, IEEE Transactions on Reliability 50, 2001) is told by
//! importance, not by "everything is up": a fleet in which something is always broken has rare events too. What a
//! guide does not foresee costs precision and never truth: it is drawn as it is. Deliberately absent: a change of
//! measure for delays of detection, decision and promotion, which are drawn as they are.

mod alike;
mod behind;
mod chance;
pub mod check;
mod contrast;
mod cuts;
mod decision;
mod deep;
mod drill;
mod early;
mod even;
mod event;
mod exploration;
mod guide;
mod importance;
mod leading;
mod ledger;
mod likelihood;
mod path;
mod queue;
mod reach;
pub mod splitting;
mod staggered;
#[cfg(test)]
mod tests;
mod trial;
mod unions;
mod usual;
mod window;

pub use check::Check;
pub use contrast::{
    ContrastTally, Contrasted, JourneyContrast, PairedMoments, Parameter, StoreContrast, contrast,
    elasticity,
};
pub use guide::{Guide, Rarity, Target};
pub use leading::LeadingSet;
pub use likelihood::ContrastError;
pub use trial::run_trials;
