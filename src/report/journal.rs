//! The journal of one trial: what happened, and what set it off.

use std::fmt::Write;

use crate::measure::Entry;
use crate::time::Time;

/// The journal for people: time since the start of the trial, event, what it happened to, and why.
///
/// Entries are numbered from 1; `<- 3` says that entry 3 set this one off.
#[must_use]
pub fn text(entries: &[Entry]) -> String {
    if entries.is_empty() {
        return "Nothing happened in this trial.\n".to_owned();
    }
    let width = |field: fn(&Entry) -> &str| {
        let lengths = entries.iter().map(|entry| field(entry).chars().count());
        lengths.max().unwrap_or(0)
    };
    let event_width = width(|entry| entry.event);
    let path_width = width(|entry| &entry.path);
    let mut text = String::new();
    for (index, entry) in entries.iter().enumerate() {
        let because = match entry.because {
            Some(cause) => format!("<- {}", cause + 1),
            None => String::new(),
        };
        let line = format!(
            "{:>4}  {}  {:event_width$}  {:path_width$}  {because:8}  {}",
            index + 1,
            clock(entry.time),
            entry.event,
            entry.path,
            entry.detail,
        );
        let _ = writeln!(text, "{}", line.trim_end());
    }
    text
}

/// The journal for programs: one JSON object per line.
///
/// # Panics
/// Never: entries have string keys only.
#[must_use]
pub fn json_lines(entries: &[Entry]) -> String {
    let line = |entry: &Entry| serde_json::to_string(entry).expect("entries are JSON objects");
    entries.iter().map(|entry| line(entry) + "\n").collect()
}

/// Day, hours, minutes, seconds and milliseconds since the start of the trial.
fn clock(time: Time) -> String {
    let milliseconds = time.0 / 1_000_000;
    let (seconds, milliseconds) = (milliseconds / 1_000, milliseconds % 1_000);
    let (minutes, seconds) = (seconds / 60, seconds % 60);
    let (hours, minutes) = (minutes / 60, minutes % 60);
    let (days, hours) = (hours / 24, hours % 24);
    format!("day {days:>4} {hours:02}:{minutes:02}:{seconds:02}.{milliseconds:03}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_counts_from_the_start() {
        let time = Time((86_400 * 3 + 3_600 * 4 + 62) * 1_000_000_000 + 5_000_000);
        assert_eq!(clock(time), "day    3 04:01:02.005");
    }
}
