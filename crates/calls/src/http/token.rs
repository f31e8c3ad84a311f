//! `POST …/livekit/token`: a short-lived provider token, and what its holder needs to leave, report and come back.

use axum::extract::State;
use axum::response::Response;
use callboard_http::{
    Answer, Caller, IdempotencyKey, OptionalBody, Path, Principal, Problem, Reply, fingerprint, once,
};
use callboard_kernel::{Error, ExposeSecret as _, Result, SessionId, Timestamp, TokenKind, check_text, codes};
use callboard_store::Tx;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::Calls;
use super::names::RoleName;
use crate::access;
use crate::commands::doors::{Seat, SeatAsk, seat, seat_of};
use crate::commands::{Change, actor_of};
use crate::model::{NEVER_ACTIVE_MS, ParticipantRole, ParticipantRow, SIMULATED, Session};
use crate::ports::{MediaRooms, RoomOptions, TokenRequest};
use crate::store;

/// A request for a provider token.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct TokenAsk {
    /// A name to show, 1-100 characters.
    #[schema(min_length = 1, max_length = 100)]
    participant_name: Option<String>,
    /// The token's lifetime, 30-3600 seconds; default 300.
    #[schema(minimum = 30, maximum = 3600)]
    ttl_seconds: Option<i64>,
    /// `caller` (default), `agent` or `observer`.
    #[schema(value_type = Option<RoleName>)]
    kind: Option<String>,
    /// Whether media may be published; observers never publish. Default true.
    can_publish: Option<bool>,
    /// With kind agent: the agent's name, 1-100 characters.
    #[schema(min_length = 1, max_length = 100)]
    agent_name: Option<String>,
}

/// How to reach the media.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Transport {
    /// The provider's name.
    provider: String,
    /// The address that browsers connect to.
    ws_url: String,
    /// The room's name.
    room_name: String,
    /// The identity in the room.
    participant_identity: String,
    /// The provider's token; never stored.
    access_token: String,
    /// Its lifetime.
    expires_in_seconds: i64,
    /// When it was made.
    #[schema(format = DateTime)]
    issued_at: String,
}

/// A provider token and what belongs to it.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TokenAnswer {
    /// How to reach the media.
    #[schema(value_type = Transport)]
    transport: Option<Transport>,
    /// The participant that it is for.
    participant_id: String,
    /// The session pass of that participant.
    pass: String,
    /// Lets that participant come back after a cut.
    resume_token: String,
}

/// A token's settings, checked.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Grant {
    pub ttl_s: u32,
    pub can_publish: bool,
}

impl Default for Grant {
    fn default() -> Self {
        Self { ttl_s: 300, can_publish: true }
    }
}

/// The role that a text names.
pub(crate) fn role_of(pointer: &str, text: Option<&str>) -> Result<ParticipantRole> {
    let text = text.unwrap_or("caller");
    ParticipantRole::parse(text).ok_or_else(|| Error::invalid(pointer, "must be one of caller, agent, observer"))
}

fn checked(ask: &TokenAsk) -> Result<(ParticipantRole, Grant)> {
    if let Some(name) = &ask.participant_name {
        check_text("/participantName", name, 100)?;
    }
    let role = role_of("/kind", ask.kind.as_deref())?;
    if let Some(name) = &ask.agent_name {
        check_text("/agentName", name, 100)?;
        if role != ParticipantRole::Agent {
            return Err(Error::invalid("/agentName", "belongs to kind agent"));
        }
    }
    let ttl = ask.ttl_seconds.unwrap_or(300);
    let ttl_s = u32::try_from(ttl).ok().filter(|t| (30..=3600).contains(t));
    let ttl_s = ttl_s.ok_or_else(|| Error::invalid("/ttlSeconds", "must be 30 to 3600"))?;
    Ok((role, Grant { ttl_s, can_publish: ask.can_publish.unwrap_or(true) }))
}

