//! `callboard serve`: opens the store, puts the features together, and serves until it is told to stop.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use callboard_egress::{Egress, EgressConfig};
use callboard_http::{App, RateLimits, ServeLimits, Settings, Shutdown, listen, serve};
use callboard_kernel::{Error, ExposeSecret as _, Result, SecretString, World};
use callboard_livekit::{LiveKit, LiveKitConfig};
use callboard_simulated::MediaServer;
use callboard_store::{Config, Db, OpenOptions};
use callboard_tenants::FirstSteps;
use serde_json::json;
use tokio::signal::unix::{SignalKind, signal};

use crate::config::Values;
use crate::demo::house;
use crate::demo::troupe::Stop;
use crate::modules::{self, Parts};
use crate::traces::Export;
use crate::world::RealWorld;
use crate::{background, desk, dev, secret, slo, version};

/// Exit code when the store cannot promise anything any more.
pub const EXIT_STORE: i32 = 74;

/// Where the store lives, by configuration.
pub fn store_config(values: &Values) -> Result<(Config, Option<PathBuf>)> {
    match values.set("database_url") {
        Some(url) => {
            let pool = values.number("database_pool", 1, 200)?.unwrap_or(8) as usize;
            Ok((Config::Postgres { url: url.to_owned(), pool }, None))
        }
        None => {
            let dir = PathBuf::from(values.get("data_dir"));
            Ok((Config::Sqlite { dir: dir.clone() }, Some(dir)))
        }
    }
}

/// The services over an opened store.
pub async fn app(values: &Values, db: Db, dir: Option<PathBuf>, public_url: String) -> Result<App> {
    let world: Arc<dyn World> = Arc::new(RealWorld);
    let keys = Arc::new(secret::keyring(values, dir.as_deref(), &mut world.entropy())?);
    let log = modules::log();
    log.attach(&db).await?;
    let settings = Settings {
        secure_cookies: public_url.starts_with("https://"),
        public_url,
        cors_origins: values.list("cors_origins"),
        trusted_proxies: values.number("trusted_proxies", 0, 8)?.unwrap_or(0) as usize,
    };
    Ok(App { db, log, world, keys, settings: Arc::new(settings) })
}

/// The media bridge, when a LiveKit is configured.
pub fn livekit(values: &Values, world: &Arc<dyn World>) -> Result<Option<LiveKit>> {
    let Some(url) = values.set("livekit.url") else { return Ok(None) };
    let secret = values.secret("livekit.api_secret").unwrap_or_default();
    let config = LiveKitConfig::new(url, values.set("livekit.public_url"), values.get("livekit.api_key"), secret)?;
    LiveKit::new(config, Arc::clone(world)).map(Some)
}

fn limits(values: &Values) -> Result<RateLimits> {
    let number = |key| values.number(key, 1, 1_000_000);
    Ok(RateLimits {
        keys_per_second: number("rate.keys_per_second")?,
        passes_per_second: number("rate.passes_per_second")?,
        logins_per_minute: number("rate.logins_per_minute")?,
        joins_per_minute: number("rate.joins_per_minute")?,
        ..RateLimits::default()
    })
}

/// How `serve` was called.
#[derive(Clone, Copy, Debug)]
pub struct How {
    /// Local mode.
    pub dev: bool,
    /// Print one JSON line when ready.
    pub ready_json: bool,
}

