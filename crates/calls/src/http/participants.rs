//! Participants: list, remove, report, leave.

use axum::extract::State;
use axum::response::Response;
use callboard_http::{
    Body, Caller, IdempotencyKey, List, OptionalBody, Path, Principal, Problem, Reply, fingerprint, once,
};
use callboard_kernel::{Error, ParticipantId, Result, SessionId, check_text, codes};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::join::is_pass;
use super::wire::{ParticipantView, SessionView};
use super::{Calls, view};
use crate::access;
use crate::commands::members;
use crate::commands::{Change, actor_of};
use crate::decide::Report;

/// List participants
#[utoipa::path(get, path = "/v1/call/sessions/{sessionId}/participants", operation_id = "list_participants", tag = "Calls",
    params(("sessionId" = String, Path, description = "The session")),
    responses((status = 200, description = "Everybody invited or seen", body = List<ParticipantView>)))]
pub(crate) async fn list(
    State(calls): State<Calls>,
    caller: Caller,
    Path(id): Path<SessionId>,
) -> Result<Response, Problem> {
    let log = calls.app.log.clone();
    let session = calls
        .app
        .db
        .read(move |tx| {
            let seen = access::see(tx, &log, &caller.principal, &id)?;
            let session = view(tx, &log, &seen.key)?;
            Ok(if is_pass(&caller.principal) { session.for_pass() } else { session })
        })
        .await?;
    Ok(Reply::ok(&List::whole(session.into_participants()))?.into_response(&calls.app.keys))
}

/// Remove a participant
///
/// It leaves the call at once, its pass dies, and the provider sends it out.
#[utoipa::path(delete, path = "/v1/call/sessions/{sessionId}/participants/{participantId}", operation_id = "remove_participant", tag = "Calls",
    params(("sessionId" = String, Path, description = "The session"), ("participantId" = String, Path, description = "The participant")),
    responses((status = 204, description = "Removed")))]
pub(crate) async fn remove(
    State(calls): State<Calls>,
    caller: Caller,
    Path((id, participant)): Path<(SessionId, ParticipantId)>,
) -> Result<Response, Problem> {
    let app = calls.app.clone();
    calls
        .app
        .db
        .write(move |tx| {
            let seen = access::change(tx, &app.log, &caller.principal, &id)?;
            let actor = actor_of(&caller.principal, seen.owner.as_ref());
            let mut change = Change { log: &app.log, actor, now: caller.now, entropy: caller.entropy.clone() };
            members::remove(&mut change, tx, &seen.key, &participant)?;
            let detail = json!({ "sessionId": id.as_str() });
            let object = ("participant", participant.as_str());
            crate::commands::audit(
                tx,
                &caller.principal,
                "participant.remove",
                object,
                detail,
                caller.now,
                &mut change.entropy,
            )
        })
        .await?;
    Ok(Reply::empty().into_response(&calls.app.keys))
}

/// What a page or agent saw of its own connection.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct ReportAsk {
    /// Chosen by the reporter, 1-64 characters; the same report again has no effect.
    #[schema(min_length = 1, max_length = 64, pattern = "^[!-~]+$")]
    report_id: String,
    /// Lost or back.
    state: ReportState,
    /// What was lost.
    kind: ReportKind,
    /// How long it was lost, 0 ms to 1 h; with `connected`, when it is told only on return.
    #[schema(minimum = 0, maximum = 3_600_000)]
    lost_for_ms: Option<i64>,
}

/// Lost or back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ReportState {
    /// The connection is lost.
    Reconnecting,
    /// It is back.
    Connected,
}

/// What was lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ReportKind {
    /// The signalling connection.
    Signal,
    /// The media.
    Media,
}

/// Whether the report became a fact.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReportAnswer {
    /// False when it told nothing new.
    recorded: bool,
}

fn own_participant(by: &Principal, participant: &ParticipantId) -> Result<()> {
    match by {
        Principal::Pass { participant: own, .. } if own == participant => Ok(()),
        Principal::Pass { .. } => Err(Error::not_found("participant")),
        _ => Err(Error::new(&codes::FORBIDDEN, "Only the participant's own session pass may do this.")),
    }
}

