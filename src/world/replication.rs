//! Roles and replication: who is alive, who acknowledges, who is how far behind.
//!
//! A standby's backlog is what it lacks besides the quiet lag, in seconds of writes: it grows by a second a second
//! while writes are acknowledged without it, and shrinks while it catches up. Semi-synchronous replication stalls
//! writes when its standbys are gone, then falls back to asynchronous, and returns when they have caught up (MySQL 8.4
//! Reference Manual, "Semisynchronous Replication"). Degrading synchronous replication is that of Patroni without
//! `synchronous_mode_strict` (Patroni documentation, "Replication modes").
//!
//! Deliberately absent: writes that differ in size, and a lag that depends on the load in quiet times.

use super::World;
use super::layout::Timer;
use super::note::Event;
use super::probe::Condition;
use super::state::{MemberState, Mode, Role};
use crate::dist::Law;
use crate::engine::Chance;
use crate::time::{Span, Time};
use crate::topology::{Replication, StoreId};

impl MemberState {
    /// Seconds of acknowledged writes that the member lacks, besides the quiet lag.
    #[must_use]
    pub fn backlog(&self, now: Time) -> f64 {
        (self.backlog + self.slope * now.since(self.backlog_at).seconds()).max(0.0)
    }

    /// The writes that are its backlog; while it catches up they go at the same pace as the seconds.
    #[must_use]
    pub fn missing(&self, now: Time) -> f64 {
        let passed = now.since(self.backlog_at).seconds();
        if self.slope >= 0.0 {
            (self.missing + (self.missing_rate + self.missing_bend * passed / 2.0) * passed)
                .max(0.0)
        } else if self.backlog > 0.0 {
            self.missing * self.backlog(now) / self.backlog
        } else {
            0.0
        }
    }

    /// It lacks nothing.
    pub(super) fn catches_up(&mut self, now: Time) {
        (self.backlog, self.backlog_at, self.slope) = (0.0, now, 0.0);
        (self.missing, self.missing_rate, self.missing_bend) = (0.0, 0.0, 0.0);
    }
}

