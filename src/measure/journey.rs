//! The observer of one journey.

use super::incident::{Blame, Follower, Incident, pieces};
use super::segment::Segment;
use super::tally::{JourneyTally, Stage};
use super::totals::{Busy, JourneyTotals, WeightedIncident};
use super::trial::{MONTH, Windowed};
use crate::engine::Chance;
use crate::time::{Span, Time};
use crate::topology::{Journey, JourneyId};
use crate::world::World;
use crate::world::copies::copied_field_by_field;
use crate::world::why::{Progress, Reasons};

const MONTHS_OF_A_YEAR: usize = 12;

/// An incident opens or closes.
#[derive(Clone, Debug, PartialEq)]
pub enum Turn {
    /// It opens, for these causes.
    Opened {
        /// When.
        at: Time,
        /// Which causes, see [`JourneyObserver::causes`].
        row: usize,
    },
    /// It is over.
    Closed {
        /// Since when success was restored.
        at: Time,
        /// When it had opened.
        opened: Time,
    },
}

/// What a busy period has met.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Counted {
    down: Span,
    /// Seconds' worth of lost requests.
    lost: f64,
    /// The longest recovery of an incident, if there was one.
    longest_recovery: Option<Span>,
}

/// Watches one journey through one trial.
#[derive(Debug)]
pub struct JourneyObserver {
    id: JourneyId,
    window: Windowed,
    /// The stretch since the last event, as far as it is known to be linear.
    ahead: Segment,
    blame: Blame,
    /// Which row of `rows` the present downtime goes to.
    row: usize,
    follower: Follower,
    incidents: Vec<Incident>,
    turns: Vec<Turn>,
    /// Downtime since it was last forgotten.
    down: Span,
    /// Seconds' worth of lost requests since it was last forgotten.
    lost: f64,
    /// What the busy period has met that was counted already.
    counted: Counted,
    /// Downtime in each month of the window; the last entry is what is left of it.
    down_by_month: Vec<Span>,
    /// Seconds' worth of lost requests in each month.
    lost_by_month: Vec<f64>,
    /// Downtime by stage since it was last forgotten.
    stages: [Span; Stage::COUNT],
    /// Downtime by set of causes since it was last forgotten.
    rows: Vec<Row>,
    /// How many of the rows belong to this trial; the others are room.
    rows_used: usize,
    /// Room for the reasons of the moment.
    reasons: Reasons,
}

copied_field_by_field!(JourneyObserver {
    id,
    window,
    ahead,
    blame,
    row,
    follower,
    incidents,
    turns,
    down,
    lost,
    counted,
    down_by_month,
    lost_by_month,
    stages,
    rows,
    rows_used,
    reasons,
});

/// The downtime of a set of causes.
#[derive(Debug, Default)]
struct Row(Vec<u32>, Span);

impl Clone for Row {
    fn clone(&self) -> Row {
        Row(self.0.clone(), self.1)
    }

    fn clone_from(&mut self, other: &Row) {
        self.0.clone_from(&other.0);
        self.1 = other.1;
    }
}

/// The months of a window, and what is left of it.
fn months_of(window: Windowed) -> usize {
    (window.length().0 / MONTH.0) as usize + 1
}

impl JourneyObserver {
    pub fn new(id: JourneyId, window: Windowed) -> JourneyObserver {
        JourneyObserver {
            id,
            window,
            ahead: Segment {
                from: Time::ZERO,
                to: Time::NEVER,
                first: 1.0,
                last: 1.0,
            },
            blame: Blame {
                stage: Stage::Repair,
                trigger: None,
            },
            row: 0,
            follower: Follower::default(),
            incidents: Vec::new(),
            turns: Vec::new(),
            down: Span::ZERO,
            lost: 0.0,
            counted: Counted::default(),
            down_by_month: vec![Span::ZERO; months_of(window)],
            lost_by_month: vec![0.0; months_of(window)],
            stages: [Span::ZERO; Stage::COUNT],
            rows: Vec::new(),
            rows_used: 0,
            reasons: Reasons::default(),
        }
    }

    /// Ready for another trial, in the room that the last one took.
    pub fn restart(&mut self, window: Windowed) {
        self.window = window;
        self.ahead = Segment {
            from: Time::ZERO,
            to: Time::NEVER,
            first: 1.0,
            last: 1.0,
        };
        self.blame = Blame {
            stage: Stage::Repair,
            trigger: None,
        };
        self.row = 0;
        self.follower = Follower::default();
        self.incidents.clear();
        self.turns.clear();
        (self.lost, self.down) = (0.0, Span::ZERO);
        self.counted = Counted::default();
        self.down_by_month.clear();
        self.down_by_month.resize(months_of(window), Span::ZERO);
        self.lost_by_month.clear();
        self.lost_by_month.resize(months_of(window), 0.0);
        self.stages = [Span::ZERO; Stage::COUNT];
        self.rows.iter_mut().for_each(|row| row.1 = Span::ZERO);
        self.rows_used = 0;
    }

