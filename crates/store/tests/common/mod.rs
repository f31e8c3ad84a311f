//! A table with every type, its texts, and a test per engine.
#![allow(dead_code, reason = "each test file uses its own part")]

use callboard_kernel::Result;
use callboard_store::migrations::Migration;
use callboard_store::{Db, OpenOptions, Tx, params, sql};

const ITEM: &str = "create table item (
    tenant_id text not null,
    id text not null primary key,
    n bigint,
    r double precision,
    t text,
    b bytea,
    unique (tenant_id, n)
);
create table child (
    tenant_id text not null,
    id text not null primary key,
    item_id text not null references item (id)
);";

pub const FIRST: Migration = Migration { number: 1, name: "item", sqlite: ITEM, postgres: ITEM };
pub static MIGRATIONS: &[Migration] = &[FIRST];

sql! {
    pub ALL;
    INSERT = "insert into item (tenant_id, id, n, r, t, b) values (:tenant, :id, :n, :r, :t, :b)";
    PUT = "insert into item (tenant_id, id, n) values (:tenant, :id, :n)";
    CHILD = "insert into child (tenant_id, id, item_id) values (:tenant, :id, :item)";
    GET = "select n, r, t, b from item where tenant_id = :tenant and id = :id";
    LOCK = "select n from item where tenant_id = :tenant and id = :id {for_update}";
    SET = "update item set n = :n where tenant_id = :tenant and id = :id";
    LIST = "select id from item where tenant_id = :tenant order by id limit :limit offset :offset";
    BY_T = "select id from item where tenant_id = :tenant order by t";
    COUNT = "select count(*) as n from item where tenant_id = :tenant";
    SUM = "select sum(n) as n from item where tenant_id = :tenant";
    FIND = "select id from item where tenant_id = :tenant and (cast(:n as bigint) is null or n = :n) order by id";
}

pub fn options() -> OpenOptions {
    OpenOptions { migrations: MIGRATIONS, ..OpenOptions::default() }
}

pub fn put(tx: &Tx<'_>, id: &str, n: i64) -> Result<()> {
    tx.execute_one(&PUT, params! { tenant: "a", id, n })
}

pub fn number(tx: &Tx<'_>, id: &str) -> Result<i64> {
    tx.query_one(&GET, params! { tenant: "a", id })?.get("n")
}

pub fn count(tx: &Tx<'_>) -> Result<i64> {
    tx.query_one(&COUNT, params! { tenant: "a" })?.get("n")
}

pub async fn stored(db: &Db) -> i64 {
    db.read(count).await.unwrap()
}

/// Two tests of one `async fn(Db)`, each on a fresh store with the tables above.
#[macro_export]
macro_rules! on_both {
    ($($name:ident;)*) => {
        $(mod $name {
            async fn on(engine: ::callboard_store::Engine) {
                let scratch = ::callboard_testkit::Scratch::new(engine);
                let db = scratch.open_with($crate::common::options());
                super::cases::$name(db.clone()).await;
                db.close().await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                on(::callboard_store::Engine::Sqlite).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                on(::callboard_store::Engine::Postgres).await;
            }
        })*
    };
}
