//! The only door by which events are stored.

use std::sync::atomic::Ordering;

use callboard_contracts::validate_in_session;
use callboard_kernel::teeth::{Tooth, planted};
use callboard_kernel::{Error, Result, Timestamp, codes, json};
use callboard_store::{Tx, params};

use crate::erase::Stripped;
use crate::hub::Frame;
use crate::log::Log;
use crate::model::{Appended, NewEvent, SessionKey, StoredEvent};
use crate::store::{self, First};

impl Log {
    /// Appends events to one session, in order, all or none. A repetition of a stored event comes back as stored
    /// (`deduped`); the same id with other content is `EVENT_ID_CONFLICT`. The row lock comes before the look-up:
    /// the other order fails with duplicate keys as soon as two writers race.
    pub fn append(
        &self,
        tx: &Tx<'_>,
        key: &SessionKey,
        events: Vec<NewEvent>,
        now: Timestamp,
    ) -> Result<Vec<Appended>> {
        self.append_all(tx, key, events, now, same_content)
    }

    /// Appends facts of our own, which are named by what happened: when the log has one already, whoever told it first
    /// was right, whatever the two say.
    pub fn append_facts(
        &self,
        tx: &Tx<'_>,
        key: &SessionKey,
        facts: Vec<NewEvent>,
        now: Timestamp,
    ) -> Result<Vec<Appended>> {
        self.append_all(tx, key, facts, now, |_, _, _| Ok(()))
    }

    fn append_all(
        &self,
        tx: &Tx<'_>,
        key: &SessionKey,
        events: Vec<NewEvent>,
        now: Timestamp,
        repeated: impl Fn(&StoredEvent, &First, &NewEvent) -> Result<()>,
    ) -> Result<Vec<Appended>> {
        let locked = store::stream_lock(tx, key)?;
        if locked.removed_at.is_some() {
            return Err(crate::erase::removed());
        }
        let old = locked.last;
        let mut last = old;
        let mut out = Vec::with_capacity(events.len());
        let mut fresh = Vec::new();
        for new in events {
            if let Some((stored, first)) = store::event_by_id(tx, key, &new.event_id)? {
                repeated(&stored, &first, &new)?;
                last += i64::from(planted(Tooth::HeadMovedByDuplicate));
                out.push(Appended { event: stored, deduped: true });
                continue;
            }
            self.admit(tx, key, &new)?;
            let stripped = locked.erased.strip(&new)?;
            last += 1;
            store::event_insert(tx, key, &new, last, (now, self.epoch()), stripped.as_ref())?;
            let stored = stored_from(new, key, last, stripped);
            // Projected at once: the guards of the next event of this append must see what this one changed.
            self.project_new(tx, key, &stored, now)?;
            fresh.push(stored.clone());
            out.push(Appended { event: stored, deduped: false });
        }
        if let Some(newest) = fresh.last() {
            advance(tx, key, old, newest)?;
            self.announce(tx, key, fresh);
        }
        Ok(out)
    }

    fn admit(&self, tx: &Tx<'_>, key: &SessionKey, new: &NewEvent) -> Result<()> {
        if !new.checked
            && let Err(faults) = validate_in_session(new.ty, key.session().as_str(), &new.payload)
        {
            self.0.emitted_invalid.fetch_add(1, Ordering::Relaxed);
            return Err(Error::internal(format!("our own {} breaks the contract: {faults:?}", new.ty.as_str())));
        }
        self.0.guards.iter().try_for_each(|guard| guard.check(tx, key, new))
    }

    fn project_new(&self, tx: &Tx<'_>, key: &SessionKey, event: &StoredEvent, now: Timestamp) -> Result<()> {
        let mut wanted = self.0.projectors.iter().filter(|p| p.wants(event.ty.family()));
        wanted.try_for_each(|p| p.apply_new(tx, key, event, now))
    }

    /// Applies stored events to a rebuild.
    pub(crate) fn project(&self, tx: &Tx<'_>, key: &SessionKey, events: &[StoredEvent]) -> Result<()> {
        for event in events {
            for projector in self.0.projectors.iter().filter(|p| p.wants(event.ty.family())) {
                projector.apply(tx, key, event)?;
            }
        }
        Ok(())
    }

    fn announce(&self, tx: &Tx<'_>, key: &SessionKey, events: Vec<StoredEvent>) {
        tx.hint(format!("s{}", key.key()));
        let log = self.clone();
        let key = key.clone();
        tx.after_commit(move || {
            log.hub().publish(&key, || events.iter().map(Frame::of).collect());
        });
    }
}

fn stored_from(new: NewEvent, key: &SessionKey, sequence: i64, stripped: Option<Stripped>) -> StoredEvent {
    let NewEvent { event_id, ts, ty, mut actor, mut payload, .. } = new;
    let erased = stripped.is_some();
    if let Some(stripped) = stripped {
        (actor.id, payload) = (stripped.actor, stripped.payload);
    }
    StoredEvent { sequence, event_id, session: key.session().clone(), ts, ty, actor, payload, erased }
}

fn advance(tx: &Tx<'_>, key: &SessionKey, old: i64, newest: &StoredEvent) -> Result<()> {
    let moved = tx.execute(
        &store::STREAM_ADVANCE,
        params! { new: newest.sequence, event_id: newest.event_id, ts: newest.ts, key: key.key(), old },
    )?;
    if moved == 1 { Ok(()) } else { Err(Error::internal("the stream moved although it was locked")) }
}

/// Compared are type, payload, and `ts` if the producer sent one both times; never actor or schemaVersion.
/// Of an erased event only the hash of what came is left: then a repetition is the same byte for byte, or another.
fn same_content(stored: &StoredEvent, first: &First, new: &NewEvent) -> Result<()> {
    let conflict = |what: &str| {
        Err(Error::new(
            &codes::EVENT_ID_CONFLICT,
            format!("Event id {} is already used with another {what}.", new.event_id),
        ))
    };
    if stored.ty != new.ty {
        return conflict("type");
    }
    if first.ts_given && new.ts_given && stored.ts != new.ts {
        return conflict("ts");
    }
    let same = if stored.erased {
        callboard_kernel::sha256(&[new.payload.as_bytes()]).as_slice() == first.sha
    } else {
        json::same_value(&stored.payload, &new.payload)
    };
    if same { Ok(()) } else { conflict("payload") }
}
