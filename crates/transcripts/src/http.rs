//! Routes: the transcript, its versions, and their compaction; searching in `http/search.rs`.

mod search;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use callboard_http::{App, Caller, Cursor, IdempotencyKey, OptionalBody, Page, Path, Problem, Query, Reply};
use callboard_http::{fingerprint, once};
use callboard_kernel::{Error, Result, SessionId, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::commands::{self, Mark, Read};
use crate::export::{self, TextForm};
use crate::model::{Segment, Version};

/// Versions kept when a compaction does not say.
const DEFAULT_KEEP: i64 = 2000;
const COMPACT: &str = "POST /v1/call/sessions/{sessionId}/transcript-snapshots/compact";

/// The routes.
pub(crate) fn router(app: App) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(routes!(transcript))
        .routes(routes!(snapshots))
        .routes(routes!(compact))
        .routes(routes!(search::search_transcripts))
        .with_state(app)
}

/// A form of the transcript.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum Format {
    /// Segments as JSON.
    #[default]
    Json,
    /// Plain text, one line per utterance.
    Txt,
    /// WebVTT.
    Vtt,
    /// SubRip.
    Srt,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct TranscriptQuery {
    /// The form; JSON when absent.
    #[param(inline)]
    format: Option<Format>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct SnapshotQuery {
    /// Rows of the page, 1-100.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<i64>,
    /// The `nextCursor` of the page before.
    cursor: Option<String>,
}

/// An utterance as it stands.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = TranscriptSegment)]
struct SegmentDto<'a> {
    /// The utterance's id.
    utterance_id: &'a str,
    /// The participant who spoke, when known.
    #[serde(skip_serializing_if = "Option::is_none")]
    participant_id: Option<&'a str>,
    /// `user`, `agent` or `unknown`.
    speaker: &'a str,
    /// What was said.
    text: &'a str,
    /// Where it begins, milliseconds since the call connected.
    start_ms: i64,
    /// Where it ends, milliseconds since the call connected.
    end_ms: i64,
    /// Whether it is final; a partial may still change.
    #[serde(rename = "final")]
    is_final: bool,
    /// How often a final was corrected.
    revision: i64,
    /// The event that it stands on.
    sequence: i64,
    /// The event that first told of it.
    first_sequence: i64,
    /// How sure the recogniser is, 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    confidence: Option<f64>,
    /// BCP 47 language tag.
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<&'a str>,
    /// `speech`, `typed` or `agent`.
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<&'a str>,
}

/// The transcript as it stands, ordered by where utterances begin.
#[derive(Serialize, ToSchema)]
#[schema(as = Transcript)]
struct TranscriptDto<'a> {
    /// Utterances.
    segments: Vec<SegmentDto<'a>>,
    /// The newest `transcript.*` event that this state takes into account; 0 when there is none.
    revision: i64,
}

/// One version of an utterance.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = TranscriptSnapshot)]
struct SnapshotDto {
    /// The event that it came with.
    sequence: i64,
    /// When that happened.
    #[schema(value_type = String, format = DateTime)]
    ts: Timestamp,
    /// The utterance's id.
    utterance_id: String,
    /// The participant who spoke, when known.
    #[serde(skip_serializing_if = "Option::is_none")]
    participant_id: Option<String>,
    /// `user`, `agent` or `unknown`.
    speaker: String,
    /// What was said.
    text: String,
    /// Where it begins, milliseconds since the call connected.
    start_ms: i64,
    /// Where it ends, milliseconds since the call connected.
    end_ms: i64,
    /// Whether it is a final.
    #[serde(rename = "final")]
    is_final: bool,
    /// How sure the recogniser is, 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    confidence: Option<f64>,
    /// BCP 47 language tag.
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<String>,
    /// `speech`, `typed` or `agent`.
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<String>,
}

