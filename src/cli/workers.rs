//! Threads that compute the blocks of a session.
//!
//! Blocks are handed out in the order of their numbers, one at a time, so that little is lost when a run is
//! interrupted: what was computed beyond the first gap cannot be used. A parallel iterator would start in the middle
//! of the range; so each thread of a rayon pool asks for the next block, under one lock that is taken twice per block.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::arguments::{PlanArguments, ProgressChoice, Talk};
use crate::study::{Outcome, Session, Study};

/// Set by Ctrl-C and by requests to terminate.
static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// Makes Ctrl-C finish the blocks in hand; a second one ends the program at once.
///
/// # Errors
/// If the operating system refuses the handler.
pub fn handle_interrupts() -> Result<()> {
    let handler = || {
        if INTERRUPTED.swap(true, Ordering::SeqCst) {
            std::process::exit(130);
        }
    };
    ctrlc::set_handler(handler).context("cannot handle Ctrl-C")
}

/// Whether the user has asked to stop.
pub fn is_interrupted() -> bool {
    INTERRUPTED.load(Ordering::SeqCst)
}

/// Computes a session to its end, to the end of the time, or to an interrupt.
///
/// # Errors
/// If the operating system refuses the threads.
pub fn compute(
    study: &Study,
    session: Session,
    plan: &PlanArguments,
    talk: Talk,
) -> Result<Outcome> {
    let threads = plan.threads.map_or(0, usize::from);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    let pool = pool.context("cannot start the threads")?;
    let bar = progress_bar(study, talk);
    let work = Work {
        study,
        session: Mutex::new(session),
        deadline: plan.time.map(|budget| (Instant::now(), budget)),
        bar: &bar,
    };
    pool.broadcast(|_| work.until_done());
    bar.finish_and_clear();
    let session = work.session.into_inner();
    let session = session.expect("a thread that panics has ended the program");
    Ok(session.finish())
}

struct Work<'a> {
    study: &'a Study,
    session: Mutex<Session>,
    deadline: Option<(Instant, Duration)>,
    bar: &'a ProgressBar,
}

impl Work<'_> {
    fn until_done(&self) {
        while let Some(block) = self.next_block() {
            let tally = self.study.block(block);
            let mut session = self.lock();
            session.absorb(block, tally);
            self.bar.set_position(session.trials());
        }
    }

    fn next_block(&self) -> Option<u64> {
        if is_interrupted() {
            return None;
        }
        let mut session = self.lock();
        // One block at least: no time at all would give no figures at all.
        let is_late = self
            .deadline
            .is_some_and(|(start, budget)| start.elapsed() >= budget);
        if is_late && session.trials() > 0 {
            session.settle();
        }
        session.next_block()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Session> {
        self.session
            .lock()
            .expect("a thread that panics has ended the program")
    }
}

/// A bar on standard error; hidden when that is no terminal.
fn progress_bar(study: &Study, talk: Talk) -> ProgressBar {
    if talk.quiet || talk.progress == ProgressChoice::Never {
        return ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
    }
    let template = "{bar:30} {human_pos} of at most {human_len} trials, {per_sec}, {elapsed}";
    let bar = ProgressBar::new(study.plan.max_trials());
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
