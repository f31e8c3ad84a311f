//! Who may call what: every route of the running router × every kind of caller, against the committed matrix; and the
//! walls between tenants, between users of one tenant, and between sessions.

mod support;

use callboard_http::{AccessMatrix, FrontDoor, Metrics, PassKind, RateLimits, Role, RouteRule, Scope};
use callboard_http::{Grant, Rate};
use callboard_store::{Db, Engine};
use callboard_testkit::{Scratch, TestApp};
use reqwest::Method;
use serde_json::{Value, json};
use std::sync::Arc;
use support::callers::{Credential, Seen, call, is_unsafe, routes};
use support::people::{Kind, Person, Things, absent, fill, parameters, people, things};
use support::{Kit, TENANT_SCOPES, Tenancy};

/// What the row says about a caller, written again here so that the test does not ask the code under test.
fn let_in(rule: &RouteRule, who: &Kind) -> bool {
    match who {
        Kind::Nobody => rule.public || rule.optional,
        Kind::Stranger => rule.public,
        Kind::Key(scopes) => match rule.key {
            _ if rule.public => true,
            Grant::None => false,
            Grant::Any => true,
            Grant::Scope(needed) => scopes.contains(&needed),
        },
        Kind::User(role) => rule.public || rule.every_user || role.is_some_and(|r| rule.roles.contains(&r)),
        Kind::Pass(kind) => rule.public || rule.pass.contains(kind),
    }
}

/// Whether the caller sees the session of [`Things`]: users without a role do not.
fn sees(rule: &RouteRule, who: &Kind) -> bool {
    !(matches!(who, Kind::User(None)) && rule.path.contains("{sessionId}"))
}

fn judge(rule: &RouteRule, who: &Person, seen: &Seen) {
    let at = format!("{} {} by {}: {} {}", rule.method, rule.path, who.name, seen.status, seen.body);
    if rule.provider {
        assert_eq!((seen.status, seen.code.as_str()), (401, "INVALID_LIVEKIT_SIGNATURE"), "{at}");
        return;
    }
    if !let_in(rule, &who.kind) {
        let expected = match who.kind {
            Kind::Nobody | Kind::Stranger => (401, "UNAUTHENTICATED"),
            _ => (403, "FORBIDDEN"),
        };
        assert_eq!((seen.status, seen.code.as_str()), expected, "{at}");
        return;
    }
    assert!(seen.status < 500, "{at}");
    assert!(seen.status != 401 && seen.code != "FORBIDDEN", "the matrix lets them in: {at}");
    if rule.method == Method::GET && rule.path != "/v1/realtime/ws" {
        let expected = if sees(rule, &who.kind) { &[200, 303, 308][..] } else { &[404] };
        assert!(expected.contains(&seen.status), "{at}");
    }
}

/// Each route × each caller. Writes carry a body that every route refuses once the caller is let in, and deletions
/// name what does not exist, so that the walk changes nothing.
async fn the_matrix_holds(db: Db) {
    let kit = Kit::start(db).await;
    let ours = kit.tenant("ours", &TENANT_SCOPES).await;
    let ann = kit.user(&ours, "ann", &[]).await;
    let things = things(&kit, &ours, &ann).await;
    let (people, routes) = (people(&kit, &ours, &things).await, routes(&kit));
    let mut cases = 0;
    for rule in &routes {
        let gone = rule.method == Method::DELETE || ["/process", "/erase"].iter().any(|end| rule.path.ends_with(end));
        let path = fill(&rule.path, |name| if gone { absent(&kit, name) } else { things.get(name, &ours) });
        let body = if matches!(rule.method, Method::GET | Method::DELETE) { Value::Null } else { json!({ "%": 1 }) };
        for who in &people {
            judge(rule, who, &call(&kit.http, &who.with, &rule.method, &path, &body).await);
            cases += 1;
        }
        let other = Method::from_bytes(b"PROPFIND").expect("a method");
        let seen = call(&kit.http, &people[0].with, &other, &path, &Value::Null).await;
        assert_eq!((seen.status, seen.code.as_str()), (405, "METHOD_NOT_ALLOWED"), "{}", rule.path);
    }
    println!("{cases} cases over {} routes", routes.len());
    assert!(cases > 1_000);
    assert_eq!(routes.iter().filter(|r| r.rate == Some(Rate::Login)).count(), 1);
}