impl<C: Chance> World<'_, C> {
    /// Lets truth and beliefs reach a store's roles.
    pub(super) fn update_store(&mut self, id: StoreId) {
        self.notice_members(id);
        self.update_lease(id);
        self.update_mode(id);
        self.update_recovery(id);
        self.update_rejoining(id);
        self.update_fail_back(id);
    }

    /// Whether a member runs.
    #[must_use]
    pub fn alive(&self, id: StoreId, member: usize) -> bool {
        let part = self.topology.stores[id.index()].members[member].part;
        let fenced = self.state.stores[id.index()].members[member].fenced;
        !fenced && self.state.conditions[part.index()] == Condition::Up
    }

    /// Whether two members reach each other.
    pub(super) fn linked(&self, id: StoreId, one: usize, other: usize) -> bool {
        let members = &self.topology.stores[id.index()].members;
        self.answers(members[one].place, members[other].place)
    }

    /// Whether a member acknowledges writes as a standby; the preferred primary does, once it is one.
    pub(super) fn acknowledges(&self, id: StoreId, member: usize) -> bool {
        let members = &self.topology.stores[id.index()].members;
        members[member].acknowledges
            || (member == 0 && members.iter().any(|member| member.acknowledges))
    }

    /// Whether a member accepts writes and can acknowledge them.
    #[must_use]
    pub fn commits(&self, id: StoreId, member: usize) -> bool {
        let store = &self.state.stores[id.index()];
        let state = &store.members[member];
        let alone = if member == store.primary {
            store.mode != Mode::Stalled
        } else {
            self.state.now >= state.commits_from
        };
        state.accepts && alone && self.alive(id, member)
    }

    /// Members that died, came back, or were powered off and may start again.
    fn notice_members(&mut self, id: StoreId) {
        for member in 0..self.topology.stores[id.index()].members.len() {
            let part = self.topology.stores[id.index()].members[member].part;
            let recovering = self.is_set(Timer::Stage(id));
            if self.state.stores[id.index()].members[member].fenced && !recovering {
                let state = &mut self.state.stores[id.index()].members[member];
                state.fenced = false;
                state.accepts = state.role == Role::Primary;
            }
            if self.destroyed(part) {
                self.state.stores[id.index()].members[member].orphans = 0.0;
            }
            let alive = self.alive(id, member);
            if !alive && self.majority(id).is_some() {
                self.forget_leading(id, member);
            }
            let primary = self.state.stores[id.index()].primary;
            let state = &self.state.stores[id.index()].members[member];
            let returned = alive && !state.alive;
            let asks = returned && state.role == Role::Replaced && state.accepts;
            if asks && self.alive(id, primary) && self.linked(id, member, primary) {
                self.step_down(id, member);
            }
            self.state.stores[id.index()].members[member].alive = alive;
        }
    }

    /// Replaced primaries step down and become standbys when they reach their successor.
    fn update_rejoining(&mut self, id: StoreId) {
        let topology = self.topology;
        let Some(failover) = &topology.stores[id.index()].failover else {
            return;
        };
        for (member, checked) in topology.stores[id.index()].members.iter().enumerate() {
            let primary = self.state.stores[id.index()].primary;
            let state = self.state.stores[id.index()].members[member];
            if state.role != Role::Replaced {
                continue;
            }
            let timer = Timer::Rejoin(id, member as u32);
            let meets = self.alive(id, member)
                && self.alive(id, primary)
                && self.linked(id, member, primary);
            if !meets {
                self.cancel(timer);
            } else if !self.is_set(timer) {
                let law = if state.accepts {
                    &failover.steps_down
                } else {
                    &failover.rejoin
                };
                let wait = self.chance.time(checked.draw_rejoin, law, Span::ZERO);
                let at = self.state.now.after(wait);
                self.set(timer, at);
            }
        }
    }

    /// The time has come to step down or to be a standby again.
    pub(super) fn rejoin(&mut self, id: StoreId, member: usize) {
        let now = self.state.now;
        let share = self.topology.stores[id.index()].orphans_recovered;
        let follows = self.majority(id).is_some();
        let state = &mut self.state.stores[id.index()].members[member];
        if state.accepts {
            self.step_down(id, member);
        } else {
            let recovered = state.orphans * share;
            state.role = Role::Standby;
            if !follows {
                state.catches_up(now);
            }
            state.orphans = 0.0;
            self.tell(Event::Rejoined(id, member, recovered), None);
        }
        self.roles_changed = true;
    }

    fn step_down(&mut self, id: StoreId, member: usize) {
        self.state.stores[id.index()].members[member].accepts = false;
        self.cancel(Timer::CommitsAlone(id, member as u32));
        self.tell(Event::SteppedDown(id, member), None);
    }

    /// How many standbys a write waits for.
    pub(super) fn acks(&self, id: StoreId) -> usize {
        match &self.topology.stores[id.index()].replication {
            Replication::Async => 0,
            Replication::SemiSync { acks, .. }
            | Replication::SyncStrict { acks }
            | Replication::SyncDegrading { acks, .. } => *acks,
            Replication::Quorum { majority } => majority - 1,
        }
    }

    /// Standbys that can acknowledge, and those among them that lack nothing. In a quorum only those can.
    fn acknowledging(&self, id: StoreId) -> (usize, usize) {
        let store = &self.state.stores[id.index()];
        let present = |member: &usize| {
            store.members[*member].role == Role::Standby
                && self.acknowledges(id, *member)
                && self.alive(id, *member)
                && self.linked(id, store.primary, *member)
        };
        let current = |member: &usize| store.members[*member].backlog(self.state.now) <= 0.0;
        let members = || (0..store.members.len()).filter(present);
        let current = members().filter(current).count();
        if self.majority(id).is_some() {
            (current, current)
        } else {
            (members().count(), current)
        }
    }

    fn update_mode(&mut self, id: StoreId) {
        let acks = self.acks(id);
        let primary = self.state.stores[id.index()].primary;
        if acks == 0 {
            return;
        }
        if !self.alive(id, primary) {
            self.cancel(Timer::Stall(id));
            return;
        }
        let (present, current) = self.acknowledging(id);
        match self.state.stores[id.index()].mode {
            Mode::Full if present < acks => self.stall(id),
            Mode::Stalled if present >= acks => {
                self.cancel(Timer::Stall(id));
                self.change_mode(id, Mode::Full);
            }
            Mode::Stalled if !self.is_set(Timer::Stall(id)) => self.schedule_stall_end(id),
            Mode::Degraded if current >= acks => self.change_mode(id, Mode::Full),
            _ => {}
        }
    }

    fn change_mode(&mut self, id: StoreId, mode: Mode) {
        self.state.stores[id.index()].mode = mode;
        self.state.stores[id.index()].mode_since = self.state.now;
        let origin = self.standby_trouble(id);
        self.tell(Event::Replicates(id, mode), origin);
    }

    fn stall(&mut self, id: StoreId) {
        self.change_mode(id, Mode::Stalled);
        self.schedule_stall_end(id);
    }

    fn schedule_stall_end(&mut self, id: StoreId) {
        let wait = self.stall_length(id);
        let at = self.state.now.after(wait);
        self.set(Timer::Stall(id), at);
    }

    /// How long writes stall before they go on without the standbys.
    fn stall_length(&mut self, id: StoreId) -> Span {
        let store = &self.topology.stores[id.index()];
        match &store.replication {
            Replication::Async => Span::ZERO,
            Replication::SemiSync {
                fall_back_after, ..
            } => *fall_back_after,
            Replication::SyncStrict { .. } | Replication::Quorum { .. } => Span::FOREVER,
            Replication::SyncDegrading { alone_after, .. } => {
                self.chance.time(store.draw_stall, alone_after, Span::ZERO)
            }
        }
    }

    pub(super) fn stall_ends(&mut self, id: StoreId) {
        self.change_mode(id, Mode::Degraded);
        self.roles_changed = true;
    }

    /// How a new primary replicates, and from when the old one could commit alone.
    pub(super) fn replicate_from(&mut self, id: StoreId, old: usize) {
        let now = self.state.now;
        let slot = Timer::Stall(id);
        let stall_end = self.state.agenda.time(self.slot(slot));
        self.cancel(slot);
        let commits_from = match self.state.stores[id.index()].mode {
            Mode::Degraded => now,
            Mode::Stalled => stall_end,
            Mode::Full if self.acks(id) == 0 => now,
            Mode::Full => now.after(self.stall_length(id)),
        };
        self.state.stores[id.index()].members[old].commits_from = commits_from;
        if commits_from > now {
            self.set(Timer::CommitsAlone(id, old as u32), commits_from);
        }
        let acks = self.acks(id);
        let (_, current) = self.acknowledging(id);
        if acks == 0 {
            return;
        }
        if current >= acks {
            self.change_mode(id, Mode::Full);
        } else if let Replication::SyncDegrading { .. } =
            self.topology.stores[id.index()].replication
        {
            self.change_mode(id, Mode::Degraded);
        } else {
            self.stall(id);
        }
    }

    /// How a store's backlogs grow and shrink from now on.
    pub(super) fn update_backlogs_of(&mut self, id: StoreId) {
        for member in 0..self.topology.stores[id.index()].members.len() {
            if self.follows(id, member) {
                self.update_backlog(id, member);
            }
        }
    }

    fn update_backlog(&mut self, id: StoreId, member: usize) {
        let now = self.state.now;
        let primary = self.state.stores[id.index()].primary;
        let state = self.state.stores[id.index()].members[member];
        let connected =
            self.alive(id, member) && self.alive(id, primary) && self.linked(id, primary, member);
        let flow = &self.flow.stores[id.index()];
        let (first, last) = (flow.now[primary], flow.later[primary]);
        let acknowledged = f64::from(u8::from(first.max(last) > 0.0));
        let backlog = state.backlog(now);
        let slope = if !connected {
            acknowledged
        } else if backlog > 0.0 {
            acknowledged - self.topology.stores[id.index()].catch_up
        } else {
            0.0
        };
        let rate = if connected { 0.0 } else { first };
        let bend = if connected || first == last {
            0.0
        } else {
            (last - first) / self.flow.until.since(now).seconds()
        };
        // Events that change nothing here must not round the moment of catching up again.
        let steady = bend == 0.0 && state.missing_bend == 0.0;
        if steady && slope == state.slope && rate == state.missing_rate {
            return;
        }
        let changed = MemberState {
            backlog,
            backlog_at: now,
            slope,
            missing: state.missing(now),
            missing_rate: rate,
            missing_bend: bend,
            ..state
        };
        self.state.stores[id.index()].members[member] = changed;
        let done = Span::from_seconds(if slope < 0.0 {
            backlog / -slope
        } else {
            f64::INFINITY
        });
        self.set(
            Timer::CaughtUp(id, member as u32),
            now.after(Span(done.0.saturating_add(1))),
        );
    }

    pub(super) fn caught_up(&mut self, id: StoreId, member: usize) {
        let now = self.state.now;
        let state = &mut self.state.stores[id.index()].members[member];
        state.catches_up(now);
        self.tell(Event::CaughtUp(id, member), None);
        self.roles_changed = true;
    }

    /// How far a standby is behind in quiet times.
    pub(super) fn quiet_lag(&mut self, id: StoreId) -> f64 {
        let store = &self.topology.stores[id.index()];
        let law: &Law = &store.lag;
        self.chance.time(store.draw_lag, law, Span::ZERO).seconds()
    }
}
