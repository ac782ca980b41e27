//! Failures that hang together over a whole trial, and years that the plain trials therefore have to tell.
//!
//! A law whose hazard falls brings strikes in clusters, one of many stages spaces them evenly, and a state that stays makes
//! every failure frequent from then on. The rate of failures is right in each case, and what follows from a rate alone
//! is wrong. Chances of none are known from renewal theory: a process in equilibrium has no strike in a window with the
//! mean of what is left of a life beyond it, over the mean life. What has no such form is compared with plain trials of another
//! seed. Deliberately absent: clusters too rare for plain trials, of which a result can only say that there may be some.

use fivenines::estimate::Figure as Known;
use fivenines::estimate::stopping::Plan;
use fivenines::math::{exp, gamma, gamma_upper_regularised, pow};
use fivenines::study::{Method, ResultDocument, Study};

use super::is_near;
use crate::case::Case;

const TRIALS: u64 = 2_000;
const PLAIN_TRIALS: u64 = 40_000;
const PLAIN_SEED: u64 = 4;

fn run(case: &Case, seed: u64, method: Method, trials: u64) -> ResultDocument {
    let plan = Plan::Trials(trials);
    let study = Study::new(case.topology(), String::new(), seed, plan, method);
    ResultDocument::new(&study, &study.run())
}

fn explored(case: &Case, seed: u64) -> ResultDocument {
    run(case, seed, Method::Auto, TRIALS)
}

/// The same by so many plain trials that their error is a small part of that of others.
fn plain(case: &Case) -> ResultDocument {
    run(case, PLAIN_SEED, Method::Plain, PLAIN_TRIALS)
}

/// What a result says beside its figures that has this word in it.
fn remarks<'d>(document: &'d ResultDocument, word: &str) -> Vec<&'d str> {
    let notes = document.assumptions.iter();
    notes
        .filter(|note| note.text.contains(word))
        .map(|note| note.text.as_str())
        .collect()
}

fn is_refuted(document: &ResultDocument) -> bool {
    !remarks(document, "refute").is_empty()
}

fn width(figure: &Known) -> f64 {
    figure.high.expect("bounded") - figure.low.expect("bounded")
}

/// One site that is down for two hours at each strike.
fn one_site(every: &str) -> Case {
    let body = format!(
        "places: {{ site: {{}} }}
faults:
  storm: {{ hits: site, every: {every}, lasts: 2h }}
services: {{ a: {{ runs: {{ site: 1 }} }} }}
journeys: {{ visit: {{ needs: [a], rate: 1/s }} }}
objectives: {{ visit: {{ availability: 99.9%, rto: 1h }} }}
"
    );
    Case::down("storms", 0, &body, 0.0)
}

fn no_outage(document: &ResultDocument) -> &Known {
    let chance = &document.journeys["visit"].no_outage.chance_per_year;
    chance.as_ref().expect("a year")
}

fn rto_met(document: &ResultDocument) -> &Known {
    let objective = document.journeys["visit"].objective.rto.as_ref();
    let chance = &objective.expect("an objective").chance_met_per_year;
    chance.as_ref().expect("a year")
}

fn year_met(document: &ResultDocument) -> &Known {
    let objective = document.journeys["visit"].objective.availability.as_ref();
    let chance = &objective.expect("an objective").chance_met_per_year;
    chance.as_ref().expect("a year")
}

fn bad_year(document: &ResultDocument) -> &Known {
    let year = document.journeys["visit"]
        .downtime_distribution
        .year
        .as_ref();
    &year.expect("a year").p99
}

/// That chances of no outage are near the exact one, and bad years near those of plain trials.
fn prove(case: &Case, calm: f64) {
    let reference = plain(case);
    for seed in 1..=3 {
        let document = explored(case, seed);
        assert!(is_refuted(&document), "seed {seed}");
        // Neglected: outages from before the window.
        let none = no_outage(&document);
        assert!(is_near(none, calm, 1e-4), "seed {seed}: {none:?} {calm}");
        for figure in [year_met, bad_year] {
            let (known, other) = (figure(&document), figure(&reference));
            let value = other.estimate.expect("many trials");
            assert!(
                is_near(known, value, width(other)),
                "seed {seed}: {known:?} {other:?}"
            );
        }
    }
}

/// A Weibull law of shape 1/2 and mean 2 b has exp(-sqrt(t / b)) left at t, and 2 b (1 + sqrt(t / b)) times that beyond.
#[test]
fn strikes_of_a_falling_hazard_spare_most_years() {
    let root = 0.5_f64.sqrt();
    let calm = (1.0 + root) * exp(-root);
    prove(&one_site("{ weibull: { shape: 0.5, mean: 4y } }"), calm);
}

