//! Getting a connection, and getting it again: settings that must hold, and a bounded backoff.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use callboard_kernel::{Error, Result};
use postgres::config::{SslMode, TargetSessionAttrs};
use postgres::{Client, Config, NoTls, SimpleQueryMessage};

use super::connection::{PgConnection, Warned};
use super::tls::{self, Tls};
use crate::answers::refused;
use crate::footing::{Origin, Standing};
use crate::shared::Shared;
use crate::threads::stopwatch;

const CONNECT_WITHIN: Duration = Duration::from_secs(3);
const BACKOFF_FIRST: Duration = Duration::from_millis(50);
const BACKOFF_MAX: Duration = Duration::from_secs(2);
const BACKOFF_SLICE: Duration = Duration::from_millis(50);

/// What every session sets. No time limit on statements: one that fires during COMMIT would hide its outcome. One between
/// the statements of a transaction: a process that stands still there, or is cut off, would hold its locks for ever.
const SESSION: &str = "set lock_timeout = '10s'; set statement_timeout = 0; set client_min_messages = warning; \
                       set idle_in_transaction_session_timeout = '20s'; \
                       set jit = off; set standard_conforming_strings = on";

/// Server settings without which an acknowledged commit could be lost, or text could differ between the engines.
const REQUIRED: [(&str, &[&str]); 4] = [
    ("synchronous_commit", &["on", "remote_apply"]),
    ("fsync", &["on"]),
    ("full_page_writes", &["on"]),
    ("server_encoding", &["UTF8"]),
];

/// The cluster's number, and the file that its log is written to: the name begins with the timeline.
pub(super) const ORIGIN: &str = "select cast(system_identifier as text) as system, \
    pg_walfile_name(pg_current_wal_lsn()) as timeline from pg_control_system()";

/// A server's address, and how TLS is done on the way to it.
#[derive(Clone)]
pub(super) struct Target {
    config: Config,
    tls: Option<Tls>,
}

/// Reads the address. A connection goes to the server that takes writes, never to a replica: its log may lag.
pub(super) fn parse(url: &str) -> Result<Target> {
    let (url, tls) = tls::of_url(url)?;
    // The driver's message may hold parts of the address, and so the password.
    let mut config: Config = url
        .parse()
        .map_err(|_| refused("The database URL is not `postgres://user:password@host:port/name`.".to_owned()))?;
    // What asks for TLS in a place where it was not looked for must not go on in the clear.
    if tls.is_none() && config.get_ssl_mode() == SslMode::Require {
        let how = "write `?sslmode=require` behind `postgres://…`, with a `?` in the password as %3F";
        return Err(refused(format!("The database URL asks for TLS where it is not understood: {how}.")));
    }
    config
        .application_name("callboard")
        .ssl_mode(if tls.is_some() { SslMode::Require } else { SslMode::Disable })
        .target_session_attrs(TargetSessionAttrs::ReadWrite)
        .connect_timeout(CONNECT_WITHIN)
        .keepalives_idle(Duration::from_secs(15))
        .keepalives_interval(Duration::from_secs(5))
        .keepalives_retries(3)
        .tcp_user_timeout(Duration::from_secs(30));
    Ok(Target { config, tls })
}

/// Connects and checks the settings that durability rests on.
fn connect(target: &Target) -> Result<(Client, Warned)> {
    let mut config = target.config.clone();
    let warned = Warned::default();
    let seen = warned.clone();
    config.notice_callback(move |notice| {
        tracing::warn!("PostgreSQL: {} ({})", notice.message(), notice.code().code());
        seen.store(true, Ordering::Release);
    });
    let connected = match &target.tls {
        None => config.connect(NoTls),
        Some(tls) => config.connect(tls.clone()),
    };
    let mut client = connected.map_err(|e| refused(format!("Cannot connect to PostgreSQL: {}", say(&e))))?;
    client.batch_execute(SESSION).map_err(|e| refused(format!("PostgreSQL refuses our settings: {}", say(&e))))?;
    for (name, allowed) in REQUIRED {
        let found = show(&mut client, name)?;
        if !allowed.contains(&found.as_str()) {
            return Err(refused(format!(
                "PostgreSQL has {name} = {found}; it must be {}, or acknowledged events could be lost or changed.",
                allowed[0]
            )));
        }
    }
    Ok((client, warned))
}

fn show(client: &mut Client, name: &str) -> Result<String> {
    let rows = client.simple_query(&format!("show {name}")).map_err(|e| refused(say(&e)))?;
    let value = rows.iter().find_map(|message| match message {
        SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
        _ => None,
    });
    value.ok_or_else(|| Error::internal(format!("PostgreSQL does not show {name}")))
}

