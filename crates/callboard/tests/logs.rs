//! Planted secrets: a story uses each of them, then the log of the whole process and the bytes of the data are searched.

mod support;

use callboard_http::Role;
use callboard_store::{Engine, Sql, params};
use callboard_testkit::fake_livekit::{API_SECRET, Person};
use callboard_testkit::{LogCapture, Scratch};
use serde_json::json;
use support::{ISSUER_SECRET, Kit, TENANT_SCOPES, text};

const SPOKEN: &str = "planted-words-that-somebody-said";

/// Lives a call with every kind of secret in it; gives those that must appear nowhere, and those that logs must not hold.
async fn story(kit: &Kit) -> (Vec<String>, Vec<String>) {
    let ours = kit.tenant("ours", &TENANT_SCOPES).await;
    let http = kit.http.with_bearer(&ours.key);
    let ann = kit.user(&ours, "ann", &[Role::Owner]).await;
    let jwt = kit.jwt(&ours, "ann");
    let (cookie, csrf) = kit.sign_in(&ours, &ann).await;
    let login = cookie.split_once('=').expect("a pair").1.to_owned();
    kit.http.with_bearer(&jwt).get("/v1/me").await.expect(200);
    let session = kit.session(&kit.http.with_bearer(&jwt), &json!({})).await;
    let path = format!("/v1/call/sessions/{session}");
    let link = http.post(&format!("{path}/join-links"), &json!({})).await.expect(201).json();
    let join = text(&link, "joinUrl").split_once('#').expect("a fragment").1.to_owned();
    let seat = kit.http.post("/v1/join", &json!({ "token": join, "displayName": "Guest" })).await.expect(200).json();
    let (pass, resume) = (text(&seat, "pass"), text(&seat, "resumeToken"));
    let media = text(&seat["transport"], "accessToken");
    let room = text(&seat["transport"], "roomName");
    kit.fake.join(&room, &Person::standard(&text(&seat["transport"], "participantIdentity")));
    let turn = kit.fake.turn_password(&room).expect("a password");
    kit.fake.deliver(&kit.http.url("/v1/call/livekit/events")).await;
    let words = json!({ "utteranceId": "u", "speaker": "user", "text": SPOKEN, "startMs": 0, "endMs": 5 });
    let event = json!({ "eventId": "said", "sessionId": session, "type": "transcript.final", "payload": words });
    let guest = kit.http.with_bearer(&pass);
    guest.post("/v1/realtime/events", &event).await.expect(201);
    let wrong = json!({ "eventId": "said", "sessionId": session, "type": "transcript.final", "payload": { "utteranceId": "u", "speaker": "user", "text": format!("{SPOKEN} again"), "startMs": 0, "endMs": 5 } });
    assert!(guest.post("/v1/realtime/events", &wrong).await.status >= 400);
    let back = guest
        .post(&format!("{path}/reconnect"), &json!({ "resumeToken": resume, "consumerId": "c" }))
        .await
        .expect(200)
        .json();
    // Secrets at wrong places: refused, and the refusal must not repeat them.
    for secret in [&ours.key, &pass, &resume, &join, &jwt] {
        kit.http.with_bearer(format!("{secret}x")).get("/v1/me").await.expect(401);
        kit.http.post("/v1/join", &json!({ "token": secret })).await;
        kit.http.post("/v1/login", &json!({ "apiKey": format!("{secret}y") })).await;
        http.post("/v1/realtime/events", &json!({ "eventId": secret, "type": secret })).await;
        http.delete(&format!("/v1/api-keys/{secret}")).await.expect(404);
        http.post(&format!("/v1/call/sessions/{secret}/state"), &json!({ "status": "ended" })).await.expect(404);
        http.post(&format!("{path}/state?token={secret}"), &json!({ "status": "ended" })).await.expect(400);
    }
    let rotated = http.get("/v1/api-keys").await.expect(200).json();
    let fresh = http
        .post(&format!("/v1/api-keys/{}/rotate", text(&rotated["items"][0], "keyId")), &json!({ "overlapSeconds": 60 }))
        .await
        .expect(200)
        .json();
    http.post("/v1/provider/test", &json!({})).await;
    kit.http.with_bearer(&jwt).post(&format!("{path}/state"), &json!({ "status": "ended" })).await.expect(200);
    kit.run_outbox().await;
    kit.requests.flush().await.expect("written");
    let noted = http.get("/v1/requests?status=4xx&limit=100").await.expect(200).text();
    assert!(noted.contains("/v1/api-keys/{keyId}") && noted.contains(&format!("{path}/state")), "{noted}");
    let everywhere = vec![
        ours.key,
        login,
        join,
        pass,
        resume,
        text(&back, "resumeToken"),
        jwt,
        media,
        turn,
        text(&fresh, "secret"),
        API_SECRET.to_owned(),
        ISSUER_SECRET.to_owned(),
    ];
    (everywhere, vec![SPOKEN.to_owned(), csrf])
}