/// Stored versions, oldest first, and what there is in all.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = TranscriptSnapshots)]
struct SnapshotsDto {
    /// The page.
    items: Vec<SnapshotDto>,
    /// Leads to the next page; null on the last one.
    #[schema(required = true)]
    next_cursor: Option<String>,
    /// Versions stored for this session.
    count: i64,
    /// The oldest one's sequence.
    #[serde(skip_serializing_if = "Option::is_none")]
    first_sequence: Option<i64>,
    /// The newest one's sequence.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_sequence: Option<i64>,
    /// UTF-8 bytes of all their texts.
    bytes: i64,
}

/// How much a compaction keeps.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CompactBody {
    /// Newest versions to keep, 1 or more; 2000 when absent. Every current final stays besides.
    #[schema(minimum = 1, default = 2000)]
    keep: Option<i64>,
}

/// What a compaction did.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = TranscriptCompaction)]
struct CompactedDto {
    /// Versions removed.
    removed: i64,
    /// Versions that remain.
    kept: i64,
    /// The newest sequence that was looked at; 0 when there was nothing to do.
    up_to_sequence: i64,
}

/// Read the transcript
///
/// The state as it stands: a final beats partials, a later final corrects an earlier one. `ETag` with `If-None-Match`
/// makes a poll of an unchanged transcript cheap. A session pass of a person reads what was said since they joined.
#[utoipa::path(
    get, path = "/v1/call/sessions/{sessionId}/transcript", tag = "Transcripts",
    params(("sessionId" = String, Path, description = "The session."), TranscriptQuery,
        ("If-None-Match" = Option<String>, Header, description = "The ETag of an earlier answer.")),
    responses(
        (status = 200, description = "The transcript.", headers(("ETag" = String, description = "Its revision.")),
            content((TranscriptDto = "application/json"), (String = "text/plain"), (String = "text/vtt"), (String = "application/x-subrip"))),
        (status = 304, description = "It has not changed since that ETag.")
    )
)]
async fn transcript(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<SessionId>,
    Query(query): Query<TranscriptQuery>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let format = query.format.unwrap_or_default();
    let known: Vec<String> =
        headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|v| v.to_str().ok()).map(str::to_owned).collect();
    let (read, mark) = app
        .db
        .read(move |tx| {
            let has = |mark| {
                let tag = etag(format, mark);
                known.iter().flat_map(|v| v.split(',')).any(|v| v.trim().trim_start_matches("W/") == tag)
            };
            commands::state(tx, &app.log, &caller.principal, &id, format != Format::Json, has)
        })
        .await?;
    let tag = HeaderValue::try_from(etag(format, mark)).map_err(Error::internal)?;
    let (kind, body) = match read {
        Read::Unchanged => return Ok((StatusCode::NOT_MODIFIED, [(header::ETAG, tag)]).into_response()),
        Read::State { segments, names } => match text_form(format) {
            Some(form) => (form.media_type(), export::render(form, &segments, &names)),
            None => ("application/json", json(&segments, mark.revision)?),
        },
    };
    let kind = HeaderValue::from_static(kind);
    Ok(([(header::CONTENT_TYPE, kind), (header::ETAG, tag)], body).into_response())
}

const fn text_form(format: Format) -> Option<TextForm> {
    match format {
        Format::Json => None,
        Format::Txt => Some(TextForm::Plain),
        Format::Vtt => Some(TextForm::Vtt),
        Format::Srt => Some(TextForm::Srt),
    }
}

fn etag(format: Format, mark: Mark) -> String {
    let form = text_form(format).map(|form| format!("-{}", form.as_str())).unwrap_or_default();
    let erased = if mark.erasures > 0 { format!("-e{}", mark.erasures) } else { String::new() };
    format!("\"{}{form}{erased}\"", mark.revision)
}

fn json(segments: &[Segment], revision: i64) -> Result<String> {
    let segments = segments.iter().map(segment_dto).collect();
    serde_json::to_string(&TranscriptDto { segments, revision }).map_err(Error::internal)
}

fn segment_dto(s: &Segment) -> SegmentDto<'_> {
    let v = &s.current;
    SegmentDto {
        utterance_id: &v.utterance_id,
        participant_id: v.participant_id.as_deref(),
        speaker: &v.speaker,
        text: &v.text,
        start_ms: v.start_ms,
        end_ms: v.end_ms,
        is_final: v.is_final,
        revision: s.revision,
        sequence: v.sequence,
        first_sequence: s.first_sequence,
        confidence: v.confidence,
        language: v.language.as_deref(),
        source: v.source.as_deref(),
    }
}

