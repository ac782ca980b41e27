//! The expected number of renewals of a process that starts new.
//!
//! M(t) = F(t) + the integral of F(t - s) dM(s), solved on a grid with midpoints as in M. Xie, "On the solution of
//! renewal-type integral equations" (Communications in Statistics: Simulation and Computation 18, 1989); the error
//! falls with the square of the step where F is smooth. Deliberately absent: delays between a strike and the next
//! start, which are repairs and hardly count where they are short.

use crate::dist::Law;

/// The expected number of strikes within so many seconds, the first clock starting at age zero, on a grid of `steps`.
///
/// # Panics
/// If there are no steps.
#[must_use]
pub fn expected_strikes(law: &Law, seconds: f64, steps: usize) -> f64 {
    assert!(steps > 0, "a grid has at least one step");
    let width = seconds / steps as f64;
    let at_half = |halves: usize| law.cdf(0.5 * halves as f64 * width);
    let midpoints: Vec<f64> = (0..steps).map(|step| at_half(2 * step + 1)).collect();
    let mut strikes = vec![0.0];
    for step in 1..=steps {
        let earlier: f64 = (1..step)
            .map(|past| (strikes[past] - strikes[past - 1]) * midpoints[step - past])
            .sum();
        let known = at_half(2 * step) + earlier - strikes[step - 1] * midpoints[0];
        strikes.push(known / (1.0 - midpoints[0]));
    }
    strikes[steps]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::exp;

    #[test]
    fn a_constant_hazard_strikes_at_a_constant_rate() {
        let law = Law::exponential(2.0).unwrap();
        assert!((expected_strikes(&law, 7.0, 700) - 3.5).abs() < 1e-4);
    }

    /// Two stages of rate r: M(t) = r t / 2 - (1 - exp(-2 r t)) / 4.
    #[test]
    fn two_stages_have_their_closed_form() {
        let law = Law::erlang(2.0, 2).unwrap();
        let exact = 0.5 * 5.0 - 0.25 * (1.0 - exp(-10.0));
        assert!((expected_strikes(&law, 5.0, 500) - exact).abs() < 1e-4);
    }
}
