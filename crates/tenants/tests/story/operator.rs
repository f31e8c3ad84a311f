//! The operator of the installation, and what other features ask about a tenant.

use callboard_http::Scope;
use callboard_kernel::codes;
use callboard_store::Db;
use callboard_tenants::{ALL_SQL, recount, release_call_slot, require_active, require_user, take_call_slot};
use callboard_testkit::{Answer, both_engines};
use reqwest::Method;
use serde_json::json;

use super::kit::Kit;

both_engines!(tenants_are_made_configured_and_suspended, |db: Db| async move {
    let kit = Kit::new(db).await;
    let operator = kit.tenant(&[Scope::Installation]).await;
    let plain = kit.tenant(&[Scope::KeysManage]).await;
    kit.by(plain.secret()).get("/v1/operator/tenants").await.expect_problem(403, "FORBIDDEN");
    let by = kit.by(operator.secret());
    let made = by
        .post("/v1/operator/tenants", &json!({"name": "New", "maxConcurrentCalls": 2, "flags": {"beta": true}}))
        .await
        .expect(201);
    assert_eq!(made.header("etag"), Some("\"1\""));
    let made = made.json();
    let path = format!("/v1/operator/tenants/{}/config", made["tenantId"].as_str().expect("an id"));
    let config = async || {
        let mut held = by.get(&path).await.expect(200).json();
        let kept = held.as_object_mut().expect("an object").remove("retention").expect("how long is kept");
        assert_eq!((&kept["receipts"], &kept["audit"]), (&json!(30), &json!(null)));
        held
    };
    assert_eq!(config().await, made);
    let change = |tag: &'static str, body| {
        let (by, path) = (by.clone(), path.clone());
        async move { Answer::of(by.request(Method::PATCH, &path).header("if-match", tag).json(&body)).await }
    };
    let body = json!({"status": "suspended", "plan": "big", "flags": {"beta": null, "fast": false}, "metadata": {"note": "n"}, "maxConcurrentCalls": null});
    let changed = change("\"1\"", body.clone()).await.expect(200);
    assert_eq!(changed.header("etag"), Some("\"2\""));
    let changed = changed.json();
    assert_eq!(
        (&changed["status"], &changed["flags"], &changed["maxConcurrentCalls"]),
        (&json!("suspended"), &json!({"fast": false}), &json!(null))
    );
    change("\"1\"", body).await.expect_problem(412, "PRECONDITION_FAILED");
    assert_eq!(config().await, changed);
    for (body, pointer) in [
        (json!({"name": ""}), "/name"),
        (json!({"maxConcurrentCalls": -1}), "/maxConcurrentCalls"),
        (json!({"flags": {"a": 1}}), "/flags/a"),
        (json!({"status": "gone"}), "/status"),
    ] {
        let problem = by.patch(&path, &body).await.expect_problem(400, "VALIDATION_FAILED");
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{body}");
    }
    by.get("/v1/operator/tenants/ten_00000000000000000000000000/config").await.expect_problem(404, "NOT_FOUND");
    assert_eq!(by.get("/v1/operator/tenants").await.expect(200).json()["items"].as_array().map(Vec::len), Some(3));

    let tenant = callboard_kernel::TenantId::parse(made["tenantId"].as_str().expect("an id")).expect("an id");
    let (id, owner) = (tenant.clone(), plain.owner.clone());
    let refused = kit.app.db.read(move |tx| require_active(tx, &id)).await.expect_err("suspended");
    assert!(refused.is(&codes::TENANT_SUSPENDED));
    let foreign = kit.app.db.read(move |tx| require_user(tx, &tenant, &owner)).await.expect_err("another tenant's");
    assert!(foreign.is(&codes::NOT_FOUND));
});

both_engines!(slots_are_taken_and_given_back, |db: Db| async move {
    let kit = Kit::new(db).await;
    let operator = kit.tenant(&[Scope::Installation]).await;
    let by = kit.by(operator.secret());
    let path = format!("/v1/operator/tenants/{}/config", operator.id);
    by.patch(&path, &json!({"maxConcurrentCalls": 3})).await.expect(200);
    let tasks: Vec<_> = (0..12)
        .map(|_| {
            let (db, id) = (kit.app.db.clone(), operator.id.clone());
            tokio::spawn(async move { db.write(move |tx| take_call_slot(tx, &id)).await })
        })
        .collect();
    let mut taken = 0;
    for task in tasks {
        match task.await.expect("a task") {
            Ok(()) => taken += 1,
            Err(e) => assert!(e.is(&codes::CONCURRENCY_LIMIT), "{e}"),
        }
    }
    assert_eq!(taken, 3);
    let id = operator.id.clone();
    let after = kit.app.db.write(move |tx| {
        release_call_slot(tx, &id)?;
        take_call_slot(tx, &id)?;
        let changed = (recount(tx, &id, 0)?, recount(tx, &id, 0)?);
        release_call_slot(tx, &id)?;
        Ok(changed)
    });
    assert_eq!(after.await.expect("a write"), (true, false));
    assert_eq!(by.get(&path).await.expect(200).json()["activeCalls"], 0);
});

both_engines!(every_text_prepares, |db: Db| async move {
    db.prepare_all(&ALL_SQL).expect("all texts are good");
});
