//! The SQL of searching. The engines differ in how the index is asked, and in nothing else.

use callboard_eventlog::SessionKey;
use callboard_kernel::{Result, TenantId, Timestamp};
use callboard_store::{Engine, Row, Tx, params, sql};

use crate::model::{Segment, Version};

sql! {
    /// Texts for both engines.
    pub SHARED_SQL;
    SEARCH_PUT = "insert into transcript_search (tenant_id, session_key, utterance_id, sequence, at) values (:tenant, :key, \
        :utterance, :sequence, :at) on conflict (session_key, utterance_id) do update set sequence = excluded.sequence, \
        at = excluded.at";
    WORDS_PUT = "insert into transcript_search_words (row_id, words) select row_id, :words from transcript_search \
        where session_key = :key and utterance_id = :utterance on conflict (row_id) do update set words = excluded.words";
    SEARCH_DUMP = "select x.tenant_id, x.session_key, x.utterance_id, x.sequence, x.at, w.words from transcript_search x \
        left join transcript_search_words w on w.row_id = x.row_id where x.session_key = :key order by x.utterance_id";
    UNSEARCHED_DUE = "select g.tenant_id, g.session_key, g.utterance_id, g.sequence, g.said, v.ts from transcript_segment g \
        join transcript_snapshot v on v.session_key = g.session_key and v.sequence = g.sequence \
        where g.final = 1 and g.searched = 0 order by g.session_key, g.utterance_id limit :slice {for_update} {skip_locked}";
    SEARCHED = "update transcript_segment set searched = 1 where session_key = :key and utterance_id = :utterance";
}

/// Rows after a place of the order: newest first, then by session and sequence.
macro_rules! after_place {
    () => {
        " and x.at >= :since and x.at < :until and (x.at < :place or (x.at = :place and (x.session_key < :place_key \
         or (x.session_key = :place_key and x.sequence < :place_sequence)))) "
    };
}

/// The newest hits first, cut to a page, and then what stands in the transcript. A row whose sequence is no longer the
/// segment's gives nulls.
macro_rules! hits {
    ($from:literal, $matches:literal) => {
        concat!(
            "select h.session_key, h.utterance_id, h.sequence, h.at, g.participant_id, g.speaker, g.said, g.start_ms, \
             g.end_ms from (select x.session_key, x.utterance_id, x.sequence, x.at from ",
            $from,
            " where ",
            $matches,
            " and x.tenant_id = :tenant and (cast(:session as bigint) is null or x.session_key = :session) and ",
            callboard_calls::owned_sql!("x.session_key"),
            after_place!(),
            "order by x.at desc, x.session_key desc, x.sequence desc limit :limit) h \
             left join transcript_segment g on g.session_key = h.session_key and g.utterance_id = h.utterance_id \
             and g.sequence = h.sequence order by h.at desc, h.session_key desc, h.sequence desc"
        )
    };
}

/// The newest finals, whatever was said, with their words.
macro_rules! recent {
    ($of:literal) => {
        concat!(
            "select r.session_key, r.utterance_id, r.sequence, r.at, w.words, ",
            callboard_calls::owned_sql!("r.session_key"),
            " as listed from (select x.row_id, x.session_key, x.utterance_id, x.sequence, x.at from transcript_search x where ",
            $of,
            after_place!(),
            "order by x.at desc, x.session_key desc, x.sequence desc limit :reach) r join transcript_search_words w \
             on w.row_id = r.row_id order by r.at desc, r.session_key desc, r.sequence desc"
        )
    };
}

mod sqlite_only {
    callboard_store::sql! {
        /// Texts for SQLite alone.
        pub ALL_SQL;
        // `cross join` keeps the index outermost: asked once per row, it would read each word's list every time.
        HITS_FTS5 = hits!(
            "transcript_search_index f cross join transcript_search x on x.row_id = f.rowid",
            "f.transcript_search_index match :words"
        );
        RECENT = recent!("x.tenant_id = :tenant");
        RECENT_OF_SESSION = recent!("x.tenant_id = :tenant and x.session_key = :session");
        // Folds the segments of the index into one, a piece at a time; a negative number begins anew.
        INDEX_MERGE = "insert into transcript_search_index (transcript_search_index, rank) values ('merge', :pages)";
        CHANGES = "select total_changes() as n";
        TENANT_IS_LARGE = "select 1 as found from transcript_search where tenant_id = :tenant limit 1 offset :small";
    }
}

mod postgres_only {
    callboard_store::sql! {
        /// Texts for PostgreSQL alone.
        pub ALL_SQL;
        HITS_TSVECTOR = hits!(
            "transcript_search_words w join transcript_search x on x.row_id = w.row_id",
            "array_to_tsvector(string_to_array(w.words, ' ')) @@ cast(cast(:words as text) as tsquery)"
        );
    }
}

pub use postgres_only::ALL_SQL as POSTGRES_SQL;
pub use sqlite_only::ALL_SQL as SQLITE_SQL;

/// Writes the words of a final as it stands.
pub(crate) fn put(tx: &Tx<'_>, key: &SessionKey, s: &Segment, words: &str) -> Result<()> {
    let v = &s.current;
    let (tenant, key, utterance) = (key.tenant(), key.key(), &v.utterance_id);
    tx.execute_one(&SEARCH_PUT, params! { tenant, key, utterance, sequence: v.sequence, at: v.ts })?;
    tx.execute_one(&WORDS_PUT, params! { key, utterance, words })
}

