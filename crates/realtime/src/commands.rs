//! Appending: look up, decide, append, in one transaction. Batches keep the order within each session and lock their
//! sessions in ascending key order.

use callboard_calls::access::{self, Seen};
use callboard_contracts::Role;
use callboard_eventlog::{Appended, Held, Log, NewEvent, SessionKey};
use callboard_http::{App, Caller, Principal};
use callboard_kernel::{Error, Kind, ParticipantId, Result, SessionId, Timestamp};
use callboard_store::Tx;

use crate::decide;
use crate::model::{Parsed, Person, SessionView};
use crate::parse::within_batch;

/// The outcome of one event of a batch.
pub(crate) type Outcome = Result<Appended>;

/// Who appends, and when.
#[derive(Clone)]
struct Writer {
    log: Log,
    by: Principal,
    now: Timestamp,
}

/// Appends one event.
pub(crate) async fn append_one(app: &App, caller: &Caller, mut event: Parsed) -> Outcome {
    name_events(caller, std::iter::once(&mut event));
    let writer = Writer { log: app.log.clone(), by: caller.principal.clone(), now: caller.now };
    app.db
        .write(move |tx| {
            let missing = || Error::not_found("session");
            let held = writer.log.find_and_hold(tx, writer.by.tenant(), &event.session)?;
            let mut entered = writer.enter(tx, held.ok_or_else(missing)?)?;
            let new = writer.admit(tx, &entered, &event)?;
            let mut stored = writer.log.append_held(tx, &mut entered.held, vec![new], writer.now)?;
            stored.pop().ok_or_else(|| Error::internal("an append of one event stored none"))
        })
        .await
}

/// Appends a batch. With `atomic` the first refusal refuses all; else each event has its own outcome, in order.
pub(crate) async fn append_many(
    app: &App,
    caller: &Caller,
    events: Vec<Result<Parsed>>,
    atomic: bool,
) -> Result<Vec<Outcome>> {
    let mut outcomes: Vec<Option<Outcome>> = Vec::with_capacity(events.len());
    let mut good: Vec<(usize, Parsed)> = Vec::with_capacity(events.len());
    for (at, event) in events.into_iter().enumerate() {
        match event {
            Ok(event) => {
                outcomes.push(None);
                good.push((at, event));
            }
            Err(error) if atomic => return Err(error.with("index", at)),
            Err(error) => outcomes.push(Some(Err(error))),
        }
    }
    name_events(caller, good.iter_mut().map(|(_, event)| event));
    let batch = Batch {
        writer: Writer { log: app.log.clone(), by: caller.principal.clone(), now: caller.now },
        atomic,
        sessions: grouped(good),
    };
    let done = app.db.write(move |tx| batch.run(tx)).await?;
    for (at, outcome) in done {
        outcomes[at] = Some(outcome);
    }
    let lost = || Err(Error::internal("an event of a batch has no outcome"));
    Ok(outcomes.into_iter().map(|o| o.unwrap_or_else(lost)).collect())
}

/// Gives ids to events that came without, before the transaction: it may run again and must do the same.
fn name_events<'a>(caller: &Caller, events: impl Iterator<Item = &'a mut Parsed>) {
    let mut entropy = caller.entropy.clone();
    for event in events.filter(|e| e.event_id.is_none()) {
        event.event_id = Some(NewEvent::fresh_id(caller.now, &mut entropy));
    }
}

/// The events of one session in their order, each with its place in the batch.
type Group = (SessionId, Vec<(usize, Parsed)>);

fn grouped(events: Vec<(usize, Parsed)>) -> Vec<Group> {
    let mut places = std::collections::HashMap::new();
    let mut groups: Vec<Group> = Vec::new();
    for (at, event) in events {
        let place = *places.entry(event.session.clone()).or_insert_with(|| {
            groups.push((event.session.clone(), Vec::new()));
            groups.len() - 1
        });
        groups[place].1.push((at, event));
    }
    groups
}

struct Batch {
    writer: Writer,
    atomic: bool,
    sessions: Vec<Group>,
}

