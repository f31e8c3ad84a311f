//! Bad input over HTTP: each gets its documented code in a whole problem document, and nothing changes.

mod support;

use callboard_http::{Role, Scope};
use callboard_store::Db;
use callboard_testkit::Answer;
use callboard_testkit::fake_livekit::{Forgery, Person};
use reqwest::Method;
use serde_json::{Value, json};
use support::cases::{Case, JSON, LOOSE_TIMES, bad_searches, check_problem, get, post, with};
use support::{Kit, TENANT_SCOPES, Tenancy, counts, text};

/// What the cases talk about.
struct Scene {
    ours: Tenancy,
    open: String,
    ended: String,
    of_a_user: String,
    theirs: String,
    /// An endpoint and a delivery of ours.
    webhook: (String, String),
}

async fn scene(kit: &Kit) -> Scene {
    let (ours, theirs) = (kit.tenant("ours", &TENANT_SCOPES).await, kit.tenant("theirs", &TENANT_SCOPES).await);
    let http = kit.http.with_bearer(&ours.key);
    kit.user(&ours, "ann", &[]).await;
    kit.user(&ours, "bob", &[]).await;
    let open = kit.session(&http, &json!({ "sessionId": "open-1" })).await;
    let ended = kit.session(&http, &json!({ "sessionId": "ended-1" })).await;
    http.post(&format!("/v1/call/sessions/{ended}/state"), &json!({ "status": "ended" })).await.expect(200);
    let of_a_user = kit.session(&kit.http.with_bearer(kit.jwt(&ours, "ann")), &json!({})).await;
    let theirs = kit.session(&kit.http.with_bearer(&theirs.key), &json!({})).await;
    http.post("/v1/realtime/events", &event(&open, json!({ "eventId": "taken" }))).await.expect(201);
    let webhook = support::people::webhook(&http).await;
    Scene { ours, open, ended, of_a_user, theirs, webhook }
}

/// A good event with members changed; a `Null` takes a member away.
fn event(session: &str, change: Value) -> Value {
    let payload = json!({ "callId": session, "turnId": "t", "owner": "user" });
    let mut event = json!({ "sessionId": session, "type": "call.turn.owner_changed", "payload": payload });
    let map = event.as_object_mut().expect("an object");
    for (name, value) in change.as_object().expect("changes") {
        match value {
            Value::Null => drop(map.remove(name)),
            value => drop(map.insert(name.clone(), value.clone())),
        }
    }
    event
}

const EVENTS: &str = "/v1/realtime/events";
const SESSIONS: &str = "/v1/call/sessions";

/// What is not JSON as RFC 8259 and our limits say.
fn malformed() -> Vec<(&'static str, Vec<u8>)> {
    let deep = format!("{{\"x\":{}1{}}}", "[".repeat(40), "]".repeat(40));
    let mut all: Vec<(&'static str, Vec<u8>)> = [
        ("nothing closed", "{"),
        ("no value", "  "),
        ("trailing comma", "{\"x\":1,}"),
        ("single quotes", "{'x':1}"),
        ("NaN", "{\"x\":NaN}"),
        ("Infinity", "{\"x\":-Infinity}"),
        ("leading zero", "{\"x\":01}"),
        ("no fraction", "{\"x\":1.}"),
        ("plus", "{\"x\":+1}"),
        ("hexadecimal", "{\"x\":0x1}"),
        ("beyond a double", "{\"x\":1e999}"),
        ("beyond 2^53", "{\"x\":9007199254740993}"),
        ("duplicate keys", "{\"x\":1,\"x\":2}"),
        ("duplicate keys, escaped", "{\"x\":1,\"\\u0078\":2}"),
        ("high surrogate alone", "{\"x\":\"\\ud800\"}"),
        ("low surrogate alone", "{\"x\":\"\\udc00\"}"),
        ("U+0000", "{\"x\":\"\\u0000\"}"),
        ("line break in a string", "{\"x\":\"a\nb\"}"),
        ("two documents", "{} {}"),
        ("a comment", "{/* x */}"),
        ("python", "{\"x\":None}"),
    ]
    .map(|(name, body)| (name, body.as_bytes().to_vec()))
    .to_vec();
    all.push(("deep nesting", deep.into_bytes()));
    all.push(("byte order mark", b"\xEF\xBB\xBF{}".to_vec()));
    all.push(("invalid UTF-8", b"{\"x\":\"\xFF\"}".to_vec()));
    all
}