/// A final that has no words yet.
pub(crate) struct Unsearched {
    pub tenant: TenantId,
    pub key: i64,
    pub utterance: String,
    pub sequence: i64,
    pub said: String,
    pub at: Timestamp,
}

/// Finals of any tenant that were written before there was a search, locked until the transaction ends.
pub(crate) fn unsearched_due(tx: &Tx<'_>, slice: i64) -> Result<Vec<Unsearched>> {
    tx.query(&UNSEARCHED_DUE, params! { slice })?
        .iter()
        .map(|r| {
            Ok(Unsearched {
                tenant: r.get("tenant_id")?,
                key: r.get("session_key")?,
                utterance: r.get("utterance_id")?,
                sequence: r.get("sequence")?,
                said: r.get("said")?,
                at: r.get("ts")?,
            })
        })
        .collect()
}

/// Writes the words of an older final and notes that it has them.
pub(crate) fn fill(tx: &Tx<'_>, due: &Unsearched, words: &str) -> Result<()> {
    let Unsearched { tenant, key, utterance, sequence, at, .. } = due;
    tx.execute_one(&SEARCH_PUT, params! { tenant, key, utterance, sequence, at })?;
    tx.execute_one(&WORDS_PUT, params! { key, utterance, words })?;
    tx.execute_one(&SEARCHED, params! { key, utterance })
}

/// What is looked for, where, and from which place on.
pub(crate) struct Search<'a> {
    pub tenant: &'a TenantId,
    /// Only sessions of this user.
    pub owner: Option<&'a str>,
    pub session: Option<i64>,
    pub since: Timestamp,
    pub until: Timestamp,
    /// Hits come after this instant, session and sequence.
    pub place: (Timestamp, i64, i64),
    pub limit: i64,
}

/// A hit and where it stands in the order.
pub(crate) struct Found {
    pub key: i64,
    pub at: Timestamp,
    pub sequence: i64,
    /// The final that was hit; absent when it was corrected in a way that the index does not know yet.
    pub version: Option<Version>,
}

/// One page of hits, newest first, as the index knows them. `words` is the question in the engine's own language.
pub(crate) fn hits(tx: &Tx<'_>, s: &Search<'_>, words: &str) -> Result<Vec<Found>> {
    let sql = match tx.engine() {
        Engine::Sqlite => &sqlite_only::HITS_FTS5,
        Engine::Postgres => &postgres_only::HITS_TSVECTOR,
    };
    let Search { tenant, owner, session, since, until, limit, .. } = s;
    let (place, place_key, place_sequence) = s.place;
    tx.query(sql, params! { words, tenant, session, owner, since, until, place, place_key, place_sequence, limit })?
        .iter()
        .map(found)
        .collect()
}

/// A final among the newest.
pub(crate) struct Recent {
    pub key: i64,
    pub at: Timestamp,
    pub sequence: i64,
    pub utterance: String,
    pub words: String,
    /// Whether the caller may list its session.
    pub listed: bool,
}

/// The newest `reach` finals, whatever was said (SQLite).
pub(crate) fn recent(tx: &Tx<'_>, s: &Search<'_>, reach: i64) -> Result<Vec<Recent>> {
    let Search { tenant, owner, since, until, .. } = s;
    let (place, place_key, place_sequence) = s.place;
    let rows = match s.session {
        None => tx.query(
            &sqlite_only::RECENT,
            params! { tenant, owner, since, until, place, place_key, place_sequence, reach },
        ),
        Some(session) => tx.query(
            &sqlite_only::RECENT_OF_SESSION,
            params! { tenant, owner, session, since, until, place, place_key, place_sequence, reach },
        ),
    };
    rows?
        .iter()
        .map(|r| {
            Ok(Recent {
                key: r.get("session_key")?,
                at: r.get("at")?,
                sequence: r.get("sequence")?,
                utterance: r.get("utterance_id")?,
                words: r.get("words")?,
                listed: r.get("listed")?,
            })
        })
        .collect()
}

/// One piece of folding SQLite's index into a single segment, whose inner pages are written anew: words that were deleted
/// are cleared from the leaves at once, but may stand as marks between them. Whether there is more to do.
pub(crate) fn fold(tx: &Tx<'_>, pages: i64) -> Result<bool> {
    if tx.engine() == Engine::Postgres {
        return Ok(false);
    }
    let before: i64 = tx.query_one(&sqlite_only::CHANGES, params! {})?.get("n")?;
    tx.execute(&sqlite_only::INDEX_MERGE, params! { pages })?;
    let after: i64 = tx.query_one(&sqlite_only::CHANGES, params! {})?.get("n")?;
    Ok(after - before >= 2)
}

/// Whether a tenant has more than `small` finals (SQLite).
pub(crate) fn is_large(tx: &Tx<'_>, tenant: &TenantId, small: i64) -> Result<bool> {
    Ok(tx.query_opt(&sqlite_only::TENANT_IS_LARGE, params! { tenant, small })?.is_some())
}

fn found(row: &Row) -> Result<Found> {
    let (at, sequence): (Timestamp, i64) = (row.get("at")?, row.get("sequence")?);
    let said: Option<String> = row.get("said")?;
    let version = said.map(|text| {
        Ok(Version {
            sequence,
            ts: at,
            utterance_id: row.get("utterance_id")?,
            participant_id: row.get("participant_id")?,
            speaker: row.get("speaker")?,
            text,
            start_ms: row.get("start_ms")?,
            end_ms: row.get("end_ms")?,
            is_final: true,
            confidence: None,
            language: None,
            source: None,
        })
    });
    Ok(Found { key: row.get("session_key")?, at, sequence, version: version.transpose()? })
}
