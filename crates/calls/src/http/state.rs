//! `POST …/state`: activate, end, fail.

use axum::extract::State;
use axum::response::Response;
use callboard_contracts::call::EndReason;
use callboard_http::{Body, Caller, IdempotencyKey, IfMatch, Path, Principal, Problem, Reply, fingerprint, once};
use callboard_kernel::{Error, Result, SessionId, check_text};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::names::{AskedStatusName, EndReasonName};
use super::wire::SessionView;
use super::{Calls, view};
use crate::access::{self, Seen};
use crate::commands::sessions::change_state;
use crate::commands::{Change, actor_of};
use crate::decide::{Ask, EndAsk, ProviderFields, StateChange, end_reason_for};
use crate::model::Status;
use crate::store;

/// Why a call failed.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FailureAsk {
    /// A code of yours, 1-64 characters.
    #[schema(min_length = 1, max_length = 64)]
    code: String,
    /// A message, 1-500 characters.
    #[schema(min_length = 1, max_length = 500)]
    message: String,
}

/// A request for a status.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct StateAsk {
    /// `active`, `ended` or `failed`.
    #[schema(value_type = AskedStatusName)]
    status: Status,
    /// Why the call ends; what may be asked depends on who asks.
    #[schema(value_type = Option<EndReasonName>)]
    end_reason: Option<String>,
    /// The provider of an externally run call, 1-64 characters.
    #[schema(min_length = 1, max_length = 64)]
    provider: Option<String>,
    /// Its room, 1-200 characters.
    #[schema(min_length = 1, max_length = 200)]
    provider_room_id: Option<String>,
    /// Its first caller, 1-200 characters.
    #[schema(min_length = 1, max_length = 200)]
    provider_participant_id: Option<String>,
    /// Its call id, 1-200 characters.
    #[schema(min_length = 1, max_length = 200)]
    provider_call_id: Option<String>,
    /// With `failed`: why.
    error: Option<FailureAsk>,
}

/// The session after the request.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StateAnswer {
    /// The session.
    session: SessionView,
    /// Whether it already had that status.
    idempotent_replay: bool,
}

fn fields(ask: &StateAsk) -> Result<ProviderFields> {
    let named = [
        ("/provider", &ask.provider, 64),
        ("/providerRoomId", &ask.provider_room_id, 200),
        ("/providerParticipantId", &ask.provider_participant_id, 200),
        ("/providerCallId", &ask.provider_call_id, 200),
    ];
    for (pointer, value, max) in named {
        if let Some(text) = value {
            check_text(pointer, text, max)?;
        }
    }
    Ok(ProviderFields {
        provider: ask.provider.clone(),
        room: ask.provider_room_id.clone(),
        participant: ask.provider_participant_id.clone(),
        call: ask.provider_call_id.clone(),
    })
}

fn asked(ask: &StateAsk, by: &Principal, seen: &Seen) -> Result<Ask> {
    let fields = fields(ask)?;
    if ask.status != Status::Failed && ask.error.is_some() {
        return Err(Error::invalid("/error", "belongs to status failed"));
    }
    if ask.status != Status::Ended && ask.end_reason.is_some() {
        return Err(Error::invalid("/endReason", "belongs to status ended"));
    }
    match ask.status {
        Status::Created => Err(Error::invalid("/status", "must be active, ended or failed")),
        Status::Active => Ok(Ask::Activate(fields)),
        Status::Ended => {
            let who = match by {
                Principal::User { user, .. } if seen.owner.as_ref() == Some(user) => EndAsk::Owner,
                Principal::User { .. } => EndAsk::Operator,
                Principal::Key { .. } | Principal::Pass { .. } => EndAsk::Key,
            };
            let unknown = || {
                Error::new(&callboard_kernel::codes::END_REASON_INVALID, "There is no such end reason.")
                    .field("/endReason", "is unknown")
            };
            let reason = ask.end_reason.as_deref().map(|r| EndReason::parse(r).ok_or_else(unknown)).transpose()?;
            Ok(Ask::End(end_reason_for(who, reason)?, fields))
        }
        Status::Failed => {
            let error = ask.error.as_ref().ok_or_else(|| Error::invalid("/error", "status failed needs an error"))?;
            check_text("/error/code", &error.code, 64)?;
            check_text("/error/message", &error.message, 500)?;
            Ok(Ask::Fail(error.code.clone(), error.message.clone(), fields))
        }
    }
}

/// Change the status
///
/// Activates, ends or fails a session. The status that it already has is 200 with `idempotentReplay: true`.
#[utoipa::path(post, path = "/v1/call/sessions/{sessionId}/state", tag = "Calls", request_body = StateAsk,
    params(("sessionId" = String, Path, description = "The session"), ("If-Match" = Option<String>, Header, description = "The `ETag` that was read"),
        ("Idempotency-Key" = Option<String>, Header, description = "1-255 printable ASCII characters")),
    responses((status = 200, description = "The session", body = StateAnswer)),
    extensions(("x-error-codes" = json!(["INVALID_TRANSITION", "PROVIDER_CORRELATION_MISMATCH", "END_REASON_INVALID", "PRECONDITION_FAILED",
        "TENANT_SUSPENDED", "CONCURRENCY_LIMIT", "IDEMPOTENCY_CONFLICT", "IDEMPOTENCY_IN_PROGRESS"]))))]
pub(crate) async fn change(
    State(calls): State<Calls>,
    caller: Caller,
    Path(id): Path<SessionId>,
    if_match: IfMatch,
    key: Option<IdempotencyKey>,
    body: Body<StateAsk>,
) -> Result<Response, Problem> {
    let print = fingerprint(&[id.as_str()], &body.text);
    let (app, by, ask) = (calls.app.clone(), caller.clone(), body.value);
    let answer = once(&calls.app, &caller, "POST /v1/call/sessions/{sessionId}/state", key, print, move |tx| {
        let seen = access::change(tx, &app.log, &by.principal, &id)?;
        app.log.lock(tx, &seen.key)?;
        if_match.check(store::session_load(tx, &seen.key)?.version)?;
        let ask = asked(&ask, &by.principal, &seen)?;
        let actor = actor_of(&by.principal, seen.owner.as_ref());
        let mut change = Change { log: &app.log, actor, now: by.now, entropy: by.entropy.clone() };
        let done = change_state(&mut change, tx, &seen.key, &ask)?;
        if done.value == StateChange::Changed && done.call.status().is_terminal() {
            let detail = json!({ "status": done.call.status().as_str(), "reason": done.call.session.state.end_reason.map(|r| r.as_str()) });
            crate::commands::audit(tx, &by.principal, "session.close", ("session", id.as_str()), detail, by.now, &mut change.entropy)?;
        }
        let session = view(tx, &app.log, &seen.key)?;
        let version = session.version();
        let idempotent_replay = done.value == StateChange::Replay;
        Ok(Reply::ok(&StateAnswer { session, idempotent_replay })?.with_etag(version))
    })
    .await?;
    Ok(answer.into_response(&calls.app.keys))
}
