//! What sessions and participants look like on the wire.

use std::collections::HashMap;

use callboard_eventlog::StoredEvent;
use callboard_kernel::{Timestamp, limits};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::names::{ChannelName, DirectionName, EndReasonName, KindName, PresenceName, RoleName};
use crate::model::{ConnectionState, ParticipantRow, Phase, Session, Status};
use crate::store::projection::Presence;

/// Whom a session belongs to.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OwnerView {
    /// The user; absent when the session belongs to the tenant.
    #[serde(skip_serializing_if = "Option::is_none")]
    user_id: Option<String>,
}

/// The last error of a session.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct LastErrorView {
    /// A code.
    code: String,
    /// A message.
    message: String,
    /// When.
    #[schema(format = DateTime)]
    at: String,
}

/// Limits of a session.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct LimitsView {
    /// An active call ends after so long, milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    max_duration_ms: Option<i64>,
    /// How long a lost participant may come back, milliseconds.
    reconnect_window_ms: i64,
    /// How long a client's own disconnect waits for a reload, milliseconds.
    leave_grace_ms: i64,
}

/// A call session.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Session)]
pub(crate) struct SessionView {
    /// Unique in its tenant.
    session_id: String,
    /// `created -> active -> ended | failed`.
    status: Status,
    /// How the callers are connected.
    connection: ConnectionState,
    /// `voice` or `video`.
    #[schema(value_type = ChannelName)]
    channel: String,
    /// `inbound` or `outbound`.
    #[schema(value_type = DirectionName)]
    direction: String,
    /// The builder's own reference.
    #[serde(skip_serializing_if = "Option::is_none")]
    correlation_id: Option<String>,
    /// Whom it belongs to.
    owner: OwnerView,
    /// The media provider, or `none`.
    provider: String,
    /// The room's name at the provider.
    #[serde(skip_serializing_if = "Option::is_none")]
    provider_room_id: Option<String>,
    /// The first caller's identity.
    #[serde(skip_serializing_if = "Option::is_none")]
    provider_participant_id: Option<String>,
    /// Made at activation.
    #[serde(skip_serializing_if = "Option::is_none")]
    provider_call_id: Option<String>,
    /// The builder's own data.
    #[schema(value_type = Object)]
    metadata: Map<String, Value>,
    /// The last error.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_error: Option<LastErrorView>,
    /// When all personal text in it was erased.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    erased_at: Option<String>,
    /// When it was made.
    #[schema(format = DateTime)]
    created_at: String,
    /// When the first caller came.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    started_at: Option<String>,
    /// The zero of transcript times; equals startedAt.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    connected_at: Option<String>,
    /// When it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    ended_at: Option<String>,
    /// When it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    failed_at: Option<String>,
    /// Why it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<EndReasonName>)]
    end_reason: Option<String>,
    /// The last event's sequence.
    latest_sequence: i64,
    /// Raised by state, metadata and provider fields; the `ETag`.
    version: i64,
    /// Its limits.
    limits: LimitsView,
    /// Everybody invited or seen.
    participants: Vec<ParticipantView>,
}

/// An open reconnect window.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct WindowView {
    /// Which loss it is, from 1.
    attempt: i64,
    /// When the connection was lost.
    #[schema(format = DateTime)]
    lost_at: String,
    /// When the window closes.
    #[schema(format = DateTime)]
    window_ends_at: String,
}

/// A participant of a session, over all its connections.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Participant)]
pub(crate) struct ParticipantView {
    /// Its id.
    participant_id: String,
    /// Its identity at the provider.
    identity: String,
    /// What the provider says it is.
    #[schema(value_type = KindName)]
    kind: String,
    /// `caller`, `agent` or `observer`; absent for recorders and the like.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<RoleName>)]
    role: Option<String>,
    /// A name to show.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// The user behind it.
    #[serde(skip_serializing_if = "Option::is_none")]
    user_id: Option<String>,
    /// `invited`, `ringing`, `connected`, `reconnecting` or `left`.
    #[schema(value_type = PresenceName)]
    state: &'static str,
    /// When it first joined.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    joined_at: Option<String>,
    /// When it left.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    left_at: Option<String>,
    /// Why it left.
    #[serde(skip_serializing_if = "Option::is_none")]
    leave_reason: Option<String>,
    /// Set while its reconnect window is open.
    #[serde(skip_serializing_if = "Option::is_none")]
    reconnect: Option<WindowView>,
}

