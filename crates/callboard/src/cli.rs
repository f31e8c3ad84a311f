//! The command line: what to do, with which settings.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

use callboard::backup::{Backup, Restore};
use callboard::config::Values;
use callboard::demo::{self, Demo};
use callboard::desk::{self, Ask, Hall};
use callboard::doctor::Doctor;
use callboard::serve::{self, How};
use callboard::slo::Levels;
use callboard::terminal::{self, calls::Calls, follow::Tail, replay::Replay};
use callboard::world::RealWorld;
use callboard::{modules, reference, secret, telemetry};
use callboard_eventlog::verify::verify;
use callboard_kernel::{Error, ExposeSecret as _, Result, World as _, codes};
use callboard_store::{Db, OpenOptions, Value, fence, migrations};
use callboard_tenants::cli as access;
use clap::{Args, CommandFactory as _, Parser, Subcommand, ValueEnum};

const EXIT_CODES: &str = "Exit codes: 0 done · 1 refused or failed · 2 wrong usage · 3 verify found something, or a backup is not whole · 74 the store cannot go on\n\n\
Examples:\n  callboard serve --dev --data ./data\n  callboard serve --database-url postgres://callboard@db/callboard --listen 0.0.0.0:8080\n  callboard verify --data ./data";

#[derive(Parser)]
#[command(name = "callboard", version, about = "The backend for live calls over LiveKit: remembers, guards and bills.", after_help = EXIT_CODES)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Args, Clone, Debug)]
struct Common {
    /// Folder of the SQLite database and the secret key [env CALLBOARD_DATA].
    #[arg(long, global = true)]
    data: Option<PathBuf>,
    /// PostgreSQL instead of SQLite [env CALLBOARD_DATABASE_URL].
    #[arg(long, global = true)]
    database_url: Option<String>,
    /// A TOML file with settings.
    #[arg(long, global = true, env = "CALLBOARD_CONFIG")]
    config: Option<PathBuf>,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the API and the pages.
    #[command(after_help = "Example: callboard serve --dev --data ./data --listen 127.0.0.1:0 --ready-json")]
    Serve {
        #[command(flatten)]
        common: Common,
        /// Address to listen on; port 0 picks a free one [env CALLBOARD_LISTEN].
        #[arg(long)]
        listen: Option<String>,
        /// Local mode: loopback only, makes a tenant with its owner, prints a key once and a login link at every start.
        #[arg(long)]
        dev: bool,
        /// With --dev: play no simulated calls [env CALLBOARD_DEMO=off].
        #[arg(long)]
        no_demo: bool,
        /// Print exactly one JSON line on standard output once it serves.
        #[arg(long)]
        ready_json: bool,
    },
    /// Apply pending migrations, or look at them.
    #[command(after_help = "Example: callboard migrate --data ./data --status")]
    Migrate {
        #[command(flatten)]
        common: Common,
        /// Only show which are applied.
        #[arg(long)]
        status: bool,
        /// Accept the changed text of a past migration after checking what it did.
        #[arg(long, value_name = "NUMBER")]
        accept: Option<u32>,
    },
    /// Check the log and rebuild the projections beside it, column by column.
    #[command(after_help = "Example: callboard verify --data ./data    (works while the server runs)")]
    Verify {
        #[command(flatten)]
        common: Common,
    },
    /// Copy everything into one verified file, while the server runs. The secret key is not in it.
    #[command(
        after_help = "Examples:\n  callboard backup --data ./data --to calls.backup\n  callboard backup --database-url postgres://callboard@db/callboard --to - | ssh vault 'cat > calls.backup'\n\n\
            Exit codes: 0 kept and verified · 1 refused or failed, nothing is kept · 3 does not verify, nothing is kept"
    )]
    Backup {
        #[command(flatten)]
        common: Common,
        #[command(flatten)]
        ask: Backup,
    },
    /// Make a new store from a backup, on either engine.
    #[command(
        after_help = "Examples:\n  callboard restore calls.backup --data ./data\n  callboard restore calls.backup --database-url postgres://callboard@db/fresh\n\n\
            Exit codes: 0 restored and verified · 1 refused or failed, nothing is restored · 3 the backup is damaged, cut off, or does not verify"
    )]
    Restore {
        #[command(flatten)]
        common: Common,
        #[command(flatten)]
        ask: Restore,
    },
    /// Shut out every server that is open on this database: it stores nothing more and ends.
    #[command(after_help = "Example: callboard fence --database-url postgres://callboard@db/callboard\n\n\
        After a restore, and after a failover that left the old primary reachable. Servers that start afterwards work.")]
    Fence {
        #[command(flatten)]
        common: Common,
    },
    /// Check an installation step by step, and say what to do: settings, key, disk, database, LiveKit both ways, proxy.
    #[command(
        after_help = "Examples:\n  callboard doctor --data ./data\n  callboard doctor --config /etc/callboard/callboard.toml --key-file ./api-key --json\n\n\
            With the settings that the server has. Works while it runs, and says what needs it when it does not.\n\n\
            Exit codes: 0 nothing failed · 1 something failed"
    )]
    Doctor {
        #[command(flatten)]
        common: Common,
        #[command(flatten)]
        ask: Doctor,
    },
    /// Print the service levels of the installation from its store, or judge by them.
    #[command(
        after_help = "Examples:\n  callboard slo --data ./data --window 7d\n  callboard slo --database-url postgres://callboard@db/callboard --gate\n\n\
            Works while the server runs, and without it. What has no data is neither met nor missed, and is said.\n\n\
            Exit codes: 0 printed; with --gate, no target is missed · 1 with --gate, a target is missed (standard error names it); or refused or failed"
    )]
    Slo {
        #[command(flatten)]
        common: Common,
        #[command(flatten)]
        ask: Levels,
    },
    /// Print every setting with its value, default and origin; secrets masked.
    #[command(after_help = "Example: CALLBOARD_LISTEN=127.0.0.1:9000 callboard config")]
    Config {
        #[command(flatten)]
        common: Common,
    },
    /// Make, list, show and end calls of a running server, and make join links.
    #[command(after_help = "Example: callboard call new --title Interview --invite Ann --key-file .data/api-key")]
    Call(Calls),
    /// Follow a call, or every call of the tenant, live.
    #[command(
        after_help = "Examples:\n  callboard tail\n  callboard tail ses_… --after 0\n  callboard tail --type call.ended | jq .payload"
    )]
    Tail(Tail),
    /// Show the log of a call from its beginning.
    #[command(
        after_help = "Examples:\n  callboard replay ses_… --speed 2\n  callboard replay ses_… --type transcript.final | jq -r .payload.text"
    )]
    Replay(Replay),
    /// Play simulated calls on a running server that allows them.
    #[command(
        after_help = "Examples:\n  callboard demo --calls 3 --key-file .data/api-key\n  callboard demo --calls 10 --minutes 5 --pace 4 --seed 7\n  callboard demo --script parcel"
    )]
    Demo(Demo),
    /// Print the OpenAPI document of this binary.
    #[command(after_help = "Example: callboard openapi > openapi.json")]
    Openapi,
    /// Print a page of the documentation that is made from the code.
    #[command(hide = true)]
    Reference {
        /// Which page.
        page: ReferencePage,
    },
    /// Print a fresh secret key for CALLBOARD_SECRET_KEY.
    #[command(after_help = "Example: export CALLBOARD_SECRET_KEY=$(callboard secret-key)")]
    SecretKey,
    /// Look into the database with a read-only query.
    #[command(
        after_help = "Example: callboard db --data ./data 'select session_id, last_sequence from event_stream limit 5'"
    )]
    Db {
        #[command(flatten)]
        common: Common,
        /// One select.
        query: String,
    },
    /// Tenants. A server that holds the database (SQLite) is asked to do it.
    #[command(subcommand, after_help = "Example: callboard tenant create --data ./data --name Acme --owner Ann")]
    Tenant(TenantCommand),
    /// API keys. A server that holds the database (SQLite) is asked to do it.
    #[command(
        subcommand,
        after_help = "Example: callboard key create --data ./data --tenant ten_… --name ci --scope calls:read"
    )]
    Key(KeyCommand),
    /// Make a one-time login link for a user, also while the server runs.
    #[command(
        after_help = "Examples:\n  callboard login-link --data ./data\n  callboard login-link --data ./data --user usr_… --minutes 60"
    )]
    LoginLink {
        #[command(flatten)]
        common: Common,
        #[command(flatten)]
        ask: access::LoginLink,
    },
}

