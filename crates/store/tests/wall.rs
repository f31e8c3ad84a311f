//! The second wall between tenants, on PostgreSQL: every table, every way to log in.

mod common;

use callboard_kernel::{Result, TenantId, codes};
use callboard_store::schema::{self, Class};
use callboard_store::testing::ScratchDatabase;
use callboard_store::{Config, Db, Engine, OpenOptions, Reach, Sql, Tx, params};
use callboard_testkit::Scratch;
use common::*;

fn tenant(id: &str) -> TenantId {
    TenantId::from_stored(id.to_owned())
}

fn of(id: &str) -> Reach {
    Reach::Tenant(tenant(id))
}

/// A text that only this test knows.
fn text(text: String) -> &'static Sql {
    Box::leak(Box::new(Sql::new("RAW", Box::leak(text.into_boxed_str()))))
}

/// The tenants whose rows a text gives, each once.
fn seen(tx: &Tx<'_>, table: &str) -> Result<Vec<String>> {
    let sql = text(format!("select distinct coalesce(tenant_id, 'null') as t from {table} order by 1"));
    tx.query(sql, params! {})?.iter().map(|row| row.get("t")).collect()
}

/// A row of a table for a tenant (SQL text), unlike every other.
fn row(table: &schema::Table, tenant: &str, n: usize) -> (String, String) {
    let columns: Vec<&str> = table.columns.keys().map(String::as_str).collect();
    let values: Vec<String> = table
        .columns
        .iter()
        .map(|(name, column)| match column.class {
            _ if name == "tenant_id" => tenant.to_owned(),
            Class::Integer | Class::Real => format!("{n}"),
            Class::Text => format!("'text {n}'"),
            Class::Bytes => format!("decode('{n:04}', 'hex')"),
            Class::Other => panic!("{name} has no portable type"),
        })
        .collect();
    (columns.join(", "), values.join(", "))
}

/// A client beside the store, as the cluster's superuser and without foreign keys.
fn plant(url: &str, texts: Vec<String>) {
    let url = url.to_owned();
    std::thread::spawn(move || {
        let mut client = postgres::Client::connect(&url, postgres::NoTls).unwrap();
        client.batch_execute("set session_replication_role = replica").unwrap();
        for text in texts {
            client.batch_execute(&text).unwrap_or_else(|e| panic!("{text}: {e:?}"));
        }
    })
    .join()
    .unwrap();
}

fn refused_by_policy(done: Result<u64>) -> bool {
    done.is_err_and(|e| e.internal_note().is_some_and(|note| note.contains("row-level security policy")))
}

#[test]
fn every_table_with_a_tenant_shows_and_takes_only_its_own_rows() {
    let scratch = Scratch::new(Engine::Postgres);
    let db = scratch.open();
    let url = scratch.database().unwrap().url();
    let tables: Vec<_> =
        schema::read(&db).unwrap().into_iter().filter(|(_, t)| t.columns.contains_key("tenant_id")).collect();
    assert!(tables.len() >= 25, "{}", tables.len());
    let mut texts = Vec::new();
    for (name, table) in &tables {
        let nullable = table.columns["tenant_id"].nullable.then_some("null");
        for (n, owner) in ["'a'", "'b'"].into_iter().chain(nullable).enumerate() {
            let (columns, values) = row(table, owner, n + 1);
            texts.push(format!("insert into {name} ({columns}) values ({values})"));
        }
    }
    plant(&url, texts);
    for (name, table) in tables {
        let all = db
            .read_blocking({
                let name = name.clone();
                move |tx| seen(tx, &name)
            })
            .unwrap();
        assert_eq!(&all[..2], ["a", "b"], "{name}: the installation sees everything");
        let own = db.within(of("a"));
        assert_eq!(
            own.read_blocking({
                let name = name.clone();
                move |tx| seen(tx, &name)
            })
            .unwrap(),
            ["a"],
            "{name}"
        );
        assert_eq!(
            db.within(of("c"))
                .read_blocking({
                    let name = name.clone();
                    move |tx| seen(tx, &name)
                })
                .unwrap(),
            [""; 0]
        );
        for (n, foreign) in
            ["'b'", "'c'"].into_iter().chain(table.columns["tenant_id"].nullable.then_some("null")).enumerate()
        {
            let (columns, values) = row(&table, foreign, n + 10);
            let insert = text(format!("insert into {name} ({columns}) values ({values})"));
            let done = own.write_blocking(move |tx| tx.execute(insert, params! {}));
            assert!(refused_by_policy(done), "{name} takes a row of {foreign}");
        }
        let away = text(format!("update {name} set tenant_id = 'b'"));
        assert!(
            refused_by_policy(own.write_blocking(move |tx| tx.execute(away, params! {}))),
            "{name}: a row goes away"
        );
    }
    db.close_blocking();
}