/// Where a secret is found in files, if anywhere.
fn in_files(dir: &std::path::Path, secret: &str) -> Option<String> {
    let needle = secret.as_bytes();
    std::fs::read_dir(dir).expect("the data").filter_map(Result::ok).find_map(|file| {
        let bytes = std::fs::read(file.path()).unwrap_or_default();
        bytes.windows(needle.len()).any(|w| w == needle).then(|| file.path().display().to_string())
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn secrets_are_neither_logged_nor_stored() {
    let log = LogCapture::install();
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let scratch = Scratch::new(engine);
        let kit = Kit::start(scratch.open()).await;
        let (everywhere, logged) = story(&kit).await;
        let planted: Vec<&str> = everywhere.iter().chain(&logged).map(String::as_str).collect();
        log.assert_free_of(&planted);
        assert!(log.text().contains("/v1/join"), "the log shows the requests");
        match scratch.config() {
            callboard_store::Config::Sqlite { dir } => {
                assert!(in_files(&dir, SPOKEN).is_some(), "what was said is stored, so the search sees");
                for secret in &everywhere {
                    assert_eq!(in_files(&dir, secret), None, "a secret lies in the data: {}…", &secret[..6]);
                }
            }
            _ => rows_are_free_of(&kit, &everywhere).await,
        }
        kit.app.db.close().await;
    }
}

/// Every row of every table as text.
async fn rows_are_free_of(kit: &Kit, secrets: &[String]) {
    let mut spoken = false;
    for (table, _) in support::tables(&kit.app.db) {
        let text = format!("select cast(t as text) as line from {table} t");
        let sql: &'static Sql = Box::leak(Box::new(Sql::new("rows", Box::leak(text.into_boxed_str()))));
        let rows = kit.app.db.read(move |tx| tx.query(sql, params! {})).await.expect("rows");
        for row in rows {
            let line: String = row.get("line").expect("text");
            spoken |= line.contains(SPOKEN);
            let found = secrets.iter().find(|s| line.contains(s.as_str()));
            assert!(found.is_none(), "a secret lies in {table}: {line}");
        }
    }
    assert!(spoken, "what was said is stored, so the search sees");
}

/// The built binary at `debug` on PostgreSQL: its driver must not write what it is given.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_binary_keeps_secrets_out_of_its_log_at_debug() {
    let place = support::process::Place::new(Engine::Postgres);
    let env = [("CALLBOARD_LOG".to_owned(), "debug,tokio_postgres=trace".to_owned())];
    let mut server = support::process::Binary::serve(&place, "127.0.0.1:0", &env);
    let (key, login) = (server.api_key(), text(&server.ready, "loginUrl"));
    let http = callboard_testkit::TestApp::attach(server.url()).with_bearer(&key);
    let session = text(&http.post("/v1/call/sessions", &json!({})).await.expect(201).json()["session"], "sessionId");
    let words = json!({ "utteranceId": "u", "speaker": "user", "text": SPOKEN, "startMs": 0, "endMs": 5 });
    let event = json!({ "sessionId": session, "type": "transcript.final", "payload": words });
    http.post("/v1/realtime/events", &event).await.expect(201);
    server.terminate();
    let log = server.log_text();
    assert!(log.contains("DEBUG") && log.contains("/v1/realtime/events"), "the log is at debug");
    let login = login.split_once('#').expect("a fragment").1.to_owned();
    for secret in [key.as_str(), &login, SPOKEN, &place.env()[0].1] {
        assert!(!log.contains(secret), "a secret is in the log");
    }
}
