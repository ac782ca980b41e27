//! The stationary availability of a journey whose faults are independent: its structure function, summed over states.
//!
//! Each fault alternates by itself, so that in the long run it is active for mean repair / (mean time between + mean
//! repair), whatever the laws (the renewal theorem; see Barlow and Proschan, 1975, chapter 7). Faults that hit one
//! instance only are folded into the chance of each pool to stand; the others (places, shared fates) and then the
//! pools are enumerated. Up to [`MOST_VARIABLES`] of those together; beyond, there is no answer. Deliberately absent:
//! crews, ageing that a repair does not end, cuts, stores, capacity, detectors, DNS with a choice, and balancers. A
//! model whose journey has any of them gets no answer either.

use std::collections::BTreeSet;

use super::k_of_n;
use crate::dist::Law;
use crate::topology::{
    AfterRepair, Fault, FaultAction, FaultId, Journey, JourneyId, Need, PlaceId, PoolId, Topology,
};

/// Most faults and pools that are enumerated, two states each.
pub const MOST_VARIABLES: usize = 20;

/// What a journey meets in the long run.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct LongRun {
    /// The share of requests that fail.
    pub request_unavailability: f64,
    /// The share of time with success below the journey's `up_when`.
    pub time_unavailability: f64,
}

/// The long run of a journey; `None` if the model has something that this can't solve exactly.
#[must_use]
pub fn long_run(topology: &Topology, journey: JourneyId) -> Option<LongRun> {
    Structure::new(topology, &topology.journeys[journey.index()])?.long_run()
}

/// What is enumerated for one journey.
struct Structure<'a> {
    topology: &'a Topology,
    journey: &'a Journey,
    /// The place and the pool behind the entry, if there is one.
    entry: Option<(PlaceId, PoolId)>,
    pools: Vec<PoolId>,
    /// Faults that may hit more than one part, each with the chance that it is active.
    shared: Vec<(FaultId, f64)>,
}

/// One state of the shared faults and the pools.
struct State {
    shared: usize,
    stands: usize,
}

