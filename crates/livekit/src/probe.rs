//! The connection test: asks LiveKit step by step and says exactly where it fails. The last steps make a room and
//! wait for the webhook about it, so that the way back is tested as well.

use std::future::Future;
use std::time::Duration;

use callboard_calls::ports::{MediaRooms, RoomOptions};
use callboard_http::App;
use callboard_kernel::{Entropy, Timestamp, World, uuid7_base32};
use callboard_store::Reach;
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use crate::LiveKit;
use crate::commands::TEST_ROOM;
use crate::health::HealthSnapshot;
use crate::signature::LEEWAY_S;
use crate::store;

/// How long the webhook of the test's room may take.
const WEBHOOK_WAIT: Duration = Duration::from_secs(3);
/// How often the receipts are looked at meanwhile.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// One step of the connection test.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Step {
    /// `configured`, `connect`, `clock`, `apiKey`, `room`, `webhook`.
    pub step: &'static str,
    /// Whether it went well.
    pub ok: bool,
    /// What was seen, and what to do about it.
    pub detail: String,
    /// How long it took, milliseconds.
    pub ms: i64,
}

/// The outcome of the connection test. Steps after a failed one are not tried and not listed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProbeReport {
    /// Whether every step went well.
    pub ok: bool,
    /// The steps in order.
    pub steps: Vec<Step>,
}

struct Probe<'a> {
    world: &'a dyn World,
    livekit: &'a LiveKit,
    steps: Vec<Step>,
}

/// Runs the test; at most about 15 seconds.
pub async fn probe(app: &App, livekit: Option<&LiveKit>, mut entropy: Entropy) -> ProbeReport {
    let Some(livekit) = livekit else { return not_configured() };
    let mut probe = Probe { world: &*app.world, livekit, steps: Vec::new() };
    let room = format!("{TEST_ROOM}{}", uuid7_base32(app.world.now(), &mut entropy));
    let ok = probe.there().await && probe.way_back(app, &room).await;
    ProbeReport { ok, steps: probe.steps }
}

/// The steps that need no server of ours: all but the room and its webhook.
pub async fn probe_there(world: &dyn World, livekit: Option<&LiveKit>) -> ProbeReport {
    let Some(livekit) = livekit else { return not_configured() };
    let mut probe = Probe { world, livekit, steps: Vec::new() };
    let ok = probe.there().await;
    ProbeReport { ok, steps: probe.steps }
}

fn not_configured() -> ProbeReport {
    let detail = "No media provider is configured: set livekit.url, livekit.api_key and livekit.api_secret.";
    let step = Step { step: "configured", ok: false, detail: detail.to_owned(), ms: 0 };
    ProbeReport { ok: false, steps: vec![step] }
}

impl Probe<'_> {
    async fn there(&mut self) -> bool {
        let (world, livekit) = (self.world, self.livekit);
        let config = livekit.rooms.config();
        let (url, public, key) = (&config.url, &config.public_url, &config.api_key);
        let shown = format!("LiveKit is at {url}, for browsers at {public}; the API key is {key}.");
        self.step("configured", async { Ok(shown) }).await
            && self.step("connect", connect(livekit)).await
            // Before the key: a clock that is off makes the server refuse a good one, and says nothing of seconds.
            && self.step("clock", clock(world, livekit)).await
            && self.step("apiKey", api_key(world, livekit)).await
    }

    async fn step(&mut self, step: &'static str, work: impl Future<Output = Result<String, String>>) -> bool {
        let begun = self.world.now();
        let outcome = work.await;
        let ms = self.world.now().since_ms(begun).max(0);
        let ok = outcome.is_ok();
        let detail = outcome.unwrap_or_else(|why| why);
        self.steps.push(Step { step, ok, detail, ms });
        ok
    }

    async fn way_back(&mut self, app: &App, room: &str) -> bool {
        let begun = self.world.now();
        let livekit = self.livekit;
        let options = RoomOptions { empty_timeout_s: 30, departure_timeout_s: 30 };
        // Taken before there is a room: its webhook can be here before we know that it was made.
        let before = livekit.health.snapshot();
        let made = async {
            let made = livekit.rooms.ensure_room(room, options).await;
            made.map(|r| format!("A room was made ({}).", r.sid)).map_err(|e| e.to_string())
        };
        if !self.step("room", made).await {
            return false;
        }
        let heard = self.step("webhook", webhook(app, livekit, room, (begun, &before))).await;
        if let Err(error) = livekit.rooms.delete_room(room).await {
            tracing::warn!(error = %error, "The room `{room}` of the connection test stays until it times out");
        }
        heard
    }
}

