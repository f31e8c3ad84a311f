//! Identifiers are types, never strings. Server-made ones are TypeIDs: a prefix and a UUIDv7 in base 32.

use std::fmt;

use crate::{Entropy, Timestamp};

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";

/// 26 characters of Crockford base 32 (lower case) for a UUIDv7 made of the given instant and entropy.
pub fn uuid7_base32(now: Timestamp, entropy: &mut Entropy) -> String {
    encode(u128::from_be_bytes(*uuid7(now, entropy).as_bytes()))
}

/// A UUIDv7 of the given instant and entropy.
pub fn uuid7(now: Timestamp, entropy: &mut Entropy) -> uuid::Uuid {
    let mut random = [0; 10];
    random.copy_from_slice(&entropy.bytes16()[..10]);
    uuid::Builder::from_unix_timestamp_millis(u64::try_from(now.millis()).unwrap_or(0), &random).into_uuid()
}

/// [`uuid7_base32`] for one of many that are made at one instant: they sort by `nth` (below 2^26, else by its remainder).
/// RFC 9562, 6.2, method 1: a counter in the leading bits after the time; 48 bits come from the entropy.
pub fn uuid7_base32_nth(now: Timestamp, nth: u64, entropy: &mut Entropy) -> String {
    let nth = (nth % (1 << 26)).to_be_bytes();
    let counter = u32::from_be_bytes([nth[4], nth[5], nth[6], nth[7]]);
    let mut random = [0; 10];
    random.copy_from_slice(&entropy.bytes16()[..10]);
    // The version takes the first four bits, the variant the first two of the third byte.
    random[..2].copy_from_slice(&u16::try_from(counter >> 14).unwrap_or(0).to_be_bytes());
    random[2] = u8::try_from((counter >> 8) & 0x3f).unwrap_or(0);
    random[3] = nth[7];
    let id = uuid::Builder::from_unix_timestamp_millis(u64::try_from(now.millis()).unwrap_or(0), &random).into_uuid();
    encode(u128::from_be_bytes(*id.as_bytes()))
}

fn encode(value: u128) -> String {
    (0..26).rev().map(|i| char::from(ALPHABET[usize::try_from((value >> (5 * i)) & 31).unwrap_or(0)])).collect()
}

/// Whether the text is `prefix_` and 26 characters of our base 32.
fn well_formed(text: &str, prefix: &str) -> bool {
    text.strip_prefix(prefix).and_then(|rest| rest.strip_prefix('_')).is_some_and(|rest| {
        rest.len() == 26 && rest.bytes().all(|b| ALPHABET.contains(&b)) && rest.as_bytes()[0] <= b'7'
    })
}

macro_rules! id_type {
    ($(#[$meta:meta])* $name:ident, $prefix:literal) => {
        $(#[$meta])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
        #[serde(transparent)]
        pub struct $name(String);
        impl $name {
            /// The prefix of server-made ids.
            pub const PREFIX: &'static str = $prefix;
            /// A new id: the prefix, `_`, and a UUIDv7 in base 32, so ids sort by time.
            pub fn generate(now: Timestamp, entropy: &mut Entropy) -> Self {
                Self(format!("{}_{}", $prefix, uuid7_base32(now, entropy)))
            }
            /// Reads an id of this type; `None` when its form is wrong.
            pub fn parse(text: &str) -> Option<Self> {
                (Self::accepts(text)).then(|| Self(text.to_owned()))
            }
            /// From a stored row, which was checked when it was written.
            pub const fn from_stored(text: String) -> Self {
                Self(text)
            }
            /// The text of the id.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                let text = String::deserialize(d)?;
                Self::parse(&text).ok_or_else(|| serde::de::Error::custom(concat!("not a ", $prefix, "_… id")))
            }
        }
    };
}

macro_rules! typed_ids {
    ($($(#[$meta:meta])* $name:ident, $prefix:literal;)*) => {
        $(id_type! { $(#[$meta])* $name, $prefix }
        impl $name {
            fn accepts(text: &str) -> bool {
                well_formed(text, $prefix)
            }
        })*
    };
}

typed_ids! {
    /// A tenant of the installation.
    TenantId, "ten";
    /// A person in a tenant.
    UserId, "usr";
    /// A row of an API key (not its secret).
    ApiKeyId, "key";
    /// An issuer of user tokens.
    IssuerId, "iss";
    /// A participant of a session, over all its connections.
    ParticipantId, "par";
    /// A session pass (not its secret).
    PassId, "pas";
    /// A join link (not its secret).
    JoinLinkId, "jln";
    /// A provider webhook as it arrived.
    ReceiptId, "rcp";
    /// A row of the audit.
    AuditId, "aud";
    /// A row of the request log.
    RequestId, "req";
    /// A browser's login.
    LoginId, "lgn";
    /// A request to make personal text unreadable.
    ErasureId, "era";
    /// An effect waiting to leave.
    OutboxId, "obx";
    /// An address that a tenant's webhooks go to.
    WebhookEndpointId, "whe";
    /// One event on its way to one endpoint; also the `webhook-id` of its attempts.
    WebhookDeliveryId, "whd";
}

id_type! {
    /// A call session. Chosen by the client (1-64 of `A-Z a-z 0-9 _ - . ~`, unique in its tenant) or made here.
    SessionId, "ses"
}

impl SessionId {
    fn accepts(text: &str) -> bool {
        (1..=64).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b'~'))
            && !matches!(text, "." | "..")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_have_their_form_and_sort_by_time() {
        let mut e = Entropy::from_seed([7; 32]);
        let a = TenantId::generate(Timestamp::from_millis(1_000), &mut e);
        let b = TenantId::generate(Timestamp::from_millis(2_000), &mut e);
        assert!(a < b);
        assert_eq!(TenantId::parse(a.as_str()), Some(a.clone()));
        assert_eq!(UserId::parse(a.as_str()), None);
        assert_eq!(a.as_str().len(), 30);
    }

    #[test]
    fn ids_of_one_instant_sort_by_their_number() {
        let (mut e, now) = (Entropy::from_seed([7; 32]), Timestamp::from_millis(1_000));
        let all: Vec<String> = [0, 1, 2, 255, 256, 16_383, 16_384, 4_194_303, 4_194_304, (1 << 26) - 1]
            .map(|n| uuid7_base32_nth(now, n, &mut e))
            .to_vec();
        assert!(all.is_sorted(), "{all:?}");
        assert!(all[9] < uuid7_base32_nth(now.plus_ms(1), 0, &mut e));
        assert_ne!(uuid7_base32_nth(now, 5, &mut e), uuid7_base32_nth(now, 5, &mut e));
        assert!(WebhookDeliveryId::parse(&format!("whd_{}", all[9])).is_some());
    }

    #[test]
    fn client_session_ids() {
        for (text, good) in [("order-17.a~b_C", true), ("", false), ("a b", false), ("..", false), ("ä", false)] {
            assert_eq!(SessionId::parse(text).is_some(), good, "{text}");
        }
        assert!(SessionId::parse(&"x".repeat(64)).is_some());
        assert!(SessionId::parse(&"x".repeat(65)).is_none());
    }
}
