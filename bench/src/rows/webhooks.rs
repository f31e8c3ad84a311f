//! A provider's webhooks: signed as LiveKit signs them, verified, stored, translated into the log.

use std::path::Path;
use std::rc::Rc;
use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::{Bench, driven};
use crate::fault::{Context as _, Fault, Result};
use crate::judge::Check;
use crate::load::drive;
use crate::load::http::{self, Answer, Http, Requests};
use crate::systems::callboard::{Callboard, Store};
use crate::systems::limits::Limits;

const KEY: &str = "APIbench";
const SECRET: &str = "bench-livekit-secret-0123456789abcdef0123456789";
/// Calls with somebody in the room.
const CALLS: usize = 256;

/// A call that the provider tells of.
struct Call {
    room: String,
    identity: String,
}

/// Tracks that come and go, in each call in turn.
struct Told {
    calls: Vec<Call>,
    begun: u64,
    /// Sets the closed loop and the open loop apart.
    run: &'static str,
    address: String,
}

impl Told {
    fn body(&self, n: u64) -> String {
        let call = &self.calls[(n % self.calls.len() as u64) as usize];
        let turn = n / self.calls.len() as u64;
        let event = if turn.is_multiple_of(2) { "track_published" } else { "track_unpublished" };
        self.tell(call, event, &format!("EV_{}{n}", self.run), &format!("TR_{}{}", self.run, turn / 2))
    }

    fn tell(&self, call: &Call, event: &str, id: &str, track: &str) -> String {
        let about = if track.is_empty() {
            String::new()
        } else {
            format!(",\"track\":{{\"sid\":\"{track}\",\"type\":\"AUDIO\",\"source\":\"MICROPHONE\"}}")
        };
        let (room, identity, begun) = (&call.room, &call.identity, self.begun);
        format!(
            "{{\"event\":\"{event}\",\"id\":\"{id}\",\"createdAt\":\"{begun}\",\"room\":{{\"sid\":\"RM_{room}\",\"name\":\"{room}\"}},\
             \"participant\":{{\"sid\":\"PA_{identity}\",\"identity\":\"{identity}\",\"name\":\"Bench\",\"kind\":\"STANDARD\",\
             \"state\":\"ACTIVE\",\"joinedAt\":\"{begun}\"}}{about}}}"
        )
    }

    fn put(&self, body: &str, out: &mut Vec<u8>) {
        let head = format!(
            "POST /v1/call/livekit/events HTTP/1.1\r\nhost: bench\r\ncontent-type: application/webhook+json\r\nauthorization: {}\r\n",
            signed(body.as_bytes(), self.begun)
        );
        http::put(out, head.as_bytes(), body.as_bytes());
    }
}

impl Requests for Told {
    fn write(&self, n: u64, out: &mut Vec<u8>) {
        self.put(&self.body(n), out);
    }
    fn read(&self, _n: u64, answer: &Answer<'_>) -> Result<u32> {
        if answer.status == 200 { Ok(1) } else { Err(answer.unexpected()) }
    }
}

/// The `Authorization` of a genuine delivery.
fn signed(body: &[u8], now: u64) -> String {
    let digest = STANDARD.encode(Sha256::digest(body));
    let claims = format!("{{\"iss\":\"{KEY}\",\"nbf\":{now},\"exp\":{},\"sha256\":\"{digest}\"}}", now + 3_600);
    let text =
        format!("{}.{}", URL_SAFE_NO_PAD.encode("{\"alg\":\"HS256\",\"typ\":\"JWT\"}"), URL_SAFE_NO_PAD.encode(claims));
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()) else { return text };
    mac.update(text.as_bytes());
    format!("{text}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
}

