//! Guides of stores whose faults have to come one after the other: repairs in a promotion, standbys that fall behind, and
//! primaries that were replaced.

use super::super::drill::Drills;
use super::super::event::Events;
use super::super::guide::{Guide, Rarity, Target, targets};
use super::{sets, topology};
use crate::topology::{JourneyId, StoreId, Topology};
use crate::world::Layout;

/// One store whose primary may come back while its standby is promoted for 20 s.
fn returning(fence: &str, faults: &str) -> Topology {
    topology(&format!(
        "places: {{ east: {{}}, west: {{}}, witness: {{}} }}
{faults}stores:
  db:
    members: {{ primary: east, async: west }}
    member: {{ fails: {{ every: 100y, lasts: {{ exponential: {{ mean: 1h }} }} }} }}
    replication: async
    failover:
      detect: {{ every: 10s, after: 3, from: [witness], agree: 1 }}
      fence: {fence}
      promote: 20s
      redirect: 5s
journeys: {{ order: {{ writes: db, rate: 10/s }} }}
"
    ))
}

const RARE_CUT: &str = "faults:\n  cut: { cuts: [east <-> west, witness <-> east], every: 100000y, lasts: { mean: 1h } }\n";

/// The drill that repairs it late sees one primary only; so it has to be repaired in between, too, and counts with the
/// chance of that: 20 s of an hour, 25 s after the strike.
#[test]
fn a_primary_that_comes_back_during_a_promotion_is_a_second_one() {
    let topology = returning("none", RARE_CUT);
    let target = Target::SplitBrain(StoreId(0));
    let guide = Guide::new(&topology, Rarity::All);
    let [member, cut, ..] = &guide.leads_to(&topology, target)[..] else {
        panic!("two sets");
    };
    assert_eq!(
        member.needs,
        [("stores.db.members.east.fails".to_owned(), 1)]
    );
    assert_eq!(cut.needs, [("faults.cut".to_owned(), 1)]);
    let within = crate::math::exp(-25.0 / 3600.0) * (1.0 - crate::math::exp(-20.0 / 3600.0));
    assert!(
        (member.per_year / (0.01 * within) - 1.0).abs() < 1e-3,
        "{member:?}"
    );
    assert!((cut.per_year / 1e-5 - 1.0).abs() < 0.01, "{cut:?}");
}

/// With a lease, it takes a primary that ignores its end as well; and it need not come back in time if it comes back
/// while its successor is down.
#[test]
fn a_primary_that_comes_back_and_ignores_its_lease_is_a_second_one() {
    let lease = "{ lease: { ttl: 30s, renew: 10s, margin: 5s, works: 99% } }";
    let found = sets(&returning(lease, ""), Target::SplitBrain(StoreId(0)));
    let ignores = "stores.db.failover.fence + stores.db.members.east.fails";
    let while_down = format!("{ignores} + stores.db.members.west.fails");
    assert_eq!(found, [ignores, &while_down]);
}

/// All at once, nobody has had the time to fall behind.
#[test]
fn a_standby_that_is_cut_off_is_promoted_once_the_other_is_gone() {
    let topology = topology(
        "places: { p: {}, q: {}, r: {}, witness: {} }
faults:
  cut: { cuts: p -> q, every: 1y, lasts: 1h }
  primary: { hits: p, every: 1y, lasts: 10m }
  other: { hits: r, every: 1y, lasts: 1h }
stores:
  db:
    members: { primary: p, async: [q, r] }
    replication: async
    lag: 200ms
    failover: { detect: { every: 10s, after: 3, from: [witness], agree: 1 }, promote: 20s, redirect: 5s }
journeys: { order: { writes: db, rate: 10/s } }
",
    );
    let found = sets(&topology, Target::Backlog(StoreId(0)));
    assert_eq!(found, ["cut@p->q + other@r + primary@p"]);
    let (events, layout) = (Events::new(&topology), Layout::new(&topology));
    let mut drills = Drills::new(&topology, &events);
    let base = drills.base(&layout);
    let mut all = targets(&topology).into_iter();
    let backlog = all.position(|target| target == Target::Backlog(StoreId(0)));
    let cost = drills.run(&base, &[(0, 1), (1, 1), (2, 1)]).costs[backlog.expect("a target")];
    // The primary is last three times in four: a quarter of an hour after the others, or once in four times so late that
    // they are over in five minutes. Standbys take half an hour to catch up, half as long as they were gone, and lack as
    // much in the middle of it: the first while the other is gone, or both.
    let last = 0.75 * (0.75 * 900.0 + 0.25 * 3300.0);
    assert!(
        (cost - (last + 0.5 * 1800.0 + 0.25 * 1800.0)).abs() < 1.0,
        "{cost}"
    );
}

