//! The adapter against the real livekit-server: its API, its refusals, and webhooks that it signed.

mod common;

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use callboard_calls::ports::{MediaRooms, RoomOptions};
use callboard_livekit::{LiveKitConfig, LiveKitRooms};
use callboard_store::Engine;
use callboard_testkit::engines::Scratch;
use callboard_testkit::{FakeLiveKit, FakeWorld, TestApp, http_client};
use common::Kit;
use serde_json::{Value, json};

const KEY: &str = "realkey";
const SECRET: &str = "a-secret-of-this-test-0123456789abcdef";
const OPTIONS: RoomOptions = RoomOptions { empty_timeout_s: 900, departure_timeout_s: 150 };

/// A livekit-server of this test; ended when the test is over.
struct Real {
    child: Child,
    url: String,
    _folder: tempfile::TempDir,
}

impl Drop for Real {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _killed = self.child.kill();
        let _waited = self.child.wait();
    }
}

fn binary() -> PathBuf {
    let default = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../.tools/go/bin/livekit-server");
    let path = std::env::var_os("LIVEKIT_SERVER").map_or(default, PathBuf::from);
    assert!(path.exists(), "livekit-server is missing at {}; run `scripts/install-livekit.sh`", path.display());
    path
}

fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a free port").port()
}

impl Real {
    async fn start(webhook: &str, port: u16) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let config = json!({
            "port": port, "bind_addresses": ["127.0.0.1"], "keys": { KEY: SECRET },
            "rtc": { "udp_port": free_port(), "tcp_port": 0, "node_ip": "127.0.0.1", "use_external_ip": false,
                "enable_loopback_candidate": true, "stun_servers": ["127.0.0.1:3478"] },
            "webhook": { "api_key": KEY, "urls": [webhook] },
        });
        // JSON is YAML.
        let file = folder.path().join("livekit.yaml");
        std::fs::write(&file, config.to_string()).expect("written");
        let child = Command::new(binary())
            .arg("--config")
            .arg(&file)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("livekit-server starts");
        let real = Self { child, url: format!("http://127.0.0.1:{port}"), _folder: folder };
        let client = http_client();
        for _ in 0..200 {
            if client.get(&real.url).send().await.is_ok_and(|r| r.status().is_success()) {
                return real;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("livekit-server does not answer at {}", real.url);
    }
}

fn config(url: &str, key: &str, secret: &str) -> LiveKitConfig {
    LiveKitConfig::new(url, None, key, secret.to_owned().into()).expect("good")
}

/// Receipts by the event's name, once `n` are there.
async fn receipts(http: &TestApp, n: usize) -> Vec<Value> {
    for _ in 0..100 {
        let list = http.with_bearer("operator").get("/v1/provider/receipts").await.expect(200).json();
        let items = list["items"].as_array().expect("a list");
        if items.len() >= n {
            return items.clone();
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{n} webhooks did not come within 5 s");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_real_server_is_understood_and_understands() {
    let scratch = Scratch::new(Engine::Sqlite);
    let (world, port) = (FakeWorld::live(41), free_port());
    let fake = FakeLiveKit::start(world.clone()).await;
    let url = format!("http://127.0.0.1:{port}");
    let kit = Kit::with(scratch.open(), world.clone(), fake, config(&url, KEY, SECRET)).await;
    let real = Real::start(&kit.webhook(), port).await;
    let rooms = &kit.livekit.rooms;

    let (id, room, identity) = kit.call().await;
    let made = rooms.ensure_room(&room, OPTIONS).await.expect("the token route made it, this finds it");
    assert_eq!(rooms.list_rooms(std::slice::from_ref(&room)).await.expect("listed"), std::slice::from_ref(&made));
    assert_eq!(rooms.list_rooms(&["cb_none".to_owned()]).await.expect("listed"), []);
    assert_eq!(rooms.list_participants(&room).await.expect("nobody"), []);
    rooms.remove_participant(&room, &identity).await.expect("nobody to remove is fine");
    let dispatched = rooms.dispatch_agent(&room, "host", "{}").await.expect("dispatched");
    assert_eq!(rooms.list_dispatches(&room).await.expect("listed"), [dispatched]);
    assert_eq!(rooms.list_dispatches("cb_none").await.expect("no room, no dispatch"), []);

    // The token opens the real server's door.
    let path = format!("/v1/call/sessions/{id}/livekit/token");
    let token = kit.http.post(&path, &json!({ "kind": "observer" })).await.expect(200).json();
    let token = token["transport"]["accessToken"].as_str().expect("a token").to_owned();
    let door = http_client().get(format!("{url}/rtc/validate?access_token={token}")).send().await.expect("an answer");
    assert_eq!(door.status().as_u16(), 200);

    // Its webhooks verify, map and have their effect.
    let seen = receipts(&kit.http, 1).await;
    assert_eq!((&seen[0]["event"], &seen[0]["outcome"]), (&json!("room_started"), &json!("applied")), "{seen:?}");
    assert_eq!(seen[0]["sessionId"], id.as_str());
    assert_eq!(seen[0]["body"]["room"]["turnPassword"], "[redacted]");
    assert_eq!(kit.session(&id).await["connection"], "connecting");
    rooms.delete_room(&room).await.expect("deleted");
    rooms.delete_room(&room).await.expect("gone is as good");
    let seen = receipts(&kit.http, 2).await;
    assert!(seen.iter().any(|r| r["event"] == "room_finished"), "{seen:?}");
    assert_eq!(kit.livekit.health.snapshot().rejected, []);

    // There and back by the connection test.
    let report = kit.http.post("/v1/provider/test", &json!({})).await.expect(200).json();
    assert_eq!(report["ok"], true, "{report}");

    // Refusals are told apart.
    for (key, secret, why) in [
        (KEY, "another-secret-0123456789abcdef0123456789", "the secret does not belong to this API key"),
        ("stranger", SECRET, "the server does not know this API key"),
    ] {
        let wrong = LiveKitRooms::new(config(&real.url, key, secret), world.clone()).expect("a client");
        let error = wrong.list_rooms(&["x".to_owned()]).await.expect_err("refused");
        assert!(error.internal_note().is_some_and(|n| n.contains(why)), "{error}");
    }
    world.advance_ms(-600_000);
    let error = rooms.list_rooms(&["x".to_owned()]).await.expect_err("our clock is ten minutes behind");
    assert!(error.internal_note().is_some_and(|n| n.contains("clock")), "{error}");
}
