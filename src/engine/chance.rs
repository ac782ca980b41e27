//! The one seam through which chance enters a trial.
//!
//! Everything that a world leaves to chance is one of four questions: how long, how old, yes or no, which. Whoever
//! answers decides what kind of run it is: [`Plain`] draws from the streams of (seed, trial), [`Scripted`] gives
//! prepared answers first. A biased chance, for rare events, is one more implementation.

use crate::dist::Law;
use crate::rng::{Entity, Purpose, Stream, StreamKey};
use crate::time::Span;

/// A random stream among those of a world.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DrawId(pub u32);

impl DrawId {
    /// The index into the list of stream keys.
    #[must_use]
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

impl From<usize> for DrawId {
    fn from(index: usize) -> DrawId {
        DrawId(u32::try_from(index).expect("a world has fewer than 2^32 streams"))
    }
}

/// Answers what is left to chance.
pub trait Chance {
    /// How much longer something of this law lasts that is `age` old.
    fn time(&mut self, draw: DrawId, law: &Law, age: Span) -> Span;

    /// How old a process of this law is when it is found at a random moment.
    fn age(&mut self, draw: DrawId, law: &Law) -> Span;

    /// Whether something of this probability happens.
    fn yes(&mut self, draw: DrawId, probability: f64) -> bool;

    /// Which of several things with these weights it is.
    fn choice(&mut self, draw: DrawId, weights: &[f64]) -> usize;

    /// Which of so many things it is, all of them equally likely.
    fn one_of(&mut self, draw: DrawId, count: u32) -> u32;
}

/// Which of so many equal parts of the unit interval a number is in.
#[must_use]
pub fn part_of_unit(uniform: f64, count: u32) -> u32 {
    ((uniform * f64::from(count)) as u32).min(count - 1)
}

/// Which of several things with these weights a number of the unit interval falls to.
#[must_use]
pub fn weighted_part(uniform: f64, weights: &[f64]) -> usize {
    let total: f64 = weights.iter().sum();
    let mut left = uniform * total;
    let found = weights.iter().position(|weight| {
        left -= weight;
        left < 0.0
    });
    found.unwrap_or(weights.len() - 1)
}

/// How much longer something lasts that is `age` old, if that is not left to chance.
#[must_use]
pub fn rest_of_fixed(law: &Law, age: Span) -> Option<Span> {
    match law {
        Law::Fixed(fixed) => Some(Span(
            Span::from_seconds(fixed.value()).0.saturating_sub(age.0),
        )),
        _ => None,
    }
}

/// Draws from the streams of one trial, as the laws say.
#[derive(Debug)]
pub struct Plain<'k> {
    keys: &'k [StreamKey],
    seed: u64,
    trial: u64,
    /// Each stream, and in which round it was made; trials in the same room are rounds.
    streams: Vec<(u64, Stream)>,
    round: u64,
}

impl<'k> Plain<'k> {
    /// The streams of this trial; each is made when it is first used.
    #[must_use]
    pub fn new(keys: &'k [StreamKey], seed: u64, trial: u64) -> Plain<'k> {
        Plain {
            keys,
            seed,
            trial,
            streams: vec![(0, Stream::new(0, 0, Entity(0), Purpose(0))); keys.len()],
            round: 1,
        }
    }

    /// The streams of another trial, in the room of these.
    pub fn restart(&mut self, trial: u64) {
        self.trial = trial;
        self.round += 1;
    }

    fn uniform(&mut self, draw: DrawId) -> f64 {
        let (made, stream) = &mut self.streams[draw.index()];
        if *made != self.round {
            let key = &self.keys[draw.index()];
            *stream = Stream::new(self.seed, self.trial, key.entity, key.purpose);
            *made = self.round;
        }
        stream.uniform()
    }
}

impl Clone for Plain<'_> {
    fn clone(&self) -> Self {
        Plain {
            streams: self.streams.clone(),
            ..*self
        }
    }

    /// Takes no new room for the streams of the same model.
    fn clone_from(&mut self, other: &Self) {
        let mut streams = std::mem::take(&mut self.streams);
        streams.clone_from(&other.streams);
        *self = Plain { streams, ..*other };
    }
}

impl Chance for Plain<'_> {
    fn time(&mut self, draw: DrawId, law: &Law, age: Span) -> Span {
        if let Some(rest) = rest_of_fixed(law, age) {
            return rest;
        }
        let uniform = self.uniform(draw);
        Span::from_seconds(law.residual(age.seconds(), uniform))
    }

    fn age(&mut self, draw: DrawId, law: &Law) -> Span {
        if let Law::Exponential(_) = law {
            return Span::ZERO;
        }
        let uniform = self.uniform(draw);
        Span::from_seconds(law.equilibrium_age(uniform))
    }

    fn yes(&mut self, draw: DrawId, probability: f64) -> bool {
        probability >= 1.0 || (probability > 0.0 && self.uniform(draw) < probability)
    }

    fn choice(&mut self, draw: DrawId, weights: &[f64]) -> usize {
        weighted_part(self.uniform(draw), weights)
    }

    fn one_of(&mut self, draw: DrawId, count: u32) -> u32 {
        part_of_unit(self.uniform(draw), count)
    }
}

