//! The table of ratios.

/// What a ratio should be.
#[derive(Clone, Copy, Debug)]
pub enum Aim {
    /// So much or more.
    AtLeast(f64),
    /// So much or less.
    AtMost(f64),
}

/// Two sides and their ratio, each in the unit that its text names.
#[derive(Clone, Debug)]
pub struct Measured {
    /// This project's side.
    pub ours: String,
    /// The other side.
    pub other: String,
    /// The ratio.
    pub ratio: f64,
}

/// A line of the table.
#[derive(Clone, Debug)]
pub struct Row {
    /// What is compared, and what the ratio is.
    pub name: String,
    /// What came out, or why nothing did.
    pub outcome: Result<Measured, String>,
    /// What was hoped for.
    pub aim: Aim,
}

impl Aim {
    fn text(self) -> String {
        match self {
            Aim::AtLeast(ratio) => format!("at least {}", short(ratio)),
            Aim::AtMost(ratio) => format!("at most {}", short(ratio)),
        }
    }

    fn met(self, ratio: f64) -> &'static str {
        let met = match self {
            Aim::AtLeast(least) => ratio >= least,
            Aim::AtMost(most) => ratio <= most,
        };
        if met { "yes" } else { "no" }
    }
}

/// A number with three digits.
pub fn short(number: f64) -> String {
    match number.abs() {
        size if size >= 1e6 || (size > 0.0 && size < 1e-3) => format!("{number:.1e}"),
        size if size >= 100.0 => format!("{number:.0}"),
        size if size >= 10.0 => format!("{number:.1}"),
        _ => format!("{number:.2}"),
    }
}

/// The rows as a table in Markdown, its columns aligned.
pub fn markdown(rows: &[Row]) -> String {
    let mut lines = vec![["Comparison", "Ours", "Other", "Ratio", "Aim", "Met"].map(String::from)];
    for row in rows {
        lines.push(match &row.outcome {
            Ok(measured) => [
                row.name.clone(),
                measured.ours.clone(),
                measured.other.clone(),
                short(measured.ratio),
                row.aim.text(),
                row.aim.met(measured.ratio).to_owned(),
            ],
            Err(why) => [
                row.name.clone(),
                format!("not measured: {why}"),
                String::new(),
                String::new(),
                row.aim.text(),
                String::new(),
            ],
        });
    }
    let width = |column: usize| lines.iter().map(|line| line[column].chars().count()).max();
    let widths: Vec<usize> = (0..6).map(|column| width(column).unwrap_or(0)).collect();
    lines.insert(1, std::array::from_fn(|column| "-".repeat(widths[column])));
    let mut text = String::new();
    for line in lines {
        for (cell, width) in line.iter().zip(&widths) {
            text += &format!("| {cell:width$} ");
        }
        text += "|\n";
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(ratio: f64, aim: Aim) -> Row {
        let measured = Measured {
            ours: "1 s".into(),
            other: "2 s".into(),
            ratio,
        };
        Row {
            name: "a against b".into(),
            outcome: Ok(measured),
            aim,
        }
    }

    #[test]
    fn a_table_says_whether_aims_are_met() {
        let missing = Row {
            name: "c".into(),
            outcome: Err("no python".into()),
            aim: Aim::AtLeast(40.0),
        };
        let rows = [
            row(1.2, Aim::AtMost(1.5)),
            row(1.6, Aim::AtMost(1.5)),
            row(123.4, Aim::AtLeast(40.0)),
            missing,
        ];
        let text = markdown(&rows);
        let lines: Vec<&str> = text.lines().collect();
        let cells = |line: usize| -> Vec<&str> {
            let cells = lines[line].trim_matches('|').split('|');
            cells.map(str::trim).collect()
        };
        assert!(lines.iter().all(|line| line.len() == lines[0].len()));
        assert_eq!(
            cells(2),
            ["a against b", "1 s", "2 s", "1.20", "at most 1.50", "yes"]
        );
        assert_eq!(cells(3)[5], "no");
        assert_eq!(cells(4)[3..], ["123", "at least 40.0", "yes"]);
        assert_eq!(cells(5)[1], "not measured: no python");
    }

    #[test]
    fn numbers_are_short() {
        let texts = [1.234, 12.34, 123.4, 1.234e7, 1.234e-7, 0.0].map(short);
        assert_eq!(texts, ["1.23", "12.3", "123", "1.2e7", "1.2e-7", "0.00"]);
    }
}