/// A locked session, and what may be appended to it: each event with its place in the batch.
struct Ready {
    held: Held,
    events: Vec<(usize, NewEvent)>,
}

impl Batch {
    fn run(&self, tx: &Tx<'_>) -> Result<Vec<(usize, Outcome)>> {
        let mut out = Vec::new();
        let mut found: Vec<(SessionKey, &[(usize, Parsed)])> = Vec::with_capacity(self.sessions.len());
        for (session, events) in &self.sessions {
            match self.writer.log.find(tx, self.writer.by.tenant(), session)? {
                Some(key) => found.push((key, events)),
                None => self.refuse(events, &Error::not_found("session"), &mut out)?,
            }
        }
        // Two batches that share sessions meet them in one order, so neither waits for the other for ever.
        found.sort_by_key(|(key, _)| key.key());
        let mut ready = Vec::with_capacity(found.len());
        for (key, events) in found {
            ready.extend(self.enter(tx, &key, events, &mut out)?);
        }
        self.append(tx, ready, &mut out)?;
        Ok(out)
    }

    /// Notes one refusal for several events, or fails the whole batch.
    fn refuse(&self, events: &[(usize, Parsed)], error: &Error, out: &mut Vec<(usize, Outcome)>) -> Result<()> {
        for (at, _) in events {
            self.note(*at, Err(error.clone()), out)?;
        }
        Ok(())
    }

    fn note(&self, at: usize, outcome: Outcome, out: &mut Vec<(usize, Outcome)>) -> Result<()> {
        let outcome = outcome.map_err(|e| within_batch(e, at));
        match outcome {
            Err(error) if self.atomic || !is_refusal(&error) => Err(error.with("index", at)),
            outcome => {
                out.push((at, outcome));
                Ok(())
            }
        }
    }

    fn enter(
        &self,
        tx: &Tx<'_>,
        key: &SessionKey,
        events: &[(usize, Parsed)],
        out: &mut Vec<(usize, Outcome)>,
    ) -> Result<Option<Ready>> {
        let entered = match self.writer.log.hold(tx, key).and_then(|held| self.writer.enter(tx, held)) {
            Ok(entered) => entered,
            Err(error) if is_refusal(&error) => return self.refuse(events, &error, out).map(|()| None),
            Err(error) => return Err(error),
        };
        let mut admitted: Vec<(usize, NewEvent)> = Vec::with_capacity(events.len());
        for (at, event) in events {
            match self.writer.admit(tx, &entered, event) {
                Ok(new) => admitted.push((*at, new)),
                Err(error) => self.note(*at, Err(error), out)?,
            }
        }
        Ok(Some(Ready { held: entered.held, events: admitted }))
    }

    /// All events at once; when one of them is refused, each session for itself.
    fn append(&self, tx: &Tx<'_>, mut ready: Vec<Ready>, out: &mut Vec<(usize, Outcome)>) -> Result<()> {
        let (log, now) = (&self.writer.log, self.writer.now);
        let all = tx.savepoint(|tx| {
            let mut done = Vec::new();
            for one in &mut ready {
                let events: Vec<NewEvent> = one.events.iter().map(|(_, new)| new.clone()).collect();
                let appended = log.append_held(tx, &mut one.held, events, now)?;
                done.extend(one.events.iter().map(|(at, _)| *at).zip(appended));
            }
            Ok(done)
        })?;
        match all {
            Ok(done) => done.into_iter().try_for_each(|(at, appended)| self.note(at, Ok(appended), out)),
            Err(error) if !is_refusal(&error) => Err(error),
            Err(_) if ready.len() == 1 => ready.into_iter().try_for_each(|one| self.each(tx, one, out)),
            Err(_) => ready.into_iter().try_for_each(|one| self.session(tx, one, out)),
        }
    }

