//! A discrete-event kernel: timers in slots, one function in which time advances, and one seam for chance.
//!
//! It knows nothing of high availability. Every entity has fixed timer slots, so cancelling is writing "never" and
//! nothing allocates while a trial runs. Deliberately absent: processes, coroutines and event objects, which cost an
//! allocation an event and cannot be cloned when a trial branches.

mod agenda;
mod chance;

pub use agenda::{Agenda, Slot};
pub use chance::{Chance, DrawId, Plain, Scripted, part_of_unit, rest_of_fixed, weighted_part};

use crate::time::Time;

/// Something that timers happen to.
pub trait World {
    /// The timers.
    fn agenda(&mut self) -> &mut Agenda;

    /// The timer in this slot has run out. The slot is free again before this is called.
    fn fire(&mut self, slot: Slot, now: Time);
}

/// Takes the next timer off the agenda and lets it happen. The only place where time advances.
///
/// Returns the time of the event, or `None` if no timer is running.
pub fn step(world: &mut impl World) -> Option<Time> {
    let (now, slot) = world.agenda().take()?;
    world.fire(slot, now);
    world.agenda().settle();
    Some(now)
}
