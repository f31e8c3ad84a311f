//! Webhook bodies as LiveKit writes them: camelCase, 64-bit integers as texts, enums by name, zero fields absent,
//! `createdAt` in seconds.

use callboard_kernel::{Entropy, Timestamp, uuid7_base32};
use serde_json::{Value, json};

use crate::model::{Hook, Person, Reason, Room};

/// An id of LiveKit's form: `EV_…`, `PA_…`.
pub(crate) fn id(prefix: &str, now: Timestamp, entropy: &mut Entropy) -> String {
    format!("{prefix}_{}", uuid7_base32(now, entropy))
}

fn hook(event: &str, room: &Room, mut body: Value, now: Timestamp, entropy: &mut Entropy) -> Hook {
    body["event"] = json!(event);
    body["id"] = json!(id("EV", now, entropy));
    body["createdAt"] = json!(now.seconds().to_string());
    Hook { room: room.name.clone(), at: now, body }
}

fn whole(room: &Room) -> Value {
    let mut shown = json!({
        "sid": room.sid, "name": room.name, "creationTime": room.created_at.seconds().to_string(),
        "emptyTimeout": room.options.empty_timeout_s, "departureTimeout": room.options.departure_timeout_s,
    });
    if !room.people.is_empty() {
        shown["numParticipants"] = json!(room.people.len());
    }
    shown
}

fn person(p: &Person, gone: Option<Reason>) -> Value {
    let mut shown = json!({
        "sid": p.sid, "identity": p.identity, "state": if gone.is_some() { "DISCONNECTED" } else { "ACTIVE" },
        "joinedAt": p.joined_at.seconds().to_string(), "joinedAtMs": (p.joined_at.micros() / 1_000).to_string(),
    });
    for (name, text) in [("name", &p.name), ("metadata", &p.metadata)] {
        if !text.is_empty() {
            shown[name] = json!(text);
        }
    }
    if p.agent {
        shown["kind"] = json!("AGENT");
    }
    if let Some(reason) = gone {
        shown["disconnectReason"] = json!(reason.as_str());
    }
    shown
}

/// `room_started`, `room_finished`.
pub(crate) fn about_room(event: &str, room: &Room, now: Timestamp, entropy: &mut Entropy) -> Hook {
    hook(event, room, json!({ "room": whole(room) }), now, entropy)
}

/// `participant_joined`, and with a reason `participant_left`.
pub(crate) fn about_person(room: &Room, p: &Person, gone: Option<Reason>, now: Timestamp, e: &mut Entropy) -> Hook {
    let event = if gone.is_some() { "participant_left" } else { "participant_joined" };
    hook(event, room, json!({ "room": whole(room), "participant": person(p, gone) }), now, e)
}

/// `track_published`, `track_unpublished`: a microphone.
pub(crate) fn about_track(
    event: &str,
    room: &Room,
    p: &Person,
    track: &str,
    now: Timestamp,
    entropy: &mut Entropy,
) -> Hook {
    let body = json!({
        "room": { "sid": room.sid, "name": room.name },
        "participant": { "sid": p.sid, "identity": p.identity },
        "track": { "sid": track, "source": "MICROPHONE", "mimeType": "audio/opus" },
    });
    hook(event, room, body, now, entropy)
}
