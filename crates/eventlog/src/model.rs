//! What the log holds and what is asked of it.

use std::fmt::Write as _;

use callboard_contracts::{Actor, EventType};
use callboard_kernel::teeth::{Tooth, planted};
use callboard_kernel::{Entropy, SessionId, TenantId, Timestamp, sha256, uuid7};

/// A session's stream, as only a tenant-checked load gives it. Queries that take it need no tenant clause.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SessionKey {
    tenant: TenantId,
    session: SessionId,
    key: i64,
}

impl SessionKey {
    pub(crate) const fn new(tenant: TenantId, session: SessionId, key: i64) -> Self {
        Self { tenant, session, key }
    }
    /// The tenant that the session belongs to.
    pub const fn tenant(&self) -> &TenantId {
        &self.tenant
    }
    /// The session's public id.
    pub const fn session(&self) -> &SessionId {
        &self.session
    }
    /// The number that rows of this session carry.
    pub const fn key(&self) -> i64 {
        self.key
    }
}

/// An event about to be appended. Its payload is compact JSON.
#[derive(Clone, Debug)]
pub struct NewEvent {
    /// The dedupe key within the session.
    pub event_id: String,
    /// When it happened.
    pub ts: Timestamp,
    /// Whether the producer sent `ts`; only then it is compared with a stored twin.
    pub ts_given: bool,
    /// Its type.
    pub ty: EventType,
    /// Who did it.
    pub actor: Actor,
    /// Compact JSON object.
    pub payload: String,
    pub(crate) checked: bool,
}

impl NewEvent {
    /// A fact of Callboard's own; `append` validates it and treats a failure as our defect.
    pub fn own(event_id: String, ts: Timestamp, ty: EventType, actor: Actor, payload: String) -> Self {
        Self { event_id, ts, ts_given: true, ty, actor, payload, checked: false }
    }
    /// A producer's event whose envelope and payload were validated at ingest.
    pub fn ingested(
        event_id: String,
        ts: Timestamp,
        ts_given: bool,
        ty: EventType,
        actor: Actor,
        payload: String,
    ) -> Self {
        Self { event_id, ts, ts_given, ty, actor, payload, checked: true }
    }
    /// A fresh server-made id: `evt_` and a UUIDv7.
    pub fn fresh_id(now: Timestamp, entropy: &mut Entropy) -> String {
        format!("evt_{}", uuid7(now, entropy))
    }
}

/// An event as stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredEvent {
    /// Its place in its session, from 1.
    pub sequence: i64,
    /// The dedupe key.
    pub event_id: String,
    /// The session's public id.
    pub session: SessionId,
    /// When it happened.
    pub ts: Timestamp,
    /// When the request that brought it arrived.
    pub received_at: Timestamp,
    /// Its type.
    pub ty: EventType,
    /// Who did it.
    pub actor: Actor,
    /// Compact JSON object, served unchanged.
    pub payload: String,
    /// Whether its personal text was made unreadable.
    pub erased: bool,
}

impl StoredEvent {
    /// The canonical envelope: eight keys in the contract's order.
    pub fn json(&self) -> String {
        let mut out = String::with_capacity(self.json_room());
        self.push_json(&mut out);
        out
    }

    /// About how many bytes [`Self::json`] has.
    pub fn json_room(&self) -> usize {
        self.payload.len() + 320
    }

    /// Appends [`Self::json`].
    pub fn push_json(&self, out: &mut String) {
        out.push_str("{\"eventId\":");
        push_text(out, &self.event_id);
        out.push_str(",\"sessionId\":");
        push_text(out, self.session.as_str());
        // Writing into a String cannot fail.
        let _written = write!(out, ",\"sequence\":{},\"ts\":\"{}\",\"type\":\"", self.sequence, self.ts);
        out.push_str(self.ty.as_str());
        out.push_str("\",\"actor\":{\"role\":\"");
        out.push_str(self.actor.role.as_str());
        out.push_str("\",\"id\":");
        push_text(out, &self.actor.id);
        out.push_str("},\"payload\":");
        out.push_str(&self.payload);
        out.push_str(",\"schemaVersion\":\"1.0\"}");
    }

    /// Reads a member of the payload as text.
    pub fn payload_value(&self) -> serde_json::Value {
        serde_json::from_str(&self.payload).unwrap_or(serde_json::Value::Null)
    }
}

