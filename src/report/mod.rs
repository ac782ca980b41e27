//! What people read: everything here is made from values of the other rooms, and computes no result.

pub mod diagnostics;
