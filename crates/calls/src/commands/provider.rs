//! Facts of a provider, by webhook or by poll.

use callboard_contracts::{Actor, Role};
use callboard_eventlog::{Log, SessionKey};
use callboard_kernel::teeth::{Tooth, planted};
use callboard_kernel::{Entropy, ParticipantId, Result, Timestamp, uuid7_base32};
use callboard_store::Tx;

use super::{Change, Done, actor_system};
use crate::decide::FreshIds;
use crate::model::Call;
use crate::ports::{ProviderParticipant, ProviderRoom};
use crate::provider::{Peer, ProviderFact};
use crate::store;

/// What a fact did to its session.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AppliedFact {
    /// Ids of the events that it added.
    pub published: Vec<String>,
    /// Why it had no effect, when it had none.
    pub note: Option<String>,
}

/// The session of a room, by the room's sid when known, else by its exact name. For the provider bridge alone.
pub fn session_by_room(
    tx: &Tx<'_>,
    log: &Log,
    provider: &str,
    room_name: &str,
    room_sid: &str,
) -> Result<Option<SessionKey>> {
    match store::access::session_by_room(tx, provider, room_name, room_sid)? {
        Some(key) => log.by_key(tx, key).map(Some),
        None => Ok(None),
    }
}

/// Applies one fact that the provider reported, in the bridge's transaction. `provider` becomes the actor of its events.
/// A refusal leaves nothing behind when the bridge runs it in a savepoint.
pub fn apply_fact(
    tx: &Tx<'_>,
    log: &Log,
    key: &SessionKey,
    provider: &str,
    fact: &ProviderFact,
    now: Timestamp,
    entropy: &mut Entropy,
) -> Result<AppliedFact> {
    let actor = Actor { role: Role::Provider, id: provider.to_owned() };
    let ids = fresh_ids(now, entropy);
    let mut change = Change { log, actor, now, entropy: entropy.clone() };
    let done = change.run(tx, key, |call| {
        call.apply(fact, &ids, now);
        Ok(())
    })?;
    Ok(applied(done))
}

fn applied(done: Done<()>) -> AppliedFact {
    let published: Vec<String> = done.events.into_iter().map(|e| e.event_id).collect();
    let note = if published.is_empty() { done.call.note } else { None };
    AppliedFact { published, note }
}

fn fresh_ids(now: Timestamp, entropy: &mut Entropy) -> FreshIds {
    FreshIds {
        participant: ParticipantId::generate(now, entropy),
        call: format!("call_{}", uuid7_base32(now, entropy)),
    }
}

/// What a poll saw of one session's room.
#[derive(Clone, Debug)]
pub(crate) struct Snapshot {
    /// The session's provider version when the poll began; its conclusion holds only for that.
    pub provider_version: i64,
    /// The room, or nothing.
    pub room: Option<ProviderRoom>,
    /// Who was in it.
    pub listed: Vec<ProviderParticipant>,
}

/// Appends what was missed, marked `inferred`. Returns the number of new events; a poll that was overtaken by a fact
/// concludes nothing, and gives `None`.
pub(crate) fn reconcile(
    tx: &Tx<'_>,
    log: &Log,
    key: &SessionKey,
    seen: &Snapshot,
    now: Timestamp,
    mut entropy: Entropy,
) -> Result<Option<u64>> {
    let mut change = Change { log, actor: actor_system(), now, entropy: entropy.clone() };
    let mut overtaken = false;
    let done = change.run(tx, key, |call| {
        overtaken = call.session.provider_version != seen.provider_version && !planted(Tooth::PollOvertakes);
        if overtaken || call.status().is_terminal() {
            return Ok(());
        }
        conclude(call, seen, now, &mut entropy);
        Ok(())
    })?;
    Ok((!overtaken).then_some(done.events.len() as u64))
}

fn conclude(call: &mut Call, seen: &Snapshot, now: Timestamp, entropy: &mut Entropy) {
    let Some(room) = &seen.room else {
        call.room_missing(now);
        return;
    };
    call.session.missing_polls = 0;
    let listed: Vec<Peer> = seen
        .listed
        .iter()
        .map(|p| Peer {
            sid: p.sid.clone(),
            identity: p.identity.clone(),
            name: Some(p.name.clone()).filter(|n| !n.trim().is_empty()),
            kind: p.kind,
            active: p.active,
        })
        .collect();
    for fact in call.missed_facts(&room.sid, &listed, now) {
        let ids = fresh_ids(now, entropy);
        call.apply(&fact, &ids, now);
    }
}