/// After four of five repairs the fault is back within days, after the fifth one in decades.
#[test]
fn bad_repairs_bring_outages_back() {
    let case = one_site("{ mixture: [{ share: 80%, law: 1d }, { share: 20%, law: 20y }] }");
    let lives = [(0.8, 1.0 / 365.0), (0.2, 20.0)];
    let mean: f64 = lives.iter().map(|(share, mean)| share * mean).sum();
    let beyond = |(share, mean): &(f64, f64)| share * mean * exp(-1.0 / mean);
    prove(&case, lives.iter().map(beyond).sum::<f64>() / mean);
    // Five outages of two hours are more than a year may have: one from a long life, and then four short ones in a row.
    let missed = (1.0 - exp(-1.0 / 20.0)) * pow(0.8, 4.0);
    for seed in 1..=3 {
        let document = explored(&case, seed);
        let met = year_met(&document);
        // Neglected: the days that four lives take, and rows that begin with a short one.
        assert!(
            is_near(met, 1.0 - missed, 6e-4),
            "seed {seed}: {met:?} {missed}"
        );
    }
}

/// A hundred stages let a year have one strike or none: a third of the years has one, since a life takes three.
#[test]
fn wear_spaces_outages_evenly() {
    let case = one_site("{ erlang: { mean: 3y, stages: 100 } }");
    for seed in 1..=3 {
        let document = explored(&case, seed);
        assert!(is_refuted(&document), "seed {seed}");
        let none = no_outage(&document);
        assert!(is_near(none, 2.0 / 3.0, 1e-4), "seed {seed}: {none:?}");
        let worst = bad_year(&document);
        assert_eq!(worst.estimate, Some(7_200.0), "seed {seed}: {worst:?}");
        assert_eq!(worst.high, Some(7_200.0), "seed {seed}: {worst:?}");
    }
}

/// Once clients have been sent to the other site they stay there, where outages are frequent and no check notices any.
#[test]
fn a_state_that_stays_makes_outages_frequent() {
    let case = Case::down(
        "stays",
        0,
        "places: { a: {}, b: {} }
faults:
  loss: { hits: a, every: 20y, lasts: 1h }
  dips: { hits: b, every: 10d, lasts: 5m }
services: { app: { runs: { a: 1, b: 1 } } }
traffic:
  app.example.com:
    to: app
    dns:
      failover: [a, b]
      ttl: 60s
      stale: []
      check: { every: 10s, after: 60, back-after: 1 }
      answers-after: 1s
      fail-back: never
journeys: { visit: { enters: app.example.com, rate: 1/s } }
objectives: { visit: { availability: 99.99%, rto: 1h } }
",
        0.0,
    );
    prove(&case, exp(-1.0 / 20.0));
    for seed in 1..=3 {
        // No outage takes an hour, and none was seen to.
        let document = explored(&case, seed);
        let chance = rto_met(&document);
        let low = chance.low.expect("bounded");
        assert!(
            chance.estimate == Some(1.0) && low > 0.998,
            "seed {seed}: {chance:?}"
        );
    }
}

/// A pair in two sites that splits its brain whenever the link between them is cut.
fn pair(every: &str) -> Case {
    let body = format!(
        "places: {{ north: {{ zones: [hall] }}, south: {{ zones: [hall] }} }}
faults:
  cut: {{ cuts: north <-> south, every: {every}, lasts: 1h }}
services: {{ app: {{ runs: {{ north: 1, south: 1 }} }} }}
stores:
  db:
    members: {{ primary: north/hall, async: south/hall }}
    replication: async
    lag: 100ms
    failover:
      detect: {{ every: 5s, timeout: 5s, after: 3 }}
      decide: automatic
      fence: none
      promote: 10s
      redirect: 2s
      steps-down: 10s
      rejoin: 5m
traffic:
  app.example.com:
    to: app
    dns:
      spread: {{ north: 1, south: 1 }}
      ttl: 60s
      check: {{ every: 10s, timeout: 4s, after: 3, from: 3 }}
journeys: {{ visit: {{ enters: app.example.com, writes: db, rate: 1/s }} }}
objectives: {{ visit: {{ availability: 99.9%, rto: 5m, rpo: 10s, split-brain: 1e-3/y }} }}
"
    );
    Case::down("pair", 0, &body, 0.0)
}

