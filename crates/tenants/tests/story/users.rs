//! Users and their roles.

use callboard_http::Scope;
use callboard_store::Db;
use callboard_testkit::both_engines;
use reqwest::Method;
use serde_json::json;

use super::kit::Kit;

const ALL: &[Scope] = &[
    Scope::KeysManage,
    Scope::CallsRead,
    Scope::CallsWrite,
    Scope::EventsRead,
    Scope::TranscriptsRead,
    Scope::ProviderRead,
    Scope::WebhooksManage,
    Scope::DataErase,
];

both_engines!(roles_follow_the_rows_at_once, |db: Db| async move {
    let kit = Kit::new(db).await;
    let tenant = kit.tenant(ALL).await;
    let by = kit.by(tenant.secret());
    let made = by.post("/v1/users", &json!({"displayName": "Vic", "roles": ["viewer"]})).await.expect(201).json();
    let id = made["userId"].as_str().expect("an id").to_owned();
    assert_eq!((&made["issuer"], &made["subject"], &made["disabled"]), (&json!("local"), &json!(id), &json!(false)));
    let user = callboard_kernel::UserId::parse(&id).expect("an id");
    let browser = kit.sign_in(json!({"loginToken": kit.link(&tenant.id, &user, 60_000).await})).await;
    browser.get("/v1/users").await.expect_problem(403, "FORBIDDEN");
    let path = format!("/v1/users/{id}");
    by.patch(&path, &json!({"roles": ["admin"]})).await.expect(200);
    browser.get("/v1/users").await.expect(200);
    let owner = format!("/v1/users/{}", tenant.owner);
    let up = [("x-csrf-token", browser.csrf.as_str())];
    browser.change(Method::PATCH, &path, &up, &json!({"roles": ["owner"]})).await.expect_problem(403, "SCOPE_EXCEEDED");
    browser.change(Method::PATCH, &owner, &up, &json!({"disabled": true})).await.expect_problem(403, "SCOPE_EXCEEDED");
    let seen = by.patch(&path, &json!({"displayName": null, "disabled": true})).await.expect(200).json();
    assert_eq!((seen.get("displayName"), &seen["disabled"], &seen["roles"]), (None, &json!(true), &json!(["admin"])));
    browser.get("/v1/me").await.expect_problem(401, "UNAUTHENTICATED");
    by.patch(&path, &json!({"disabled": false})).await.expect(200);
    browser.get("/v1/me").await.expect_problem(401, "UNAUTHENTICATED");
});

both_engines!(keys_reach_no_higher_than_their_scopes, |db: Db| async move {
    let kit = Kit::new(db).await;
    let weak = kit.tenant(&[Scope::KeysManage]).await;
    let by = kit.by(weak.secret());
    for roles in [json!(["viewer"]), json!(["owner"])] {
        by.post("/v1/users", &json!({"roles": roles})).await.expect_problem(403, "SCOPE_EXCEEDED");
    }
    by.patch(&format!("/v1/users/{}", weak.owner), &json!({"roles": []})).await.expect_problem(403, "SCOPE_EXCEEDED");
    by.post("/v1/users", &json!({})).await.expect(201);
    by.post("/v1/users", &json!({"subject": "s1"})).await.expect(201);
    by.post("/v1/users", &json!({"subject": "s1"})).await.expect_problem(409, "ALREADY_EXISTS");
    for (body, pointer) in [
        (json!({"issuer": "https://nobody.example", "subject": "x"}), "/issuer"),
        (json!({"subject": ""}), "/subject"),
        (json!({"displayName": ""}), "/displayName"),
        (json!({"roles": ["king"]}), "/roles/0"),
    ] {
        let problem = by.post("/v1/users", &body).await.expect_problem(400, "VALIDATION_FAILED");
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{body}");
    }
});

both_engines!(a_tenant_keeps_an_owner, |db: Db| async move {
    let kit = Kit::new(db).await;
    let tenant = kit.tenant(ALL).await;
    let browser = kit.sign_in(json!({"loginToken": kit.link(&tenant.id, &tenant.owner, 60_000).await})).await;
    let up = [("x-csrf-token", browser.csrf.as_str())];
    let own = format!("/v1/users/{}", tenant.owner);
    for body in [json!({"roles": ["viewer"]}), json!({"disabled": true})] {
        browser.change(Method::PATCH, &own, &up, &body).await.expect_problem(400, "VALIDATION_FAILED");
    }
    browser.post("/v1/users", &json!({"displayName": "Second", "roles": ["owner"]})).await.expect(201);
    browser.change(Method::PATCH, &own, &up, &json!({"roles": ["viewer"]})).await.expect(200);
    browser.get("/v1/users").await.expect_problem(403, "FORBIDDEN");
});

both_engines!(users_of_another_tenant_are_not_there, |db: Db| async move {
    let kit = Kit::new(db).await;
    let (own, foreign) = (kit.tenant(ALL).await, kit.tenant(ALL).await);
    for id in [foreign.owner.as_str(), "usr_00000000000000000000000000", "nonsense"] {
        let problem = kit.by(own.secret()).patch(&format!("/v1/users/{id}"), &json!({"displayName": "x"})).await;
        assert_eq!(problem.expect_problem(404, "NOT_FOUND")["detail"], "No such user.", "{id}");
    }
    let list = kit.by(own.secret()).get("/v1/users").await.expect(200).json();
    assert!(list.to_string().contains(own.owner.as_str()) && !list.to_string().contains(foreign.owner.as_str()));
});
