//! Replay: one page of a session's log at one snapshot, as far as the caller may see it.

use callboard_calls::access;
use callboard_contracts::EventType;
use callboard_eventlog::{Log, ReplayQuery, SessionKey, StoredEvent, Watermark};
use callboard_http::Principal;
use callboard_kernel::{Error, Result, SessionId, Timestamp, check_text};
use callboard_store::{Diagnostics, Tx};

use crate::model::Visibility;

/// Events per page when none is asked for.
pub(crate) const DEFAULT_LIMIT: i64 = 100;
/// Most events per page.
pub(crate) const MAX_LIMIT: i64 = 1000;
/// Rows that one request looks at when most are filtered out; the next page goes on from there.
const SCAN: i64 = 10_000;

/// Where a replay begins: three ways to say one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum From {
    /// After a sequence.
    Sequence(i64),
    /// After a consumer's checkpoint.
    Consumer(String),
    /// After a watermark that a client kept.
    Watermark(Option<Timestamp>, Option<String>),
}

/// What to read.
#[derive(Clone, Debug)]
pub(crate) struct Ask {
    /// Where to begin.
    pub from: From,
    /// The last sequence to cover; the head when absent.
    pub until: Option<i64>,
    /// Most events, 1-1000.
    pub limit: i64,
    /// Only these types; all when empty.
    pub types: Vec<EventType>,
    /// Whether to note what each query cost.
    pub diagnostics: bool,
}

/// One page.
#[derive(Debug)]
pub(crate) struct Replayed {
    /// Events, ascending.
    pub events: Vec<StoredEvent>,
    /// Where the next page starts; advances over what is hidden.
    pub next_after: i64,
    /// Whether this replay has more.
    pub has_more: bool,
    /// The last event that this replay covers.
    pub watermark: Option<Watermark>,
    /// What each query cost.
    pub diagnostics: Option<Diagnostics>,
}

/// The raw parameters of a replay.
#[derive(Clone, Debug, Default)]
pub(crate) struct Raw {
    pub after_sequence: Option<i64>,
    pub limit: Option<i64>,
    pub until_sequence: Option<i64>,
    pub consumer_id: Option<String>,
    pub after_ts: Option<Timestamp>,
    pub after_event_id: Option<String>,
    pub types: Option<String>,
    pub diagnostics: Option<bool>,
}

impl Raw {
    /// Checks ranges, and that at most one place to begin is named.
    pub(crate) fn ask(self) -> Result<Ask> {
        let limit = self.limit.unwrap_or(DEFAULT_LIMIT);
        if !(1..=MAX_LIMIT).contains(&limit) {
            return Err(Error::invalid("query:limit", format!("must be 1-{MAX_LIMIT}")));
        }
        let ways = [
            ("afterSequence", self.after_sequence.is_some()),
            ("consumerId", self.consumer_id.is_some()),
            ("afterTs and afterEventId", self.after_ts.is_some() || self.after_event_id.is_some()),
        ];
        if ways.iter().filter(|(_, used)| *used).count() > 1 {
            let names: Vec<&str> = ways.iter().filter(|(_, used)| *used).map(|(name, _)| *name).collect();
            let reason = format!("{} say the same thing; send one of them", names.join(", "));
            return Err(Error::invalid("query:afterSequence", reason));
        }
        let from = match (self.after_sequence, self.consumer_id) {
            (Some(after), _) => From::Sequence(sequence("query:afterSequence", after)?),
            (_, Some(consumer)) => {
                check_text("query:consumerId", &consumer, 128)?;
                From::Consumer(consumer)
            }
            _ if self.after_ts.is_some() || self.after_event_id.is_some() => {
                From::Watermark(self.after_ts, self.after_event_id)
            }
            _ => From::Sequence(0),
        };
        let until = self.until_sequence.map(|s| sequence("query:untilSequence", s)).transpose()?;
        let types = self.types.as_deref().map(types).transpose()?.unwrap_or_default();
        Ok(Ask { from, until, limit, types, diagnostics: self.diagnostics.unwrap_or(false) })
    }
}

/// A sequence as a client may send it.
pub(crate) fn sequence(pointer: &str, value: i64) -> Result<i64> {
    if (0..=callboard_kernel::limits::MAX_SAFE_INTEGER).contains(&value) {
        return Ok(value);
    }
    Err(Error::invalid(pointer, "must be a sequence: 0 or more"))
}

