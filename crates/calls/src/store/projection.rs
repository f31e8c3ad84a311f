//! What follows from `call.*` events alone: the session's state and when participants came and went.

use std::collections::HashMap;

use callboard_contracts::{EventType, Family};
use callboard_eventlog::{Projection, Projector, SessionKey, StoredEvent};
use callboard_kernel::{Result, TenantId, Timestamp};
use callboard_store::{Row, Tx, params, sql};
use serde_json::Value;

sql! {
    pub PROJECTION_SQL;
    STATE_INSERT = "insert into session_state (session_key, tenant_id, status) values (:key, :tenant, 'created')";
    STATE_ACTIVE = "update session_state set status = 'active', started_at = :at where session_key = :key";
    STATE_ENDED = "update session_state set status = 'ended', ended_at = :at, end_reason = :reason where session_key = :key";
    STATE_FAILED = "update session_state set status = 'failed', failed_at = :at, failure_code = :code, failure_message = :message \
        where session_key = :key";
    PRESENCE_JOINED = "insert into participant_state (session_key, tenant_id, participant_id, identity, kind, role, name, state, \
        joined_at, attempt) values (:key, :tenant, :id, :identity, :kind, :role, :name, 'connected', :at, 0) \
        on conflict (session_key, participant_id) do update set state = 'connected', left_at = null, leave_reason = null, \
        lost_at = null";
    PRESENCE_LEFT = "update participant_state set state = 'left', left_at = :at, leave_reason = :reason, lost_at = null \
        where session_key = :key and participant_id = :id";
    PRESENCE_LOST = "update participant_state set state = 'reconnecting', attempt = :attempt, lost_at = :at \
        where session_key = :key and participant_id = :id";
    PRESENCE_BACK = "update participant_state set state = 'connected', lost_at = null \
        where session_key = :key and participant_id = :id";
    PRESENCE_LIST = "select participant_id, joined_at, left_at, leave_reason from participant_state where session_key = :key";
    PRESENCES_OF_PAGE = "select participant_id, joined_at, left_at, leave_reason from participant_state \
        where tenant_id = :tenant and session_key in ({keys})";
    STATE_ERASE = "update session_state set failure_message = :message where session_key = :key";
    PRESENCE_ERASE = "update participant_state set name = null, identity = :identity \
        where session_key = :key and participant_id = :id and joined_at = :at";
    STATE_DUMP = "select * from session_state where session_key = :key";
    PRESENCE_DUMP = "select * from participant_state where session_key = :key order by participant_id";
}

/// The projector of `session_state` and `participant_state`.
pub(crate) struct CallProjector;

static PROJECTIONS: &[Projection] = &[
    Projection { table: "session_state", dump: &STATE_DUMP },
    Projection { table: "participant_state", dump: &PRESENCE_DUMP },
];

impl Projector for CallProjector {
    fn name(&self) -> &'static str {
        "calls"
    }

    fn wants(&self, family: Family) -> bool {
        family == Family::Call
    }

    fn projections(&self) -> &'static [Projection] {
        PROJECTIONS
    }

    fn erase(&self, tx: &Tx<'_>, key: &SessionKey, event: &StoredEvent) -> Result<()> {
        let payload = event.payload_value();
        let number = key.key();
        match event.ty {
            EventType::CallTerminalFailure => {
                tx.execute(&STATE_ERASE, params! { key: number, message: text(&payload, "message") })
            }
            // The first coming names the participant; all of them are erased in the end.
            EventType::CallParticipantJoined => {
                let (id, identity) = (text(&payload, "participantId"), text(&payload, "identity"));
                tx.execute(&PRESENCE_ERASE, params! { key: number, id, identity, at: event.ts })
            }
            _ => Ok(0),
        }
        .map(drop)
    }

    fn apply(&self, tx: &Tx<'_>, key: &SessionKey, event: &StoredEvent) -> Result<()> {
        match event.ty {
            EventType::CallStarted
            | EventType::CallConnected
            | EventType::CallEnded
            | EventType::CallTerminalFailure => state(tx, key, event),
            EventType::CallParticipantJoined
            | EventType::CallParticipantLeft
            | EventType::CallReconnecting
            | EventType::CallResumed => presence(tx, key, event),
            _ => Ok(()),
        }
    }
}