/// Faults of the envelope and the payload.
fn bad_events(s: &str) -> Vec<Case> {
    let mut all = Vec::new();
    let payload = |change: Value| {
        let mut payload = json!({ "utteranceId": "u", "speaker": "user", "text": "hi", "startMs": 0, "endMs": 5 });
        for (name, value) in change.as_object().expect("changes") {
            payload[name] = value.clone();
        }
        json!({ "type": "transcript.final", "payload": payload })
    };
    for (name, change) in [
        ("event id is a number", json!({ "eventId": 7 })),
        ("event id with a blank", json!({ "eventId": "a b" })),
        ("event id too long", json!({ "eventId": "e".repeat(129) })),
        ("event id empty", json!({ "eventId": "" })),
        ("session id is a number", json!({ "sessionId": 7 })),
        ("no session id", json!({ "sessionId": null })),
        ("no type", json!({ "type": null })),
        ("type is a number", json!({ "type": 7 })),
        ("no payload", json!({ "payload": null })),
        ("payload is text", json!({ "payload": "x" })),
        ("payload is a list", json!({ "payload": [] })),
        ("time is a number", json!({ "ts": 5 })),
        ("both times", json!({ "ts": "2026-03-03T10:00:00Z", "timestamp": "2026-03-03T10:00:00Z" })),
        ("actor is text", json!({ "actor": "me" })),
        ("another schema version", json!({ "schemaVersion": "2.0" })),
        ("schema version is a number", json!({ "schemaVersion": 1.0 })),
        ("an unknown member", json!({ "colour": "red" })),
        ("another call's id", json!({ "payload": { "callId": "other", "turnId": "t", "owner": "user" } })),
        ("speaker of no kind", payload(json!({ "speaker": "ghost" }))),
        ("blank text", payload(json!({ "text": "  " }))),
        ("negative start", payload(json!({ "startMs": -1 }))),
        ("start with a fraction", payload(json!({ "startMs": 0.5 }))),
        ("start as text", payload(json!({ "startMs": "0" }))),
        ("end before start", payload(json!({ "startMs": 9 }))),
        ("confidence above one", payload(json!({ "confidence": 1.01 }))),
        ("confidence NaN-like", payload(json!({ "confidence": "NaN" }))),
        ("payload over 64 KiB", payload(json!({ "text": "x".repeat(65_537) }))),
    ] {
        all.push(post(name, EVENTS, event(s, change).to_string(), (400, "EVENT_INVALID")));
    }
    all
}

/// Instants that are looser than RFC 3339.
fn loose_times(s: &str) -> Vec<Case> {
    let mut all = Vec::new();
    for loose in LOOSE_TIMES {
        all.push(post(
            &format!("time {loose:?}"),
            EVENTS,
            event(s, json!({ "ts": loose })).to_string(),
            (400, "EVENT_INVALID"),
        ));
    }
    all
}

/// Events with a refusal of their own.
fn refused_events(s: &str) -> Vec<Case> {
    let mut all = Vec::new();
    for (name, change, expected) in [
        ("unknown type", json!({ "type": "call.flown" }), (400, "UNKNOWN_EVENT_TYPE")),
        ("a sequence", json!({ "sequence": 7 }), (400, "SEQUENCE_NOT_ALLOWED")),
        ("a reserved id", json!({ "eventId": "cb:mine" }), (400, "VALIDATION_FAILED")),
        (
            "an id that is taken",
            json!({ "eventId": "taken", "payload": { "callId": s, "turnId": "t", "owner": "agent" } }),
            (409, "EVENT_ID_CONFLICT"),
        ),
        (
            "a type of Callboard's own",
            json!({ "type": "call.connecting", "payload": { "callId": s } }),
            (403, "EVENT_FAMILY_FORBIDDEN"),
        ),
        (
            "an actor that is not theirs",
            json!({ "actor": { "role": "system", "id": "callboard" } }),
            (403, "ACTOR_FORBIDDEN"),
        ),
    ] {
        all.push(post(name, EVENTS, event(s, change).to_string(), expected));
    }
    all
}

