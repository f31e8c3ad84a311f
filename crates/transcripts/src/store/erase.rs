//! The SQL of erasing what was said, and of removing it.

use callboard_eventlog::SessionKey;
use callboard_kernel::Result;
use callboard_kernel::teeth::{Tooth, planted};
use callboard_store::{Sql, Tx, params, sql};

use crate::model::Version;

sql! {
    pub ERASE_SQL;
    SEGMENT_ERASE = "update transcript_segment set said = :said, searched = final \
        where session_key = :key and utterance_id = :utterance and sequence = :sequence";
    SNAPSHOT_ERASE = "update transcript_snapshot set said = :said, bytes = :bytes where session_key = :key and sequence = :sequence";
    WORDS_REMOVE_AT = "delete from transcript_search_words where row_id in (select row_id from transcript_search \
        where session_key = :key and utterance_id = :utterance and sequence <= :sequence)";
    SEARCH_REMOVE_AT = "delete from transcript_search where session_key = :key and utterance_id = :utterance and sequence <= :sequence";
    WORDS_REMOVE = "delete from transcript_search_words where row_id in (select row_id from transcript_search \
        where session_key = :key order by utterance_id limit :limit)";
    SEARCH_REMOVE = "delete from transcript_search where session_key = :key and utterance_id in \
        (select utterance_id from transcript_search where session_key = :key order by utterance_id limit :limit)";
    SNAPSHOTS_REMOVE = "delete from transcript_snapshot where session_key = :key and sequence in \
        (select sequence from transcript_snapshot where session_key = :key order by sequence limit :limit)";
    SEGMENTS_REMOVE = "delete from transcript_segment where session_key = :key and utterance_id in \
        (select utterance_id from transcript_segment where session_key = :key order by utterance_id limit :limit)";
}

/// Writes what is left of a version over it, wherever it stands, and takes its words out of the search.
pub(crate) fn overwrite(tx: &Tx<'_>, key: &SessionKey, v: &Version) -> Result<()> {
    let (key, utterance, sequence, said) = (key.key(), &v.utterance_id, v.sequence, &v.text);
    tx.execute(&SNAPSHOT_ERASE, params! { key, sequence, said, bytes: said.len() })?;
    tx.execute(&SEGMENT_ERASE, params! { key, utterance, sequence, said })?;
    if planted(Tooth::ErasureForgetsSearch) {
        return Ok(());
    }
    tx.execute(&WORDS_REMOVE_AT, params! { key, utterance, sequence })?;
    tx.execute(&SEARCH_REMOVE_AT, params! { key, utterance, sequence })?;
    Ok(())
}

/// Takes an utterance out of the search, whatever version was in it.
pub(crate) fn unsearch(tx: &Tx<'_>, key: &SessionKey, utterance: &str) -> Result<()> {
    if planted(Tooth::ErasureForgetsSearch) {
        return Ok(());
    }
    let (key, sequence) = (key.key(), i64::MAX);
    tx.execute(&WORDS_REMOVE_AT, params! { key, utterance, sequence })?;
    tx.execute(&SEARCH_REMOVE_AT, params! { key, utterance, sequence })?;
    Ok(())
}

/// Deletes a slice of a session's rows; how many.
pub(crate) fn remove(tx: &Tx<'_>, key: &SessionKey, limit: i64) -> Result<u64> {
    // Words before their rows: they are found by them.
    const TEXTS: [&[&Sql]; 3] = [&[&WORDS_REMOVE, &SEARCH_REMOVE], &[&SNAPSHOTS_REMOVE], &[&SEGMENTS_REMOVE]];
    for texts in TEXTS {
        let mut gone = 0;
        for sql in texts {
            gone += tx.execute(sql, params! { key: key.key(), limit })?;
        }
        if gone > 0 {
            return Ok(gone);
        }
    }
    Ok(0)
}
