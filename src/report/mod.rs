//! Results in the forms people and programs read: text, JSON, CSV, and the journal of a trial.
//!
//! Everything here sees results only, never the engine: what a report says can be said again from the document.
//! Deliberately absent: writing to files or terminals, and colours that carry meaning (see [`text::Palette`]).

pub mod csv;
pub mod diagnostics;
pub mod journal;
pub mod json;
pub mod number;
pub mod text;
