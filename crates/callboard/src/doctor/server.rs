//! The running server: whether there is one, and what it sees.

use std::path::Path;
use std::sync::Arc;

use callboard_kernel::{ExposeSecret as _, Keyring, World};
use callboard_livekit::{probe, probe_there};
use callboard_store::Db;

use super::inside::{Inside, Seen, media_url, seen};
use super::report::Check;
use super::{bad_settings, judge, outside, own_address};
use crate::config::Values;
use crate::desk::{self, Ask};
use crate::serve;
use crate::world::RealWorld;

/// What is known about it.
pub struct Server {
    /// What it says of itself.
    pub inside: Option<Inside>,
    /// The connection test both ways, where it could be run.
    pub livekit: Option<Result<Vec<Seen>, Check>>,
    /// What its `/health` may call the installation.
    pub marks: Vec<String>,
    /// Certainly none runs.
    pub stopped: bool,
}

/// Finds the server: by its socket beside an SQLite database, else by its own port. Beside PostgreSQL the way back from
/// LiveKit is tested here: the server stores what it hears where this process can read it.
pub async fn find(values: &Values, dir: Option<&Path>, keys: Option<Arc<Keyring>>, db: Option<Db>) -> (Check, Server) {
    let marks = keys.iter().flat_map(|k| k.fingerprints()).map(|(_, mark)| mark).collect();
    let mut server = Server { inside: None, livekit: None, marks, stopped: false };
    if let Some(dir) = dir {
        match desk::ask(dir, &Ask::Doctor).await {
            Ok(None) => {}
            Ok(Some(text)) => {
                return match serde_json::from_str::<Inside>(text.expose_secret()) {
                    Ok(inside) => asked(server, inside),
                    Err(error) => (another_version(&error.to_string()), server),
                };
            }
            Err(error) => return (another_version(error.message()), server),
        }
    }
    let own = own_address(values);
    let heard = outside::health(&own, || RealWorld.now()).await.ok();
    let mark = heard.and_then(|h| h.answered.installation);
    if mark.is_some_and(|mark| server.marks.contains(&mark)) {
        if let Some(db) = db {
            server.livekit = Some(both_ways(values, dir, db).await);
        }
        return (Check::ok("server", format!("runs at {own}")), server);
    }
    server.stopped = dir.is_some();
    let mut check = Check::skipped("server", format!("none of this installation answers at {own}"));
    check.todo = Some("start it, then run this again".to_owned());
    (check, server)
}

async fn both_ways(values: &Values, dir: Option<&Path>, db: Db) -> Result<Vec<Seen>, Check> {
    let url = values.set("public_url").map_or_else(|| own_address(values), |u| u.trim_end_matches('/').to_owned());
    let tested = async {
        let app = serve::app(values, db, dir.map(Path::to_path_buf), url).await?;
        let livekit = serve::livekit(values, &app.world)?;
        Ok(seen(probe(&app, livekit.as_ref(), RealWorld.entropy()).await))
    };
    tested.await.map_err(|error| bad_settings(&error))
}

fn asked(mut server: Server, inside: Inside) -> (Check, Server) {
    server.marks.clone_from(&inside.marks);
    server.livekit = Some(Ok(inside.livekit.clone()));
    let own = env!("CARGO_PKG_VERSION");
    let line = format!("process {}, version {}, at {}", inside.process, inside.version, inside.public_url);
    let check = if inside.version == own {
        Check::ok("server", line)
    } else {
        Check::warning("server", format!("{line}; this is version {own}"), "use the binary that the server runs")
    };
    server.inside = Some(inside);
    (check, server)
}

fn another_version(why: &str) -> Check {
    let todo = "run this as the server's user, with the binary that the server runs";
    Check::failed("server", format!("runs, and does not answer: {why}"), todo)
}

/// LiveKit: both ways where a server can hear it, else as this process reaches it.
pub async fn media(values: &Values, server: &Server) -> Vec<Check> {
    match &server.livekit {
        Some(Ok(steps)) => judge::livekit(steps, true),
        Some(Err(check)) => vec![check.clone()],
        None => {
            let world: Arc<dyn World> = Arc::new(RealWorld);
            match serve::livekit(values, &world) {
                Ok(livekit) => judge::livekit(&seen(probe_there(&*world, livekit.as_ref()).await), false),
                Err(error) => vec![bad_settings(&error)],
            }
        }
    }
}

/// Whether anybody answers where browsers are sent for the media: the server's word, else as the settings here say.
pub async fn media_address(values: &Values, server: &Server) -> Check {
    let own = || {
        let world: Arc<dyn World> = Arc::new(RealWorld);
        serve::livekit(values, &world).ok().flatten().as_ref().map(media_url)
    };
    let told = server.inside.as_ref().map(|inside| inside.media_url.clone());
    match told.unwrap_or_else(own) {
        Some(url) => judge::media_address(&url, outside::media(&url).await),
        None => Check::skipped("livekit-public", "no LiveKit is configured"),
    }
}