/// Cuts by a Weibull law of shape k and scale b spare a year with Q(1 / k, b^-k).
#[test]
fn cuts_that_cluster_split_a_brain_in_few_years() {
    let case = pair("{ weibull: { shape: 0.4, mean: 3y } }");
    let scale = 3.0 / gamma(3.5);
    let exact = 1.0 - gamma_upper_regularised(2.5, pow(1.0 / scale, 0.4));
    for seed in 1..=3 {
        let document = explored(&case, seed);
        assert!(is_refuted(&document), "seed {seed}");
        for chance in [
            &document.stores["db"].split_brain.chance_per_year,
            &document.stores["db"].dual_primary.chance_per_year,
        ] {
            let chance = chance.as_ref().expect("a year");
            // Neglected: cuts from before the window.
            assert!(
                is_near(chance, exact, 1e-3),
                "seed {seed}: {chance:?} {exact}"
            );
        }
    }
}

/// A gamma law of shape k and scale b has k b Q(k + 1, t / b) - t Q(k, t / b) left beyond t on the average: too few trials to
/// refute exp(-rate) do not make it pass for the chance of none.
#[test]
fn strikes_that_keep_apart_are_not_taken_for_random() {
    for (shape, mean) in [(2.0, 300.0), (3.0, 400.0), (4.0, 900.0)] {
        let case = one_site(&format!("{{ gamma: {{ mean: {mean}d, shape: {shape} }} }}"));
        let scaled = 365.0 * shape / mean;
        let calm = gamma_upper_regularised(shape + 1.0, scaled)
            - 365.0 / mean * gamma_upper_regularised(shape, scaled);
        for (seed, trials) in [(1, 100), (2, 100), (3, 100), (1, 300), (2, 300), (3, 300)] {
            let document = run(&case, seed, Method::Branches, trials);
            for chance in [no_outage(&document), rto_met(&document)] {
                // Neglected: that an outage of two hours puts the next one off.
                assert!(
                    is_near(chance, calm, 1e-3),
                    "{mean} {seed}: {chance:?} {calm}"
                );
            }
        }
    }
}

/// Where others wait for a crew that may be busy for very long, and some of its repairs begin no branch because they are
/// under way too often, the result says so.
#[test]
fn long_repairs_that_hold_up_a_crew_are_named() {
    let remarks_of = |every: &str, lasts: &str, hands: u32| {
        let body = format!(
            "places: {{ site: {{}} }}
crews: {{ night: {hands} }}
services:
  a:
    runs: {{ site: 4 }}
    at-least: 2
    instance: {{ fails: {{ every: {every}, lasts: {lasts}, crew: night }} }}
journeys: {{ visit: {{ needs: [a], rate: 1/s }} }}
"
        );
        let document = run(&Case::down("crew", 0, &body, 0.0), 1, Method::Branches, 64);
        remarks(&document, "that this crew does").len()
    };
    let uneven = "{ median: 2h, p95: 20h }";
    assert_eq!(remarks_of("5d", uneven, 1), 1);
    assert_eq!(remarks_of("10y", uneven, 1), 0);
    assert_eq!(remarks_of("5d", uneven, 4), 0);
    assert_eq!(remarks_of("5d", "{ exponential: { mean: 5h } }", 1), 0);
}

/// At most one target in a thousand may be refuted by chance alone: less than one of six hundred.
#[test]
fn independent_failures_are_believed() {
    let cases = [one_site("4y"), pair("6y")];
    let refuted: Vec<(usize, u64)> = (1..=200)
        .flat_map(|seed| [(0, seed), (1, seed)])
        .filter(|(case, seed)| is_refuted(&run(&cases[*case], *seed, Method::Auto, 300)))
        .collect();
    // Five of these have the probability 4e-4 if 0.6 are expected.
    assert!(refuted.len() < 5, "{refuted:?}");
    let believed = explored(&cases[0], 1);
    let method = &bad_year(&believed).method;
    assert!(method.contains("compound Poisson"), "{method}");
}

/// Where no trial can refute anything, the result names the cause that clusters, and only that.
#[test]
fn rare_clusters_are_named() {
    let remarks_of = |every: &str| {
        let document = explored(&one_site(every), 1);
        assert!(!is_refuted(&document), "{every}");
        let remarks = remarks(&document, "come in clusters");
        remarks.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let named = remarks_of("{ weibull: { shape: 0.5, mean: 40000y } }");
    assert!(
        named.len() == 1 && named[0].contains("faults.storm"),
        "{named:?}"
    );
    assert!(remarks_of("40000y").is_empty());
    assert!(remarks_of("{ weibull: { shape: 2, mean: 40000y } }").is_empty());
}
