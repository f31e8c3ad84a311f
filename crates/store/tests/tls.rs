//! Connections to PostgreSQL over TLS, against the server of `scripts/postgres.sh`: its authority lies beside its data, and
//! its certificate is for 127.0.0.1 alone.

use std::path::Path;

use callboard_store::{Config, Db, Engine, Sql, migrations, params};
use callboard_testkit::Scratch;

static ENCRYPTED: Sql =
    Sql::new("ENCRYPTED", "select cast(ssl as text) as ssl from pg_stat_ssl where pid = pg_backend_pid()");
static FOLDER: Sql = Sql::new("FOLDER", "select current_setting('data_directory') as folder");

fn open(url: &str) -> Result<Db, String> {
    let config = Config::Postgres { url: url.to_owned(), pool: 1 };
    Db::open_read_only_unchecked(config).map_err(|e| e.message().to_owned())
}

/// `true` when the connection is encrypted.
fn asked(url: &str) -> Result<bool, String> {
    let db = open(url)?;
    let ssl = db.read_blocking(|tx| tx.query_one(&ENCRYPTED, params! {})?.get::<String>("ssl"));
    Ok(ssl.expect("an answer") == "true")
}

#[test]
fn the_certificate_is_looked_at_as_the_url_says() {
    let scratch = Scratch::new(Engine::Postgres);
    let Config::Postgres { url, .. } = scratch.config() else { panic!("not PostgreSQL") };
    let data = open(&url).expect("open").read_blocking(|tx| tx.query_one(&FOLDER, params! {})?.get::<String>("folder"));
    let data = data.expect("an answer");
    let ca = Path::new(&data).parent().expect("a parent").join("ca.pem");
    assert!(ca.exists(), "{} is missing: start the server by scripts/postgres.sh", ca.display());
    let ca = ca.display();
    let named = url.replace("@127.0.0.1:", "@localhost:");
    assert_ne!(url, named);

    assert_eq!(asked(&url), Ok(false));
    assert_eq!(asked(&format!("{url}?sslmode=disable")), Ok(false));
    // Nobody knows this authority, and nobody asked.
    assert_eq!(asked(&format!("{named}?sslmode=require")), Ok(true));
    assert_eq!(asked(&format!("{url}?sslmode=verify-full&sslrootcert={ca}")), Ok(true));
    assert_eq!(asked(&format!("{named}?sslmode=verify-ca&sslrootcert={ca}")), Ok(true));

    let name = asked(&format!("{named}?sslmode=verify-full&sslrootcert={ca}")).expect_err("another name");
    assert!(name.contains("not valid for name"), "{name}");
    // The server's own certificate is not the one that signed it.
    let other = Path::new(&data).parent().expect("a parent").join("server.pem");
    for mode in ["require", "verify-ca", "verify-full"] {
        let unknown = asked(&format!("{url}?sslmode={mode}&sslrootcert={}", other.display())).expect_err("unknown");
        assert!(unknown.contains("invalid peer certificate"), "{mode}: {unknown}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_works_over_tls() {
    let scratch = Scratch::new(Engine::Postgres);
    let Config::Postgres { url, pool } = scratch.config() else { panic!("not PostgreSQL") };
    let config = Config::Postgres { url: format!("{url}?sslmode=require"), pool };
    let db = tokio::task::spawn_blocking(move || Db::open(config)).await.expect("joined").expect("open");
    // `require` leaves the driver no way back to a plain connection.
    let status = tokio::task::spawn_blocking({
        let db = db.clone();
        move || migrations::status(&db)
    });
    assert!(!status.await.expect("joined").expect("a schema").is_empty());
    db.close().await;
}
