//! Markov chains in continuous time with a few hundred states.
//!
//! A chain is explored from a state and a function that lists the rates out of each. Its stationary law comes from the
//! elimination of Grassmann, Taksar and Heyman ("Regenerative analysis and steady state distributions for Markov
//! chains", Operations Research 33, 1985), which subtracts nothing and so keeps the digits of the rarest states.
//! Transient laws and rewards come from uniformisation (A. Jensen, 1953; Gross and Miller, Operations Research 32,
//! 1984): sums of Poisson probabilities, cut off at the error that the caller allows. Deliberately absent: sparse
//! methods for large chains, and states that never leave a part of the chain in the stationary law.

use std::collections::BTreeMap;

use crate::math::exp;

/// Largest expected number of jumps of one stretch of uniformisation: e to the minus that is far from underflow.
const LARGEST_STRETCH: f64 = 256.0;

/// A chain and its states, in the order in which they were found.
#[derive(Clone, Debug, PartialEq)]
pub struct Chain<S> {
    states: Vec<S>,
    /// For each state, where it can go and at what rate per second.
    rates: Vec<Vec<(usize, f64)>>,
}

impl<S: Clone + Ord> Chain<S> {
    /// Finds every state that can be reached from `start`. Rates are per second and positive; others are left out.
    #[must_use]
    pub fn explore(start: S, transitions: impl Fn(&S) -> Vec<(S, f64)>) -> Chain<S> {
        let mut numbers = BTreeMap::from([(start.clone(), 0)]);
        let mut states = vec![start];
        let mut rates = Vec::new();
        while rates.len() < states.len() {
            let from = rates.len();
            let mut row = Vec::new();
            for (to, rate) in transitions(&states[from]) {
                let known = states.len();
                let number = *numbers.entry(to.clone()).or_insert(known);
                if number == known {
                    states.push(to);
                }
                if rate > 0.0 && number != from {
                    row.push((number, rate));
                }
            }
            rates.push(row);
        }
        Chain { states, rates }
    }

    /// The states; the first is the one it was explored from.
    #[must_use]
    pub fn states(&self) -> &[S] {
        &self.states
    }

    /// What a function of the state is worth in each state.
    #[must_use]
    pub fn rewards(&self, worth: impl Fn(&S) -> f64) -> Vec<f64> {
        self.states.iter().map(worth).collect()
    }

    /// The stationary probability of each state; `None` if some state can't be left towards the first one.
    #[must_use]
    pub fn stationary(&self) -> Option<Vec<f64>> {
        let size = self.states.len();
        let mut matrix = vec![vec![0.0; size]; size];
        for (from, row) in self.rates.iter().enumerate() {
            for (to, rate) in row {
                matrix[from][*to] += rate;
            }
        }
        for last in (1..size).rev() {
            let back: f64 = matrix[last][..last].iter().sum();
            if back <= 0.0 {
                return None;
            }
            let leaving = matrix[last][..last].to_vec();
            for row in &mut matrix[..last] {
                let share = row[last] / back;
                row[last] = share;
                for (rate, onward) in row.iter_mut().zip(&leaving) {
                    *rate += share * onward;
                }
            }
        }
        let mut weights = vec![1.0];
        while weights.len() < size {
            let into = matrix.iter().map(|row| row[weights.len()]);
            weights.push(dot(
                &weights,
                &into.take(weights.len()).collect::<Vec<f64>>(),
            ));
        }
        let total: f64 = weights.iter().sum();
        Some(weights.iter().map(|weight| weight / total).collect())
    }

    /// The stationary mean of a reward per state; `None` as for [`Chain::stationary`].
    #[must_use]
    pub fn stationary_mean(&self, worth: impl Fn(&S) -> f64) -> Option<f64> {
        Some(dot(&self.stationary()?, &self.rewards(worth)))
    }

    /// The probability of each state after so many seconds, starting in the first; the probabilities that are left
    /// out add up to `error` at most.
    #[must_use]
    pub fn transient(&self, seconds: f64, error: f64) -> Vec<f64> {
        self.uniformise(seconds, error, &vec![0.0; self.states.len()])
            .0
    }

    /// The mean over an interval of a non-negative reward per state, starting in the first state; at most `error`
    /// times the largest reward too small.
    #[must_use]
    pub fn interval_mean(&self, seconds: f64, error: f64, worth: impl Fn(&S) -> f64) -> f64 {
        self.uniformise(seconds, error, &self.rewards(worth)).1 / seconds
    }

