//! Looks at the database after each commit, with texts of its own.

use callboard_kernel::Result;
use callboard_store::{Sql, Tx, params};
use serde_json::Value;

use crate::book::{Committed, Post, is_end};
use crate::core::{Core, MS, SEC, Seat, Us};
use crate::ports::PortSaid;
use crate::template::BEGIN;

static NEW: Sql = Sql::new(
    "rig_new_events",
    "select e.position, s.session_id, e.sequence, e.event_id, e.ts, e.type, e.payload from event e \
     join event_stream s on s.session_key = e.session_key where e.position > :after order by e.position",
);
static OUTBOX: Sql = Sql::new(
    "rig_outbox",
    "select count(*) as n, cast(coalesce(sum(case when dead_at is not null then 1 else 0 end), 0) as bigint) as dead \
     from outbox where done_at is null",
);
static SLOTS: Sql = Sql::new("rig_slots", "select tenant_id, active_calls as n from tenant order by tenant_id");

fn new_events(tx: &Tx<'_>, after: i64) -> Result<Vec<(i64, Committed)>> {
    let rows = tx.query(&NEW, params! { after })?;
    rows.iter()
        .map(|row| {
            let ts: i64 = row.get("ts")?;
            let payload: String = row.get("payload")?;
            let event = Committed {
                at: 0,
                session: row.get("session_id")?,
                sequence: row.get("sequence")?,
                event_id: row.get("event_id")?,
                ts: ts - BEGIN.micros(),
                ty: row.get("type")?,
                payload: serde_json::from_str(&payload).unwrap_or(Value::Null),
            };
            Ok((row.get("position")?, event))
        })
        .collect()
}

impl Core {
    /// Notes the events of the last commit.
    pub(crate) fn observe(&mut self) {
        let after = self.book.last_position;
        let found = match self.db.read_blocking(move |tx| new_events(tx, after)) {
            Ok(found) => found,
            Err(error) => return self.book.violation(None, format!("the store cannot be read: {error}")),
        };
        for (position, event) in found {
            self.book.last_position = position;
            let session = self.book.number(&event.session);
            self.trace.line(self.now, session, || {
                format!("log {} #{} {} {} {}", event.session, event.sequence, event.ty, event.event_id, event.payload)
            });
            let end = is_end(&event.ty);
            self.book.commits.push(Committed { at: self.now, ..event });
            self.settled |= end && self.mended && self.all_over();
        }
    }

    /// What the outbox still holds, and how much of it is dead.
    pub fn outbox(&self) -> Result<(i64, i64)> {
        self.db.read_blocking(|tx| {
            let row = tx.query_one(&OUTBOX, params! {})?;
            Ok((row.get("n")?, row.get("dead")?))
        })
    }

    /// Calls that each tenant is counted to have.
    pub fn slots(&self) -> Result<Vec<(String, i64)>> {
        self.db.read_blocking(|tx| {
            tx.query(&SLOTS, params! {})?.iter().map(|r| Ok((r.get("tenant_id")?, r.get("n")?))).collect()
        })
    }

    /// The tenant's endpoint gets a post, and fails at times.
    pub(crate) fn ask_endpoint(
        &mut self,
        seat: Seat,
        headers: &[(&'static str, String)],
        body: &[u8],
    ) -> (Us, PortSaid) {
        let id = headers.iter().find(|(n, _)| *n == "webhook-id").map(|(_, v)| v.clone()).unwrap_or_default();
        let event: Value = serde_json::from_slice(body).unwrap_or(Value::Null);
        let event = if event["sequence"].is_null() { &event["data"] } else { &event };
        let quick = self.rng.between(5, 60) * MS;
        let (us, said, heard) = if self.rng.chance(self.weather.endpoint) {
            self.book.faults.add("endpoint failure");
            match self.rng.between(0, 2) {
                0 => (quick, PortSaid::Status(500), false),
                _ => (15 * SEC, PortSaid::Nothing, false),
            }
        } else {
            (quick, PortSaid::Status(200), true)
        };
        let post = Post {
            at: self.now,
            seat,
            id,
            session: event["sessionId"].as_str().unwrap_or_default().to_owned(),
            sequence: event["sequence"].as_i64().unwrap_or(-1),
            event_id: event["eventId"].as_str().unwrap_or_default().to_owned(),
            answered: (self.now + us, heard),
        };
        let session = self.book.number(&post.session);
        self.trace.line(self.now, session, || {
            format!("endpoint: {} #{} by {}: {said:?}", post.session, post.sequence, seat.0)
        });
        self.book.posts.push(post);
        (us, said)
    }
}
