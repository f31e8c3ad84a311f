//! Pure: what a webhook means for a session. What follows from it (activation, windows, grace) is decided in `calls`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use callboard_calls::provider::{FactKind, Peer, ProviderFact};
use callboard_contracts::call::TrackKind;
use callboard_kernel::Timestamp;
use serde_json::Value;

use crate::loose::Loose;
use crate::webhook::{EgressSeen, ParticipantSeen, ProviderEvent, TrackSeen};

/// What a webhook means.
#[derive(Clone, Debug, PartialEq)]
pub enum Translation {
    /// Facts for the session of its room.
    Facts(Vec<ProviderFact>),
    /// It means nothing for a session; why.
    Ignored(String),
    /// It should mean something but says too little; why.
    Refused(String),
}

/// Longest transcript text from a relay, characters.
const MAX_SPOKEN: usize = 10_000;

/// Translates one webhook. `received_at` bounds its time, which the provider gives in whole seconds only.
pub fn translate(event: &ProviderEvent, received_at: Timestamp) -> Translation {
    let at = happened_at(event, received_at);
    let what = match event.name.as_str() {
        "" => return Translation::Refused("the body is not a JSON object that names an event".to_owned()),
        "room_started" => Ok(vec![FactKind::RoomStarted]),
        "room_finished" => Ok(vec![FactKind::RoomFinished]),
        "participant_joined" => who(event).map(|p| vec![FactKind::Joined(peer(p, p.answered))]),
        "participant_left" => who(event).map(|p| vec![FactKind::Left(peer(p, false), p.reason.clone())]),
        "participant_connection_aborted" => {
            who(event).map(|p| vec![FactKind::ConnectionAborted(peer(p, false), p.reason.clone())])
        }
        "track_published" | "track_unpublished" => return track(event, at),
        "egress_started" | "egress_ended" => egress(event).map(|e| vec![recording(&event.name, e)]),
        "transcription_received" | "transcript_received" => return transcripts(event, at),
        "data_received" | "participant_metadata_changed" => return signal(event, at),
        "egress_updated" | "ingress_started" | "ingress_ended" | "agent_job_started" | "agent_job_ended" => {
            return Translation::Ignored(format!("`{}` changes nothing in a session's log", event.name));
        }
        other => return Translation::Ignored(format!("`{other}` is not known here")),
    };
    match what {
        Ok(kinds) => facts(event, at, kinds),
        Err(missing) => Translation::Refused(missing.to_owned()),
    }
}

/// The best estimate of when it happened: `createdAt` names a second, so it was within that second and before it
/// arrived. A `createdAt` more than a week old or an hour ahead is not believed.
fn happened_at(event: &ProviderEvent, received_at: Timestamp) -> Timestamp {
    const WEEK_MS: i64 = 7 * 24 * 3_600_000;
    const HOUR_MS: i64 = 3_600_000;
    let joined = event.participant.as_ref().filter(|_| event.name == "participant_joined").and_then(|p| p.joined_at);
    let Some(second) = event.created_at else { return joined.unwrap_or(received_at) };
    if second < received_at.plus_ms(-WEEK_MS) || second > received_at.plus_ms(HOUR_MS) {
        return received_at;
    }
    let last = second.plus_ms(999);
    let within = received_at.clamp(second, last);
    joined.filter(|j| (second.plus_ms(-HOUR_MS)..=last).contains(j)).unwrap_or(within)
}

fn facts(event: &ProviderEvent, at: Timestamp, kinds: Vec<FactKind>) -> Translation {
    let fact = |what| ProviderFact { room_sid: event.room_sid.clone(), at, inferred: false, what };
    Translation::Facts(kinds.into_iter().map(fact).collect())
}

fn who(event: &ProviderEvent) -> Result<&ParticipantSeen, &'static str> {
    let participant = event.participant.as_ref().ok_or("it names no participant")?;
    if participant.sid.is_empty() || participant.identity.is_empty() {
        return Err("its participant has no sid or no identity");
    }
    Ok(participant)
}

fn peer(p: &ParticipantSeen, active: bool) -> Peer {
    let (sid, identity, name) = (p.sid.clone(), p.identity.clone(), p.name.clone());
    Peer { sid, identity, name, kind: p.kind, active }
}

fn track(event: &ProviderEvent, at: Timestamp) -> Translation {
    let (p, track) = match (who(event), event.track.as_ref().filter(|t| !t.sid.is_empty())) {
        (Ok(p), Some(track)) => (p, track),
        (Err(missing), _) => return Translation::Refused(missing.to_owned()),
        (_, None) => return Translation::Refused("it names no track".to_owned()),
    };
    let Some(kind) = track_kind(track) else {
        return Translation::Ignored(format!("a track of type `{}` carries no sound and no picture", track.kind));
    };
    let (peer, track_sid) = (peer(p, true), track.sid.clone());
    let what = if event.name == "track_published" {
        FactKind::TrackPublished { peer, track_sid, kind }
    } else {
        FactKind::TrackUnpublished { peer, track_sid, kind }
    };
    facts(event, at, vec![what])
}