/// Valid bodies, so that only the missing object can be what is refused.
fn valid(rule: &RouteRule, things: &Things) -> Value {
    let last = rule.path.rsplit('/').next().unwrap_or_default();
    match (rule.method.as_str(), last) {
        ("GET" | "DELETE", _) | ("POST", "process" | "erase") => Value::Null,
        ("PUT", "retention") => json!({ "text": 90 }),
        ("POST", "state") => json!({ "status": "ended" }),
        ("POST", "token" | "leave" | "join-links" | "compact" | "rotate" | "test") => json!({}),
        ("POST", "resend") if rule.path.contains("deliveries") => json!({}),
        ("POST", "resend") => json!({ "since": "2026-01-01T00:00:00Z" }),
        ("POST", "reconnect") => json!({ "resumeToken": things.resume, "consumerId": "c" }),
        ("POST", "connection") => json!({ "reportId": "r1", "state": "connected", "kind": "signal" }),
        ("POST", "checkpoint") => json!({ "consumerId": "c", "sequence": 1 }),
        ("PATCH", "{sessionId}") => json!({ "metadata": { "a": 1 } }),
        ("PATCH", "{endpointId}") => json!({ "description": "changed" }),
        ("PATCH", "{userId}") => json!({ "displayName": "changed" }),
        ("PATCH", "config") => json!({ "plan": "changed" }),
        (method, _) => panic!("give a valid body for {method} {}", rule.path),
    }
}

/// What a tenant looks like from inside, for comparing before and after.
async fn picture(kit: &Kit, tenancy: &Tenancy, things: &Things) -> Vec<(String, String)> {
    let http = kit.http.with_bearer(&tenancy.key);
    let session = &things.session;
    let mut all = Vec::new();
    for path in [
        format!("/v1/call/sessions/{session}"),
        format!("/v1/call/sessions/{session}/participants"),
        format!("/v1/call/sessions/{session}/join-links"),
        format!("/v1/realtime/sessions/{session}/events?limit=1000"),
        format!("/v1/realtime/sessions/{session}/checkpoints"),
        format!("/v1/call/sessions/{session}/transcript-snapshots"),
        "/v1/api-keys".to_owned(),
        "/v1/issuers".to_owned(),
        "/v1/users".to_owned(),
        "/v1/provider/receipts".to_owned(),
        "/v1/webhook-endpoints".to_owned(),
        format!("/v1/webhook-endpoints/{}/deliveries", things.endpoint),
        "/v1/audit".to_owned(),
    ] {
        let text = serde_json::to_string_pretty(&http.get(&path).await.expect(200).json()).expect("text");
        // That somebody was seen may change, also after their answer.
        let steady = |line: &&str| !line.contains("lastSeenAt") && !line.contains("lastUsedAt");
        all.push((path, text.lines().filter(steady).collect::<Vec<_>>().join("\n")));
    }
    all
}

/// Asserts that nothing changed, and shows the lines that did.
async fn unchanged(kit: &Kit, tenancy: &Tenancy, things: &Things, before: &[(String, String)]) {
    for ((path, before), (_, after)) in before.iter().zip(picture(kit, tenancy, things).await) {
        let new: Vec<&str> = after.lines().filter(|l| !before.contains(*l)).collect();
        assert!(*before == after, "a refused request changed {path}: {new:?}");
    }
}

