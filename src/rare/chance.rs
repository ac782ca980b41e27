//! The chance of a branch: its own streams, and the few answers that its explorer has a say in.
//!
//! Streams are keyed by (seed, trial, branch, entity, purpose), so that branches share no luck with the nominal trial or
//! with each other. The explorer may have one yes or no answered by "yes" and hear that it was asked, have one answered
//! by "no", and have one duration drawn from a length-biased mixture, whose likelihood ratio is kept here.

use crate::dist::{Law, LengthBiased};
use crate::engine::{Chance, DrawId, part_of_unit, rest_of_fixed, weighted_part};
use crate::rng::{Stream, StreamKey};
use crate::time::Span;

/// Draws from the streams of one branch.
#[derive(Clone, Debug)]
pub struct BranchChance<'k> {
    keys: &'k [StreamKey],
    seed: u64,
    trial: u64,
    branch: u64,
    streams: Vec<Option<Stream>>,
    /// Streams that have been used: those to forget when a branch begins.
    used: Vec<DrawId>,
    /// The yes or no that is explored both ways.
    explored: Option<DrawId>,
    /// The probability of "yes" with which it was asked.
    asked: Option<f64>,
    /// What is answered by "no" the next time it is asked.
    fails: Option<DrawId>,
    /// The duration that is drawn long, how, and with which uniform number.
    lengthened: Option<(DrawId, &'k LengthBiased, f64)>,
    likelihood_ratio: f64,
}

impl<'k> BranchChance<'k> {
    pub fn new(keys: &'k [StreamKey]) -> BranchChance<'k> {
        BranchChance {
            keys,
            seed: 0,
            trial: 0,
            branch: 0,
            streams: vec![None; keys.len()],
            used: Vec::new(),
            explored: None,
            asked: None,
            fails: None,
            lengthened: None,
            likelihood_ratio: 1.0,
        }
    }

    /// Begins another branch.
    pub fn restart(&mut self, seed: u64, trial: u64, branch: u64) {
        (self.seed, self.trial, self.branch) = (seed, trial, branch);
        for draw in self.used.drain(..) {
            self.streams[draw.index()] = None;
        }
        (self.explored, self.asked, self.fails) = (None, None, None);
        self.lengthened = None;
        self.likelihood_ratio = 1.0;
    }

    /// Answers the next question of this draw by "yes", and remembers with what probability it was asked.
    pub fn explore(&mut self, draw: DrawId) {
        (self.explored, self.asked) = (Some(draw), None);
    }

    /// With what probability it was asked, if it was.
    pub fn take_asked(&mut self) -> Option<f64> {
        self.explored = None;
        self.asked.take()
    }

    /// Answers the next question of this draw by "no".
    pub fn fail(&mut self, draw: DrawId) {
        self.fails = Some(draw);
    }

    /// Draws the next duration of this draw from a length-biased mixture, with this uniform number.
    pub fn lengthen(&mut self, draw: DrawId, law: &'k LengthBiased, uniform: f64) {
        self.lengthened = Some((draw, law, uniform));
    }

    /// The likelihood ratio of what was drawn otherwise than its law says, since it was last taken.
    pub fn take_likelihood_ratio(&mut self) -> f64 {
        std::mem::replace(&mut self.likelihood_ratio, 1.0)
    }

    fn uniform(&mut self, draw: DrawId) -> f64 {
        let stream = &mut self.streams[draw.index()];
        if stream.is_none() {
            self.used.push(draw);
        }
        let key = self.keys[draw.index()];
        stream
            .get_or_insert_with(|| Stream::of_branch(self.seed, self.trial, self.branch, key))
            .uniform()
    }
}

impl Chance for BranchChance<'_> {
    fn time(&mut self, draw: DrawId, law: &Law, age: Span) -> Span {
        if let Some(rest) = rest_of_fixed(law, age) {
            return rest;
        }
        let lengthened = self.lengthened.take_if(|(biased, ..)| *biased == draw);
        if let Some((_, biased, uniform)) = lengthened {
            let seconds = biased.draw(uniform);
            self.likelihood_ratio *= biased.likelihood_ratio(seconds);
            return Span::from_seconds(seconds);
        }
        let uniform = self.uniform(draw);
        Span::from_seconds(law.residual(age.seconds(), uniform))
    }

    fn age(&mut self, draw: DrawId, law: &Law) -> Span {
        let uniform = self.uniform(draw);
        Span::from_seconds(law.equilibrium_age(uniform))
    }

    fn yes(&mut self, draw: DrawId, probability: f64) -> bool {
        if self.fails == Some(draw) {
            self.fails = None;
            return false;
        }
        if self.explored == Some(draw) && self.asked.is_none() {
            self.asked = Some(probability);
            return true;
        }
        probability >= 1.0 || (probability > 0.0 && self.uniform(draw) < probability)
    }

    fn choice(&mut self, draw: DrawId, weights: &[f64]) -> usize {
        weighted_part(self.uniform(draw), weights)
    }

    fn one_of(&mut self, draw: DrawId, count: u32) -> u32 {
        part_of_unit(self.uniform(draw), count)
    }
}
