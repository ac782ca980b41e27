//! Which figures come from weighted branches, and whether they can be trusted.

use std::fmt::Write;

use super::super::number;
use super::layout::Palette;
use crate::estimate::figure::unit;
use crate::study::result::ResultDocument;

/// The block about rare failures; empty if nothing was explored.
pub fn render(document: &ResultDocument, palette: &Palette) -> String {
    if document.rare.is_empty() {
        return String::new();
    }
    let mut text = format!("\n{}\n", palette.heading("Rare failures"));
    let branches = number::count(document.provenance.branches);
    let _ = writeln!(
        text,
        "  Explored by {branches} weighted branches of the trials; the figures of"
    );
    for note in &document.rare {
        let error = match note.relative_error {
            Some(error) => number::exact(round(error), unit::SHARE),
            None => "unknown".to_owned(),
        };
        let trials = number::counted(note.effective_trials as u64, "equal trial");
        let largest = number::exact(round(note.largest_share), unit::SHARE);
        let _ = writeln!(
            text,
            "    {}: standard error {error}, worth {trials}, the heaviest {largest} of all",
            note.path
        );
        let agrees = note.check.as_ref().is_none_or(|check| check.agrees);
        if agrees && !note.is_trustworthy {
            text.push_str(
                "      NOT TO BE TRUSTED YET: few trials carry it. Its ranges are widened; more trials may help.\n",
            );
        }
        if let Some(check) = &note.check {
            let verdict = if check.agrees { "agrees" } else { "DISAGREES" };
            let how = if check.inflated > 1.0 {
                format!(", failures {} times as frequent,", check.inflated)
            } else {
                String::new()
            };
            let _ = writeln!(
                text,
                "      plain simulation{how} {verdict} ({:.1} standard errors apart)",
                check.distance
            );
            if !agrees {
                text.push_str("      So branches are not believed here, and its figures come from plain trials.\n");
            }
        }
    }
    text
}

/// A share to a tenth of a percent: these numbers say how good others are.
fn round(share: f64) -> f64 {
    (share * 1e3).round() / 1e3
}
