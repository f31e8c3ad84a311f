//! Reading the facts of a window, and writing a minute. Each function on a `Tx` is one transaction.

use callboard_eventlog::Log;
use callboard_kernel::{Counts, LEVEL_BUCKETS, Result, TenantId, Timestamp, level_bucket};
use callboard_store::Tx;

use crate::decide::{judge, uptime};
use crate::model::{Facts, MONTH_MINUTES, Report, Targets, Window};
use crate::store::{self, Kind};

/// Finals that are looked at; of more, the newest.
const FINALS: i64 = 50_000;
/// Sessions of one look-up.
const SESSIONS: usize = 500;

/// The minute of an instant, since 1970.
pub(crate) const fn minute_of(at: Timestamp) -> i64 {
    at.seconds().div_euclid(60)
}

const fn start_of(minute: i64) -> Timestamp {
    Timestamp::from_seconds(minute * 60)
}

/// Every objective over the window that ends now.
pub(crate) fn report(
    tx: &Tx<'_>,
    whose: Option<&TenantId>,
    window: Window,
    targets: &Targets,
    now: Timestamp,
) -> Result<Report> {
    let facts = facts(tx, whose, window, now)?;
    Ok(Report {
        window: window.as_str(),
        from: start_of(minute_of(now) + 1 - window.minutes()).to_string(),
        until: now.to_string(),
        scope: if whose.is_some() { "tenant" } else { "installation" },
        objectives: judge(&facts, targets),
    })
}

/// What is stored about the window. The minute that is not over yet belongs to it, but for whether it was good.
fn facts(tx: &Tx<'_>, whose: Option<&TenantId>, window: Window, now: Timestamp) -> Result<Facts> {
    let this = minute_of(now);
    let (from, month) = (this + 1 - window.minutes(), this + 1 - MONTH_MINUTES);
    let span = (start_of(from), start_of(this + 1));
    let (before, rows) = store::alive(tx, (month, this))?;
    let uptime_from = rows.partition_point(|row| row.minute < from);
    let last_before = uptime_from.checked_sub(1).map(|at| rows[at]).or(before);
    let (requests, visible) = store::minutes(tx, whose, (from, this + 1))?;
    let settled = callboard_webhooks::deliveries_settled(tx, whose, span)?;
    let cuts = Log::cuts_over(tx, whose, span)?;
    let (finals, finals_cut) = finals(tx, whose, span)?;
    Ok(Facts {
        uptime: uptime((from, this), last_before, &rows[uptime_from..]),
        month: uptime((month, this), before, &rows),
        failing: store::failing(tx, whose, (month, this))?,
        requests,
        visible,
        settled: (settled.delivered, settled.dead),
        cuts: (cuts.resumed, cuts.expired),
        finals,
        finals_cut,
    })
}

/// How long after the end of each utterance its final came, and whether there were more than are looked at. Sessions that
/// never connected have no clock, and theirs are left out.
fn finals(tx: &Tx<'_>, whose: Option<&TenantId>, span: (Timestamp, Timestamp)) -> Result<([i64; LEVEL_BUCKETS], bool)> {
    let mut finals = callboard_transcripts::finals(tx, whose, span, FINALS)?;
    let cut = i64::try_from(finals.len()) == Ok(FINALS);
    finals.sort_unstable_by_key(|f| f.session_key);
    let mut keys: Vec<i64> = finals.iter().map(|f| f.session_key).collect();
    keys.dedup();
    let mut buckets = [0; LEVEL_BUCKETS];
    let mut rest = finals.as_slice();
    for keys in keys.chunks(SESSIONS) {
        let connected = callboard_calls::connected_at(tx, keys)?;
        let last = keys.last().copied().unwrap_or(i64::MAX);
        let (these, others) = rest.split_at(rest.partition_point(|f| f.session_key <= last));
        for f in these {
            if let Some(zero) = connected.get(&f.session_key) {
                buckets[level_bucket(f.ts.since_ms(zero.plus_ms(f.end_ms)))] += 1;
            }
        }
        rest = others;
    }
    Ok((buckets, cut))
}

/// What an instance has to say about a minute.
pub(crate) struct Said {
    pub minute: i64,
    pub instance: String,
    pub ready: bool,
    pub stopped: bool,
}

/// Writes that an instance runs, and adds what it counted.
pub(crate) fn write_minute(tx: &Tx<'_>, said: &Said, rows: &[(Kind, (Option<TenantId>, Counts))]) -> Result<()> {
    let at = (said.minute, said.instance.as_str());
    store::alive_put(tx, at, said.ready, said.stopped)?;
    rows.iter().try_for_each(|(kind, row)| store::minute_add(tx, at, *kind, row))
}
