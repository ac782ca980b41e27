//! Objectives, met or not, and how often.

use super::super::number;
use super::layout::{self, Palette};
use crate::study::result::ResultDocument;
use crate::study::verdict::{Promise, Status, Verdict};

/// The block of objectives.
pub fn render(document: &ResultDocument, palette: &Palette) -> String {
    let mut text = format!("\n{}\n", palette.heading("Objectives"));
    if document.objectives.is_empty() {
        text.push_str("  none: the model promises nothing (see `objectives` in the model)\n");
    }
    for verdict in &document.objectives {
        text.push_str(&one(verdict, palette));
    }
    text
}

fn one(verdict: &Verdict, palette: &Palette) -> String {
    let (word, colour) = match verdict.status {
        Status::Met => ("MET", palette.good),
        Status::NotMet => ("NOT MET", palette.bad),
        Status::Undecided => ("UNDECIDED", palette.open),
        Status::NeverTested => ("NOT TESTED", palette.open),
    };
    let first = format!(
        "  {colour}{word:<10}{}  {}: {}\n",
        palette.reset,
        verdict.journey,
        promise(verdict)
    );
    let indent = " ".repeat(14);
    first + &layout::wrapped(&indent, &evidence(verdict))
}

fn promise(verdict: &Verdict) -> String {
    let target = number::exact(verdict.target, &verdict.figure.unit);
    match verdict.promise {
        Promise::Availability => format!("at least {target} of requests served"),
        Promise::Rto => format!("19 of 20 outages restored within {target} (RTO)"),
        Promise::Rpo => {
            let store = store_of(verdict);
            format!("19 of 20 promotions of {store} lose at most {target} of writes (RPO)")
        }
        Promise::SplitBrain => format!("at most {target} split brains of {}", store_of(verdict)),
    }
}

fn store_of(verdict: &Verdict) -> String {
    let segments = crate::study::path::split(&verdict.path).unwrap_or_default();
    segments.into_iter().nth(1).unwrap_or_default()
}

fn evidence(verdict: &Verdict) -> String {
    let figure = number::phrase(&verdict.figure);
    let mut parts = vec![match (verdict.status, verdict.promise) {
        (Status::NeverTested, Promise::Rpo) => "no promotion was seen".to_owned(),
        (Status::NeverTested, _) => "no outage was seen".to_owned(),
        (_, Promise::Availability | Promise::SplitBrain) => format!("expected: {figure}"),
        (_, Promise::Rto) => format!("19 of 20 within {figure}"),
        (_, Promise::Rpo) => format!("19 of 20 within {figure}"),
    }];
    let periods = [
        ("month", &verdict.chance_met_per_month),
        ("year", &verdict.chance_met_per_year),
    ];
    for (period, chance) in periods {
        if let Some(chance) = chance {
            let shown = number::phrase(chance);
            parts.push(format!("chance that a {period} holds it: {shown}"));
        }
    }
    if verdict.status == Status::Undecided {
        parts.push("more trials would tell".to_owned());
    }
    parts.join("; ")
}