/// The session's own provider, or why there is none.
pub(crate) fn provider_of<'a>(calls: &'a Calls, session: &Session) -> Result<&'a std::sync::Arc<dyn MediaRooms>> {
    calls.providers.of(&session.provider).ok_or_else(|| {
        let message = if session.provider == SIMULATED {
            "This is a simulated call, and simulated calls are off now; turn them on by the setting `simulated = true`."
        } else {
            "No media provider is configured for this call; set LIVEKIT_URL, LIVEKIT_API_KEY and LIVEKIT_API_SECRET."
        };
        Error::new(&codes::LIVEKIT_UNAVAILABLE, message)
    })
}

/// How a session's room is kept: long enough for every window, and for the never-active limit.
pub(crate) fn room_options(session: &Session) -> RoomOptions {
    let seconds = |ms: i64| u32::try_from(ms / 1000).unwrap_or(u32::MAX);
    RoomOptions {
        empty_timeout_s: seconds(NEVER_ACTIVE_MS),
        departure_timeout_s: seconds(session.reconnect_window_ms.max(60_000)) + 30,
    }
}

/// Ensures the room, then mints. Runs after the commit that stored the participant, and never inside a transaction.
pub(crate) async fn transport(
    calls: &Calls,
    session: &Session,
    p: &ParticipantRow,
    grant: Grant,
    now: Timestamp,
) -> Result<Transport> {
    let rooms = provider_of(calls, session)?;
    let room = session
        .provider_room_id
        .clone()
        .ok_or_else(|| Error::internal("a session with a provider has no room name"))?;
    let options = room_options(session);
    rooms.ensure_room(&room, options).await?;
    let role = p.role.unwrap_or(ParticipantRole::Observer);
    let metadata = json!({
        "sessionId": session.id.as_str(), "participantId": p.id.as_str(), "userId": p.user.as_ref().map(|u| u.as_str()),
    });
    let token = rooms.mint_token(&TokenRequest {
        room: room.clone(),
        identity: p.identity.clone(),
        name: p.name.clone(),
        role,
        can_publish: grant.can_publish && role != ParticipantRole::Observer,
        ttl_s: grant.ttl_s,
        now,
        metadata: metadata.to_string(),
        options,
    })?;
    Ok(Transport {
        provider: session.provider.clone(),
        ws_url: rooms.client_url(),
        room_name: room,
        participant_identity: p.identity.clone(),
        access_token: token.expose_secret().to_owned(),
        expires_in_seconds: i64::from(grant.ttl_s),
        issued_at: now.to_string(),
    })
}

/// The stored part of a seat's answer: everything but the provider's token, which is minted anew each time.
pub(crate) fn seat_reply(seat: &Seat, status: u16, mut body: Value) -> Result<Reply> {
    let tenant = seat.key.tenant().as_str();
    let p = &seat.participant;
    if let Value::Object(members) = &mut body {
        members.insert("participantId".to_owned(), json!(p.id.as_str()));
        members.insert("pass".to_owned(), Value::Null);
        members.insert("resumeToken".to_owned(), Value::Null);
    }
    let generation = p.generation.to_string();
    Ok(Reply::json(status, &body)?.secret("/pass", TokenKind::Pass, &[tenant, seat.pass.as_str()]).secret(
        "/resumeToken",
        TokenKind::Resume,
        &[tenant, seat.key.session().as_str(), p.id.as_str(), &generation],
    ))
}

/// Puts a member into the answer's body, after the stored part is known.
pub(crate) fn put(answer: &mut Answer, name: &str, value: impl Serialize) -> Result<()> {
    if let Some(Value::Object(members)) = &mut answer.reply.body {
        members.insert(name.to_owned(), serde_json::to_value(value).map_err(Error::internal)?);
    }
    Ok(())
}

