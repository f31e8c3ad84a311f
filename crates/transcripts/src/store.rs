//! The SQL of transcripts; that of searching is in `store/search.rs`.

pub(crate) mod erase;
pub(crate) mod search;

use callboard_eventlog::SessionKey;
use callboard_kernel::{Result, TenantId, Timestamp};
use callboard_store::{Row, Sql, Tx, params, sql};

use crate::model::{FinalAt, Segment, SnapshotBounds, Version};

sql! {
    pub STATE_SQL;
    SEGMENT_BY_ID = "select utterance_id, participant_id, speaker, said, start_ms, end_ms, final, revision, sequence, \
        first_sequence, confidence, language, source, 0 as ts from transcript_segment \
        where session_key = :key and utterance_id = :utterance";
    SEGMENT_PUT = "insert into transcript_segment (tenant_id, session_key, utterance_id, participant_id, speaker, said, \
        start_ms, end_ms, final, revision, sequence, first_sequence, confidence, language, source, searched) values (:tenant, :key, \
        :utterance, :participant, :speaker, :said, :start_ms, :end_ms, :final, :revision, :sequence, :first_sequence, \
        :confidence, :language, :source, :searched) on conflict (session_key, utterance_id) do update set \
        participant_id = excluded.participant_id, speaker = excluded.speaker, said = excluded.said, \
        start_ms = excluded.start_ms, end_ms = excluded.end_ms, final = excluded.final, revision = excluded.revision, \
        sequence = excluded.sequence, confidence = excluded.confidence, language = excluded.language, source = excluded.source, \
        searched = excluded.searched";
    SEGMENTS = "select utterance_id, participant_id, speaker, said, start_ms, end_ms, final, revision, sequence, \
        first_sequence, confidence, language, source, 0 as ts from transcript_segment \
        where session_key = :key and sequence > :from order by start_ms, first_sequence";
    SEGMENT_DUMP = "select tenant_id, session_key, utterance_id, participant_id, speaker, said, start_ms, end_ms, final, \
        revision, sequence, first_sequence, confidence, language, source from transcript_segment \
        where session_key = :key order by utterance_id";
    SNAPSHOT_PUT = "insert into transcript_snapshot (tenant_id, session_key, sequence, utterance_id, participant_id, \
        speaker, said, start_ms, end_ms, final, confidence, language, source, ts, bytes) values (:tenant, :key, :sequence, \
        :utterance, :participant, :speaker, :said, :start_ms, :end_ms, :final, :confidence, :language, :source, :ts, :bytes) \
        on conflict (session_key, sequence) do nothing";
    FINALS_OF = "select session_key, ts, end_ms from transcript_snapshot where final = 1 and tenant_id = :tenant \
        and ts >= :from and ts < :until order by ts desc limit :limit";
    FINALS_ALL = "select session_key, ts, end_ms from transcript_snapshot where final = 1 \
        and ts >= :from and ts < :until order by ts desc limit :limit";
    SNAPSHOT_HEAD = "select max(sequence) as sequence from transcript_snapshot where session_key = :key";
    SNAPSHOT_PAGE = "select sequence, utterance_id, participant_id, speaker, said, start_ms, end_ms, final, confidence, \
        language, source, ts from transcript_snapshot where session_key = :key and sequence > :after \
        order by sequence limit :limit";
    SNAPSHOT_BOUNDS = "select count(*) as n, min(sequence) as low, max(sequence) as high, \
        cast(coalesce(sum(bytes), 0) as bigint) as bytes from transcript_snapshot where session_key = :key and sequence > :after";
    SNAPSHOT_FLOOR = "select sequence from transcript_snapshot where session_key = :key order by sequence desc \
        limit 1 offset :keep";
    SNAPSHOT_PRUNABLE = "select count(*) as n from transcript_snapshot v where v.session_key = :key and v.sequence <= :floor \
        and not exists (select 1 from transcript_segment s where s.session_key = v.session_key \
        and s.utterance_id = v.utterance_id and s.sequence = v.sequence and s.final = 1)";
    SNAPSHOT_PRUNE = "delete from transcript_snapshot where session_key = :key and sequence in (\
        select v.sequence from transcript_snapshot v where v.session_key = :key and v.sequence <= :floor and not exists (\
        select 1 from transcript_segment s where s.session_key = v.session_key and s.utterance_id = v.utterance_id \
        and s.sequence = v.sequence and s.final = 1) order by v.sequence limit :slice)";
}

pub use search::{POSTGRES_SQL, SQLITE_SQL};

/// Every SQL text of this crate that both engines know.
pub static ALL_SQL: std::sync::LazyLock<Vec<&'static Sql>> =
    std::sync::LazyLock::new(|| [STATE_SQL, search::SHARED_SQL, erase::ERASE_SQL].concat());

/// What an utterance says now.
pub(crate) fn segment(tx: &Tx<'_>, key: &SessionKey, utterance: &str) -> Result<Option<Segment>> {
    tx.query_opt(&SEGMENT_BY_ID, params! { key: key.key(), utterance })?.map(|r| segment_from(&r)).transpose()
}

