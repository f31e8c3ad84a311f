//! The route that searches all transcripts.

use axum::extract::State;
use callboard_http::{App, Caller, Cursor, List, Page, Problem, Query, query_instant};
use callboard_kernel::{Error, SessionId, Timestamp, codes};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::commands::search::{self, Ask, Hit, Place};

/// What is looked for.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub(super) struct SearchQuery {
    /// Words, at most 200 characters: all must be there, the last one may be a beginning. Case, accents and
    /// punctuation do not matter.
    #[param(min_length = 1, max_length = 200)]
    q: String,
    /// Only what was said at this instant or later, RFC 3339.
    #[param(format = DateTime)]
    from: Option<String>,
    /// Only what was said before this instant, RFC 3339.
    #[param(format = DateTime)]
    until: Option<String>,
    /// Only this session.
    session_id: Option<String>,
    /// Hits of the page, 1-100.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<i64>,
    /// The `nextCursor` of the page before.
    cursor: Option<String>,
}

/// A piece of a snippet.
#[derive(Serialize, ToSchema)]
#[schema(as = SearchSnippetPart)]
pub(super) struct PartDto {
    /// The text as it was said; `…` stands where more of it follows.
    text: String,
    /// Whether it is what was looked for.
    hit: bool,
}

/// An utterance that has all the words.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = TranscriptHit)]
pub(super) struct HitDto {
    /// The session.
    session_id: String,
    /// The utterance's id within it.
    utterance_id: String,
    /// The event that it stands on: the place to jump to.
    sequence: i64,
    /// When that happened.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// Where it begins, milliseconds since the call connected.
    start_ms: i64,
    /// Where it ends, milliseconds since the call connected.
    end_ms: i64,
    /// `user`, `agent` or `unknown`.
    speaker: String,
    /// The participant who spoke, when known.
    #[serde(skip_serializing_if = "Option::is_none")]
    participant_id: Option<String>,
    /// The whole utterance as it stands.
    text: String,
    /// About 160 characters of it around the first hit, in pieces.
    snippet: Vec<PartDto>,
}

/// Search transcripts
///
/// Utterances as they stand (finals, corrected ones in their corrected form), newest first. Users without a role find
/// what was said in their own sessions; everybody else in the tenant's.
#[utoipa::path(
    get, path = "/v1/search/transcripts", operation_id = "search_transcripts", tag = "Transcripts", params(SearchQuery),
    responses((status = 200, description = "A page of hits.", body = List<HitDto>)),
    extensions(("x-error-codes" = json!(["INVALID_CURSOR", "NOT_FOUND"])))
)]
pub(super) async fn search_transcripts(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<SearchQuery>,
) -> Result<axum::Json<List<HitDto>>, Problem> {
    let by = caller.principal;
    let needles = search::needles(&query.q)?;
    let since = query_instant("from", query.from.as_deref())?.unwrap_or(Timestamp::from_micros(i64::MIN));
    let until = query_instant("until", query.until.as_deref())?.unwrap_or(Timestamp::from_micros(i64::MAX));
    let session = query.session_id.as_deref().map(session_id).transpose()?;
    // The cursor belongs to this very question.
    let asked = (&query.q, since.micros(), until.micros(), &query.session_id);
    let list = format!("search:{}:{asked:?}", by.tenant());
    let page = Page::of(query.limit, query.cursor.as_deref(), &list)?;
    let place = page.after.as_ref().map(place).transpose()?;
    let fetch = page.fetch();
    let hits = app
        .db
        .read(move |tx| {
            let ask = Ask { needles: &needles, session: session.as_ref(), since, until, place: place.as_ref(), fetch };
            search::search(tx, &app.log, &by, &ask, &search::PLAN)
        })
        .await?;
    let found = page.list(hits, |h| Cursor { at: h.place.at, id: format!("{} {}", h.place.sequence, h.place.session) });
    let items = found.items.into_iter().filter_map(hit_dto).collect();
    Ok(axum::Json(List { items, next_cursor: found.next_cursor }))
}

/// What is no session's id names no session.
fn session_id(text: &str) -> Result<SessionId, Error> {
    SessionId::parse(text).ok_or_else(|| Error::not_found("session"))
}

/// The place that a cursor of ours names.
fn place(cursor: &Cursor) -> Result<Place, Error> {
    let parts = cursor.id.split_once(' ');
    let read = parts.and_then(|(n, id)| Some((n.parse().ok()?, SessionId::parse(id)?)));
    let (sequence, session) =
        read.ok_or_else(|| Error::new(&codes::INVALID_CURSOR, "The cursor names no place in this list."))?;
    Ok(Place { at: cursor.at, session, sequence })
}

fn hit_dto(hit: Hit) -> Option<HitDto> {
    let Hit { place, found } = hit;
    let (v, snippet) = found?;
    Some(HitDto {
        session_id: place.session.to_string(),
        utterance_id: v.utterance_id,
        sequence: v.sequence,
        at: v.ts,
        start_ms: v.start_ms,
        end_ms: v.end_ms,
        speaker: v.speaker,
        participant_id: v.participant_id,
        text: v.text,
        snippet: snippet.into_iter().map(|p| PartDto { text: p.text, hit: p.hit }).collect(),
    })
}
