//! `POST /v1/join`: a join link's token for a seat in the call.

use axum::extract::State;
use axum::response::Response;
use callboard_eventlog::SessionKey;
use callboard_http::{Answer, Body, IdempotencyKey, OnceScope, Principal, Problem, Visitor, fingerprint, once_as};
use callboard_kernel::{Error, ParticipantId, Result, check_text, codes};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::token::{Grant, Transport, put, seat_reply, transport};
use super::wire::SessionView;
use super::{Calls, view};
use crate::commands::doors::{join as take, link_of};
use crate::commands::{Change, actor_system};
use crate::model::{ParticipantRow, Session};
use crate::store;

/// A join link's token.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct JoinAsk {
    /// The text after `#` in the link.
    token: String,
    /// A name to show, 1-100 characters; else the link's.
    #[schema(min_length = 1, max_length = 100)]
    display_name: Option<String>,
}

/// Why there is no media.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Unavailable {
    /// A code.
    code: String,
    /// What to do.
    message: String,
}

/// A seat in the call.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct JoinAnswer {
    /// The session, as a participant may see it.
    session: SessionView,
    /// Who you are in it.
    participant_id: String,
    /// Your session pass.
    pass: String,
    /// Lets you come back after a cut.
    resume_token: String,
    /// Our clock, for `startMs` of transcripts.
    #[schema(format = DateTime)]
    server_time: String,
    /// Your pass reads events after this sequence.
    first_sequence: i64,
    /// How to reach the media.
    #[serde(skip_serializing_if = "Option::is_none")]
    transport: Option<Transport>,
    /// Set instead of `transport` when there is no media now.
    #[serde(skip_serializing_if = "Option::is_none")]
    transport_unavailable: Option<Unavailable>,
}

/// Join by a link
///
/// Each exchange is a new participant and uses the link once; keep the pass for reloads. With an `Idempotency-Key` an
/// answer that was lost can be asked for again: the same participant and pass, and no further use of the link.
#[utoipa::path(post, path = "/v1/join", tag = "Joining", request_body = JoinAsk,
    params(("Idempotency-Key" = Option<String>, Header, description = "1-255 printable ASCII characters")),
    responses((status = 200, description = "Your seat", body = JoinAnswer)),
    extensions(("x-error-codes" = json!(["JOIN_LINK_INVALID", "SESSION_CLOSED", "CONCURRENCY_LIMIT", "TENANT_SUSPENDED",
        "IDEMPOTENCY_CONFLICT", "IDEMPOTENCY_IN_PROGRESS"]))))]
pub(crate) async fn join(
    State(calls): State<Calls>,
    visitor: Visitor,
    key: Option<IdempotencyKey>,
    body: Body<JoinAsk>,
) -> Result<Response, Problem> {
    let print = fingerprint(&[], &body.text);
    let ask = body.value;
    if !ask.token.starts_with("cbj_") || ask.token.len() > 200 {
        return Err(Error::new(&codes::JOIN_LINK_INVALID, "This is not a join link's token.").into());
    }
    if let Some(name) = &ask.display_name {
        check_text("/displayName", name, 100)?;
    }
    let (app, token) = (calls.app.clone(), ask.token.clone());
    let (session_key, link) = calls.app.db.read(move |tx| link_of(tx, &app.log, &app.keys, &token)).await?;
    let (tenant, now) = (session_key.tenant().clone(), visitor.now);
    let scope = OnceScope { tenant, subject: format!("link:{}", link.id), now };
    let (app, entropy) = (calls.app.clone(), visitor.entropy.clone());
    let mut answer = once_as(&calls.app.db, scope, "POST /v1/join", key, print, move |tx| {
        let mut change = Change { log: &app.log, actor: actor_system(), now, entropy: entropy.clone() };
        let seat = take(&mut change, tx, &app.keys, &ask.token, ask.display_name.as_deref())?;
        let shown = view(tx, &app.log, &seat.key)?.for_pass();
        let body = json!({ "session": shown, "serverTime": now.to_string(), "firstSequence": seat.from_sequence });
        seat_reply(&seat, 200, body)
    })
    .await?;
    let (session, participant) = seated(&calls, &answer, &session_key).await?;
    match transport(&calls, &session, &participant, Grant::default(), now).await {
        Ok(transport) => put(&mut answer, "transport", transport)?,
        Err(error) => put(&mut answer, "transportUnavailable", unavailable(&session_key, &error))?,
    }
    // A replay is asked for later than its first answer; whoever converts by our clock needs the one of now.
    put(&mut answer, "serverTime", now.to_string())?;
    Ok(answer.into_response(&calls.app.keys))
}

/// The session and participant of an answer, fresh or stored.
async fn seated(calls: &Calls, answer: &Answer, key: &SessionKey) -> Result<(Session, ParticipantRow)> {
    let text = answer.reply.body.as_ref().and_then(|b| b["participantId"].as_str()).unwrap_or_default();
    let id = ParticipantId::parse(text).ok_or_else(|| Error::internal("an answer without its participant"))?;
    let key = key.clone();
    calls
        .app
        .db
        .read(move |tx| {
            let row = store::participant(tx, &key, &id)?.ok_or_else(|| Error::not_found("participant"))?;
            Ok((store::session_load(tx, &key)?, row))
        })
        .await
}

/// The seat is taken all the same: the page shows why there is no media and asks again by the token route.
fn unavailable(key: &SessionKey, error: &Error) -> Value {
    tracing::info!(tenant.id = %key.tenant(), session.id = %key.session(), "Joined without media: {error}");
    json!({ "code": error.code().name, "message": error.message() })
}

/// Whether a principal is a participant's or agent's pass.
pub(crate) const fn is_pass(by: &Principal) -> bool {
    matches!(by, Principal::Pass { .. })
}