/// As fast as it goes, then two thousand a second.
pub(super) async fn run(bench: &Bench) -> Result<()> {
    let livekit = Limits::start(&bench.folder("livekit")?).await?;
    let folder = bench.folder("webhooks")?;
    let mut setup = bench.setup(&folder, Store::Sqlite(folder.join("data")));
    let setting = |name: &str, value: &str| (format!("CALLBOARD_LIVEKIT_{name}"), value.to_owned());
    setup.env.push(setting("URL", &format!("ws://{}", livekit.address)));
    setup.env.extend([setting("API_KEY", KEY), setting("API_SECRET", SECRET)]);
    let server = Callboard::start(&setup, None).await?;
    let mut told = calls(&server).await?;
    told.run = "c";
    let told = Rc::new(told);
    let fast = drive(Http::many(&server.address, 64, &told).await?, bench.plan(), &[server.pid()]).await?;
    let mut told = Rc::into_inner(told).because("the requests are still in use")?;
    told.run = "o";
    let told = Rc::new(told);
    let steady = drive(Http::many(&told.address, 64, &told).await?, bench.plan_at(2_000.0), &[server.pid()]).await?;
    drop(server);
    let found = look_up(&folder.join("data/callboard.db"), &[("c", fast.sent), ("o", steady.sent)])?;
    let checks = vec![
        Check::at_least("rate /s", 10_000.0, fast.rate()),
        Check::at_most("p99 ms at 2,000 /s", 10.0, steady.ms(0.99)),
    ];
    let title = "provider webhooks verified, stored, translated, 64 connections";
    let mut entry = driven("webhooks", title, &fast).judged("≥ 10 k/s, p99 ≤ 10 ms at 2 k/s", checks);
    entry.looked_up = Some(found);
    bench.add(entry.noted("Signing is part of the load generator's cost."));
    bench.add(driven("webhooks-2k", "the same, open loop, 2,000 /s", &steady));
    Ok(())
}

/// Sessions with a seat, and the webhook that says that somebody took it.
async fn calls(server: &Callboard) -> Result<Told> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
    let mut told = Told { calls: Vec::new(), begun: now, run: "j", address: server.address.clone() };
    for name in server.sessions("w", CALLS).await? {
        let path = format!("/v1/call/sessions/{name}/livekit/token");
        let body = json!({ "kind": "caller", "participantName": "Bench" }).to_string();
        let seat = server.ask("POST", &path, &body).await?;
        let text =
            |name: &str| seat["transport"][name].as_str().map(str::to_owned).because(format!("no {name} in the seat"));
        told.calls.push(Call { room: text("roomName")?, identity: text("participantIdentity")? });
    }
    for (n, call) in told.calls.iter().enumerate() {
        let (mut request, body) = (Vec::new(), told.tell(call, "participant_joined", &format!("EV_j{n}"), ""));
        told.put(&body, &mut request);
        let (status, answer) = http::once(&server.address, &request).await?;
        if status != 200 {
            return Err(Fault::new(format!("a webhook was answered with {status}: {answer}")));
        }
    }
    Ok(told)
}

/// Every delivery that was answered is in the reopened store, was applied, and what it added is in the log.
fn look_up(database: &Path, runs: &[(&str, u64)]) -> Result<u64> {
    let db = rusqlite::Connection::open(database)?;
    let applied = "select count(*) from provider_receipt where provider_event_id glob ?1 and outcome = 'applied'";
    let mut found = 0;
    for (run, sent) in runs {
        let stored: i64 = db.query_row(applied, [format!("EV_{run}*")], |row| row.get(0))?;
        let stored = u64::try_from(stored)?;
        if stored != *sent {
            return Err(Fault::new(format!("{sent} webhooks were acknowledged, {stored} are stored and applied")));
        }
        found += stored;
    }
    let tracks = "select count(*) from event where type in ('call.track.published', 'call.track.unpublished')";
    let events: i64 = db.query_row(tracks, [], |row| row.get(0))?;
    if u64::try_from(events)? == found {
        Ok(found)
    } else {
        Err(Fault::new(format!("{found} webhooks became {events} events")))
    }
}