/// Sizes, content types, batches.
fn bad_envelopes(s: &str) -> Vec<Case> {
    let good = event(s, json!({}));
    let many = json!({ "events": vec![&good; 1001] }).to_string();
    let huge = |bytes: usize| format!("{{\"x\":\"{}\"}}", "x".repeat(bytes));
    let typed = |name: &str, kind: &str| {
        with(post(name, EVENTS, good.to_string(), (415, "UNSUPPORTED_MEDIA_TYPE")), "content-type", kind)
    };
    vec![
        post("1001 events", EVENTS, many, (400, "VALIDATION_FAILED")),
        post("no events", EVENTS, "{\"events\":[]}", (400, "VALIDATION_FAILED")),
        post("events are no list", EVENTS, "{\"events\":7}", (400, "VALIDATION_FAILED")),
        post(
            "atomic is text",
            EVENTS,
            json!({ "events": [good], "atomic": "yes" }).to_string(),
            (400, "VALIDATION_FAILED"),
        ),
        post(
            "a member beside events",
            EVENTS,
            json!({ "events": [good], "more": 1 }).to_string(),
            (400, "VALIDATION_FAILED"),
        ),
        post(
            "one of all is bad",
            EVENTS,
            json!({ "events": [good, {}], "atomic": true }).to_string(),
            (400, "EVENT_INVALID"),
        ),
        post("a single event over 1 MiB", EVENTS, huge(1024 * 1024), (413, "BODY_TOO_LARGE")),
        post("a batch over 8 MiB", EVENTS, huge(8 * 1024 * 1024), (413, "BODY_TOO_LARGE")),
        post("a body over 1 MiB", SESSIONS, huge(1024 * 1024), (413, "BODY_TOO_LARGE")),
        typed("text", "text/plain"),
        typed("form", "application/x-www-form-urlencoded"),
        typed("another charset", "application/json; charset=latin-1"),
        typed("a neighbour of JSON", "application/json5"),
        Case { headers: Vec::new(), ..typed("no content type", "") },
        Case {
            headers: vec![("content-type", JSON.to_owned()), ("content-type", JSON.to_owned())],
            ..typed("two content types", "")
        },
    ]
}

/// Things that are not there, not theirs, or over.
fn wrong_objects(kit: &Kit, scene: &Scene) -> Vec<Case> {
    let mut all = Vec::new();
    let missing = (404, "NOT_FOUND");
    for session in ["ses_01m80ajs2rf00000000000n0ne", "no-such-session", "../etc/passwd", &scene.theirs] {
        all.push(post("event of a wrong session", EVENTS, event(session, json!({})).to_string(), missing));
        let path = session.replace('/', "%2F");
        all.push(get("replay of a wrong session", &format!("/v1/realtime/sessions/{path}/events"), missing));
        all.push(post(
            "end of a wrong session",
            &format!("{SESSIONS}/{path}/state"),
            "{\"status\":\"ended\"}",
            missing,
        ));
    }
    let bob = format!("Bearer {}", kit.jwt(&scene.ours, "bob"));
    let ann = &scene.of_a_user;
    all.push(with(get("another user's session", &format!("{SESSIONS}/{ann}"), missing), "authorization", &bob));
    all.push(with(
        get("another user's events", &format!("/v1/realtime/sessions/{ann}/events"), missing),
        "authorization",
        &bob,
    ));
    all.push(with(
        post("another user's end", &format!("{SESSIONS}/{ann}/state"), "{\"status\":\"ended\"}", missing),
        "authorization",
        &bob,
    ));
    let ended = &scene.ended;
    all.push(post("event of an ended session", EVENTS, event(ended, json!({})).to_string(), (409, "SESSION_CLOSED")));
    all.push(post(
        "an ended session again",
        &format!("{SESSIONS}/{ended}/state"),
        "{\"status\":\"active\"}",
        (409, "INVALID_TRANSITION"),
    ));
    all.push(post(
        "token of an ended session",
        &format!("{SESSIONS}/{ended}/livekit/token"),
        "{}",
        (409, "SESSION_CLOSED"),
    ));
    all.push(post(
        "link of an ended session",
        &format!("{SESSIONS}/{ended}/join-links"),
        "{}",
        (409, "SESSION_CLOSED"),
    ));
    all.push(get("no such route", "/v1/flights", (404, "ROUTE_NOT_FOUND")));
    all.push(Case { method: Method::PUT, ..post("no such method", SESSIONS, "{}", (405, "METHOD_NOT_ALLOWED")) });
    all
}

