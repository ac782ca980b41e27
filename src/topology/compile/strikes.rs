//! How often faults strike in a trial, so that no model asks for a trial that never ends.
//!
//! A fault that strikes every so often and lasts so long strikes about `trial / (every + lasts)` times, in means; a
//! crew that is busy only makes it rarer. The definition with the most strikes is the one to name: a unit written
//! wrong is one definition. Deliberately absent: the cost of probes, requests and what else follows from a strike.

use super::Compiler;
use super::pointer::Pointer;
use crate::model::Code;

/// With more strikes than this a trial takes minutes at least.
const MOST: f64 = 1e8;
/// With more strikes than this ten thousand trials take a quarter of an hour or more.
const MANY: f64 = 1e5;

/// The strikes expected in a trial.
#[derive(Clone, Debug, Default)]
pub(super) struct Strikes {
    /// Of all definitions.
    total: f64,
    /// Of the definition with the most, and where it is.
    most: Option<(f64, Pointer)>,
}

impl Compiler<'_> {
    /// Counts the strikes of one definition: those of the processes listed since there were `before` of them.
    pub(super) fn count_strikes(&mut self, pointer: &Pointer, before: usize) {
        let window = self.model.window;
        let trial_seconds = window.length.seconds() + window.warm_up.seconds();
        let cycles = self.faults[before..]
            .iter()
            .map(|fault| fault.every.mean() + fault.lasts.mean());
        // A cycle of no length has been reported.
        let strikes: f64 = cycles
            .filter(|&cycle| cycle > 0.0)
            .map(|cycle| trial_seconds / cycle)
            .sum();
        self.strikes.total += strikes;
        if self
            .strikes
            .most
            .as_ref()
            .is_none_or(|(most, _)| strikes > *most)
        {
            self.strikes.most = Some((strikes, pointer.clone()));
        }
    }

    /// Reports more strikes than anybody can wait for.
    pub(super) fn bound_strikes(&mut self) {
        let Strikes { total, most } = std::mem::take(&mut self.strikes);
        let Some((_, pointer)) = most.filter(|_| total > MANY) else {
            return;
        };
        let counted =
            format!("the faults of one trial strike about {total:.1e} times, most of them here");
        if total > MOST {
            let help = format!(
                "a trial may have {MOST:.0e} strikes: check the unit of `every`, or take fewer targets or a shorter window"
            );
            self.error(
                Code::TooManyStrikes,
                &pointer,
                format!("{counted}: it would not end"),
                help,
            );
        } else {
            let help =
                "check the unit of `every`; fewer targets or a shorter window make it faster";
            self.warning(
                Code::ManyStrikes,
                &pointer,
                format!("{counted}: trials are slow"),
                help,
            );
        }
    }
}