fn text<'a>(payload: &'a Value, name: &str) -> Option<&'a str> {
    payload.get(name).and_then(Value::as_str)
}

fn instant(event: &StoredEvent, payload: &Value, name: &str) -> Timestamp {
    text(payload, name).and_then(Timestamp::parse_rfc3339).unwrap_or(event.ts)
}

fn state(tx: &Tx<'_>, key: &SessionKey, event: &StoredEvent) -> Result<()> {
    let payload = event.payload_value();
    let at = |name| instant(event, &payload, name);
    let key_number = key.key();
    match event.ty {
        EventType::CallStarted => tx.execute(&STATE_INSERT, params! { key: key_number, tenant: key.tenant() }),
        EventType::CallConnected => tx.execute(&STATE_ACTIVE, params! { key: key_number, at: at("connectedAt") }),
        EventType::CallEnded => {
            let reason = text(&payload, "endReason");
            tx.execute(&STATE_ENDED, params! { key: key_number, at: at("endedAt"), reason })
        }
        _ => {
            let (code, message) = (text(&payload, "code"), text(&payload, "message"));
            tx.execute(&STATE_FAILED, params! { key: key_number, at: at("failedAt"), code, message })
        }
    }?;
    Ok(())
}

fn presence(tx: &Tx<'_>, key: &SessionKey, event: &StoredEvent) -> Result<()> {
    let payload = event.payload_value();
    let Some(id) = text(&payload, "participantId") else { return Ok(()) };
    let number = key.key();
    match event.ty {
        EventType::CallParticipantJoined => {
            let (identity, kind) = (text(&payload, "identity"), text(&payload, "kind"));
            let (role, name) = (text(&payload, "role").unwrap_or_default(), text(&payload, "name"));
            tx.execute(
                &PRESENCE_JOINED,
                params! { key: number, tenant: key.tenant(), id, identity, kind, role, name, at: event.ts },
            )
        }
        EventType::CallParticipantLeft => {
            tx.execute(&PRESENCE_LEFT, params! { key: number, id, at: event.ts, reason: text(&payload, "reason") })
        }
        EventType::CallReconnecting => {
            let attempt = payload.get("attempt").and_then(Value::as_i64).unwrap_or(0);
            let at = instant(event, &payload, "at");
            tx.execute(&PRESENCE_LOST, params! { key: number, id, attempt, at })
        }
        _ => tx.execute(&PRESENCE_BACK, params! { key: number, id }),
    }?;
    Ok(())
}

/// When a participant came and went, by the log.
#[derive(Clone, Debug, Default)]
pub(crate) struct Presence {
    pub joined_at: Option<Timestamp>,
    pub left_at: Option<Timestamp>,
    pub leave_reason: Option<String>,
}

/// The presences of a session by participant id.
pub(crate) fn presences(tx: &Tx<'_>, key: &SessionKey) -> Result<HashMap<String, Presence>> {
    by_participant(&tx.query(&PRESENCE_LIST, params! { key: key.key() })?)
}

/// The presences of a page of sessions by participant id; ids of participants are unique in the installation.
pub(crate) fn presences_of_page(tx: &Tx<'_>, tenant: &TenantId, keys: &str) -> Result<HashMap<String, Presence>> {
    by_participant(&tx.query(&PRESENCES_OF_PAGE, params! { tenant, keys })?)
}

fn by_participant(rows: &[Row]) -> Result<HashMap<String, Presence>> {
    rows.iter()
        .map(|r| {
            let presence = Presence {
                joined_at: r.get("joined_at")?,
                left_at: r.get("left_at")?,
                leave_reason: r.get("leave_reason")?,
            };
            Ok((r.get("participant_id")?, presence))
        })
        .collect()
}
