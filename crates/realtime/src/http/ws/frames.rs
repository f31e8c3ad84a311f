//! Frames of the socket: JSON text, strict on the way in.

use callboard_kernel::json::{self, Rules};
use callboard_kernel::{Error, Result, Timestamp, codes};
use serde::Deserialize;
use serde_json::json;
use serde_json::value::RawValue;

use crate::feed::Item;

/// A frame from the client. Which members it needs follows from `op`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Wire<'a> {
    op: String,
    id: Option<String>,
    pass: Option<String>,
    session_id: Option<String>,
    after_sequence: Option<i64>,
    tenant: Option<bool>,
    cursor: Option<String>,
    consumer_id: Option<String>,
    sequence: Option<i64>,
    #[serde(borrow)]
    events: Option<Vec<&'a RawValue>>,
}

/// What a client asks for.
pub(super) enum Op {
    /// The pass of a page that cannot send headers.
    Auth { pass: String },
    /// Follow a session.
    Session { id: String, session: String, after: Option<i64> },
    /// Follow the tenant.
    Tenant { id: String, cursor: Option<String> },
    /// Follow no longer.
    Unsubscribe { id: String },
    /// Store a checkpoint.
    Ack { session: String, consumer: String, sequence: i64 },
    /// Append events; each is JSON.
    Append { id: String, events: Vec<Box<RawValue>> },
    /// Ask for a sign of life.
    Ping { id: Option<String> },
}

/// A frame that cannot be understood, with its id when that much could be read.
pub(super) struct Bad {
    pub id: Option<String>,
    pub error: Error,
}

/// Reads a frame.
pub(super) fn read(text: &str) -> Result<Op, Bad> {
    let bad = |id: Option<String>, error: Error| Bad { id, error };
    let compact = json::check(text.as_bytes(), Rules::default()).map_err(|fault| {
        let message = format!("The frame cannot be read: {}.", fault.reason);
        bad(None, Error::new(&codes::MALFORMED_JSON, message).with_fields([fault]))
    })?;
    let wire: Wire<'_> = serde_json::from_str(&compact).map_err(|e| {
        let reason = e.to_string();
        let reason = reason.split(" at line ").next().unwrap_or_default().to_owned();
        bad(None, Error::invalid("", reason))
    })?;
    let id = wire.id.clone();
    op(wire).map_err(|error| bad(id, error))
}

fn op(wire: Wire<'_>) -> Result<Op> {
    if wire.id.as_ref().is_some_and(|id| !(1..=64).contains(&id.chars().count())) {
        return Err(Error::invalid("/id", "must have 1-64 characters"));
    }
    Ok(match wire.op.as_str() {
        "auth" => Op::Auth { pass: need(wire.pass, "/pass")? },
        "subscribe" if wire.tenant == Some(true) && wire.session_id.is_none() => {
            Op::Tenant { id: need(wire.id, "/id")?, cursor: wire.cursor }
        }
        "subscribe" if wire.tenant.is_some() || wire.cursor.is_some() => {
            return Err(Error::invalid("/tenant", "a subscription is of one session, or of the tenant"));
        }
        "subscribe" => Op::Session {
            id: need(wire.id, "/id")?,
            session: need(wire.session_id, "/sessionId")?,
            after: wire.after_sequence,
        },
        "unsubscribe" => Op::Unsubscribe { id: need(wire.id, "/id")? },
        "ack" => Op::Ack {
            session: need(wire.session_id, "/sessionId")?,
            consumer: need(wire.consumer_id, "/consumerId")?,
            sequence: need(wire.sequence, "/sequence")?,
        },
        "append" => Op::Append {
            id: need(wire.id, "/id")?,
            events: need(wire.events, "/events")?.into_iter().map(ToOwned::to_owned).collect(),
        },
        "ping" => Op::Ping { id: wire.id },
        _ => {
            let known = "auth, subscribe, unsubscribe, ack, append or ping";
            return Err(Error::invalid("/op", format!("must be one of: {known}")));
        }
    })
}

