//! Simulated calls, played by script: `callboard demo`, and the call that a server in local mode plays by itself.
//!
//! A player is a client like any other: it has an API key, session passes and the simulated media server's tokens, and
//! speaks HTTP. Nothing here touches the database or the log.

pub mod cast;
pub mod house;
pub mod pace;
pub mod play;
pub mod script;
pub mod troupe;

use std::io::Write as _;
use std::sync::Arc;

use callboard_kernel::World as _;
use clap::Args;
use tokio::signal::unix::{SignalKind, signal};

use crate::terminal::client::{Failure, Reach, Server};
use crate::world::RealWorld;
use play::{Stage, Went};
use troupe::{News, Plan, Stop};

/// `callboard demo`.
#[derive(Args, Clone, Debug)]
pub struct Demo {
    /// Where the server is, and who asks.
    #[command(flatten)]
    pub reach: Reach,
    /// Calls at once, 1-50.
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..=50))]
    pub calls: u16,
    /// How fast they go: 1 is as fast as people talk, 0.1-200.
    #[arg(long, default_value_t = 1.0, value_parser = pace_of)]
    pub pace: f64,
    /// Begin a new call where one ended, for so many minutes; without it each is played once.
    #[arg(long, value_parser = minutes_of)]
    pub minutes: Option<f64>,
    /// The same seed plays the same scripts with the same timing; else each run differs.
    #[arg(long)]
    pub seed: Option<u64>,
    /// Play this script alone.
    #[arg(long)]
    pub script: Option<String>,
}

fn number(text: &str, low: f64, high: f64) -> Result<f64, String> {
    let number = text.parse::<f64>().ok().filter(|n| (low..=high).contains(n));
    number.ok_or_else(|| format!("must be a number from {low} to {high}"))
}

fn pace_of(text: &str) -> Result<f64, String> {
    number(text, 0.1, 200.0)
}

fn minutes_of(text: &str) -> Result<f64, String> {
    number(text, 0.05, 1_440.0)
}

impl Demo {
    fn plan(&self) -> Result<Plan, Failure> {
        let broken = |e: callboard_kernel::Error| Failure::Usage(e.to_string());
        let mut scripts = script::all().map_err(broken)?;
        if let Some(wanted) = &self.script {
            scripts.retain(|s| s.name == wanted.as_str());
            if scripts.is_empty() {
                return Err(Failure::Usage(format!("there is no script {wanted}; there are {}", script::names())));
            }
        }
        let seed = self.seed.unwrap_or_else(|| RealWorld.entropy().below(u64::from(u32::MAX)));
        Ok(Plan { calls: usize::from(self.calls), pace: self.pace, minutes: self.minutes, seed, scripts })
    }
}

/// Plays simulated calls on a running server until they are over, or until Ctrl-C ends them.
pub async fn run(demo: &Demo) -> Result<(), Failure> {
    let plan = demo.plan()?;
    let server = Server::from(&demo.reach)?;
    allowed(&server).await?;
    say(&format!(
        "Playing {} simulated call(s) on {} (seed {}). Ctrl-C ends them.",
        plan.calls,
        server.url(),
        plan.seed
    ))?;
    let (switch, stop) = Stop::new();
    tokio::spawn(async move {
        if let Err(error) = asked_to_stop().await {
            tracing::warn!("Ctrl-C cannot be waited for: {error}");
            std::future::pending::<()>().await;
        }
        let _nobody = switch.send(true);
    });
    let url = server.url().to_owned();
    let mark = format!("{:x}", RealWorld.entropy().below(u64::from(u32::MAX)));
    let stage = Arc::new(Stage::new(server, Arc::new(RealWorld), &mark));
    let asked = stop.clone();
    troupe::play(stage, plan, stop, Arc::new(move |news| tell(&url, &news))).await?;
    say(if asked.pulled() { "Stopped; every call of this run was ended." } else { "All calls are over." })
}

/// Says plainly why this server or this key cannot play, before anything is made.
async fn allowed(server: &Server) -> Result<(), Failure> {
    let me = server.get("/v1/me").await?;
    if me["features"]["simulated"] != true {
        return Err(Failure::Usage(format!(
            "{} does not allow simulated calls: start it with `callboard serve --dev`, or set `simulated = true` (CALLBOARD_SIMULATED=true)",
            server.url()
        )));
    }
    let scopes: Vec<&str> =
        me["principal"]["scopes"].as_array().into_iter().flatten().filter_map(|s| s.as_str()).collect();
    for needed in ["calls:read", "calls:write"] {
        if !scopes.contains(&needed) {
            return Err(Failure::Usage(format!("this API key has no scope {needed}; simulated calls need it")));
        }
    }
    Ok(())
}

async fn asked_to_stop() -> std::io::Result<()> {
    let (mut int, mut term) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    tokio::select! {
        _ = int.recv() => {}
        _ = term.recv() => {}
    }
    Ok(())
}

fn tell(url: &str, news: &News) {
    let line = match news {
        News::Began(id, title) => format!("began    {id}  {title}  {url}/calls/{id}"),
        News::Over(id, Went::AsWritten) => format!("over     {id}"),
        News::Over(id, Went::Otherwise(how)) => format!("over     {id}  not by its script: {how}"),
        News::Stopped(id) => format!("stopped  {id}"),
    };
    // Whoever closed our output still wants the calls ended properly.
    let _closed = say(&line);
}

fn say(line: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}")?;
    out.flush()?;
    Ok(())
}
