//! The readable verdict: objectives first, then figures, then what owns the downtime.
//!
//! Written for someone who has never seen the tool: every number has its unit and its interval, every bar has its
//! number beside it, and no meaning is carried by colour alone. About 96 columns wide.

mod attribution;
mod journeys;
mod layout;
mod objectives;
mod rare;
mod stores;

use std::fmt::Write;

use super::number;
use crate::estimate::figure::unit;
use crate::study::result::ResultDocument;
use crate::time::YEAR_SECONDS;

pub use layout::Palette;

/// The report as text.
#[must_use]
pub fn render(document: &ResultDocument, palette: &Palette) -> String {
    let mut text = header(document, palette);
    text.push_str(&objectives::render(document, palette));
    for (name, figures) in &document.journeys {
        text.push_str(&journeys::render(name, figures, palette));
    }
    text.push_str(&requests(document, palette));
    for (name, figures) in &document.stores {
        text.push_str(&stores::render(name, figures, palette));
    }
    for table in &document.causes {
        let stages = document
            .stages
            .iter()
            .find(|stages| stages.journey == table.journey);
        text.push_str(&attribution::render(document, table, stages, palette));
    }
    text.push_str(&rare::render(document, palette));
    text.push_str(&assumptions(document, palette));
    text.push_str(&replay(document, palette));
    text
}

fn header(document: &ResultDocument, palette: &Palette) -> String {
    let provenance = &document.provenance;
    let window_seconds = provenance.window.length_seconds;
    let mut text = format!("{}\n", palette.heading(&provenance.model));
    let _ = writeln!(
        text,
        "{} of {} = {}, seed {}",
        number::counted(provenance.trials, "trial"),
        window(window_seconds),
        simulated(provenance.trials as f64 * window_seconds),
        provenance.seed,
    );
    if !provenance.complete {
        text.push_str(
            "Interrupted: these are the trials that were finished, fewer than asked for.\n",
        );
    }
    if provenance.cut_off > 0 {
        let _ = writeln!(
            text,
            "In {} an incident did not end within ten windows and was cut off there.",
            number::counted(provenance.cut_off, "trial")
        );
    }
    text.push_str(
        "The range after a figure holds the true value of the model in 95 of 100 studies.\n",
    );
    text
}

const DAY_SECONDS: f64 = 86_400.0;

/// The length of a window: in days, if it is some.
fn window(seconds: f64) -> String {
    let days = seconds / DAY_SECONDS;
    if days >= 1.0 && days == days.trunc() {
        number::counted(days as u64, "day")
    } else {
        number::exact(seconds, unit::SECONDS)
    }
}

/// The time of all trials together: in years, if it is some.
fn simulated(seconds: f64) -> String {
    let years = seconds / YEAR_SECONDS;
    if years >= 10.0 || (years >= 1.0 && years == years.trunc()) {
        number::counted(years as u64, "simulated year")
    } else if years >= 1.0 {
        format!("{years:.1} simulated years")
    } else {
        // Only the years are worth more digits than a second.
        let whole = if seconds >= 60.0 {
            seconds.round()
        } else {
            seconds
        };
        format!("{} simulated", number::exact(whole, unit::SECONDS))
    }
}

fn requests(document: &ResultDocument, palette: &Palette) -> String {
    if document.journeys.len() < 2 {
        return String::new();
    }
    let rows = [("reads", &document.reads), ("writes", &document.writes)];
    let lines: String = rows
        .iter()
        .filter_map(|(name, figures)| {
            let figure = &figures.as_ref()?.availability.request;
            Some(layout::line(&format!("availability of all {name}"), figure))
        })
        .collect();
    if lines.is_empty() {
        return lines;
    }
    format!("\n{}\n{lines}", palette.heading("All journeys"))
}

fn assumptions(document: &ResultDocument, palette: &Palette) -> String {
    if document.assumptions.is_empty() {
        return String::new();
    }
    let mut text = format!("\n{}\n", palette.heading("What these figures assume"));
    for assumption in &document.assumptions {
        let sentence = if assumption.path.is_empty() {
            assumption.text.clone()
        } else {
            format!("{}: {}", assumption.path, assumption.text)
        };
        text.push_str(&layout::wrapped("  - ", &sentence));
    }
    text
}

fn replay(document: &ResultDocument, palette: &Palette) -> String {
    let provenance = &document.provenance;
    format!(
        "\n{}\n  fivenines trace MODEL --seed {} --trial 0    what happened in a trial, and why (0 to {})\n  \
         model hash {}, fivenines {}, numbers revision {}\n",
        palette.heading("Replay"),
        provenance.seed,
        provenance.trials.saturating_sub(1),
        provenance.model_hash,
        provenance.version,
        provenance.numbers_revision,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::study::example;

    #[test]
    fn the_report_of_a_study_made_by_hand() {
        let (study, outcome) = example::outcome();
        let document = ResultDocument::new(&study, &outcome);
        insta::assert_snapshot!(render(&document, &Palette::PLAIN));
    }

    #[test]
    fn times_are_said_as_people_do() {
        assert_eq!(window(1.0), "1s");
        assert_eq!(window(DAY_SECONDS), "1 day");
        assert_eq!(window(30.0 * DAY_SECONDS), "30 days");
        assert_eq!(window(1.5 * DAY_SECONDS), "1d 12h");
        assert_eq!(simulated(100.0), "1m 40s simulated");
        assert_eq!(simulated(YEAR_SECONDS), "1 simulated year");
        assert_eq!(simulated(1.5 * YEAR_SECONDS), "1.5 simulated years");
        assert_eq!(simulated(1000.0 * YEAR_SECONDS), "1,000 simulated years");
    }

    #[test]
    fn a_short_window_says_what_is_missing() {
        let (mut study, outcome) = example::outcome();
        study.topology.window.length = crate::time::Span::from_seconds(30.0 * DAY_SECONDS);
        let text = render(&ResultDocument::new(&study, &outcome), &Palette::PLAIN);
        assert!(text.contains("No whole month of 30 d 10 h fits"), "{text}");
    }

    #[test]
    fn emphasis_adds_nothing_but_itself() {
        let (study, outcome) = example::outcome();
        let document = ResultDocument::new(&study, &outcome);
        let marked = Palette {
            heading: "\u{1}",
            good: "\u{1}",
            bad: "\u{1}",
            open: "\u{1}",
            reset: "\u{1}",
        };
        let emphasised = render(&document, &marked);
        assert!(emphasised.contains('\u{1}'));
        assert_eq!(
            emphasised.replace('\u{1}', ""),
            render(&document, &Palette::PLAIN)
        );
    }
}