/// Writes what an utterance says now. A final's words are written beside it, in the same transaction.
pub(crate) fn segment_put(tx: &Tx<'_>, key: &SessionKey, s: &Segment) -> Result<()> {
    let v = &s.current;
    tx.execute_one(
        &SEGMENT_PUT,
        params! {
            tenant: key.tenant(), key: key.key(), utterance: v.utterance_id, participant: v.participant_id,
            speaker: v.speaker, said: v.text, start_ms: v.start_ms, end_ms: v.end_ms, final: v.is_final,
            revision: s.revision, sequence: v.sequence, first_sequence: s.first_sequence, confidence: v.confidence,
            language: v.language, source: v.source, searched: v.is_final,
        },
    )
}

/// The whole state in its order; only what came after `from`.
pub(crate) fn segments(tx: &Tx<'_>, key: &SessionKey, from: i64) -> Result<Vec<Segment>> {
    tx.query(&SEGMENTS, params! { key: key.key(), from })?.iter().map(segment_from).collect()
}

/// Writes a version as it came; one that is there already stays.
pub(crate) fn snapshot_put(tx: &Tx<'_>, key: &SessionKey, v: &Version) -> Result<()> {
    tx.execute(
        &SNAPSHOT_PUT,
        params! {
            tenant: key.tenant(), key: key.key(), sequence: v.sequence, utterance: v.utterance_id,
            participant: v.participant_id, speaker: v.speaker, said: v.text, start_ms: v.start_ms, end_ms: v.end_ms,
            final: v.is_final, confidence: v.confidence, language: v.language, source: v.source, ts: v.ts,
            bytes: v.text.len(),
        },
    )?;
    Ok(())
}

/// The newest version's sequence; 0 when nothing was said. Compaction always leaves that one.
pub(crate) fn snapshot_head(tx: &Tx<'_>, key: &SessionKey) -> Result<i64> {
    Ok(tx.query_one(&SNAPSHOT_HEAD, params! { key: key.key() })?.at::<Option<i64>>(0)?.unwrap_or(0))
}

/// Stored versions after a sequence, ascending.
pub(crate) fn snapshot_page(tx: &Tx<'_>, key: &SessionKey, after: i64, limit: i64) -> Result<Vec<Version>> {
    tx.query(&SNAPSHOT_PAGE, params! { key: key.key(), after, limit })?.iter().map(version_from).collect()
}

/// Count, bounds and bytes of the stored versions after a sequence.
pub(crate) fn snapshot_bounds(tx: &Tx<'_>, key: &SessionKey, after: i64) -> Result<SnapshotBounds> {
    let row = tx.query_one(&SNAPSHOT_BOUNDS, params! { key: key.key(), after })?;
    Ok(SnapshotBounds {
        count: row.get("n")?,
        first_sequence: row.get("low")?,
        last_sequence: row.get("high")?,
        bytes: row.get("bytes")?,
    })
}

/// The newest version that is not among the newest `keep`.
pub(crate) fn snapshot_floor(tx: &Tx<'_>, key: &SessionKey, keep: i64) -> Result<Option<i64>> {
    tx.query_opt(&SNAPSHOT_FLOOR, params! { key: key.key(), keep })?.map(|r| r.at(0)).transpose()
}

/// How many versions up to `floor` are no utterance's current final.
pub(crate) fn snapshot_prunable(tx: &Tx<'_>, key: &SessionKey, floor: i64) -> Result<i64> {
    tx.query_one(&SNAPSHOT_PRUNABLE, params! { key: key.key(), floor })?.at(0)
}

/// Deletes at most `slice` versions up to `floor` that are no utterance's current final.
pub(crate) fn snapshot_prune(tx: &Tx<'_>, key: &SessionKey, floor: i64, slice: i64) -> Result<u64> {
    tx.execute(&SNAPSHOT_PRUNE, params! { key: key.key(), floor, slice })
}

/// The newest finals whose events are of a span, the newest first.
pub(crate) fn finals(
    tx: &Tx<'_>,
    tenant: Option<&TenantId>,
    (from, until): (Timestamp, Timestamp),
    limit: i64,
) -> Result<Vec<FinalAt>> {
    let rows = match tenant {
        Some(tenant) => tx.query(&FINALS_OF, params! { tenant, from, until, limit })?,
        None => tx.query(&FINALS_ALL, params! { from, until, limit })?,
    };
    let final_at =
        |r: &Row| Ok(FinalAt { session_key: r.get("session_key")?, ts: r.get("ts")?, end_ms: r.get("end_ms")? });
    rows.iter().map(final_at).collect()
}

fn segment_from(row: &Row) -> Result<Segment> {
    Ok(Segment {
        current: version_from(row)?,
        revision: row.get("revision")?,
        first_sequence: row.get("first_sequence")?,
    })
}

fn version_from(row: &Row) -> Result<Version> {
    Ok(Version {
        sequence: row.get("sequence")?,
        ts: row.get("ts")?,
        utterance_id: row.get("utterance_id")?,
        participant_id: row.get("participant_id")?,
        speaker: row.get("speaker")?,
        text: row.get("said")?,
        start_ms: row.get("start_ms")?,
        end_ms: row.get("end_ms")?,
        is_final: row.get("final")?,
        confidence: row.get("confidence")?,
        language: row.get("language")?,
        source: row.get("source")?,
    })
}
