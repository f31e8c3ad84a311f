//! What a client can ask of its socket.

use callboard_eventlog::TailCursor;
use callboard_http::{Caller, Credentials, Principal, Scope};
use callboard_kernel::{Error, Result, SessionId, codes};
use callboard_store::Reach;
use serde_json::json;
use serde_json::value::RawValue;

use super::connection::{Connection, Flow};
use super::frames::Op;
use crate::commands;
use crate::feed::{Feed, SessionFeed, TenantFeed};
use crate::http::{checkpoints, wire};
use crate::live::Identity;
use crate::{parse, read};

impl Connection {
    /// Takes the pass of the first frame.
    pub(super) async fn sign_in(&mut self, pass: String) -> Result<()> {
        let credentials = Credentials { bearer: Some(pass), ..Credentials::default() };
        let principal = self.live.recognise(&credentials).await?;
        if !matches!(principal, Principal::Pass { .. }) {
            let message = "The auth frame takes a session pass; send other credentials as headers.";
            return Err(Error::new(&codes::UNAUTHENTICATED, message));
        }
        self.me = Some(Identity::new(&self.live, credentials, principal));
        Ok(())
    }

    /// A call page in a browser that is also signed in to the console brings that cookie along, whatever the page
    /// does: until something is followed, its pass takes the cookie's place.
    async fn sign_in_again(&mut self, me: &Identity, pass: String) -> Result<String> {
        if self.is_following() || matches!(me.principal(), Principal::Pass { .. }) {
            let error = Error::new(&codes::VALIDATION_FAILED, "This socket knows its caller already.");
            return Err(error.field("/op", "must be sent once, first"));
        }
        self.sign_in(pass).await?;
        Ok(super::frames::ready(self.now()))
    }

    /// Does what a frame asks for, and answers.
    pub(super) async fn perform(&mut self, op: Op) -> Flow {
        let Some(me) = self.me.clone() else { return Ok(()) };
        // Who calls is looked up over all tenants; what they do, within their own.
        let reach = if matches!(op, Op::Auth { .. }) { Reach::Installation } else { self.reach() };
        let (id, outcome) = reach.enter(self.outcome(&me, op)).await;
        match outcome {
            Ok(answer) => self.send(answer).await,
            Err(error) => self.error(id, &error).await,
        }
    }

    /// The name that the answer carries, and the answer.
    async fn outcome(&mut self, me: &Identity, op: Op) -> (Option<String>, Result<String>) {
        match op {
            Op::Auth { pass } => (None, self.sign_in_again(me, pass).await),
            Op::Session { id, session, after } => (Some(id.clone()), self.session(me, id, &session, after).await),
            Op::Tenant { id, cursor } => (Some(id.clone()), self.tenant(me, id, cursor).await),
            Op::Unsubscribe { id } => {
                let known = self.unsubscribe(&id);
                let outcome = if known {
                    Ok(json!({ "op": "unsubscribed", "id": id }).to_string())
                } else {
                    Err(Error::not_found("subscription"))
                };
                (Some(id), outcome)
            }
            Op::Ack { session, consumer, sequence } => (None, self.ack(me, &session, &consumer, sequence).await),
            Op::Append { id, events } => (Some(id.clone()), self.append(me, &id, &events).await),
            Op::Ping { id: Some(id) } => (None, Ok(json!({ "op": "pong", "id": id }).to_string())),
            Op::Ping { id: None } => (None, Ok(json!({ "op": "pong" }).to_string())),
        }
    }

    async fn session(&mut self, me: &Identity, id: String, session: &str, after: Option<i64>) -> Result<String> {
        self.may_subscribe(&id)?;
        may_read(me)?;
        let after = after.map(|s| read::sequence("/afterSequence", s)).transpose()?;
        let session = SessionId::parse(session).ok_or_else(|| Error::not_found("session"))?;
        let (feed, head) = SessionFeed::open(&self.live, me, &session, after).await?;
        let answer = json!({ "op": "subscribed", "id": id, "latestSequence": head }).to_string();
        self.subscribe(id, Feed::Session(Box::new(feed)));
        Ok(answer)
    }

    async fn tenant(&mut self, me: &Identity, id: String, cursor: Option<String>) -> Result<String> {
        self.may_subscribe(&id)?;
        may_read(me)?;
        let after = cursor.as_deref().map(TailCursor::decode).transpose()?;
        let (feed, place) = TenantFeed::open(&self.live, me, after).await?;
        let answer = json!({ "op": "subscribed", "id": id, "cursor": place.encode() }).to_string();
        self.subscribe(id, Feed::Tenant(Box::new(feed)));
        Ok(answer)
    }

    async fn ack(&mut self, me: &Identity, session: &str, consumer: &str, sequence: i64) -> Result<String> {
        may_read(me)?;
        checkpoints::checked(consumer, sequence)?;
        let id = SessionId::parse(session).ok_or_else(|| Error::not_found("session"))?;
        let (log, by, now) = (self.live.app.log.clone(), me.principal(), self.now());
        let (at, name) = (id.clone(), consumer.to_owned());
        let stored = self.live.app.db.write(move |tx| checkpoints::advance(tx, &log, &by, &at, (&name, sequence), now));
        let (outcome, sequence) = stored.await?;
        let answer = json!({
            "op": "acked", "sessionId": id, "consumerId": consumer, "sequence": sequence, "outcome": outcome,
        });
        Ok(answer.to_string())
    }

    async fn append(&mut self, me: &Identity, id: &str, events: &[Box<RawValue>]) -> Result<String> {
        let mut visitor = self.visitor.clone();
        visitor.now = self.now();
        visitor.entropy = self.live.app.world.entropy();
        let caller: Caller = visitor.into_caller(me.principal());
        let list: Vec<&RawValue> = events.iter().map(|e| &**e).collect();
        let parsed = parse::parse_list(&caller.principal, &list)?;
        let outcomes = commands::append_many(&self.live.app, &caller, parsed, false).await?;
        let mut answer = format!("{{\"op\":\"appended\",\"id\":{},\"results\":", json!(id));
        wire::push_results(&mut answer, &outcomes, &self.visitor.trace_id);
        answer.push('}');
        Ok(answer)
    }
}

/// The socket's row lets every key in that may read or write; following and acknowledging is reading.
fn may_read(me: &Identity) -> Result<()> {
    match me.principal() {
        by @ Principal::Key { .. } if !by.has_scope(Scope::EventsRead) => {
            Err(Error::new(&codes::FORBIDDEN, "Following needs an API key with the scope events:read."))
        }
        _ => Ok(()),
    }
}
