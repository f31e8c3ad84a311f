//! Carries a delivery out: loads it, signs it, posts it, notes what came of it. The outbox runs this.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use callboard_eventlog::Log;
use callboard_eventlog::outbox::{Handler, Leased, Outcome};
use callboard_http::App;
use callboard_kernel::{
    Error, OpenSpan, Result, SpanKind, TenantId, Timestamp, Trace, WebhookDeliveryId as DeliveryId, short,
};
use callboard_store::Tx;
use serde::Deserialize;

use crate::commands::endpoints::{self, cancel_rest};
use crate::commands::settle::{Got, Settled, settle};
use crate::model::{ANSWER_BYTES, Attempt, Delivery, DeliveryStatus, Endpoint};
use crate::ports::{Answered, Unsent, WebhookSender};
use crate::stats::{Came, Stats};
use crate::{decide, sign, store};

/// The outbox kind of deliveries.
pub const KIND: &str = "webhook.deliver";
/// Attempts under way at one endpoint, and in all, per process.
const PER_ENDPOINT: usize = 8;
const IN_FLIGHT: usize = 256;
/// And at all endpoints of one tenant.
const PER_TENANT: usize = 64;
/// After a failure of our own (the store) the attempt is made again without being counted, milliseconds.
const OWN_FAILURE_MS: i64 = 30_000;
/// Longest reason that is kept, characters.
const REASON_CHARS: usize = 500;

/// The handler.
pub(crate) struct Deliver {
    app: App,
    sender: Arc<dyn WebhookSender>,
    stats: Arc<Stats>,
}

/// What the outbox holds.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Job {
    delivery_id: DeliveryId,
    round: i64,
}

/// What there is to do.
enum Loaded {
    /// Nothing: it is settled, or this round is over.
    Over,
    /// Its time has not come.
    NotYet(Timestamp),
    /// Another of its session comes first.
    NotItsTurn(Delivery),
    /// Its endpoint is disabled or gone.
    OutOfUse(Delivery),
    /// An attempt; without a body when the log does not have the event any more.
    Attempt(Box<(Delivery, Endpoint, Option<String>)>),
}

fn load(tx: &Tx<'_>, log: &Log, tenant: &TenantId, job: &Job, now: Timestamp) -> Result<Loaded> {
    let found = store::delivery_by_id(tx, tenant, &job.delivery_id, false)?;
    let Some(d) = found.filter(|d| d.status == DeliveryStatus::Pending && d.round == job.round) else {
        return Ok(Loaded::Over);
    };
    let endpoint = store::endpoint_by_id(tx, tenant, &d.endpoint)?.filter(|e| e.disabled.is_none());
    let Some(endpoint) = endpoint else { return Ok(Loaded::OutOfUse(d)) };
    if let Some(at) = d.next_attempt_at.filter(|at| *at > now) {
        return Ok(Loaded::NotYet(at));
    }
    if let Some(event) = &d.event
        && store::lane_waits(tx, (tenant, &d.endpoint), event.session_key, event.sequence)?
    {
        return Ok(Loaded::NotItsTurn(d));
    }
    let body = body_of(tx, log, &d)?;
    Ok(Loaded::Attempt(Box::new((d, endpoint, body))))
}

/// What is posted for a delivery; `None` when the log does not have its event any more.
pub(crate) fn body_of(tx: &Tx<'_>, log: &Log, d: &Delivery) -> Result<Option<String>> {
    let Some(event) = &d.event else { return Ok(Some(sign::body_of_test(&d.endpoint, d.created_at))) };
    let Some(key) = log.find(tx, &d.tenant, &event.session)? else { return Ok(None) };
    Ok(log.event(tx, &key, &event.event_id)?.map(|stored| sign::body_of(&stored)))
}

impl Deliver {
    pub(crate) fn new(app: App, sender: Arc<dyn WebhookSender>, stats: Arc<Stats>) -> Self {
        Self { app, sender, stats }
    }

