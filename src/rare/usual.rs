//! What is usually down: states of basic events at a random moment.
//!
//! In a large fleet something is always broken, so the safe set must not be "everything is up": a trial would never be
//! in it, and every failure would begin a branch. It takes in whatever is usual instead. Which states are is found from
//! a sample of what is down at a moment, by the chances of the basic events alone. Deliberately absent: a simulation.
//! What is down together for another reason than by chance is unusual, and worth a branch.

use super::event::{Events, What};
use super::ledger::Ledger;
use crate::rng::{Entity, Purpose, Stream};

/// How many states are drawn.
const SAMPLES: u64 = 256;
/// The share of them that is usual.
const USUAL: f64 = 0.95;

/// A sample of states.
pub(super) struct Usual {
    states: Vec<Ledger>,
}

impl Usual {
    /// Draws states of the basic events that matter: the same ones for the same model.
    pub fn of(events: &Events, matters: &[bool]) -> Usual {
        let draw = |sample: u64| {
            let mut luck = Stream::new(0, sample, Entity(0), Purpose(0));
            let mut state = Ledger::of(events);
            for (index, event) in events.list.iter().enumerate() {
                if matters[index] && matches!(event.what, What::Strike(_)) {
                    let down = event.usual(luck.uniform());
                    (0..down).for_each(|_| state.add(events, index as u32));
                }
            }
            state
        };
        Usual {
            states: (0..SAMPLES).map(draw).collect(),
        }
    }

    /// What most states do not exceed.
    pub fn most(&self, of: impl Fn(&Ledger) -> f64) -> f64 {
        let mut values: Vec<f64> = self.states.iter().map(of).collect();
        values.sort_by(f64::total_cmp);
        values[(USUAL * values.len() as f64) as usize]
    }

    /// The mean over all states.
    pub fn mean(&self, of: impl FnMut(&Ledger) -> f64) -> f64 {
        self.states.iter().map(of).sum::<f64>() / self.states.len() as f64
    }
}