async fn connect(livekit: &LiveKit) -> Result<String, String> {
    let url = &livekit.rooms.config().url;
    match livekit.rooms.twirp().root().await {
        Ok((status, _)) => Ok(format!("{url} answers (status {status}).")),
        Err(failure) => Err(format!("{url}: {}", failure.reason())),
    }
}

async fn api_key(world: &dyn World, livekit: &LiveKit) -> Result<String, String> {
    let grants = json!({ "roomList": true });
    // One name that no room has: the answer is small however many rooms there are.
    let body = json!({ "names": [TEST_ROOM] });
    let call = livekit.rooms.twirp().call("RoomService", "ListRooms", &grants, &body, world.now());
    call.await.map(|_| "The API key and its secret are accepted.".to_owned()).map_err(|f| f.reason())
}

async fn clock(world: &dyn World, livekit: &LiveKit) -> Result<String, String> {
    let (_, date) = livekit.rooms.twirp().root().await.map_err(|f| f.reason())?;
    let theirs = date.as_deref().and_then(http_date);
    let Some(theirs) = theirs else {
        return Ok("The server tells no time; beyond a minute of difference it refuses our tokens.".to_owned());
    };
    // The header names a second; half of it is as likely as any other part.
    let skew_s = theirs.plus_ms(500).since_ms(world.now()) / 1_000;
    if skew_s.abs() < LEEWAY_S / 2 {
        return Ok(format!("The clocks differ by {} s.", skew_s.abs()));
    }
    let side = if skew_s > 0 { "ahead of" } else { "behind" };
    let seconds = skew_s.abs();
    Err(format!(
        "LiveKit's clock is {seconds} s {side} this server's; beyond {LEEWAY_S} s webhooks and tokens are refused."
    ))
}

/// An instant as HTTP's `Date` header gives it: `Sun, 22 Nov 2026 00:30:31 GMT`.
pub fn http_date(text: &str) -> Option<Timestamp> {
    let instant = jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(text).ok()?;
    Some(Timestamp::from_micros(instant.as_microsecond()))
}

async fn webhook(
    app: &App,
    livekit: &LiveKit,
    room: &str,
    (begun, before): (Timestamp, &HealthSnapshot),
) -> Result<String, String> {
    let looks = WEBHOOK_WAIT.as_millis() / LOOK_EVERY.as_millis();
    for _ in 0..looks {
        let (provider, room) = (livekit.rooms.config().provider, room.to_owned());
        // The room is the test's own and belongs to no session, so its webhook is the installation's.
        let db = app.db.within(Reach::Installation);
        let heard = db.read(move |tx| store::heard_of(tx, provider, &room, begun)).await;
        if heard.map_err(|e| e.to_string())? {
            return Ok("The webhook about the room arrived and its signature is good.".to_owned());
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
    let after = livekit.health.snapshot();
    if let Some((_, reason)) = after.last_rejected
        && after.rejected != before.rejected
    {
        return Err(format!("A webhook arrived and was rejected ({}). {}", reason.as_str(), reason.advice()));
    }
    let url = format!("{}/v1/call/livekit/events", app.settings.public_url);
    let key = &livekit.rooms.config().api_key;
    Err(format!(
        "No webhook about the room arrived within {} s. LiveKit's configuration needs `webhook: {{ api_key: {key}, urls: [\"{url}\"] }}`, and that address must be reachable from LiveKit.",
        WEBHOOK_WAIT.as_secs()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_of_http() {
        let at = http_date("Sun, 22 Nov 2026 00:30:31 GMT").map(Timestamp::seconds);
        assert_eq!(at, Some(1_795_307_431));
        assert_eq!(http_date("yesterday"), None);
    }
}
