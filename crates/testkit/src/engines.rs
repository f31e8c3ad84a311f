//! A fresh store per test, on both engines. A missing PostgreSQL fails the test; nothing is skipped.

use std::sync::atomic::{AtomicU32, Ordering};

use callboard_store::testing::ScratchDatabase;
use callboard_store::{Config, Db, Engine, OpenOptions};

/// Names the server where tests make their databases: `postgres://user@host:port/postgres`.
pub const POSTGRES_VARIABLE: &str = "CALLBOARD_TEST_POSTGRES";

/// Connections for writes that a test's store takes.
const POOL: usize = 4;

/// A place for a store of one test: a folder or a database, gone when this value is.
#[derive(Debug)]
pub struct Scratch {
    place: Place,
}

#[derive(Debug)]
enum Place {
    Folder(tempfile::TempDir),
    Database(ScratchDatabase),
}

impl Scratch {
    /// A fresh place on an engine.
    ///
    /// # Panics
    /// When there is no temporary folder, or no PostgreSQL: see [`POSTGRES_VARIABLE`].
    pub fn new(engine: Engine) -> Self {
        let place = match engine {
            Engine::Sqlite => Place::Folder(tempfile::tempdir().expect("a temporary folder")),
            Engine::Postgres => Place::Database(database()),
        };
        Self { place }
    }

    /// How to open a store here. On PostgreSQL several may be open at once, as several instances would be.
    pub fn config(&self) -> Config {
        match &self.place {
            Place::Folder(dir) => Config::Sqlite { dir: dir.path().join("data") },
            Place::Database(database) => Config::Postgres { url: database.url(), pool: POOL },
        }
    }

    /// Opens a store here with all migrations.
    pub fn open(&self) -> Db {
        self.open_with(OpenOptions::default())
    }

    /// Opens a store here.
    pub fn open_with(&self, options: OpenOptions) -> Db {
        Db::open_with(self.config(), options).expect("the store opens")
    }

    /// The database, on PostgreSQL.
    pub const fn database(&self) -> Option<&ScratchDatabase> {
        match &self.place {
            Place::Folder(_) => None,
            Place::Database(database) => Some(database),
        }
    }
}

fn database() -> ScratchDatabase {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let admin = std::env::var(POSTGRES_VARIABLE).unwrap_or_else(|_| {
        panic!(
            "{POSTGRES_VARIABLE} is not set, and this test needs PostgreSQL. Run `scripts/postgres.sh start FOLDER` \
             and set the variable to the address in FOLDER/url, or run `make test`."
        )
    });
    // Unique among the test processes of this server: the process, a count, and some of the time.
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default().subsec_nanos();
    let name = format!("callboard_test_{}_{}_{now}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    ScratchDatabase::create(&admin, &name)
        .unwrap_or_else(|e| panic!("no test database on the server of {POSTGRES_VARIABLE}: {e}"))
}

/// Runs a synchronous test once per engine, on a fresh store with all migrations.
pub fn each_engine(test: impl Fn(&Db)) {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let scratch = Scratch::new(engine);
        let db = scratch.open();
        test(&db);
        db.close_blocking();
    }
}

/// Two tests of one body, `name::sqlite` and `name::postgres`. The body takes a fresh store with all migrations:
/// `both_engines!(append_is_idempotent, |db| async move { … });` or the name of an `async fn(Db)`.
#[macro_export]
macro_rules! both_engines {
    ($(#[$meta:meta])* $name:ident, $body:expr $(,)?) => {
        $(#[$meta])*
        mod $name {
            #[allow(unused_imports)]
            use super::*;

            async fn on(engine: ::callboard_store::Engine) {
                let scratch = $crate::engines::Scratch::new(engine);
                let db = scratch.open();
                $crate::engines::run(db.clone(), $body).await;
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
        }
    };
}

/// Runs a test's body; gives closures in [`both_engines!`](crate::both_engines) their argument's type.
pub async fn run<F: Future<Output = ()>>(db: Db, body: impl FnOnce(Db) -> F) {
    body(db).await;
}
