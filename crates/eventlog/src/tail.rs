//! Following everything of one tenant in commit order.
//!
//! On SQLite one writer gives positions in commit order. On PostgreSQL a position is given before its transaction
//! commits, so a tail reads only below the oldest running transaction (`pg_snapshot_xmin`), ordered by transaction.
//!
//! Before both comes the log's epoch. It is raised when the log may have lost its end (a failover, a restore from a copy):
//! numbers of transactions and positions may then be given again, and a cursor from before still lies before everything
//! that is new. Raising waits for every writer, so all of an earlier epoch is settled.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use callboard_kernel::{Error, Result, SessionId, TenantId, codes};
use callboard_store::{Engine, Row, Tx, params};

use crate::hub::Frame;
use crate::log::Log;
use crate::model::StoredEvent;
use crate::store;

/// A place in the whole log, opaque to clients.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct TailCursor {
    epoch: i64,
    xid: i64,
    position: i64,
}

impl TailCursor {
    /// The text that clients keep.
    pub fn encode(self) -> String {
        URL_SAFE_NO_PAD.encode(format!("1.{}.{}.{}", self.epoch, self.xid, self.position))
    }

    /// Reads a client's text.
    pub fn decode(text: &str) -> Result<Self> {
        let bad = || Error::new(&codes::INVALID_CURSOR, "This cursor was not made by this stream.");
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| bad())?;
        let text = String::from_utf8(bytes).map_err(|_| bad())?;
        let parts: Vec<i64> = text.split('.').map(str::parse).collect::<Result<_, _>>().map_err(|_| bad())?;
        match parts[..] {
            [1, epoch, xid, position] if epoch >= 0 && xid >= 0 && position >= 0 => Ok(Self { epoch, xid, position }),
            _ => Err(bad()),
        }
    }
}

/// An event of a tenant as its followers get it.
pub struct TailFrame {
    /// The place after it.
    pub cursor: TailCursor,
    /// Its session.
    pub session: SessionId,
    /// The event.
    pub frame: Frame,
}

impl Log {
    /// Whether a client's place lies in this log. It may be of an earlier epoch: then it goes on where that epoch ends in
    /// what is left of it.
    ///
    /// # Errors
    /// `INVALID_CURSOR`: it is of an epoch that this log never had, or was given out on another engine before the log moved.
    /// `STORE_UNAVAILABLE`: the log has gone on to another epoch, and this process will end.
    pub fn check_place(&self, tx: &Tx<'_>, place: TailCursor) -> Result<()> {
        let moved = tx.engine() == Engine::Sqlite && place.xid > 0;
        if place.epoch <= self.epoch() && !moved {
            return Ok(());
        }
        if Self::stored_epoch(tx)? > self.epoch() {
            let message = "The log is at a later epoch than this process.";
            return Err(Error::new(&codes::STORE_UNAVAILABLE, message).retry_after_ms(1_000));
        }
        Err(Error::new(&codes::INVALID_CURSOR, "This cursor is not of this log: the log was restored. Begin anew."))
    }

    /// The place after everything that is settled now.
    pub fn tail_head(&self, tx: &Tx<'_>) -> Result<TailCursor> {
        match tx.engine() {
            Engine::Sqlite => {
                let position = tx.query_one(&store::TAIL_HEAD, params! {})?.at(0)?;
                Ok(TailCursor { epoch: self.epoch(), xid: 0, position })
            }
            Engine::Postgres => {
                let xid: i64 = tx.query_one(&store::postgres_only::TAIL_HEAD, params! {})?.at(0)?;
                // Everything below the horizon is settled; what runs now comes at or after it.
                Ok(TailCursor { epoch: self.epoch(), xid: xid - 1, position: i64::MAX })
            }
        }
    }

    /// Events of a tenant after a cursor, in commit order, each with the cursor after it.
    pub fn tail(
        &self,
        tx: &Tx<'_>,
        tenant: &TenantId,
        after: TailCursor,
        limit: i64,
    ) -> Result<Vec<(TailCursor, StoredEvent)>> {
        let (last, rows) = self.tail_rows(tx, tenant, after, limit)?;
        in_turn(tx, last, rows, |_, cursor, event| (cursor, event))
    }

    /// As [`Self::tail`], for live followers.
    pub fn tail_frames(&self, tx: &Tx<'_>, tenant: &TenantId, after: TailCursor, limit: i64) -> Result<Vec<TailFrame>> {
        let (last, rows) = self.tail_rows(tx, tenant, after, limit)?;
        in_turn(tx, last, rows, |key, cursor, event| {
            let cause = self.cause(key, event.sequence);
            TailFrame { cursor, frame: Frame::of(&event).caused(cause), session: event.session }
        })
    }

    /// The rows after a cursor, and that cursor as the engine orders places.
    fn tail_rows(
        &self,
        tx: &Tx<'_>,
        tenant: &TenantId,
        after: TailCursor,
        limit: i64,
    ) -> Result<(TailCursor, Vec<Row>)> {
        match tx.engine() {
            Engine::Sqlite => {
                let position = self.place_on_sqlite(tx, after)?;
                let rows = tx.query(&store::EVENT_TAIL_SQLITE, params! { tenant, position, limit })?;
                Ok((TailCursor { xid: 0, position, ..after }, rows))
            }
            Engine::Postgres => {
                let rows = tx.query(
                    &store::postgres_only::EVENT_TAIL,
                    params! { tenant, epoch: after.epoch, xid: after.xid, position: after.position, current: self.epoch(), limit },
                )?;
                Ok((after, rows))
            }
        }
    }

    /// A cursor of an earlier epoch may lie beyond where that epoch ended in what was restored.
    fn place_on_sqlite(&self, tx: &Tx<'_>, after: TailCursor) -> Result<i64> {
        if after.epoch >= self.epoch() {
            return Ok(after.position);
        }
        let end = tx.query_opt(&store::TAIL_EPOCH_END, params! { epoch: after.epoch })?;
        Ok(after.position.min(end.map_or(Ok(0), |row| row.at(0))?))
    }
}

/// Makes something of each row, with the key of its stream. A place that a turned bit moved back would lead a follower over
/// the same events for ever: it is refused.
fn in_turn<T>(
    tx: &Tx<'_>,
    mut last: TailCursor,
    rows: Vec<Row>,
    make: impl Fn(i64, TailCursor, StoredEvent) -> T,
) -> Result<Vec<T>> {
    let mut out = Vec::with_capacity(rows.len());
    for mut row in rows {
        // Rows that came from PostgreSQL keep their transaction, which orders nothing on SQLite.
        let xid = if tx.engine() == Engine::Sqlite { 0 } else { row.get("xid")? };
        let cursor = TailCursor { epoch: row.get("epoch")?, xid, position: row.get("position")? };
        let (key, session): (i64, SessionId) = (row.get("session_key")?, row.get("session_id")?);
        let event = store::event_checked(&mut row, &session)?;
        if cursor <= last {
            let what = format!("event {} lies before the one that it follows", event.sequence);
            return Err(store::damaged(&session, what));
        }
        last = cursor;
        out.push(make(key, cursor, event));
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_round_trip_and_refuse_others() {
        let c = TailCursor { epoch: 1, xid: 77, position: i64::MAX };
        assert_eq!(TailCursor::decode(&c.encode()).expect("own cursor"), c);
        for bad in ["", "x", "MS4yLjM", &URL_SAFE_NO_PAD.encode("1.-1.0.0"), &URL_SAFE_NO_PAD.encode("2.1.1.1")] {
            assert!(TailCursor::decode(bad).is_err(), "{bad}");
        }
    }
}