    async fn run(&self, effect: &Leased, job: Job, now: Timestamp) -> Result<Outcome> {
        let tenant = &effect.tenant;
        let (log, of) = (self.app.log.clone(), tenant.clone());
        let round = job.round;
        match self.app.db.read(move |tx| load(tx, &log, &of, &job, now)).await? {
            Loaded::Over => Ok(Outcome::Done),
            Loaded::NotYet(at) => Ok(Outcome::RetryAt("its time has not come".to_owned(), at)),
            Loaded::NotItsTurn(d) => {
                self.app.db.write(move |tx| store::delivery_disarm(tx, &d.tenant, &d.id, round)).await?;
                Ok(Outcome::Done)
            }
            Loaded::OutOfUse(d) => {
                cancel_rest(&self.app, tenant, &d.endpoint, now).await?;
                Ok(Outcome::Done)
            }
            Loaded::Attempt(work) => {
                let (delivery, endpoint, body) = *work;
                let got = self.attempt((&delivery, effect.trace.as_ref()), &endpoint, body, now).await?;
                self.settle(delivery, got).await
            }
        }
    }

    /// The span of a `POST`: a part of its effect's. One that came into the outbox after another of its session hangs on
    /// the request that brought the event, as long as this process knows it.
    fn span(&self, d: &Delivery, effect: Option<&Trace>) -> Option<OpenSpan> {
        let mut span = match effect {
            Some(trace) => trace.begin("POST", SpanKind::Client),
            None => {
                let event = d.event.as_ref()?;
                let cause = self.app.log.cause(event.session_key, event.sequence)?;
                let trace = cause.trace();
                if d.attempts == 0 {
                    trace.begin("POST", SpanKind::Client)
                } else {
                    trace.follow("POST", SpanKind::Client)
                }
            }
        };
        span.set("http.request.method", "POST");
        span.set("callboard.webhook.id", d.id.to_string());
        span.set("callboard.webhook.endpoint.id", d.endpoint.to_string());
        span.set("callboard.event.type", d.event_type.clone());
        if d.attempts > 0 {
            span.set("http.request.resend_count", d.attempts);
        }
        Some(span)
    }

    async fn attempt(
        &self,
        (d, effect): (&Delivery, Option<&Trace>),
        e: &Endpoint,
        body: Option<String>,
        now: Timestamp,
    ) -> Result<Got> {
        let roll = self.app.world.entropy().below(u64::MAX);
        let Some(body) = body else {
            return Ok(not_made("the event is not in the log any more", now, true, roll));
        };
        let secrets = match endpoints::secrets(&self.app.keys, e, now) {
            Ok(secrets) => secrets,
            Err(error) => {
                // Whoever reads this needs the key's id; the words for a caller would only stand in its way.
                let why = error.internal_note().unwrap_or_else(|| error.message());
                tracing::warn!(tenant.id = %e.tenant, webhook.endpoint = %e.id, "The secret of webhook endpoint `{}` cannot be opened; give the key back or rotate the secret: {why}", e.id);
                return Ok(not_made("the secret cannot be opened; rotate it", now, false, roll));
            }
        };
        let headers = sign::headers(&secrets, &d.id, now, &body)?;
        let span = self.span(d, effect);
        let answer = self.sender.post(&e.url, &headers, Bytes::from(body), ANSWER_BYTES).await;
        if let Some(span) = span {
            end(span, &answer);
        }
        let ms = self.app.world.now().since_ms(now).max(0);
        let (came, retry_after_s, attempt) = judged(answer, now, ms);
        self.stats.attempt(came);
        Ok(Got { attempt, retry_after_s, hopeless: false, roll })
    }

