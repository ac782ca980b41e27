//! What owns the downtime: sets of causes and stages of recovery, with bars that have their number beside them.

use std::fmt::Write;

use super::super::number;
use super::layout::{Palette, bar, percent, wrapped};
use crate::estimate::Figure;
use crate::study::result::{CauseTable, ResultDocument, StageTable};

/// How many sets of causes are shown; the rest is one line.
const ROWS: usize = 10;

/// The block of one journey; nothing if it was never down.
pub fn render(
    document: &ResultDocument,
    table: &CauseTable,
    stages: Option<&StageTable>,
    palette: &Palette,
) -> String {
    if table.rows.is_empty() {
        return String::new();
    }
    let heading = format!("What owns the downtime of {}", table.journey);
    let mut text = format!("\n{}", palette.heading(&heading));
    if let Some(figures) = document.journeys.get(&table.journey) {
        let _ = write!(text, ": {}", number::phrase(&figures.downtime_per_year));
    }
    text.push('\n');
    text += &causes(table);
    if let Some(stages) = stages {
        text += "  By stage of recovery\n";
        for row in stages.rows.iter().filter(|row| row.share > 0.0) {
            let shown = downtime(&row.downtime);
            let (share, drawn) = (percent(row.share), bar(row.share));
            let _ = writeln!(text, "  {share:>5}  {drawn}  {:<12}{shown}", row.stage);
        }
    }
    text
}

/// The downtime of a row; one whose interval is so wide that it rounds to nothing would look out of order.
fn downtime(figure: &Figure) -> String {
    let estimate = number::show(figure).estimate;
    if estimate.starts_with("under ") {
        "few seen".to_owned()
    } else {
        estimate
    }
}

fn causes(table: &CauseTable) -> String {
    let mut text = String::new();
    for row in table.rows.iter().take(ROWS) {
        let paths = if row.paths.is_empty() {
            "(no single cause)".to_owned()
        } else {
            row.paths.join(" + ")
        };
        let bullet = format!("  {:>5}  {}  ", percent(row.share), bar(row.share));
        let shown = downtime(&row.downtime);
        text += &wrapped(&bullet, &format!("{paths}: {shown}"));
    }
    let rest = &table.rows[table.rows.len().min(ROWS)..];
    if !rest.is_empty() {
        let share: f64 = rest.iter().map(|row| row.share).sum();
        let (share, drawn) = (percent(share), bar(share));
        let _ = writeln!(
            text,
            "  {share:>5}  {drawn}  {} smaller sets of causes",
            rest.len()
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::estimate::figure::unit;

    #[test]
    fn a_row_that_rounds_to_nothing_is_of_few() {
        let wide =
            Figure::new(Some(900.0), (10.0, 40_000.0), "test").in_unit(unit::SECONDS_PER_YEAR);
        assert_eq!(number::show(&wide).estimate, "under 1h a year");
        assert_eq!(downtime(&wide), "few seen");
        let narrow =
            Figure::new(Some(900.0), (840.0, 960.0), "test").in_unit(unit::SECONDS_PER_YEAR);
        assert_eq!(downtime(&narrow), "15m a year");
    }
}
