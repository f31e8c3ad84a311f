//! The only door by which events are stored.

use std::sync::atomic::Ordering;

use callboard_contracts::validate_in_session;
use callboard_kernel::teeth::{Tooth, planted};
use callboard_kernel::{Error, Result, Timestamp, codes, json};
use callboard_store::{Tx, params};

use crate::erase::{Erased, Stripped};
use crate::hub::Frame;
use crate::log::{Held, Log};
use crate::model::{Appended, NewEvent, SessionKey, StoredEvent};
use crate::stats::Teller;
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
        self.append_held(tx, &mut self.hold(tx, key)?, events, now)
    }

    /// As [`Self::append`], under a lock that this transaction holds. After an error it is held as before: the append has
    /// to be undone, by a savepoint or with the transaction.
    pub fn append_held(
        &self,
        tx: &Tx<'_>,
        held: &mut Held,
        events: Vec<NewEvent>,
        now: Timestamp,
    ) -> Result<Vec<Appended>> {
        self.append_all(tx, held, events, (now, Teller::Producer), same_content)
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
        self.append_all(tx, &mut self.hold(tx, key)?, facts, (now, Teller::Ourselves), |_, _, _| Ok(()))
    }

    fn append_all(
        &self,
        tx: &Tx<'_>,
        held: &mut Held,
        events: Vec<NewEvent>,
        (now, teller): (Timestamp, Teller),
        repeated: impl Fn(&StoredEvent, &First, &NewEvent) -> Result<()>,
    ) -> Result<Vec<Appended>> {
        let Held { key, locked } = held;
        if locked.removed_at.is_some() {
            return Err(crate::erase::removed());
        }
        let mut last = locked.last;
        let mut out = Vec::with_capacity(events.len());
        let mut fresh = Vec::new();
        for new in events {
            match self.insert(tx, key, &locked.erased, new, (last + 1, now))? {
                Inserted::Fresh(stored) => {
                    last += 1;
                    // Projected at once: what refuses the next event of this append must see what this one changed.
                    self.project_new(tx, key, &stored, now)?;
                    fresh.push(stored.clone());
                    out.push(Appended { event: stored, deduped: false });
                }
                Inserted::Known { stored, first, new } => {
                    repeated(&stored, &first, &new)?;
                    last += i64::from(planted(Tooth::HeadMovedByDuplicate));
                    out.push(Appended { event: stored, deduped: true });
                }
            }
        }
        let repeated = (out.len() - fresh.len()) as u64;
        if let Some(newest) = fresh.last() {
            advance(tx, key, locked.last, newest)?;
            locked.last = newest.sequence;
            self.announce(tx, key, fresh, now);
        }
        if repeated > 0 {
            let log = self.clone();
            tx.after_commit(move || log.0.counters.duplicates(teller, repeated));
        }
        Ok(out)
    }

    /// Stores an event, or gives what is stored under its id: the index that keeps ids apart is asked once, by writing.
    fn insert(
        &self,
        tx: &Tx<'_>,
        key: &SessionKey,
        erased: &Erased,
        new: NewEvent,
        (sequence, now): (i64, Timestamp),
    ) -> Result<Inserted> {
        // Only what is certain to be stored may be refused for what it is: a repetition is answered with what was stored.
        let lawful = lawful(key, &new);
        let broken = lawful.is_err();
        let refused = lawful.and_then(|()| erased.strip(&new));
        let inserted = match &refused {
            Ok(stripped) => store::event_insert(tx, key, &new, sequence, (now, self.epoch()), stripped.as_ref())?,
            Err(_) => false,
        };
        if inserted {
            let stripped = refused?;
            return Ok(Inserted::Fresh(stored_from(new, key, (sequence, now), stripped)));
        }
        match store::event_by_id(tx, key, &new.event_id)? {
            Some((stored, first)) => Ok(Inserted::Known { stored, first, new }),
            None => {
                self.0.counters.invalid.fetch_add(u64::from(broken), Ordering::Relaxed);
                Err(refused.err().unwrap_or_else(|| Error::internal("an event is neither new nor known")))
            }
        }
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

    fn announce(&self, tx: &Tx<'_>, key: &SessionKey, events: Vec<StoredEvent>, now: Timestamp) {
        tx.hint(format!("s{}", key.key()));
        let log = self.clone();
        let key = key.clone();
        let trace = tx.trace().cloned();
        tx.after_commit(move || {
            log.0.counters.appended(events.iter().map(|event| event.ty.family()));
            let cause = trace.map(|trace| log.0.causes.note(&key, &events, trace));
            log.hub().publish(&key, || events.iter().map(|e| Frame::of(e).caused(cause.clone())).collect());
            log.0.counters.delivered(now);
        });
    }
}

/// A fact of our own must keep to the contract; a producer's was looked at before.
fn lawful(key: &SessionKey, new: &NewEvent) -> Result<()> {
    if !new.checked
        && let Err(faults) = validate_in_session(new.ty, key.session().as_str(), &new.payload)
    {
        return Err(Error::internal(format!("our own {} breaks the contract: {faults:?}", new.ty.as_str())));
    }
    Ok(())
}

enum Inserted {
    Fresh(StoredEvent),
    Known { stored: StoredEvent, first: First, new: NewEvent },
}

fn stored_from(
    new: NewEvent,
    key: &SessionKey,
    (sequence, received_at): (i64, Timestamp),
    stripped: Option<Stripped>,
) -> StoredEvent {
    let NewEvent { event_id, ts, ty, mut actor, mut payload, .. } = new;
    let erased = stripped.is_some();
    if let Some(stripped) = stripped {
        (actor.id, payload) = (stripped.actor, stripped.payload);
    }
    StoredEvent { sequence, event_id, session: key.session().clone(), ts, received_at, ty, actor, payload, erased }
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
