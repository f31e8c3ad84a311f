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
use crate::store::search::{self as store, Found};
use crate::store::segment;
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

/// How SQLite is asked. Its index gives hits in no order of time, so a word that is everywhere costs as much as there is
/// of it, and reads are few: in a large tenant the newest finals are looked through first, which common words fill a page
/// from. PostgreSQL chooses by its statistics.
pub(crate) struct Plan {
    /// Up to so many finals a tenant is small: the index is asked at once.
    pub small: i64,
    /// How many of the newest are looked through.
    pub reach: i64,
}

/// The plan for the world: 20,000 hits are sorted in some 60 ms, 2,000 finals looked through in some 10 ms.
pub(crate) const PLAN: Plan = Plan { small: 20_000, reach: 2_000 };

/// Hits that the caller may read, newest first.
///
/// # Errors
/// `NOT_FOUND` when the session is not one that the caller sees, `INVALID_CURSOR` when the place's session is none of
/// the tenant, `FORBIDDEN` for a pass.
pub(crate) fn search(tx: &Tx<'_>, log: &Log, by: &Principal, ask: &Ask<'_>, plan: &Plan) -> Result<Vec<Hit>> {
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
    let asked = store::Search {
        tenant,
        owner: owner.map(callboard_kernel::UserId::as_str),
        session,
        since: ask.since,
        until: ask.until,
        place,
        limit: ask.fetch,
    };
    let found = match tx.engine() {
        Engine::Postgres => store::hits(tx, &asked, &words::for_tsquery(tenant, ask.needles))?,
        Engine::Sqlite => match among_newest(tx, log, &asked, ask.needles, plan)? {
            Some(found) => found,
            None => store::hits(tx, &asked, &words::for_fts5(tenant, ask.needles))?,
        },
    };
    let mut sessions: HashMap<i64, SessionId> = HashMap::new();
    let mut out = Vec::new();
    for found in found {
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

/// The page out of the newest finals; `None` when they do not fill it and there are more.
fn among_newest(
    tx: &Tx<'_>,
    log: &Log,
    asked: &store::Search<'_>,
    needles: &[Needle],
    plan: &Plan,
) -> Result<Option<Vec<Found>>> {
    if asked.session.is_none() && !store::is_large(tx, asked.tenant, plan.small)? {
        return Ok(None);
    }
    let recent = store::recent(tx, asked, plan.reach)?;
    let is_all = i64::try_from(recent.len()).unwrap_or(i64::MAX) < plan.reach;
    let is_hit = |r: &store::Recent| r.listed && words::stand_in(asked.tenant, needles, &r.words);
    let mut page: Vec<store::Recent> = recent.into_iter().filter(is_hit).collect();
    let limit = usize::try_from(asked.limit).unwrap_or(usize::MAX);
    if page.len() < limit && !is_all {
        return Ok(None);
    }
    page.truncate(limit);
    let found = |r: store::Recent| {
        let now = segment(tx, &log.by_key(tx, r.key)?, &r.utterance)?.map(|s| s.current);
        let version = now.filter(|v| v.sequence == r.sequence).map(|v| Version { ts: r.at, ..v });
        Ok(Found { key: r.key, at: r.at, sequence: r.sequence, version })
    };
    page.into_iter().map(found).collect::<Result<Vec<_>>>().map(Some)
}

#[cfg(test)]
mod tests {
    use callboard_contracts::{Actor, EventType, Role};
    use callboard_eventlog::NewEvent;
    use callboard_kernel::{ApiKeyId, TenantId, World as _};
    use callboard_store::Db;
    use callboard_testkit::FakeWorld;

    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);

    /// Finals of two tenants in three sessions; words of every rarity, times in no order.
    fn scene(db: &Db) -> (Log, Principal) {
        let log = Log::new(crate::projectors());
        let mut entropy = FakeWorld::manual(5).entropy();
        let tenants = [TenantId::generate(NOW, &mut entropy), TenantId::generate(NOW, &mut entropy)];
        let by = Principal::Key {
            tenant: tenants[0].clone(),
            key: ApiKeyId::generate(NOW, &mut entropy),
            scopes: Vec::new(),
            login: None,
        };
        let writer = log.clone();
        db.write_blocking(move |tx| {
            for (tenant, session) in [(&tenants[0], "a"), (&tenants[0], "b"), (&tenants[1], "a")] {
                let key = writer.create(tx, tenant, &SessionId::parse(session).expect("an id"), NOW)?;
                for n in 0..60_i64 {
                    let (third, tenth) = (if n % 3 == 0 { "third" } else { "" }, if n % 10 == 0 { "tenth" } else { "" });
                    let payload = format!(
                        r#"{{"utteranceId":"u{n}","speaker":"user","text":"each {third} {tenth} n{n} 東京","startMs":0,"endMs":1}}"#
                    );
                    let at = NOW.plus_ms(n * 37 % 50);
                    let actor = Actor { role: Role::Agent, id: "test".to_owned() };
                    let event =
                        NewEvent::ingested(format!("e{n}"), at, true, EventType::TranscriptFinal, actor, payload);
                    writer.append(tx, &key, vec![event], NOW)?;
                }
            }
            Ok(())
        })
        .expect("a scene");
        (log, by)
    }

    /// Every page of a question, as `session/sequence`.
    fn pages(db: &Db, scene: &(Log, Principal), q: &str, plan: &'static Plan) -> Vec<String> {
        let (mut out, mut place) = (Vec::new(), None::<Place>);
        loop {
            let ((log, by), from) = (scene.clone(), place.clone());
            let needles = needles(q).expect("a question");
            let page = db.read_blocking(move |tx| {
                let (since, until) = (Timestamp::from_micros(i64::MIN), Timestamp::from_micros(i64::MAX));
                let ask = Ask { needles: &needles, session: None, since, until, place: from.as_ref(), fetch: 7 };
                search(tx, &log, &by, &ask, plan)
            });
            let page = page.expect("a page");
            out.extend(page.iter().map(|h| format!("{}/{}", h.place.session, h.place.sequence)));
            assert!(page.iter().all(|h| h.found.as_ref().is_some_and(|(_, parts)| parts.iter().any(|p| p.hit))));
            match page.last() {
                Some(last) if page.len() == 7 => place = Some(last.place.clone()),
                _ => return out,
            }
        }
    }

    #[test]
    fn looking_through_the_newest_finds_what_the_index_finds() {
        static INDEX: Plan = Plan { small: 1_000, reach: 0 };
        static NEWEST: Plan = Plan { small: 0, reach: 1_000 };
        static BOTH: Plan = Plan { small: 0, reach: 25 };
        callboard_testkit::engines::each_engine(|db| {
            let scene = scene(db);
            for (q, n) in [
                ("each", 120),
                ("third", 40),
                ("third tenth", 4),
                ("n17", 2),
                ("n1", 22),
                ("n1 each", 2),
                ("京", 120),
                ("no", 0),
            ] {
                let found = pages(db, &scene, q, &INDEX);
                assert_eq!(found.len(), n, "{q}");
                assert_eq!(pages(db, &scene, q, &NEWEST), found, "{q}");
                assert_eq!(pages(db, &scene, q, &BOTH), found, "{q}");
            }
        });
    }
}
