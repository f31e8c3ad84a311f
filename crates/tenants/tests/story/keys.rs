//! The life of API keys.

use callboard_http::Scope;
use callboard_kernel::World as _;
use callboard_store::{Db, Engine};
use callboard_testkit::{Answer, Scratch, both_engines};
use reqwest::Method;
use serde_json::{Value, json};

use super::kit::Kit;

const MANAGER: &[Scope] = &[Scope::KeysManage, Scope::CallsRead];

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

both_engines!(a_key_is_made_used_rotated_and_revoked, |db: Db| async move {
    let kit = Kit::new(db).await;
    let tenant = kit.tenant(MANAGER).await;
    let by = kit.by(tenant.secret());
    let made = by.post("/v1/api-keys", &json!({"name": "ci", "scopes": ["keys:manage"]})).await.expect(201);
    let body = made.json();
    assert_eq!(body["secretShown"], true);
    let (secret, id) = (text(&body["secret"]).to_owned(), text(&body["key"]["keyId"]).to_owned());
    assert!(secret.starts_with(text(&body["key"]["prefix"])) && secret.starts_with("cbk_"), "{body}");
    assert_eq!(made.header("location"), Some(format!("/v1/api-keys/{id}").as_str()));
    let ci = kit.by(&secret);
    let me = ci.get("/v1/me").await.expect(200).json();
    assert_eq!(
        (&me["principal"]["kind"], &me["principal"]["keyId"], &me["principal"]["displayName"]),
        (&json!("key"), &json!(id), &json!("ci"))
    );
    assert_eq!(me["features"]["livekit"], true);

    let rotate = format!("/v1/api-keys/{id}/rotate");
    let rotated = by.post(&rotate, &json!({"overlapSeconds": 60})).await.expect(200).json();
    let fresh = kit.by(text(&rotated["secret"]));
    fresh.get("/v1/me").await.expect(200);
    ci.get("/v1/me").await.expect(200);
    kit.world.advance_ms(59_999);
    ci.get("/v1/me").await.expect(200);
    kit.world.advance_ms(1);
    ci.get("/v1/me").await.expect_problem(401, "UNAUTHENTICATED");
    fresh.get("/v1/me").await.expect(200);

    let again = by.post(&rotate, &json!({"overlapSeconds": 0})).await.expect(200).json();
    fresh.get("/v1/me").await.expect_problem(401, "UNAUTHENTICATED");
    let last = kit.by(text(&again["secret"]));
    last.get("/v1/me").await.expect(200);
    by.post(&rotate, &json!({"overlapSeconds": -1})).await.expect_problem(400, "VALIDATION_FAILED");
    by.post(&rotate, &json!({"overlapSeconds": 604_801})).await.expect_problem(400, "VALIDATION_FAILED");

    by.delete(&format!("/v1/api-keys/{id}")).await.expect(204);
    last.get("/v1/me").await.expect_problem(401, "UNAUTHENTICATED");
    by.delete(&format!("/v1/api-keys/{id}")).await.expect(204);
    by.post(&rotate, &json!({})).await.expect_problem(409, "INVALID_TRANSITION");
    let seen = by.get(&format!("/v1/api-keys/{id}")).await.expect(200).json();
    assert!(seen["revokedAt"].is_string() && seen.get("secret").is_none(), "{seen}");
    assert_eq!(seen["scopes"], json!(["keys:manage"]));
});

both_engines!(keys_expire, |db: Db| async move {
    let kit = Kit::new(db).await;
    let tenant = kit.tenant(MANAGER).await;
    let by = kit.by(tenant.secret());
    let at = kit.world.now().plus_ms(60_000);
    let made = by
        .post("/v1/api-keys", &json!({"name": "short", "scopes": ["calls:read"], "expiresAt": at}))
        .await
        .expect(201)
        .json();
    let short = kit.by(text(&made["secret"]));
    short.get("/v1/me").await.expect(200);
    kit.world.advance_ms(60_000);
    short.get("/v1/me").await.expect_problem(401, "TOKEN_EXPIRED");
    by.post("/v1/api-keys", &json!({"name": "late", "scopes": ["calls:read"], "expiresAt": at}))
        .await
        .expect_problem(400, "VALIDATION_FAILED");
});

