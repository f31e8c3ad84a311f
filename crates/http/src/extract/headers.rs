//! Headers that carry conditions.

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use callboard_kernel::{Error, Result, codes};

use crate::problem::Problem;

/// The `Idempotency-Key` header: 1-255 printable ASCII characters. Extract it as `Option<IdempotencyKey>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    /// Reads a key; refuses the empty, the long and what is not printable ASCII.
    pub fn parse(text: &str) -> Result<Self> {
        let good = (1..=255).contains(&text.len()) && text.bytes().all(|b| matches!(b, b' '..=b'~'));
        good.then(|| Self(text.to_owned()))
            .ok_or_else(|| Error::invalid("header:Idempotency-Key", "must be 1-255 printable ASCII characters"))
    }
    /// The key's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<S: Send + Sync> OptionalFromRequestParts<S> for IdempotencyKey {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Option<Self>, Problem> {
        let Some(text) = single(&parts.headers, "idempotency-key", "header:Idempotency-Key")? else { return Ok(None) };
        Ok(Some(Self::parse(&text)?))
    }
}

/// The `If-Match` header against versions; an absent header matches every version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IfMatch(Option<Vec<String>>);

impl IfMatch {
    /// Reads the header's value: `*`, or entity tags in quotes.
    pub fn parse(text: &str) -> Result<Self> {
        if text.trim() == "*" {
            return Ok(Self(None));
        }
        let tag = |part: &str| {
            let part = part.trim();
            let weak = part.starts_with("W/");
            let inner = part.strip_prefix("W/").unwrap_or(part).strip_prefix('"')?.strip_suffix('"')?;
            if inner.contains('"') {
                return None;
            }
            // A weak tag never matches here: If-Match compares strongly.
            Some(if weak { String::new() } else { inner.to_owned() })
        };
        let tags: Option<Vec<String>> = text.split(',').map(tag).collect();
        tags.map(|t| Self(Some(t)))
            .ok_or_else(|| Error::invalid("header:If-Match", "must be * or entity tags in double quotes"))
    }

    /// Refuses with `PRECONDITION_FAILED` unless the object's version is one that the caller named.
    pub fn check(&self, version: i64) -> Result<()> {
        let current = version.to_string();
        match &self.0 {
            Some(tags) if !tags.contains(&current) => {
                Err(Error::new(&codes::PRECONDITION_FAILED, "The object has changed since it was read; read it again.")
                    .with("currentVersion", version))
            }
            _ => Ok(()),
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Problem;
    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        let text = single(&parts.headers, header::IF_MATCH.as_str(), "header:If-Match")?;
        Ok(text.map_or(Ok(Self(None)), |t| Self::parse(&t))?)
    }
}

/// The one value of a header that may come once.
fn single(headers: &HeaderMap, name: &str, pointer: &str) -> Result<Option<String>> {
    let mut values = headers.get_all(name).iter();
    let Some(value) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err(Error::invalid(pointer, "must be sent once"));
    }
    let text = value.to_str().map_err(|_| Error::invalid(pointer, "must be printable ASCII"))?;
    Ok(Some(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys() {
        let long = "k".repeat(256);
        for (text, good) in
            [("a", true), ("8e03978e-40d5", true), ("", false), ("ä", false), ("a\tb", false), (&long, false)]
        {
            assert_eq!(IdempotencyKey::parse(text).is_ok(), good, "{text}");
        }
    }

    #[test]
    fn conditions() {
        for (text, matches) in [
            ("*", Some(true)),
            ("\"3\"", Some(true)),
            ("\"2\", \"3\"", Some(true)),
            ("\"2\"", Some(false)),
            ("W/\"3\"", Some(false)),
            ("\"3\"\"", None),
            ("3", None),
            ("", None),
        ] {
            assert_eq!(IfMatch::parse(text).ok().map(|m| m.check(3).is_ok()), matches, "{text}");
        }
    }
}