    /// Transient probabilities at the end, and the reward gathered on the way.
    fn uniformise(&self, seconds: f64, error: f64, rewards: &[f64]) -> (Vec<f64>, f64) {
        let exits = self.rates.iter().map(|row| row.iter().map(|it| it.1).sum());
        let jumps = exits.fold(0.0, f64::max);
        let mut now = vec![0.0; self.states.len()];
        now[0] = 1.0;
        if jumps <= 0.0 {
            return (now, rewards[0] * seconds);
        }
        let stretches = (jumps * seconds / LARGEST_STRETCH).ceil().max(1.0);
        let expected = jumps * seconds / stretches;
        let weights = poisson(expected, 0.5 * error / stretches);
        let mut gathered = 0.0;
        for _ in 0..stretches as u64 {
            let mut after = vec![0.0; now.len()];
            let mut later = 1.0;
            for weight in &weights {
                later -= weight;
                gathered += f64::max(later, 0.0) * dot(&now, rewards) / jumps;
                for (sum, probability) in after.iter_mut().zip(&now) {
                    *sum += weight * probability;
                }
                now = self.jump(&now, jumps);
            }
            now = after;
        }
        (now, gathered)
    }

    /// One jump of the uniformised chain.
    fn jump(&self, now: &[f64], jumps: f64) -> Vec<f64> {
        let mut next = now.to_vec();
        for (from, row) in self.rates.iter().enumerate() {
            for (to, rate) in row {
                let moved = now[from] * rate / jumps;
                next[from] -= moved;
                next[*to] += moved;
            }
        }
        next
    }
}

fn dot(left: &[f64], right: &[f64]) -> f64 {
    left.iter().zip(right).map(|(one, other)| one * other).sum()
}

/// Poisson probabilities from zero on, until neither the tail nor the mean above it exceeds the error (relative to the
/// mean), or rounding hides what is left.
fn poisson(mean: f64, error: f64) -> Vec<f64> {
    let most = mean + 40.0 * mean.sqrt() + 60.0;
    let mut weights = vec![exp(-mean)];
    let mut tail = 1.0 - weights[0];
    let mut excess = mean - tail;
    while (tail > error || excess > error * mean) && (weights.len() as f64) < most {
        let next = weights[weights.len() - 1] * mean / weights.len() as f64;
        weights.push(next);
        tail -= next;
        excess -= f64::max(tail, 0.0);
    }
    weights
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exact::alternating::Alternating;
    use crate::exact::k_of_n;

    /// How many of `machines` are broken, with so many crews.
    fn repair_shop(machines: u32, crews: u32, failure: f64, repair: f64) -> Chain<u32> {
        Chain::explore(0, |&broken| {
            let mut next = Vec::new();
            if broken < machines {
                next.push((broken + 1, f64::from(machines - broken) * failure));
            }
            if broken > 0 {
                next.push((broken - 1, f64::from(broken.min(crews)) * repair));
            }
            next
        })
    }

    #[test]
    fn independent_repair_is_binomial() {
        let chain = repair_shop(5, 5, 1e-7, 1.0);
        let stationary = chain.stationary().unwrap();
        let counts = k_of_n::counts(&[1e-7 / (1.0 + 1e-7); 5]);
        assert_eq!(chain.states(), [0, 1, 2, 3, 4, 5]);
        for (found, exact) in stationary.iter().zip(counts) {
            assert!((found / exact - 1.0).abs() < 1e-9, "{found} {exact}");
        }
    }

    /// One crew: p(n) is in proportion to N! / (N - n)! (failure / repair)^n.
    #[test]
    fn one_crew_is_the_finite_source_queue() {
        let stationary = repair_shop(3, 1, 0.2, 1.0).stationary().unwrap();
        let weights = [1.0, 3.0 * 0.2, 6.0 * 0.04, 6.0 * 0.008];
        let total: f64 = weights.iter().sum();
        for (found, weight) in stationary.iter().zip(weights) {
            assert!((found - weight / total).abs() < 1e-15);
        }
    }

    #[test]
    fn uniformisation_matches_the_alternating_process() {
        let process = Alternating {
            failure_rate: 0.3,
            repair_rate: 2.0,
        };
        let chain = repair_shop(1, 1, 0.3, 2.0);
        for seconds in [0.01, 1.0, 5.0, 4_000.0] {
            let down = chain.transient(seconds, 1e-12)[1];
            assert!((down - process.unavailability_at(seconds)).abs() < 1e-11);
            let share = chain.interval_mean(seconds, 1e-12, |&broken| f64::from(broken));
            let exact = process.interval_unavailability(seconds);
            assert!((share - exact).abs() < 1e-11, "{seconds}: {share} {exact}");
        }
    }

    #[test]
    fn a_coarse_error_is_kept() {
        let chain = repair_shop(4, 2, 0.3, 2.0);
        let left_out = 1.0 - chain.transient(50.0, 1e-3).iter().sum::<f64>();
        assert!((0.0..=1e-3).contains(&left_out), "{left_out}");
    }

    #[test]
    fn a_chain_that_never_returns_has_no_answer() {
        let chain = Chain::explore(0, |&state: &i32| {
            if state < 2 {
                vec![(state + 1, 1.0)]
            } else {
                vec![]
            }
        });
        assert_eq!(chain.stationary(), None);
        assert!((chain.transient(1.0, 1e-12)[0] - exp(-1.0)).abs() < 1e-12);
    }
}
