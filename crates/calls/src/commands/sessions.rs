//! Create, change the status, change metadata.

use callboard_contracts::EventType;
use callboard_eventlog::{Log, SessionKey};
use callboard_http::Principal;
use callboard_kernel::{Entropy, Error, Result, SessionId, Timestamp, UserId, check_text, codes, limits, uuid7_base32};
use callboard_store::Tx;
use serde_json::{Map, Value, json};

use super::{Change, Done, actor_of, append_one};
use crate::access;
use crate::decide::{Ask, StateChange};
use crate::model::{
    Call, Channel, ConnectionState, Direction, LEAVE_GRACE_MS, NO_PROVIDER, RECONNECT_WINDOW_MS, Session, SessionState,
    Status,
};
use crate::store::{self, NewSession};

/// A checked request for a session.
#[derive(Clone, Debug)]
pub(crate) struct Create {
    pub id: Option<SessionId>,
    pub channel: Channel,
    pub direction: Direction,
    pub owner: Option<UserId>,
    pub correlation_id: Option<String>,
    pub metadata: Map<String, Value>,
    pub max_duration_ms: Option<i64>,
    pub reconnect_window_ms: Option<i64>,
    pub leave_grace_ms: Option<i64>,
    pub provider: Option<&'static str>,
    pub request_hash: String,
}

/// A session that was made, or the one that an equal request had made.
pub(crate) struct Created {
    pub key: SessionKey,
    pub fresh: bool,
}

/// Makes a session. With a client-chosen id the same request again finds the same session.
pub(crate) fn create(
    tx: &Tx<'_>,
    log: &Log,
    by: &Principal,
    ask: &Create,
    now: Timestamp,
    entropy: &mut Entropy,
) -> Result<Created> {
    let tenant = by.tenant();
    callboard_tenants::require_active(tx, tenant)?;
    let chosen = ask.id.is_some();
    let id = ask.id.clone().unwrap_or_else(|| SessionId::generate(now, entropy));
    let key = match log.create(tx, tenant, &id, now) {
        Ok(key) => key,
        Err(e) if chosen && e.is(&codes::SESSION_EXISTS) => return existing(tx, log, by, &id, ask),
        Err(e) => return Err(e),
    };
    let owner = owner(tx, by, ask)?;
    let provider = ask.provider.unwrap_or(NO_PROVIDER).to_owned();
    let session = Session {
        tenant: tenant.clone(),
        id,
        owner,
        channel: ask.channel,
        direction: ask.direction,
        correlation_id: ask.correlation_id.clone(),
        provider_room_id: ask.provider.map(|_| format!("cb_{}", uuid7_free(entropy))),
        provider,
        provider_participant_id: None,
        provider_call_id: None,
        metadata: ask.metadata.clone(),
        max_duration_ms: ask.max_duration_ms,
        reconnect_window_ms: ask.reconnect_window_ms.unwrap_or(RECONNECT_WINDOW_MS),
        leave_grace_ms: ask.leave_grace_ms.unwrap_or(LEAVE_GRACE_MS),
        created_at: now,
        version: 1,
        provider_version: 0,
        missing_polls: 0,
        connection: ConnectionState::Idle,
        slot_held: false,
        last_error: None,
        erased_at: None,
        state: SessionState {
            status: Status::Created,
            started_at: None,
            ended_at: None,
            failed_at: None,
            end_reason: None,
        },
    };
    let new = NewSession { session: &session, created_by: &by.subject(), request_hash: &ask.request_hash };
    store::session_insert(tx, &key, &new)?;
    let payload = json!({
        "callId": session.id.as_str(), "channel": session.channel.as_str(), "direction": session.direction.as_str(),
        "provider": session.provider,
    });
    let actor = actor_of(by, session.owner.as_ref());
    append_one(tx, log, &key, "cb:started", EventType::CallStarted, actor, &payload, now)?;
    Ok(Created { key, fresh: true })
}

