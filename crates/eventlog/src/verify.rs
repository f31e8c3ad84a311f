//! Proof that the log is whole and that the projections follow from it.
//!
//! The rebuild happens in a store of its own in memory, so verifying never writes to the data it looks at.

use callboard_contracts::{EventType, personal};
use callboard_kernel::{Result, Timestamp, codes};
use callboard_store::{Config, Db, Row, Tx, params};

use crate::log::Log;
use crate::model::SessionKey;
use crate::store;

/// What a verification found.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Sessions looked at.
    pub sessions: u64,
    /// Events looked at.
    pub events: u64,
    /// Projection rows compared.
    pub rows: u64,
    /// One line per finding; empty when all is well. At most 100 are kept.
    pub findings: Vec<String>,
}

const PAGE: i64 = 500;
/// Sessions rebuilt in one memory store before it is thrown away.
const SESSIONS_PER_STORE: i64 = 200;

/// Verifies every session: sequences contiguous from 1, head equal to the last event, payload hashes, and every
/// column of every projection equal to a rebuild from the events.
pub fn verify(db: &Db, log: &Log) -> Result<Report> {
    let mut report = Report::default();
    let mut after = 0;
    loop {
        let keys = db.read_blocking(move |tx| store::stream_keys(tx, after, SESSIONS_PER_STORE))?;
        let Some(last) = keys.last() else { return Ok(report) };
        after = last.key();
        let scratch = Db::open(Config::Memory)?;
        for key in keys {
            verify_session(db, &scratch, log, &key, &mut report)?;
        }
    }
}

fn verify_session(db: &Db, scratch: &Db, log: &Log, key: &SessionKey, report: &mut Report) -> Result<()> {
    report.sessions += 1;
    let (live_log, live_key) = (log.clone(), key.clone());
    // Of a removed session only the head stays, and its rows go in slices: there is nothing to compare.
    // One snapshot for the log and its projections, or a running server would look like a defect.
    let (shape, live, rebuilt_events) = db.read_blocking(move |tx| {
        if is_removed(tx, &live_key)? {
            return Ok((Vec::new(), Vec::new(), Vec::new()));
        }
        let shape = shape_findings(tx, &live_key)?;
        let dumps = dump(tx, &live_log, &live_key)?;
        let mut events = Vec::new();
        let mut after = 0;
        loop {
            let page = store::event_page(tx, &live_key, after, i64::MAX, PAGE)?;
            let Some(last) = page.last() else { break };
            after = last.sequence;
            events.extend(page);
        }
        Ok((shape, dumps, events))
    })?;
    report.events += rebuilt_events.len() as u64;
    for finding in shape {
        note(report, finding);
    }
    let (log, key) = (log.clone(), key.clone());
    let name = format!("{}/{}", key.tenant(), key.session());
    let rebuilt = scratch.write_blocking(move |tx| {
        tx.execute(&store::STREAM_COPY, params! { key: key.key(), tenant: key.tenant(), session: key.session() })?;
        log.project(tx, &key, &rebuilt_events)?;
        dump(tx, &log, &key)
    })?;
    for ((table, live), (_, rebuilt)) in live.iter().zip(&rebuilt) {
        report.rows += live.len() as u64;
        compare(&name, table, live, rebuilt, report);
    }
    Ok(())
}

fn note(report: &mut Report, finding: String) {
    if report.findings.len() < 100 {
        report.findings.push(finding);
    }
}

fn shape_findings(tx: &Tx<'_>, key: &SessionKey) -> Result<Vec<String>> {
    let row = tx.query_one(&store::EVENT_SHAPE, params! { key: key.key() })?;
    let (n, low, high): (i64, i64, i64) = (row.get("n")?, row.get("low")?, row.get("high")?);
    let name = format!("{}/{}", key.tenant(), key.session());
    let mut out = Vec::new();
    let head = match store::stream_head(tx, key) {
        Ok(head) => head.map_or(0, |w| w.sequence),
        Err(damage) if damage.is(&codes::INTERNAL) => {
            out.push(format!("{name}: {}", damage.internal_note().unwrap_or_default()));
            high
        }
        Err(error) => return Err(error),
    };
    if n > 0 && (low != 1 || high != n) {
        out.push(format!("{name}: {n} events lie between sequence {low} and {high}; they should be 1 to {n}"));
    }
    if head != high {
        out.push(format!("{name}: the stream's head is {head}, the last event is {high}"));
    }
    let damaged: i64 = tx
        .query(&store::EVENT_HASHES, params! { key: key.key() })?
        .iter()
        .map(|r| {
            let payload: String = r.get("payload")?;
            let sha: Vec<u8> = r.get("payload_sha256")?;
            if r.get::<Option<Timestamp>>("erased_at")?.is_some() {
                // Its hash is that of what was; what is must hold nothing personal.
                return Ok(i64::from(!is_erased(&r.get::<String>("type")?, &payload)));
            }
            Ok(i64::from(callboard_kernel::sha256(&[payload.as_bytes()]).as_slice() != sha))
        })
        .sum::<Result<i64>>()?;
    if damaged > 0 {
        out.push(format!("{name}: {damaged} payloads do not match their hash, or are not what erasure leaves"));
    }
    Ok(out)
}

fn is_removed(tx: &Tx<'_>, key: &SessionKey) -> Result<bool> {
    let row = tx.query_one(&store::erase::STREAM_STATE, params! { key: key.key() })?;
    Ok(row.get::<Option<Timestamp>>("removed_at")?.is_some())
}

fn is_erased(ty: &str, payload: &str) -> bool {
    EventType::parse(ty).is_some_and(|ty| personal::erased_payload(ty, payload).is_none())
}

type Dump = Vec<(&'static str, Vec<Row>)>;

fn dump(tx: &Tx<'_>, log: &Log, key: &SessionKey) -> Result<Dump> {
    let tables = log.0.projectors.iter().flat_map(|p| p.projections());
    tables.map(|p| Ok((p.table, tx.query(p.dump, params! { key: key.key() })?))).collect()
}

fn compare(session: &str, table: &str, live: &[Row], rebuilt: &[Row], report: &mut Report) {
    if live.len() != rebuilt.len() {
        note(report, format!("{session}: {table} has {} rows, a rebuild gives {}", live.len(), rebuilt.len()));
    }
    for (at, (a, b)) in live.iter().zip(rebuilt).enumerate() {
        for (column, (have, want)) in
            a.columns().iter().zip(a.clone().into_values().iter().zip(b.clone().into_values()))
        {
            if *have != want {
                note(report, format!("{session}: {table} row {at}: {column} is {have:?}, a rebuild gives {want:?}"));
            }
        }
    }
}
