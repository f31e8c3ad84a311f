//! How many sealed secrets of one kind there are, and how many of them the keys at hand do not open.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::Keyring;

/// Sealed secrets of one kind, counted. It holds ids of keys, and nothing of what is sealed.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
pub struct SealedSecrets {
    /// How many there are.
    pub all: u64,
    /// How many need a key that is not in the ring, by its id.
    pub without_key: BTreeMap<String, u64>,
    /// How many the key of their id does not open, by that id: another key has the id now, or they are damaged. Under `?`
    /// those that name no key.
    pub not_opened: BTreeMap<String, u64>,
}

impl SealedSecrets {
    /// Tries to open one more, and forgets what is in it.
    pub fn look(&mut self, keys: &Keyring, context: &str, sealed: &str) {
        self.all += 1;
        if keys.open(context, sealed).is_ok() {
            return;
        }
        let id = Keyring::sealed_with(sealed);
        let which = if id.is_some_and(|id| !keys.has(id)) { &mut self.without_key } else { &mut self.not_opened };
        *which.entry(id.unwrap_or("?").to_owned()).or_default() += 1;
    }

    /// How many stay closed.
    pub fn closed(&self) -> u64 {
        self.without_key.values().chain(self.not_opened.values()).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Entropy, MasterKey};

    #[test]
    fn what_stays_closed_is_counted_by_the_key_that_it_names() {
        let key = |id: &str, byte: u8| MasterKey::new(id, [byte; 32]).expect("a good key");
        let mut e = Entropy::from_seed([1; 32]);
        let mut sealed =
            |id: &str, byte: u8| Keyring::new(key(id, byte), vec![]).seal("x", b"hush", &mut e).expect("sealed");
        let keys = Keyring::new(key("k3", 3), vec![key("k2", 2)]);
        let mut found = SealedSecrets::default();
        for one in [sealed("k3", 3), sealed("k2", 2), sealed("k1", 1), sealed("k1", 1), sealed("k2", 9), String::new()]
        {
            found.look(&keys, "x", &one);
        }
        assert_eq!((found.all, found.closed()), (6, 4));
        assert_eq!(found.without_key, [("k1".to_owned(), 2)].into());
        assert_eq!(found.not_opened, [("?".to_owned(), 1), ("k2".to_owned(), 1)].into());
    }
}