/// A foreign id answers as an id of nothing does, byte for byte, on every route and for every caller.
async fn foreign_is_absent(db: Db) {
    let kit = Kit::start(db).await;
    let (ours, theirs) = (kit.tenant("ours", &TENANT_SCOPES).await, kit.tenant("theirs", &TENANT_SCOPES).await);
    let (ann, eve) = (kit.user(&ours, "ann", &[]).await, kit.user(&theirs, "eve", &[]).await);
    let (our_things, their_things) = (things(&kit, &ours, &ann).await, things(&kit, &theirs, &eve).await);
    let neighbours = things(&kit, &ours, &ann).await;
    let mut callers = people(&kit, &theirs, &their_things).await;
    let bearer = |token: &String| Credential::Bearer(token.clone());
    callers.push(Person {
        name: "their key".to_owned(),
        kind: Kind::Key(TENANT_SCOPES.to_vec()),
        with: bearer(&theirs.key),
    });
    // Of our own tenant: a user without a role, and passes of another session.
    kit.user(&ours, "bob", &[]).await;
    let bob = Person { name: "our bob".to_owned(), kind: Kind::User(None), with: bearer(&kit.jwt(&ours, "bob")) };
    let own = [
        bob,
        Person {
            name: "neighbour's pass".to_owned(),
            kind: Kind::Pass(PassKind::Participant),
            with: bearer(&neighbours.participant_pass),
        },
        Person {
            name: "neighbour's agent".to_owned(),
            kind: Kind::Pass(PassKind::Agent),
            with: bearer(&neighbours.agent_pass),
        },
    ];
    let before = picture(&kit, &ours, &our_things).await;
    let mut refused = 0;
    for rule in routes(&kit).iter().filter(|r| !parameters(&r.path).is_empty() && !r.public) {
        let names_session = rule.path.contains("{sessionId}");
        let mut found = 0;
        for who in callers.iter().chain(own.iter().filter(|_| names_session)) {
            found += compare(&kit, rule, who, (&our_things, &ours), &their_things.session).await;
        }
        let operators = rule.path.starts_with("/v1/operator");
        assert!(found > 0 || operators, "nobody reached {} {} and got a 404", rule.method, rule.path);
        refused += found;
    }
    unchanged(&kit, &ours, &our_things, &before).await;
    assert!(refused > 200, "{refused}");
    bodies_and_queries(&kit, (&ours, &our_things), (&theirs, &their_things)).await;
}

/// Compares the answers about a foreign and an absent id; whether both were the 404 of a missing thing.
async fn compare(kit: &Kit, rule: &RouteRule, who: &Person, of: (&Things, &Tenancy), their_session: &str) -> u32 {
    let names = parameters(&rule.path);
    if names == ["tenantId"] && matches!(&who.kind, Kind::Key(s) if s.contains(&Scope::Installation)) {
        return 0; // The operator of the installation sees every tenant.
    }
    let body = valid(rule, of.0);
    let mut both = Vec::new();
    for foreign in [true, false] {
        let ids: Vec<String> = names.iter().map(|n| if foreign { of.0.get(n, of.1) } else { absent(kit, n) }).collect();
        let path = names.iter().zip(&ids).fold(rule.path.clone(), |p, (n, id)| p.replace(&format!("{{{n}}}"), id));
        let seen = call(&kit.http, &who.with, &rule.method, &path, &body).await;
        let one_missing = seen.status == 404 && seen.code == "NOT_FOUND";
        both.push((seen.without(&ids), one_missing));
        if names.len() == 2 && rule.path.contains("{sessionId}") {
            // A session of their own with somebody else's participant or link.
            let path = rule.path.replace("{sessionId}", their_session).replace(&format!("{{{}}}", names[1]), &ids[1]);
            let seen = call(&kit.http, &who.with, &rule.method, &path, &body).await;
            assert!(seen.status >= 400, "{} {path} by {}: {}", rule.method, who.name, seen.status);
        }
    }
    assert_eq!(both[0], both[1], "{} {} by {}", rule.method, rule.path, who.name);
    let missing = both[0].1;
    if let_in(rule, &who.kind) {
        assert!(missing, "{} {} by {}: {:?}", rule.method, rule.path, who.name, both[0].0);
    }
    u32::from(missing)
}

