//! The scalar kinds of the contract: each refuses what the contract refuses when it is read, and
//! carries the same rule into the JSON Schema.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, Deserialize, Deserializer, Visitor};
use serde::{Serialize, Serializer};

/// Largest integer that every JSON reader keeps exact: 2^53 - 1.
pub const MAX_INTEGER: i64 = 9_007_199_254_740_991;

/// Pattern of non-blank text in the schemas.
pub(crate) const NOT_BLANK: &str = r"\S";
/// Pattern of a currency in the schemas.
pub(crate) const CURRENCY: &str = "^[A-Z]{3}$";
/// Pattern of an instant in the schemas; `format` adds the calendar.
pub(crate) const INSTANT: &str = r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,6})?(Z|[+-]\d{2}:\d{2})$";

/// Reads an optional field that is present: null is not a way to leave it out.
pub(crate) fn present<'de, T: Deserialize<'de>, D: Deserializer<'de>>(d: D) -> Result<Option<T>, D::Error> {
    T::deserialize(d).map(Some)
}

/// Reads one word of a closed list.
pub(crate) struct Words<T>(pub fn(&str) -> Option<T>);

impl<T> Visitor<'_> for Words<T> {
    type Value = T;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("one of the contract's words")
    }
    fn visit_str<E: de::Error>(self, text: &str) -> Result<T, E> {
        (self.0)(text).ok_or_else(|| E::custom("not one of the contract's words"))
    }
}

/// A text newtype whose rule is checked when it is read, not when Callboard makes it: what Callboard
/// emits passes the same validation as everything else before it is stored.
macro_rules! text_kind {
    ($(#[$meta:meta])* $name:ident, $rule:path, $fault:literal, $schema:tt) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        pub struct $name(String);

        impl $name {
            /// From anything that writes itself as text: an id, an instant, a code.
            pub fn of(value: impl fmt::Display) -> Self {
                Self(value.to_string())
            }
            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
            /// The text, owned.
            pub fn into_string(self) -> String {
                self.0
            }
        }
        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                Self(text.to_owned())
            }
        }
        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self(text)
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.serialize_str(&self.0)
            }
        }
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                let text = String::deserialize(d)?;
                if $rule(&text) { Ok(Self(text)) } else { Err(de::Error::custom($fault)) }
            }
        }
        impl JsonSchema for $name {
            fn inline_schema() -> bool {
                true
            }
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }
            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!($schema)
            }
        }
    };
}

text_kind!(
    /// Text that is not blank.
    Text, not_blank, "must not be blank",
    { "type": "string", "minLength": 1, "pattern": NOT_BLANK }
);
text_kind!(
    /// An instant: RFC 3339 with a zone and at most microseconds.
    Moment, crate::instant::is_instant, "not an RFC 3339 instant",
    { "type": "string", "format": "date-time", "pattern": INSTANT }
);
text_kind!(
    /// An ISO 4217 currency code: three capital letters.
    Currency, is_currency, "not three capital letters",
    { "type": "string", "pattern": CURRENCY }
);

/// Whether a text holds anything but white space.
pub(crate) fn not_blank(text: &str) -> bool {
    !text.trim().is_empty()
}

/// Whether a text is shaped like an ISO 4217 code.
pub(crate) fn is_currency(text: &str) -> bool {
    text.len() == 3 && text.bytes().all(|b| b.is_ascii_uppercase())
}

/// The contract's `int`: an integer from 0 to 2^53-1, written without fraction or exponent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Count(u64);

impl Count {
    /// From a signed number, such as a duration between two clocks: negative becomes 0, and what is
    /// beyond 2^53-1 becomes that.
    pub const fn clamped(value: i64) -> Self {
        if value < 0 {
            Self(0)
        } else if value > MAX_INTEGER {
            Self(MAX_INTEGER.unsigned_abs())
        } else {
            Self(value.unsigned_abs())
        }
    }
    /// The number.
    pub const fn get(self) -> u64 {
        self.0
    }
    /// The number, signed, as the store keeps it.
    pub const fn signed(self) -> i64 {
        self.0.cast_signed()
    }
}

impl From<u32> for Count {
    fn from(value: u32) -> Self {
        Self(value.into())
    }
}

impl Serialize for Count {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_u64(self.0)
    }
}

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let value = u64::deserialize(d)?;
        if value > MAX_INTEGER.unsigned_abs() {
            return Err(de::Error::custom("beyond 2^53-1"));
        }
        Ok(Self(value))
    }
}

impl JsonSchema for Count {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        "Count".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "integer", "minimum": 0, "maximum": MAX_INTEGER })
    }
}

/// A signed integer within ±(2^53-1), written without fraction or exponent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Integer(pub i64);

impl Serialize for Integer {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_i64(self.0)
    }
}

impl<'de> Deserialize<'de> for Integer {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let value = i64::deserialize(d)?;
        if !(-MAX_INTEGER..=MAX_INTEGER).contains(&value) {
            return Err(de::Error::custom("beyond ±(2^53-1)"));
        }
        Ok(Self(value))
    }
}

impl JsonSchema for Integer {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        "Integer".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "integer", "minimum": -MAX_INTEGER, "maximum": MAX_INTEGER })
    }
}

/// A number from 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd, Default)]
pub struct Ratio(pub f64);

impl Serialize for Ratio {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_f64(self.0)
    }
}

impl<'de> Deserialize<'de> for Ratio {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let value = f64::deserialize(d)?;
        if !(0.0..=1.0).contains(&value) {
            return Err(de::Error::custom("not a number from 0 to 1"));
        }
        Ok(Self(value))
    }
}

impl JsonSchema for Ratio {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> Cow<'static, str> {
        "Ratio".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "number", "minimum": 0, "maximum": 1 })
    }
}
