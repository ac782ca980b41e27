//! Detectors: vantage points, quorums and false alarms.

use super::Compiler;
use super::false_alarm::{Probers, false_alarm_every};
use super::pointer::Pointer;
use crate::model::names::PlacePath;
use crate::model::services::{Check, InstanceCheck};
use crate::model::shapes::{Agree, Vantage};
use crate::model::units::Duration;
use crate::model::{self, Code};
use crate::topology::{
    CauseId, CauseKind, Detector, DetectorId, Pace, PartId, PlaceId, StoreId, TrafficId, Watch,
    purpose,
};

/// Most vantage points of one detector.
const VANTAGE_MAX: u32 = 1_000;

/// Most probes in a row that a threshold may ask for.
const THRESHOLD_MAX: u32 = 1_000;

/// What a detector is called and what it watches.
struct Subject {
    path: String,
    /// Where its check is written, for assumptions.
    written: String,
    cause: CauseId,
    watches: Watch,
    vantage: Vec<PlaceId>,
    /// How many vantage points count: of the members of a store, all but the primary.
    voters: usize,
}

impl Compiler<'_> {
    /// The detector that watches the primary of a store. From standbys, every member has a vantage point, in the
    /// order of the members, and that of the current primary is not asked.
    pub(super) fn primary_detector(
        &mut self,
        store: StoreId,
        name: &str,
        check: &Check,
        pointer: &Pointer,
    ) -> DetectorId {
        let path = format!("stores.{name}.detect");
        let (vantage, voters) = match &check.from {
            None | Some(Vantage::Standbys) => {
                let places: Vec<PlaceId> = self.members[store.index()]
                    .iter()
                    .map(|member| member.place)
                    .collect();
                let standbys = places.len().saturating_sub(1);
                (places, standbys)
            }
            Some(Vantage::Internet(count)) => self.internet(count.get(), pointer),
            Some(Vantage::Places(paths)) => self.vantage_places(paths, pointer),
        };
        let cause = self.cause(path.clone(), CauseKind::Belief);
        let subject = Subject {
            path,
            written: format!("stores.{name}.failover.detect"),
            cause,
            watches: Watch::Primary(store),
            vantage,
            voters,
        };
        let detector = self.detector(subject, check, pointer);
        self.warn_of_blind_region(store, name, detector, pointer);
        detector
    }

    /// When the primary's region is lost, the vantage points in it say nothing any more: are there enough others?
    fn warn_of_blind_region(
        &mut self,
        store: StoreId,
        name: &str,
        detector: DetectorId,
        pointer: &Pointer,
    ) {
        let members = &self.members[store.index()];
        let region_of = |place: PlaceId| self.places[place.index()].region;
        let Some(home) = members.first().map(|primary| region_of(primary.place)) else {
            return;
        };
        let elsewhere = members.iter().any(|member| region_of(member.place) != home);
        let detector = &self.detectors[detector.index()];
        let outside = detector
            .vantage
            .iter()
            .filter(|place| region_of(**place) != home)
            .count();
        if elsewhere && outside < detector.agree {
            let home = self.path_of(home);
            let message = format!(
                "if `{home}` is lost, {outside} of the vantage points of `{name}` are left and {} must agree: the \
                 loss of the region is never detected",
                detector.agree
            );
            let help = "name vantage points in other places under `from`, such as a witness, or lower `agree`";
            self.warning(Code::BlindRegion, pointer, message, help);
        }
    }

    /// The detector of one target of an entry.
    pub(super) fn target_detector(
        &mut self,
        entry: (TrafficId, &str),
        (index, place): (usize, PlaceId),
        check: &Check,
        pointer: &Pointer,
    ) -> DetectorId {
        let path = format!("{}.check.{}", entry.1, self.path_of(place));
        let (vantage, voters) = match &check.from {
            None => (vec![PlaceId::INTERNET], 1),
            Some(Vantage::Internet(count)) => self.internet(count.get(), pointer),
            Some(Vantage::Places(paths)) => self.vantage_places(paths, pointer),
            Some(Vantage::Standbys) => {
                let help = "give a number of points on the internet, or a list of places";
                let message = "only the primary of a store is watched from standbys";
                self.error(Code::Vantage, &pointer.key("from"), message, help);
                (vec![PlaceId::INTERNET], 1)
            }
        };
        let cause = self.cause(path.clone(), CauseKind::Belief);
        let subject = Subject {
            path,
            written: format!("{}.dns.check", entry.1),
            cause,
            watches: Watch::Target(entry.0, index),
            vantage,
            voters,
        };
        self.detector(subject, check, pointer)
    }

    /// The balancer's detector of one instance: one vantage point, where the target is.
    pub(super) fn instance_detector(
        &mut self,
        entry: TrafficId,
        (path, cause, written): (String, CauseId, String),
        (part, place): (PartId, PlaceId),
        check: &InstanceCheck,
        pointer: &Pointer,
    ) -> DetectorId {
        let subject = Subject {
            path,
            written,
            cause,
            watches: Watch::Instance(entry, part),
            vantage: vec![place],
            voters: 1,
        };
        let check = Check {
            every: check.every,
            timeout: check.timeout,
            after: check.after,
            back_after: check.back_after,
            pace: check.pace,
            from: None,
            agree: Agree::Majority,
            false_positive: check.false_positive,
        };
        self.detector(subject, &check, pointer)
    }

    fn internet(&mut self, count: u32, pointer: &Pointer) -> (Vec<PlaceId>, usize) {
        if count > VANTAGE_MAX {
            let message = format!("{count} vantage points are more than this program simulates");
            self.error(
                Code::TooManyParts,
                &pointer.key("from"),
                message,
                format!("write at most {VANTAGE_MAX}"),
            );
        }
        let count = count.min(VANTAGE_MAX) as usize;
        (vec![PlaceId::INTERNET; count], count)
    }

    fn vantage_places(&mut self, paths: &[PlacePath], pointer: &Pointer) -> (Vec<PlaceId>, usize) {
        let here = pointer.key("from");
        if paths.is_empty() {
            self.error(
                Code::Vantage,
                &here,
                "nothing probes from an empty list of places",
                "name at least one place",
            );
        }
        let places: Vec<PlaceId> = paths
            .iter()
            .enumerate()
            .filter_map(|(index, path)| self.place_or_internet(path, &here.index(index)))
            .collect();
        // What was reported still counts, so that one wrong name does not also break the quorum.
        (places, paths.len())
    }

    fn agree(&mut self, check: &Check, voters: usize, pointer: &Pointer) -> usize {
        let agree = match check.agree {
            Agree::Count(count) => count.get() as usize,
            // A share such as 82 % of 50 is 41, although the product in binary is a rounding above.
            Agree::Share(share) => {
                ((share.value() * voters as f64 - 1e-9).ceil().max(1.0)) as usize
            }
            Agree::Majority => voters / 2 + 1,
        };
        if agree > voters && voters > 0 {
            let message = format!("{agree} vantage points must agree, but there are {voters}");
            self.error(
                Code::Quorum,
                &pointer.key("agree"),
                message,
                "lower `agree`, or probe from more places",
            );
        }
        agree
    }

    fn detector(&mut self, subject: Subject, check: &Check, pointer: &Pointer) -> DetectorId {
        self.require_positive(
            check.every.is_zero(),
            "the time between probes",
            &pointer.key("every"),
        );
        self.require_positive(
            check.timeout.is_zero(),
            "the timeout of a probe",
            &pointer.key("timeout"),
        );
        let up_after = check.back_after.unwrap_or(check.after).get();
        for (count, key) in [
            (Some(check.after), "after"),
            (check.back_after, "back-after"),
        ] {
            if let Some(count) = count.filter(|count| count.get() > THRESHOLD_MAX) {
                let message =
                    format!("{count} probes in a row are more than this program simulates");
                let help = format!("write at most {THRESHOLD_MAX}");
                self.error(Code::TooManyParts, &pointer.key(key), message, help);
            }
        }
        let agree = self.agree(check, subject.voters, pointer);
        let probers = Probers {
            count: subject.voters,
            agree: agree.min(subject.voters),
            every_seconds: check.every.seconds(),
            down_after: check.after.get().min(THRESHOLD_MAX),
            up_after: up_after.min(THRESHOLD_MAX),
            false_positive: check.false_positive.value(),
        };
        let text = "Its probes never fail while the target is healthy: an assumption";
        self.assume_if(
            check.false_positive.value() <= 0.0,
            format!("{}.false-positive", subject.written),
            text,
        );
        let text = "A probe waits 5 s for an answer: an assumption";
        self.assume_if(
            check.timeout == Duration::seconds_exactly(5),
            format!("{}.timeout", subject.written),
            text,
        );
        let id = DetectorId::from(self.detectors.len());
        self.detectors.push(Detector {
            cause: subject.cause,
            watches: subject.watches,
            vantage: subject.vantage,
            agree,
            every: check.every.span(),
            timeout: check.timeout.span(),
            pace: match check.pace {
                model::services::Pace::Fixed => Pace::Fixed,
                model::services::Pace::AfterAnswer => Pace::AfterAnswer,
            },
            down_after: check.after.get(),
            up_after,
            false_alarm_every: if probers.count == 0 {
                None
            } else {
                false_alarm_every(&probers)
            },
            draw_phase: self.draws.draw(&subject.path, purpose::PHASE),
            draw_alarm: self.draws.draw(&subject.path, purpose::ALARM),
            path: subject.path,
        });
        id
    }
}