#[derive(Clone, Copy, ValueEnum)]
enum ReferencePage {
    Commands,
    Metrics,
    Settings,
}

#[derive(Subcommand)]
enum TenantCommand {
    /// Make a tenant, and an owner when one is named.
    Create {
        #[command(flatten)]
        common: Common,
        #[command(flatten)]
        ask: access::CreateTenant,
    },
}

#[derive(Subcommand)]
enum KeyCommand {
    /// Make an API key; its secret is printed once.
    Create {
        #[command(flatten)]
        common: Common,
        #[command(flatten)]
        ask: access::CreateKey,
    },
}

fn values(common: &Common, listen: Option<String>, no_demo: bool) -> Result<Values> {
    let flags = [
        ("data_dir", common.data.as_ref().map(|p| p.display().to_string())),
        ("database_url", common.database_url.clone()),
        ("listen", listen),
        ("demo", no_demo.then(|| "off".to_owned())),
    ];
    Values::gather(&flags, |name| std::env::var(name).ok(), common.config.as_deref())
}

/// Runs the command line.
pub fn main() -> ExitCode {
    // One TLS provider for the process; a second installation would only say that there is one.
    let _already = rustls::crypto::ring::default_provider().install_default();
    match run(Cli::parse().command) {
        Ok(code) => code,
        Err(error) => {
            let mut err = std::io::stderr().lock();
            let _unseen = writeln!(err, "callboard: {error}");
            for field in error.fields() {
                let _unseen = writeln!(err, "  {}: {}", field.pointer, field.reason);
            }
            ExitCode::from(1)
        }
    }
}

