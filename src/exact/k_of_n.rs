//! At least k of n independent things.
//!
//! The chance is summed from the side asked for, so that a small unavailability keeps its digits; see Barlow and
//! Proschan, "Statistical Theory of Reliability and Life Testing" (1975), chapter 2. Deliberately absent: dependence
//! between the things, which belongs to [`super::structure`] and [`super::markov`].

/// The probability of each number of things that hold, from none to all, given the chance of each.
#[must_use]
pub fn counts(chances: &[f64]) -> Vec<f64> {
    let mut probabilities = vec![1.0];
    for chance in chances {
        let mut next = vec![0.0; probabilities.len() + 1];
        for (number, probability) in probabilities.iter().enumerate() {
            next[number] += probability * (1.0 - chance);
            next[number + 1] += probability * chance;
        }
        probabilities = next;
    }
    probabilities
}

/// The probability that at least `count` of these hold.
#[must_use]
pub fn at_least(count: usize, chances: &[f64]) -> f64 {
    counts(chances).iter().skip(count).sum()
}

/// The probability that fewer than `count` of these hold; accurate when it is small.
#[must_use]
pub fn fewer_than(count: usize, chances: &[f64]) -> f64 {
    counts(chances).iter().take(count).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(value: f64, exact: f64) {
        assert!((value - exact).abs() <= 1e-14 * exact, "{value} {exact}");
    }

    #[test]
    fn two_of_three_alike() {
        let (up, down) = (0.9, 0.1);
        close(at_least(2, &[up; 3]), up * up * up + 3.0 * up * up * down);
        close(
            fewer_than(2, &[up; 3]),
            3.0 * up * down * down + down * down * down,
        );
    }

    #[test]
    fn one_of_several_that_differ() {
        close(at_least(1, &[0.5, 0.25, 0.9]), 1.0 - 0.5 * 0.75 * 0.1);
        close(at_least(3, &[0.5, 0.25, 0.9]), 0.5 * 0.25 * 0.9);
    }

    #[test]
    fn the_ends_of_the_range() {
        assert_eq!(at_least(0, &[]), 1.0);
        assert_eq!(at_least(1, &[]), 0.0);
        assert_eq!(fewer_than(0, &[0.3]), 0.0);
        assert_eq!(at_least(4, &[0.9; 3]), 0.0);
    }

    #[test]
    fn tiny_unavailability_keeps_its_digits() {
        close(
            fewer_than(1, &[1.0 - 1.0 / 1_048_576.0; 3]),
            1.0 / 1_048_576.0 / 1_048_576.0 / 1_048_576.0,
        );
    }
}
