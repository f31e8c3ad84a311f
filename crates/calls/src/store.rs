//! The SQL of calls: sessions, participants, connections, rooms. Passes and links have theirs in `store/`.

pub(crate) mod access;
pub(crate) mod due;
pub(crate) mod erase;
pub(crate) mod list;
pub(crate) mod projection;

use std::collections::HashMap;

use callboard_eventlog::SessionKey;
use callboard_kernel::{Error, ParticipantId, Result, TenantId};
use callboard_store::{Row, Sql, Tx, params, sql};

use crate::model::{
    Call, Channel, ConnectionRow, ConnectionState, Direction, EndReason, LastError, ParticipantKind, ParticipantRole,
    ParticipantRow, Phase, ResumeUse, RoomRow, Session, SessionState, Status,
};

sql! {
    pub CORE_SQL;
    SESSION_INSERT = "insert into session (session_key, tenant_id, session_id, owner_user_id, created_by, request_hash, channel, direction, \
        correlation_id, provider, provider_room_id, metadata, max_duration_ms, reconnect_window_ms, leave_grace_ms, created_at, \
        version, provider_version, missing_polls, slot_held, open, connection) values (:key, :tenant, :session, :owner, :by, :hash, \
        :channel, :direction, :correlation, :provider, :room, :metadata, :max_duration, :window, :grace, :now, 1, 0, 0, 0, 1, 'idle')";
    SESSION_LOAD = "select s.*, t.status, t.started_at, t.ended_at, t.failed_at, t.end_reason from session s \
        join session_state t on t.session_key = s.session_key where s.session_key = :key";
    SESSION_SAVE = "update session set provider = :provider, provider_room_id = :room, provider_participant_id = :participant, \
        provider_call_id = :call, metadata = :metadata, version = :version, provider_version = :provider_version, \
        missing_polls = :missing, slot_held = :slot, open = :open, connection = :connection, last_error_code = :error_code, \
        last_error_message = :error_message, last_error_at = :error_at where session_key = :key";
    SESSION_REQUEST = "select request_hash from session where session_key = :key";
    METADATA_CLEAR = "delete from session_metadata where session_key = :key";
    METADATA_INSERT = "insert into session_metadata (tenant_id, session_key, name, value) values (:tenant, :key, :name, :value)";
    PARTICIPANTS = "select * from participant where session_key = :key order by created_at, participant_id";
    PARTICIPANTS_OF_PAGE = "select * from participant where tenant_id = :tenant and session_key in ({keys}) \
        order by session_key, created_at, participant_id";
    PARTICIPANT_ONE = "select * from participant where session_key = :key and participant_id = :id";
    PARTICIPANT_SAVE = "insert into participant (session_key, tenant_id, participant_id, identity, kind, role, name, user_id, \
        phase, phase_since, deadline, attempt, lost_at, reported_lost_at, generation, created_at) values (:key, :tenant, :id, \
        :identity, :kind, :role, :name, :user, :phase, :since, :deadline, :attempt, :lost_at, :reported, :generation, :created) \
        on conflict (session_key, participant_id) do update set kind = excluded.kind, name = excluded.name, phase = excluded.phase, \
        phase_since = excluded.phase_since, deadline = excluded.deadline, attempt = excluded.attempt, lost_at = excluded.lost_at, \
        reported_lost_at = excluded.reported_lost_at, generation = excluded.generation";
    CONNECTIONS = "select * from participant_connection where session_key = :key order by opened_at, sid";
    CONNECTION_SAVE = "insert into participant_connection (session_key, tenant_id, sid, room_sid, participant_id, active, opened_at, \
        closed_at, close_reason) values (:key, :tenant, :sid, :room, :participant, :active, :opened, :closed, :reason) \
        on conflict (session_key, sid) do update set active = excluded.active, closed_at = excluded.closed_at, \
        close_reason = excluded.close_reason";
    ROOMS = "select * from room_incarnation where session_key = :key order by opened_at, room_sid";
    ROOM_SAVE = "insert into room_incarnation (session_key, tenant_id, room_sid, opened_at, closed_at) \
        values (:key, :tenant, :sid, :opened, :closed) on conflict (session_key, room_sid) do update set closed_at = excluded.closed_at";
    RESUME_USES = "select generation, used_at, replay_after, replay_until from resume_use \
        where session_key = :key and participant_id = :id order by generation desc limit 3";
    RESUME_INSERT = "insert into resume_use (session_key, tenant_id, participant_id, generation, used_at, replay_after, replay_until) \
        values (:key, :tenant, :id, :generation, :used_at, :after, :until)";
}

