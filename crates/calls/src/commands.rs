//! Commands: load, decide, append, save, in one transaction. Effects leave through the outbox.

pub(crate) mod doors;
pub(crate) mod members;
pub(crate) mod provider;
pub(crate) mod reconnect;
pub(crate) mod sessions;

use callboard_contracts::{Actor, EventType, Role};
use callboard_eventlog::outbox::{self, Effect};
use callboard_eventlog::{Log, NewEvent, SessionKey, StoredEvent};
use callboard_http::Principal;
use callboard_kernel::{Entropy, Error, OutboxId, Result, Timestamp, UserId, limits};
use callboard_store::Tx;
use serde_json::json;

use crate::model::{Call, OWN_PROVIDERS, Pending, Status};
use crate::store;

/// The outbox kind that deletes a room.
pub(crate) const DELETE_ROOM: &str = "calls.delete_room";
/// The outbox kind that sends a participant out.
pub(crate) const REMOVE_PARTICIPANT: &str = "calls.remove_participant";

/// What a change did.
#[derive(Clone, Debug)]
pub(crate) struct Done<T> {
    /// What the rules answered.
    pub value: T,
    /// The call as saved.
    pub call: Call,
    /// New events.
    pub events: Vec<StoredEvent>,
}

/// The parts that every change needs.
#[derive(Clone)]
pub(crate) struct Change<'a> {
    pub log: &'a Log,
    pub actor: Actor,
    pub now: Timestamp,
    pub entropy: Entropy,
}

impl Change<'_> {
    /// Locks and loads the call, lets `rules` change it, appends what they queued, saves, and closes what an end closes.
    pub(crate) fn run<T>(
        &mut self,
        tx: &Tx<'_>,
        key: &SessionKey,
        rules: impl FnOnce(&mut Call) -> Result<T>,
    ) -> Result<Done<T>> {
        let sequence = self.log.lock(tx, key)?;
        let before = store::call_load(tx, key, sequence)?;
        let mut call = before.clone();
        let value = rules(&mut call)?;
        call.session.connection = call.connection();
        let events = self.append(tx, key, &mut call)?;
        call.sequence = events.last().map_or(sequence, |e| e.sequence);
        self.settle(tx, key, &before, &mut call)?;
        store::call_save(tx, key, &before, &call)?;
        Ok(Done { value, call, events })
    }

    fn append(&self, tx: &Tx<'_>, key: &SessionKey, call: &mut Call) -> Result<Vec<StoredEvent>> {
        let own = |p: Pending| NewEvent::own(p.event_id, p.ts, p.ty, self.actor.clone(), p.payload.to_string());
        let facts: Vec<NewEvent> = std::mem::take(&mut call.pending).into_iter().map(own).collect();
        if facts.is_empty() {
            return Ok(Vec::new());
        }
        let appended = self.log.append_facts(tx, key, facts, self.now)?;
        if appended.iter().any(|a| a.deduped) {
            call.no_effect("the fact is already in the log");
        }
        Ok(appended.into_iter().filter(|a| !a.deduped).map(|a| a.event).collect())
    }

    /// What follows from a change of status: slots, doors, the room.
    fn settle(&mut self, tx: &Tx<'_>, key: &SessionKey, before: &Call, call: &mut Call) -> Result<()> {
        let (was, is) = (before.status(), call.status());
        if is == Status::Active && was == Status::Created && !call.session.slot_held {
            call.session.slot_held = self.slot_for_activation(tx, key)?;
        }
        if is.is_terminal() && !was.is_terminal() {
            store::access::doors_close(tx, key, self.now.plus_ms(limits::LATE_WINDOW_MS), self.now)?;
            if std::mem::take(&mut call.session.slot_held) {
                callboard_tenants::release_call_slot(tx, key.tenant())?;
            }
            self.delete_room(tx, key, call, "end")?;
        }
        Ok(())
    }

    /// Facts of a provider are never refused for limits: over the limit the call goes on without a slot.
    fn slot_for_activation(&self, tx: &Tx<'_>, key: &SessionKey) -> Result<bool> {
        match callboard_tenants::take_call_slot(tx, key.tenant()) {
            Ok(_) => Ok(true),
            // What a poll concluded is told by the system.
            Err(e)
                if matches!(self.actor.role, Role::Provider | Role::System)
                    && e.is(&callboard_kernel::codes::CONCURRENCY_LIMIT) =>
            {
                Ok(false)
            }
            Err(e) => Err(e),
        }
    }

    /// Asks for the room's deletion. `why` keeps a later, second request apart from the first.
    pub(crate) fn delete_room(&mut self, tx: &Tx<'_>, key: &SessionKey, call: &Call, why: &str) -> Result<()> {
        let s = &call.session;
        let Some(room) = own_room(call) else { return Ok(()) };
        let effect = Effect {
            kind: DELETE_ROOM,
            destination: &s.provider,
            dedupe_key: &format!("{DELETE_ROOM}:{}:{why}", key.key()),
            payload: json!({ "provider": s.provider, "room": room }).to_string(),
            not_before: self.now,
        };
        outbox::put(tx, key, &effect, &OutboxId::generate(self.now, &mut self.entropy), self.now)
    }

    /// Asks for a participant's removal from the room.
    pub(crate) fn remove_from_room(
        &mut self,
        tx: &Tx<'_>,
        key: &SessionKey,
        call: &Call,
        identity: &str,
    ) -> Result<()> {
        let s = &call.session;
        let Some(room) = own_room(call) else { return Ok(()) };
        let effect = Effect {
            kind: REMOVE_PARTICIPANT,
            destination: &s.provider,
            dedupe_key: &format!("{REMOVE_PARTICIPANT}:{}:{identity}:{}", key.key(), call.sequence),
            payload: json!({ "provider": s.provider, "room": room, "identity": identity }).to_string(),
            not_before: self.now,
        };
        outbox::put(tx, key, &effect, &OutboxId::generate(self.now, &mut self.entropy), self.now)
    }
}

