//! The figures of one store.

use std::fmt::Write;

use super::super::number;
use super::layout::{Palette, line, line_if};
use crate::study::result::StoreFigures;

/// The block of one store.
pub fn render(name: &str, figures: &StoreFigures, palette: &Palette) -> String {
    let mut text = format!("\n{}\n", palette.heading(&format!("Store {name}")));
    text += &line("promotions", &figures.promotions_per_year);
    text += &line("promotions that lose writes", &figures.loss_events_per_year);
    text += &line("writes lost for good", &figures.lost_writes_per_year);
    text += &line(
        "writes orphaned on an old primary",
        &figures.orphaned_writes_per_year,
    );
    text += &line(
        "orphaned writes recovered",
        &figures.recovered_writes_per_year,
    );
    text += &loss(figures);
    let dual = &figures.dual_primary;
    text += &line("two members willing to write", &dual.per_year);
    let split = &figures.split_brain;
    text += &line("split brains", &split.per_year);
    text += &line_if("chance of one in a year", split.chance_per_year.as_ref());
    text += &line_if(
        "chance of one in a window",
        split.chance_per_window.as_ref(),
    );
    if split.overlap.mean.estimate.is_some() {
        text += &line("split brain, mean duration", &split.overlap.mean);
        text += &line(
            "divergent writes in one, mean",
            &split.divergent_writes.mean,
        );
    }
    // An asynchronous store never has any.
    let degraded = &figures.degraded.seconds_per_year;
    let was_seen = degraded.estimate.is_some_and(|seconds| seconds > 0.0);
    text + &line_if("time with less replication", was_seen.then_some(degraded))
}

/// RPO by scope.
fn loss(figures: &StoreFigures) -> String {
    let mut text =
        "  RPO by what failed           mean        writes, mean  19 of 20 within\n".to_owned();
    for (scope, loss) in &figures.rpo {
        let p95 = number::show(&loss.seconds.p95);
        let row = format!(
            "    {scope:<24} {:<11} {:<13} {:<16} {}",
            number::show(&loss.seconds.mean).estimate,
            number::show(&loss.writes.mean)
                .estimate
                .replace(" writes", ""),
            p95.estimate,
            p95.interval,
        );
        let _ = writeln!(text, "{}", row.trim_end());
    }
    text
}
