//! The call that a server in local mode plays by itself: one after the other, through its own public door, while
//! somebody watches.

use std::sync::Arc;

use callboard_http::App;
use callboard_kernel::SecretString;
use tokio::time::Duration;

use super::pace::Chance;
use super::play::Stage;
use super::script::{self, Script};
use super::troupe::{News, Stop, one, order};
use crate::terminal::client::{Failure, Server};

/// What stands in the metadata of the server's own calls.
const MARK: &str = "server";
/// New calls begin for so long after the start, watched or not: the first look finds one.
const UNWATCHED_MS: i64 = 10 * 60 * 1_000;
/// How often the server looks whether somebody watches.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// The pause after a failure.
const CALM: Duration = Duration::from_secs(15);

/// Plays until it is stopped. `url` is where this server answers.
pub async fn run(app: App, url: String, key: SecretString, mut stop: Stop) {
    let scripts = match script::all() {
        Ok(scripts) => scripts,
        Err(error) => return tracing::error!("The scripts of simulated calls cannot be read: {error}"),
    };
    let server = match Server::new(&url, key) {
        Ok(server) => server,
        Err(failure) => return tracing::error!("Simulated calls cannot be played: {failure}"),
    };
    let stage = Stage::new(server, Arc::clone(&app.world), MARK);
    let begun = app.world.now();
    let seed = app.world.entropy().below(u64::MAX);
    let mut tidied = false;
    for nth in 0.. {
        while !stop.pulled() && !watched(&app) && app.world.now().since_ms(begun) > UNWATCHED_MS {
            pause(LOOK_EVERY, &mut stop).await;
        }
        if stop.pulled() {
            return;
        }
        let mut outcome = Ok(());
        if !tidied {
            outcome = end_leftovers(&stage).await;
            tidied = outcome.is_ok();
        }
        if outcome.is_ok() {
            outcome = next(&stage, &scripts, seed, nth, &mut stop).await;
        }
        match outcome {
            Ok(()) => pause(Duration::from_secs(2), &mut stop).await,
            Err(Failure::Refused { status: 401, .. }) => {
                return tracing::warn!(
                    "No simulated calls: the key of the local mode is not accepted any more. Delete its file and start again for a new one."
                );
            }
            Err(failure) => {
                tracing::warn!("A simulated call could not go on: {failure}");
                pause(CALM, &mut stop).await;
            }
        }
    }
}

/// Whether a console, a call page or a stream is open at this server.
fn watched(app: &App) -> bool {
    let (sessions, tenants) = app.log.hub().followers();
    sessions + tenants > 0
}

async fn pause(time: Duration, stop: &mut Stop) {
    tokio::select! {
        () = tokio::time::sleep(time) => {}
        () = stop.wait() => {}
    }
}

async fn next(stage: &Stage, scripts: &[Script], seed: u64, nth: usize, stop: &mut Stop) -> Result<(), Failure> {
    let mut chance = Chance::new(seed, 0, nth, 1.0);
    // The first look is at the script that shows most.
    let script = &scripts[order(0, 0, nth, scripts.len())];
    let tell = |news: News| match news {
        News::Began(id, title) => tracing::info!(session.id = %id, "A simulated call began: {title}"),
        News::Over(id, went) => tracing::info!(session.id = %id, "A simulated call is over: {went:?}"),
        News::Stopped(id) => tracing::info!(session.id = %id, "A simulated call was ended by the stop"),
    };
    one(stage, script, &mut chance, stop, &tell).await
}

/// Ends what an earlier process of this server left open: nobody plays it any more.
async fn end_leftovers(stage: &Stage) -> Result<(), Failure> {
    for status in ["active", "created"] {
        let path = format!("/v1/call/sessions?status={status}&metadataKey=demo&metadataValue={MARK}&limit=100");
        let list = stage.server.get(&path).await?;
        for session in list["items"].as_array().into_iter().flatten() {
            let own = session["provider"] == "simulated";
            if let Some(id) = session["sessionId"].as_str().filter(|_| own) {
                stage.end(id, "completed").await?;
                tracing::info!(session.id = %id, "A simulated call of an earlier start was ended");
            }
        }
    }
    Ok(())
}
