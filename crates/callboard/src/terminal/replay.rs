//! `callboard replay`: a call's log from its beginning, as one bounded read, at once or in the call's own time.

use std::time::Duration;

use callboard_kernel::Timestamp;
use clap::Args;
use serde_json::Value;

use super::Common;
use super::client::{Failure, Server, escaped};
use super::follow::wanted;
use super::screen::Screen;

/// `callboard replay`
#[derive(Args, Debug)]
pub struct Replay {
    #[command(flatten)]
    common: Common,
    /// The call.
    session: String,
    /// Begin after this sequence.
    #[arg(long, value_name = "SEQUENCE", default_value_t = 0)]
    after: u64,
    /// End with this sequence; without it with the last one committed when the read began.
    #[arg(long, value_name = "SEQUENCE")]
    until: Option<u64>,
    /// Only these types; `call.*` is a family. Repeat for more.
    #[arg(long = "type", value_name = "TYPE")]
    types: Vec<String>,
    /// In the call's own time, this many times as fast; without it all at once.
    #[arg(long, value_name = "FACTOR", value_parser = factor)]
    speed: Option<f64>,
}

fn factor(text: &str) -> Result<f64, String> {
    let number: f64 = text.parse().map_err(|_| "must be a number".to_owned())?;
    if (0.01..=1_000.0).contains(&number) { Ok(number) } else { Err("must be from 0.01 to 1000".to_owned()) }
}

/// No pause of a replay is longer: nobody wants to sit through a silence twice.
const LONGEST_PAUSE_MS: f64 = 5_000.0;

/// Shows the log. The first page's watermark bounds all that follow, so that a running call has an end here too.
pub async fn run(replay: &Replay) -> Result<(), Failure> {
    let server = Server::from(&replay.common.reach)?;
    let screen = Screen::new(replay.common.json);
    let (mut after, mut until, mut last) = (replay.after, replay.until, None);
    loop {
        let bound = until.map(|u| format!("&untilSequence={u}")).unwrap_or_default();
        let path =
            format!("/v1/realtime/sessions/{}/events?afterSequence={after}&limit=500{bound}", escaped(&replay.session));
        let page = server.get(&path).await?;
        for event in page["events"].as_array().into_iter().flatten() {
            if wanted(&replay.types, event["type"].as_str().unwrap_or_default()) {
                pause(replay.speed, &mut last, event).await;
                screen.event(event, false)?;
            }
        }
        until = until.or_else(|| page["watermark"]["sequence"].as_u64());
        after = page["nextAfterSequence"].as_u64().unwrap_or(after);
        if page["hasMore"] != Value::Bool(true) {
            return Ok(());
        }
    }
}

async fn pause(speed: Option<f64>, last: &mut Option<Timestamp>, event: &Value) {
    let Some(speed) = speed else { return };
    let Some(at) = event["ts"].as_str().and_then(Timestamp::parse_rfc3339) else { return };
    if let Some(before) = last.replace(at) {
        // Producers' clocks differ: an event that is older than the one before it follows at once.
        #[allow(clippy::cast_precision_loss, reason = "milliseconds between two events of a call")]
        let ms = (at.since_ms(before).max(0) as f64 / speed).min(LONGEST_PAUSE_MS);
        tokio::time::sleep(Duration::from_secs_f64(ms / 1_000.0)).await;
    }
}