/// Who owns the new session. Nobody whom an erasure has forgotten: what is stored about them would stay.
fn owner(tx: &Tx<'_>, by: &Principal, ask: &Create) -> Result<Option<UserId>> {
    let owner = match by {
        Principal::User { user, .. } => Some(user.clone()),
        _ => ask.owner.clone(),
    };
    let Some(user) = &owner else { return Ok(None) };
    let named = ask.owner.is_some();
    if named {
        callboard_tenants::require_user(tx, by.tenant(), user)
            .map_err(|e| e.field("/ownerUserId", "is not a user of this tenant"))?;
    }
    if callboard_tenants::owner_is_erased(tx, by.tenant(), user)? {
        let gone = Error::not_found("user");
        return Err(if named { gone.field("/ownerUserId", "was erased") } else { gone });
    }
    Ok(owner)
}

/// 26 random characters, never derived from what a client sent: nobody can guess another session's room.
fn uuid7_free(entropy: &mut Entropy) -> String {
    let random = i64::try_from(entropy.below(1 << 47)).unwrap_or(0);
    uuid7_base32(Timestamp::from_millis(random), entropy)
}

fn existing(tx: &Tx<'_>, log: &Log, by: &Principal, id: &SessionId, ask: &Create) -> Result<Created> {
    let conflict = || Error::new(&codes::IDEMPOTENCY_CONFLICT, "A session with this id was made by another request.");
    let seen = access::see(tx, log, by, id).map_err(|e| if e.is(&codes::SESSION_REMOVED) { e } else { conflict() })?;
    if store::request_hash(tx, &seen.key)? != ask.request_hash {
        return Err(conflict());
    }
    Ok(Created { key: seen.key, fresh: false })
}

/// Activates, ends or fails a session by request of the API.
pub(crate) fn change_state(
    change: &mut Change<'_>,
    tx: &Tx<'_>,
    key: &SessionKey,
    ask: &Ask,
) -> Result<Done<StateChange>> {
    if matches!(ask, Ask::Activate(_)) {
        callboard_tenants::require_active(tx, key.tenant())?;
    }
    let call_id = format!("call_{}", uuid7_base32(change.now, &mut change.entropy));
    let now = change.now;
    change.run(tx, key, |call| call.change_state(ask, &call_id, now))
}

/// Merges metadata; a null deletes its key.
pub(crate) fn patch_metadata(
    change: &mut Change<'_>,
    tx: &Tx<'_>,
    key: &SessionKey,
    patch: &Map<String, Value>,
) -> Result<Call> {
    let done = change.run(tx, key, |call| {
        if call.session.erased_at.is_some() {
            let message = "The personal text of this session was erased; no metadata is taken in.";
            return Err(Error::new(&codes::SESSION_ERASED, message));
        }
        let mut merged = call.session.metadata.clone();
        for (name, value) in patch {
            if value.is_null() {
                merged.remove(name);
            } else {
                merged.insert(name.clone(), value.clone());
            }
        }
        check_metadata(&merged)?;
        let changed = merged != call.session.metadata;
        if changed {
            call.session.metadata = merged;
            call.session.version += 1;
        }
        Ok(changed)
    })?;
    if done.value {
        store::metadata_save(tx, key, &done.call.session.metadata)?;
    }
    Ok(done.call)
}

/// At most 50 keys of 1-64 characters and 16 KiB in all.
pub(crate) fn check_metadata(metadata: &Map<String, Value>) -> Result<()> {
    if metadata.len() > limits::METADATA_KEYS {
        return Err(Error::invalid("/metadata", format!("must have at most {} keys", limits::METADATA_KEYS)));
    }
    for (name, value) in metadata {
        check_text("/metadata", name, 64)
            .map_err(|_| Error::invalid("/metadata", "keys must be 1-64 printable characters"))?;
        if value.is_null() {
            return Err(Error::invalid(format!("/metadata/{name}"), "must not be null"));
        }
    }
    let bytes = serde_json::to_string(metadata).map_err(Error::internal)?.len();
    if bytes > limits::METADATA_BYTES {
        return Err(Error::invalid("/metadata", format!("must have at most {} bytes", limits::METADATA_BYTES)));
    }
    Ok(())
}