fn text(at: Option<Timestamp>) -> Option<String> {
    at.map(|t| t.to_string())
}

impl SessionView {
    /// The whole session.
    pub(crate) fn of(
        s: &Session,
        latest: i64,
        participants: &[ParticipantRow],
        presences: &HashMap<String, Presence>,
    ) -> Self {
        let none = Presence::default();
        Self {
            session_id: s.id.to_string(),
            status: s.state.status,
            connection: s.connection,
            channel: s.channel.as_str().to_owned(),
            direction: s.direction.as_str().to_owned(),
            correlation_id: s.correlation_id.clone(),
            owner: OwnerView { user_id: s.owner.as_ref().map(ToString::to_string) },
            provider: s.provider.clone(),
            provider_room_id: s.provider_room_id.clone(),
            provider_participant_id: s.provider_participant_id.clone(),
            provider_call_id: s.provider_call_id.clone(),
            metadata: s.metadata.clone(),
            last_error: s.last_error.as_ref().map(|e| LastErrorView {
                code: e.code.clone(),
                message: e.message.clone(),
                at: e.at.to_string(),
            }),
            erased_at: text(s.erased_at),
            created_at: s.created_at.to_string(),
            started_at: text(s.state.started_at),
            connected_at: text(s.state.started_at),
            ended_at: text(s.state.ended_at),
            failed_at: text(s.state.failed_at),
            end_reason: s.state.end_reason.map(|r| r.as_str().to_owned()),
            latest_sequence: latest,
            version: s.version,
            limits: LimitsView {
                max_duration_ms: s.max_duration_ms,
                reconnect_window_ms: s.reconnect_window_ms,
                leave_grace_ms: s.leave_grace_ms,
            },
            participants: participants
                .iter()
                .map(|p| ParticipantView::of(p, presences.get(p.id.as_str()).unwrap_or(&none)))
                .collect(),
        }
    }

    /// What a participant of the call may know: no builder's data besides the title.
    pub(crate) fn for_pass(mut self) -> Self {
        self.metadata.retain(|name, _| name == "title");
        self.correlation_id = None;
        self.owner = OwnerView { user_id: None };
        self.participants.iter_mut().for_each(|p| p.user_id = None);
        self
    }

    /// The version for the `ETag`.
    pub(crate) const fn version(&self) -> i64 {
        self.version
    }

    /// The id.
    pub(crate) fn id(&self) -> &str {
        &self.session_id
    }

    /// Everybody.
    pub(crate) fn into_participants(self) -> Vec<ParticipantView> {
        self.participants
    }
}

impl ParticipantView {
    fn of(p: &ParticipantRow, presence: &Presence) -> Self {
        let state = match p.phase {
            Phase::Invited => "invited",
            Phase::Ringing => "ringing",
            Phase::Connected | Phase::Grace => "connected",
            Phase::Window => "reconnecting",
            Phase::Left => "left",
        };
        let window = match (p.phase, p.lost_at, p.deadline) {
            (Phase::Window, Some(lost), Some(ends)) => {
                Some(WindowView { attempt: p.attempt, lost_at: lost.to_string(), window_ends_at: ends.to_string() })
            }
            _ => None,
        };
        Self {
            participant_id: p.id.to_string(),
            identity: p.identity.clone(),
            kind: p.kind.as_str().to_owned(),
            role: p.role.map(|r| r.as_str().to_owned()),
            name: p.name.clone(),
            user_id: p.user.as_ref().map(ToString::to_string),
            state,
            joined_at: text(presence.joined_at),
            left_at: text(presence.left_at),
            leave_reason: presence.leave_reason.clone(),
            reconnect: window,
        }
    }
}

/// An event as JSON, its payload untouched.
pub(crate) fn event_value(event: &StoredEvent) -> Value {
    serde_json::from_str(&event.json()).unwrap_or(Value::Null)
}

/// Longest `maxDurationMs`: 24 hours.
pub(crate) const MAX_DURATION_MS: i64 = 24 * 60 * 60 * 1000;

const _: () = assert!(MAX_DURATION_MS < limits::MAX_SAFE_INTEGER);