/// The room, when a bridge of this installation keeps it. Those of externally run calls are not ours to touch.
fn own_room(call: &Call) -> Option<&str> {
    let s = &call.session;
    s.provider_room_id.as_deref().filter(|_| OWN_PROVIDERS.contains(&s.provider.as_str()))
}

/// The actor of an API caller's change to a session.
pub(crate) fn actor_of(by: &Principal, owner: Option<&UserId>) -> Actor {
    let (role, id) = match by {
        Principal::Key { key, .. } => (Role::Operator, key.to_string()),
        Principal::User { user, .. } if owner == Some(user) => (Role::User, user.to_string()),
        Principal::User { user, .. } => (Role::Operator, user.to_string()),
        Principal::Pass { participant, kind, .. } => {
            (if *kind == callboard_http::PassKind::Agent { Role::Agent } else { Role::User }, participant.to_string())
        }
    };
    Actor { role, id }
}

/// The actor of what Callboard concludes by itself.
pub(crate) fn actor_system() -> Actor {
    Actor { role: Role::System, id: "callboard".to_owned() }
}

/// Appends one fact outside a change (the start of a session).
pub(crate) fn append_one(
    tx: &Tx<'_>,
    log: &Log,
    key: &SessionKey,
    id: &str,
    ty: EventType,
    actor: Actor,
    payload: &serde_json::Value,
    now: Timestamp,
) -> Result<StoredEvent> {
    let event = NewEvent::own(id.to_owned(), now, ty, actor, payload.to_string());
    let mut appended = log.append(tx, key, vec![event], now)?;
    appended.pop().map(|a| a.event).ok_or_else(|| Error::internal("nothing was appended"))
}

/// Notes a change made by hand in the tenant's audit.
pub(crate) fn audit(
    tx: &Tx<'_>,
    by: &Principal,
    action: &str,
    (object_kind, object_id): (&str, &str),
    detail: serde_json::Value,
    now: Timestamp,
    entropy: &mut Entropy,
) -> Result<()> {
    let entry = callboard_tenants::Entry { action, object_kind, object_id, detail };
    callboard_tenants::audit(tx, by.tenant(), by, &entry, now, entropy)
}
