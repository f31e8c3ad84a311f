//! A genuine delivery, read leniently: what the translation needs and nothing else. An unknown event, an unknown
//! enum value, a number as a text or an absent field never rejects a delivery, for LiveKit would not send it again.

use callboard_calls::model::ParticipantKind;
use callboard_calls::provider::LeaveReason;
use callboard_kernel::{Timestamp, sha256_hex};
use serde_json::{Value, json};

use crate::loose::Loose;
use crate::redact::redact;

/// Largest webhook body, bytes. A room's or a participant's metadata may have 64 KiB.
pub const MAX_BODY_BYTES: usize = 1024 * 1024;
/// Longest text that is taken over from a field, characters.
const MAX_TEXT: usize = 200;

/// A delivery ready to be stored: the body without secrets, and what it says.
#[derive(Clone, Debug, PartialEq)]
pub struct Arrived {
    /// What it says.
    pub event: ProviderEvent,
    /// The body, redacted.
    pub body: Value,
    /// SHA-256 of the raw body, hexadecimal.
    pub body_sha256: String,
}

/// What a webhook says, as far as it is understood.
#[derive(Clone, Debug, PartialEq)]
pub struct ProviderEvent {
    /// `EV_…`; `sha256:…` of the body when the sender gave none.
    pub id: String,
    /// The event's name; empty when the body cannot be read.
    pub name: String,
    /// When it happened: whole seconds, by LiveKit's clock.
    pub created_at: Option<Timestamp>,
    /// The room's id, empty when not said.
    pub room_sid: String,
    /// The room's name, empty when not said.
    pub room_name: String,
    /// Who it is about.
    pub participant: Option<ParticipantSeen>,
    /// The track it is about.
    pub track: Option<TrackSeen>,
    /// The recording it is about.
    pub egress: Option<EgressSeen>,
    /// The redacted body, for relayed events that carry data of their own.
    pub body: Value,
}

/// A participant as a webhook or a list shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParticipantSeen {
    /// `PA_…`.
    pub sid: String,
    /// The identity.
    pub identity: String,
    /// A name to show.
    pub name: Option<String>,
    /// The kind; kinds unknown here are `other`.
    pub kind: ParticipantKind,
    /// `ACTIVE`, `JOINED`, …
    pub state: String,
    /// For phones: whether somebody talks (`sip.callStatus` is `active`). True for everybody else.
    pub answered: bool,
    /// When this connection joined.
    pub joined_at: Option<Timestamp>,
    /// Why it left.
    pub reason: LeaveReason,
}

/// A track.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrackSeen {
    /// `TR_…`.
    pub sid: String,
    /// `AUDIO`, `VIDEO`, `DATA` or as spelled.
    pub kind: String,
    /// `MICROPHONE`, `CAMERA`, `SCREEN_SHARE`, …
    pub source: String,
}

/// A recording or a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EgressSeen {
    /// `EG_…`.
    pub id: String,
    /// `EGRESS_ACTIVE`, …
    pub status: String,
    /// Where the result lies.
    pub location: Option<String>,
    /// What went wrong.
    pub error: Option<String>,
}

/// Reads a delivery whose signature was verified. Never fails: a body that is no JSON object becomes an event
/// without a name, so that its receipt can say so.
pub fn read(raw: &[u8]) -> Arrived {
    let body_sha256 = sha256_hex(raw);
    let (body, readable) = match serde_json::from_slice::<Value>(raw) {
        Ok(value @ Value::Object(_)) => (redact(value), true),
        Ok(_) => (json!({ "unreadable": "not an object" }), false),
        Err(error) => (json!({ "unreadable": error.to_string() }), false),
    };
    let mut event = parse(&body, &body_sha256);
    if !readable {
        event.name.clear();
    }
    Arrived { event, body, body_sha256 }
}

/// Reads a body that was stored before.
pub fn parse(body: &Value, body_sha256: &str) -> ProviderEvent {
    let root = Loose(body);
    let room = root.get("room");
    let egress = root.get("egressInfo");
    let either = |a: Loose<'_>, b: Loose<'_>| {
        let text = if a.text().is_empty() { b.text() } else { a.text() };
        text.chars().take(MAX_TEXT).collect::<String>()
    };
    ProviderEvent {
        id: root.get("id").words(MAX_TEXT).unwrap_or_else(|| format!("sha256:{body_sha256}")),
        name: root.get("event").words(MAX_TEXT).unwrap_or_default(),
        created_at: root.instant("createdAtMs", "createdAt"),
        room_sid: either(room.get("sid"), egress.get("roomId")),
        room_name: either(room.get("name"), egress.get("roomName")),
        participant: Some(root.get("participant")).filter(|p| p.is_there()).map(participant),
        track: Some(root.get("track")).filter(|t| t.is_there()).map(track),
        egress: Some(egress).filter(|e| e.is_there()).map(recording),
        body: body.clone(),
    }
}