/// Members, parameters and headers of the other routes.
fn bad_members(s: &str) -> Vec<Case> {
    let mut all = Vec::new();
    let refused = (400, "VALIDATION_FAILED");
    let many: serde_json::Map<String, Value> = (0..51).map(|n| (format!("k{n}"), json!(1))).collect();
    for (name, body) in [
        ("an unknown member", json!({ "colour": 1 })),
        ("an unknown limit", json!({ "limits": { "speed": 1 } })),
        ("a channel of no kind", json!({ "channel": "fax" })),
        ("a direction of no kind", json!({ "direction": "up" })),
        ("a session id with a path", json!({ "sessionId": "../x" })),
        ("a session id as number", json!({ "sessionId": 7 })),
        ("a limit as text", json!({ "limits": { "maxDurationMs": "1000" } })),
        ("a limit with a fraction", json!({ "limits": { "maxDurationMs": 1000.5 } })),
        ("a limit below its range", json!({ "limits": { "reconnectWindowMs": 1 } })),
        ("metadata as list", json!({ "metadata": [] })),
        ("51 keys of metadata", json!({ "metadata": many })),
        ("17 KiB of metadata", json!({ "metadata": { "a": "x".repeat(17 * 1024) } })),
    ] {
        all.push(post(name, SESSIONS, body.to_string(), refused));
    }
    let nobody = json!({ "ownerUserId": "usr_01m80ajs2rf00000000000n0ne" });
    all.push(post("an owner of no tenant", SESSIONS, nobody.to_string(), (404, "NOT_FOUND")));
    let state = format!("{SESSIONS}/{s}/state");
    all.push(post("a status of no kind", &state, "{\"status\":\"flying\"}", refused));
    all.push(post(
        "an end reason that is Callboard's",
        &state,
        "{\"status\":\"ended\",\"endReason\":\"provider_ended\"}",
        (400, "END_REASON_INVALID"),
    ));
    all.extend(bad_conditions(s));
    all.extend(bad_parameters(s));
    all
}

/// Conditions, tokens, keys, users, issuers.
fn bad_conditions(s: &str) -> Vec<Case> {
    let mut all = Vec::new();
    let refused = (400, "VALIDATION_FAILED");
    let patch = |name: &str, tag: &str, expected| {
        let case = post(name, &format!("{SESSIONS}/{s}"), "{\"metadata\":{\"a\":1}}", expected);
        with(Case { method: Method::PATCH, ..case }, "if-match", tag)
    };
    all.push(patch("an old version", "\"999\"", (412, "PRECONDITION_FAILED")));
    all.push(patch("no entity tag", "999", refused));
    all.push(with(post("an empty idempotency key", SESSIONS, "{}", refused), "idempotency-key", ""));
    all.push(with(post("a long idempotency key", SESSIONS, "{}", refused), "idempotency-key", &"k".repeat(256)));
    all.push(post(
        "a checkpoint ahead",
        &format!("/v1/realtime/sessions/{s}/checkpoint"),
        "{\"consumerId\":\"c\",\"sequence\":99}",
        (400, "ACK_AHEAD_OF_LOG"),
    ));
    all.push(post(
        "a resume token of nobody",
        &format!("{SESSIONS}/{s}/reconnect"),
        "{\"resumeToken\":\"cbr_x\",\"consumerId\":\"c\"}",
        (403, "INVALID_RESUME_TOKEN"),
    ));
    all.push(post("a join token of nobody", "/v1/join", "{\"token\":\"cbj_x\"}", (403, "JOIN_LINK_INVALID")));
    all.push(post("a login token of nobody", "/v1/login", "{\"loginToken\":\"cbl_x\"}", (401, "LOGIN_LINK_INVALID")));
    all.push(post("a key of no scope", "/v1/api-keys", "{\"name\":\"k\",\"scopes\":[\"calls:fly\"]}", refused));
    all.push(post(
        "a key beyond its maker",
        "/v1/api-keys",
        "{\"name\":\"k\",\"scopes\":[\"installation:*\"]}",
        (403, "SCOPE_EXCEEDED"),
    ));
    all.push(post("a role of no kind", "/v1/users", "{\"roles\":[\"king\"]}", refused));
    all.push(post(
        "an issuer with a short secret",
        "/v1/issuers",
        json!({ "iss": "x", "audience": "a", "algorithm": "HS256", "secret": "short" }).to_string(),
        refused,
    ));
    all
}

