//! A set of things to look at again, emptied in the order of their ids.
//!
//! The room for it is taken once. Deliberately absent: taking a single thing out.

/// A set of indices below a fixed bound.
#[derive(Debug, Default)]
pub(super) struct Marks {
    marked: Vec<bool>,
    list: Vec<u32>,
}

impl Marks {
    /// The empty set of indices below `bound`.
    pub fn new(bound: usize) -> Marks {
        Marks {
            marked: vec![false; bound],
            list: Vec::with_capacity(bound),
        }
    }

    pub fn add(&mut self, index: usize) {
        if !std::mem::replace(&mut self.marked[index], true) {
            self.list.push(index as u32);
        }
    }

    pub fn add_all(&mut self) {
        (0..self.marked.len()).for_each(|index| self.add(index));
    }

    /// Puts the members in the order of their indices and gives them by rank.
    pub fn sort(&mut self) {
        self.list.sort_unstable();
    }

    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// The member of this rank.
    pub fn at(&self, rank: usize) -> usize {
        self.list[rank] as usize
    }

    pub fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        self.list.iter().map(|index| *index as usize)
    }

    pub fn clear(&mut self) {
        for index in self.list.drain(..) {
            self.marked[index as usize] = false;
        }
    }
}

impl Clone for Marks {
    fn clone(&self) -> Marks {
        let mut list = Vec::with_capacity(self.marked.len());
        list.extend_from_slice(&self.list);
        Marks {
            marked: self.marked.clone(),
            list,
        }
    }

    fn clone_from(&mut self, other: &Marks) {
        self.marked.clone_from(&other.marked);
        self.list.clone_from(&other.list);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_come_once_and_in_order() {
        let mut marks = Marks::new(9);
        [7, 3, 7, 0].into_iter().for_each(|index| marks.add(index));
        marks.sort();
        assert_eq!(marks.iter().collect::<Vec<_>>(), [0, 3, 7]);
        marks.clear();
        marks.add(3);
        assert_eq!((marks.len(), marks.at(0)), (1, 3));
    }
}