fn types(list: &str) -> Result<Vec<EventType>> {
    list.split(',')
        .map(|name| {
            EventType::parse(name).ok_or_else(|| {
                Error::invalid(
                    "query:types",
                    format!("{} is no type of the contract", callboard_kernel::short(name, 80)),
                )
            })
        })
        .collect()
}

/// Reads one page for a caller.
pub(crate) fn replay(tx: &Tx<'_>, log: &Log, by: &Principal, id: &SessionId, ask: &Ask) -> Result<Replayed> {
    if ask.diagnostics {
        tx.start_diagnostics();
    }
    let seen = access::see(tx, log, by, id)?;
    let after = match &ask.from {
        From::Sequence(after) => *after,
        From::Consumer(consumer) => log.checkpoint_of(tx, &seen.key, consumer, &by.subject())?,
        From::Watermark(ts, event_id) => log.sequence_of_watermark(tx, &seen.key, *ts, event_id.as_deref())?,
    };
    let mut page = filtered(tx, log, &seen.key, Visibility::of(by), after, ask)?;
    if ask.diagnostics {
        page.diagnostics = Some(tx.take_diagnostics());
    }
    Ok(page)
}

/// Pages through the log until there are enough events that may be seen and were asked for.
pub(crate) fn filtered(
    tx: &Tx<'_>,
    log: &Log,
    key: &SessionKey,
    visible: Visibility,
    after: i64,
    ask: &Ask,
) -> Result<Replayed> {
    let wanted =
        |e: &StoredEvent| visible.allows(e.sequence, e.ty) && (ask.types.is_empty() || ask.types.contains(&e.ty));
    let limit = usize::try_from(ask.limit).unwrap_or(0);
    let plain = !visible.call_only && ask.types.is_empty();
    let mut query = ReplayQuery {
        after: after.max(visible.from),
        until: ask.until,
        // Filtered reads take larger steps, since much of what they read is thrown away.
        limit: if plain { ask.limit } else { MAX_LIMIT },
    };
    let mut out =
        Replayed { events: Vec::new(), next_after: query.after, has_more: false, watermark: None, diagnostics: None };
    let mut scanned = 0;
    loop {
        let page = log.replay(tx, key, &query)?;
        scanned += page.events.len() as i64;
        out.watermark = page.watermark;
        out.has_more = page.has_more;
        out.next_after = page.next_after;
        let last_read = page.next_after;
        for event in page.events.into_iter().filter(|e| wanted(e)) {
            out.next_after = event.sequence;
            out.events.push(event);
            if out.events.len() == limit {
                out.has_more = out.has_more || out.next_after < last_read;
                return Ok(out);
            }
        }
        out.next_after = last_read;
        if !out.has_more || scanned >= SCAN {
            return Ok(out);
        }
        query.after = last_read;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_way_to_say_where_to_begin() {
        let ts = Some(Timestamp::from_seconds(1));
        for (raw, good) in [
            (Raw::default(), true),
            (Raw { after_sequence: Some(0), ..Raw::default() }, true),
            (Raw { consumer_id: Some("c".into()), ..Raw::default() }, true),
            (Raw { after_ts: ts, after_event_id: Some("e".into()), ..Raw::default() }, true),
            (Raw { after_sequence: Some(1), consumer_id: Some("c".into()), ..Raw::default() }, false),
            (Raw { after_sequence: Some(1), after_ts: ts, ..Raw::default() }, false),
            (Raw { consumer_id: Some("c".into()), after_event_id: Some("e".into()), ..Raw::default() }, false),
            (Raw { after_sequence: Some(-1), ..Raw::default() }, false),
            (Raw { until_sequence: Some(-1), ..Raw::default() }, false),
            (Raw { consumer_id: Some(" ".into()), ..Raw::default() }, false),
            (Raw { limit: Some(0), ..Raw::default() }, false),
            (Raw { limit: Some(1000), ..Raw::default() }, true),
            (Raw { limit: Some(1001), ..Raw::default() }, false),
            (Raw { types: Some("call.ended,transcript.final".into()), ..Raw::default() }, true),
            (Raw { types: Some("call.ended,".into()), ..Raw::default() }, false),
        ] {
            assert_eq!(raw.clone().ask().is_ok(), good, "{raw:?}");
        }
    }
}
