//! Making personal text unreadable, and taking whole sessions away.
//!
//! An erased event keeps its sequence, id, instant, type and the hash of what it was; its payload and the name of its
//! actor lose what is personal. Both is done in slices by whoever owns the erasure; the mark on the stream comes first, so
//! nothing personal is stored behind it.

use callboard_contracts::personal;
use callboard_kernel::{Error, Result, SessionId, TenantId, Timestamp, codes};
use callboard_store::{Sql, Tx, params};

use crate::log::Log;
use crate::model::{NewEvent, SessionKey, StoredEvent};
use crate::store::erase as store;

pub use crate::store::erase::ALL_SQL;

/// Whose text is erased in a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Extent {
    /// Everybody's.
    Session,
    /// Of these participants (their ids): what they said, did and were called.
    Participants(Vec<String>),
}

/// What a feature keeps of a session beside the log and its projections. Everything here runs again after a crash.
pub trait Eraser: Send + Sync {
    /// The crate's short name.
    fn name(&self) -> &'static str;
    /// Makes personal text in at most `limit` rows unreadable; how many. It is called until it finds none.
    fn erase(&self, tx: &Tx<'_>, key: &SessionKey, extent: &Extent, limit: i64) -> Result<u64>;
    /// Deletes at most about `limit` of the session's rows; how many. It is called until it finds none.
    fn remove(&self, tx: &Tx<'_>, key: &SessionKey, limit: i64) -> Result<u64>;
    /// Cleans up what deletions leave in an index, a bounded piece of it; whether there is more. After the last slice, and
    /// `first` begins anew.
    fn tidy(&self, _tx: &Tx<'_>, _first: bool) -> Result<bool> {
        Ok(false)
    }
}

/// What of a stream was erased so far.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Erased {
    Nothing,
    /// That of these participants.
    Of(Vec<String>),
    Everything,
}

/// What is stored of an event whose personal text may not be.
pub(crate) struct Stripped {
    pub payload: String,
    pub actor: String,
}

/// What one slice did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Slice {
    /// The last sequence that it looked at.
    pub last: i64,
    /// Events that it looked at; fewer than asked for is the end.
    pub looked: i64,
    /// Events that lost text.
    pub erased: i64,
}

/// A session that retention took away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Removed {
    /// When.
    pub at: Timestamp,
    /// The last sequence that it had.
    pub last_sequence: i64,
}

/// The refusal of whoever asks for a removed session.
pub fn removed() -> Error {
    Error::new(&codes::SESSION_REMOVED, "The session was removed when its time was over; its id stays taken.")
}

fn refusal() -> Error {
    Error::new(
        &codes::SESSION_ERASED,
        "The personal text of this session (or of this participant) was erased; nothing more of it is taken in.",
    )
}

impl Erased {
    /// What may be stored of a new event: `None` is all of it. A producer's is refused; a fact of our own is stored
    /// without its text, since what happened happened.
    pub(crate) fn strip(&self, new: &NewEvent) -> Result<Option<Stripped>> {
        let stripped = match self {
            Self::Nothing => None,
            Self::Everything => stripped(new.ty, &new.actor.id, &new.payload),
            Self::Of(people) if concerns(people, &new.actor.id, &new.payload) => {
                stripped(new.ty, &new.actor.id, &new.payload)
            }
            Self::Of(_) => None,
        };
        if stripped.is_some() && new.checked { Err(refusal()) } else { Ok(stripped) }
    }
}

fn stripped(ty: callboard_contracts::EventType, actor: &str, payload: &str) -> Option<Stripped> {
    let (text, name) = (personal::erased_payload(ty, payload), personal::erased_actor(actor));
    if text.is_none() && name.is_none() {
        return None;
    }
    Some(Stripped {
        payload: text.unwrap_or_else(|| payload.to_owned()),
        actor: name.map_or_else(|| actor.to_owned(), str::to_owned),
    })
}

fn concerns(people: &[String], actor: &str, payload: &str) -> bool {
    let value: serde_json::Value = serde_json::from_str(payload).unwrap_or_default();
    let of = value["participantId"].as_str();
    people.iter().any(|p| p == actor || Some(p.as_str()) == of)
}

impl Log {
    /// Marks the stream: from now on nothing personal of this extent is stored in it. The caller holds its lock.
    pub fn begin_erasure(&self, tx: &Tx<'_>, key: &SessionKey, extent: &Extent, now: Timestamp) -> Result<()> {
        let level = match extent {
            Extent::Session => 2,
            Extent::Participants(people) => {
                for participant in people {
                    let given = params! { tenant: key.tenant(), key: key.key(), participant, now };
                    tx.execute(&store::ERASED_PARTICIPANT, given)?;
                }
                1
            }
        };
        tx.execute(&store::STREAM_ERASED, params! { key: key.key(), level })?;
        self.forget_live(tx, key);
        Ok(())
    }