/// Every SQL text of this crate.
pub static ALL_SQL: std::sync::LazyLock<Vec<&'static Sql>> = std::sync::LazyLock::new(|| {
    [CORE_SQL, access::ACCESS_SQL, due::DUE_SQL, erase::ERASE_SQL, list::LIST_SQL, projection::PROJECTION_SQL].concat()
});

/// A session about to be written.
pub(crate) struct NewSession<'a> {
    pub session: &'a Session,
    pub created_by: &'a str,
    pub request_hash: &'a str,
}

/// Writes a session's record; its state follows from `call.started`.
pub(crate) fn session_insert(tx: &Tx<'_>, key: &SessionKey, new: &NewSession<'_>) -> Result<()> {
    let s = new.session;
    tx.execute_one(
        &SESSION_INSERT,
        params! {
            key: key.key(), tenant: s.tenant, session: s.id, owner: s.owner, by: new.created_by, hash: new.request_hash,
            channel: s.channel.as_str(), direction: s.direction.as_str(), correlation: s.correlation_id,
            provider: s.provider, room: s.provider_room_id, metadata: json_text(&s.metadata)?,
            max_duration: s.max_duration_ms, window: s.reconnect_window_ms, grace: s.leave_grace_ms, now: s.created_at,
        },
    )?;
    metadata_save(tx, key, &s.metadata)
}

/// The hash of the request that made the session.
pub(crate) fn request_hash(tx: &Tx<'_>, key: &SessionKey) -> Result<String> {
    tx.query_one(&SESSION_REQUEST, params! { key: key.key() })?.at(0)
}

fn json_text(map: &serde_json::Map<String, serde_json::Value>) -> Result<String> {
    serde_json::to_string(map).map_err(Error::internal)
}

/// Writes the metadata's look-up rows anew.
pub(crate) fn metadata_save(
    tx: &Tx<'_>,
    key: &SessionKey,
    metadata: &serde_json::Map<String, serde_json::Value>,
) -> Result<()> {
    tx.execute(&METADATA_CLEAR, params! { key: key.key() })?;
    for (name, value) in metadata {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        tx.execute_one(&METADATA_INSERT, params! { tenant: key.tenant(), key: key.key(), name, value })?;
    }
    Ok(())
}

/// Reads a session from a row with the columns of `SESSION_LOAD`.
pub(crate) fn session_from(row: &Row) -> Result<Session> {
    let text = |column: &str| row.get::<String>(column);
    let metadata = serde_json::from_str(&text("metadata")?).map_err(Error::internal)?;
    let last_error = match row.get::<Option<String>>("last_error_code")? {
        Some(code) => Some(LastError { code, message: text("last_error_message")?, at: row.get("last_error_at")? }),
        None => None,
    };
    Ok(Session {
        tenant: row.get("tenant_id")?,
        id: row.get("session_id")?,
        owner: row.get("owner_user_id")?,
        channel: stored(Channel::parse(&text("channel")?), "channel")?,
        direction: stored(Direction::parse(&text("direction")?), "direction")?,
        correlation_id: row.get("correlation_id")?,
        provider: text("provider")?,
        provider_room_id: row.get("provider_room_id")?,
        provider_participant_id: row.get("provider_participant_id")?,
        provider_call_id: row.get("provider_call_id")?,
        metadata,
        max_duration_ms: row.get("max_duration_ms")?,
        reconnect_window_ms: row.get("reconnect_window_ms")?,
        leave_grace_ms: row.get("leave_grace_ms")?,
        created_at: row.get("created_at")?,
        version: row.get("version")?,
        provider_version: row.get("provider_version")?,
        missing_polls: row.get("missing_polls")?,
        slot_held: row.get("slot_held")?,
        connection: ConnectionState::from_stored(&text("connection")?)?,
        last_error,
        erased_at: row.get("erased_at")?,
        state: SessionState {
            status: Status::from_stored(&text("status")?)?,
            started_at: row.get("started_at")?,
            ended_at: row.get("ended_at")?,
            failed_at: row.get("failed_at")?,
            end_reason: row
                .get::<Option<String>>("end_reason")?
                .map(|r| stored(EndReason::parse(&r), "end reason"))
                .transpose()?,
        },
    })
}

