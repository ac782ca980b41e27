//! Why a journey is down: its unmet needs walked down to active faults, false beliefs and running actions, and the
//! stage of recovery that the moment belongs to.
//!
//! A need is unmet while it is met less than the journey's `up_when`. Each unmet leaf adds its causes, and says which
//! pipeline is working on it and in which stage. The stage of the moment is the earliest among the pipelines that
//! alone keep the journey down (by the share of requests they cost), or repair if none does.

use super::World;
use super::copies::copied_field_by_field;
use super::dependencies::ArrivalId;
use super::factor::Factor;
use super::probe::Condition;
use super::state::{MemberState, Mode, Origin, Phase, Role, Trigger};
use crate::engine::Chance;
use crate::time::Time;
use crate::topology::{
    CauseId, DetectorId, FaultId, JourneyId, Need, PartId, PlaceId, PoolId, Replication, Scope,
    StoreId, TrafficId, Watch,
};

/// The stages of recovery that a world can tell; see `design` of the measures for their meaning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Progress {
    /// No detector will see it.
    Undetected,
    /// A detector is on its way to see it.
    Detect,
    /// Somebody or something decides.
    Decide,
    /// The old primary is being fenced.
    Fence,
    /// A standby is being promoted.
    Promote,
    /// Callers are being told.
    Redirect,
    /// Clients still use an old answer.
    Drain,
    /// The preferred primary takes over again.
    FailBack,
    /// No pipeline is running.
    Repair,
}

/// Why a journey is down at a moment.
#[derive(Debug, Default, PartialEq)]
pub struct Reasons {
    /// The causes, sorted.
    pub causes: Vec<CauseId>,
    /// The stage.
    pub stage: Option<Progress>,
    /// The last fault, action or false belief among the causes that began: what set off the incident, and when that
    /// very thing began.
    pub trigger: Option<Origin>,
    /// Room for what each unmet leaf costs.
    costs: Vec<Cost>,
}

copied_field_by_field!(Reasons {
    causes,
    stage,
    trigger,
    costs
});

/// Requests that an unmet leaf costs, by what works on it.
type Cost = (Worker, Progress, f64);

/// What a walk collects.
struct Walk {
    up_when: f64,
    at: Time,
    causes: Vec<CauseId>,
    trigger: Option<Origin>,
    /// Requests that each unmet leaf costs, by what works on it.
    costs: Vec<Cost>,
}

/// What works on an unmet need.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Worker {
    Nobody,
    Entry(TrafficId),
    Balancer(TrafficId),
    Store(StoreId),
}

impl Walk {
    fn unmet(&self, met: f64) -> bool {
        met < self.up_when
    }

    fn blame(&mut self, cause: CauseId, origin: Option<Origin>) {
        self.causes.push(cause);
        let later = |one: Origin, other: Origin| {
            if (other.struck, other.what) > (one.struck, one.what) {
                other
            } else {
                one
            }
        };
        self.trigger = match (self.trigger, origin) {
            (Some(one), Some(other)) => Some(later(one, other)),
            (one, other) => one.or(other),
        };
    }

    /// An action that began then, or a belief that was false from then on. Being an effect, it sets an incident off
    /// only if it began after everything else.
    fn blame_since(&mut self, cause: CauseId, origin: Option<Origin>, began: Time) {
        self.causes.push(cause);
        if self.trigger.is_none_or(|trigger| trigger.struck < began)
            && let Some(origin) = origin
        {
            self.trigger = Some(Origin {
                struck: began,
                ..origin
            });
        }
    }

    /// Walks as if any loss were too much: several needs, each met well enough alone and too little together.
    fn strictly(&mut self, walk: impl FnOnce(&mut Walk)) {
        let up_when = std::mem::replace(&mut self.up_when, 1.0);
        walk(self);
        self.up_when = up_when;
    }

    fn cost(&mut self, worker: Worker, progress: Progress, share: f64) {
        self.costs.push((worker, progress, share));
    }

