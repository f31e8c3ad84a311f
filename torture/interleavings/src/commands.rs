//! The name of the hint that keys have changed.

pub(crate) mod keys {
    pub(crate) const KEYS_CHANGED: &str = "keys";
}
