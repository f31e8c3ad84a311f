//! What was asked for, and what became of it.

use std::sync::Arc;

use callboard_http::{NoteRequests as _, Principal, RequestNote, Scope};
use callboard_kernel::World as _;
use callboard_store::Db;
use callboard_tenants::{RequestCounts, RequestLog};
use callboard_testkit::{TestApp, both_engines};
use reqwest::Method;
use serde_json::{Value, json};

use super::kit::{Kit, Tenant};

const READER: &[Scope] = &[Scope::KeysManage, Scope::ProviderRead, Scope::Installation];

async fn list(by: &TestApp, query: &str) -> Vec<Value> {
    let page = by.get(&format!("/v1/requests?{query}")).await.expect(200).json();
    page["items"].as_array().expect("items").clone()
}

fn of(list: &[Value], member: &str) -> Vec<Value> {
    list.iter().map(|r| r[member].clone()).collect()
}

both_engines!(changes_and_refusals_are_listed_in_their_tenant, |db: Db| async move {
    let kit = Kit::new(db).await;
    let (tenant, other) = (kit.tenant(READER).await, kit.tenant(READER).await);
    let by = kit.by(tenant.secret());
    let made =
        by.post("/v1/api-keys", &json!({"name": "listed", "scopes": ["provider:read"]})).await.expect(201).json();
    let (id, weak) = (made["key"]["keyId"].as_str().expect("an id"), made["secret"].as_str().expect("a secret"));
    by.post("/v1/api-keys", &json!({"name": ""})).await.expect_problem(400, "VALIDATION_FAILED");
    kit.by(weak).delete(&format!("/v1/api-keys/{id}")).await.expect_problem(403, "FORBIDDEN");
    // A secret where an id belongs, one in a query, and one of nobody: none may be kept.
    by.delete(&format!("/v1/api-keys/{weak}")).await.expect_problem(404, "NOT_FOUND");
    by.post(&format!("/v1/api-keys/{id}/rotate?secret={weak}"), &json!({})).await.expect(400);
    kit.by(&format!("{weak}x")).delete(&format!("/v1/api-keys/{id}")).await.expect(401);
    by.get("/v1/api-keys").await.expect(200);
    by.delete(&format!("/v1/api-keys/{id}")).await.expect(204);
    kit.by(other.secret()).post("/v1/logout", &json!({})).await;
    assert_eq!(list(&by, "").await.len(), 0, "nothing is written before its time");
    kit.requests.flush().await.expect("written");

    let all = list(&by, "").await;
    let seen: Vec<_> = all.iter().map(|r| json!([r["method"], r["route"], r["status"], r["code"]])).collect();
    let one = "/v1/api-keys/{keyId}";
    for row in [
        json!(["DELETE", one, 204, null]),
        json!(["POST", "/v1/api-keys/{keyId}/rotate", 400, "UNKNOWN_QUERY_PARAMETER"]),
        json!(["DELETE", one, 404, "NOT_FOUND"]),
        json!(["DELETE", one, 403, "FORBIDDEN"]),
        json!(["POST", "/v1/api-keys", 400, "VALIDATION_FAILED"]),
        json!(["POST", "/v1/api-keys", 201, null]),
    ] {
        assert_eq!(seen.iter().filter(|s| **s == row).count(), 1, "{row} in {seen:?}");
    }
    assert_eq!(seen.len(), 6, "neither reading, nor what nobody known asked, nor another tenant's: {seen:?}");
    assert!(of(&all, "path").contains(&json!(format!("/v1/api-keys/{id}"))));
    assert!(of(&all, "path").contains(&json!(one)), "what cannot be an id stands as its name");
    assert!(!json!(all).to_string().contains(weak), "no secret");
    assert_eq!(all[5]["principal"]["name"], "first");
    assert!(all.iter().all(|r| r["traceId"].as_str().is_some_and(|t| t.len() == 32) && r["durationMs"] == 0));
    assert_eq!(of(&list(&kit.by(other.secret()), "").await, "route"), ["/v1/logout"]);
    kit.by(tenant.secret()).get("/v1/requests?status=3xx").await.expect_problem(400, "VALIDATION_FAILED");
    filters_narrow(&by, &tenant, id, &all).await;
});

