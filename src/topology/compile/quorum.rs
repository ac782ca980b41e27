//! Quorum stores: the members that vote, elections and leases, as the pipeline of any failover.
//!
//! A vote is a decision that takes the time of an election, the lease is the fence, and promotion and redirection are
//! part of the election. There is no detector: a follower that hears nothing from its leader stands for election, and
//! how long that takes is in the law of elections already.

use super::Compiler;
use super::pointer::{Pointer, at};
use super::report::nothing;
use crate::model::law::LawSpec;
use crate::model::replication::Quorum;
use crate::model::shapes::Stage;
use crate::model::stores as written;
use crate::model::units::Duration;
use crate::model::{Code, replication};
use crate::topology::{CauseKind, Decide, Failover, PlaceId, StoreId, purpose};

impl Compiler<'_> {
    /// How the members of a quorum elect another primary.
    pub(super) fn quorum(
        &mut self,
        id: StoreId,
        name: &str,
        store: &written::Store,
        quorum: &Quorum,
    ) -> Failover {
        let pointer = at(&["stores", name]);
        let path = format!("stores.{name}.election");
        self.refuse_fields(name, store, &pointer);
        self.warn_of_lost_majority(id, name, &pointer.key("replication"));
        self.quorum_assumptions(name, quorum);
        let here = pointer.key("replication").key("quorum");
        let election = Decide::Election(self.law(&quorum.elect, &here.key("elect")));
        let fence_path = format!("{path}.lease");
        let at_once = Stage::at_once();
        Failover {
            detector: None,
            decide: election.clone(),
            decide_across_regions: Some(election),
            max_lag: None,
            fence: self.lease(&quorum.lease, &here.key("lease")),
            promote: self.stage(&at_once, &format!("{path}.promote"), &here),
            redirect: self.stage(&at_once, &format!("{path}.redirect"), &here),
            steps_down: nothing(),
            rejoin: nothing(),
            fail_back: None,
            cause: self.cause(path.clone(), CauseKind::Action),
            fail_back_cause: self.cause(format!("stores.{name}.fail-back"), CauseKind::Action),
            draw_decide: self.draws.draw(&path, purpose::DECIDE),
            draw_fence: self.draws.draw(&fence_path, purpose::FENCE),
            draw_fence_works: self.draws.draw(&fence_path, purpose::FENCE_WORKS),
            draw_lease: self.draws.draw(&fence_path, purpose::LEASE),
            draw_fail_back: self.draws.draw(&path, purpose::FAIL_BACK),
        }
    }

    /// Reports what a quorum has no use for.
    fn refuse_fields(&mut self, name: &str, store: &written::Store, pointer: &Pointer) {
        if store.members.sync.is_empty() {
            let message = format!("`{name}` has nobody to vote with its primary");
            let help = "list the other members under `sync`; three or five votes are usual";
            self.error(Code::NoStandby, &pointer.key("members"), message, help);
        }
        let fields = [
            (
                store.failover.is_some(),
                "failover",
                "its members elect a primary by themselves: `replication: { quorum: { elect, lease } }` says how",
            ),
            (
                store.lag != LawSpec::Fixed(Duration::ZERO),
                "lag",
                "who lacks an acknowledged write is never elected",
            ),
            (
                store.orphans_recovered.value() > 0.0,
                "orphans-recovered",
                "no acknowledged write is ever orphaned",
            ),
        ];
        for (written, field, why) in fields {
            if written {
                let message = format!("`{field}` means nothing for a quorum");
                let help = format!("take `{field}` out: {why}");
                self.error(Code::NotOfQuorum, &pointer.key(field), message, help);
            }
        }
    }

    /// With the majority of the votes in one region of several, the others are there in vain when it is lost.
    fn warn_of_lost_majority(&mut self, id: StoreId, name: &str, pointer: &Pointer) {
        let members = &self.members[id.index()];
        let voters = members.iter().enumerate();
        let voters: Vec<PlaceId> = voters
            .filter(|(index, member)| *index == 0 || member.acknowledges)
            .map(|(_, member)| self.places[member.place.index()].region)
            .collect();
        let needed = voters.len() / 2 + 1;
        let in_region = |region: &PlaceId| voters.iter().filter(|other| *other == region).count();
        let decisive = |region: &&PlaceId| voters.len() - in_region(region) < needed;
        let several = voters.iter().any(|region| *region != voters[0]);
        let Some(region) = voters.iter().find(decisive).filter(|_| several) else {
            return;
        };
        let (left, region) = (voters.len() - in_region(region), self.path_of(*region));
        let message = format!(
            "if `{region}` is lost, {left} of the {} votes of `{name}` are left and {needed} are needed",
            voters.len()
        );
        let help = "spread the votes over three regions or more, none of which holds half of them";
        self.warning(Code::MajorityInRegion, pointer, message, help);
    }

    fn quorum_assumptions(&mut self, name: &str, quorum: &Quorum) {
        let path = format!("stores.{name}.replication.quorum");
        let default = replication::Quorum::default();
        let text = "A leader that is lost is replaced after 1.03 s to 5.2 s, as in CockroachDB";
        self.assume_if(quorum.elect == default.elect, format!("{path}.elect"), text);
        let text = "A lease of 6 s is renewed every 3 s, as in CockroachDB";
        let same =
            (quorum.lease.ttl, quorum.lease.renew) == (default.lease.ttl, default.lease.renew);
        self.assume_if(same, format!("{path}.lease"), text);
        let text = "A leader always stops before its lease ends: an assumption";
        let always = quorum.lease.works.value() >= 1.0;
        self.assume_if(always, format!("{path}.lease.works"), text);
        let text = "A leader that gets its majority back before another is elected leads again at once: a limit of this version";
        self.assume(path, text);
    }
}
