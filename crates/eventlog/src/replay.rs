//! Bounded reads of one session.

use callboard_kernel::{Error, Result, Timestamp, codes};
use callboard_store::{Tx, params};

use crate::log::Log;
use crate::model::{SessionKey, StoredEvent, Watermark};
use crate::store;

/// What to read.
#[derive(Clone, Debug, Default)]
pub struct ReplayQuery {
    /// Exclusive lower bound.
    pub after: i64,
    /// Inclusive upper bound that pins the pages of one replay; the head when absent.
    pub until: Option<i64>,
    /// Most events in the answer, 1-1000.
    pub limit: i64,
}

/// One page of a replay.
#[derive(Clone, Debug)]
pub struct Page {
    /// Events, ascending.
    pub events: Vec<StoredEvent>,
    /// Where the next page starts.
    pub next_after: i64,
    /// Whether this replay has more.
    pub has_more: bool,
    /// The last event that this replay covers; none when the log is empty.
    pub watermark: Option<Watermark>,
}

impl Log {
    /// Reads one page. The watermark is the last event committed when the read began, or the pinned one.
    pub fn replay(&self, tx: &Tx<'_>, key: &SessionKey, query: &ReplayQuery) -> Result<Page> {
        let head = store::stream_head(tx, key)?;
        let last = head.as_ref().map_or(0, |w| w.sequence);
        let (until, watermark) = match query.until {
            Some(pinned) if pinned < last => (pinned, store::event_mark(tx, key, pinned)?),
            _ => (last, head),
        };
        let mut events = if query.after < until {
            store::event_page_checked(tx, key, query.after, until, query.limit + 1)?
        } else {
            Vec::new()
        };
        if let (Some(last), Some(mark)) = (events.last(), &watermark)
            && last.sequence == mark.sequence
            && last.event_id != mark.event_id
        {
            return Err(store::damaged(key.session(), "its head names another event than its last one"));
        }
        let limit = usize::try_from(query.limit).unwrap_or(0);
        let has_more = events.len() > limit;
        events.truncate(limit);
        let next_after = events.last().map_or(query.after, |e| e.sequence);
        Ok(Page { events, next_after, has_more, watermark })
    }

    /// The sequence that a watermark kept by a client stands for; replay continues after it.
    /// With an id it is that event's; with an instant alone, the place before the first later event.
    pub fn sequence_of_watermark(
        &self,
        tx: &Tx<'_>,
        key: &SessionKey,
        after_ts: Option<Timestamp>,
        after_event_id: Option<&str>,
    ) -> Result<i64> {
        let unknown = || Error::new(&codes::WATERMARK_UNKNOWN, "This watermark is not in the session's log.");
        match (after_event_id, after_ts) {
            (Some(id), ts) => {
                let (event, _) = store::event_by_id(tx, key, id)?.ok_or_else(unknown)?;
                if ts.is_some_and(|ts| ts != event.ts) {
                    return Err(unknown());
                }
                Ok(event.sequence)
            }
            (None, Some(ts)) => {
                let first_later: Option<i64> =
                    tx.query_one(&store::EVENT_BEFORE_TS, params! { key: key.key(), ts })?.get("sequence")?;
                match first_later {
                    Some(sequence) => Ok(sequence - 1),
                    None => Ok(store::stream_head(tx, key)?.map_or(0, |w| w.sequence)),
                }
            }
            (None, None) => Ok(0),
        }
    }
}