    async fn settle(&self, delivery: Delivery, got: Got) -> Result<Outcome> {
        let (log, now, entropy) = (self.app.log.clone(), self.app.world.now(), self.app.world.entropy());
        let d = delivery.clone();
        let settled = self.app.db.write(move |tx| settle(tx, &log, &d, &got, now, &mut entropy.clone()));
        let (settled, reason) = settled.await?;
        let Delivery { id, tenant, endpoint, .. } = &delivery;
        match settled {
            Settled::Done => Ok(Outcome::Done),
            Settled::Again(at) => Ok(Outcome::RetryAt(reason, at)),
            Settled::Dead => {
                tracing::warn!(tenant.id = %tenant, webhook.id = %id, "Webhook `{id}` to endpoint `{endpoint}` is dead after three days: {reason}");
                Ok(Outcome::Done)
            }
            Settled::Disabled(why) => {
                self.stats.disabled();
                tracing::warn!(tenant.id = %tenant, webhook.endpoint = %endpoint, "Webhook endpoint `{endpoint}` is disabled: {why}; its last attempt: {reason}");
                cancel_rest(&self.app, tenant, endpoint, now).await?;
                Ok(Outcome::Done)
            }
        }
    }
}

/// Ends the span of a `POST` with what came of it; never with what was answered.
fn end(mut span: OpenSpan, answer: &std::result::Result<Answered, Unsent>) {
    let failed = match answer {
        Ok(answered) => {
            span.set("http.response.status_code", i64::from(answered.status));
            (answered.status >= 400).then(|| answered.status.to_string())
        }
        Err(Unsent::Blocked(_)) => Some("blocked".to_owned()),
        Err(Unsent::Failed(_)) => Some("no_answer".to_owned()),
    };
    if let Some(why) = failed {
        span.set("error.type", why);
        span.fail();
    }
}

/// An attempt that failed before anything was sent.
fn not_made(why: &str, at: Timestamp, hopeless: bool, roll: u64) -> Got {
    let attempt = Attempt { at, ok: false, status: None, ms: 0, error: Some(why.to_owned()), response_body: None };
    Got { attempt, retry_after_s: None, hopeless, roll }
}

/// An attempt from what came back.
fn judged(answer: std::result::Result<Answered, Unsent>, at: Timestamp, ms: i64) -> (Came, Option<i64>, Attempt) {
    let unsent = |why: &str| Attempt {
        at,
        ok: false,
        status: None,
        ms,
        error: Some(short(why, REASON_CHARS)),
        response_body: None,
    };
    match answer {
        Err(Unsent::Blocked(why)) => (Came::Blocked, None, unsent(&format!("not sent: the URL {why}"))),
        Err(Unsent::Failed(why)) => (Came::Failed, None, unsent(&why)),
        Ok(answered) => {
            let status = answered.status;
            let (ok, redirect) = (decide::is_success(status), (300..400).contains(&status));
            let error = match (ok, redirect) {
                (true, _) => None,
                (_, true) => Some(format!("it answered {status}; redirects are not followed")),
                _ => Some(format!("it answered {status}")),
            };
            let response_body = decide::answer_text(&answered.body);
            let attempt = Attempt { at, ok, status: Some(i64::from(status)), ms, error, response_body };
            (if ok { Came::Delivered } else { Came::Refused }, answered.retry_after_s, attempt)
        }
    }
}

#[async_trait]
impl Handler for Deliver {
    fn kind(&self) -> &'static str {
        KIND
    }
    /// Never reached: the schedule is that of `decide.rs`, and deliveries die in their own table.
    fn max_attempts(&self) -> i64 {
        i64::MAX
    }
    fn per_destination(&self) -> usize {
        PER_ENDPOINT
    }
    fn per_tenant(&self) -> usize {
        PER_TENANT
    }
    fn in_flight(&self) -> usize {
        IN_FLIGHT
    }

    async fn deliver(&self, effect: &Leased, now: Timestamp) -> Outcome {
        let job: Job = match serde_json::from_str(&effect.payload) {
            Ok(job) => job,
            Err(error) => return Outcome::Dead(format!("the payload cannot be read: {error}")),
        };
        match self.run(effect, job, now).await {
            Ok(outcome) => outcome,
            Err(error) => own_failure(effect, &error, self.app.world.now()),
        }
    }
}

fn own_failure(effect: &Leased, error: &Error, now: Timestamp) -> Outcome {
    tracing::warn!(tenant.id = %effect.tenant, "A webhook could not be carried out and will be tried again: {error}");
    Outcome::RetryAt(error.to_string(), now.plus_ms(OWN_FAILURE_MS))
}
