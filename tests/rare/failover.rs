//! What detection and failover cost when everything else works: the rate of failures times a delay.

use fivenines::math::exp;

use super::case::{Case, Figure, HOUR, YEAR};

/// Years between two losses of the first region, and seconds that one lasts.
const REGION_YEARS: f64 = 30.0;
const REGION_LASTS: f64 = 2.0 * HOUR;

/// DNS follows to the second region: found after 25 s on average (the third of three probes in a row, 10 s apart, from a
/// random phase; the target refuses), answered 3 s later, and clients follow evenly over a TTL of 60 s.
pub fn dns(scale: f64) -> Case {
    let every = REGION_YEARS / scale;
    let body = format!(
        "places: {{ east: {{ zones: [a] }}, west: {{ zones: [a] }} }}
faults:
  region: {{ hits: east, every: {every}y, lasts: {{ fixed: {REGION_LASTS}s }}, effect: refuses }}
services:
  api: {{ runs: {{ east: 1, west: 1 }} }}
traffic:
  www:
    to: api
    dns: {{ failover: [east, west], ttl: 60s, stale: [], answers-after: 3s, check: {{ every: 10s, timeout: 4s, after: 3 }} }}
journeys: {{ visit: {{ enters: www, rate: 10/s }} }}
"
    );
    // Down until 1 % of the clients are left.
    let exact = (25.0 + 3.0 + 0.99 * 60.0) / (every * YEAR + REGION_LASTS);
    Case::down("dns", 30, &body, exact)
}

/// The same, of requests: half of the clients are still there on average while they follow.
pub fn dns_requests(scale: f64) -> Case {
    let exact = (25.0 + 3.0 + 30.0) / (REGION_YEARS / scale * YEAR + REGION_LASTS);
    dns(scale)
        .named("dns-requests")
        .asks(Figure::UnavailabilityRequest, exact)
}

/// Years between two crashes of the first member.
const CRASH_YEARS: f64 = 50.0;

/// A store of two members. A crash of the first costs 25 s of detection, an exponential promotion of mean 20 s and a
/// redirection of 5 s; when it is back, the planned switch to it costs another 5 s.
///
/// It is a standby 5 m after its repair (it rejoins), and primary 10 m (it is healthy) and 5 s later. A crash in that
/// time costs nothing, and the wait begins again, without the rejoining if that was over; what it missed by such a crash
/// it catches up within those 10 m.
pub fn store(scale: f64) -> Case {
    let every = CRASH_YEARS / scale;
    let body = format!(
        "places: {{ east: {{ zones: [a] }}, west: {{ zones: [a] }}, witness: {{}} }}
faults:
  crash: {{ hits: member db@east/a, every: {every}y, lasts: {{ fixed: 1h }} }}
stores:
  db:
    members: {{ primary: east/a, async: west/a }}
    replication: async
    catch-up: 100
    failover:
      detect: {{ every: 10s, after: 3, from: [witness], agree: 1 }}
      promote: {{ exponential: {{ mean: 20s }} }}
      redirect: 5s
      steps-down: 10s
      rejoin: 5m
      fail-back: {{ after: 10m, takes: 5s }}
journeys: {{ order: {{ writes: db, rate: 10/s }} }}
"
    );
    let every = every * YEAR;
    let exact = primary_at_crash(every) * (25.0 + 20.0 + 5.0 + 5.0) / (every + HOUR);
    Case::down("store", 30, &body, exact)
}

/// The chance that a crash finds the first member primary: crashes are a chain of two states, by whether it has to
/// rejoin after the repair, and the time to the next crash is exponential.
fn primary_at_crash(every: f64) -> f64 {
    let (rejoins, waits) = (300.0, 605.0);
    let no_crash_for = |seconds: f64| exp(-seconds / every);
    let standby_crashes = no_crash_for(rejoins) - no_crash_for(rejoins + waits);
    let standby = standby_crashes / (standby_crashes + no_crash_for(waits));
    (1.0 - standby) * no_crash_for(rejoins + waits) + standby * no_crash_for(waits)
}