/// Query parameters.
fn bad_parameters(s: &str) -> Vec<Case> {
    let mut all = Vec::new();
    let refused = (400, "VALIDATION_FAILED");
    let replay = format!("/v1/realtime/sessions/{s}/events");
    for (name, query, expected) in [
        ("an unknown parameter", "colour=red", (400, "UNKNOWN_QUERY_PARAMETER")),
        ("a parameter twice", "limit=1&limit=2", refused),
        ("limit 0", "limit=0", refused),
        ("limit 1001", "limit=1001", refused),
        ("limit NaN", "limit=NaN", refused),
        ("limit 1e2", "limit=1e2", refused),
        ("limit with a fraction", "limit=1.0", refused),
        ("a negative place", "afterSequence=-1", refused),
        ("a place beyond 2^53", "afterSequence=9007199254740993", refused),
        ("two places", "afterSequence=0&consumerId=c", refused),
        ("a watermark of nobody", "afterTs=2026-03-03T10:00:00Z&afterEventId=nobody", (400, "WATERMARK_UNKNOWN")),
        ("a loose time", "afterTs=yesterday&afterEventId=taken", refused),
    ] {
        all.push(get(name, &format!("{replay}?{query}"), expected));
    }
    all.extend(bad_searches());
    all.push(get("a cursor of nobody", &format!("{SESSIONS}?cursor=abc"), (400, "INVALID_CURSOR")));
    all.push(get("101 sessions", &format!("{SESSIONS}?limit=101"), refused));
    all.push(get("a format of no kind", &format!("{SESSIONS}/{s}/transcript?format=pdf"), refused));
    all
}