    /// Whether the time matters: not everybody is served, or an incident is open.
    pub fn is_troubled(&self) -> bool {
        self.ahead.least() < 1.0 || self.follower.open().is_some()
    }

    /// The causes of a row.
    pub fn causes(&self, row: usize) -> &[u32] {
        &self.rows[row].0
    }

    /// Whether an incident that opened in the window is still open.
    pub fn is_open(&self) -> bool {
        self.follower
            .open()
            .is_some_and(|incident| self.window.contains(incident.opened))
    }

    /// Incidents that opened and closed so far, for a journal.
    pub fn turns(&self) -> &[Turn] {
        &self.turns
    }

    /// Looks at the world after an event.
    pub fn settled<C: Chance>(&mut self, world: &World<'_, C>) {
        let flow = world.flow.journeys[self.id.index()];
        let until = if flow.now == flow.later {
            Time::NEVER
        } else {
            world.flow.until
        };
        self.ahead = Segment {
            from: world.state.now,
            to: until,
            first: flow.now,
            last: flow.later,
        };
        let journey = &world.topology.journeys[self.id.index()];
        // Of many events at one moment, the last decides what the time after it counts as.
        if self.ahead.least() < journey.up_when && world.next() > world.state.now {
            self.ask_why(world);
        }
    }

    fn ask_why<C: Chance>(&mut self, world: &World<'_, C>) {
        world.find_reasons(self.id, &mut self.reasons);
        let reasons = &self.reasons;
        self.blame = Blame {
            stage: reasons.stage.map_or(Stage::Repair, stage_of),
            trigger: reasons
                .trigger
                .map(|origin| (origin.struck, world.scope(origin))),
        };
        let causes = || reasons.causes.iter().map(|cause| cause.0);
        let mut known = self.rows[..self.rows_used].iter();
        if let Some(row) = known.position(|row| row.0.iter().copied().eq(causes())) {
            self.row = row;
            return;
        }
        self.row = self.rows_used;
        self.rows_used += 1;
        if self.rows.len() < self.rows_used {
            self.rows.push(Row::default());
        }
        let row = &mut self.rows[self.row].0;
        row.clear();
        row.extend(causes());
    }

    /// Accounts for the time up to a moment that is not later than the next event.
    pub fn advance(&mut self, journey: &Journey, to: Time) {
        let whole = self.ahead.between(self.ahead.from, to);
        let rest = self.ahead.between(to, self.ahead.to);
        self.ahead = rest;
        if whole.to <= whole.from {
            return;
        }
        if whole.least() >= 1.0 && self.follower.open().is_none() {
            return;
        }
        for piece in pieces(journey, whole) {
            let low = piece.below(journey.up_when);
            self.count(piece.between(self.window.from, self.window.to), low);
            self.follow(journey, piece);
        }
    }

    fn follow(&mut self, journey: &Journey, piece: Segment) {
        let was_open = self.follower.open().is_some();
        let closed = self.follower.follow(journey, piece, self.blame);
        if !was_open && (self.follower.open().is_some() || closed.is_some()) {
            self.turns.push(Turn::Opened {
                at: piece.from,
                row: self.row,
            });
        }
        if let Some(incident) = closed {
            self.turns.push(Turn::Closed {
                at: incident.ended,
                opened: incident.opened,
            });
            if self.window.contains(incident.opened) {
                self.incidents.push(incident);
            }
        }
    }

    /// Counts what is lost in a stretch of the window, month by month.
    fn count(&mut self, mut piece: Segment, low: bool) {
        if low {
            self.stages[self.blame.stage as usize].0 += piece.length().0;
            self.rows[self.row].1.0 += piece.length().0;
        }
        while piece.to > piece.from {
            let month = ((piece.from.since(self.window.from).0 / MONTH.0) as usize)
                .min(self.down_by_month.len() - 1);
            let next = if month + 1 == self.down_by_month.len() {
                piece.to
            } else {
                self.window.from.after(Span((month as u64 + 1) * MONTH.0))
            };
            let part = piece.between(piece.from, next);
            let lost = part.length().seconds() - part.integral();
            self.lost += lost;
            self.lost_by_month[month] += lost;
            if low {
                self.down.0 += part.length().0;
                self.down_by_month[month].0 += part.length().0;
            }
            piece = piece.between(next, piece.to);
        }
    }