both_engines!(nobody_gives_more_than_they_have, |db: Db| async move {
    let kit = Kit::new(db).await;
    let tenant = kit.tenant(MANAGER).await;
    let strong = kit.tenant(&[Scope::KeysManage, Scope::CallsWrite, Scope::Installation]).await;
    let by = kit.by(tenant.secret());
    for scopes in [json!(["calls:write"]), json!(["calls:read", "installation:*"])] {
        let body = json!({"name": "more", "scopes": scopes});
        by.post("/v1/api-keys", &body).await.expect_problem(403, "SCOPE_EXCEEDED");
    }
    let both = kit.by(strong.secret());
    let made = both.post("/v1/api-keys", &json!({"name": "all", "scopes": ["calls:write"]})).await.expect(201).json();
    let weak = both.post("/v1/api-keys", &json!({"name": "weak", "scopes": ["keys:manage"]})).await.expect(201).json();
    let path = format!("/v1/api-keys/{}/rotate", text(&made["key"]["keyId"]));
    kit.by(text(&weak["secret"])).post(&path, &json!({})).await.expect_problem(403, "SCOPE_EXCEEDED");
    for (body, pointer) in [
        (json!({"name": "x", "scopes": []}), "/scopes"),
        (json!({"name": "x", "scopes": ["calls:read", "calls:read"]}), "/scopes"),
        (json!({"name": "x", "scopes": ["calls:fly"]}), "/scopes/0"),
        (json!({"name": " ", "scopes": ["calls:read"]}), "/name"),
        (json!({"name": "x", "scopes": ["calls:read"], "colour": 1}), "/colour"),
    ] {
        let problem = by.post("/v1/api-keys", &body).await.expect_problem(400, "VALIDATION_FAILED");
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{body}");
    }
});

both_engines!(a_replay_does_not_show_the_secret, |db: Db| async move {
    let kit = Kit::new(db).await;
    let tenant = kit.tenant(MANAGER).await;
    let by = kit.by(tenant.secret());
    let body = json!({"name": "once", "scopes": ["calls:read"]});
    let ask =
        |body: Value| Answer::of(by.request(Method::POST, "/v1/api-keys").header("idempotency-key", "k-1").json(&body));
    let first = ask(body.clone()).await.expect(201);
    let second = ask(body).await.expect(201);
    assert_eq!(
        (second.header("idempotency-replayed"), second.json()["secretShown"].as_bool()),
        (Some("true"), Some(false))
    );
    assert_eq!(second.json().get("secret"), None);
    assert_eq!(first.json()["key"], second.json()["key"]);
    ask(json!({"name": "other", "scopes": ["calls:read"]})).await.expect_problem(409, "IDEMPOTENCY_CONFLICT");
    let list = by.get("/v1/api-keys").await.expect(200).json();
    assert_eq!(list["items"].as_array().map(Vec::len), Some(2));
});

both_engines!(last_use_is_written_in_time, |db: Db| async move {
    let kit = Kit::new(db).await;
    let tenant = kit.tenant(MANAGER).await;
    let by = kit.by(tenant.secret());
    let path = format!("/v1/api-keys/{}", tenant.key);
    // It is written beside the request, so ask until it is there.
    let first = loop {
        let seen = by.get(&path).await.expect(200).json();
        if let Some(at) = seen["lastUsedAt"].as_str() {
            break at.to_owned();
        }
    };
    assert_eq!(first, kit.world.now().to_string());
    kit.world.advance_ms(60_000);
    loop {
        let seen = by.get(&path).await.expect(200).json();
        if seen["lastUsedAt"] == kit.world.now().to_string() {
            break;
        }
    }
});

