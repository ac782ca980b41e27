//! How long this thread has really run.
//!
//! What others do on the machine while a side of a comparison waits for its turn is no cost of that side. Linux tells
//! how long a thread has run, to a few milliseconds; elsewhere the time on the wall has to do. Shared with `benches/nexosim`.

use std::sync::OnceLock;
use std::time::Instant;

/// Seconds that this thread has run, from some moment on.
pub fn seconds() -> f64 {
    static START: OnceLock<Instant> = OnceLock::new();
    let start = START.get_or_init(Instant::now);
    of_thread().unwrap_or_else(|| start.elapsed().as_secs_f64())
}

/// The first number of that file: nanoseconds on a processor.
fn of_thread() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanoseconds: u64 = text.split_whitespace().next()?.parse().ok()?;
    Some(nanoseconds as f64 / 1e9)
}