fn need<T>(value: Option<T>, pointer: &str) -> Result<T> {
    value.ok_or_else(|| Error::invalid(pointer, "is required"))
}

/// Most bytes of events in one frame, if more than one event is in it: what a cut loses has to be sent again.
const FRAME_BYTES: usize = 16 * 1024;

/// How many of the first items make one frame.
pub(super) fn one_frame(items: &[Item]) -> usize {
    let mut bytes = 0;
    let fits = |item: &&Item| {
        bytes += item.frame.json.len();
        bytes <= FRAME_BYTES
    };
    items.iter().take_while(fits).count().clamp(1, items.len().max(1))
}

/// `ready`: the caller is known.
pub(super) fn ready(now: Timestamp) -> String {
    json!({ "op": "ready", "serverTime": now }).to_string()
}

/// `events`: some of a subscription's, and for tenants the place after the last.
pub(super) fn events(id: &str, items: &[Item]) -> String {
    let mut out = String::with_capacity(items.iter().map(|i| i.frame.json.len() + 1).sum::<usize>() + 128);
    out.push_str("{\"op\":\"events\",\"id\":");
    out.push_str(&json!(id).to_string());
    out.push_str(",\"events\":[");
    for (at, item) in items.iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        // Frames were written as text.
        out.push_str(&String::from_utf8_lossy(&item.frame.json));
    }
    out.push(']');
    if let Some(cursor) = items.last().and_then(|i| i.cursor) {
        out.push_str(&format!(",\"cursor\":\"{}\"", cursor.encode()));
    }
    out.push('}');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> (Option<String>, &'static str, String) {
        match read(text) {
            Ok(_) => panic!("{text} was read"),
            Err(bad) => {
                let place = bad.error.fields().first().map(|f| f.pointer.clone()).unwrap_or_default();
                (bad.id, bad.error.code().name, place)
            }
        }
    }

    #[test]
    fn frames_are_strict() {
        for (text, id, code, place) in [
            ("{", None, "MALFORMED_JSON", ""),
            (r#"{"op":"ping","op":"ping"}"#, None, "MALFORMED_JSON", "/op"),
            ("[]", None, "VALIDATION_FAILED", ""),
            (r#"{"op":"dance","id":"a"}"#, Some("a"), "VALIDATION_FAILED", "/op"),
            (r#"{"op":"subscribe","sessionId":"s"}"#, None, "VALIDATION_FAILED", "/id"),
            (r#"{"op":"subscribe","id":"a"}"#, Some("a"), "VALIDATION_FAILED", "/sessionId"),
            (r#"{"op":"subscribe","id":"a","sessionId":"s","tenant":true}"#, Some("a"), "VALIDATION_FAILED", "/tenant"),
            (r#"{"op":"subscribe","id":"","sessionId":"s"}"#, Some(""), "VALIDATION_FAILED", "/id"),
            (r#"{"op":"ack","sessionId":"s","consumerId":"c"}"#, None, "VALIDATION_FAILED", "/sequence"),
            (r#"{"op":"append","id":"a"}"#, Some("a"), "VALIDATION_FAILED", "/events"),
            (r#"{"op":"ping","colour":1}"#, None, "VALIDATION_FAILED", ""),
        ] {
            assert_eq!(refused(text), (id.map(str::to_owned), code, place.to_owned()), "{text}");
        }
        assert!(matches!(read(r#"{"op":"ping"}"#), Ok(Op::Ping { id: None })));
        let session = read(r#"{"op":"subscribe","id":"a","sessionId":"s","afterSequence":3}"#);
        assert!(matches!(session, Ok(Op::Session { after: Some(3), .. })));
    }

    proptest::proptest! {
        #[test]
        fn arbitrary_frames_never_panic(text in ".*") {
            let _outcome = read(&text);
        }
    }
}
