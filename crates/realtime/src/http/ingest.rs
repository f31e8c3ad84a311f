//! `POST /v1/realtime/events`.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use callboard_http::{Caller, Problem, RawJson};

use super::wire::{self, AnswerDto, AppendDto, AppendedDto};
use crate::commands;
use crate::live::Live;
use crate::parse::{self, Ask};

/// Append events
///
/// One event, or `{"events": […]}` with up to 1000 of any sessions of the tenant. Order within a session is kept.
/// `eventId` makes a repetition safe: the same content gives the stored event back with `deduped: true`. In a batch
/// each event has its own outcome, unless `atomic` asks for all or none.
#[utoipa::path(
    post, path = "/v1/realtime/events", tag = "Events",
    request_body = AppendDto,
    responses(
        (status = 200, description = "A repetition of one event, or the outcomes of a batch.", body = AnswerDto),
        (status = 201, description = "One event, newly stored.", body = AppendedDto)
    ),
    extensions(("x-error-codes" = json!(["EVENT_INVALID", "UNKNOWN_EVENT_TYPE", "SEQUENCE_NOT_ALLOWED", "NOT_FOUND",
        "EVENT_FAMILY_FORBIDDEN", "ACTOR_FORBIDDEN", "EVENT_ID_CONFLICT", "UTTERANCE_CONFLICT", "SESSION_CLOSED"])))
)]
pub(super) async fn ingest(
    State(live): State<Arc<Live>>,
    caller: Caller,
    RawJson(text): RawJson,
) -> Result<Response, Problem> {
    match parse::ask(&caller.principal, &text)? {
        Ask::One(event) => {
            let stored = commands::append_one(&live.app, &caller, event).await?;
            let mut body = String::with_capacity(stored.event.payload.len() + 384);
            wire::push_appended(&mut body, &stored);
            Ok(json_response(if stored.deduped { StatusCode::OK } else { StatusCode::CREATED }, body))
        }
        Ask::Many { events, atomic } => {
            let outcomes = commands::append_many(&live.app, &caller, events, atomic).await?;
            let mut body = String::with_capacity(outcomes.len() * 512);
            body.push_str("{\"results\":");
            wire::push_results(&mut body, &outcomes, &caller.trace_id);
            body.push('}');
            Ok(json_response(StatusCode::OK, body))
        }
    }
}

/// A response whose JSON is written already.
pub(super) fn json_response(status: StatusCode, body: String) -> Response {
    (status, [(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))], body).into_response()
}