/// Serves until SIGTERM or Ctrl-C.
pub async fn run(values: &Values, how: How) -> Result<()> {
    let address = values.listen()?;
    if how.dev && !address.ip().is_loopback() {
        return Err(Error::invalid(
            "listen",
            "--dev listens on loopback only; without --dev, make a tenant by `callboard tenant create`",
        ));
    }
    let listener = listen(address)?;
    let bound = listener.local_addr().map_err(Error::internal)?;
    let public_url =
        values.set("public_url").map_or_else(|| format!("http://{bound}"), |u| u.trim_end_matches('/').to_owned());
    let (config, dir) = store_config(values)?;
    let options = OpenOptions { on_fatal: Some(Arc::new(stop_hard)), ..OpenOptions::default() };
    let db = tokio::task::spawn_blocking(move || Db::open_with(config, options)).await.map_err(Error::internal)??;
    let key_file = if how.dev { dev::key_file(values, dir.as_deref())? } else { None };
    let mut app = app(values, db.clone(), dir.clone(), public_url.clone()).await?;
    let shutdown = Shutdown::default();
    let traces = Export::start(values, &mut app.world, &shutdown)?;
    let livekit = livekit(values, &app.world)?;
    let simulated = simulated(values, how, &app)?;
    let hall = desk::Hall { app: app.clone(), livekit: livekit.clone() };
    let first_steps = how.dev.then(|| dev::first_steps(&public_url, key_file.as_deref(), simulated.is_some()));
    let parts = Parts {
        providers: Parts::providers_of(livekit.as_ref(), simulated.as_ref()),
        simulated: simulated.clone(),
        first_steps: first_steps.clone(),
        egress: Arc::new(Egress::new(&EgressConfig { allow: values.list("egress.allow"), ..EgressConfig::default() })?),
        limits: limits(values)?,
        targets: slo::targets(values)?,
        shutdown: shutdown.clone(),
        livekit,
    };
    let service = modules::service(&app, parts)?;
    let last = service.repairs.iter().filter(|r| r.last_run()).cloned().collect::<Vec<_>>();
    let outbox = background::start(&app, service.repairs, service.handlers, &service.registry, &shutdown);
    let (requests, until) = (Arc::clone(&service.requests), shutdown.clone());
    tokio::spawn(async move { requests.run(until).await });
    let (recorder, until) = (Arc::clone(&service.recorder), shutdown.clone());
    tokio::spawn(async move { recorder.run(until).await });
    let printed = if how.dev { Some(dev::prepare(&app, key_file.as_deref()).await?) } else { None };
    if let Some(dir) = &dir {
        service.registry.watch_folder(dir.clone());
        desk::open(hall, dir, &shutdown);
    }
    announce(how, bound, &public_url, printed.as_ref(), first_steps.as_ref());
    if let Some(server) = simulated {
        tokio::spawn(deliver(server, bound, shutdown.clone()));
    }
    let demo = demo(values, how, &app, bound, printed.and_then(|p| p.key))?;
    tokio::spawn(stop_on_signal(shutdown.clone(), demo)?);
    serve(listener, service.router, shutdown, ServeLimits::default()).await;
    if let Err(error) = outbox.await {
        tracing::error!("The outbox ended badly: {error}");
    }
    background::last_runs(&app, &last).await;
    if let Err(error) = service.requests.flush().await {
        tracing::warn!("The last requests are not in the request log: {error}");
    }
    if let Err(error) = service.recorder.finish().await {
        tracing::warn!("The service levels do not know of this stop, and count what follows as down: {error}");
    }
    db.close().await;
    if let Some(traces) = traces {
        traces.finish().await;
    }
    tracing::info!("Stopped");
    Ok(())
}

/// The simulated media server, where it is on. Its key's id is nobody else's.
fn simulated(values: &Values, how: How, app: &App) -> Result<Option<Arc<MediaServer>>> {
    if !values.switch("simulated")?.unwrap_or(how.dev) {
        return Ok(None);
    }
    if callboard_simulated::is_own_key(values.get("livekit.api_key")) {
        return Err(values.bad("livekit.api_key", "is the name of the simulated media server's own key"));
    }
    Ok(Some(Arc::new(MediaServer::new(&app.keys, &app.settings.public_url, Arc::clone(&app.world)))))
}

async fn deliver(server: Arc<MediaServer>, bound: SocketAddr, shutdown: Shutdown) {
    tokio::select! {
        outcome = server.deliver(bound) => {
            if let Err(error) = outcome {
                tracing::error!("Webhooks of simulated calls are not delivered any more: {error}");
            }
        }
        () = shutdown.begun() => {}
    }
}

