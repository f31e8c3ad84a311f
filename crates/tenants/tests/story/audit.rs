//! Who changed what.

use callboard_http::Scope;
use callboard_kernel::World as _;
use callboard_store::Db;
use callboard_testkit::both_engines;
use serde_json::{Value, json};

use super::kit::Kit;

both_engines!(changes_are_audited_in_their_tenant, |db: Db| async move {
    let kit = Kit::new(db).await;
    let (tenant, foreign) =
        (kit.tenant(&[Scope::KeysManage, Scope::Installation]).await, kit.tenant(&[Scope::KeysManage]).await);
    let by = kit.by(tenant.secret());
    let made = by.post("/v1/api-keys", &json!({"name": "audited", "scopes": ["keys:manage"]})).await.expect(201).json();
    let id = made["key"]["keyId"].as_str().expect("an id");
    by.post(&format!("/v1/api-keys/{id}/rotate"), &json!({})).await.expect(200);
    by.delete(&format!("/v1/api-keys/{id}")).await.expect(204);
    by.post("/v1/issuers", &json!({"iss": "https://a.example", "audience": "a", "algorithm": "HS256", "secret": "planted-secret-of-thirty-two-bytes!"})).await.expect(201);
    by.patch(&format!("/v1/operator/tenants/{}/config", foreign.id), &json!({"plan": "big"})).await.expect(200);
    let all = by.get("/v1/audit").await.expect(200).json();
    let actions: Vec<&str> =
        all["items"].as_array().expect("items").iter().filter_map(|e| e["action"].as_str()).collect();
    for action in ["key.create", "key.rotate", "key.revoke", "issuer.create", "tenant.create", "user.create"] {
        assert!(actions.contains(&action), "{action}: {actions:?}");
    }
    assert!(!actions.contains(&"tenant.update"));
    assert!(
        !all.to_string().contains("planted-secret")
            && !all.to_string().contains(made["secret"].as_str().expect("a secret"))
    );

    let revoked = by.get("/v1/audit?action=key.revoke").await.expect(200).json();
    let entry = &revoked["items"][0];
    assert_eq!(
        (revoked["items"].as_array().map(Vec::len), &entry["object"]),
        (Some(1), &json!({"kind": "key", "id": id}))
    );
    assert_eq!(entry["actor"], json!({"kind": "key", "id": tenant.key, "name": "first"}));
    let theirs = kit.by(foreign.secret()).get("/v1/audit?action=tenant.update").await.expect(200).json();
    assert_eq!(theirs["items"][0]["detail"], json!({"plan": {"from": "standard", "to": "big"}}));
    assert_eq!(theirs["items"][0]["actor"], json!({"kind": "key", "id": tenant.key}));

    let count = async |query: String| {
        by.get(&format!("/v1/audit?{query}")).await.expect(200).json()["items"].as_array().map_or(0, Vec::len)
    };
    let now = kit.world.now();
    assert_eq!(count(format!("objectId={id}")).await, 3);
    assert_eq!(count(format!("objectId={id}&action=key.rotate&actorId={}", tenant.key)).await, 1);
    assert_eq!(count("actorId=nobody".to_owned()).await, 0);
    assert_eq!(count(format!("from={now}")).await, actions.len());
    assert_eq!(count(format!("until={now}")).await, 0);
    assert_eq!(count(format!("from={}", now.plus_ms(1))).await, 0);
    by.get("/v1/audit?from=yesterday").await.expect_problem(400, "VALIDATION_FAILED");

    let (mut seen, mut path) = (0, "/v1/audit?limit=2".to_owned());
    loop {
        let page = by.get(&path).await.expect(200).json();
        seen += page["items"].as_array().map_or(0, Vec::len);
        let Value::String(cursor) = &page["nextCursor"] else { break };
        by.get(&format!("/v1/audit?action=key.create&cursor={cursor}")).await.expect_problem(400, "INVALID_CURSOR");
        path = format!("/v1/audit?limit=2&cursor={cursor}");
    }
    assert_eq!(seen, actions.len());
});