/// Prepared answers for chosen streams, and another chance for everything else. For scenarios and tests.
#[derive(Clone, Debug)]
pub struct Scripted<C> {
    otherwise: C,
    times: std::collections::BTreeMap<DrawId, std::collections::VecDeque<Span>>,
    answers: std::collections::BTreeMap<DrawId, std::collections::VecDeque<bool>>,
}

impl<C: Chance> Scripted<C> {
    /// No prepared answer yet.
    pub fn new(otherwise: C) -> Scripted<C> {
        Scripted {
            otherwise,
            times: Default::default(),
            answers: Default::default(),
        }
    }

    /// The next answers to "how long" on this stream.
    pub fn times(&mut self, draw: DrawId, times: impl IntoIterator<Item = Span>) {
        self.times.entry(draw).or_default().extend(times);
    }

    /// The next answers to "yes or no" on this stream.
    pub fn answers(&mut self, draw: DrawId, answers: impl IntoIterator<Item = bool>) {
        self.answers.entry(draw).or_default().extend(answers);
    }
}

impl<C: Chance> Chance for Scripted<C> {
    fn time(&mut self, draw: DrawId, law: &Law, age: Span) -> Span {
        let prepared = self
            .times
            .get_mut(&draw)
            .and_then(std::collections::VecDeque::pop_front);
        prepared.unwrap_or_else(|| self.otherwise.time(draw, law, age))
    }

    fn age(&mut self, draw: DrawId, law: &Law) -> Span {
        self.otherwise.age(draw, law)
    }

    fn yes(&mut self, draw: DrawId, probability: f64) -> bool {
        let prepared = self
            .answers
            .get_mut(&draw)
            .and_then(std::collections::VecDeque::pop_front);
        prepared.unwrap_or_else(|| self.otherwise.yes(draw, probability))
    }

    fn choice(&mut self, draw: DrawId, weights: &[f64]) -> usize {
        self.otherwise.choice(draw, weights)
    }

    fn one_of(&mut self, draw: DrawId, count: u32) -> u32 {
        self.otherwise.one_of(draw, count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys() -> Vec<StreamKey> {
        let key = |purpose| StreamKey {
            entity: Entity::named("chance"),
            purpose: Purpose(purpose),
        };
        (1..=2).map(key).collect()
    }

    #[test]
    fn prepared_answers_come_first_and_disturb_no_stream() {
        let keys = keys();
        let law = Law::exponential(10.0).unwrap();
        let (first, second) = (DrawId(0), DrawId(1));
        let mut plain = Plain::new(&keys, 1, 1);
        let mut scripted = Scripted::new(Plain::new(&keys, 1, 1));
        scripted.times(first, [Span(7)]);
        scripted.answers(second, [true, false]);
        assert_eq!(scripted.time(first, &law, Span::ZERO), Span(7));
        assert_eq!(
            [scripted.yes(second, 0.0), scripted.yes(second, 1.0)],
            [true, false]
        );
        assert_eq!(
            scripted.time(first, &law, Span::ZERO),
            plain.time(first, &law, Span::ZERO)
        );
        assert_eq!(scripted.yes(second, 0.5), plain.yes(second, 0.5));
    }

    #[test]
    fn choices_follow_their_weights() {
        let keys = keys();
        let mut plain = Plain::new(&keys, 1, 1);
        let mut chosen = [0_u32; 3];
        for _ in 0..10_000 {
            chosen[plain.choice(DrawId(0), &[1.0, 0.0, 3.0])] += 1;
        }
        // Binomial with 10,000 cases of 1/4: standard deviation 43.3, and 3.29 of them make 99.9 %.
        assert_eq!(chosen[1], 0);
        assert!(chosen[0].abs_diff(2500) < 143, "{chosen:?}");
    }

    #[test]
    fn equal_parts_are_equally_likely() {
        let keys = keys();
        let mut plain = Plain::new(&keys, 1, 1);
        let mut chosen = [0_u32; 4];
        for _ in 0..10_000 {
            chosen[plain.one_of(DrawId(0), 4) as usize] += 1;
        }
        // As above, with 3.66 standard deviations because any of four may be off.
        assert!(
            chosen.iter().all(|count| count.abs_diff(2500) < 159),
            "{chosen:?}"
        );
        assert_eq!(part_of_unit(1.0, 4), 3);
    }
}