fn push_text(out: &mut String, text: &str) {
    if text.bytes().all(|b| b >= b' ' && b != b'"' && b != b'\\') {
        out.push('"');
        out.push_str(text);
        out.push('"');
    } else {
        out.push_str(&serde_json::Value::from(text).to_string());
    }
}

/// The outcome of appending one event.
#[derive(Clone, Debug)]
pub struct Appended {
    /// The event as stored; the first one when this was a repetition.
    pub event: StoredEvent,
    /// Whether the log already held it.
    pub deduped: bool,
}

/// The last event that a bounded read covers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Watermark {
    /// Its sequence.
    pub sequence: i64,
    /// Its id.
    pub event_id: String,
    /// Its instant.
    pub ts: Timestamp,
}

/// The binary dedupe key: the 6 time bytes of a UUIDv7 or ULID inside the id (of its hash if there is none), then
/// 10 bytes of the SHA-256 of the whole text. Time-ordered ids so touch neighbouring index pages.
pub(crate) fn key16(event_id: &str) -> [u8; 16] {
    let own = if planted(Tooth::DedupePerProcess) { std::process::id() } else { 0 };
    let hash =
        if own == 0 { sha256(&[event_id.as_bytes()]) } else { sha256(&[event_id.as_bytes(), &own.to_be_bytes()]) };
    let time = uuid_time(event_id).or_else(|| ulid_time(event_id));
    let mut out = [0; 16];
    out[..6].copy_from_slice(time.as_ref().map_or(&hash[10..16], |t| &t[..]));
    out[6..].copy_from_slice(&hash[..10]);
    out
}

fn uuid_time(id: &str) -> Option<[u8; 6]> {
    let start = id.len().checked_sub(36)?;
    let tail = id.get(start..)?.as_bytes();
    let dashes = [8, 13, 18, 23].iter().all(|at| tail[*at] == b'-');
    if !dashes || tail[14] != b'7' {
        return None;
    }
    let mut out = [0; 6];
    let digits: Vec<u8> = tail[..13].iter().filter(|b| **b != b'-').copied().collect();
    for (byte, pair) in out.iter_mut().zip(digits.chunks_exact(2)) {
        let text = std::str::from_utf8(pair).ok()?;
        *byte = u8::from_str_radix(text, 16).ok()?;
    }
    Some(out)
}

/// The 48 time bits of a ULID or TypeID suffix: 26 characters of Crockford base 32 at the end of the id.
fn ulid_time(id: &str) -> Option<[u8; 6]> {
    let start = id.len().checked_sub(26)?;
    let tail = id.get(start..)?;
    let all = tail.bytes().map(crockford).collect::<Option<Vec<u64>>>()?;
    let millis = all[..10].iter().fold(0u64, |acc, d| (acc << 5) | d);
    let bytes = millis.to_be_bytes();
    let mut out = [0; 6];
    out.copy_from_slice(&bytes[2..]);
    (bytes[..2] == [0, 0]).then_some(out)
}

fn crockford(byte: u8) -> Option<u64> {
    const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    let upper = byte.to_ascii_uppercase();
    ALPHABET.iter().position(|a| *a == upper).map(|at| at as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_quoted_as_json_has_it() {
        for text in ["", "plain", "ä € 𝄞", "a\"b", "a\\b", "a\nb", "\u{1f}", "\u{7f}"] {
            let mut out = String::new();
            push_text(&mut out, text);
            assert_eq!(out, serde_json::Value::from(text).to_string());
        }
    }

    #[test]
    fn keys_of_time_ordered_ids_sort_by_time() {
        let mut e = Entropy::from_seed([3; 32]);
        let early = NewEvent::fresh_id(Timestamp::from_millis(1_700_000_000_000), &mut e);
        let late = NewEvent::fresh_id(Timestamp::from_millis(1_700_000_000_001), &mut e);
        assert!(key16(&early)[..6] < key16(&late)[..6]);
        let ulid = key16("01HF0000000000000000000000");
        assert!(key16("01HG0000000000000000000000")[..6] > ulid[..6]);
        assert_ne!(key16("a"), key16("b"));
        assert_eq!(key16("ä€ and more than thirty-six bytes of text…").len(), 16);
    }
}
