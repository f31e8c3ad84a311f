//! `GET /v1/realtime/sessions/{sessionId}/events`, as pages or as NDJSON.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use callboard_http::{Caller, Path, Principal, Problem, Query};
use callboard_kernel::{Error, Result, SessionId, Timestamp, codes};
use serde::Deserialize;
use utoipa::IntoParams;

use super::ingest::json_response;
use super::wire::{self, CostDto, ReplayDto};
use callboard_eventlog::StoredEvent;

use crate::live::Live;
use crate::read::{self, Ask, From, MAX_LIMIT, Raw, Replayed};

#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct ReplayQuery {
    /// Only events after this sequence.
    #[param(minimum = 0)]
    after_sequence: Option<i64>,
    /// Most events, 1-1000; 100 when absent. With NDJSON, the length of the whole answer; no limit when absent.
    #[param(minimum = 1, maximum = 1000)]
    limit: Option<i64>,
    /// The last sequence to cover, so that the pages of one replay form one bounded read.
    #[param(minimum = 0)]
    until_sequence: Option<i64>,
    /// Only events after this consumer's checkpoint.
    #[param(
        min_length = 1,
        max_length = 128,
        pattern = r"^[^\u0000-\u001f\u007f-\u009f]*[^\s\u0000-\u001f\u007f-\u009f][^\u0000-\u001f\u007f-\u009f]*$"
    )]
    consumer_id: Option<String>,
    /// Only events after the watermark with this instant.
    #[param(value_type = Option<String>, format = DateTime)]
    after_ts: Option<Timestamp>,
    /// Only events after the one with this id.
    after_event_id: Option<String>,
    /// Only these types, separated by commas.
    types: Option<String>,
    /// Adds rows read and time per query.
    diagnostics: Option<bool>,
}

const NDJSON: &str = "application/x-ndjson";

/// Replay a session
///
/// By sequence, ascending. `afterSequence`, `consumerId` and the watermark (`afterTs`, `afterEventId`) are three ways to
/// say where to begin; at most one may be sent. With `Accept: application/x-ndjson` the answer streams one event a line,
/// to the end of the log as it was when the read began. A session pass of a person reads `call.*` and `transcript.*`
/// since it was made.
#[utoipa::path(
    get, path = "/v1/realtime/sessions/{sessionId}/events", tag = "Events",
    params(("sessionId" = String, Path, description = "The session."), ReplayQuery),
    responses((status = 200, description = "A page, or all of it line by line.",
        content((ReplayDto = "application/json"), (String = "application/x-ndjson")))),
    extensions(("x-error-codes" = json!(["WATERMARK_UNKNOWN", "CONSUMER_FORBIDDEN", "NOT_ACCEPTABLE"])))
)]
pub(super) async fn replay(
    State(live): State<Arc<Live>>,
    caller: Caller,
    Path(id): Path<SessionId>,
    Query(query): Query<ReplayQuery>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let lines = wants_lines(&headers)?;
    let whole = query.limit.is_none();
    let raw = Raw {
        after_sequence: query.after_sequence,
        limit: query.limit,
        until_sequence: query.until_sequence,
        consumer_id: query.consumer_id,
        after_ts: query.after_ts,
        after_event_id: query.after_event_id,
        types: query.types,
        diagnostics: query.diagnostics,
    };
    let mut ask = raw.ask()?;
    if lines {
        let left = if whole { i64::MAX } else { ask.limit };
        ask.limit = left.min(MAX_LIMIT);
        return Ok(ndjson(live, caller.principal, id, ask, left).await?);
    }
    let page = page(&live, caller.principal, id, ask).await?;
    let mut body = String::with_capacity(page.events.iter().map(StoredEvent::json_room).sum::<usize>() + 256);
    body.push_str("{\"events\":");
    wire::push_events(&mut body, &page.events);
    body.push_str(&format!(",\"nextAfterSequence\":{},\"hasMore\":{},\"watermark\":", page.next_after, page.has_more));
    body.push_str(&wire::watermark(page.watermark.as_ref())?);
    if let Some(costs) = page.diagnostics {
        let costs: Vec<CostDto> = costs
            .iter()
            .map(|c| CostDto {
                query: c.name,
                rows: c.rows,
                micros: u64::try_from(c.time.as_micros()).unwrap_or(u64::MAX),
            })
            .collect();
        body.push_str(",\"diagnostics\":");
        body.push_str(&serde_json::to_string(&costs).map_err(Error::internal)?);
    }
    body.push('}');
    Ok(json_response(StatusCode::OK, body))
}

