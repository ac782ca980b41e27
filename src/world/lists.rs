//! Lists of ids, one behind the other in one piece of memory.
//!
//! What depends on a part or a pool is mostly one thing or two. A list of its own for each would take three visits to
//! memory that no cache holds when the model is large; here it takes two, and neighbours share them. Deliberately
//! absent: changing a list.

/// Lists that are found by the index of what they belong to.
#[derive(Clone, Debug)]
pub(super) struct Lists<T> {
    /// Where each begins, and one more for the end.
    starts: Vec<u32>,
    items: Vec<T>,
}

impl<T> Lists<T> {
    /// The list of this index.
    #[inline]
    pub fn of(&self, index: usize) -> &[T] {
        &self.items[self.starts[index] as usize..self.starts[index + 1] as usize]
    }
}

impl<T> Default for Lists<T> {
    fn default() -> Lists<T> {
        Lists::from(Vec::new())
    }
}

impl<T> From<Vec<Vec<T>>> for Lists<T> {
    fn from(all: Vec<Vec<T>>) -> Lists<T> {
        let mut lists = Lists {
            starts: Vec::with_capacity(all.len() + 1),
            items: Vec::with_capacity(all.iter().map(Vec::len).sum()),
        };
        lists.starts.push(0);
        for list in all {
            lists.items.extend(list);
            let end = u32::try_from(lists.items.len());
            lists.starts.push(end.expect("fewer than 2^32 ids"));
        }
        lists
    }
}

#[cfg(test)]
mod tests {
    use super::Lists;

    #[test]
    fn lists_are_what_they_were() {
        let apart = vec![vec![3, 1], vec![], vec![4]];
        let lists = Lists::from(apart.clone());
        for (index, list) in apart.iter().enumerate() {
            assert_eq!(lists.of(index), list);
        }
    }
}
