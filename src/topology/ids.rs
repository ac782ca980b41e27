//! Dense ids: indices into the lists of a [`Topology`](super::Topology).

pub use crate::engine::DrawId;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u32);

        impl $name {
            /// The index into the list.
            #[must_use]
            pub const fn index(self) -> usize {
                self.0 as usize
            }
        }

        impl From<usize> for $name {
            fn from(index: usize) -> $name {
                $name(u32::try_from(index).expect("a topology has fewer than 2^32 entries of a kind"))
            }
        }
    };
}

id!(/// A place: provider, region, zone, rack, node, the world or the internet.
    PlaceId);
id!(/// A fault process.
    FaultId);
id!(/// Faults that are alike.
    FamilyId);
id!(/// A repair crew.
    CrewId);
id!(/// A part: one instance or one store member.
    PartId);
id!(/// The instances of one service in one place.
    PoolId);
id!(/// A service.
    ServiceId);
id!(/// A replica set.
    StoreId);
id!(/// An entry for clients.
    TrafficId);
id!(/// A detector.
    DetectorId);
id!(/// A journey.
    JourneyId);
id!(/// A named cause.
    CauseId);

impl PlaceId {
    /// The root of the tree: everything is in the world.
    pub const WORLD: PlaceId = PlaceId(0);
    /// Where clients and outside vantage points are.
    pub const INTERNET: PlaceId = PlaceId(1);
}
