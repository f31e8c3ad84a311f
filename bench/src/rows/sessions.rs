//! Sessions: made, and ended with all that follows.

use std::path::Path;
use std::rc::Rc;

use super::{Bench, driven};
use crate::fault::{Fault, Result};
use crate::judge::{Check, ratio};
use crate::load::http::{self, Answer, Http, Requests};
use crate::load::{Plan, drive, each};
use crate::systems::callboard::{Callboard, Store};

const CONNECTIONS: usize = 64;

/// A request for each session in turn.
struct Each {
    head: fn(u64, &str) -> String,
    key: String,
    body: fn(u64) -> String,
    status: u16,
    /// Sessions that there are; no end when they are made here.
    limit: u64,
}

impl Requests for Each {
    fn write(&self, n: u64, out: &mut Vec<u8>) {
        http::put(out, (self.head)(n, &self.key).as_bytes(), (self.body)(n).as_bytes());
    }
    fn read(&self, n: u64, answer: &Answer<'_>) -> Result<u32> {
        if n >= self.limit {
            return Err(Fault::new("more sessions would have to be ended than were made; a shorter window is needed"));
        }
        if answer.status == self.status { Ok(1) } else { Err(answer.unexpected()) }
    }
}

fn state(n: u64, key: &str) -> String {
    http::head("POST", &format!("/v1/call/sessions/c-{n}/state"), key)
}

/// Made, activated (not judged: a step on the way), ended.
pub(super) async fn run(bench: &Bench) -> Result<()> {
    let singles = bench.singles_rate().await?;
    let folder = bench.folder("sessions")?;
    let server = Callboard::start(&bench.setup(&folder, Store::Sqlite(folder.join("data"))), None).await?;
    let requests = |head, body, status, limit| Rc::new(Each { head, key: server.key.clone(), body, status, limit });
    let make = requests(
        |_, key| http::head("POST", "/v1/call/sessions", key),
        |n| format!("{{\"sessionId\":\"c-{n}\",\"metadata\":{{\"title\":\"Call {n}\"}}}}"),
        201,
        u64::MAX,
    );
    let made = drive(Http::many(&server.address, CONNECTIONS, &make).await?, bench.plan(), &[server.pid()]).await?;
    let activate = requests(state, |_| "{\"status\":\"active\"}".to_owned(), 200, made.sent);
    each(Http::many(&server.address, CONNECTIONS, &activate).await?, made.sent).await?;
    let end = requests(state, |_| "{\"status\":\"ended\"}".to_owned(), 200, made.sent);
    // Shorter, so that there are enough of them.
    let plan = bench.plan();
    let plan = Plan { window: plan.window / 3, warm_up: plan.warm_up / 3, ..plan };
    let ended = drive(Http::many(&server.address, CONNECTIONS, &end).await?, plan, &[server.pid()]).await?;
    // Killed, not stopped.
    drop(server);
    look_up(&folder.join("data/callboard.db"), made.sent, ended.sent)?;
    for (name, title, measured) in
        [("session-create", "session created", &made), ("session-end", "session ended with all its effects", &ended)]
    {
        let checks = vec![Check::at_least("rate / single events", 0.35, ratio(measured.rate(), singles))];
        let mut entry = driven(name, format!("{title}, {CONNECTIONS} connections"), measured);
        entry.looked_up = Some(measured.sent);
        bench.add(entry.judged("≥ 0.35 of single events", checks));
    }
    Ok(())
}

/// Every session whose making was acknowledged is in the reopened store: those whose end was, ended, with the event that says so;
/// the others active.
fn look_up(database: &Path, made: u64, ended: u64) -> Result<()> {
    let db = rusqlite::Connection::open(database)?;
    let count = |sql: &str, value: &str| -> Result<u64> {
        let n: i64 = db.query_row(sql, [value], |row| row.get(0))?;
        Ok(u64::try_from(n)?)
    };
    let by_status = "select count(*) from session_state t join event_stream s on s.session_key = t.session_key \
                     where s.session_id glob 'c-*' and t.status = ?1";
    let told = "select count(distinct e.session_key) from event e join event_stream s on s.session_key = e.session_key \
                where s.session_id glob 'c-*' and e.type = ?1";
    let stored = [count(by_status, "ended")?, count(by_status, "active")?, count(told, "call.ended")?];
    if stored == [ended, made.saturating_sub(ended), ended] {
        return Ok(());
    }
    let [was_ended, active, events] = stored;
    Err(Fault::new(format!(
        "{made} sessions were made and {ended} ended; stored are {was_ended} ended ({events} with the event of it) and {active} active"
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_that_is_lost_or_not_ended_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("callboard.db");
        let db = rusqlite::Connection::open(&path).unwrap();
        db.execute_batch(
            "create table event_stream (session_key integer, session_id text);
             create table session_state (session_key integer, status text);
             create table event (session_key integer, type text);
             insert into event_stream values (1, 'c-0'), (2, 'c-1'), (3, 'other');
             insert into session_state values (1, 'ended'), (2, 'active'), (3, 'ended');
             insert into event values (1, 'call.ended'), (3, 'call.ended');",
        )
        .unwrap();
        look_up(&path, 2, 1).unwrap();
        assert!(look_up(&path, 3, 1).unwrap_err().to_string().contains("3 sessions were made"));
        assert!(look_up(&path, 2, 2).is_err(), "an end was lost");
        db.execute("delete from event where session_key = 1", []).unwrap();
        assert!(look_up(&path, 2, 1).is_err(), "it ended and the log does not know");
    }
}
