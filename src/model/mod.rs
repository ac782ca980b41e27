//! The model as written: text to plain data, and every problem on the way with its place in the text.

pub mod diagnostic;
pub mod faults;
pub mod journeys;
pub mod law;
pub mod load;
pub mod names;
pub mod need;
pub mod places;
pub mod problem;
pub mod selector;
pub mod services;
pub mod shapes;
pub mod stores;
pub mod traffic;
pub mod units;
pub mod written;

pub use diagnostic::{Code, Diagnostic, Severity};
pub use written::{Model, Start, Window};
