//! Models of any number of places, alike but for their size.
//!
//! A region and its four zones are five places. Each zone has two instances of its region's service; each
//! region has an entry with a balancer and one journey. The number of events a trial therefore grows with the number of
//! places, and nothing else does. A trial is a month, so that the largest models play some within seconds. Deliberately absent: anything that is shared by all regions.

use std::fmt::Write;

const PLACES_OF_A_REGION: usize = 5;

/// A model of about this many places.
pub fn model_of(places: usize) -> String {
    let regions = (places / PLACES_OF_A_REGION).max(1);
    let each = |line: &dyn Fn(usize) -> String| -> String {
        (0..regions).fold(String::new(), |mut text, region| {
            writeln!(text, "  {}", line(region)).expect("a string takes all");
            text
        })
    };
    let place = each(&|region| format!("r{region}: {{ zones: [a, b, c, d] }}"));
    let service = each(&|region| {
        format!(
            "web{region}: {{ runs: {{ r{region}: 8 }}, instance: {{ fails: {{ every: 90d, lasts: {{ median: 4m, p95: \
             20m }} }}, serves: 100/s }} }}"
        )
    });
    let entry = each(&|region| {
        format!(
            "www{region}: {{ to: web{region}, at: r{region}, balancer: {{ l7: {{ tries: 2, active: {{ every: 10s, \
             after: 2 }} }} }} }}"
        )
    });
    let journey = each(&|region| format!("visit{region}: {{ enters: www{region}, rate: 200/s }}"));
    format!(
        "fivenines: 1\nname: fleet\nwindow: {{ length: 30d }}\nplaces:\n{place}faults:\n  zone-outage: {{ hits: each zone, every: 1y, lasts: {{ \
         median: 2h, p95: 12h }} }}\nservices:\n{service}traffic:\n{entry}journeys:\n{journey}"
    )
}