    /// Adds what happened since it was last forgotten to the totals of the trial, with this weight, and the busy period,
    /// which is over.
    pub fn add_to(&self, weight: f64, totals: &mut JourneyTotals) {
        self.add_parts(weight, totals);
        let all = self.counted_so_far();
        let busy = Busy {
            down_seconds: all.down.seconds(),
            lost_seconds: all.lost.clamp(0.0, self.window.length().seconds()),
            longest_recovery: all.longest_recovery.map(Span::seconds),
            weight,
        };
        if busy.down_seconds > 0.0 || busy.lost_seconds > 0.0 {
            totals.busy.push(busy);
        }
    }

    /// Adds what happened since it was last forgotten to the totals of the trial, with this weight, and forgets it. The
    /// busy period goes on.
    pub fn count_part(&mut self, weight: f64, totals: &mut JourneyTotals) {
        if self.lost == 0.0 && self.down == Span::ZERO && self.incidents.is_empty() {
            return;
        }
        self.add_parts(weight, totals);
        let counted = self.counted_so_far();
        self.forget();
        self.counted = counted;
    }

    /// Whether the busy period has met something that was counted already.
    pub fn is_in_busy_period(&self) -> bool {
        self.counted != Counted::default()
    }

    /// What the busy period has met until now.
    fn counted_so_far(&self) -> Counted {
        let recoveries = self.incidents.iter();
        let recoveries = recoveries.map(|incident| incident.ended.since(incident.struck));
        Counted {
            down: Span(self.counted.down.0 + self.down.0),
            lost: self.counted.lost + self.lost,
            longest_recovery: recoveries.chain(self.counted.longest_recovery).max(),
        }
    }

    fn add_parts(&self, weight: f64, totals: &mut JourneyTotals) {
        let lost_seconds = self.lost.clamp(0.0, self.window.length().seconds());
        totals.lost_seconds += lost_seconds * weight;
        totals.down_seconds += self.down.seconds() * weight;
        let incidents = self.incidents.iter().map(|incident| WeightedIncident {
            seconds: incident.ended.since(incident.opened).seconds(),
            recovery_seconds: incident.ended.since(incident.struck).seconds(),
            scope: incident.scope,
            stages: incident.stages,
            weight,
        });
        totals.incidents.extend(incidents);
        for (total, span) in totals.stages.iter_mut().zip(&self.stages) {
            *total += span.seconds() * weight;
        }
        for Row(causes, span) in self.rows.iter().filter(|row| row.1 > Span::ZERO) {
            let seconds = span.seconds() * weight;
            match totals.causes.get_mut(causes) {
                Some(total) => *total += seconds,
                None => {
                    totals.causes.insert(causes.clone(), seconds);
                }
            }
        }
    }

    /// Begins anew with what adds up over the parts of a trial; what is open stays open.
    pub fn forget(&mut self) {
        (self.lost, self.down) = (0.0, Span::ZERO);
        self.counted = Counted::default();
        self.incidents.clear();
        self.turns.clear();
        self.stages = [Span::ZERO; Stage::COUNT];
        self.rows.iter_mut().for_each(|row| row.1 = Span::ZERO);
    }

    /// Adds the months and years of the whole trial to the tally.
    pub fn record_periods(&self, journey: &Journey, tally: &mut JourneyTally) {
        let months = self.down_by_month.len() - 1;
        let limit = 1.0 - journey.objective.availability.unwrap_or(0.0);
        let month_met = |month: &usize| self.lost_by_month[*month] <= limit * MONTH.seconds();
        if months > 0 {
            let mut seconds: Vec<(f64, u64)> = self.down_by_month[..months]
                .iter()
                .map(|span| (span.seconds(), 1))
                .collect();
            tally.month_seconds.add_trial(&mut seconds);
            tally
                .months_met
                .add((0..months).filter(month_met).count() as f64, months as f64);
        }
        let years = self.down_by_month[..months].chunks_exact(MONTHS_OF_A_YEAR);
        let mut seconds: Vec<(f64, u64)> = years
            .map(|year| (Span(year.iter().map(|span| span.0).sum()).seconds(), 1))
            .collect();
        if !seconds.is_empty() {
            let lost = self.lost_by_month[..months].chunks_exact(MONTHS_OF_A_YEAR);
            let allowed = limit * MONTH.seconds() * MONTHS_OF_A_YEAR as f64;
            let met = lost
                .filter(|year| year.iter().sum::<f64>() <= allowed)
                .count();
            tally.years_met.add(met as f64, seconds.len() as f64);
            tally.year_seconds.add_trial(&mut seconds);
        }
    }
}

fn stage_of(progress: Progress) -> Stage {
    match progress {
        Progress::Undetected => Stage::Undetected,
        Progress::Detect => Stage::Detect,
        Progress::Decide => Stage::Decide,
        Progress::Fence => Stage::Fence,
        Progress::Promote => Stage::Promote,
        Progress::Redirect => Stage::Redirect,
        Progress::Drain => Stage::Drain,
        Progress::FailBack => Stage::FailBack,
        Progress::Repair => Stage::Repair,
    }
}