    /// All events of a session at once, locked anew; when one of them is refused, each for itself.
    fn session(&self, tx: &Tx<'_>, ready: Ready, out: &mut Vec<(usize, Outcome)>) -> Result<()> {
        let (log, now) = (&self.writer.log, self.writer.now);
        let events: Vec<NewEvent> = ready.events.iter().map(|(_, new)| new.clone()).collect();
        match tx.savepoint(|tx| log.append(tx, ready.held.key(), events, now))? {
            Ok(appended) => {
                let mut places = ready.events.iter().map(|(at, _)| *at).zip(appended);
                places.try_for_each(|(at, appended)| self.note(at, Ok(appended), out))
            }
            Err(error) if !is_refusal(&error) => Err(error),
            Err(_) => self.each(tx, ready, out),
        }
    }

    /// One after the other, each kept or undone by itself.
    fn each(&self, tx: &Tx<'_>, ready: Ready, out: &mut Vec<(usize, Outcome)>) -> Result<()> {
        let (log, now) = (&self.writer.log, self.writer.now);
        for (at, new) in ready.events {
            let outcome = tx.savepoint(|tx| log.append(tx, ready.held.key(), vec![new], now))?;
            let outcome = outcome.and_then(|mut s| s.pop().ok_or_else(|| Error::internal("an append stored nothing")));
            self.note(at, outcome, out)?;
        }
        Ok(())
    }
}

/// A session that the writer may see, locked before it was looked at: whether it is over must still hold when the event
/// is stored.
struct Entered {
    held: Held,
    seen: Seen,
    /// The participant that a pass speaks for.
    own: Option<Person>,
}

/// Whether an error is a word about this event; anything else is about the store and concerns the whole request.
fn is_refusal(error: &Error) -> bool {
    matches!(
        error.kind(),
        Kind::Invalid | Kind::Forbidden | Kind::NotFound | Kind::Conflict | Kind::Gone | Kind::TooLarge | Kind::TooMany
    )
}

impl Writer {
    fn enter(&self, tx: &Tx<'_>, held: Held) -> Result<Entered> {
        let seen = access::see_stream(tx, &self.by, held.key())?;
        let own = match &self.by {
            Principal::Pass { participant, .. } => person(tx, held.key(), participant)?,
            _ => None,
        };
        Ok(Entered { held, seen, own })
    }

    fn admit(&self, tx: &Tx<'_>, entered: &Entered, event: &Parsed) -> Result<NewEvent> {
        let Entered { held, seen, own } = entered;
        let key = held.key();
        let named = self.named(tx, key, event)?;
        let view = SessionView { closed_at: seen.closed_at };
        let id =
            event.event_id.clone().ok_or_else(|| Error::internal("an event came to the transaction without an id"))?;
        let actor = match decide::admit(&self.by, view, own.as_ref(), named.as_ref(), event, self.now) {
            Ok(actor) => actor,
            Err(error) if decide::yields_to_repetition(&error) => {
                // A client that never heard the answer asks again after the end: it gets what was stored.
                self.log.event(tx, key, &id)?.ok_or(error)?.actor
            }
            Err(error) => return Err(error),
        };
        let ts = event.ts.unwrap_or(self.now);
        Ok(NewEvent::ingested(id, ts, event.ts.is_some(), event.ty, actor, event.payload.clone()))
    }

    /// The participant of this session that a pass names as actor, by id or by the identity that ends in it.
    fn named(&self, tx: &Tx<'_>, key: &SessionKey, event: &Parsed) -> Result<Option<Person>> {
        let (Principal::Pass { .. }, Some(actor)) = (&self.by, &event.actor) else { return Ok(None) };
        if actor.role != Role::User {
            return Ok(None);
        }
        let id = actor.id.find("par_").map_or("", |at| &actor.id[at..]);
        match ParticipantId::parse(id) {
            Some(id) => person(tx, key, &id),
            None => Ok(None),
        }
    }
}

fn person(tx: &Tx<'_>, key: &SessionKey, id: &ParticipantId) -> Result<Option<Person>> {
    let row = access::participant_of(tx, key, id)?;
    Ok(row.map(|p| Person { id: p.id.as_str().to_owned(), identity: p.identity }))
}
