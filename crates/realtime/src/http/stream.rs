//! Server-sent events of a session and of a tenant.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use bytes::{BufMut as _, Bytes, BytesMut};
use callboard_eventlog::TailCursor;
use callboard_http::{Caller, Path, Problem, Query};
use callboard_kernel::teeth::{Tooth, planted};
use callboard_kernel::{Error, Result, SessionId, Timestamp};
use serde::Deserialize;
use tokio::time::Interval;
use utoipa::{IntoParams, ToSchema};

use super::credentials;
use crate::feed::{ACCESS_LOST, Delivery, Feed, Item, SessionFeed, TenantFeed, every};
use crate::live::{Identity, Live};
use crate::read;

/// When a session's stream closes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Until {
    /// With the session's end, rather than with its late window.
    End,
}

/// One server-sent event, as its fields come.
#[derive(ToSchema)]
#[schema(as = ServerSentEvent)]
#[allow(dead_code, reason = "only its schema is used")]
pub(super) struct SseEvent {
    /// Where to resume from: the sequence in a session's stream, an opaque place in a tenant's.
    #[schema(required = false)]
    id: String,
    /// The event's type, or `closed`.
    event: String,
    /// The event as JSON; of `closed`, the reason.
    data: String,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct SessionQuery {
    /// Only events after this sequence; only new ones when absent. `Last-Event-ID` wins over it.
    #[param(minimum = 0)]
    after_sequence: Option<i64>,
    /// `end` closes the stream with the session, rather than with its late window.
    #[param(inline)]
    until: Option<Until>,
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct TenantQuery {
    /// Only events after this place, an `id` of this stream; only new ones when absent. `Last-Event-ID` wins over it.
    cursor: Option<String>,
}

/// Follow a session
///
/// Server-sent events: `id` is the sequence, `event` the type, `data` the event. After the session's end comes
/// `event: closed` (without an id), and the stream stays open for late events unless `until=end`. A comment every 15
/// seconds shows that the stream lives. A client that stays behind for 30 seconds without reading is closed with
/// `{"reason": "lagging"}` and resumes with `Last-Event-ID`.
#[utoipa::path(
    get, path = "/v1/realtime/sessions/{sessionId}/stream", tag = "Events",
    params(("sessionId" = String, Path, description = "The session."), SessionQuery,
        ("Last-Event-ID" = Option<String>, Header, pattern = "^[0-9]{0,15}$", description = "The sequence of the last event that was received.")),
    responses((status = 200, description = "The stream.", content_type = "text/event-stream", body = SseEvent)),
    extensions(("x-error-codes" = json!(["WATERMARK_UNKNOWN"])))
)]
pub(super) async fn session_stream(
    State(live): State<Arc<Live>>,
    caller: Caller,
    Path(id): Path<SessionId>,
    Query(query): Query<SessionQuery>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let after = match last_event_id(&headers)? {
        None => query.after_sequence.map(|s| read::sequence("query:afterSequence", s)).transpose()?,
        Some(text) => {
            let digits = text.len() <= 15 && text.bytes().all(|b| b.is_ascii_digit());
            let number = digits.then(|| text.parse().ok()).flatten();
            Some(number.ok_or_else(|| Error::invalid("header:Last-Event-ID", "must be a sequence: 0 or more"))?)
        }
    };
    let identity = Identity::new(&live, credentials(&headers), caller.principal);
    let after = after.map(|sequence| sequence + i64::from(planted(Tooth::ResumeSkipsOne)));
    let (feed, head) = SessionFeed::open(&live, &identity, &id, after).await?;
    let place = after.unwrap_or(head).to_string();
    Ok(Stream::respond(live, identity, Feed::Session(Box::new(feed)), query.until.is_some(), &place))
}

/// Follow everything of the tenant
///
/// Server-sent events in the order of commits: `id` is an opaque place to resume from, `event` the type, `data` the
/// event. Users without a role follow their own sessions.
#[utoipa::path(
    get, path = "/v1/realtime/stream", tag = "Events",
    params(TenantQuery, ("Last-Event-ID" = Option<String>, Header, description = "The id of the last event that was received.")),
    responses((status = 200, description = "The stream.", content_type = "text/event-stream", body = SseEvent)),
    extensions(("x-error-codes" = json!(["INVALID_CURSOR"])))
)]
pub(super) async fn tenant_stream(
    State(live): State<Arc<Live>>,
    caller: Caller,
    Query(query): Query<TenantQuery>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let place = last_event_id(&headers)?.or(query.cursor);
    let after = place.as_deref().map(TailCursor::decode).transpose()?;
    let identity = Identity::new(&live, credentials(&headers), caller.principal);
    let (feed, place) = TenantFeed::open(&live, &identity, after).await?;
    Ok(Stream::respond(live, identity, Feed::Tenant(Box::new(feed)), false, &place.encode()))
}