impl<'a> Structure<'a> {
    fn new(topology: &'a Topology, journey: &'a Journey) -> Option<Structure<'a>> {
        let entry = match journey.enters {
            None => None,
            Some(id) => {
                let traffic = &topology.traffic[id.index()];
                let [target] = &traffic.targets[..] else {
                    return None;
                };
                if target.check.is_some() || traffic.balancer.is_some() {
                    return None;
                }
                Some((target.place, target.pool))
            }
        };
        let mut pools = BTreeSet::new();
        if let Some((_, pool)) = entry {
            add_pool(topology, pool, &mut pools)?;
        }
        add_need(topology, &journey.needs, &mut pools)?;
        let mut shared = Vec::new();
        for (index, fault) in topology.faults.iter().enumerate() {
            let unavailability = share_active(fault)?;
            if !hits_one_part(fault) {
                shared.push((FaultId::from(index), unavailability));
            }
        }
        let structure = Structure {
            topology,
            journey,
            entry,
            pools: pools.into_iter().collect(),
            shared,
        };
        (structure.shared.len() + structure.pools.len() <= MOST_VARIABLES).then_some(structure)
    }

    fn long_run(&self) -> Option<LongRun> {
        let mut sum = LongRun::default();
        for shared in 0..1_usize << self.shared.len() {
            let chance: f64 = self
                .shared
                .iter()
                .enumerate()
                .map(|(bit, (_, active))| choose(shared, bit, *active))
                .product();
            let standing: Option<Vec<f64>> = self
                .pools
                .iter()
                .map(|pool| self.chance_to_stand(*pool, shared))
                .collect();
            let standing = standing?;
            for stands in 0..1_usize << self.pools.len() {
                let chance: f64 = standing
                    .iter()
                    .enumerate()
                    .map(|(bit, stands_up)| choose(stands, bit, *stands_up))
                    .product::<f64>()
                    * chance;
                if chance > 0.0 {
                    let success = self.success(&State { shared, stands });
                    sum.request_unavailability += chance * (1.0 - success);
                    if success < self.journey.up_when {
                        sum.time_unavailability += chance;
                    }
                }
            }
        }
        Some(sum)
    }

    /// The chance that enough instances of a pool are up, given the shared faults.
    fn chance_to_stand(&self, id: PoolId, shared: usize) -> Option<f64> {
        let pool = &self.topology.pools[id.index()];
        let mut chances = Vec::new();
        for part in &pool.parts {
            let checked = &self.topology.parts[part.index()];
            let mut up = f64::from(u8::from(self.place_is_up(checked.place, shared)));
            for fault in &checked.faults {
                match self.bit(*fault) {
                    Some(bit) if is_set(shared, bit) => up = 0.0,
                    Some(_) => {}
                    None => up *= 1.0 - share_active(&self.topology.faults[fault.index()])?,
                }
            }
            chances.push(up);
        }
        Some(k_of_n::at_least(pool.at_least as usize, &chances))
    }

    fn bit(&self, fault: FaultId) -> Option<usize> {
        self.shared.iter().position(|(shared, _)| *shared == fault)
    }

    fn place_is_up(&self, mut place: PlaceId, shared: usize) -> bool {
        loop {
            let checked = &self.topology.places[place.index()];
            let active = |fault: &FaultId| self.bit(*fault).is_some_and(|bit| is_set(shared, bit));
            if checked.faults.iter().any(active) {
                return false;
            }
            if checked.parent == place {
                return true;
            }
            place = checked.parent;
        }
    }

    fn success(&self, state: &State) -> f64 {
        let Some((place, pool)) = self.entry else {
            return self.met(&self.journey.needs, PlaceId::INTERNET, state);
        };
        if !self.place_is_up(place, state.shared) {
            return 0.0;
        }
        self.served_by(pool, state) * self.met(&self.journey.needs, place, state)
    }

    fn met(&self, need: &Need, site: PlaceId, state: &State) -> f64 {
        match need {
            Need::All(of) => of.iter().map(|need| self.met(need, site, state)).product(),
            Need::AtLeast { count, of } => {
                let chances: Vec<f64> = of.iter().map(|need| self.met(need, site, state)).collect();
                k_of_n::at_least(*count, &chances)
            }
            Need::Soft { need, keeps } => {
                let met = self.met(need, site, state);
                met + (1.0 - met) * keeps
            }
            Need::Service { service, at } => match self.topology.pool_called(*service, *at, site) {
                Some(pool) => self.served_by(pool, state),
                None => self.topology.services[service.index()]
                    .pools
                    .iter()
                    .map(|pool| self.served_by(*pool, state))
                    .fold(0.0, f64::max),
            },
            Need::Read(_) | Need::Write(_) => unreachable!("a journey with stores is not solved"),
        }
    }

    fn served_by(&self, id: PoolId, state: &State) -> f64 {
        let bit = self.pools.iter().position(|pool| *pool == id);
        if bit.is_none_or(|bit| !is_set(state.stands, bit)) {
            return 0.0;
        }
        let pool = &self.topology.pools[id.index()];
        let needs = &self.topology.services[pool.service.index()].needs;
        self.met(needs, pool.place, state)
    }
}

fn is_set(bits: usize, bit: usize) -> bool {
    (bits >> bit) & 1 == 1
}

/// The chance that a variable has the value of this bit, if it is 1 with this chance.
fn choose(bits: usize, bit: usize, one: f64) -> f64 {
    if is_set(bits, bit) { one } else { 1.0 - one }
}

/// The share of time that a fault is active, if it depends on nothing else.
fn share_active(fault: &Fault) -> Option<f64> {
    let memoryless = matches!(fault.every, Law::Exponential(_));
    let cuts = matches!(fault.action, FaultAction::Cut(_));
    if fault.crew.is_some() || cuts || (fault.after_repair == AfterRepair::AsOld && !memoryless) {
        return None;
    }
    let (between, repair) = (fault.every.mean(), fault.lasts.mean());
    Some(repair / (between + repair))
}

/// Whether a fault hits one part and nothing else.
fn hits_one_part(fault: &Fault) -> bool {
    match &fault.action {
        FaultAction::Down { places, parts, .. } => places.is_empty() && parts.len() == 1,
        FaultAction::Cut(_) => false,
    }
}