fn run(command: Command) -> Result<ExitCode> {
    match command {
        Command::Serve { common, listen, dev, no_demo, ready_json } => {
            let values = values(&common, listen, no_demo)?;
            telemetry::start(values.get("log"), values.get("log_format") == "json")?;
            runtime()?.block_on(serve::run(&values, How { dev, ready_json }))?;
        }
        Command::Migrate { common, status, accept } => migrate(&values(&common, None, false)?, status, accept)?,
        Command::Verify { common } => return check(&values(&common, None, false)?),
        Command::Backup { common, ask } => return ask.run(&values(&common, None, false)?),
        Command::Restore { common, ask } => return ask.run(&values(&common, None, false)?),
        Command::Fence { common } => shut_out(&values(&common, None, false)?)?,
        Command::Doctor { common, ask } => return runtime()?.block_on(ask.run(values(&common, None, false))),
        Command::Slo { common, ask } => return ask.run(&values(&common, None, false)?),
        Command::Config { common } => say(values(&common, None, false)?.table().trim_end())?,
        Command::Call(calls) => return Ok(terminal::exit_of(runtime()?.block_on(terminal::calls::run(&calls)))),
        Command::Tail(tail) => return Ok(terminal::exit_of(runtime()?.block_on(terminal::follow::run(&tail)))),
        Command::Replay(replay) => return Ok(terminal::exit_of(runtime()?.block_on(terminal::replay::run(&replay)))),
        Command::Demo(demo) => return Ok(terminal::exit_of(runtime()?.block_on(demo::run(&demo)))),
        Command::Openapi => say(document()?.trim_end())?,
        Command::Reference { page: ReferencePage::Commands } => say(reference::commands(Cli::command()).trim_end())?,
        Command::Reference { page: ReferencePage::Metrics } => say(reference::metrics().trim_end())?,
        Command::Reference { page: ReferencePage::Settings } => say(reference::settings().trim_end())?,
        Command::SecretKey => say(secret::fresh(&mut RealWorld.entropy())?.to_text().expose_secret())?,
        Command::Db { common, query } => look(&values(&common, None, false)?, query)?,
        Command::Tenant(TenantCommand::Create { common, ask }) => {
            runtime()?.block_on(written(&common, Ask::TenantCreate(ask)))?;
        }
        Command::Key(KeyCommand::Create { common, ask }) => {
            runtime()?.block_on(written(&common, Ask::KeyCreate(ask)))?;
        }
        Command::LoginLink { common, ask } => runtime()?.block_on(written(&common, Ask::LoginLink(ask)))?,
    }
    Ok(ExitCode::SUCCESS)
}

