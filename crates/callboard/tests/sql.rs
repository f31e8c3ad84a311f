//! Every SQL text of the binary: good on both engines, and bound to a tenant or reviewed.

mod support;

use std::collections::{BTreeMap, BTreeSet};

use callboard::modules::all_sql;
use callboard_store::{Db, Engine, Sql, migrations, params};
use callboard_testkit::Scratch;
use serde::Deserialize;

static NO_SCANS: Sql = Sql::new("NO_SCANS", "select set_config('enable_seqscan', 'off', true) as s");

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

/// `callboard doctor` opens what is sealed, to find secrets whose key is gone: a column that it does not know would be
/// found too late.
#[test]
fn sealed_columns_are_those_that_the_doctor_opens() {
    let scratch = Scratch::new(Engine::Sqlite);
    let db = scratch.open();
    let mut sealed = BTreeSet::new();
    for (table, body) in support::tables(&db) {
        let words = body.split(|c: char| c != '_' && !c.is_alphanumeric());
        sealed.extend(words.filter(|word| word.starts_with("sealed_")).map(|column| format!("{table}.{column}")));
    }
    db.close_blocking();
    let opened = ["issuer.sealed_secret", "webhook_endpoint.sealed_previous", "webhook_endpoint.sealed_secret"];
    assert!(sealed.iter().eq(opened), "count them in callboard::doctor::sealed, then here: {sealed:?}");
}

/// What service levels read: by which index, of one tenant and of all.
const LEVELS: [(&str, &str); 8] = [
    ("CUTS_OVER_OF", "event_cut_over_by_tenant"),
    ("CUTS_OVER_ALL", "event_cut_over"),
    ("FINALS_OF", "transcript_snapshot_final_by_tenant"),
    ("FINALS_ALL", "transcript_snapshot_final"),
    ("DELIVERIES_SETTLED_OF", "webhook_delivery_by_tenant"),
    ("DELIVERIES_SETTLED_ALL", "webhook_delivery_by_age"),
    ("SLO_MINUTES_OF", "slo_minute_by_tenant"),
    ("SLO_FAILING_OF", "slo_minute_by_tenant"),
];

async fn levels_read_by_index(db: Db) {
    let (engine, all) = (db.engine(), all_sql());
    for (name, index) in LEVELS {
        let text = all.iter().find(|sql| sql.name == name).unwrap_or_else(|| panic!("no {name}")).text;
        let explain = if engine == Engine::Sqlite { "explain query plan" } else { "explain" };
        let explained: &'static Sql = Box::leak(Box::new(Sql::new("EXPLAINED", format!("{explain} {text}").leak())));
        let of_tenant = name.ends_with("_OF");
        let plan = db.read(move |tx| {
            if engine == Engine::Postgres {
                // Of empty tables it would read all, by whatever is there.
                tx.query(&NO_SCANS, params! {})?;
            }
            let mut values = params! { from: 1_i64, until: 2_i64 };
            if of_tenant {
                values.0.extend(params! { tenant: "ten_a" }.0);
            }
            if explained.text.contains(":limit") {
                values.0.extend(params! { limit: 9_i64 }.0);
            }
            let column = if engine == Engine::Sqlite { "detail" } else { "QUERY PLAN" };
            tx.query(explained, values)?.iter().map(|row| row.get::<String>(column)).collect::<Result<Vec<_>, _>>()
        });
        let plan = plan.await.expect("a plan").join("\n");
        let named = |line: &str| line.split(|c: char| c != '_' && !c.is_alphanumeric()).any(|word| word == index);
        // Of empty tables all indexes cost the same on PostgreSQL: which one it takes for all tenants says nothing.
        let by = plan.lines().any(named) || (engine == Engine::Postgres && !of_tenant);
        let condition = |line: &&str| line.contains("Index Cond") || line.contains("SEARCH");
        let spans = plan.lines().filter(condition).any(|line| {
            let span = ["ts", "settled_at", "minute"]
                .iter()
                .any(|c| line.contains(&format!("{c} <")) || line.contains(&format!("{c}<")));
            span && (!of_tenant || line.contains("tenant_id"))
        });
        assert!(by && spans, "{name} reads more than its span, or not by {index}, on {engine:?}:\n{plan}");
    }
}

callboard_testkit::both_engines!(levels_plans, levels_read_by_index);
