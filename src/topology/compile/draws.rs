//! Gives every random draw of the model its stream.

use crate::rng::{Entity, Purpose};
use crate::topology::{DrawId, DrawKey};

/// The draws handed out so far.
#[derive(Clone, Debug, Default)]
pub struct Draws {
    keys: Vec<DrawKey>,
}

impl Draws {
    /// The draw of an entity for a purpose. Ask once per pair: two draws with one key would be the same numbers.
    pub fn draw(&mut self, path: &str, purpose: Purpose) -> DrawId {
        let id = DrawId::from(self.keys.len());
        self.keys.push(DrawKey {
            entity: Entity::named(path),
            purpose,
        });
        id
    }

    /// All keys, by id.
    #[must_use]
    pub fn into_keys(self) -> Vec<DrawKey> {
        self.keys
    }
}
