//! Results as tables of comma-separated values: one row per figure, and one row per set of causes.
//!
//! Written by hand: quoting after RFC 4180 is a dozen lines, and so the browser's build has the same tables without
//! another dependency. Numbers have all their digits; an empty field is a bound that does not exist.

use crate::estimate::Figure;
use crate::study::path;
use crate::study::result::ResultDocument;

/// The columns of a figure.
pub const FIGURE_COLUMNS: &str = "path,estimate,low,high,confidence,unit,method";

/// Every figure of journeys, stores, reads and writes: the long table.
#[must_use]
pub fn figures(document: &ResultDocument) -> String {
    let mut text = format!("{FIGURE_COLUMNS}\n");
    for (path, figure) in path::figures(&document.to_value()) {
        text.push_str(&figure_row(&path, &figure));
    }
    text
}

/// One figure of the long table, without the header.
#[must_use]
pub fn figure_row(path: &str, figure: &Figure) -> String {
    row(&[
        path,
        &optional(figure.estimate),
        &optional(figure.low),
        &optional(figure.high),
        &figure.confidence.to_string(),
        &figure.unit,
        &figure.method,
    ])
}

/// Downtime by set of causes, one row per set; the paths of a set are joined by ` + `.
#[must_use]
pub fn causes(document: &ResultDocument) -> String {
    let mut text = "journey,causes,share,estimate,low,high,confidence,unit,method\n".to_owned();
    for table in &document.causes {
        for entry in &table.rows {
            text.push_str(&row(&[
                &table.journey,
                &entry.paths.join(" + "),
                &entry.share.to_string(),
                &optional(entry.downtime.estimate),
                &optional(entry.downtime.low),
                &optional(entry.downtime.high),
                &entry.downtime.confidence.to_string(),
                &entry.downtime.unit,
                &entry.downtime.method,
            ]));
        }
    }
    text
}

fn optional(value: Option<f64>) -> String {
    value.map_or_else(String::new, |value| value.to_string())
}

fn row(fields: &[&str]) -> String {
    let quoted: Vec<String> = fields.iter().map(|field| quote(field)).collect();
    quoted.join(",") + "\n"
}

fn quote(field: &str) -> String {
    if field.contains(['"', ',', '\n', '\r']) {
        format!("\"{}\"", field.replace('"', "\"\""))
    } else {
        field.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_with_commas_and_quotes_are_quoted() {
        assert_eq!(
            row(&["a", "b,c", "say \"hi\"", ""]),
            "a,\"b,c\",\"say \"\"hi\"\"\",\n"
        );
    }

    #[test]
    fn missing_bounds_are_empty() {
        let figure = Figure::new(Some(0.5), (0.25, f64::INFINITY), "test");
        assert_eq!(
            figure_row("a.b", &figure),
            "a.b,0.5,0.25,,0.95,share,test\n"
        );
    }
}
