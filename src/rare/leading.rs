//! What leads to a failure, in the model's own names.
//!
//! The sets by which a guide steers are the minimal cut sets of the model as the engine plays it, and worth reading by
//! themselves. How often they occur is what drills say: faults that are independent, and delays at their medians.
//! Deliberately absent: sets of targets that are not estimated by branches, for which the guide has no use.

use std::collections::BTreeSet;

use super::cuts::Cut;
use super::event::What;
use super::guide::{Guide, Target};
use crate::engine::DrawId;
use crate::time::YEAR_SECONDS;
use crate::topology::Topology;
use crate::world::clocks::Clock;

/// The share of the failures of a target to which a set leads that is worth a word.
const LEADING: f64 = 0.1;

/// Things that lead to a failure when all of them are the case.
#[derive(Clone, Debug, PartialEq)]
pub struct LeadingSet {
    /// The paths of faults, detectors that raise a false alarm, and stages that fail, and how many alike each takes;
    /// paths of which any may stand in for any other are joined by "or".
    pub needs: Vec<(String, u16)>,
    /// How often a year that is about to happen and to lead to it.
    pub per_year: f64,
}

impl Guide {
    /// What leads to a failure of a target that is estimated by branches, the most frequent first.
    #[must_use]
    pub fn leads_to(&self, topology: &Topology, target: Target) -> Vec<LeadingSet> {
        let mut sets: Vec<LeadingSet> = self
            .failing(target)
            .map(|cut| LeadingSet {
                needs: cut
                    .needs
                    .iter()
                    .map(|(event, count)| (self.path_of(topology, *event), *count))
                    .collect(),
                per_year: cut.frequency * cut.share * YEAR_SECONDS,
            })
            .collect();
        sets.sort_by(|one, other| other.per_year.total_cmp(&one.per_year));
        sets
    }

    /// The paths of faults that come in clusters and are in a set which leads to a tenth of the failures of a target or more:
    /// the time from one strike to the next varies more than where the hazard is constant.
    #[must_use]
    pub fn clustering(&self, topology: &Topology, target: Target) -> Vec<String> {
        let often = |cut: &Cut| cut.frequency * cut.share;
        let failing = || self.failing(target);
        let least = LEADING * failing().map(often).sum::<f64>();
        let leading = failing().filter(|cut| often(cut) >= least);
        let events: BTreeSet<u32> = leading
            .flat_map(|cut| cut.needs.iter().map(|(event, _)| *event))
            .filter(|event| self.is_clustering(topology, *event))
            .collect();
        let paths = events.iter();
        paths.map(|event| self.path_of(topology, *event)).collect()
    }

    fn is_clustering(&self, topology: &Topology, event: u32) -> bool {
        let clocks = self.events.list[event as usize].clocks();
        clocks.iter().any(|clock| match clock {
            Clock::Fault(id) => topology.faults[id.index()]
                .every
                .varies_more_than_exponential(),
            // False alarms have a constant rate.
            Clock::Alarm(_) => false,
        })
    }

    fn path_of(&self, topology: &Topology, event: u32) -> String {
        match &self.events.list[event as usize].what {
            What::Strike(clocks) => path_of_clock(topology, clocks[0]).to_owned(),
            What::AnyOf(clocks) => {
                let mut paths: Vec<&str> = clocks
                    .iter()
                    .map(|clock| path_of_clock(topology, *clock))
                    .collect();
                paths.sort_unstable();
                paths.join(" or ")
            }
            What::Failure(draw) => stage(topology, *draw).unwrap_or_default(),
        }
    }
}

fn path_of_clock(topology: &Topology, clock: Clock) -> &str {
    match clock {
        Clock::Fault(id) => &topology.faults[id.index()].path,
        Clock::Alarm(id) => &topology.detectors[id.index()].path,
    }
}

/// The stage of a failover that this draw decides.
fn stage(topology: &Topology, draw: DrawId) -> Option<String> {
    topology.stores.iter().find_map(|store| {
        let failover = store.failover.as_ref()?;
        let stages = [
            (failover.draw_fence_works, "fence"),
            (failover.promote.draw_works, "promote"),
            (failover.redirect.draw_works, "redirect"),
        ];
        let (_, name) = stages.into_iter().find(|stage| stage.0 == draw)?;
        Some(format!("stores.{}.failover.{name}", store.name))
    })
}