#[test]
fn a_change_without_a_tenant_clause_reaches_no_other_tenant() {
    let scratch = Scratch::new(Engine::Postgres);
    let db = scratch.open_with(options());
    for (owner, id) in [("a", "1"), ("b", "2"), ("b", "3")] {
        db.within(of(owner))
            .write_blocking(move |tx| {
                tx.execute_one(&PUT, params! { tenant: owner, id, n: i64::from(id.as_bytes()[0]) })
            })
            .unwrap();
    }
    let all = text("update item set n = n + 1".to_owned());
    assert_eq!(db.within(of("a")).write_blocking(move |tx| tx.execute(all, params! {})).unwrap(), 1);
    let gone = text("delete from item".to_owned());
    assert_eq!(db.within(of("b")).write_blocking(move |tx| tx.execute(gone, params! {})).unwrap(), 2);
    assert_eq!(db.read_blocking(count).unwrap(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_reach_is_the_callers_when_it_calls_and_narrows_inside() {
    let scratch = Scratch::new(Engine::Postgres);
    let db = scratch.open_with(options());
    for (owner, id) in [("a", "1"), ("b", "2")] {
        db.write(move |tx| tx.execute_one(&PUT, params! { tenant: owner, id, n: 0 })).await.unwrap();
    }
    let (inside, late) =
        of("a").enter(async { (db.read(|tx| seen(tx, "item")).await, db.read(|tx| seen(tx, "item"))) }).await;
    assert_eq!(inside.unwrap(), ["a"]);
    assert_eq!(late.await.unwrap(), ["a"], "polled elsewhere, it is still the caller's");
    assert_eq!(db.read(|tx| seen(tx, "item")).await.unwrap(), ["a", "b"]);
    let wide = of("a").enter(async { db.within(Reach::Installation).read(|tx| seen(tx, "item")).await }).await;
    assert_eq!(wide.unwrap(), ["a", "b"]);
    let narrowed = db
        .write(|tx| {
            let undone = tx.savepoint(|tx| {
                tx.narrow(&tenant("a"))?;
                assert_eq!(seen(tx, "item")?, ["a"]);
                Err::<(), _>(callboard_kernel::Error::not_found("thing"))
            })?;
            assert!(undone.is_err());
            assert_eq!(seen(tx, "item")?, ["a", "b"]);
            tx.narrow(&tenant("b"))?;
            tx.narrow(&tenant("b"))?;
            assert_eq!(seen(tx, "item")?, ["b"]);
            tx.narrow(&tenant("a"))
        })
        .await;
    assert!(narrowed.unwrap_err().is(&codes::INTERNAL), "a transaction never turns to another tenant");
}

#[test]
fn a_new_table_is_behind_the_wall_and_an_open_one_stops_the_start() {
    let scratch = Scratch::new(Engine::Postgres);
    let url = scratch.database().unwrap().url();
    scratch.open_with(options()).close_blocking();
    // As a later migration would make it.
    plant(&url, vec!["create table later (tenant_id text not null); insert into later values ('a'), ('b')".to_owned()]);
    let db = scratch.open_with(options());
    assert_eq!(db.within(of("a")).read_blocking(|tx| seen(tx, "later")).unwrap(), ["a"]);
    db.close_blocking();
    // Each start puts right what was taken down...
    for down in [
        "alter table later no force row level security",
        "alter table later disable row level security",
        "drop policy tenant_wall on later",
    ] {
        plant(&url, vec![down.to_owned()]);
        let db = scratch.open_with(options());
        assert_eq!(db.within(of("a")).read_blocking(|tx| seen(tx, "later")).unwrap(), ["a"], "{down}");
        db.close_blocking();
    }
    // ...and does not start beside a policy that lets others through.
    plant(&url, vec!["create policy guests on later using (true)".to_owned()]);
    let refused = Db::open_with(scratch.config(), options()).unwrap_err();
    assert!(refused.is(&codes::STORE_UNAVAILABLE) && refused.message().contains("later"), "{refused}");
}

/// The address of a database for another role, whose password is `x`.
fn as_role(database: &ScratchDatabase, role: &str) -> Config {
    let url = database.url();
    let server = url.split_once('@').unwrap().1;
    Config::Postgres { url: format!("postgres://{role}:x@{server}"), pool: 2 }
}

/// A role that goes with this value.
struct Role<'a>(&'a ScratchDatabase, String);

impl<'a> Role<'a> {
    fn new(database: &'a ScratchDatabase, rights: &str) -> Self {
        let name = format!("role_{}", database.name());
        database.admin(&format!("create role {name} login password 'x' {rights}")).unwrap();
        database.admin(&format!("alter database {} owner to {name}", database.name())).unwrap();
        Self(database, name)
    }
}

impl Drop for Role<'_> {
    fn drop(&mut self) {
        let (database, name) = (self.0.name(), &self.1);
        plant(&self.0.url(), vec![format!("reassign owned by {name} to current_user; drop owned by {name}")]);
        self.0.admin(&format!("alter database {database} owner to current_user; drop role {name}")).unwrap();
    }
}

static WHO: Sql = Sql::new("WHO", "select cast(current_user as text) as who");

fn who(tx: &Tx<'_>) -> Result<String> {
    tx.query_one(&WHO, params! {})?.get("who")
}

#[test]
fn a_superuser_takes_a_role_that_policies_hold() {
    let scratch = Scratch::new(Engine::Postgres);
    let db = scratch.open();
    assert_eq!(db.read_blocking(who).unwrap(), "callboard_app");
    assert_eq!(db.write_blocking(who).unwrap(), "callboard_app");
    let grown = db.write_blocking(|tx| tx.execute(text("delete from schema_migration".to_owned()), params! {}));
    assert!(grown.is_err_and(|e| e.internal_note().unwrap_or_default().contains("permission denied")));
}

#[test]
fn an_owner_who_is_no_superuser_is_held_by_force_alone() {
    let scratch = Scratch::new(Engine::Postgres);
    let role = Role::new(scratch.database().unwrap(), "");
    let db = Db::open_with(as_role(role.0, &role.1), options()).unwrap();
    assert_eq!(db.read_blocking(who).unwrap(), role.1);
    for owner in ["a", "b"] {
        db.write_blocking(move |tx| tx.execute_one(&PUT, params! { tenant: owner, id: owner, n: 1 })).unwrap();
    }
    assert_eq!(db.within(of("b")).read_blocking(|tx| seen(tx, "item")).unwrap(), ["b"]);
    db.close_blocking();
}

#[test]
fn a_role_that_passes_policies_and_may_not_take_another_does_not_start() {
    let scratch = Scratch::new(Engine::Postgres);
    // The cluster has the role already, made by somebody else.
    scratch.open_with(options()).close_blocking();
    let other = Scratch::new(Engine::Postgres);
    let role = Role::new(other.database().unwrap(), "bypassrls");
    let refused = Db::open_with(as_role(role.0, &role.1), options()).unwrap_err();
    assert!(refused.is(&codes::STORE_UNAVAILABLE), "{refused}");
    assert!(refused.message().contains("Policies do not hold the login role"), "{refused}");
}

#[test]
fn databases_of_one_cluster_start_side_by_side() {
    let scratches: Vec<Scratch> = (0..4).map(|_| Scratch::new(Engine::Postgres)).collect();
    let options = || OpenOptions { migrations: MIGRATIONS, ..OpenOptions::default() };
    std::thread::scope(|scope| {
        let opened: Vec<_> =
            scratches.iter().flat_map(|s| [s, s]).map(|s| scope.spawn(move || s.open_with(options()))).collect();
        for db in opened {
            assert_eq!(db.join().unwrap().read_blocking(who).unwrap(), "callboard_app");
        }
    });
}