/// Foreign ids in bodies, queries and subscriptions.
async fn bodies_and_queries(kit: &Kit, ours: (&Tenancy, &Things), theirs: (&Tenancy, &Things)) {
    let http = kit.http.with_bearer(&theirs.0.key);
    let who = Credential::Bearer(theirs.0.key.clone());
    let event = |session: &str| {
        let payload = json!({ "callId": session, "turnId": "t", "owner": "user" });
        json!({ "eventId": "e-foreign", "sessionId": session, "type": "call.turn.owner_changed", "payload": payload })
    };
    let none = absent(kit, "sessionId");
    let nobody = absent(kit, "userId");
    let pairs = [
        (Method::POST, "/v1/realtime/events".to_owned(), event(&ours.1.session), event(&none)),
        (
            Method::POST,
            "/v1/realtime/events".to_owned(),
            json!({ "events": [event(&ours.1.session)] }),
            json!({ "events": [event(&none)] }),
        ),
        (
            Method::POST,
            "/v1/call/sessions".to_owned(),
            json!({ "ownerUserId": ours.1.user }),
            json!({ "ownerUserId": nobody }),
        ),
    ];
    for (method, path, foreign, absent) in pairs {
        let foreign = call(&kit.http, &who, &method, &path, &foreign).await;
        let missing = call(&kit.http, &who, &method, &path, &absent).await;
        let strip = |seen: &Seen, id: &str| {
            let mut seen = seen.clone();
            if let Some(problem) = seen.body.pointer_mut("/results/0/error").and_then(Value::as_object_mut) {
                problem.remove("traceId");
            }
            seen.without(&[id.to_owned()])
        };
        let id = |own: &str| if path.ends_with("sessions") { ours.1.user.clone() } else { own.to_owned() };
        assert_eq!(
            strip(&foreign, &id(&ours.1.session)),
            strip(&missing, if path.ends_with("sessions") { &nobody } else { &none }),
            "{path}"
        );
        assert!(
            foreign.status >= 400 || foreign.body["results"][0]["error"]["code"] == "NOT_FOUND",
            "{}",
            foreign.body
        );
    }
    for (foreign, missing) in [
        (
            format!("/v1/provider/receipts?sessionId={}", ours.1.session),
            format!("/v1/provider/receipts?sessionId={none}"),
        ),
        (format!("/v1/call/sessions?ownerUserId={}", ours.1.user), format!("/v1/call/sessions?ownerUserId={nobody}")),
    ] {
        let (foreign, missing) = (http.get(&foreign).await, http.get(&missing).await);
        assert_eq!(
            (foreign.status, foreign.json()["items"].clone()),
            (missing.status, missing.json()["items"].clone())
        );
        assert_eq!(foreign.json()["items"], json!([]));
    }
    subscriptions(&http, [&ours.1.session, &none]).await;
}

/// A foreign session is no other than an absent one on the socket.
async fn subscriptions(http: &TestApp, sessions: [&String; 2]) {
    let mut socket = http.ws("/v1/realtime/ws").await;
    let mut answers = Vec::new();
    for session in sessions {
        socket.send(&json!({ "op": "subscribe", "id": "s", "sessionId": session, "afterSequence": 0 })).await;
        let mut problem = socket.next_op("error").await["problem"].clone();
        problem.as_object_mut().expect("a problem").remove("traceId");
        answers.push(problem.to_string().replace(session.as_str(), "<id>"));
    }
    assert_eq!(answers[0], answers[1]);
    assert!(answers[0].contains("NOT_FOUND"), "{}", answers[0]);
}

/// Cookies need the CSRF token on everything that changes something, and our own origin.
async fn cookies_need_csrf(db: Db) {
    let kit = Kit::start(db).await;
    let ours = kit.tenant("ours", &TENANT_SCOPES).await;
    let ann = kit.user(&ours, "ann", &[Role::Owner]).await;
    let things = things(&kit, &ours, &ann).await;
    let (cookie, csrf) = kit.sign_in(&ours, &ann).await;
    let with = |csrf: Option<&str>, origin| Credential::Cookie {
        cookie: cookie.clone(),
        csrf: csrf.map(str::to_owned),
        origin,
    };
    let mut checked = 0;
    for rule in routes(&kit).iter().filter(|r| is_unsafe(&r.method) && !r.public && !r.provider) {
        let gone = rule.method == Method::DELETE || rule.path.ends_with("/process") || rule.path.ends_with("/logout");
        let path = fill(&rule.path, |name| if gone { absent(&kit, name) } else { things.get(name, &ours) });
        let body = if rule.method == Method::DELETE { Value::Null } else { json!({ "%": 1 }) };
        for (credential, code) in [
            (with(None, None), "CSRF_REQUIRED"),
            (with(Some("wrong"), None), "CSRF_REQUIRED"),
            (with(Some(&csrf), Some("https://evil.example")), "ORIGIN_FORBIDDEN"),
        ] {
            let seen = call(&kit.http, &credential, &rule.method, &path, &body).await;
            assert_eq!((seen.status, seen.code.as_str()), (403, code), "{} {path}", rule.method);
        }
        if !rule.path.ends_with("/logout") {
            let owner =
                Person { name: "owner".to_owned(), kind: Kind::User(Some(Role::Owner)), with: with(Some(&csrf), None) };
            judge(rule, &owner, &call(&kit.http, &owner.with, &rule.method, &path, &body).await);
        }
        checked += 1;
    }
    assert!(checked > 20, "{checked}");
    let reading = call(&kit.http, &with(None, None), &Method::GET, "/v1/me", &Value::Null).await;
    assert_eq!((reading.status, reading.body["csrfToken"].as_str()), (200, Some(csrf.as_str())));
    let out = call(&kit.http, &with(Some(&csrf), None), &Method::POST, "/v1/logout", &Value::Null).await;
    assert_eq!(out.status, 204);
    let after = call(&kit.http, &with(Some(&csrf), None), &Method::GET, "/v1/me", &Value::Null).await;
    assert_eq!(after.status, 401, "a login ends at once");
}

