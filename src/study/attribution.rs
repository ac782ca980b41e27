//! Tables of what owns the downtime: sets of causes, single causes, stages of recovery.
//!
//! Rows of sets and of stages are disjoint and add up to the downtime; single causes overlap. Every row that was seen
//! is kept, largest first and equal ones by name, so that tables of two studies can be joined.

use super::basis::Trials;
use super::result::{CauseRow, CauseTable, InvolvedRow, StageRow, StageTable};
use crate::measure::{JourneyTally, Moments, Stage};
use crate::topology::Topology;

impl Trials {
    /// What owns the downtime of one journey.
    pub fn causes(self, topology: &Topology, journey: &str, tally: &JourneyTally) -> CauseTable {
        let down = tally.requests.down.numerator();
        let path = |cause: u32| topology.causes[cause as usize].path.clone();
        let mut rows: Vec<CauseRow> = tally
            .causes
            .iter()
            .map(|(set, seconds)| CauseRow {
                paths: set.iter().map(|&cause| path(cause)).collect(),
                downtime: self.seconds_per_year(seconds),
                share: share_of(seconds, down),
            })
            .collect();
        rows.sort_by(|a, b| b.share.total_cmp(&a.share).then(a.paths.cmp(&b.paths)));
        let mut involved: Vec<InvolvedRow> = tally
            .involved
            .iter()
            .map(|(&cause, seconds)| InvolvedRow {
                path: path(cause),
                downtime: self.seconds_per_year(seconds),
                share: share_of(seconds, down),
            })
            .collect();
        involved.sort_by(|a, b| b.share.total_cmp(&a.share).then(a.path.cmp(&b.path)));
        CauseTable {
            journey: journey.to_owned(),
            rows,
            involved,
        }
    }

    /// Which stages own the downtime of one journey.
    pub fn stages(self, journey: &str, tally: &JourneyTally) -> StageTable {
        let down = tally.requests.down.numerator();
        let row = |stage: &Stage| {
            let seconds = tally.stages.get(stage)?;
            Some(StageRow {
                stage: stage.name().to_owned(),
                downtime: self.seconds_per_year(seconds),
                share: share_of(seconds, down),
            })
        };
        StageTable {
            journey: journey.to_owned(),
            rows: Stage::ALL.iter().filter_map(row).collect(),
        }
    }
}

fn share_of(seconds: &Moments, down: &Moments) -> f64 {
    if down.sum() > 0.0 {
        seconds.sum() / down.sum()
    } else {
        0.0
    }
}