    /// Erases what lies after a sequence, at most `limit` events of it, and what projections hold of them.
    pub fn erase_slice(
        &self,
        tx: &Tx<'_>,
        key: &SessionKey,
        extent: &Extent,
        (after, limit): (i64, i64),
        now: Timestamp,
    ) -> Result<Slice> {
        let events = crate::store::event_page(tx, key, after, i64::MAX, limit)?;
        let mut done = Slice { last: after, looked: i64::try_from(events.len()).unwrap_or(limit), erased: 0 };
        for mut event in events {
            done.last = event.sequence;
            let of_extent = match extent {
                Extent::Session => true,
                Extent::Participants(people) => concerns(people, &event.actor.id, &event.payload),
            };
            let Some(less) = stripped(event.ty, &event.actor.id, &event.payload).filter(|_| of_extent) else {
                continue;
            };
            (event.payload, event.actor.id, event.erased) = (less.payload, less.actor, true);
            self.overwrite(tx, key, &event, now)?;
            done.erased += 1;
        }
        if done.erased > 0 {
            self.forget_live(tx, key);
        }
        Ok(done)
    }

    fn overwrite(&self, tx: &Tx<'_>, key: &SessionKey, event: &StoredEvent, now: Timestamp) -> Result<()> {
        let (sequence, payload, actor) = (event.sequence, &event.payload, &event.actor.id);
        tx.execute_one(&store::EVENT_ERASE, params! { key: key.key(), sequence, payload, actor, now })?;
        let mut wanted = self.0.projectors.iter().filter(|p| p.wants(event.ty.family()));
        wanted.try_for_each(|p| p.erase(tx, key, event))
    }

    /// Live readers of every instance read the log again instead of what they remember.
    fn forget_live(&self, tx: &Tx<'_>, key: &SessionKey) {
        tx.hint(format!("e{}", key.key()));
        let (log, number) = (self.clone(), key.key());
        tx.after_commit(move || log.hub().forget(number));
    }

    /// Whether everything personal of the session was erased.
    pub fn is_erased(&self, tx: &Tx<'_>, key: &SessionKey) -> Result<bool> {
        Ok(tx.query_one(&store::STREAM_STATE, params! { key: key.key() })?.get::<i64>("erased")? == 2)
    }

    /// Whether anything personal of the session was erased.
    pub fn is_partly_erased(&self, tx: &Tx<'_>, key: &SessionKey) -> Result<bool> {
        Ok(tx.query_one(&store::STREAM_STATE, params! { key: key.key() })?.get::<i64>("erased")? > 0)
    }

    /// Marks the session as removed; the caller holds its lock and deletes the rows after it, in slices.
    pub fn begin_removal(&self, tx: &Tx<'_>, key: &SessionKey, now: Timestamp) -> Result<()> {
        tx.execute(&store::STREAM_REMOVED, params! { key: key.key(), now })?;
        self.forget_live(tx, key);
        Ok(())
    }

    /// Streams that are marked as removed and may have rows left, of all tenants.
    pub fn unpurged(&self, tx: &Tx<'_>, limit: i64) -> Result<Vec<SessionKey>> {
        let rows = tx.query(&store::STREAMS_UNPURGED_DUE, params! { limit })?;
        rows.iter().map(|r| self.by_key(tx, r.at(0)?)).collect()
    }

    /// Notes that nothing of a removed session is left but its tombstone.
    pub fn purged(&self, tx: &Tx<'_>, key: &SessionKey, now: Timestamp) -> Result<()> {
        tx.execute(&store::STREAM_PURGED, params! { key: key.key(), now }).map(drop)
    }

    /// What is known of a session that was removed; `None` for one that is there, or never was.
    pub fn removed(&self, tx: &Tx<'_>, tenant: &TenantId, session: &SessionId) -> Result<Option<Removed>> {
        tx.query_opt(&store::STREAM_IS_REMOVED, params! { tenant, session })?
            .map(|r| Ok(Removed { at: r.get("removed_at")?, last_sequence: r.get("last_sequence")? }))
            .transpose()
    }
}

/// What the log itself keeps beside its events: checkpoints, and effects that have been carried out.
pub struct LogEraser;

impl Eraser for LogEraser {
    fn name(&self) -> &'static str {
        "eventlog"
    }

    fn erase(&self, tx: &Tx<'_>, key: &SessionKey, _extent: &Extent, limit: i64) -> Result<u64> {
        // What is carried out or dead is only kept for looking at. What waits names a room, never a person.
        tx.execute(&store::OUTBOX_OF_SESSION, params! { key: key.key(), limit })
    }

    fn remove(&self, tx: &Tx<'_>, key: &SessionKey, limit: i64) -> Result<u64> {
        const TEXTS: [&Sql; 4] =
            [&store::EVENTS_REMOVE, &store::CHECKPOINTS_REMOVE, &store::ERASED_REMOVE, &store::OUTBOX_REMOVE];
        for sql in TEXTS {
            let gone = tx.execute(sql, params! { key: key.key(), limit })?;
            if gone > 0 {
                return Ok(gone);
            }
        }
        Ok(0)
    }
}