fn last_event_id(headers: &HeaderMap) -> Result<Option<String>> {
    let Some(value) = headers.get("last-event-id") else { return Ok(None) };
    let text = value.to_str().map_err(|_| Error::invalid("header:Last-Event-ID", "must be printable ASCII"))?;
    Ok(Some(text.to_owned()).filter(|t| !t.is_empty()))
}

/// One open stream. It works only while the client takes what it gives, so a slow client costs a cursor and no queue.
struct Stream {
    live: Arc<Live>,
    identity: Identity,
    feed: Feed,
    until_end: bool,
    over: bool,
    greeting: Option<Bytes>,
    /// When the last piece was handed over.
    given_at: Timestamp,
    heartbeat: Interval,
    recheck: Interval,
    shutdown: Pin<Box<dyn Future<Output = ()> + Send>>,
}

impl Stream {
    fn respond(live: Arc<Live>, identity: Identity, feed: Feed, until_end: bool, place: &str) -> Response {
        let shutdown = live.shutdown.clone();
        let stream = Self {
            identity,
            feed,
            until_end,
            over: false,
            // An id without data is no event: it tells where the stream begins, so that a reader of "only new" that
            // is cut before its first event loses nothing.
            greeting: Some(Bytes::from(format!("retry: 2000\nid: {place}\n\n"))),
            given_at: live.app.world.now(),
            heartbeat: every(live.tuning.heartbeat),
            recheck: every(live.tuning.recheck),
            shutdown: Box::pin(async move { shutdown.begun().await }),
            live,
        };
        let pieces = futures_util::stream::unfold(stream, |mut stream| async move {
            let piece = stream.piece().await?;
            stream.given_at = stream.live.app.world.now();
            Some((Ok::<Bytes, Infallible>(piece), stream))
        });
        let headers = [
            (header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream")),
            (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
            // Tells reverse proxies not to hold events back.
            (header::HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no")),
        ];
        (StatusCode::OK, headers, Body::from_stream(pieces)).into_response()
    }

    /// The next piece of the body; `None` ends it.
    async fn piece(&mut self) -> Option<Bytes> {
        if self.over {
            return None;
        }
        if let Some(greeting) = self.greeting.take() {
            return Some(greeting);
        }
        let waited = self.live.app.world.now().since_ms(self.given_at);
        if waited > self.live.tuning.lag_ms && self.feed.is_behind() {
            return Some(self.end("lagging"));
        }
        loop {
            tokio::select! {
                biased;
                () = self.shutdown.as_mut() => return Some(self.end("shutting_down")),
                _at = self.recheck.tick() => {
                    if !self.identity.still_good().await {
                        return Some(self.end(ACCESS_LOST));
                    }
                }
                // Before the doubt: who is sent out still hears why.
                delivery = self.feed.next() => return self.delivered(delivery),
                () = self.identity.doubted() => {
                    if !self.identity.still_good().await {
                        return Some(self.end(ACCESS_LOST));
                    }
                }
                _at = self.heartbeat.tick() => return Some(Bytes::from_static(b":\n\n")),
            }
        }
    }

    fn delivered(&mut self, delivery: Result<Delivery>) -> Option<Bytes> {
        match delivery {
            Ok(Delivery::Events(items)) => {
                let mut out = BytesMut::with_capacity(items.iter().map(|i| i.frame.json.len() + 80).sum());
                items.iter().for_each(|item| write(&mut out, item));
                Some(out.freeze())
            }
            Ok(Delivery::SessionOver) => {
                self.over = self.until_end;
                Some(closed("session_over"))
            }
            Ok(Delivery::End(Some(reason))) => Some(self.end(reason)),
            Ok(Delivery::End(None)) => None,
            Err(error) => {
                tracing::warn!("A stream ended: {error}");
                Some(self.end("unavailable"))
            }
        }
    }

    fn end(&mut self, reason: &str) -> Bytes {
        self.over = true;
        closed(reason)
    }
}

/// The control frame that is not an event of the log, so it has no id.
fn closed(reason: &str) -> Bytes {
    Bytes::from(format!("event: closed\ndata: {{\"reason\":\"{reason}\"}}\n\n"))
}

fn write(out: &mut BytesMut, item: &Item) {
    out.put_slice(b"id: ");
    match item.cursor {
        Some(cursor) => out.put_slice(cursor.encode().as_bytes()),
        None => out.put_slice(item.frame.sequence.to_string().as_bytes()),
    }
    out.put_slice(b"\nevent: ");
    out.put_slice(item.frame.ty.as_str().as_bytes());
    out.put_slice(b"\ndata: ");
    // Compact JSON has no line feeds outside of escapes.
    out.put_slice(&item.frame.json);
    out.put_slice(b"\n\n");
}
