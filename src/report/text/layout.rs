//! Lines, columns, bars and emphasis of the text report.

use super::super::number;
use crate::estimate::Figure;

/// How wide the report is.
pub const WIDTH: usize = 96;
const LABEL_WIDTH: usize = 36;
const ESTIMATE_WIDTH: usize = 20;
const BAR_WIDTH: usize = 20;

/// What is written before and after emphasised words; empty strings for plain text.
///
/// Emphasis repeats what the words say: a report without it says the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Palette {
    /// Before a heading.
    pub heading: &'static str,
    /// Before `MET`.
    pub good: &'static str,
    /// Before `NOT MET`.
    pub bad: &'static str,
    /// Before `UNDECIDED`.
    pub open: &'static str,
    /// After each of them.
    pub reset: &'static str,
}

impl Palette {
    /// No emphasis.
    pub const PLAIN: Palette = Palette {
        heading: "",
        good: "",
        bad: "",
        open: "",
        reset: "",
    };

    /// A heading.
    #[must_use]
    pub fn heading(&self, text: &str) -> String {
        format!("{}{text}{}", self.heading, self.reset)
    }
}

/// A label, a figure and its interval.
pub fn line(label: &str, figure: &Figure) -> String {
    let shown = number::show(figure);
    let label = format!("  {label:LABEL_WIDTH$}");
    let text = if shown.interval.starts_with('(') {
        format!(
            "{label}{:ESTIMATE_WIDTH$}  {}",
            shown.estimate, shown.interval
        )
    } else {
        label + &shown.phrase()
    };
    format!("{}\n", text.trim_end())
}

/// A label and a figure, if there is one.
pub fn line_if(label: &str, figure: Option<&Figure>) -> String {
    figure.map_or_else(String::new, |figure| line(label, figure))
}

/// A sentence over several lines: the first begins with `bullet`, the others are indented as far.
pub fn wrapped(bullet: &str, sentence: &str) -> String {
    let indent = " ".repeat(bullet.chars().count());
    let mut text = String::new();
    let mut current = bullet.to_owned();
    let mut is_empty = true;
    // A number and its percent sign stay together.
    let sentence = sentence.replace(" %", "\u{a0}%");
    for word in sentence.split(' ').filter(|word| !word.is_empty()) {
        if !is_empty && current.chars().count() + 1 + word.chars().count() > WIDTH {
            text.push_str(current.trim_end());
            text.push('\n');
            current.clone_from(&indent);
            is_empty = true;
        }
        if !is_empty {
            current.push(' ');
        }
        current.push_str(word);
        is_empty = false;
    }
    text.push_str(current.trim_end());
    text.push('\n');
    text.replace('\u{a0}', " ")
}

/// A bar whose length is a share of the full width, in eighths of a character; anything above nothing shows.
pub fn bar(share: f64) -> String {
    const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    let eighths = (share.clamp(0.0, 1.0) * (BAR_WIDTH * 8) as f64).round() as usize;
    let eighths = if share > 0.0 { eighths.max(1) } else { 0 };
    let drawn = format!("{}{}", "█".repeat(eighths / 8), EIGHTHS[eighths % 8]);
    format!("{drawn:BAR_WIDTH$}")
}

/// A share in whole percent; what is neither nothing nor all is never rounded to it.
pub fn percent(share: f64) -> String {
    let percent = share * 100.0;
    if share > 0.0 && percent < 1.0 {
        "<1 %".to_owned()
    } else if share < 1.0 && percent > 99.0 {
        ">99 %".to_owned()
    } else {
        format!("{percent:.0} %")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_show_what_is_there() {
        assert_eq!(bar(0.0).trim_end(), "");
        assert_eq!(bar(1e-9).trim_end(), "▏");
        assert_eq!(bar(0.5).trim_end(), "█".repeat(10));
        assert_eq!(bar(1.0), "█".repeat(20));
    }

    #[test]
    fn shares_are_not_rounded_away() {
        assert_eq!(percent(0.001), "<1 %");
        assert_eq!(percent(0.999), ">99 %");
        assert_eq!(percent(0.625), "62 %");
        assert_eq!(percent(1.0), "100 %");
    }

    #[test]
    fn long_sentences_wrap_under_their_bullet() {
        let text = wrapped("  - ", &"word ".repeat(40));
        assert!(text.lines().all(|line| line.chars().count() <= WIDTH));
        assert!(
            text.lines()
                .skip(1)
                .all(|line| line.starts_with("    word"))
        );
        assert_eq!(text.matches("word").count(), 40);
    }
}