fn snapshot_dto(v: Version) -> SnapshotDto {
    SnapshotDto {
        sequence: v.sequence,
        ts: v.ts,
        utterance_id: v.utterance_id,
        participant_id: v.participant_id,
        speaker: v.speaker,
        text: v.text,
        start_ms: v.start_ms,
        end_ms: v.end_ms,
        is_final: v.is_final,
        confidence: v.confidence,
        language: v.language,
        source: v.source,
    }
}

/// List the versions of a transcript
///
/// Every version as it came, oldest first, as far as compaction left it.
#[utoipa::path(
    get, path = "/v1/call/sessions/{sessionId}/transcript-snapshots", tag = "Transcripts",
    params(("sessionId" = String, Path, description = "The session."), SnapshotQuery),
    responses((status = 200, description = "A page of versions.", body = SnapshotsDto))
)]
async fn snapshots(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<SessionId>,
    Query(query): Query<SnapshotQuery>,
) -> Result<axum::Json<SnapshotsDto>, Problem> {
    let list = format!("transcript-snapshots:{}:{id}", caller.principal.tenant());
    let page = Page::of(query.limit, query.cursor.as_deref(), &list)?;
    // A version's place is its sequence alone; the cursor's instant carries it.
    let after = page.after.as_ref().map_or(0, |c| c.at.micros());
    let fetch = page.fetch();
    let (versions, bounds) =
        app.db.read(move |tx| commands::snapshots(tx, &app.log, &caller.principal, &id, after, fetch)).await?;
    let found = page.list(versions, |v| Cursor { at: Timestamp::from_micros(v.sequence), id: String::new() });
    Ok(axum::Json(SnapshotsDto {
        items: found.items.into_iter().map(snapshot_dto).collect(),
        next_cursor: found.next_cursor,
        count: bounds.count,
        first_sequence: bounds.first_sequence,
        last_sequence: bounds.last_sequence,
        bytes: bounds.bytes,
    }))
}

/// Remove old versions of a transcript
///
/// Keeps the newest versions and every utterance's current final; the transcript itself does not change.
#[utoipa::path(
    post, path = "/v1/call/sessions/{sessionId}/transcript-snapshots/compact", tag = "Transcripts",
    params(("sessionId" = String, Path, description = "The session."),
        ("Idempotency-Key" = Option<String>, Header, description = "Repeats give the stored answer.")),
    request_body = Option<CompactBody>,
    responses((status = 200, description = "What was removed and what remains.", body = CompactedDto))
)]
async fn compact(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<SessionId>,
    key: Option<IdempotencyKey>,
    body: OptionalBody<CompactBody>,
) -> Result<Response, Problem> {
    let keep = body.value.keep.unwrap_or(DEFAULT_KEEP);
    if !(1..=callboard_kernel::limits::MAX_SAFE_INTEGER).contains(&keep) {
        return Err(Error::invalid("/keep", "must be 1 or more").into());
    }
    let print = fingerprint(&[id.as_str()], &body.text);
    let (log, by, session) = (app.log.clone(), caller.principal.clone(), id.clone());
    // The plan is the effect that is remembered; carrying it out can be repeated, so a replay finishes what was cut.
    let answer = once(&app, &caller, COMPACT, key, print, move |tx| {
        let plan = commands::plan(tx, &log, &by, &session, keep)?;
        Reply::ok(&CompactedDto { removed: plan.outcome.removed, kept: plan.outcome.kept, up_to_sequence: plan.floor })
    })
    .await?;
    let floor = answer.reply.body.as_ref().and_then(|b| b["upToSequence"].as_i64()).unwrap_or(0);
    if floor > 0 {
        commands::prune(&app, &caller.principal, &id, floor).await?;
    }
    Ok(answer.into_response(&app.keys))
}
