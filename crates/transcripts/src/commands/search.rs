//! Searching, in one read.

use std::collections::HashMap;

use callboard_calls::access;
use callboard_calls::narrow;
use callboard_eventlog::Log;
use callboard_http::Principal;
use callboard_kernel::{Error, Result, SessionId, Timestamp, codes};
use callboard_store::{Engine, Tx};

use crate::model::Version;
use crate::snippet::{self, Part};
use crate::store::search as store;
use crate::words::{self, Needle};

pub(crate) use crate::words::needles;

/// What is looked for.
pub(crate) struct Ask<'a> {
    pub needles: &'a [Needle],
    pub session: Option<&'a SessionId>,
    /// Said at this instant or later.
    pub since: Timestamp,
    /// Said before this instant.
    pub until: Timestamp,
    /// Hits come after this place.
    pub place: Option<&'a Place>,
    /// Most rows.
    pub fetch: i64,
}

/// Where a hit stands: newest first, then by session and sequence.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub at: Timestamp,
    pub session: SessionId,
    pub sequence: i64,
}

/// A hit.
pub(crate) struct Hit {
    pub place: Place,
    /// The utterance and its snippet; absent while the index lags behind a correction.
    pub found: Option<(Version, Vec<Part>)>,
}

/// Hits that the caller may read, newest first.
///
/// # Errors
/// `NOT_FOUND` when the session is not one that the caller sees, `INVALID_CURSOR` when the place's session is none of
/// the tenant, `FORBIDDEN` for a pass.
pub(crate) fn search(tx: &Tx<'_>, log: &Log, by: &Principal, ask: &Ask<'_>) -> Result<Vec<Hit>> {
    let tenant = by.tenant();
    let owner = narrow::own_only(by)?;
    let session = ask.session.map(|id| access::see(tx, log, by, id)).transpose()?.map(|seen| seen.key.key());
    let place = match ask.place {
        None => (Timestamp::from_micros(i64::MAX), i64::MAX, i64::MAX),
        Some(p) => {
            let key = log.find(tx, tenant, &p.session)?;
            let key = key.ok_or_else(|| Error::new(&codes::INVALID_CURSOR, "The cursor's session is gone."))?;
            (p.at, key.key(), p.sequence)
        }
    };
    let words = match tx.engine() {
        Engine::Sqlite => words::for_fts5(tenant, ask.needles),
        Engine::Postgres => words::for_tsquery(tenant, ask.needles),
    };
    let asked = store::Search {
        tenant,
        owner: owner.map(callboard_kernel::UserId::as_str),
        session,
        words,
        since: ask.since,
        until: ask.until,
        place,
        limit: ask.fetch,
    };
    let mut sessions: HashMap<i64, SessionId> = HashMap::new();
    let mut out = Vec::new();
    for found in store::hits(tx, &asked)? {
        let session = match sessions.get(&found.key) {
            Some(known) => known.clone(),
            None => log.by_key(tx, found.key)?.session().clone(),
        };
        sessions.insert(found.key, session.clone());
        let with_snippet = |v: Version| {
            let snippet = snippet::around(&v.text, ask.needles);
            (v, snippet)
        };
        let place = Place { at: found.at, session, sequence: found.sequence };
        out.push(Hit { place, found: found.version.map(with_snippet) });
    }
    Ok(out)
}
