//! Copies of a state: into an old one, nothing is allocated that it has room for.
//!
//! Derived copies would drop the room of the old value and take new room for each list. Every field is named below, so
//! that a new one cannot be forgotten.

use super::flow::{Flow, MemberFlow};
use super::state::{CrewState, State, StoreState, TrafficState};
use super::touch::Touched;

macro_rules! copied_field_by_field {
    ($name:ident { $($field:ident),* $(,)? }) => {
        impl Clone for $name {
            fn clone(&self) -> $name {
                $name { $($field: self.$field.clone()),* }
            }

            fn clone_from(&mut self, other: &$name) {
                $(self.$field.clone_from(&other.$field);)*
            }
        }
    };
}

pub(crate) use copied_field_by_field;

copied_field_by_field!(State {
    now,
    agenda,
    faults,
    families,
    family_order,
    crews,
    places,
    place_conditions,
    parts,
    conditions,
    cuts,
    instances_up,
    detectors,
    believed_down,
    coarse_opinions,
    probers,
    stores,
    traffic,
    ejected,
    restless,
    draining,
});

copied_field_by_field!(CrewState { busy, waiting });

copied_field_by_field!(StoreState {
    primary,
    previous,
    redirected,
    phase,
    began,
    origin,
    candidate,
    by_hand,
    mode,
    mode_since,
    lease_expires,
    members,
});

copied_field_by_field!(TrafficState {
    answer,
    pending,
    past,
    past_shares,
    since,
    origin,
    admitted,
});

copied_field_by_field!(Flow {
    until,
    journeys,
    stores,
    factors,
    arrivals,
    worth,
});

copied_field_by_field!(MemberFlow { now, later });

copied_field_by_field!(Touched {
    detectors,
    stores,
    answers,
    factors,
    arrivals,
    worth,
    journeys,
    flows,
});
