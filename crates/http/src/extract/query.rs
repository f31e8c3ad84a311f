//! Query strings: every parameter known, none twice, each of its type.

use std::borrow::Cow;
use std::fmt;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use callboard_kernel::{Error, Result, Timestamp, codes};
use serde::de::{self, DeserializeOwned, Deserializer, IntoDeserializer, MapAccess, Visitor};

use super::{fault, is_unknown};
use crate::problem::Problem;

/// The query string as `T`, whose members are scalars and which carries `#[serde(deny_unknown_fields)]`.
/// Faults are at `query:name`.
#[derive(Debug)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        Ok(Self(parse_query(parts.uri.query().unwrap_or_default())?))
    }
}

/// Reads a query string strictly.
pub fn parse_query<T: DeserializeOwned>(query: &str) -> Result<T> {
    let pairs = pairs(query)?;
    let mut seen = Seen::default();
    for (name, _) in &pairs {
        seen.add(name)?;
    }
    let reader = PairsReader { pairs: pairs.into_iter(), value: None };
    serde_path_to_error::deserialize(reader).map_err(|e| {
        let message = e.inner().to_string();
        let field = fault(e.path(), &message, "query:", ".");
        if is_unknown(&message) {
            return unknown_parameter(field.pointer.strip_prefix("query:").unwrap_or_default());
        }
        Error::new(&codes::VALIDATION_FAILED, format!("{}: {}.", field.pointer, field.reason)).with_fields([field])
    })
}

/// An instant that bounds a list, at `query:name`; a year that nothing can have been written in is the nearest one.
pub fn query_instant(name: &str, text: Option<&str>) -> Result<Option<Timestamp>> {
    let read = |t| {
        Timestamp::parse_bound(t).ok_or_else(|| Error::invalid(format!("query:{name}"), "must be an RFC 3339 instant"))
    };
    text.map(read).transpose()
}

/// The refusal of a parameter that the route does not know.
pub(crate) fn unknown_parameter(name: &str) -> Error {
    Error::new(
        &codes::UNKNOWN_QUERY_PARAMETER,
        format!("This route has no query parameter `{}`.", callboard_kernel::short(name, 40)),
    )
    .field(format!("query:{name}"), "is not known here")
}

/// Names that came already.
#[derive(Default)]
pub(crate) struct Seen(Vec<String>);

impl Seen {
    /// Notes a name; refuses it the second time.
    pub(crate) fn add(&mut self, name: &str) -> Result<()> {
        if self.0.iter().any(|n| n == name) {
            return Err(Error::invalid(format!("query:{name}"), "must be given once"));
        }
        self.0.push(name.to_owned());
        Ok(())
    }
}

/// Decoded names and values of `a=b&c=d`, `+` being a space.
pub(crate) fn pairs(query: &str) -> Result<Vec<(String, String)>> {
    query
        .split('&')
        .filter(|part| !part.is_empty())
        .map(|part| {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            let name = decode(name).ok_or_else(|| bad_encoding("query:"))?;
            let value = decode(value).ok_or_else(|| bad_encoding(&format!("query:{name}")))?;
            Ok((name.into_owned(), value.into_owned()))
        })
        .collect()
}

fn bad_encoding(pointer: &str) -> Error {
    Error::invalid(pointer, "must be UTF-8 in percent encoding, without U+0000")
}

fn decode(text: &str) -> Option<Cow<'_, str>> {
    if !text.bytes().any(|b| matches!(b, b'%' | b'+')) {
        return Some(Cow::Borrowed(text));
    }
    let mut out = Vec::with_capacity(text.len());
    let mut bytes = text.bytes();
    while let Some(b) = bytes.next() {
        out.push(match b {
            b'+' => b' ',
            b'%' => {
                let high = char::from(bytes.next()?).to_digit(16)?;
                let low = char::from(bytes.next()?).to_digit(16)?;
                u8::try_from(high * 16 + low).ok()?
            }
            other => other,
        });
    }
    let text = String::from_utf8(out).ok()?;
    (!text.contains('\0')).then_some(Cow::Owned(text))
}

/// serde's view of the pairs as a map from names to texts.
struct PairsReader {
    pairs: std::vec::IntoIter<(String, String)>,
    value: Option<String>,
}

impl<'de> Deserializer<'de> for PairsReader {
    type Error = de::value::Error;
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        visitor.visit_map(self)
    }
    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit
        unit_struct newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