fn stored<T>(parsed: Option<T>, what: &str) -> Result<T> {
    parsed.ok_or_else(|| Error::internal(format!("a stored {what} is unknown to this binary")))
}

/// The session's record and state.
pub(crate) fn session_load(tx: &Tx<'_>, key: &SessionKey) -> Result<Session> {
    session_from(&tx.query_one(&SESSION_LOAD, params! { key: key.key() })?)
}

pub(crate) fn participant_from(row: &Row) -> Result<ParticipantRow> {
    let role: String = row.get("role")?;
    Ok(ParticipantRow {
        id: row.get("participant_id")?,
        identity: row.get("identity")?,
        kind: stored(ParticipantKind::parse(&row.get::<String>("kind")?), "kind")?,
        role: if role.is_empty() { None } else { Some(stored(ParticipantRole::parse(&role), "role")?) },
        name: row.get("name")?,
        user: row.get("user_id")?,
        phase: Phase::from_stored(&row.get::<String>("phase")?)?,
        since: row.get("phase_since")?,
        deadline: row.get("deadline")?,
        attempt: row.get("attempt")?,
        lost_at: row.get("lost_at")?,
        reported_lost_at: row.get("reported_lost_at")?,
        generation: row.get("generation")?,
        created_at: row.get("created_at")?,
    })
}

/// Everybody of a session, in the order they were made.
pub(crate) fn participants(tx: &Tx<'_>, key: &SessionKey) -> Result<Vec<ParticipantRow>> {
    tx.query(&PARTICIPANTS, params! { key: key.key() })?.iter().map(participant_from).collect()
}

/// One participant of a session.
pub(crate) fn participant(tx: &Tx<'_>, key: &SessionKey, id: &ParticipantId) -> Result<Option<ParticipantRow>> {
    tx.query_opt(&PARTICIPANT_ONE, params! { key: key.key(), id })?.as_ref().map(participant_from).transpose()
}

/// Everybody of a page of sessions, by the sessions' numbers, in the order they were made.
pub(crate) fn participants_of_page(
    tx: &Tx<'_>,
    tenant: &TenantId,
    keys: &str,
) -> Result<HashMap<i64, Vec<ParticipantRow>>> {
    let mut out: HashMap<i64, Vec<ParticipantRow>> = HashMap::new();
    for row in tx.query(&PARTICIPANTS_OF_PAGE, params! { tenant, keys })? {
        out.entry(row.get("session_key")?).or_default().push(participant_from(&row)?);
    }
    Ok(out)
}

pub(crate) fn participant_save(tx: &Tx<'_>, key: &SessionKey, p: &ParticipantRow) -> Result<()> {
    tx.execute_one(
        &PARTICIPANT_SAVE,
        params! {
            key: key.key(), tenant: key.tenant(), id: p.id, identity: p.identity, kind: p.kind.as_str(),
            role: p.role.map_or("", |r| r.as_str()), name: p.name, user: p.user, phase: p.phase.as_str(), since: p.since,
            deadline: p.deadline, attempt: p.attempt, lost_at: p.lost_at, reported: p.reported_lost_at,
            generation: p.generation, created: p.created_at,
        },
    )
}

