//! Migrations: applied once, in order, and never edited. And the two engines' schemas are the same.

mod common;

use callboard_kernel::codes;
use callboard_store::migrations::{self, Migration, State};
use callboard_store::{Db, Engine, OpenOptions, schema};
use callboard_testkit::Scratch;

const FIRST: Migration = same(1, "first", "create table one (tenant_id text not null, id text not null primary key);");
const SECOND: Migration = Migration {
    number: 2,
    name: "second",
    sqlite: "alter table one add column n bigint;",
    postgres: "alter table one add column n bigint; -- on PostgreSQL",
};

const fn same(number: u32, name: &'static str, text: &'static str) -> Migration {
    Migration { number, name, sqlite: text, postgres: text }
}

static ONE: &[Migration] = &[FIRST];
static BOTH: &[Migration] = &[FIRST, SECOND];
static EDITED: &[Migration] =
    &[same(1, "first", "create table one (tenant_id text, id text not null primary key);"), SECOND];
static LATE: &[Migration] = &[FIRST, same(2, "late", "create table late (tenant_id text);"), same(3, "third", "")];
static ONE_AND_THREE: &[Migration] = &[FIRST, same(3, "third", "")];
static BROKEN: &[Migration] =
    &[FIRST, same(2, "broken", "create table two (tenant_id text not null); create table one (tenant_id text);")];

fn with(list: &'static [Migration]) -> OpenOptions {
    OpenOptions { migrations: list, ..OpenOptions::default() }
}

fn open(scratch: &Scratch, list: &'static [Migration]) -> callboard_kernel::Result<Db> {
    Db::open_with(scratch.config(), with(list))
}

fn states(db: &Db) -> Vec<State> {
    migrations::status(db).unwrap().iter().map(|s| s.state).collect()
}

/// Runs a test on both engines.
fn each(test: impl Fn(&Scratch, Engine)) {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        test(&Scratch::new(engine), engine);
    }
}

#[test]
fn pending_ones_are_applied_once_and_remembered() {
    each(|scratch, engine| {
        let db = open(scratch, ONE).unwrap();
        assert_eq!(states(&db), [State::Applied]);
        drop(db);
        let db = Db::open_with(scratch.config(), OpenOptions { migrate: false, ..with(BOTH) }).unwrap();
        assert_eq!(states(&db), [State::Applied, State::Pending]);
        assert_eq!(migrations::apply(&db).unwrap(), [2]);
        assert_eq!(migrations::apply(&db).unwrap(), [] as [u32; 0]);
        let status = migrations::status(&db).unwrap();
        assert!(status.iter().all(|s| s.state == State::Applied && s.applied_at.is_some_and(|at| at.micros() > 0)));
        assert_eq!(status[1].checksum.len(), 64);
        let file = if engine == Engine::Sqlite { "0002_second.sqlite.sql" } else { "0002_second.postgres.sql" };
        assert_eq!((status[0].file.as_str(), status[1].file.as_str()), ("0001_first.sql", file));
        assert!(schema::read(&db).unwrap()["one"].columns.contains_key("n"));
    });
}

#[test]
fn an_edited_one_refuses_to_start_and_says_how_to_repair_it() {
    each(|scratch, _| {
        let db = open(scratch, BOTH).unwrap();
        let was = migrations::status(&db).unwrap()[0].checksum.clone();
        drop(db);
        let refused = open(scratch, EDITED).unwrap_err();
        let said = refused.message();
        for part in ["0001_first.sql", &was, "Restore the file", "callboard migrate --accept 0001"] {
            assert!(said.contains(part), "{part:?} is not in {said:?}");
        }
        let db = Db::open_with(scratch.config(), OpenOptions { migrate: false, ..with(EDITED) }).unwrap();
        assert_eq!(states(&db), [State::Edited, State::Applied]);
        let now = migrations::status(&db).unwrap()[0].checksum.clone();
        assert!(now != was && said.contains(&now), "both checksums are named");
        assert!(migrations::accept(&db, 7).unwrap_err().is(&codes::NOT_FOUND));
        migrations::accept(&db, 1).unwrap();
        assert_eq!(states(&db), [State::Applied, State::Applied]);
        drop(db);
        open(scratch, EDITED).unwrap();
    });
}

