//! Every SQL text of the binary: good on both engines, and bound to a tenant or reviewed.

mod support;

use std::collections::{BTreeMap, BTreeSet};

use callboard::modules::all_sql;
use callboard_store::{Db, Engine, Sql, migrations};
use callboard_testkit::Scratch;
use serde::Deserialize;

/// The reviewed exceptions.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Reviewed {
    /// Texts that name no tenant and take no session key, with the reason.
    texts: BTreeMap<String, String>,
    /// Tables of the installation, with the reason.
    tables: BTreeMap<String, String>,
}

fn reviewed() -> Reviewed {
    toml::from_str(include_str!("sql_reviewed.toml")).expect("the reviewed list")
}

async fn texts_prepare(db: Db) {
    let mut all = all_sql();
    all.extend(migrations::ALL);
    all.extend(callboard_store::fence::ALL);
    if db.engine() == Engine::Postgres {
        all.extend(callboard_eventlog::POSTGRES_SQL);
    }
    all.extend(match db.engine() {
        Engine::Sqlite => callboard_transcripts::SQLITE_SQL,
        Engine::Postgres => callboard_transcripts::POSTGRES_SQL,
    });
    assert!(all.len() > 150, "the list lost its texts: {}", all.len());
    println!("{} texts on {:?}", all.len(), db.engine());
    tokio::task::spawn_blocking(move || db.prepare_all(&all)).await.expect("joined").expect("every text is good");
}

callboard_testkit::both_engines!(prepare, texts_prepare);

/// Whether a text is bound to a tenant: it compares or writes `tenant_id`, or takes the key of a stream that only a
/// tenant-checked load gives.
fn is_bound(sql: &Sql) -> bool {
    let text = sql.text.to_lowercase();
    text.contains(":tenant") || text.contains("tenant_id =") || text.contains(":key") || text.contains(":session_key")
}

#[test]
fn every_text_names_its_tenant_or_is_reviewed() {
    let exceptions: BTreeSet<String> = reviewed().texts.into_keys().collect();
    let (mut loose, mut used) = (Vec::new(), BTreeSet::new());
    let search = [callboard_transcripts::SQLITE_SQL, callboard_transcripts::POSTGRES_SQL].concat();
    for sql in all_sql().into_iter().chain(callboard_eventlog::POSTGRES_SQL.iter().copied()).chain(search) {
        if is_bound(sql) {
            continue;
        }
        used.insert(sql.name.to_owned());
        if !exceptions.contains(sql.name) {
            loose.push(format!("{}: {}", sql.name, sql.text.split_whitespace().collect::<Vec<_>>().join(" ")));
        }
    }
    assert!(loose.is_empty(), "not bound to a tenant and not reviewed:\n{}", loose.join("\n"));
    let idle: Vec<_> = exceptions.difference(&used).collect();
    assert!(idle.is_empty(), "reviewed, but bound or gone: {idle:?}");
    assert!(reviewed().texts.values().all(|reason| reason.len() > 15), "every exception says why");
}

#[test]
fn every_table_has_a_tenant_or_is_the_installations() {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let scratch = Scratch::new(engine);
        let db = scratch.open();
        let mut exceptions: BTreeSet<String> = reviewed().tables.into_keys().collect();
        let tables = support::tables(&db);
        assert!(tables.len() >= 25, "{}", tables.len());
        for (name, body) in tables {
            let bound = body.contains("tenant_id");
            assert!(bound != exceptions.remove(&name), "{name}: has tenant_id: {bound}, and the list says otherwise");
        }
        assert!(exceptions.is_empty(), "no such tables: {exceptions:?}");
        db.close_blocking();
    }
}
