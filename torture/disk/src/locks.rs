//! The locks that connections take on a database file.

/// SQLite's locks on a database file.
#[derive(Debug, Default)]
pub(crate) struct Locks {
    shared: u32,
    reserved: bool,
    pending: bool,
    exclusive: bool,
}

impl Locks {
    /// Takes a handle from one level to another; false when another handle is in the way.
    pub(crate) fn lock(&mut self, from: &mut i32, to: i32) -> bool {
        while *from < to {
            match *from {
                0 if self.pending || self.exclusive => return false,
                0 => {
                    self.shared += 1;
                    *from = 1;
                }
                1 if self.reserved => return false,
                1 => {
                    self.reserved = true;
                    *from = 2;
                }
                _ => {
                    self.pending = true;
                    *from = 3;
                    if self.shared > 1 {
                        return false;
                    }
                    self.exclusive = true;
                    *from = 4;
                }
            }
        }
        true
    }

    /// Gives back what is above a level.
    pub(crate) fn unlock(&mut self, from: &mut i32, to: i32) {
        if *from > 1 && to <= 1 {
            self.exclusive &= *from < 4;
            self.pending &= *from < 3;
            self.reserved = false;
            *from = 1;
        }
        if *from == 1 && to == 0 {
            self.shared = self.shared.saturating_sub(1);
            *from = 0;
        }
    }

    pub(crate) const fn is_reserved(&self) -> bool {
        self.reserved
    }
}