fn connection_from(row: &Row) -> Result<ConnectionRow> {
    Ok(ConnectionRow {
        sid: row.get("sid")?,
        room_sid: row.get("room_sid")?,
        participant: row.get("participant_id")?,
        active: row.get("active")?,
        opened_at: row.get("opened_at")?,
        closed_at: row.get("closed_at")?,
        close_reason: row.get("close_reason")?,
    })
}

/// The whole call, for the rules. The caller holds the session's lock.
pub(crate) fn call_load(tx: &Tx<'_>, key: &SessionKey, sequence: i64) -> Result<Call> {
    let rooms = tx.query(&ROOMS, params! { key: key.key() })?;
    let room = |r: &Row| {
        Ok(RoomRow { sid: r.get("room_sid")?, opened_at: r.get("opened_at")?, closed_at: r.get("closed_at")? })
    };
    Ok(Call {
        session: session_load(tx, key)?,
        participants: participants(tx, key)?,
        connections: tx
            .query(&CONNECTIONS, params! { key: key.key() })?
            .iter()
            .map(connection_from)
            .collect::<Result<_>>()?,
        rooms: rooms.iter().map(room).collect::<Result<_>>()?,
        sequence,
        pending: Vec::new(),
        note: None,
    })
}

/// Writes what the rules changed; `before` is the call as loaded.
pub(crate) fn call_save(tx: &Tx<'_>, key: &SessionKey, before: &Call, after: &Call) -> Result<()> {
    for p in after.participants.iter().filter(|p| !before.participants.contains(p)) {
        participant_save(tx, key, p)?;
    }
    for c in after.connections.iter().filter(|c| !before.connections.contains(c)) {
        tx.execute_one(
            &CONNECTION_SAVE,
            params! {
                key: key.key(), tenant: key.tenant(), sid: c.sid, room: c.room_sid, participant: c.participant,
                active: c.active, opened: c.opened_at, closed: c.closed_at, reason: c.close_reason,
            },
        )?;
    }
    for r in after.rooms.iter().filter(|r| !before.rooms.contains(r)) {
        let (sid, opened, closed) = (&r.sid, r.opened_at, r.closed_at);
        tx.execute_one(&ROOM_SAVE, params! { key: key.key(), tenant: key.tenant(), sid, opened, closed })?;
    }
    if before.session != after.session {
        session_save(tx, key, &after.session)?;
    }
    Ok(())
}

fn session_save(tx: &Tx<'_>, key: &SessionKey, s: &Session) -> Result<()> {
    let error = s.last_error.as_ref();
    tx.execute_one(
        &SESSION_SAVE,
        params! {
            key: key.key(), provider: s.provider, room: s.provider_room_id, participant: s.provider_participant_id,
            call: s.provider_call_id, metadata: json_text(&s.metadata)?, version: s.version,
            provider_version: s.provider_version, missing: s.missing_polls, slot: s.slot_held,
            open: !s.state.status.is_terminal(), connection: s.connection.as_str(), error_code: error.map(|e| &e.code),
            error_message: error.map(|e| &e.message), error_at: error.map(|e| e.at),
        },
    )
}

/// The last uses of a participant's resume tokens.
pub(crate) fn resume_uses(tx: &Tx<'_>, key: &SessionKey, id: &ParticipantId) -> Result<Vec<ResumeUse>> {
    tx.query(&RESUME_USES, params! { key: key.key(), id })?
        .iter()
        .map(|r| {
            Ok(ResumeUse {
                generation: r.get("generation")?,
                used_at: r.get("used_at")?,
                replay_after: r.get("replay_after")?,
                replay_until: r.get("replay_until")?,
            })
        })
        .collect()
}

/// Keeps a use, so that its answer can be given again.
pub(crate) fn resume_insert(tx: &Tx<'_>, key: &SessionKey, id: &ParticipantId, used: &ResumeUse) -> Result<()> {
    tx.execute_one(
        &RESUME_INSERT,
        params! {
            key: key.key(), tenant: key.tenant(), id, generation: used.generation, used_at: used.used_at,
            after: used.replay_after, until: used.replay_until,
        },
    )
}