async fn bad_requests_change_nothing(db: Db) {
    let kit = Kit::start(db.clone()).await;
    let scene = scene(&kit).await;
    let mut cases = Vec::new();
    for (name, body) in malformed() {
        for path in [EVENTS, SESSIONS, "/v1/join", "/v1/login", "/v1/api-keys"] {
            cases.push(post(name, path, body.clone(), (400, "MALFORMED_JSON")));
        }
    }
    cases.extend(bad_events(&scene.open));
    cases.extend(loose_times(&scene.open));
    cases.extend(refused_events(&scene.open));
    cases.extend(bad_envelopes(&scene.open));
    cases.extend(wrong_objects(&kit, &scene));
    cases.extend(bad_members(&scene.open));
    cases.extend(support::webhooks::bad_webhooks(&scene.webhook));
    let before = counts(&db).await;
    let mut wrong = Vec::new();
    for case in &cases {
        let caller = if case.headers.iter().any(|(n, _)| *n == "authorization") {
            kit.http.clone()
        } else {
            kit.http.with_bearer(&scene.ours.key)
        };
        let mut request = caller.request(case.method.clone(), &case.path).body(case.body.clone());
        for (name, value) in &case.headers {
            request = request.header(*name, value);
        }
        let answer = Answer::of(request).await;
        let code = serde_json::from_slice::<Value>(&answer.body).map(|p| p["code"].clone()).unwrap_or_default();
        if (answer.status, code.as_str().unwrap_or_default()) != case.expected {
            wrong.push(format!("{} at {}: {} {}", case.name, case.path, answer.status, answer.text()));
            continue;
        }
        check_problem(case, &answer);
        let after = counts(&db).await;
        assert_eq!(before, after, "{} changed something", case.name);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(cases.len() > 230, "{}", cases.len());
    println!("{} cases", cases.len());
    batches_say_which(&kit, &scene).await;
}

/// Without `atomic`, a bad event in a batch is refused alone, with a pointer to it.
async fn batches_say_which(kit: &Kit, scene: &Scene) {
    let http = kit.http.with_bearer(&scene.ours.key);
    let bad = event(&scene.open, json!({ "ts": "soon" }));
    let good = event(&scene.open, json!({ "eventId": "after-the-bad" }));
    let answer = http.post(EVENTS, &json!({ "events": [bad, good] })).await.expect(200).json();
    assert_eq!(answer["results"][0]["error"]["code"], "EVENT_INVALID");
    assert_eq!(answer["results"][0]["error"]["errors"][0]["pointer"], "/events/0/ts");
    assert_eq!(answer["results"][1]["event"]["sequence"], 3, "{answer}");
    let twice = |body: Value| http.request(Method::POST, SESSIONS).header("idempotency-key", "one").json(&body);
    Answer::of(twice(json!({ "channel": "voice" }))).await.expect(201);
    Answer::of(twice(json!({ "channel": "video" }))).await.expect_problem(409, "IDEMPOTENCY_CONFLICT");
    http.post(SESSIONS, &json!({ "sessionId": scene.open, "channel": "video" }))
        .await
        .expect_problem(409, "IDEMPOTENCY_CONFLICT");
    let narrow = kit.key(&scene.ours.id, &[Scope::KeysManage]).await;
    let wide = json!({ "name": "k", "scopes": ["calls:read"] });
    kit.http.with_bearer(&narrow).post("/v1/api-keys", &wide).await.expect_problem(403, "SCOPE_EXCEEDED");
    kit.user(&scene.ours, "adm", &[Role::Admin]).await;
}

/// Forged, expired, altered and replayed signatures.
async fn forged_webhooks(db: Db) {
    let kit = Kit::start(db.clone()).await;
    let ours = kit.tenant("ours", &TENANT_SCOPES).await;
    let http = kit.http.with_bearer(&ours.key);
    let session = kit.session(&http, &json!({})).await;
    let room = text(&http.get(&format!("{SESSIONS}/{session}")).await.json(), "providerRoomId");
    kit.fake.join(&room, &Person::standard("guest"));
    let webhooks = kit.fake.take_webhooks();
    let now = callboard_kernel::World::now(&*kit.world);
    let send = async |body: String, authorization: Option<String>| {
        let mut request = kit
            .http
            .request(Method::POST, "/v1/call/livekit/events")
            .header("content-type", "application/webhook+json")
            .body(body);
        if let Some(token) = authorization {
            request = request.header("authorization", token);
        }
        Answer::of(request).await
    };
    let before = counts(&db).await;
    for how in Forgery::ALL {
        let signed = kit.fake.signer().forge(&webhooks[0].body, now, how);
        let code = if matches!(how, Forgery::Expired | Forgery::NoExpiry) {
            "LIVEKIT_SIGNATURE_EXPIRED"
        } else {
            "INVALID_LIVEKIT_SIGNATURE"
        };
        let case = Case { name: format!("{how:?}"), ..post("", "/v1/call/livekit/events", "", (401, code)) };
        check_problem(&case, &send(signed.body, signed.authorization).await);
        assert_eq!(before, counts(&db).await, "{how:?} changed something");
    }
    let genuine = kit.fake.signer().sign(&webhooks[0].body, now);
    let first = send(genuine.body.clone(), genuine.authorization.clone()).await.expect(200).json();
    assert_eq!((first["replayed"].as_bool(), first["published"][0].as_str()), (Some(false), Some("cb:connecting")));
    let taken = counts(&db).await;
    let again = send(genuine.body, genuine.authorization).await.expect(200).json();
    assert_eq!(
        (again["replayed"].as_bool(), again["published"].as_array().map(Vec::len)),
        (Some(true), Some(0)),
        "{again}"
    );
    assert_eq!(taken, counts(&db).await, "a replayed delivery changed something");
    let other = kit.fake.signer().sign(&webhooks[1].body, now);
    send(webhooks[0].body.clone(), other.authorization).await.expect_problem(401, "INVALID_LIVEKIT_SIGNATURE");
}

callboard_testkit::both_engines!(table, bad_requests_change_nothing);
callboard_testkit::both_engines!(forgeries, forged_webhooks);