fn say(text: &str) -> Result<()> {
    writeln!(std::io::stdout().lock(), "{text}").map_err(Error::internal)
}

fn runtime() -> Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(Error::internal)
}

fn migrate(values: &Values, status: bool, accept: Option<u32>) -> Result<()> {
    let (config, dir) = serve::store_config(values)?;
    // To look at, or to accept, there must be something: an empty store made in a wrong folder would say that all is pending.
    if let Some(dir) = dir.filter(|dir| (status || accept.is_some()) && !dir.join("callboard.db").exists()) {
        let how = "Name the folder that the server has: --data, or --config with its settings.";
        return Err(Error::new(&codes::BAD_REQUEST, format!("There is no database in {}. {how}", dir.display())));
    }
    // Looking must work beside a running server, too: before an upgrade, with the new binary.
    let db = if status && accept.is_none() {
        Db::open_read_only_unchecked(config)?
    } else {
        Db::open_with(config, OpenOptions { migrate: false, ..OpenOptions::default() })?
    };
    if let Some(number) = accept {
        migrations::accept(&db, number)?;
        return say(&format!("Migration {number:04} is accepted with the text of this binary."));
    }
    if !status {
        let applied = migrations::apply(&db)?;
        say(&format!("{} migrations applied.", applied.len()))?;
    }
    for line in migrations::status(&db)? {
        let at = line.applied_at.map(|t| t.to_string()).unwrap_or_default();
        say(&format!("{:04} {:<12} {:<36} {at}", line.number, format!("{:?}", line.state).to_lowercase(), line.file))?;
    }
    Ok(())
}

fn shut_out(values: &Values) -> Result<()> {
    // It may be a newer binary that is at hand in an emergency: the schema stays as the servers know it.
    let db = Db::open_with(serve::store_config(values)?.0, OpenOptions { migrate: false, ..OpenOptions::default() })?;
    if migrations::status(&db)?.iter().any(|line| line.state == migrations::State::Pending) {
        return Err(Error::new(
            &codes::BAD_REQUEST,
            "This binary is newer than the database. Use the binary that the servers run, or `callboard migrate` first.",
        ));
    }
    let epoch = fence::raise(&db)?;
    db.close_blocking();
    say(&format!(
        "The log's epoch is {epoch}. Servers that were open before store nothing more and end; start them again."
    ))
}

fn check(values: &Values) -> Result<ExitCode> {
    let db = Db::open_read_only(serve::store_config(values)?.0)?;
    let report = verify(&db, &modules::log())?;
    for finding in &report.findings {
        say(finding)?;
    }
    say(&format!(
        "{} sessions, {} events, {} projection rows: {} findings",
        report.sessions,
        report.events,
        report.rows,
        report.findings.len()
    ))?;
    Ok(if report.findings.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(3) })
}

