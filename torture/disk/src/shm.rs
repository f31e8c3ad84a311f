//! The memory that the connections of one database share, and its eight locks.

/// Words in one region of 32 KiB.
const WORDS: usize = 32 * 1024 / 8;

/// Shared memory of one file.
#[derive(Debug, Default)]
pub struct Shm {
    // Boxed, so that a region stays where it is when another one comes.
    #[allow(clippy::vec_box)]
    regions: Vec<Box<[u64; WORDS]>>,
    shared: [u16; 8],
    exclusive: [bool; 8],
    users: usize,
}

/// The locks that one connection holds.
#[derive(Debug, Default)]
pub struct Held {
    shared: u8,
    exclusive: u8,
    pub(crate) mapped: bool,
}

impl Shm {
    /// Where a region lies; made when it is missing and `extend` says so. It stays until the last user leaves.
    pub(crate) fn region(&mut self, held: &mut Held, at: usize, extend: bool) -> Option<*mut u64> {
        if !held.mapped {
            held.mapped = true;
            self.users += 1;
        }
        while extend && self.regions.len() <= at {
            self.regions.push(Box::new([0; WORDS]));
        }
        self.regions.get_mut(at).map(|region| region.as_mut_ptr())
    }

    /// Leaves; the last one takes everything along.
    pub(crate) fn leave(&mut self, held: &mut Held) {
        for slot in 0..8 {
            self.unlock(held, slot..slot + 1);
        }
        if std::mem::take(&mut held.mapped) {
            self.users = self.users.saturating_sub(1);
            if self.users == 0 {
                self.regions.clear();
            }
        }
    }

    /// Locks slots for this connection; false, and nothing is locked, when another holds one of them.
    pub(crate) fn lock(&mut self, held: &mut Held, slots: std::ops::Range<usize>, exclusive: bool) -> bool {
        let free = |slot: usize, shm: &Self| {
            let own = u16::from(held.shared >> slot & 1);
            let mine = held.exclusive >> slot & 1 == 1;
            mine || (!shm.exclusive[slot] && (!exclusive || shm.shared[slot] == own))
        };
        if !slots.clone().all(|slot| free(slot, self)) {
            return false;
        }
        for slot in slots {
            if exclusive {
                self.exclusive[slot] = true;
                held.exclusive |= 1 << slot;
            } else if held.shared >> slot & 1 == 0 {
                self.shared[slot] += 1;
                held.shared |= 1 << slot;
            }
        }
        true
    }

    /// Gives slots back.
    pub(crate) fn unlock(&mut self, held: &mut Held, slots: std::ops::Range<usize>) {
        for slot in slots {
            if held.exclusive >> slot & 1 == 1 {
                self.exclusive[slot] = false;
                held.exclusive &= !(1 << slot);
            }
            if held.shared >> slot & 1 == 1 {
                self.shared[slot] = self.shared[slot].saturating_sub(1);
                held.shared &= !(1 << slot);
            }
        }
    }
}
