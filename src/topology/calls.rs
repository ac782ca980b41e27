//! Which pool answers calls of a service.

use super::{PlaceId, PoolId, ServiceId, Topology};

impl Topology {
    /// The pool that serves callers at a place: the one that is named, the one where they are, or the only one. With none
    /// of these they have the choice among all pools of the service.
    #[must_use]
    pub fn pool_called(
        &self,
        service: ServiceId,
        named: Option<PoolId>,
        site: PlaceId,
    ) -> Option<PoolId> {
        let pools = &self.services[service.index()].pools;
        let is_here = |pool: &&PoolId| self.pools[pool.index()].place == site;
        let local = || pools.iter().find(is_here).copied();
        let only = || pools.first().copied().filter(|_| pools.len() == 1);
        named.or_else(local).or_else(only)
    }
}