#[test]
fn data_of_a_newer_binary_is_refused() {
    each(|scratch, _| {
        drop(open(scratch, BOTH).unwrap());
        let refused = open(scratch, ONE).unwrap_err();
        assert!(refused.message().contains("This binary is older than the data"), "{refused}");
        assert!(refused.message().contains("0002_second"));
    });
}

#[test]
fn one_that_was_slipped_in_before_an_applied_one_is_refused() {
    each(|scratch, _| {
        drop(open(scratch, ONE_AND_THREE).unwrap());
        let refused = open(scratch, LATE).unwrap_err();
        assert!(refused.message().contains("0002_late.sql comes before 0003_third.sql"), "{refused}");
    });
}

#[test]
fn one_that_fails_leaves_nothing() {
    each(|scratch, _| {
        let refused = open(scratch, BROKEN).unwrap_err();
        assert!(refused.message().contains("0002_broken.sql failed and was undone"), "{refused}");
        let db = open(scratch, BOTH).unwrap();
        assert!(!schema::read(&db).unwrap().contains_key("two"));
    });
}

#[test]
fn reading_asks_for_exactly_this_binarys_schema() {
    each(|scratch, _| {
        drop(Db::open_with(scratch.config(), OpenOptions { migrate: false, ..OpenOptions::default() }).unwrap());
        let refused = Db::open_read_only(scratch.config()).unwrap_err();
        assert!(refused.message().contains("callboard migrate"), "{refused}");
        let db = Db::open_read_only_unchecked(scratch.config()).unwrap();
        assert!(states(&db).iter().all(|s| *s == State::Pending));
        drop(db);
        drop(scratch.open());
        Db::open_read_only(scratch.config()).unwrap();
    });
}

#[test]
fn instances_that_start_together_migrate_once() {
    let scratch = Scratch::new(Engine::Postgres);
    std::thread::scope(|scope| {
        let starts: Vec<_> = (0..4).map(|_| scope.spawn(|| open(&scratch, BOTH).map(drop))).collect();
        for start in starts {
            start.join().unwrap().unwrap();
        }
    });
    assert_eq!(states(&open(&scratch, BOTH).unwrap()), [State::Applied, State::Applied]);
}

/// Differences that are meant, with their reason. It may only shrink.
const MEANT: [&str; 0] = [];

#[test]
fn both_engines_have_the_same_schema() {
    let (sqlite, postgres) = (Scratch::new(Engine::Sqlite).open(), Scratch::new(Engine::Postgres));
    let left = schema::read(&sqlite).unwrap();
    let right = schema::read(&postgres.open()).unwrap();
    assert!(left.contains_key("schema_migration"));
    let mut found = schema::differences(&left, &right);
    found.retain(|line| !MEANT.contains(&line.as_str()));
    assert!(found.is_empty(), "SQLite against PostgreSQL:\n{}", found.join("\n"));
}

#[test]
fn the_comparison_of_schemas_sees_differences() {
    static LEFT: &[Migration] = &[same(
        1,
        "left",
        "create table t (tenant_id text not null, id bigint not null primary key, a text, b text, unique (a));",
    )];
    static RIGHT: &[Migration] = &[same(
        1,
        "right",
        "create table t (tenant_id text, id bigint not null, a bytea, b text, unique (a, b), primary key (id, tenant_id));",
    )];
    let (one, other) = (Scratch::new(Engine::Sqlite), Scratch::new(Engine::Postgres));
    let left = schema::read(&open(&one, LEFT).unwrap()).unwrap();
    let right = schema::read(&open(&other, RIGHT).unwrap()).unwrap();
    let found = schema::differences(&left, &right).join("\n");
    for part in ["t.a: ", "t primary key: ", "[\"a\"]", "[\"a\", \"b\"]", "t.tenant_id: "] {
        let wanted = part != "t.tenant_id: ";
        assert_eq!(found.contains(part), wanted, "{part} in {found}");
    }
}