    /// The earliest stage among the pipelines that alone cost more than the journey can bear.
    fn stage(&mut self) -> Progress {
        let bearable = 1.0 - self.up_when;
        self.costs
            .sort_unstable_by(|one, other| one.0.cmp(&other.0).then(one.1.cmp(&other.1)));
        let mut alone: Option<Progress> = None;
        let mut any: Option<Progress> = None;
        for group in self.costs.chunk_by(|one, other| one.0 == other.0) {
            let total: f64 = group.iter().map(|cost| cost.2).sum();
            let earliest = if group[0].0 == Worker::Nobody {
                Progress::Repair
            } else {
                group[0].1
            };
            any = Some(any.map_or(earliest, |other| other.min(earliest)));
            if total > bearable {
                alone = Some(alone.map_or(earliest, |other| other.min(earliest)));
            }
        }
        alone.or(any).unwrap_or(Progress::Repair)
    }
}

impl<C: Chance> World<'_, C> {
    /// Why a journey is below its `up_when` now, or will be before the flow changes.
    #[must_use]
    pub fn reasons(&self, id: JourneyId) -> Reasons {
        let mut reasons = Reasons::default();
        self.find_reasons(id, &mut reasons);
        reasons
    }

    /// The same, in the room of reasons found before.
    pub fn find_reasons(&self, id: JourneyId, reasons: &mut Reasons) {
        let journey = &self.topology.journeys[id.index()];
        let mut walk = Walk {
            up_when: journey.up_when,
            at: self.state.now,
            causes: std::mem::take(&mut reasons.causes),
            trigger: None,
            costs: std::mem::take(&mut reasons.costs),
        };
        self.walk(&mut walk, id);
        if walk.causes.is_empty() && !self.flow.until.is_never() {
            walk.at = self.flow.until;
            self.walk(&mut walk, id);
        }
        walk.causes.sort_unstable();
        walk.causes.dedup();
        let stage = walk.stage();
        *reasons = Reasons {
            causes: walk.causes,
            trigger: walk.trigger,
            stage: Some(stage),
            costs: walk.costs,
        };
    }

    /// How far a failure reaches that this set off.
    #[must_use]
    pub fn scope(&self, origin: Origin) -> Scope {
        match origin.what {
            Trigger::Fault(id) => self.topology.faults[id.index()].scope,
            Trigger::Alarm(_) => Scope::FalseAlarm,
            Trigger::Plan(_) => Scope::Change,
        }
    }

    fn walk(&self, walk: &mut Walk, id: JourneyId) {
        walk.causes.clear();
        walk.costs.clear();
        walk.trigger = None;
        let arrivals = self.layout.depends.arrivals_of(id);
        match self.topology.journeys[id.index()].enters {
            None => self.walk_arrival(walk, arrivals.start, 1.0),
            Some(entry) => {
                for (share, arrival) in self.shares(entry, walk.at).zip(arrivals) {
                    if share > 0.0 {
                        self.walk_arrival(walk, arrival, share);
                    }
                }
            }
        }
    }

    fn walk_arrival(&self, walk: &mut Walk, id: ArrivalId, share: f64) {
        let success = self.flow.arrivals[id].success;
        if !walk.unmet(self.flow_at(success, walk.at)) {
            return;
        }
        let before = walk.causes.len();
        self.walk_factors(walk, id, share);
        if walk.causes.len() == before {
            walk.strictly(|walk| self.walk_factors(walk, id, share));
        }
    }

    fn walk_factors(&self, walk: &mut Walk, id: ArrivalId, share: f64) {
        let depends = &self.layout.depends;
        for factor in depends.factors_of(id) {
            let met = self.flow_at(self.flow.factors[*factor], walk.at);
            if !walk.unmet(met) {
                continue;
            }
            match &depends.factors[*factor] {
                Factor::Entered { entry, target, .. } => {
                    self.walk_entry(walk, *entry, *target, share * (1.0 - met));
                }
                Factor::Headroom(pool) => {
                    let entry = depends.arrivals[id].through.map(|(entry, _)| entry);
                    if self.flow.arrivals[id].entered > 0.0 {
                        self.walk_overload(walk, *pool, entry, share);
                    }
                }
                Factor::Served { pool, site } => {
                    self.walk_instances(walk, *pool, *site, share);
                }
                Factor::Met { need, site } => self.walk_need(walk, need, *site, share),
            }
        }
    }

    /// An entry's target that loses requests.
    fn walk_entry(&self, walk: &mut Walk, entry: TrafficId, target: usize, cost: f64) {
        let traffic = &self.topology.traffic[entry.index()];
        let checked = &traffic.targets[target];
        let open = self.target_open(entry, target);
        if open {
            self.blame_pool(walk, checked.pool);
            self.blame_balancer(walk, entry, target);
        } else {
            self.blame_place(walk, checked.place);
            self.blame_path(walk, PlaceId::INTERNET, checked.place);
        }
        let (worker, progress) = self.entry_progress(entry, target, open);
        if progress >= Progress::Redirect && progress != Progress::Repair {
            let state = &self.state.traffic[entry.index()];
            let began = if progress == Progress::Drain {
                state.since
            } else {
                self.state.now
            };
            walk.blame_since(traffic.cause, state.origin, began);
        }
        if let Some(check) = checked.check {
            self.blame_belief(walk, check);
        }
        walk.cost(worker, progress, cost);
    }

    fn entry_progress(&self, entry: TrafficId, target: usize, open: bool) -> (Worker, Progress) {
        let traffic = &self.topology.traffic[entry.index()];
        let state = &self.state.traffic[entry.index()];
        if state.answer[target] <= 0.0 {
            return (Worker::Entry(entry), Progress::Drain);
        }
        if self.is_set(super::Timer::Answer(entry)) && state.pending[target] <= 0.0 {
            return (Worker::Entry(entry), Progress::Redirect);
        }
        let elsewhere = (0..traffic.targets.len())
            .any(|other| other != target && self.believed_healthy(entry, other));
        if let Some(check) = traffic.targets[target].check
            && elsewhere
            && self.found_down(check)
            && !self.state.believed_down[check.index()]
        {
            return (Worker::Entry(entry), self.detection(check));
        }
        if open && self.pool_stands(traffic.targets[target].pool) {
            return self.balancer_progress(entry, target);
        }
        (Worker::Nobody, Progress::Repair)
    }

    /// Dead instances in rotation, or live ones out of it.
    fn balancer_progress(&self, entry: TrafficId, target: usize) -> (Worker, Progress) {
        let checked = &self.topology.traffic[entry.index()].targets[target];
        let parts = &self.topology.pools[checked.pool.index()].parts;
        let wrong = |instance: &usize| {
            let up = self.state.conditions[parts[*instance].index()] == Condition::Up;
            up != self.in_rotation(entry, target, *instance)
        };
        let noticed = |instance: usize| {
            let check = checked.instance_checks.get(instance);
            let passive = super::Timer::Ejection(entry, target as u32, instance as u32);
            let has_passive = self.topology.traffic[entry.index()].has_passive_health();
            check.is_some_and(|id| self.is_set(super::Timer::Opinion(*id)))
                || has_passive && self.is_set(passive)
        };
        let mut unnoticed = false;
        for instance in (0..parts.len()).filter(wrong) {
            if noticed(instance) {
                return (Worker::Balancer(entry), Progress::Detect);
            }
            unnoticed = true;
        }
        if unnoticed {
            (Worker::Balancer(entry), Progress::Undetected)
        } else {
            (Worker::Nobody, Progress::Repair)
        }
    }

    fn detection(&self, id: DetectorId) -> Progress {
        let pending = self.is_set(super::Timer::Opinion(id));
        if pending {
            Progress::Detect
        } else {
            Progress::Undetected
        }
    }

    fn walk_need(&self, walk: &mut Walk, need: &Need, site: PlaceId, share: f64) {
        let met = self.met(need, site, walk.at);
        if !walk.unmet(met) {
            return;
        }
        match need {
            Need::All(needs) | Need::AtLeast { of: needs, .. } => {
                let before = walk.causes.len();
                needs
                    .iter()
                    .for_each(|need| self.walk_need(walk, need, site, share));
                if walk.causes.len() == before {
                    let again = needs.iter();
                    walk.strictly(|walk| {
                        again.for_each(|need| self.walk_need(walk, need, site, share));
                    });
                }
            }
            Need::Soft { need, .. } => self.walk_need(walk, need, site, share * (1.0 - met)),
            Need::Service { service, at } => match self.topology.pool_called(*service, *at, site) {
                Some(pool) => self.walk_pool(walk, pool, site, share),
                None => self.topology.services[service.index()]
                    .pools
                    .iter()
                    .for_each(|pool| self.walk_pool(walk, *pool, site, share)),
            },
            Need::Read(store) => self.walk_store(walk, *store, site, share, false),
            Need::Write(store) => self.walk_store(walk, *store, site, share, true),
        }
    }

    fn walk_pool(&self, walk: &mut Walk, id: PoolId, site: PlaceId, share: f64) {
        self.walk_instances(walk, id, site, share);
        let pool = &self.topology.pools[id.index()];
        let needs = &self.topology.services[pool.service.index()].needs;
        self.walk_need(walk, needs, pool.place, share);
    }

    /// A pool, whatever its service needs.
    fn walk_instances(&self, walk: &mut Walk, id: PoolId, site: PlaceId, share: f64) {
        let place = self.topology.pools[id.index()].place;
        if !self.answers(site, place) {
            self.blame_path(walk, site, place);
            walk.cost(Worker::Nobody, Progress::Repair, share);
        } else if !self.pool_stands(id) {
            self.blame_pool(walk, id);
            walk.cost(Worker::Nobody, Progress::Repair, share);
        } else if walk.unmet(self.headroom(id, walk.at)) {
            self.walk_overload(walk, id, None, share);
        }
    }

    /// A pool with too little capacity: instances are missing, or clients were sent here.
    fn walk_overload(&self, walk: &mut Walk, id: PoolId, entry: Option<TrafficId>, share: f64) {
        let headroom = self.headroom(id, walk.at);
        self.blame_pool(walk, id);
        let moved = entry.filter(|entry| {
            let state = &self.state.traffic[entry.index()];
            !state.past.is_empty() || self.any_believed_down(*entry)
        });
        if let Some(entry) = moved {
            let state = &self.state.traffic[entry.index()];
            self.blame_origin(walk, state.origin);
            let cause = self.topology.traffic[entry.index()].cause;
            walk.blame_since(cause, state.origin, state.since);
        }
        let pool = &self.topology.pools[id.index()];
        if self.state.instances_up[id.index()] as usize == pool.parts.len() {
            walk.causes
                .push(self.topology.services[pool.service.index()].overload_cause);
        }
        walk.cost(Worker::Nobody, Progress::Repair, share * (1.0 - headroom));
    }

    fn any_believed_down(&self, entry: TrafficId) -> bool {
        let targets = self.topology.traffic[entry.index()].targets.len();
        (0..targets).any(|target| !self.believed_healthy(entry, target))
    }

    fn walk_store(&self, walk: &mut Walk, id: StoreId, site: PlaceId, share: f64, writing: bool) {
        let store = &self.state.stores[id.index()];
        let checked = &self.topology.stores[id.index()];
        let member = self.writer(id, site);
        let before = walk.causes.len();
        if self.state.conditions[checked.members[member].part.index()] != Condition::Up {
            self.blame_part(walk, checked.members[member].part);
        }
        self.blame_path(walk, site, checked.members[member].place);
        if member != store.primary {
            self.blame_path(walk, site, checked.members[store.primary].place);
        }
        if writing && store.mode == Mode::Stalled && member == store.primary {
            for (index, standby) in checked.members.iter().enumerate() {
                if index != member && self.acknowledges(id, index) {
                    self.blame_part(walk, standby.part);
                    self.blame_path(walk, checked.members[member].place, standby.place);
                }
            }
            walk.blame_since(checked.replication_cause, store.origin, store.mode_since);
        }
        self.blame_recovery(walk, id);
        if walk.causes.len() == before {
            walk.blame_since(checked.replication_cause, store.origin, store.mode_since);
        }
        let (worker, progress) = self.store_progress(id, writing, member);
        walk.cost(worker, progress, share);
    }

    /// The recovery that is running, or that left callers without a primary.
    fn blame_recovery(&self, walk: &mut Walk, id: StoreId) {
        let store = &self.state.stores[id.index()];
        let Some(failover) = &self.topology.stores[id.index()].failover else {
            return;
        };
        let primary = &store.members[store.primary];
        let stopped_by_lease =
            store.lease_expires.is_some() && !primary.accepts && self.alive(id, store.primary);
        match store.phase {
            Phase::FailingBack => {
                let plan = Origin {
                    what: Trigger::Plan(id),
                    struck: store.began,
                };
                walk.blame_since(failover.fail_back_cause, Some(plan), store.began);
            }
            Phase::Idle | Phase::Blocked if !stopped_by_lease => {}
            Phase::Idle | Phase::Blocked => {
                let place = self.topology.stores[id.index()].members[store.primary].place;
                let detector = failover
                    .detector
                    .map(|id| &self.topology.detectors[id.index()]);
                for vantage in detector.iter().flat_map(|detector| &detector.vantage) {
                    self.blame_place(walk, *vantage);
                    self.blame_path(walk, *vantage, place);
                }
                if detector.is_none() {
                    self.blame_voters(walk, id);
                }
                walk.causes.push(failover.cause);
            }
            _ => {
                self.blame_origin(walk, store.origin);
                walk.blame_since(failover.cause, store.origin, store.began);
            }
        }
        if let Some(detector) = failover.detector {
            self.blame_belief(walk, detector);
        }
    }

    /// The members that have a vote, and the ways from the primary to them.
    fn blame_voters(&self, walk: &mut Walk, id: StoreId) {
        let members = &self.topology.stores[id.index()].members;
        let primary = self.state.stores[id.index()].primary;
        for (index, member) in members.iter().enumerate() {
            if self.acknowledges(id, index) {
                self.blame_part(walk, member.part);
                self.blame_path(walk, members[primary].place, member.place);
            }
        }
    }

    /// The fault behind the loss of a quorum's leader: the one that struck last.
    pub(super) fn leader_trouble(&mut self, id: StoreId) -> Option<Origin> {
        let mut walk = self.blank_walk();
        self.blame_voters(&mut walk, id);
        self.trigger_of(walk)
    }

    /// The fault that set an action off, if it still lasts.
    fn blame_origin(&self, walk: &mut Walk, origin: Option<Origin>) {
        if let Some(Origin {
            what: Trigger::Fault(id),
            struck,
        }) = origin
            && self.state.faults[id.index()].struck == struck
        {
            self.blame_faults(walk, &[id]);
        }
    }

    fn store_progress(&self, id: StoreId, writing: bool, member: usize) -> (Worker, Progress) {
        let store = &self.state.stores[id.index()];
        let worker = Worker::Store(id);
        let checked = &self.topology.stores[id.index()];
        match store.phase {
            Phase::Deciding => return (worker, Progress::Decide),
            Phase::Fencing => return (worker, Progress::Fence),
            Phase::Promoting => return (worker, Progress::Promote),
            Phase::Redirecting => return (worker, Progress::Redirect),
            Phase::FailingBack => return (worker, Progress::FailBack),
            Phase::Idle | Phase::Blocked => {}
        }
        let falls_back = !matches!(
            checked.replication,
            Replication::SyncStrict { .. } | Replication::Quorum { .. } | Replication::Async
        );
        if writing && store.mode == Mode::Stalled && member == store.primary && falls_back {
            return (worker, Progress::Detect);
        }
        let standby = |member: &MemberState| member.role == Role::Standby;
        let failover = checked.failover.as_ref();
        match failover.and_then(|failover| failover.detector) {
            Some(detector)
                if store.phase == Phase::Idle
                    && store.members.iter().any(standby)
                    && self.found_down(detector) =>
            {
                (worker, self.detection(detector))
            }
            _ => (Worker::Nobody, Progress::Repair),
        }
    }

    fn blame_pool(&self, walk: &mut Walk, id: PoolId) {
        for part in &self.topology.pools[id.index()].parts {
            self.blame_part(walk, *part);
        }
    }

    fn blame_part(&self, walk: &mut Walk, part: PartId) {
        if self.state.conditions[part.index()] == Condition::Up {
            return;
        }
        let checked = &self.topology.parts[part.index()];
        self.blame_faults(walk, &checked.faults);
        self.blame_place(walk, checked.place);
    }

    fn blame_place(&self, walk: &mut Walk, mut place: PlaceId) {
        loop {
            let checked = &self.topology.places[place.index()];
            self.blame_faults(walk, &checked.faults);
            if checked.parent == place {
                return;
            }
            place = checked.parent;
        }
    }

    fn blame_faults(&self, walk: &mut Walk, faults: &[FaultId]) {
        for id in faults {
            let state = &self.state.faults[id.index()];
            if state.active {
                let origin = Origin {
                    what: Trigger::Fault(*id),
                    struck: state.struck,
                };
                walk.blame(self.topology.faults[id.index()].cause, Some(origin));
            }
        }
    }

    fn blame_path(&self, walk: &mut Walk, one: PlaceId, other: PlaceId) {
        for id in self.blocking(one, other).chain(self.blocking(other, one)) {
            self.blame_faults(walk, &[id]);
        }
    }

    /// A belief that differs from the truth.
    fn blame_belief(&self, walk: &mut Walk, id: DetectorId) {
        let state = &self.state.detectors[id.index()];
        if self.state.believed_down[id.index()] && !self.found_down(id) {
            walk.blame_since(
                self.topology.detectors[id.index()].cause,
                state.origin,
                state.changed,
            );
        }
    }

    /// Live instances that a balancer keeps out, and dead ones that it sends to.
    fn blame_balancer(&self, walk: &mut Walk, entry: TrafficId, target: usize) {
        let checked = &self.topology.traffic[entry.index()].targets[target];
        let parts = &self.topology.pools[checked.pool.index()].parts;
        let kept_out = (0..parts.len()).any(|instance| {
            let up = self.state.conditions[parts[instance].index()] == Condition::Up;
            up && !self.in_rotation(entry, target, instance)
        });
        if kept_out {
            let failing = checked
                .instance_checks
                .iter()
                .filter(|check| self.state.believed_down[check.index()]);
            let last = failing
                .map(|check| &self.state.detectors[check.index()])
                .max_by_key(|state| state.changed);
            let (origin, began) = last.map_or((None, self.state.now), |state| {
                (state.origin, state.changed)
            });
            walk.blame_since(checked.balancer_cause, origin, began);
        }
        for part in parts {
            self.blame_path(walk, checked.place, self.topology.parts[part.index()].place);
        }
    }

    /// The fault behind standbys that don't acknowledge: the one that struck last.
    pub(super) fn standby_trouble(&mut self, id: StoreId) -> Option<Origin> {
        let mut walk = self.blank_walk();
        let topology = self.topology;
        let members = &topology.stores[id.index()].members;
        let primary = self.state.stores[id.index()].primary;
        for (index, member) in members.iter().enumerate() {
            if index != primary && self.acknowledges(id, index) {
                self.blame_part(&mut walk, member.part);
                self.blame_path(&mut walk, members[primary].place, member.place);
            }
        }
        self.trigger_of(walk)
    }

    /// A walk in the room of the last one.
    fn blank_walk(&mut self) -> Walk {
        let mut causes = std::mem::take(&mut self.causes);
        causes.clear();
        Walk {
            up_when: 1.0,
            at: self.state.now,
            causes,
            trigger: None,
            costs: Vec::new(),
        }
    }

    /// What a walk found to have begun last; its room is kept for the next.
    fn trigger_of(&mut self, walk: Walk) -> Option<Origin> {
        self.causes = walk.causes;
        walk.trigger
    }

    /// The fault behind something that is watched and found down: the one that struck last.
    pub(super) fn blame(&mut self, id: DetectorId) -> Option<Origin> {
        let mut walk = self.blank_walk();
        let topology = self.topology;
        let detector = &topology.detectors[id.index()];
        let watched = match detector.watches {
            Watch::Target(entry, target) => {
                let checked = &self.topology.traffic[entry.index()].targets[target];
                self.blame_place(&mut walk, checked.place);
                self.blame_pool(&mut walk, checked.pool);
                checked.place
            }
            Watch::Instance(_, part) => {
                self.blame_part(&mut walk, part);
                self.topology.parts[part.index()].place
            }
            Watch::Primary(store) => {
                let primary = self.state.stores[store.index()].primary;
                let member = &self.topology.stores[store.index()].members[primary];
                self.blame_part(&mut walk, member.part);
                member.place
            }
        };
        for vantage in &detector.vantage {
            self.blame_path(&mut walk, *vantage, watched);
        }
        self.trigger_of(walk)
    }
}
