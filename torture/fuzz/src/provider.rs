//! What comes in at the webhook's door: a signature from anybody, then a body in a dialect.

use std::sync::LazyLock;

use callboard_kernel::Timestamp;
use callboard_livekit::{LiveKitConfig, ProviderEvent, parse, read, verify, webhook_token};
use serde_json::Value;

use crate::documents::holds_nul;
use crate::halves;

const NOW: i64 = 1_767_225_600;
/// The one body that was ever signed.
pub(crate) const SIGNED: &str = r#"{"event":"room_started","room":{"sid":"RM_1","name":"cb_a"},"id":"EV_1"}"#;

static CONFIG: LazyLock<LiveKitConfig> = LazyLock::new(|| {
    LiveKitConfig::new("http://127.0.0.1:7880", None, "APIfuzz", "a-secret-that-nobody-guesses-0123".to_owned().into())
        .expect("the settings are good")
});

/// A genuine token for the signed body, for the corpus.
pub fn genuine() -> String {
    webhook_token(&CONFIG, SIGNED.as_bytes(), Timestamp::from_seconds(NOW)).expect("a token can be made")
}

/// Nothing but the one body under its own signature gets in.
pub(crate) fn jwt(data: &[u8]) {
    let (header, body) = halves(data);
    let header = header.replace("@genuine@", &genuine());
    let now = Timestamp::from_seconds(NOW);
    if verify(&CONFIG, Some(&header), body.as_bytes(), now).is_ok() {
        assert_eq!(body, SIGNED, "a body that nobody signed was let in");
        assert!(header.contains(signature()), "a signature that nobody made was believed");
        let late = Timestamp::from_seconds(NOW + 3_600);
        assert!(verify(&CONFIG, Some(&header), body.as_bytes(), late).is_err(), "an hour later it was still good");
    }
    assert!(verify(&CONFIG, None, body.as_bytes(), now).is_err(), "no header is no signature");
}

fn signature() -> &'static str {
    static SIGNATURE: LazyLock<String> =
        LazyLock::new(|| genuine().rsplit('.').next().expect("a token has three parts").to_owned());
    // The last character carries bits that no byte uses.
    &SIGNATURE[..SIGNATURE.len() - 1]
}

/// A genuine body never fails to be read, loses its secrets, and reads the same from the receipt.
pub(crate) fn body(data: &[u8]) {
    let arrived = read(data);
    let event = &arrived.event;
    assert!(!event.id.is_empty(), "every delivery has an id");
    for text in [&event.id, &event.name, &event.room_sid, &event.room_name] {
        assert!(text.chars().count() <= 300, "a text came through unbounded");
    }
    let stored = arrived.body.to_string();
    assert!(!holds_nul(&arrived.body), "U+0000 reached the store");
    assert!(no_secret(&arrived.body), "a secret reached the store: {stored}");
    let again: Value = serde_json::from_str(&stored).expect("what is stored is JSON");
    // A number of many digits may come back from a text by a hair; nothing is read from numbers that large.
    let from_receipt = ProviderEvent { body: arrived.body.clone(), ..parse(&again, &arrived.body_sha256) };
    if event.name.is_empty() {
        return;
    }
    assert_eq!(*event, from_receipt, "processing again reads something else");
}

fn no_secret(value: &Value) -> bool {
    match value {
        Value::Object(members) => members.iter().all(|(name, value)| {
            let hidden = name.eq_ignore_ascii_case("turnPassword") && !value.is_null();
            (!hidden || value == "[redacted]") && no_secret(value)
        }),
        Value::Array(items) => items.iter().all(no_secret),
        _ => true,
    }
}