impl<'de> MapAccess<'de> for PairsReader {
    type Error = de::value::Error;
    fn next_key_seed<K: de::DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Self::Error> {
        let Some((name, value)) = self.pairs.next() else { return Ok(None) };
        self.value = Some(value);
        seed.deserialize(name.into_deserializer()).map(Some)
    }
    fn next_value_seed<V: de::DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Self::Error> {
        seed.deserialize(Text(self.value.take().unwrap_or_default()))
    }
}

/// One text, read as whatever scalar is asked for.
struct Text(String);

/// Only plain decimal digits, so that `+1`, ` 1` and `0x1` are not numbers.
fn whole<N: std::str::FromStr>(text: &str) -> Result<N, de::value::Error> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let plain = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten().ok_or_else(|| de::Error::custom("must be a whole number in its range"))
}

macro_rules! whole_numbers {
    ($($method:ident $visit:ident $kind:ty;)*) => {
        $(fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
            visitor.$visit(whole::<$kind>(&self.0)?)
        })*
    };
}

impl<'de> Deserializer<'de> for Text {
    type Error = de::value::Error;
    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        visitor.visit_string(self.0)
    }
    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        match self.0.as_str() {
            "true" => visitor.visit_bool(true),
            "false" => visitor.visit_bool(false),
            _ => Err(de::Error::custom("must be true or false")),
        }
    }
    whole_numbers! {
        deserialize_i8 visit_i8 i8;
        deserialize_i16 visit_i16 i16;
        deserialize_i32 visit_i32 i32;
        deserialize_i64 visit_i64 i64;
        deserialize_u8 visit_u8 u8;
        deserialize_u16 visit_u16 u16;
        deserialize_u32 visit_u32 u32;
        deserialize_u64 visit_u64 u64;
    }
    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        visitor.visit_some(self)
    }
    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        visitor.visit_newtype_struct(self)
    }
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        visitor.visit_enum(self.0.into_deserializer())
    }
    serde::forward_to_deserialize_any! {
        i128 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple tuple_struct map struct
        identifier ignored_any
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Text")
    }
}

#[cfg(test)]
mod tests {
    use callboard_kernel::Timestamp;
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Status {
        Active,
        Ended,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(deny_unknown_fields, rename_all = "camelCase")]
    struct Filter {
        limit: Option<i64>,
        status: Option<Status>,
        created_after: Option<Timestamp>,
        q: Option<String>,
        on: Option<bool>,
    }

    #[test]
    fn scalars_are_read() {
        let f: Filter =
            parse_query("limit=5&status=ended&createdAfter=2026-01-02T03:04:05Z&q=a+b%C3%A4&on=true").expect("good");
        assert_eq!(f.limit, Some(5));
        assert_eq!(f.status, Some(Status::Ended));
        assert_eq!(f.q.as_deref(), Some("a bä"));
        assert_eq!(f.created_after.map(|t| t.to_string()).as_deref(), Some("2026-01-02T03:04:05Z"));
        assert_eq!(parse_query::<Filter>("").expect("empty").limit, None);
    }

    #[test]
    fn refusals_name_the_parameter() {
        for (query, code, pointer) in [
            ("colour=1", "UNKNOWN_QUERY_PARAMETER", "query:colour"),
            ("limit=1&limit=2", "VALIDATION_FAILED", "query:limit"),
            ("limit=1.5", "VALIDATION_FAILED", "query:limit"),
            ("limit=+1", "VALIDATION_FAILED", "query:limit"),
            ("limit=", "VALIDATION_FAILED", "query:limit"),
            ("limit=99999999999999999999", "VALIDATION_FAILED", "query:limit"),
            ("status=open", "VALIDATION_FAILED", "query:status"),
            ("createdAfter=yesterday", "VALIDATION_FAILED", "query:createdAfter"),
            ("on=1", "VALIDATION_FAILED", "query:on"),
            ("q=%ff", "VALIDATION_FAILED", "query:q"),
            ("q=%00", "VALIDATION_FAILED", "query:q"),
            ("q=%4", "VALIDATION_FAILED", "query:q"),
        ] {
            let error = parse_query::<Filter>(query).expect_err(query);
            assert_eq!((error.code().name, error.fields()[0].pointer.as_str()), (code, pointer), "{query}");
        }
    }

    proptest::proptest! {
        #[test]
        fn arbitrary_queries_never_panic(text in ".*") {
            let _seen = parse_query::<Filter>(&text);
        }
    }
}
