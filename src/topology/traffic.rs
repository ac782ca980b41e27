//! Entries for clients, and what clients do.

use super::ids::*;
use super::parts::Need;
use crate::dist::Law;
use crate::time::Span;

/// An entry for clients: DNS in front of a balancer in each target.
#[derive(Clone, Debug)]
pub struct Traffic {
    /// Its name.
    pub name: String,
    /// The service behind it.
    pub service: ServiceId,
    /// Its targets; at least one.
    pub targets: Vec<Target>,
    /// How DNS chooses among them.
    pub policy: Policy,
    /// How long after a change of belief new answers are given.
    pub answers_after: Law,
    /// How long a target must have been believed healthy before clients are sent back to it; `None` means never,
    /// as long as the answer in use is healthy.
    pub fail_back_after: Option<Span>,
    /// The share of clients that still use an answer this long after it changed.
    pub drain: Drain,
    /// The balancer in each target; without one, requests go straight to the instances that are up.
    pub balancer: Option<Balancer>,
    /// The cause of moving clients.
    pub cause: CauseId,
    /// Draws of the delay of answers.
    pub draw_answer: DrawId,
}

impl Traffic {
    /// Whether its balancer ejects instances that fail requests.
    #[must_use]
    pub fn has_passive_health(&self) -> bool {
        self.passive_health().is_some()
    }

    /// How its balancer ejects instances that fail requests, if it does.
    #[must_use]
    pub fn passive_health(&self) -> Option<Passive> {
        self.balancer.as_ref().and_then(|balancer| balancer.passive)
    }
}

/// One target of an entry.
#[derive(Clone, Debug)]
pub struct Target {
    /// Where it is.
    pub place: PlaceId,
    /// The pool behind it.
    pub pool: PoolId,
    /// Its weight under [`Policy::Spread`].
    pub weight: f64,
    /// The detector that decides about it; without one it counts as healthy.
    pub check: Option<DetectorId>,
    /// The balancer's detectors, one per instance of the pool in its order; empty without active checks.
    pub instance_checks: Vec<DetectorId>,
    /// The cause of a balancer's false beliefs about instances here.
    pub balancer_cause: CauseId,
    /// Draws of passive ejection and re-admission, one per instance of the pool.
    pub draw_ejections: Vec<DrawId>,
}

/// How DNS chooses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Policy {
    /// The first healthy target in order; the first one if none is.
    Failover,
    /// All healthy targets by weight; all of them if none is.
    Spread,
}

/// The share of clients that still use an old answer, by the time since it changed: linear between breakpoints.
#[derive(Clone, Debug, PartialEq)]
pub struct Drain {
    /// (time, share left), from (0, 1) down to a share of 0; at most 16 points, times rising, shares falling.
    pub points: Vec<(Span, f64)>,
}

/// A layer-7 balancer.
#[derive(Clone, Debug)]
pub struct Balancer {
    /// How many instances a request may try; at least one, and as many as fit in the client's timeout.
    pub tries: u32,
    /// How long a try waits for a silent instance.
    pub connect_timeout: Span,
    /// The share of requests whose retries go to the same instance again (cookie affinity).
    pub sticky: f64,
    /// Passive health: failures in a row that eject an instance, and for how long.
    pub passive: Option<Passive>,
    /// What it does when it believes no instance healthy.
    pub none_healthy: NoneHealthy,
}

/// Passive health.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Passive {
    /// Failed requests that eject an instance.
    pub failures: u32,
    /// How long it stays out.
    pub ejects_for: Span,
}

/// What a balancer does when it believes no instance healthy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoneHealthy {
    /// Sends to all of them.
    SendToAll,
    /// Answers with an error.
    Refuse,
}

/// What users do.
#[derive(Clone, Debug)]
pub struct Journey {
    /// Its name.
    pub name: String,
    /// The entry, if it has one.
    pub enters: Option<TrafficId>,
    /// What it needs besides the entry's service, evaluated where the entry's target is.
    pub needs: Need,
    /// Whether it reads or writes.
    pub kind: JourneyKind,
    /// Requests per second.
    pub rate: f64,
    /// An answer slower than this failed.
    pub timeout: Span,
    /// Below this success it is down.
    pub up_when: f64,
    /// An incident is over when success has been at or above this for a minute.
    pub restored_when: f64,
    /// What was promised.
    pub objective: Objective,
}

/// Whether a journey reads or writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum JourneyKind {
    /// It needs no write.
    Read,
    /// It writes.
    Write,
}

/// What was promised for a journey; each part is optional.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Objective {
    /// Request availability in each month and year.
    pub availability: Option<f64>,
    /// The 95th percentile of RTO, any scope.
    pub rto: Option<Span>,
    /// The 95th percentile of RPO of the stores it writes, any scope.
    pub rpo: Option<Span>,
    /// Split brains per year of the stores it writes.
    pub split_brain: Option<f64>,
}
