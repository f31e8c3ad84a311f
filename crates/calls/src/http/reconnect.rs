//! `POST …/reconnect`: back after a cut, with what was missed.

use axum::extract::State;
use axum::response::Response;
use callboard_contracts::Family;
use callboard_http::{Body, Caller, PassKind, Path, Principal, Problem, Reply};
use callboard_kernel::{Error, Result, SessionId, TokenKind, check_text};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::token::{Grant, Transport, provider_of, put, transport};
use super::wire::SessionView;
use super::{Calls, event_value, view_of};
use crate::access;
use crate::commands::reconnect::{Outcome, ResumeAsk, Resumed, reconnect as resume};
use crate::commands::{Change, actor_of};

/// A request to come back.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct ReconnectAsk {
    /// The current resume token.
    resume_token: String,
    /// The consumer whose place the replay starts from, 1-64 characters.
    #[schema(min_length = 1, max_length = 64)]
    consumer_id: String,
    /// The last sequence that the consumer has; also stored as its checkpoint.
    #[schema(minimum = 0)]
    last_ack_sequence: Option<i64>,
    /// Most events in the answer, 1-1000; default 100.
    #[schema(minimum = 1, maximum = 1000)]
    limit: Option<i64>,
}

/// What was missed.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Missed {
    /// Events, ascending.
    #[schema(value_type = Vec<Object>)]
    events: Vec<Value>,
    /// Where the next page starts.
    next_after_sequence: i64,
    /// Whether there is more up to `untilSequence`.
    has_more: bool,
    /// The replay's pinned end.
    until_sequence: i64,
    /// The event at that end.
    #[schema(value_type = Option<Object>, required)]
    watermark: Option<Value>,
}

/// Back in the call.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ReconnectAnswer {
    /// The session.
    session: SessionView,
    /// Who you are in it.
    participant_id: String,
    /// The next resume token.
    resume_token: String,
    /// Our clock.
    #[schema(format = DateTime)]
    server_time: String,
    /// How to reach the media, when a provider is configured.
    #[serde(skip_serializing_if = "Option::is_none")]
    transport: Option<Transport>,
    /// What was missed.
    replay: Missed,
}

fn visible(by: &Principal, resumed: &Resumed) -> Vec<Value> {
    let participant = matches!(by, Principal::Pass { kind: PassKind::Participant, .. });
    let may_read = |family| !participant || matches!(family, Family::Call | Family::Transcript);
    resumed.page.events.iter().filter(|e| may_read(e.ty.family())).map(event_value).collect()
}

fn body(session: &SessionView, by: &Principal, resumed: &Resumed, now: callboard_kernel::Timestamp) -> Value {
    let watermark = resumed
        .page
        .watermark
        .as_ref()
        .map(|w| json!({ "sequence": w.sequence, "eventId": w.event_id, "ts": w.ts.to_string() }));
    json!({
        "session": session, "participantId": resumed.participant.id.as_str(), "resumeToken": null,
        "serverTime": now.to_string(),
        "replay": {
            "events": visible(by, resumed), "nextAfterSequence": resumed.page.next_after, "hasMore": resumed.page.has_more,
            "untilSequence": resumed.until, "watermark": watermark,
        },
    })
}

/// Come back
///
/// Uses the resume token and gives the next one. A repetition gets the same answer: the same resume token and the same
/// bounds of the replay; only the provider's token is made anew.
#[utoipa::path(post, path = "/v1/call/sessions/{sessionId}/reconnect", tag = "Calls", request_body = ReconnectAsk,
    params(("sessionId" = String, Path, description = "The session")),
    responses((status = 200, description = "Back", body = ReconnectAnswer)),
    extensions(("x-error-codes" = json!(["INVALID_RESUME_TOKEN", "SESSION_CLOSED", "RECONNECT_WINDOW_EXPIRED", "ACK_AHEAD_OF_LOG",
        "CONSUMER_FORBIDDEN", "LIVEKIT_UNREACHABLE"]))))]
pub(crate) async fn reconnect(
    State(calls): State<Calls>,
    caller: Caller,
    Path(id): Path<SessionId>,
    body: Body<ReconnectAsk>,
) -> Result<Response, Problem> {
    let outcome = come_back(&calls, caller, id, body.value).await;
    calls.stats.reconnect(outcome.as_ref());
    Ok(outcome?)
}

async fn come_back(calls: &Calls, caller: Caller, id: SessionId, ask: ReconnectAsk) -> Result<Response> {
    check_text("/consumerId", &ask.consumer_id, 64)?;
    let limit = ask.limit.unwrap_or(100);
    if !(1..=1000).contains(&limit) {
        return Err(Error::invalid("/limit", "must be 1 to 1000"));
    }
    if ask.last_ack_sequence.is_some_and(|s| s < 0) {
        return Err(Error::invalid("/lastAckSequence", "must be 0 or more"));
    }
    let ask = ResumeAsk { token: ask.resume_token, consumer: ask.consumer_id, last_ack: ask.last_ack_sequence, limit };
    let (app, by) = (calls.app.clone(), caller.clone());
    let outcome = calls
        .app
        .db
        .write(move |tx| {
            let pass = super::join::is_pass(&by.principal);
            let look = if pass { access::see } else { access::change };
            let seen = look(tx, &app.log, &by.principal, &id)?;
            let actor = actor_of(&by.principal, seen.owner.as_ref());
            let mut change = Change { log: &app.log, actor, now: by.now, entropy: by.entropy.clone() };
            match resume(&mut change, tx, &app.keys, &seen.key, &by.principal, &ask)? {
                Outcome::Refused(error) => Ok(Err(error)),
                Outcome::Resumed(resumed) => {
                    let shown = view_of(tx, &seen.key, &resumed.call)?;
                    let shown = if pass { shown.for_pass() } else { shown };
                    let reply = Reply::ok(&self::body(&shown, &by.principal, &resumed, by.now))?.secret(
                        "/resumeToken",
                        TokenKind::Resume,
                        &[
                            seen.key.tenant().as_str(),
                            seen.key.session().as_str(),
                            resumed.participant.id.as_str(),
                            &resumed.generation.to_string(),
                        ],
                    );
                    Ok(Ok((reply, resumed.call.session, resumed.participant)))
                }
            }
        })
        .await?;
    let (reply, session, participant) = outcome?;
    let mut answer = callboard_http::Answer { reply, replayed: false };
    if provider_of(calls, &session).is_ok() {
        let transport = transport(calls, &session, &participant, Grant::default(), caller.now).await?;
        put(&mut answer, "transport", transport)?;
    }
    Ok(answer.into_response(&calls.app.keys))
}
