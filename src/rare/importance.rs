//! Importance: how near a state is to a failure that matters.
//!
//! It is the sum over the cut sets of their cost times the chance of what is still missing, so that with everything up
//! each target contributes one. All that is known of "everything up" is worked out once; a state costs no more than the
//! sets that touch what is down.

use super::cuts::{Cut, chance_of};
use super::event::Events;
use super::ledger::Ledger;

/// What the engine is like with these primaries.
#[derive(Clone, Debug)]
pub(super) struct Configuration {
    /// The primary of each store.
    pub primaries: Vec<usize>,
    /// The sets that matter for the targets that are estimated.
    pub cuts: Vec<Cut>,
    /// The importance when everything is up.
    pub base: f64,
    /// The importance of the state in which one member of this basic event is the case.
    pub alone: Vec<f64>,
    /// The value of each set when everything is up.
    values: Vec<f64>,
    /// The sets that each basic event is in.
    of_event: Vec<Vec<u32>>,
    /// The importance of everything up for each target.
    bases: Vec<f64>,
    /// For each target, what one member of each basic event adds to everything up.
    gains: Vec<Vec<f64>>,
}

impl Configuration {
    /// Normalises costs so that all up comes to one for each target that is estimated, and leaves out the others.
    pub fn new(
        events: &Events,
        primaries: Vec<usize>,
        mut cuts: Vec<Cut>,
        estimated: &[bool],
    ) -> Configuration {
        cuts.retain(|cut| estimated[cut.target]);
        let nothing = Ledger::of(events);
        let mut bases = vec![0.0; estimated.len()];
        for cut in &cuts {
            bases[cut.target] += value(events, cut, &nothing);
        }
        for cut in &mut cuts {
            cut.cost /= bases[cut.target];
        }
        bases
            .iter_mut()
            .filter(|base| **base > 0.0)
            .for_each(|base| *base = 1.0);
        let mut of_event = vec![Vec::new(); events.list.len()];
        let mut gains = vec![vec![0.0; events.list.len()]; estimated.len()];
        let mut values = Vec::new();
        for (index, cut) in cuts.iter().enumerate() {
            let value = value(events, cut, &nothing);
            values.push(value);
            for need in &cut.needs {
                of_event[need.0 as usize].push(index as u32);
            }
            add_gains(events, cut, value, &nothing, &mut gains[cut.target]);
        }
        let mut configuration = Configuration {
            primaries,
            base: bases.iter().sum(),
            cuts,
            alone: Vec::new(),
            values,
            of_event,
            bases,
            gains,
        };
        let alone = (0..events.list.len()).map(|event| {
            let mut ledger = nothing.clone();
            ledger.add(event);
            configuration.importance(events, &ledger)
        });
        configuration.alone = alone.collect();
        configuration
    }

    /// The expected cost rate of a state, with all up as one for each target.
    pub fn importance(&self, events: &Events, ledger: &Ledger) -> f64 {
        let mut importance = self.base;
        self.for_touched(ledger, |index, cut| {
            importance += value(events, cut, ledger) - self.values[index];
        });
        importance
    }

    /// The importance of a state for the targets that still stand, and in `gains` what one more member of each basic
    /// event would add to it.
    pub fn gains(
        &self,
        events: &Events,
        ledger: &Ledger,
        standing: &[bool],
        gains: &mut [f64],
    ) -> f64 {
        gains.fill(0.0);
        let mut importance = 0.0;
        for (target, _) in standing.iter().enumerate().filter(|(_, stands)| **stands) {
            if self.bases[target] > 0.0 {
                importance += self.bases[target];
                gains
                    .iter_mut()
                    .zip(&self.gains[target])
                    .for_each(|(gain, more)| *gain += more);
            }
        }
        let nothing = Ledger::of(events);
        self.for_touched(ledger, |index, cut| {
            if standing[cut.target] {
                let now = value(events, cut, ledger);
                importance += now - self.values[index];
                add_gains(events, cut, -self.values[index], &nothing, gains);
                add_gains(events, cut, now, ledger, gains);
            }
        });
        importance
    }

    /// Every set that something that is down is in, once.
    fn for_touched(&self, ledger: &Ledger, mut each: impl FnMut(usize, &Cut)) {
        for event in ledger.down() {
            for index in &self.of_event[*event as usize] {
                let cut = &self.cuts[*index as usize];
                let first = cut.needs.iter().find(|need| ledger.count(need.0) > 0);
                if first.is_some_and(|need| need.0 == *event) {
                    each(*index as usize, cut);
                }
            }
        }
    }
}

/// The cost of a set times the chance of what is still missing.
fn value(events: &Events, cut: &Cut, ledger: &Ledger) -> f64 {
    let missing = cut.needs.iter();
    cut.cost
        * missing
            .map(|need| chance_of(events, *need, ledger.count(need.0)))
            .product::<f64>()
}

/// Adds what one more member of each basic event of a set adds to its value.
fn add_gains(events: &Events, cut: &Cut, value: f64, ledger: &Ledger, gains: &mut [f64]) {
    for need in &cut.needs {
        let count = ledger.count(need.0);
        if count < need.1 {
            let before = chance_of(events, *need, count);
            let after = chance_of(events, *need, count + 1);
            gains[need.0 as usize] += value * (after / before - 1.0);
        }
    }
}