/// Adds the pools that a need may be served by; `None` if it needs something that is not solved.
fn add_need(topology: &Topology, need: &Need, pools: &mut BTreeSet<PoolId>) -> Option<()> {
    match need {
        Need::All(of) | Need::AtLeast { of, .. } => of
            .iter()
            .try_for_each(|need| add_need(topology, need, pools)),
        Need::Soft { need, .. } => add_need(topology, need, pools),
        Need::Service { service, at: None } => topology.services[service.index()]
            .pools
            .iter()
            .try_for_each(|pool| add_pool(topology, *pool, pools)),
        Need::Service { at: Some(pool), .. } => add_pool(topology, *pool, pools),
        Need::Read(_) | Need::Write(_) => None,
    }
}

fn add_pool(topology: &Topology, id: PoolId, pools: &mut BTreeSet<PoolId>) -> Option<()> {
    let pool = &topology.pools[id.index()];
    if pool.serves.is_some() {
        return None;
    }
    if pools.insert(id) {
        add_need(
            topology,
            &topology.services[pool.service.index()].needs,
            pools,
        )?;
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model;
    use crate::topology::compile::compile_parsed;

    fn solve(yaml: &str) -> Option<LongRun> {
        let text = format!(
            "fivenines: 1\nname: solved\nplaces: {{ east: {{ zones: [a, b] }}, west: {{ zones: [a] }} }}\n{yaml}"
        );
        let (topology, _) = compile_parsed(model::parse(&text, &[])).expect("the model is valid");
        long_run(&topology, JourneyId(0))
    }

    const API: &str = "services: { api: { runs: { east/a: 1, east/b: 1 }, instance: { fails: { every: 9d, lasts: 1d } } } }";

    fn close(found: Option<LongRun>, request: f64, time: f64) {
        let found = found.expect("the model is solved");
        assert!(
            (found.request_unavailability - request).abs() < 1e-14,
            "{found:?}"
        );
        assert!(
            (found.time_unavailability - time).abs() < 1e-14,
            "{found:?}"
        );
    }

    #[test]
    fn series_and_parallel() {
        let journey = |needs: &str| {
            format!("{API}\njourneys: {{ visit: {{ needs: [{needs}], rate: 1/s }} }}")
        };
        close(solve(&journey("api@east/a, api@east/b")), 0.19, 0.19);
        close(
            solve(&journey("{ any: [api@east/a, api@east/b] }")),
            0.01,
            0.01,
        );
        close(solve(&journey("api")), 0.01, 0.01);
    }

    #[test]
    fn a_soft_need_loses_a_share_of_requests() {
        let soft = "journeys: { visit: { needs: [{ soft: { need: api@east/a, keeps: 90% } }], rate: 1/s } }";
        close(solve(&format!("{API}\n{soft}")), 0.01, 0.1);
    }

    #[test]
    fn a_shared_fate_is_counted_once() {
        let fault =
            "faults: { power: { hits: { together: [east/a, east/b] }, every: 99d, lasts: 1d } }";
        let journey = "journeys: { visit: { needs: [api], rate: 1/s } }";
        let exact = 1.0 - 0.99 * 0.99;
        close(solve(&format!("{fault}\n{API}\n{journey}")), exact, exact);
    }

    #[test]
    fn what_is_not_solved_has_no_answer() {
        let journey = "journeys: { visit: { needs: [api], rate: 1/s } }";
        let cut = "faults: { cut: { cuts: east <-> west, every: 99d, lasts: 1d } }";
        assert_eq!(solve(&format!("{cut}\n{API}\n{journey}")), None);
        let busy = API.replace("lasts: 1d }", "lasts: 1d, crew: people }");
        assert_eq!(
            solve(&format!("crews: {{ people: 1 }}\n{busy}\n{journey}")),
            None
        );
        let capacity = API.replace("instance: {", "instance: { serves: 5/s,");
        assert_eq!(solve(&format!("{capacity}\n{journey}")), None);
        let ageing = API.replace(
            "every: 9d",
            "after-repair: as-old, every: { weibull: { shape: 2, mean: 9d } }",
        );
        assert_eq!(solve(&format!("{ageing}\n{journey}")), None);
    }
}