both_engines!(keys_of_another_tenant_are_not_there, |db: Db| async move {
    let kit = Kit::new(db).await;
    let (own, foreign) = (kit.tenant(MANAGER).await, kit.tenant(MANAGER).await);
    let by = kit.by(own.secret());
    let absent = "key_00000000000000000000000000";
    for id in [foreign.key.as_str(), absent, "nonsense"] {
        let path = format!("/v1/api-keys/{id}");
        let mut seen = vec![
            by.get(&path).await.expect_problem(404, "NOT_FOUND"),
            by.delete(&path).await.expect_problem(404, "NOT_FOUND"),
            by.post(&format!("{path}/rotate"), &json!({})).await.expect_problem(404, "NOT_FOUND"),
        ];
        for problem in &mut seen {
            problem["traceId"] = Value::Null;
            assert_eq!(problem["detail"], "No such API key.", "{id}");
        }
        seen.dedup();
        assert_eq!(seen.len(), 1, "{id}");
    }
    kit.by(foreign.secret()).get("/v1/me").await.expect(200);
    let list = by.get("/v1/api-keys").await.expect(200).json();
    assert!(!list.to_string().contains(foreign.key.as_str()));
});

both_engines!(lists_are_paged_newest_first, |db: Db| async move {
    let kit = Kit::new(db).await;
    let tenant = kit.tenant(MANAGER).await;
    let by = kit.by(tenant.secret());
    for n in 0..5 {
        by.post("/v1/api-keys", &json!({"name": format!("k{n}"), "scopes": ["calls:read"]})).await.expect(201);
    }
    let (mut names, mut path) = (Vec::new(), "/v1/api-keys?limit=4".to_owned());
    loop {
        let page = by.get(&path).await.expect(200).json();
        names.extend(page["items"].as_array().expect("items").iter().map(|k| text(&k["name"]).to_owned()));
        let Some(cursor) = page["nextCursor"].as_str() else { break };
        path = format!("/v1/api-keys?limit=4&cursor={cursor}");
        by.get(&format!("/v1/users?cursor={cursor}")).await.expect_problem(400, "INVALID_CURSOR");
    }
    names.sort_unstable();
    assert_eq!(names, ["first", "k0", "k1", "k2", "k3", "k4"]);
    by.get("/v1/api-keys?limit=101").await.expect_problem(400, "VALIDATION_FAILED");
});

both_engines!(wrong_secrets_are_refused, |db: Db| async move {
    let kit = Kit::new(db).await;
    let tenant = kit.tenant(MANAGER).await;
    let good = tenant.secret();
    let flipped = format!("{}{}", &good[..good.len() - 1], if good.ends_with('0') { '1' } else { '0' });
    for token in [flipped.as_str(), "cbk_", "cbk_x", &good[..good.len() - 1], "stranger", "a.b.c"] {
        kit.by(token).get("/v1/me").await.expect_problem(401, "UNAUTHENTICATED");
    }
});

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_revocation_reaches_another_instance_within_a_second() {
    let scratch = Scratch::new(Engine::Postgres);
    let (here, there) = (Kit::new(scratch.open()).await, Kit::new(scratch.open()).await);
    let tenant = here.tenant(MANAGER).await;
    let by = here.by(tenant.secret());
    let made = by.post("/v1/api-keys", &json!({"name": "k", "scopes": ["calls:read"]})).await.expect(201).json();
    let elsewhere = there.by(text(&made["secret"]));
    elsewhere.get("/v1/me").await.expect(200);
    by.delete(&format!("/v1/api-keys/{}", text(&made["key"]["keyId"]))).await.expect(204);
    // Whether or not the database's hint has arrived: a second later nothing is taken for granted.
    there.world.advance_ms(1_000);
    elsewhere.get("/v1/me").await.expect_problem(401, "UNAUTHENTICATED");
    here.app.db.close().await;
    there.app.db.close().await;
}
