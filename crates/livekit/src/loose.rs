//! Lenient reading of the provider's JSON. Protojson writes 64-bit integers as texts, leaves zero values out and
//! names fields in camel case; Twirp answers name them in snake case. An unexpected type reads as absent.

use callboard_kernel::Timestamp;
use serde_json::Value;

/// A place in a document that may not be there.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Loose<'a>(pub(crate) &'a Value);

impl<'a> Loose<'a> {
    /// A member by its camel-case name, or by the same name in snake case.
    pub(crate) fn get(self, camel: &str) -> Self {
        let found = self.0.get(camel).or_else(|| self.0.get(snake(camel)));
        Self(found.unwrap_or(&Value::Null))
    }

    /// Whether something is there.
    pub(crate) fn is_there(self) -> bool {
        !self.0.is_null()
    }

    /// The items of a list; none when it is no list.
    pub(crate) fn items(self) -> impl Iterator<Item = Self> {
        self.0.as_array().map(Vec::as_slice).unwrap_or_default().iter().map(Loose)
    }

    /// A text; empty when it is none.
    pub(crate) fn text(self) -> &'a str {
        self.0.as_str().unwrap_or_default()
    }

    /// A text that says something, cut to `max` characters, control characters as spaces.
    pub(crate) fn words(self, max: usize) -> Option<String> {
        let clean: String = self.text().chars().take(max).map(|c| if c.is_control() { ' ' } else { c }).collect();
        (!clean.trim().is_empty()).then_some(clean)
    }

    /// A whole number, written as a number or as a text.
    pub(crate) fn int(self) -> Option<i64> {
        match self.0 {
            Value::Number(n) => n.as_i64().or_else(|| n.as_f64().filter(|f| f.is_finite()).map(|f| f as i64)),
            Value::String(s) => s.trim().parse().ok(),
            _ => None,
        }
    }

    /// A truth value, also as a text.
    pub(crate) fn truth(self) -> bool {
        self.0.as_bool().unwrap_or_else(|| self.text().eq_ignore_ascii_case("true"))
    }

    /// An enum's value: its name in upper case, or the name of its number. Absent is the zero value.
    pub(crate) fn name(self, names: &[(i64, &str)]) -> String {
        match self.0 {
            Value::String(s) => s.to_ascii_uppercase(),
            _ => {
                let number = self.int().unwrap_or(0);
                names
                    .iter()
                    .find(|(n, _)| *n == number)
                    .map_or_else(|| number.to_string(), |(_, name)| (*name).to_owned())
            }
        }
    }

    /// An instant in milliseconds, or else in seconds under another name; `None` when both are absent or absurd.
    pub(crate) fn instant(self, millis: &str, seconds: &str) -> Option<Timestamp> {
        const LAST_SECOND: i64 = 253_402_300_799;
        let in_range = |s: &i64| (1..=LAST_SECOND).contains(s);
        let ms = self.get(millis).int().filter(|ms| in_range(&(ms / 1_000)));
        ms.map(Timestamp::from_millis).or_else(|| self.get(seconds).int().filter(in_range).map(Timestamp::from_seconds))
    }
}

/// `joinedAtMs` -> `joined_at_ms`.
fn snake(camel: &str) -> String {
    let mut out = String::with_capacity(camel.len() + 4);
    for c in camel.chars() {
        if c.is_ascii_uppercase() {
            out.push('_');
        }
        out.push(c.to_ascii_lowercase());
    }
    out
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn numbers_texts_and_names_in_either_form() {
        let body =
            json!({ "joinedAt": "12", "joined_at_ms": 12_345, "kind": 4, "state": "active", "deep": { "on": "true" } });
        let body = Loose(&body);
        assert_eq!(body.get("joinedAt").int(), Some(12));
        assert_eq!(body.get("joinedAtMs").int(), Some(12_345));
        assert_eq!(body.instant("joinedAtMs", "joinedAt"), Some(Timestamp::from_millis(12_345)));
        assert_eq!(body.get("kind").name(&[(4, "AGENT")]), "AGENT");
        assert_eq!(body.get("state").name(&[]), "ACTIVE");
        assert_eq!(body.get("absent").name(&[(0, "STANDARD")]), "STANDARD");
        assert!(body.get("deep").get("on").truth());
        assert_eq!(body.get("deep").int(), None);
        assert!(!body.get("deep").get("off").get("further").is_there());
    }

    #[test]
    fn absurd_instants_are_absent() {
        for bad in
            [json!(-1), json!(0), json!(i64::MAX), json!(1e300), json!("x"), json!({}), json!("99999999999999999999")]
        {
            let body = json!({ "t": bad });
            assert_eq!(Loose(&body).instant("none", "t"), None, "{body}");
        }
    }
}