/// From what [`ORIGIN`] gives.
pub(super) fn origin_of(system: &str, file: &str) -> Result<Origin> {
    let timeline = file.get(..8).and_then(|hex| i64::from_str_radix(hex, 16).ok());
    let timeline = timeline.ok_or_else(|| refused(format!("PostgreSQL names a file of its log {file}.")))?;
    Ok(Origin { system: system.to_owned(), timeline })
}

fn origin(client: &mut Client) -> Result<Origin> {
    let rows = client.simple_query(ORIGIN).map_err(|e| refused(say(&e)))?;
    let found = rows.iter().find_map(|message| match message {
        SimpleQueryMessage::Row(row) => row.get(0).zip(row.get(1)),
        _ => None,
    });
    let (system, file) = found.ok_or_else(|| Error::internal("PostgreSQL does not tell its history"))?;
    origin_of(system, file)
}

/// An error with its cause: the driver's own text is often only "db error".
pub(super) fn say(e: &postgres::Error) -> String {
    match (e.as_db_error(), std::error::Error::source(e)) {
        (Some(db), _) => format!("{} ({})", db.message(), db.code().code()),
        (None, Some(cause)) => format!("{e}: {cause}"),
        (None, None) => e.to_string(),
    }
}

/// Connects once, so that a wrong address or an unsafe server is told at start.
pub(super) fn probe(target: &Target) -> Result<()> {
    on_own_thread(|| connect(target).map(drop))
}

/// Runs one text on a connection of its own; for tests that make databases.
pub(crate) fn one_off(url: &str, text: &str) -> Result<()> {
    let target = parse(url)?;
    on_own_thread(|| {
        let (mut client, _) = connect(&target)?;
        client.batch_execute(text).map_err(|e| refused(say(&e)))
    })
}

/// The driver blocks on a runtime of its own, which must not happen on a thread of the caller's runtime.
fn on_own_thread<T: Send>(body: impl FnOnce() -> Result<T> + Send) -> Result<T> {
    std::thread::scope(|scope| scope.spawn(body).join())
        .unwrap_or_else(|_| Err(Error::internal("a thread that connects panicked")))
}

/// A thread's connection, made again when it is lost.
pub(super) struct Link {
    target: Target,
    pub(super) shared: Arc<Shared>,
    connection: Option<PgConnection>,
    backoff: Duration,
}

impl Link {
    pub(super) const fn new(target: Target, shared: Arc<Shared>) -> Self {
        Self { target, shared, connection: None, backoff: BACKOFF_FIRST }
    }

    /// The connection, waiting until there is one; `None` when the store closes meanwhile.
    pub(super) fn ready(&mut self) -> Option<&mut PgConnection> {
        self.ready_within(None)
    }

    /// As [`Link::ready`], for a request that somebody waits for: gives up after `wait`.
    pub(super) fn ready_within(&mut self, wait: Option<Duration>) -> Option<&mut PgConnection> {
        let waited = stopwatch();
        // One that was made before the store knew which history it stands on.
        let other = |c: &PgConnection| self.shared.footing.get().is_some_and(|f| f.judge(&c.origin) != Standing::Same);
        if self.connection.as_ref().is_some_and(other) {
            self.connection = None;
        }
        while self.connection.is_none() {
            match self.connect() {
                Ok(connection) => {
                    self.connection = Some(connection);
                    self.backoff = BACKOFF_FIRST;
                    self.shared.set_ailing(None);
                }
                Err(e) => {
                    tracing::warn!("No connection to the database: {e}");
                    self.shared.set_ailing(Some(e.message().to_owned()));
                    if !self.pause() || wait.is_some_and(|most| waited() >= most) {
                        return None;
                    }
                }
            }
        }
        self.connection.as_mut()
    }

    /// A server that writes another history than the one that the store was opened on is not gone on with: one that was
    /// replaced may come back later, after one that was promoted this process must be started anew.
    fn connect(&self) -> Result<PgConnection> {
        let (mut client, warned) = connect(&self.target)?;
        let origin = origin(&mut client)?;
        match self.shared.footing.get().map(|footing| footing.judge(&origin)) {
            None | Some(Standing::Same) => Ok(PgConnection::new(client, origin, warned)),
            Some(Standing::Stale(why)) => Err(refused(why)),
            Some(Standing::Moved(why)) => {
                self.shared.stop(&why);
                Err(refused(why))
            }
        }
    }

    /// Waits a little longer each time; false when the store closes.
    fn pause(&mut self) -> bool {
        let mut left = self.backoff;
        self.backoff = (self.backoff * 2).min(BACKOFF_MAX);
        while !left.is_zero() {
            if self.shared.is_closing() {
                return false;
            }
            let slice = left.min(BACKOFF_SLICE);
            std::thread::sleep(slice);
            left -= slice;
        }
        !self.shared.is_closing()
    }

    /// Forgets a connection that was lost.
    pub(super) fn drop_connection(&mut self) {
        self.connection = None;
    }
}
