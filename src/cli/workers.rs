//! Threads that compute the blocks of a session.
//!
//! Blocks are handed out in the order of their numbers, one at a time, so that little is lost when a run is
//! interrupted: what was computed beyond the first gap cannot be used. A parallel iterator would start in the middle
//! of the range; so each thread of a rayon pool asks for the next block, under one lock that is taken twice per block.
//!
//! A block of long trials can take hours. The thread that waits therefore stops waiting soon after an interrupt: it
//! takes the session away from the others, which end with the program.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::arguments::{PlanArguments, ProgressChoice, Talk};
use crate::study::{Outcome, Session, Shard, Study};

/// Set by Ctrl-C and by requests to terminate.
static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// How long blocks in hand may take after an interrupt.
const PATIENCE: Duration = Duration::from_secs(2);
/// A wait that is worth a word.
const WORTH_SAYING: Duration = Duration::from_secs(3);
/// How soon an interrupt is noticed.
const GLANCE: Duration = Duration::from_millis(100);

/// Makes Ctrl-C end the run with what is finished by then; a second one ends the program at once.
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

/// Computes a whole study: its session and, beside that, the check of its branches.
///
/// # Errors
/// If the operating system refuses the threads.
pub fn compute_study(study: &Arc<Study>, plan: &PlanArguments, talk: Talk) -> Result<Outcome> {
    let checked = Arc::clone(study);
    let says = !talk.quiet && plan.precision.is_some();
    let check = move || {
        let disbelieved = checked.journeys_disbelieved().join(", ");
        if says && !disbelieved.is_empty() {
            anstream::eprintln!(
                "branches of {disbelieved} disagree with plain simulation: plain trials alone may take very long to be \
                 that precise"
            );
        }
    };
    compute(study, (study.session(), check), plan, talk)
}

/// Computes the trials of a shard; whoever merges it checks its branches.
///
/// # Errors
/// If the operating system refuses the threads.
pub fn compute_shard(
    study: &Arc<Study>,
    shard: Shard,
    plan: &PlanArguments,
    talk: Talk,
) -> Result<Outcome> {
    compute(study, (study.session_of(shard), || {}), plan, talk)
}

/// Computes a session to its end, to the end of the time, or to an interrupt; one of the threads does something else
/// first.
///
/// # Errors
/// If the operating system refuses the threads.
fn compute(
    study: &Arc<Study>,
    (session, first): (Session, impl Fn() + Send + Sync + 'static),
    plan: &PlanArguments,
    talk: Talk,
) -> Result<Outcome> {
    let threads = plan.threads.map_or(0, usize::from);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    let pool = pool.context("cannot start the threads")?;
    let bar = progress_bar(study, talk);
    let work = Arc::new(Work {
        start: Instant::now(),
        talks: !talk.quiet,
        has_foretold: AtomicBool::new(false),
        study: Arc::clone(study),
        session: Mutex::new(Some(session)),
        deadline: plan.time.map(|budget| (Instant::now(), budget)),
        bar: bar.clone(),
    });
    let (ended, all_ended) = mpsc::channel::<()>();
    let shared = Arc::clone(&work);
    pool.spawn_broadcast(move |thread| {
        // Dropped with the last thread that ends.
        let _ended = &ended;
        if thread.index() == 0 {
            first();
        }
        shared.until_done();
    });
    wait(&all_ended, &is_interrupted, PATIENCE);
    bar.finish_and_clear();
    let session = work.lock().take();
    let session = session.context("the session was taken twice")?;
    Ok(session.finish())
}

/// Waits until every sender is gone, or for so long after an interrupt.
fn wait(all_ended: &mpsc::Receiver<()>, is_interrupted: &dyn Fn() -> bool, patience: Duration) {
    let mut since = None;
    while all_ended.recv_timeout(GLANCE) == Err(RecvTimeoutError::Timeout) {
        if is_interrupted() && since.get_or_insert_with(Instant::now).elapsed() >= patience {
            return;
        }
    }
}

struct Work {
    start: Instant,
    talks: bool,
    /// Whether it has been said how long it will take.
    has_foretold: AtomicBool,
    study: Arc<Study>,
    /// Nothing once it was taken away.
    session: Mutex<Option<Session>>,
    deadline: Option<(Instant, Duration)>,
    bar: ProgressBar,
}

impl Work {
    fn until_done(&self) {
        while let Some(block) = self.next_block() {
            let tally = self.study.block(block);
            let mut session = self.lock();
            let Some(session) = session.as_mut() else {
                return;
            };
            session.absorb(block, tally);
            self.bar.set_position(session.trials());
            self.foretell(session);
        }
    }

    /// Says once, when the first checkpoint is passed, how long the rest will take if that is long; and keeps the bar's
    /// end where it is expected.
    fn foretell(&self, session: &Session) {
        let Some(expected) = session.expected_trials() else {
            return;
        };
        self.bar.set_length(expected.max(session.trials()));
        let done = session.trials().max(1) as f64;
        let left = self
            .start
            .elapsed()
            .mul_f64((expected as f64 / done - 1.0).clamp(0.0, 1e6));
        if self.talks && left >= WORTH_SAYING && !self.has_foretold.swap(true, Ordering::SeqCst) {
            anstream::eprintln!(
                "that precision takes about {expected} trials: some {} s more",
                left.as_secs().max(1)
            );
        }
    }

    fn next_block(&self) -> Option<u64> {
        if is_interrupted() {
            return None;
        }
        let mut session = self.lock();
        let session = session.as_mut()?;
        // One block at least: no time at all would give no figures at all.
        let is_late = self
            .deadline
            .is_some_and(|(start, budget)| start.elapsed() >= budget);
        if is_late && session.trials() > 0 {
            session.settle();
        }
        session.next_block()
    }

    fn lock(&self) -> MutexGuard<'_, Option<Session>> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waiting_ends_with_the_work() {
        let (ended, all_ended) = mpsc::channel();
        drop(ended);
        wait(&all_ended, &|| false, Duration::MAX);
    }

    #[test]
    fn waiting_ends_soon_after_an_interrupt_whatever_the_work_does() {
        let (_never_ends, all_ended) = mpsc::channel();
        wait(&all_ended, &|| true, Duration::ZERO);
    }
}