/// The simulated calls of the local mode, and how to stop them.
struct DemoRun {
    switch: tokio::sync::watch::Sender<bool>,
    task: tokio::task::JoinHandle<()>,
}

impl DemoRun {
    /// Lets the call that is under way be ended, which needs the server.
    async fn stop(self) {
        let _nobody = self.switch.send(true);
        if tokio::time::timeout(Duration::from_secs(3), self.task).await.is_err() {
            tracing::warn!("A simulated call could not be ended in time; the next start ends it");
        }
    }
}

fn demo(values: &Values, how: How, app: &App, bound: SocketAddr, key: Option<SecretString>) -> Result<Option<DemoRun>> {
    let wanted = how.dev && values.switch("demo")?.unwrap_or(true) && values.switch("simulated")?.unwrap_or(true);
    let Some(key) = key.filter(|_| wanted) else { return Ok(None) };
    let (switch, stop) = Stop::new();
    let task = tokio::spawn(house::run(app.clone(), format!("http://{bound}"), key, stop));
    Ok(Some(DemoRun { switch, task }))
}

fn announce(
    how: How,
    bound: SocketAddr,
    public_url: &str,
    printed: Option<&dev::Printed>,
    first_steps: Option<&FirstSteps>,
) {
    tracing::info!("Callboard {} serves {public_url} on {bound}", version::own());
    let api_key = printed.and_then(|p| p.api_key.as_ref()).map(|k| k.expose_secret());
    let login_url = printed.map(|p| p.login_url.expose_secret());
    if how.ready_json {
        let mut line = json!({ "url": public_url, "version": version::own() });
        if let Some(key) = api_key {
            line["apiKey"] = json!(key);
        }
        if let Some(url) = login_url {
            line["loginUrl"] = json!(url);
        }
        if let Some(steps) = first_steps {
            line["firstSteps"] = json!(steps);
        }
        say(&line.to_string());
        return;
    }
    say(&format!("Callboard is at {public_url}"));
    if let Some(url) = login_url {
        say(&format!("Sign in: {url}"));
    }
    let kept = first_steps.and_then(|s| s.api_key_file.as_deref());
    match (api_key, kept) {
        (Some(key), None) => say(&format!("API key (shown once): {key}")),
        (_, Some(file)) => say(&format!("API key: in {file}")),
        (None, None) if how.dev => say("API key: the one that the first start has shown"),
        // Without --dev nothing is made at a start, so nothing was shown either.
        (None, None) => say(
            "To get in, with the settings of this server: `callboard tenant create` makes a tenant with its owner, \
             `callboard login-link` a link to sign in, `callboard key create` an API key",
        ),
    }
    let Some(first) = first_steps else { return };
    say("Try, in another terminal:");
    for step in &first.steps {
        say(&format!("  # {}\n  {}", step.title, step.command));
    }
}

/// Standard output is for these lines alone; logs go to standard error.
fn say(line: &str) {
    use std::io::Write as _;
    let mut out = std::io::stdout().lock();
    if let Err(error) = writeln!(out, "{line}").and_then(|()| out.flush()) {
        tracing::warn!("Standard output is closed: {error}");
    }
}

fn stop_on_signal(shutdown: Shutdown, demo: Option<DemoRun>) -> Result<impl Future<Output = ()> + Send + 'static> {
    let mut term = signal(SignalKind::terminate()).map_err(Error::internal)?;
    let mut int = signal(SignalKind::interrupt()).map_err(Error::internal)?;
    Ok(async move {
        tokio::select! {
            _ = term.recv() => {}
            _ = int.recv() => {}
        }
        if let Some(demo) = demo {
            demo.stop().await;
        }
        tracing::info!("Stopping: no new requests, those under way may finish");
        shutdown.begin();
    })
}

/// After a commit whose outcome is unknown nothing may be promised: answer those who wait, then exit within 5 s.
fn stop_hard(reason: &str) {
    tracing::error!("The store cannot go on: {reason}. Exiting; start again to recover.");
    std::thread::spawn(|| {
        std::thread::sleep(Duration::from_secs(2));
        std::process::exit(EXIT_STORE);
    });
}
