//! The figures of one journey.

use std::fmt::Write;

use super::super::number;
use super::layout::{Palette, line, line_if, wrapped};
use crate::study::result::{JourneyFigures, Mean, RecoveryFigures};

/// The block of one journey.
pub fn render(name: &str, figures: &JourneyFigures, palette: &Palette) -> String {
    let mut text = format!("\n{}\n", palette.heading(&format!("Journey {name}")));
    let years = &figures.downtime_distribution.year;
    let months = &figures.downtime_distribution.month;
    text += &line("availability of requests", &figures.availability.request);
    text += &line("availability over time", &figures.availability.time);
    text += &line("downtime, mean", &figures.downtime_per_year);
    text += &line_if(
        "downtime in 1 year of 20, at least",
        years.as_ref().map(|year| &year.p95),
    );
    text += &line_if(
        "downtime in 1 month of 20, at least",
        months.as_ref().map(|month| &month.p95),
    );
    text += &line("outages", &figures.outages_per_year);
    text += &line_if(
        "chance of a year without outage",
        figures.no_outage.chance_per_year.as_ref(),
    );
    text += &line_if(
        "chance of a window without outage",
        figures.no_outage.chance_per_window.as_ref(),
    );
    text += &line("outage, mean duration", &figures.outage_duration.mean);
    text += &line("outage, 19 of 20 within", &figures.outage_duration.p95);
    text + &recovery(figures)
}

/// RTO by scope, with the stages it is made of.
fn recovery(figures: &JourneyFigures) -> String {
    let mut text =
        "  RTO by what failed           mean        half within  19 of 20 within\n".to_owned();
    for (scope, recovery) in &figures.rto {
        let p95 = number::show(&recovery.p95);
        let row = format!(
            "    {scope:<24} {:<11} {:<12} {:<16} {}",
            number::show(&recovery.mean).estimate,
            number::show(&recovery.p50).estimate,
            p95.estimate,
            p95.interval,
        );
        let _ = writeln!(text, "{}", row.trim_end());
        text += &details(recovery);
    }
    text
}

/// The interval of the mean, and the stages.
fn details(recovery: &RecoveryFigures) -> String {
    let mut parts = Vec::new();
    let mean = number::show(&recovery.mean);
    if !mean.interval.is_empty() {
        let long = match (recovery.mean.estimate, recovery.p95.estimate) {
            (Some(mean), Some(p95)) if mean > p95 => ", raised by a few very long outages",
            _ => "",
        };
        parts.push(format!("mean {}{long}", mean.interval));
    }
    let stage = |(name, stage): (&String, &Mean)| {
        let is_felt = stage.mean.estimate.is_some_and(|seconds| seconds > 0.0);
        is_felt.then(|| format!("{name} {}", number::show(&stage.mean).estimate))
    };
    let stages: Vec<String> = recovery.stages.iter().filter_map(stage).collect();
    if !stages.is_empty() {
        parts.push(format!("downtime by stage: {}", stages.join(", ")));
    }
    if parts.is_empty() {
        return String::new();
    }
    wrapped("      ", &parts.join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::{ResultDocument, example};

    #[test]
    fn a_mean_above_the_95th_percentile_is_explained() {
        let (study, outcome) = example::outcome();
        let mut document = ResultDocument::new(&study, &outcome);
        let figures = &mut document.journeys["checkout"];
        let plain = recovery(figures);
        assert!(!plain.contains("very long"), "{plain}");
        figures.rto["any"].mean.estimate = Some(4000.0);
        let explained = recovery(figures);
        assert_eq!(
            explained.matches("very long outages").count(),
            1,
            "{explained}"
        );
    }
}