async fn page(live: &Live, by: Principal, id: SessionId, ask: Ask) -> Result<Replayed> {
    let log = live.app.log.clone();
    live.app.db.read(move |tx| read::replay(tx, &log, &by, &id, &ask)).await
}

/// Whether the client asks for lines; `NOT_ACCEPTABLE` when it takes neither form.
fn wants_lines(headers: &HeaderMap) -> Result<bool> {
    let mut any = false;
    let mut json = false;
    for part in headers.get_all(header::ACCEPT).iter().filter_map(|v| v.to_str().ok()).flat_map(|v| v.split(',')) {
        let mut pieces = part.split(';').map(str::trim);
        let kind = pieces.next().unwrap_or_default().to_ascii_lowercase();
        // `q=0` says: not this one.
        let refused =
            pieces.any(|p| p.replace(' ', "").strip_prefix("q=").is_some_and(|q| q.parse::<f32>() == Ok(0.0)));
        if kind.is_empty() || refused {
            continue;
        }
        any = true;
        match kind.as_str() {
            NDJSON => return Ok(true),
            "application/json" | "application/*" | "*/*" => json = true,
            _ => {}
        }
    }
    if any && !json {
        let message = "This route answers application/json or application/x-ndjson.";
        return Err(Error::new(&codes::NOT_ACCEPTABLE, message).field("header:Accept", "names neither"));
    }
    Ok(false)
}

/// The rest of an export.
struct Export {
    live: Arc<Live>,
    by: Principal,
    id: SessionId,
    ask: Ask,
    left: i64,
    first: Option<Replayed>,
}

/// Streams the log page by page, up to where it ended when the read began.
async fn ndjson(live: Arc<Live>, by: Principal, id: SessionId, ask: Ask, left: i64) -> Result<Response> {
    // The first page comes before the head of the answer, so that a refusal is still a problem document.
    let first = page(&live, by.clone(), id.clone(), ask.clone()).await?;
    let until = ask.until.or_else(|| Some(first.watermark.as_ref().map_or(0, |w| w.sequence)));
    let rest = Export { live, by, id, ask: Ask { until, ..ask }, left, first: Some(first) };
    let lines = futures_util::stream::unfold(Some(rest), |export| async move {
        let mut export = export?;
        match export.next().await {
            Ok(None) => None,
            Ok(Some((lines, more))) => Some((Ok(lines), more.then_some(export))),
            // Breaking off is the only way to say that the export is not whole.
            Err(error) => {
                tracing::warn!(session.id = %export.id, "An export broke off: {error}");
                Some((Err(error), None))
            }
        }
    });
    let kind = HeaderValue::from_static(NDJSON);
    Ok((StatusCode::OK, [(header::CONTENT_TYPE, kind)], Body::from_stream(lines)).into_response())
}

impl Export {
    async fn next(&mut self) -> Result<Option<(Bytes, bool)>> {
        let page = match self.first.take() {
            Some(first) => first,
            None => {
                self.ask.limit = self.left.min(MAX_LIMIT);
                page(&self.live, self.by.clone(), self.id.clone(), self.ask.clone()).await?
            }
        };
        self.left -= page.events.len() as i64;
        self.ask.from = From::Sequence(page.next_after);
        let more = page.has_more && self.left > 0;
        if page.events.is_empty() && !more {
            return Ok(None);
        }
        let mut lines = String::with_capacity(page.events.iter().map(StoredEvent::json_room).sum());
        for event in &page.events {
            event.push_json(&mut lines);
            lines.push('\n');
        }
        Ok(Some((Bytes::from(lines), more)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accept() {
        for (accept, lines) in [
            ("application/x-ndjson", Some(true)),
            ("text/html, application/x-ndjson;q=0.5", Some(true)),
            ("application/x-ndjson;q=0, */*", Some(false)),
            ("application/json", Some(false)),
            ("*/*", Some(false)),
            ("text/html", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT, HeaderValue::from_static(accept));
            assert_eq!(wants_lines(&headers).ok(), lines, "{accept}");
        }
        assert_eq!(wants_lines(&HeaderMap::new()).ok(), Some(false));
    }
}