/// The session and participant that an answer speaks of.
pub(crate) async fn session_and_participant(
    calls: &Calls,
    answer: &Answer,
    by: &Caller,
    id: &SessionId,
) -> Result<(Session, ParticipantRow)> {
    let text = answer.reply.body.as_ref().and_then(|b| b["participantId"].as_str()).unwrap_or_default();
    let participant = callboard_kernel::ParticipantId::parse(text)
        .ok_or_else(|| Error::internal("an answer without its participant"))?;
    let (log, by, id) = (calls.app.log.clone(), by.principal.clone(), id.clone());
    calls
        .app
        .db
        .read(move |tx| {
            let seen = access::see(tx, &log, &by, &id)?;
            let row =
                store::participant(tx, &seen.key, &participant)?.ok_or_else(|| Error::not_found("participant"))?;
            Ok((store::session_load(tx, &seen.key)?, row))
        })
        .await
}

/// Get a provider token
///
/// Makes a participant (or finds the caller's own one again) and a token for it. Also answers the session pass and the
/// resume token, so that your own page can leave, report cuts and reconnect.
#[utoipa::path(post, path = "/v1/call/sessions/{sessionId}/livekit/token", tag = "Calls", request_body(content = Option<TokenAsk>),
    params(("sessionId" = String, Path, description = "The session"),
        ("Idempotency-Key" = Option<String>, Header, description = "1-255 printable ASCII characters")),
    responses((status = 200, description = "The token", body = TokenAnswer)),
    extensions(("x-error-codes" = json!(["SESSION_CLOSED", "LIVEKIT_UNAVAILABLE", "LIVEKIT_UNREACHABLE", "CONCURRENCY_LIMIT",
        "TENANT_SUSPENDED", "IDEMPOTENCY_CONFLICT", "IDEMPOTENCY_IN_PROGRESS"]))))]
pub(crate) async fn token(
    State(calls): State<Calls>,
    caller: Caller,
    Path(id): Path<SessionId>,
    key: Option<IdempotencyKey>,
    body: OptionalBody<TokenAsk>,
) -> Result<Response, Problem> {
    let (role, grant) = checked(&body.value)?;
    let print = fingerprint(&[id.as_str()], &body.text);
    let name = body.value.participant_name.or(body.value.agent_name);
    let (shared, by, session_id) = (calls.clone(), caller.clone(), id.clone());
    let mut answer =
        once(&calls.app, &caller, "POST /v1/call/sessions/{sessionId}/livekit/token", key, print, move |tx| {
            let ask = SeatAsk { role, name: name.clone(), user: by.principal.user().cloned() };
            let seat = take_seat(&shared, tx, &by, &session_id, &ask)?;
            seat_reply(&seat, 200, json!({ "transport": null }))
        })
        .await?;
    let (session, participant) = session_and_participant(&calls, &answer, &caller, &id).await?;
    let transport = transport(&calls, &session, &participant, grant, caller.now).await?;
    put(&mut answer, "transport", transport)?;
    Ok(answer.into_response(&calls.app.keys))
}

fn take_seat(calls: &Calls, tx: &Tx<'_>, by: &Caller, id: &SessionId, ask: &SeatAsk) -> Result<Seat> {
    let app = &calls.app;
    if let Principal::Pass { participant, pass, .. } = &by.principal {
        let seen = access::see(tx, &app.log, &by.principal, id)?;
        provider_of(calls, &store::session_load(tx, &seen.key)?)?;
        return seat_of(tx, &seen.key, participant, pass);
    }
    let seen = access::change(tx, &app.log, &by.principal, id)?;
    callboard_tenants::require_active(tx, seen.key.tenant())?;
    let session = store::session_load(tx, &seen.key)?;
    if !session.state.status.is_terminal() {
        provider_of(calls, &session)?;
    }
    let actor = actor_of(&by.principal, seen.owner.as_ref());
    let mut change = Change { log: &app.log, actor, now: by.now, entropy: by.entropy.clone() };
    seat(&mut change, tx, &app.keys, &seen.key, ask)
}