/// Reads a participant of a webhook or of a list.
pub(crate) fn participant(p: Loose<'_>) -> ParticipantSeen {
    let kind = kind(&p.get("kind").name(&KINDS));
    let attributes = p.get("attributes");
    let call_status = attributes.get("sip.callStatus").text();
    ParticipantSeen {
        sid: p.get("sid").text().chars().take(MAX_TEXT).collect(),
        identity: p.get("identity").text().chars().take(MAX_TEXT).collect(),
        name: p.get("name").words(MAX_TEXT),
        answered: kind != ParticipantKind::Phone || call_status.eq_ignore_ascii_case("active"),
        kind,
        state: p.get("state").name(&STATES),
        joined_at: p.instant("joinedAtMs", "joinedAt"),
        reason: reason(&p.get("disconnectReason").name(&REASONS)),
    }
}

fn track(t: Loose<'_>) -> TrackSeen {
    TrackSeen {
        sid: t.get("sid").text().chars().take(MAX_TEXT).collect(),
        kind: t.get("type").name(&[(0, "AUDIO"), (1, "VIDEO"), (2, "DATA")]),
        source: t.get("source").name(&SOURCES),
    }
}

fn recording(e: Loose<'_>) -> EgressSeen {
    let files = e.get("fileResults");
    let file = files.items().next().unwrap_or_else(|| e.get("file"));
    let location = file.get("location").words(1_000).or_else(|| file.get("filename").words(1_000));
    EgressSeen {
        id: e.get("egressId").text().chars().take(MAX_TEXT).collect(),
        status: e.get("status").name(&EGRESS),
        location,
        error: e.get("error").words(MAX_TEXT),
    }
}

const KINDS: [(i64, &str); 7] =
    [(0, "STANDARD"), (1, "INGRESS"), (2, "EGRESS"), (3, "SIP"), (4, "AGENT"), (7, "CONNECTOR"), (8, "BRIDGE")];
const STATES: [(i64, &str); 4] = [(0, "JOINING"), (1, "JOINED"), (2, "ACTIVE"), (3, "DISCONNECTED")];
const SOURCES: [(i64, &str); 5] =
    [(0, "UNKNOWN"), (1, "CAMERA"), (2, "MICROPHONE"), (3, "SCREEN_SHARE"), (4, "SCREEN_SHARE_AUDIO")];
const EGRESS: [(i64, &str); 7] = [
    (0, "EGRESS_STARTING"),
    (1, "EGRESS_ACTIVE"),
    (2, "EGRESS_ENDING"),
    (3, "EGRESS_COMPLETE"),
    (4, "EGRESS_FAILED"),
    (5, "EGRESS_ABORTED"),
    (6, "EGRESS_LIMIT_REACHED"),
];
const REASONS: [(i64, &str); 17] = [
    (0, "UNKNOWN_REASON"),
    (1, "CLIENT_INITIATED"),
    (2, "DUPLICATE_IDENTITY"),
    (3, "SERVER_SHUTDOWN"),
    (4, "PARTICIPANT_REMOVED"),
    (5, "ROOM_DELETED"),
    (6, "STATE_MISMATCH"),
    (7, "JOIN_FAILURE"),
    (8, "MIGRATION"),
    (9, "SIGNAL_CLOSE"),
    (10, "ROOM_CLOSED"),
    (11, "USER_UNAVAILABLE"),
    (12, "USER_REJECTED"),
    (13, "SIP_TRUNK_FAILURE"),
    (14, "CONNECTION_TIMEOUT"),
    (15, "MEDIA_FAILURE"),
    (16, "AGENT_ERROR"),
];

fn kind(name: &str) -> ParticipantKind {
    match name {
        "STANDARD" => ParticipantKind::Standard,
        "AGENT" => ParticipantKind::Agent,
        "SIP" => ParticipantKind::Phone,
        "INGRESS" => ParticipantKind::Ingress,
        "EGRESS" => ParticipantKind::Egress,
        _ => ParticipantKind::Other,
    }
}

fn reason(name: &str) -> LeaveReason {
    match name {
        "CLIENT_INITIATED" => LeaveReason::ClientInitiated,
        "DUPLICATE_IDENTITY" => LeaveReason::DuplicateIdentity,
        "SERVER_SHUTDOWN" => LeaveReason::ServerShutdown,
        "MIGRATION" => LeaveReason::Migration,
        "CONNECTION_TIMEOUT" => LeaveReason::ConnectionTimeout,
        "PARTICIPANT_REMOVED" => LeaveReason::ParticipantRemoved,
        "ROOM_DELETED" => LeaveReason::RoomDeleted,
        "USER_REJECTED" => LeaveReason::UserRejected,
        "SIGNAL_CLOSE" => LeaveReason::SignalClose,
        "ROOM_CLOSED" => LeaveReason::RoomClosed,
        "UNKNOWN_REASON" => LeaveReason::Other(String::new()),
        other => LeaveReason::Other(other.chars().take(MAX_TEXT).filter(|c| !c.is_control()).collect()),
    }
}

#[cfg(test)]
#[path = "webhook_tests.rs"]
mod tests;
