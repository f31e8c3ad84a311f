//! The SQL of erasing and removing. `event` is changed here and nowhere else, and loses text and nothing more.

use callboard_kernel::Result;
use callboard_store::{Tx, params, sql};

use crate::model::SessionKey;

sql! {
    /// Texts of erasing and removing.
    pub ALL_SQL;
    STREAM_STATE = "select erased, removed_at from event_stream where session_key = :key";
    STREAM_ERASED = "update event_stream set erased = case when erased < :level then :level else erased end where session_key = :key";
    STREAM_REMOVED = "update event_stream set removed_at = :now, erased = 2, last_event_id = null \
        where session_key = :key and removed_at is null";
    STREAMS_UNPURGED_DUE = "select session_key from event_stream where removed_at is not null and purged_at is null \
        order by session_key limit :limit";
    STREAM_PURGED = "update event_stream set purged_at = :now where session_key = :key and purged_at is null";
    STREAM_IS_REMOVED = "select last_sequence, removed_at from event_stream \
        where tenant_id = :tenant and session_id = :session and removed_at is not null";
    ERASED_PARTICIPANT = "insert into event_erasure (tenant_id, session_key, participant_id, at) \
        values (:tenant, :key, :participant, :now) on conflict (session_key, participant_id) do nothing";
    ERASED_PARTICIPANTS = "select participant_id from event_erasure where session_key = :key order by participant_id";
    EVENT_ERASE = "update event set payload = :payload, actor_id = :actor, erased_at = coalesce(erased_at, :now) \
        where session_key = :key and sequence = :sequence";
    OUTBOX_OF_SESSION = "delete from outbox where outbox_id in (select outbox_id from outbox where session_key = :key \
        and (done_at is not null or dead_at is not null or kind = 'calls.remove_participant') limit :limit)";
    EVENTS_REMOVE = "delete from event where session_key = :key and sequence in \
        (select sequence from event where session_key = :key order by sequence limit :limit)";
    CHECKPOINTS_REMOVE = "delete from consumer_checkpoint where session_key = :key and consumer_id in \
        (select consumer_id from consumer_checkpoint where session_key = :key limit :limit)";
    ERASED_REMOVE = "delete from event_erasure where session_key = :key and participant_id in \
        (select participant_id from event_erasure where session_key = :key limit :limit)";
    OUTBOX_REMOVE = "delete from outbox where outbox_id in (select outbox_id from outbox where session_key = :key \
        and (done_at is not null or dead_at is not null) limit :limit)";
}

/// The participants of a session whose text was erased.
pub(crate) fn participants(tx: &Tx<'_>, key: &SessionKey) -> Result<Vec<String>> {
    tx.query(&ERASED_PARTICIPANTS, params! { key: key.key() })?.iter().map(|r| r.at(0)).collect()
}
