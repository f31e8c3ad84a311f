//! Event rows as they are read, and whether they are what was written.

use callboard_contracts::{Actor, EventType, Role};
use callboard_kernel::{Error, Result, SessionId, Timestamp, sha256};
use callboard_store::Row;

use super::damaged;
use crate::model::{StoredEvent, key16};

/// What every text that reads events begins with, in this order: a page has hundreds, and none is looked up by name.
const COLUMNS: [&str; 11] = [
    "sequence",
    "key16",
    "event_id",
    "ts",
    "received_at",
    "type",
    "actor_role",
    "actor_id",
    "payload",
    "payload_sha256",
    "erased_at",
];
const SEQUENCE: usize = 0;
const KEY16: usize = 1;
const EVENT_ID: usize = 2;
const TS: usize = 3;
const RECEIVED_AT: usize = 4;
const TYPE: usize = 5;
const ROLE: usize = 6;
const ACTOR_ID: usize = 7;
const PAYLOAD: usize = 8;
const SHA256: usize = 9;
const ERASED_AT: usize = 10;

/// Makes an event of a row; its texts are moved out, not copied.
pub(crate) fn event_from(row: &mut Row, session: &SessionId) -> Result<StoredEvent> {
    debug_assert!(row.columns().iter().take(COLUMNS.len()).eq(COLUMNS), "{:?}", row.columns());
    let (ty, role) = (row.text(TYPE)?, row.text(ROLE)?);
    let unknown = |what: &str, text: &str| Error::internal(format!("stored {what} {text} is unknown to this binary"));
    let ty = EventType::parse(ty).ok_or_else(|| unknown("type", ty))?;
    let role = Role::parse(role).ok_or_else(|| unknown("role", role))?;
    Ok(StoredEvent {
        sequence: row.at(SEQUENCE)?,
        event_id: row.take_text(EVENT_ID)?,
        session: session.clone(),
        ts: row.at(TS)?,
        received_at: row.at(RECEIVED_AT)?,
        ty,
        actor: Actor { role, id: row.take_text(ACTOR_ID)? },
        payload: row.take_text(PAYLOAD)?,
        erased: row.at::<Option<Timestamp>>(ERASED_AT)?.is_some(),
    })
}

/// As [`event_from`], for whoever serves the event: its id and payload are those that were stored. SQLite has no checksums
/// of its own, so a disk that turned a bit would otherwise be believed. The hash of an erased payload is that of another.
pub(crate) fn event_checked(row: &mut Row, session: &SessionId) -> Result<StoredEvent> {
    let event = event_from(row, session)?;
    let whole = event.erased || sha256(&[event.payload.as_bytes()]) == row.bytes(SHA256)?;
    if whole && key16(&event.event_id) == row.bytes(KEY16)? {
        return Ok(event);
    }
    Err(damaged(session, format!("event {} is not as it was stored", event.sequence)))
}
