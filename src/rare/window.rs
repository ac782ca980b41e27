//! Windows: stretches of a branch in which the same clocks are taken away, and what those would have done.
//!
//! Everything here follows from the laws of clocks: how likely one strikes in a stretch, when, and that none of them
//! does. Members of a crowd that share a clock are taken away as one. Deliberately absent: which clocks are taken away and
//! how often their strikes are tried (see `decision`).

use crate::dist::Law;
use crate::math::{exp, exp_m1};
use crate::time::{Span, Time};
use crate::topology::Topology;
use crate::world::clocks::Clock;

/// What was taken away: one clock, or all that can strike of a crowd.
#[derive(Clone, Copy, Debug)]
pub(super) struct Withheld {
    /// The clock; of a crowd, the first of its members.
    pub clock: Clock,
    /// Its place among the clocks of all basic events.
    pub rank: usize,
    /// The basic event.
    pub event: u32,
    /// How many can strike.
    pub count: u32,
    /// How old the clock was when the window began.
    pub age: Span,
    /// The chance that one of them strikes in the window.
    pub chance: f64,
    /// That, times what a strike would lead to.
    pub value: f64,
}

impl Withheld {
    /// The chances of all of them.
    pub fn chances(&self) -> f64 {
        f64::from(self.count) * self.chance
    }

    /// Whether the guide sees nothing in it.
    pub fn is_idle(&self) -> bool {
        self.value <= 0.0
    }

    /// What all of them are worth.
    pub fn values(&self) -> f64 {
        f64::from(self.count) * self.value
    }
}

/// A strike that is to be tried.
#[derive(Clone, Copy, Debug)]
pub(super) struct Try {
    pub at: Time,
    pub clock: Clock,
    /// What the weight of the branch is multiplied by.
    pub factor: f64,
    /// Picks how long what it begins lasts.
    pub lasts: f64,
}

/// A stretch of a branch with the same clocks taken away.
#[derive(Clone, Debug, Default)]
pub(super) struct Window {
    pub from: Time,
    pub ends: Time,
    pub withheld: Vec<Withheld>,
    /// The hazard rate of those without memory, all together.
    rate: f64,
    /// The places of the others in the list.
    ageing: Vec<u32>,
    /// The first one last.
    pub tries: Vec<Try>,
}

impl Window {
    /// The chance that none of the clocks that were taken away would have struck by then.
    pub fn survival(&self, topology: &Topology, at: Time) -> f64 {
        exp(-self.hazard(topology, at))
    }

    /// Whether clocks were taken away.
    pub fn is_open(&self) -> bool {
        !self.withheld.is_empty()
    }

    /// The cumulative hazard of all of them by then.
    pub fn hazard(&self, topology: &Topology, at: Time) -> f64 {
        let passed = at.min(self.ends).since(self.from);
        let ageing = self.ageing.iter();
        let hazards = ageing.map(|place| {
            let held = &self.withheld[*place as usize];
            hazard(topology, held.clock, held.age, passed)
        });
        self.rate * passed.seconds() + hazards.sum::<f64>()
    }

    /// Adds up the hazards of what was taken away.
    pub fn find_hazards(&mut self, topology: &Topology) {
        self.rate = 0.0;
        self.ageing.clear();
        for (place, held) in self.withheld.iter().enumerate() {
            match memoryless(topology, held.clock) {
                Some(mean) => self.rate += f64::from(held.count) / mean,
                None => self.ageing.push(place as u32),
            }
        }
    }

    /// Takes over another window's clocks, without its tries.
    pub fn copy_from(&mut self, other: &Window) {
        (self.from, self.ends) = (other.from, other.ends);
        self.withheld.clone_from(&other.withheld);
        self.rate = other.rate;
        self.ageing.clone_from(&other.ageing);
        self.tries.clear();
    }
}

/// The mean time to a strike of a clock, if that has no memory.
pub(super) fn memoryless(topology: &Topology, clock: Clock) -> Option<f64> {
    match clock {
        Clock::Alarm(id) => topology.detectors[id.index()].false_alarm_every,
        Clock::Fault(id) => match &topology.faults[id.index()].every {
            law @ Law::Exponential(_) => Some(law.mean()),
            _ => None,
        },
    }
}

/// The cumulative hazard of a clock of this age over a time.
pub(super) fn hazard(topology: &Topology, clock: Clock, age: Span, passed: Span) -> f64 {
    match (clock, memoryless(topology, clock)) {
        (_, Some(mean)) => passed.seconds() / mean,
        (Clock::Alarm(_), None) => 0.0,
        (Clock::Fault(id), None) => {
            let law = &topology.faults[id.index()].every;
            let (from, to) = (age.seconds(), age.seconds() + passed.seconds());
            (law.cumulative_hazard(to) - law.cumulative_hazard(from)).max(0.0)
        }
    }
}

/// When a clock of this age strikes, if it is among the first `chance` of all cases: at `uniform` of these.
pub(super) fn strike_within(
    topology: &Topology,
    clock: Clock,
    age: Span,
    (chance, uniform): (f64, f64),
) -> Span {
    let share = chance * uniform;
    let seconds = match clock {
        Clock::Alarm(id) => {
            let mean = topology.detectors[id.index()].false_alarm_every;
            -crate::math::ln_1p(-share) * mean.unwrap_or(f64::INFINITY)
        }
        Clock::Fault(id) => {
            let law = &topology.faults[id.index()].every;
            law.residual(age.seconds(), share)
        }
    };
    Span::from_seconds(seconds)
}

/// The chance of something with this cumulative hazard.
pub(super) fn chance_of(hazard: f64) -> f64 {
    -exp_m1(-hazard)
}
