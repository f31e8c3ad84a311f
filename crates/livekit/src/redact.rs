//! What no kept receipt may hold: passwords and keys that LiveKit puts into its webhooks.

use serde_json::Value;

/// Stands where a secret was.
pub const REDACTED: &str = "[redacted]";

/// Member names that hold secrets, lower case, without `_` and `-`. The TURN password comes with every room; the
/// others with recordings and streams, whose requests carry storage and ingest credentials.
const SECRET_NAMES: [&str; 16] = [
    "turnpassword",
    "password",
    "secret",
    "secretkey",
    "apisecret",
    "accesskey",
    "accesstoken",
    "sessiontoken",
    "accountkey",
    "credentials",
    "streamkey",
    "signingkey",
    "token",
    "jwt",
    "authorization",
    "encryptionkey",
];

fn is_secret(name: &str) -> bool {
    let plain: String = name.chars().filter(|c| !matches!(c, '_' | '-')).map(|c| c.to_ascii_lowercase()).collect();
    SECRET_NAMES.contains(&plain.as_str())
}

/// The document without secrets at any depth, also inside texts that are JSON themselves (metadata), and without
/// U+0000, which one of the engines cannot keep.
pub fn redact(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let clean = |(name, value): (String, Value)| {
                let value = if is_secret(&name) && !value.is_null() { REDACTED.into() } else { redact(value) };
                (without_nul(name), value)
            };
            members.into_iter().map(clean).collect()
        }
        Value::Array(items) => items.into_iter().map(redact).collect(),
        Value::String(text) => Value::String(inside(without_nul(text))),
        other => other,
    }
}

fn without_nul(text: String) -> String {
    if text.contains('\0') { text.replace('\0', "\u{fffd}") } else { text }
}

/// A text that is itself a JSON document with secrets is written anew; any other stays byte for byte.
fn inside(text: String) -> String {
    if !text.trim_start().starts_with(['{', '[']) {
        return text;
    }
    match serde_json::from_str::<Value>(&text) {
        Ok(value) => {
            let clean = redact(value.clone());
            if clean == value { text } else { clean.to_string() }
        }
        Err(_) => text,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn secrets_go_at_any_depth_and_the_rest_stays() {
        let body = json!({
            "room": { "sid": "RM_1", "turnPassword": "planted-1", "turn_password": "planted-2" },
            "jobs": [{ "room": { "turnPassword": "planted-3", "name": "cb_x" } }],
            "egressInfo": { "roomComposite": { "file": { "s3": { "accessKey": "planted-4", "secret": { "v": "planted-5" }, "bucket": "b" } } } },
            "participant": { "metadata": "{\"token\":\"planted-6\",\"a\":1}", "attributes": { "x": "{not json" } },
        });
        let clean = redact(body);
        assert!(!clean.to_string().contains("planted"), "{clean}");
        assert_eq!(clean["room"]["sid"], "RM_1");
        assert_eq!(clean["room"]["turnPassword"], REDACTED);
        assert_eq!(clean["jobs"][0]["room"]["name"], "cb_x");
        assert_eq!(clean["egressInfo"]["roomComposite"]["file"]["s3"]["bucket"], "b");
        assert_eq!(clean["participant"]["metadata"], "{\"a\":1,\"token\":\"[redacted]\"}");
        assert_eq!(clean["participant"]["attributes"]["x"], "{not json");
    }

    #[test]
    fn a_nul_is_replaced_in_names_and_texts() {
        assert_eq!(redact(json!({ "a\0": "b\0c" })), json!({ "a\u{fffd}": "b\u{fffd}c" }));
    }
}