fn document() -> Result<String> {
    let db = Db::open(callboard_store::Config::Memory)?;
    runtime()?.block_on(async {
        let values = Values::gather(&[("secret_key", Some(unused_key()?))], |_| None, None)?;
        let app = serve::app(&values, db, None, "http://127.0.0.1:8080".to_owned()).await?;
        let parts = modules::Parts {
            livekit: None,
            providers: modules::Parts::providers_of(None, None),
            simulated: None,
            first_steps: None,
            egress: std::sync::Arc::new(callboard_egress::Egress::new(&callboard_egress::EgressConfig::default())?),
            limits: callboard_http::RateLimits::default(),
            targets: callboard_slo::Targets::default(),
            shutdown: callboard_http::Shutdown::default(),
        };
        Ok(modules::service(&app, parts)?.document)
    })
}

/// The document holds no secret, but the services want a key.
fn unused_key() -> Result<String> {
    Ok(secret::fresh(&mut RealWorld.entropy())?.to_text().expose_secret().to_owned())
}

fn look(values: &Values, query: String) -> Result<()> {
    if !query.trim_start().to_ascii_lowercase().starts_with("select") {
        return Err(Error::new(&codes::BAD_REQUEST, "`callboard db` takes one select; it never writes."));
    }
    let db = Db::open_read_only(serve::store_config(values)?.0)?;
    // SQL texts are constants everywhere else; this one lives as long as the process, which ends after it.
    let sql: &'static callboard_store::Sql =
        Box::leak(Box::new(callboard_store::Sql::new("cli", Box::leak(query.into_boxed_str()))));
    for row in db.read_blocking(move |tx| tx.query(sql, callboard_store::params! {}))? {
        let columns = row.columns().to_vec();
        let cells: Vec<String> =
            columns.iter().zip(row.into_values()).map(|(c, v)| format!("{c}={}", plain(v))).collect();
        say(&cells.join("  "))?;
    }
    Ok(())
}

/// A value as people and scripts read it: text as it is, but one line that cannot steer the terminal; bytes in hexadecimal
/// digits, as `\\x` and then two for each.
fn plain(value: Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Int(number) => number.to_string(),
        Value::Real(number) => number.to_string(),
        Value::Text(text) => terminal::screen::clean(&text),
        Value::Bytes(bytes) => bytes.iter().fold("\\x".to_owned(), |out, byte| out + &format!("{byte:02x}")),
    }
}

/// Carries out a command that writes: by the server that holds the database (SQLite), or here.
async fn written(common: &Common, ask: Ask) -> Result<()> {
    let values = values(common, None, false)?;
    let (config, dir) = serve::store_config(&values)?;
    if let Some(dir) = &dir
        && let Some(done) = desk::ask(dir, &ask).await?
    {
        return say(done.expose_secret());
    }
    let db = tokio::task::spawn_blocking(move || Db::open(config)).await.map_err(Error::internal)??;
    let public_url = values.set("public_url").map_or_else(|| format!("http://{}", values.get("listen")), str::to_owned);
    let app = serve::app(&values, db, dir, public_url).await?;
    let hall = Hall { app, livekit: None };
    let done = desk::perform(&hall, ask).await;
    hall.app.db.close().await;
    say(done?.expose_secret())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_shown_plain() {
        let shown = [
            (Value::Text("ten_1 \"x\"".to_owned()), "ten_1 \"x\""),
            (Value::Text("a\nb\u{1b}[2J".to_owned()), "a\u{fffd}b\u{fffd}[2J"),
            (Value::Int(-7), "-7"),
            (Value::Real(1.5), "1.5"),
            (Value::Null, "null"),
            (Value::Bytes(vec![0, 255]), "\\x00ff"),
        ];
        for (value, wanted) in shown {
            assert_eq!(plain(value), wanted);
        }
    }
}