/// Who sees a session may not always change it.
async fn viewers_only_look(db: Db) {
    let kit = Kit::start(db).await;
    let ours = kit.tenant("ours", &TENANT_SCOPES).await;
    let ann = kit.user(&ours, "ann", &[]).await;
    let things = things(&kit, &ours, &ann).await;
    kit.user(&ours, "vic", &[Role::Viewer]).await;
    let vic = Credential::Bearer(kit.jwt(&ours, "vic"));
    let before = picture(&kit, &ours, &things).await;
    let mut refused = 0;
    for rule in routes(&kit).iter().filter(|r| is_unsafe(&r.method) && r.path.contains("{sessionId}")) {
        if rule.path.ends_with("/checkpoint") || rule.path.ends_with("/reconnect") {
            continue; // A reader's own place, and a token that names its participant.
        }
        let path = fill(&rule.path, |name| things.get(name, &ours));
        let seen = call(&kit.http, &vic, &rule.method, &path, &valid(rule, &things)).await;
        assert_eq!((seen.status, seen.code.as_str()), (403, "FORBIDDEN"), "{} {path}: {}", rule.method, seen.body);
        refused += 1;
    }
    assert!(refused >= 8, "{refused}");
    unchanged(&kit, &ours, &things, &before).await;
}

/// A route without a row stops the start, and so does a row without a route.
#[tokio::test]
async fn a_forgotten_route_stops_the_start() {
    let scratch = Scratch::new(Engine::Sqlite);
    let kit = Kit::start(scratch.open()).await;
    let openapi: utoipa::openapi::OpenApi = serde_json::from_value(kit.document.clone()).expect("a document");
    let rows: Vec<&str> = callboard::modules::ACCESS.split("[[route]]").collect();
    let start = |text: &str| {
        let door = FrontDoor {
            matrix: AccessMatrix::parse(text).expect("a matrix"),
            authenticators: Vec::new(),
            limits: RateLimits::unlimited(),
            settings: Arc::clone(&kit.app.settings),
            world: kit.world.clone(),
            metrics: Arc::new(Metrics::default()),
        };
        door.guard(axum::Router::new(), &openapi).map(|_| ())
    };
    start(callboard::modules::ACCESS).expect("the whole matrix starts");
    let mut stopped = 0;
    for (at, row) in rows.iter().enumerate().skip(1) {
        let rest: Vec<&str> = rows.iter().enumerate().filter(|(i, _)| *i != at).map(|(_, r)| *r).collect();
        if row.contains("documented = false") {
            continue;
        }
        let error = start(&rest.join("[[route]]")).expect_err(row);
        assert!(error.message().contains("has no row"), "{error}");
        stopped += 1;
    }
    assert!(stopped > 50, "{stopped}");
    let stale =
        format!("{}\n[[route]]\nmethod = \"GET\"\npath = \"/v1/stale\"\npublic = true\n", callboard::modules::ACCESS);
    assert!(start(&stale).expect_err("a stale row").message().contains("no route"));
    kit.app.db.close().await;
    drop::<TestApp>(kit.http);
}

callboard_testkit::both_engines!(matrix, the_matrix_holds);
callboard_testkit::both_engines!(walls, foreign_is_absent);
callboard_testkit::both_engines!(csrf, cookies_need_csrf);
callboard_testkit::both_engines!(viewers, viewers_only_look);