async fn filters_narrow(by: &TestApp, tenant: &Tenant, weak: &str, all: &[Value]) {
    for (query, n) in [
        ("method=POST".to_owned(), 3),
        ("method=PATCH".to_owned(), 0),
        ("status=2xx".to_owned(), 2),
        ("status=4xx".to_owned(), 4),
        ("status=5xx".to_owned(), 0),
        (format!("principalId={weak}"), 1),
        (format!("principalId={}&method=DELETE&status=4xx", tenant.key), 1),
        ("sessionId=nosuch".to_owned(), 0),
        (format!("sessionId=nosuch&principalId={}", tenant.key), 0),
    ] {
        assert_eq!(list(by, &query).await.len(), n, "{query}");
    }
    let (mut seen, mut path) = (Vec::new(), "/v1/requests?limit=4".to_owned());
    loop {
        let page = by.get(&path).await.expect(200).json();
        seen.extend(page["items"].as_array().expect("items").clone());
        let Value::String(cursor) = &page["nextCursor"] else { break };
        by.get(&format!("/v1/requests?method=POST&cursor={cursor}")).await.expect_problem(400, "INVALID_CURSOR");
        path = format!("/v1/requests?limit=4&cursor={cursor}");
    }
    assert_eq!(of(&seen, "requestId"), of(all, "requestId"));
}

fn note(kit: &Kit, tenant: &Tenant, status: u16) -> RequestNote {
    let principal =
        Principal::Key { tenant: tenant.id.clone(), key: tenant.key.clone(), scopes: Vec::new(), login: None };
    RequestNote {
        at: kit.world.now(),
        duration_ms: 1,
        principal,
        method: Method::POST,
        route: "/v1/call/sessions/{sessionId}/state".to_owned(),
        path: "/v1/call/sessions/order-1/state".to_owned(),
        session: Some("order-1".to_owned()),
        status,
        code: None,
        trace_id: "0".repeat(32),
    }
}

both_engines!(a_flood_is_cut_and_counted, |db: Db| async move {
    let kit = Kit::new(db).await;
    let (tenant, other) = (kit.tenant(READER).await, kit.tenant(READER).await);
    let counts = Arc::new(RequestCounts::default());
    let log = RequestLog::new(&kit.app, Arc::clone(&counts));
    for _ in 0..100 {
        log.note(note(&kit, &tenant, 429));
    }
    log.note(note(&kit, &other, 403));
    assert_eq!(counts.dropped(), [("full", 0), ("refusals", 40)], "60 a minute for each caller");
    kit.world.advance_ms(60_000);
    log.note(note(&kit, &tenant, 429));
    log.flush().await.expect("written");
    assert_eq!((counts.written(), counts.dropped()[1].1), (62, 40));
    for _ in 0..10_050 {
        log.note(note(&kit, &tenant, 200));
    }
    assert_eq!(counts.dropped(), [("full", 50), ("refusals", 40)]);
    let by = kit.by(tenant.secret());
    assert_eq!(list(&by, "sessionId=order-1&limit=100").await.len(), 61);
});

both_engines!(requests_are_forgotten_after_thirty_days, |db: Db| async move {
    let kit = Kit::new(db).await;
    let tenant = kit.tenant(READER).await;
    let log = RequestLog::new(&kit.app, Arc::default());
    for _ in 0..700 {
        log.note(note(&kit, &tenant, 200));
    }
    kit.world.advance_ms(1_000);
    log.note(note(&kit, &tenant, 201));
    log.flush().await.expect("written");
    let forget = async |before: callboard_kernel::Timestamp| {
        let id = tenant.id.clone();
        kit.app.db.write(move |tx| callboard_tenants::forget_requests(tx, &id, before)).await.expect("forgotten")
    };
    assert_eq!(forget(kit.world.now().plus_ms(-1_000)).await, 0);
    assert_eq!(forget(kit.world.now()).await, 500, "in slices");
    assert_eq!(forget(kit.world.now()).await, 200);
    assert_eq!(of(&list(&kit.by(tenant.secret()), "").await, "status"), [201]);
    assert_eq!(forget(kit.world.now()).await, 0);
});

both_engines!(what_could_not_be_written_waits, |db: Db| async move {
    let kit = Kit::new(db).await;
    let tenant = kit.tenant(READER).await;
    let counts = Arc::new(RequestCounts::default());
    let log = RequestLog::new(&kit.app, Arc::clone(&counts));
    log.note(note(&kit, &tenant, 200));
    kit.app.db.close().await;
    log.flush().await.expect_err("the store is closed");
    log.flush().await.expect_err("and it waits still");
    assert_eq!((counts.written(), counts.dropped()[0].1), (0, 0));
});
