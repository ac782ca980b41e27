//! The last pass: causes and detectors in the order of their paths, with every id that names them.

use super::Compiler;
use crate::topology::{Cause, CauseId, DetectorId};

/// Where each old index went, given the order of the old indices.
fn moved(order: &[usize]) -> Vec<usize> {
    let mut to = vec![0; order.len()];
    for (new, &old) in order.iter().enumerate() {
        to[old] = new;
    }
    to
}

impl Compiler<'_> {
    /// Sorts the detectors by path.
    pub(super) fn settle_detectors(&mut self) {
        let mut order: Vec<usize> = (0..self.detectors.len()).collect();
        order.sort_by(|&a, &b| self.detectors[a].path.cmp(&self.detectors[b].path));
        let to = moved(&order);
        self.detectors = order
            .iter()
            .map(|&old| self.detectors[old].clone())
            .collect();
        let settle = |id: &mut DetectorId| *id = DetectorId::from(to[id.index()]);
        for store in &mut self.stores {
            store
                .failover
                .iter_mut()
                .filter_map(|failover| failover.detector.as_mut())
                .for_each(settle);
        }
        for target in self.traffic.iter_mut().flat_map(|entry| &mut entry.targets) {
            target.check.iter_mut().for_each(settle);
            target.instance_checks.iter_mut().for_each(settle);
        }
    }

    /// The causes sorted by path.
    pub(super) fn settle_causes(&mut self) -> Vec<Cause> {
        let mut order: Vec<usize> = (0..self.causes.len()).collect();
        order.sort_by(|&a, &b| self.causes.get_index(a).cmp(&self.causes.get_index(b)));
        let to = moved(&order);
        let settle = |id: &mut CauseId| *id = CauseId::from(to[id.index()]);
        self.faults
            .iter_mut()
            .for_each(|fault| settle(&mut fault.cause));
        self.detectors
            .iter_mut()
            .for_each(|detector| settle(&mut detector.cause));
        for service in &mut self.services {
            settle(&mut service.overload_cause);
        }
        for store in &mut self.stores {
            settle(&mut store.replication_cause);
            if let Some(failover) = &mut store.failover {
                settle(&mut failover.cause);
                settle(&mut failover.fail_back_cause);
            }
        }
        for entry in &mut self.traffic {
            settle(&mut entry.cause);
            entry
                .targets
                .iter_mut()
                .for_each(|target| settle(&mut target.balancer_cause));
        }
        let mut causes: Vec<Cause> = self
            .causes
            .iter()
            .map(|(path, &kind)| Cause {
                path: path.clone(),
                kind,
            })
            .collect();
        causes.sort_by(|a, b| a.path.cmp(&b.path));
        causes
    }
}
