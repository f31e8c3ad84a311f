//! `callboard doctor`: is this installation as it should be, and what is to be done where it is not.
//!
//! Files here look (`data`, `machine`, `inside`, `outside`); `judge` says what it means, and is pure; `report` shows it.
//! Decision 0059.

mod certificate;
mod data;
pub mod inside;
mod judge;
mod machine;
mod outside;
pub mod report;
mod sealed;
mod server;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use callboard_kernel::{Error, Result, World as _};
use clap::Args;

use crate::config::Values;
use crate::serve;
use crate::terminal::client::is_loopback;
use crate::world::RealWorld;
use machine::Clocks;
use report::{Check, Report};
use server::Server;

/// `doctor`
#[derive(Args, Clone, Debug)]
#[group(skip)]
pub struct Doctor {
    /// A file with an API key that may read events, to open a live stream through the proxy. Without it CALLBOARD_API_KEY
    /// is read, or the key that `serve --dev` keeps beside the data.
    #[arg(long, env = "CALLBOARD_API_KEY_FILE")]
    key_file: Option<PathBuf>,
    /// One JSON object.
    #[arg(long)]
    json: bool,
}

impl Doctor {
    /// Looks at everything; 0 when nothing failed, else 1.
    pub async fn run(&self, values: Result<Values>) -> Result<ExitCode> {
        let report = Report::of(match values {
            Ok(values) => self.examine(&values).await,
            Err(error) => vec![bad_settings(&error)],
        });
        self.show(&report)?;
        Ok(if report.ok { ExitCode::SUCCESS } else { ExitCode::from(1) })
    }

    fn show(&self, report: &Report) -> Result<()> {
        use std::io::Write as _;
        let mut out = anstream::stdout().lock();
        let text = if self.json { serde_json::to_string(report).map_err(Error::internal)? } else { report.text() };
        writeln!(out, "{text}").map_err(Error::internal)
    }

    async fn examine(&self, values: &Values) -> Vec<Check> {
        let clocks = Clocks::read();
        let read = || {
            let proxies = values.number("trusted_proxies", 0, 8)?.unwrap_or(0) as usize;
            values.listen()?;
            serve::store_config(values).map(|(config, dir)| (config, dir, proxies))
        };
        let (config, dir, proxies) = match read() {
            Ok(read) => read,
            Err(error) => return vec![bad_settings(&error)],
        };
        let mut checks = vec![Check::ok("settings", settings_line(values))];
        let (check, keys) = data::secret_key(values, dir.as_deref());
        checks.push(check);
        match &dir {
            Some(dir) => checks.extend(machine::folder(dir)),
            None => checks.push(Check::skipped("data-folder", "PostgreSQL keeps the data: watch its disk there")),
        }
        let (found, db) = data::database(config, keys.clone()).await;
        checks.extend(found);
        let opened = sealed::look_here(db.as_ref(), keys.as_ref()).await;
        let (check, server) = server::find(values, dir.as_deref(), keys, db).await;
        let told = server.inside.as_ref().and_then(|inside| inside.sealed.as_ref());
        checks.extend(sealed::check(told, opened));
        checks.push(check);
        checks.push(match &server.inside {
            Some(inside) => judge::open_files(inside.files_limit, inside.files_open),
            None => Check::skipped("open-files", "only a server with an SQLite folder tells; see /proc/PID/limits"),
        });
        checks.extend(server::media(values, &server).await);
        checks.push(server::media_address(values, &server).await);
        checks.extend(self.outside(values, dir.as_deref(), &server, proxies, &clocks).await);
        checks
    }

    /// The way from outside, and the clock against whoever answers there.
    async fn outside(
        &self,
        values: &Values,
        dir: Option<&Path>,
        server: &Server,
        proxies: usize,
        clocks: &Clocks,
    ) -> Vec<Check> {
        let configured = values.set("public_url").map(|u| u.trim_end_matches('/').to_owned());
        let given = configured.is_some() || server.inside.is_some();
        let told = server.inside.as_ref().map(|inside| inside.public_url.clone());
        let url = told.or(configured).unwrap_or_else(|| own_address(values));
        let trusted = server.inside.as_ref().map_or(proxies, |inside| inside.trusted_proxies);
        let mut checks = vec![
            judge::transport(&url, is_loopback(&url), given),
            judge::proxies(trusted, url.starts_with("https://")),
        ];
        let mut skew = None;
        if server.stopped {
            checks.extend(["public-url", "websocket", "live-stream"].map(Check::needs_server));
        } else {
            let key = outside::key(self.key_file.as_deref(), dir);
            let (found, ahead) = outside::public(&url, &server.marks, key, || RealWorld.now()).await;
            checks.extend(found);
            skew = ahead;
        }
        checks.push(judge::clock(skew, &url, clocks.jumped_ms()));
        checks
    }
}

fn bad_settings(error: &Error) -> Check {
    let todo =
        "correct it; `callboard config` shows every setting with its origin, docs/reference/settings.md what it means";
    Check::failed("settings", data::reason(error), todo)
}

fn settings_line(values: &Values) -> String {
    let set = crate::config::SETTINGS.iter().filter(|s| values.get(s.key) != s.default).map(|s| s.key);
    let set: Vec<&str> = set.collect();
    if set.is_empty() { "all defaults".to_owned() } else { format!("readable; set: {}", set.join(", ")) }
}

/// Our own address as this machine reaches it.
fn own_address(values: &Values) -> String {
    let listen = values.get("listen").replace("0.0.0.0:", "127.0.0.1:").replace("[::]:", "[::1]:");
    format!("http://{listen}")
}