/// Report a cut
///
/// A loss that heals within 20.8 s leaves no trace at the provider, so pages and agents tell what they saw.
#[utoipa::path(post, path = "/v1/call/sessions/{sessionId}/participants/{participantId}/connection", operation_id = "report_connection", tag = "Calls", request_body = ReportAsk,
    params(("sessionId" = String, Path, description = "The session"), ("participantId" = String, Path, description = "The reporter itself")),
    responses((status = 200, description = "Heard", body = ReportAnswer)))]
pub(crate) async fn report(
    State(calls): State<Calls>,
    caller: Caller,
    Path((id, participant)): Path<(SessionId, ParticipantId)>,
    body: Body<ReportAsk>,
) -> Result<Response, Problem> {
    let ask = body.value;
    check_text("/reportId", &ask.report_id, 64)?;
    if !ask.report_id.chars().all(|c| c.is_ascii_graphic()) {
        return Err(Error::invalid("/reportId", "must be printable ASCII without blanks").into());
    }
    if ask.lost_for_ms.is_some_and(|ms| !(0..=3_600_000).contains(&ms)) {
        return Err(Error::invalid("/lostForMs", "must be 0 to 3600000").into());
    }
    let report = Report {
        report_id: ask.report_id,
        connected: ask.state == ReportState::Connected,
        kind: if ask.kind == ReportKind::Signal { "signal" } else { "media" }.to_owned(),
        lost_for_ms: ask.lost_for_ms,
    };
    let log = calls.app.log.clone();
    let recorded = calls
        .app
        .db
        .write(move |tx| {
            let seen = access::see(tx, &log, &caller.principal, &id)?;
            own_participant(&caller.principal, &participant)?;
            let actor = actor_of(&caller.principal, None);
            let mut change = Change { log: &log, actor, now: caller.now, entropy: caller.entropy.clone() };
            members::report(&mut change, tx, &seen.key, &participant, &report)
        })
        .await?;
    Ok(Reply::ok(&ReportAnswer { recorded })?.into_response(&calls.app.keys))
}

/// Nothing.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct LeaveAsk {}

/// The session after the leave.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LeaveAnswer {
    /// The session.
    session: SessionView,
}

/// Leave
///
/// A hang-up is told here first, before the page disconnects: it is definite, and ends the call when it was the last
/// caller's.
#[utoipa::path(post, path = "/v1/call/sessions/{sessionId}/leave", tag = "Calls", request_body(content = Option<LeaveAsk>),
    params(("sessionId" = String, Path, description = "The session"),
        ("Idempotency-Key" = Option<String>, Header, description = "1-255 printable ASCII characters")),
    responses((status = 200, description = "Left", body = LeaveAnswer)),
    extensions(("x-error-codes" = json!(["IDEMPOTENCY_CONFLICT", "IDEMPOTENCY_IN_PROGRESS"]))))]
pub(crate) async fn leave(
    State(calls): State<Calls>,
    caller: Caller,
    Path(id): Path<SessionId>,
    key: Option<IdempotencyKey>,
    body: OptionalBody<LeaveAsk>,
) -> Result<Response, Problem> {
    let print = fingerprint(&[id.as_str()], &body.text);
    let (app, by) = (calls.app.clone(), caller.clone());
    let answer = once(&calls.app, &caller, "POST /v1/call/sessions/{sessionId}/leave", key, print, move |tx| {
        let seen = access::see(tx, &app.log, &by.principal, &id)?;
        let Principal::Pass { participant, .. } = &by.principal else {
            return Err(Error::new(
                &codes::FORBIDDEN,
                "Only a participant's session pass may leave; others end the call.",
            ));
        };
        let actor = actor_of(&by.principal, None);
        let mut change = Change { log: &app.log, actor, now: by.now, entropy: by.entropy.clone() };
        members::leave(&mut change, tx, &seen.key, participant)?;
        Reply::ok(&LeaveAnswer { session: view(tx, &app.log, &seen.key)?.for_pass() })
    })
    .await?;
    Ok(answer.into_response(&calls.app.keys))
}