fn track_kind(track: &TrackSeen) -> Option<TrackKind> {
    match (track.kind.as_str(), track.source.as_str()) {
        ("VIDEO", "SCREEN_SHARE") => Some(TrackKind::Screen),
        ("AUDIO", _) => Some(TrackKind::Audio),
        ("VIDEO", _) => Some(TrackKind::Video),
        _ => None,
    }
}

fn egress(event: &ProviderEvent) -> Result<&EgressSeen, &'static str> {
    event.egress.as_ref().filter(|e| !e.id.is_empty()).ok_or("it names no egress")
}

fn recording(name: &str, egress: &EgressSeen) -> FactKind {
    let (recording_id, status) = (egress.id.clone(), Some(egress.status.to_ascii_lowercase()));
    if name == "egress_started" {
        return FactKind::RecordingStarted { recording_id, status };
    }
    let failed = matches!(egress.status.as_str(), "EGRESS_FAILED" | "EGRESS_ABORTED" | "EGRESS_LIMIT_REACHED");
    let error = failed.then(|| egress.error.clone().unwrap_or_else(|| egress.status.to_ascii_lowercase()));
    FactKind::RecordingEnded { recording_id, status, uri: egress.location.clone(), error }
}

/// Relays send one utterance, or LiveKit's own shape with a list of segments.
fn transcripts(event: &ProviderEvent, at: Timestamp) -> Translation {
    let root = Loose(&event.body);
    let holder = ["transcription", "transcript", "data"].into_iter().map(|n| root.get(n)).find(|h| h.0.is_object());
    let holder = holder.unwrap_or(root);
    let mut segments: Vec<Loose<'_>> = holder.get("segments").items().collect();
    if segments.is_empty() {
        segments.push(holder);
    }
    let spoken = segments.iter().enumerate().filter_map(|(n, s)| utterance(event, holder, *s, n)).collect::<Vec<_>>();
    if spoken.is_empty() {
        return Translation::Ignored("it holds no words".to_owned());
    }
    facts(event, at, spoken)
}

fn utterance(event: &ProviderEvent, holder: Loose<'_>, segment: Loose<'_>, nth: usize) -> Option<FactKind> {
    let text = segment.get("text").words(MAX_SPOKEN)?;
    let first = |names: [&str; 3], max| names.into_iter().find_map(|n| segment.get(n).words(max));
    // The outer id of a flat delivery is the delivery's own and would make every part an utterance of its own.
    let own_id = if segment.0 == &event.body { segment.get("segmentId").words(100) } else { None };
    let utterance_id = own_id
        .or_else(|| first(["utteranceId", "segmentId", "id"], 100).filter(|id| *id != event.id))
        .unwrap_or_else(|| format!("lk-{}-{nth}", event.id));
    let identity = ["transcribedParticipantIdentity", "participantIdentity"]
        .into_iter()
        .find_map(|n| holder.get(n).words(200))
        .or_else(|| event.participant.as_ref().map(|p| p.identity.clone()).filter(|i| !i.is_empty()));
    let ms = |a: &str, b: &str| segment.get(a).int().or_else(|| segment.get(b).int()).unwrap_or(0).max(0);
    let start_ms = ms("startMs", "startTime");
    Some(FactKind::Transcript {
        source_id: format!("{}:{nth}", event.id),
        identity,
        utterance_id,
        text,
        is_final: segment.get("final").truth() || segment.get("isFinal").truth(),
        start_ms,
        end_ms: ms("endMs", "endTime").max(start_ms),
        language: segment.get("language").words(20),
    })
}

fn signal(event: &ProviderEvent, at: Timestamp) -> Translation {
    let root = Loose(&event.body);
    let places = [root.get("data"), root.get("payload"), root.get("participant").get("metadata"), root];
    let named = places.into_iter().filter_map(object).find_map(|data| {
        let data = Loose(&data);
        let (action_id, action_type) = (data.get("actionId").words(100)?, data.get("actionType").words(100)?);
        let summary = data.get("summary").words(500).unwrap_or_else(|| format!("The provider signalled {action_type}"));
        Some(FactKind::ActionSignal { source_id: event.id.clone(), action_id, action_type, summary })
    });
    match named {
        Some(what) => facts(event, at, vec![what]),
        None => Translation::Ignored("its data names no actionId and actionType".to_owned()),
    }
}

/// An object as it is, or written as JSON text, or that in base 64.
fn object(place: Loose<'_>) -> Option<Value> {
    let read = |bytes: &[u8]| serde_json::from_slice::<Value>(bytes).ok().filter(Value::is_object);
    match place.0 {
        Value::Object(_) => Some(place.0.clone()),
        Value::String(text) => read(text.as_bytes()).or_else(|| read(&STANDARD.decode(text).ok()?)),
        _ => None,
    }
}

#[cfg(test)]
#[path = "translate_tests.rs"]
mod tests;