/// A store of two members with a witness, and these faults.
fn pair(faults: &str) -> Topology {
    topology(&format!(
        "places: {{ p: {{}}, q: {{}}, witness: {{}} }}
faults:
{faults}stores:
  db:
    members: {{ primary: p, async: q }}
    replication: async
    failover: {{ detect: {{ every: 10s, after: 3, from: [witness], agree: 1 }}, promote: 20s, redirect: 5s }}
journeys: {{ order: {{ writes: db, rate: 10/s }} }}
"
    ))
}

/// A standby that is gone for days once it is the primary, before the old one has come back as a standby: together and
/// repaired together they cost minutes.
#[test]
fn a_successor_that_is_gone_is_waited_for() {
    let topology = pair(
        "  primary: { hits: p, every: 100d, lasts: 10m }
  standby: { hits: q, every: 1y, lasts: 2d }
",
    );
    let (events, layout) = (Events::new(&topology), Layout::new(&topology));
    let mut drills = Drills::new(&topology, &events);
    let base = drills.base(&layout);
    let outcome = drills.run(&base, &[(0, 1), (1, 1)]);
    // The standby is last once in 289 times, and then it takes two days; else some ten minutes.
    let days = 2.0 * 86_400.0;
    let share = 600.0 / (600.0 + days);
    assert!((outcome.costs[0] - share * days - 600.0).abs() < 60.0);
    let spread = outcome.spreads[0] * outcome.costs[0] * outcome.costs[0] / (share * days * days);
    assert!((spread - 1.0).abs() < 0.01, "{spread}");
    let guide = Guide::new(&topology, Rarity::Rare);
    assert!(guide.estimates(Target::Requests(JourneyId(0))));
}

/// Together and repaired together they leave one primary: the old one hears of the other when it comes back. It does not
/// if the cut strikes late, once its standby has been promoted, and is still there.
#[test]
fn a_primary_that_comes_back_during_a_cut_is_a_second_one() {
    let topology = pair(
        "  cut: { cuts: p <-> q, every: 40d, lasts: 3m }
  primary: { hits: p, every: 40d, lasts: 10m }
",
    );
    let two = Target::SplitBrain(StoreId(0));
    let found = sets(&topology, two);
    assert_eq!(found, ["cut@p<->q + primary@p"]);
    let guide = Guide::new(&topology, Rarity::Rare);
    // The same set leads there from the other primary on: what is down is the old one, and the cut is missing.
    assert_eq!(guide.configurations[1].primaries, [1]);
    let leads = |configuration: usize| {
        let cuts = guide.configurations[configuration].cuts.iter();
        let cuts = cuts.filter(|cut| cut.target == guide.place_of(two));
        cuts.map(|cut| cut.needs.clone()).collect::<Vec<_>>()
    };
    assert_eq!(leads(1), leads(0));
    // The cut is last ten times in thirteen, and then outlasts the other three times in thirteen.
    let often = guide.failures_per_trial(two, &topology);
    let (day, year) = (86_400.0, 365.0 * 86_400.0);
    let both = 600.0 * 180.0 / (40.0 * day * 40.0 * day) * (1.0 / 600.0 + 1.0 / 180.0);
    let per_year = both * 10.0 / 13.0 * 3.0 / 13.0 * year;
    assert!((often / per_year - 1.0).abs() < 0.01, "{often} {per_year}");
}
