//! `POST /v1/join`: a join link's token for a seat in the call.

use axum::extract::State;
use axum::response::Response;
use callboard_http::{Body, Principal, Problem, Visitor};
use callboard_kernel::{Error, Result, check_text, codes};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::token::{Grant, Transport, put, seat_reply, transport};
use super::wire::SessionView;
use super::{Calls, view};
use crate::commands::doors::{Seat, join as take};
use crate::commands::{Change, actor_system};
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
/// Each exchange is a new participant and uses the link once; keep the pass for reloads.
#[utoipa::path(post, path = "/v1/join", tag = "Joining", request_body = JoinAsk,
    responses((status = 200, description = "Your seat", body = JoinAnswer)),
    extensions(("x-error-codes" = json!(["JOIN_LINK_INVALID", "SESSION_CLOSED", "CONCURRENCY_LIMIT", "TENANT_SUSPENDED"]))))]
pub(crate) async fn join(
    State(calls): State<Calls>,
    visitor: Visitor,
    body: Body<JoinAsk>,
) -> Result<Response, Problem> {
    let ask = body.value;
    if !ask.token.starts_with("cbj_") || ask.token.len() > 200 {
        return Err(Error::new(&codes::JOIN_LINK_INVALID, "This is not a join link's token.").into());
    }
    if let Some(name) = &ask.display_name {
        check_text("/displayName", name, 100)?;
    }
    let (app, now, entropy) = (calls.app.clone(), visitor.now, visitor.entropy.clone());
    let (reply, session, seat) = calls
        .app
        .db
        .write(move |tx| {
            let mut change = Change { log: &app.log, actor: actor_system(), now, entropy: entropy.clone() };
            let seat = take(&mut change, tx, &app.keys, &ask.token, ask.display_name.as_deref())?;
            let shown = view(tx, &app.log, &seat.key)?.for_pass();
            let body = json!({ "session": shown, "serverTime": now.to_string(), "firstSequence": seat.from_sequence });
            Ok((seat_reply(&seat, 200, body)?, store::session_load(tx, &seat.key)?, seat))
        })
        .await?;
    let mut answer = callboard_http::Answer { reply, replayed: false };
    match transport(&calls, &session, &seat.participant, Grant::default(), now).await {
        Ok(transport) => put(&mut answer, "transport", transport)?,
        Err(error) => put(&mut answer, "transportUnavailable", unavailable(&seat, &error))?,
    }
    Ok(answer.into_response(&calls.app.keys))
}

/// The seat is taken all the same: the page shows why there is no media and asks again by the token route.
fn unavailable(seat: &Seat, error: &Error) -> Value {
    tracing::info!(tenant.id = %seat.key.tenant(), session.id = %seat.key.session(), "Joined without media: {error}");
    json!({ "code": error.code().name, "message": error.message() })
}

/// Whether a principal is a participant's or agent's pass.
pub(crate) const fn is_pass(by: &Principal) -> bool {
    matches!(by, Principal::Pass { .. })
}
