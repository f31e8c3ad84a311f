//! Browsers that sign in and out.

use callboard_http::Scope;
use callboard_store::Db;
use callboard_testkit::{Answer, both_engines};
use reqwest::Method;
use serde_json::json;

use super::kit::Kit;

const HOUR: i64 = 3_600_000;

both_engines!(a_link_signs_in_once, |db: Db| async move {
    let kit = Kit::new(db).await;
    let tenant = kit.tenant(&[Scope::KeysManage]).await;
    let token = kit.link(&tenant.id, &tenant.owner, 60_000).await;
    let browser = kit.sign_in(json!({"loginToken": token})).await;
    let me = browser.get("/v1/me").await.expect(200).json();
    assert_eq!(
        (&me["principal"]["kind"], &me["principal"]["roles"], &me["csrfToken"]),
        (&json!("user"), &json!(["owner"]), &json!(browser.csrf))
    );
    let anonymous = kit.http.anonymous();
    anonymous.post("/v1/login", &json!({"loginToken": token})).await.expect_problem(401, "LOGIN_LINK_INVALID");
    let late = kit.link(&tenant.id, &tenant.owner, 60_000).await;
    kit.world.advance_ms(60_000);
    anonymous.post("/v1/login", &json!({"loginToken": late})).await.expect_problem(401, "LOGIN_LINK_INVALID");
    anonymous.post("/v1/login", &json!({"loginToken": "cbl_made-up"})).await.expect_problem(401, "LOGIN_LINK_INVALID");
    for body in [json!({}), json!({"loginToken": "a", "apiKey": "b"}), json!({"password": "x"})] {
        anonymous.post("/v1/login", &body).await.expect_problem(400, "VALIDATION_FAILED");
    }
});

both_engines!(changes_need_the_logins_own_token_and_origin, |db: Db| async move {
    let kit = Kit::new(db).await;
    let tenant = kit.tenant(&[Scope::KeysManage]).await;
    let browser = kit.sign_in(json!({"loginToken": kit.link(&tenant.id, &tenant.owner, HOUR).await})).await;
    let other = kit.sign_in(json!({"loginToken": kit.link(&tenant.id, &tenant.owner, HOUR).await})).await;
    let body = json!({"name": "k", "scopes": ["calls:read"]});
    let own = ("x-csrf-token", browser.csrf.as_str());
    for (headers, status, code) in [
        (vec![], 403, Some("CSRF_REQUIRED")),
        (vec![("x-csrf-token", "")], 403, Some("CSRF_REQUIRED")),
        (vec![("x-csrf-token", other.csrf.as_str())], 403, Some("CSRF_REQUIRED")),
        (vec![own, ("origin", "https://evil.example")], 403, Some("ORIGIN_FORBIDDEN")),
        (vec![own, ("origin", "https://own.example")], 201, None),
        (vec![own], 201, None),
    ] {
        let answer = browser.change(Method::POST, "/v1/api-keys", &headers, &body).await;
        match code {
            Some(code) => drop(answer.expect_problem(status, code)),
            None => drop(answer.expect(status)),
        }
    }
});

both_engines!(signing_out_ends_the_cookie_everywhere, |db: Db| async move {
    let kit = Kit::new(db).await;
    let tenant = kit.tenant(&[Scope::KeysManage]).await;
    let browser = kit.sign_in(json!({"apiKey": tenant.secret()})).await;
    let me = browser.get("/v1/me").await.expect(200).json();
    assert_eq!((&me["principal"]["kind"], &me["principal"]["keyId"]), (&json!("key"), &json!(tenant.key)));
    let answer = browser.post("/v1/logout", &json!({})).await.expect(204);
    assert!(answer.header("set-cookie").is_some_and(|c| c.contains("Max-Age=0")));
    browser.get("/v1/me").await.expect_problem(401, "UNAUTHENTICATED");
    kit.by(tenant.secret()).get("/v1/me").await.expect(200);
    kit.by(tenant.secret()).post("/v1/logout", &json!({})).await.expect(204);
});

both_engines!(logins_end_when_idle_and_with_what_they_stand_for, |db: Db| async move {
    let kit = Kit::new(db).await;
    let tenant = kit.tenant(&[Scope::KeysManage]).await;
    let by = kit.by(tenant.secret());
    let made = by.post("/v1/api-keys", &json!({"name": "console", "scopes": ["keys:manage"]})).await.expect(201).json();
    let console = kit.sign_in(json!({"apiKey": made["secret"]})).await;
    console.get("/v1/me").await.expect(200);
    by.delete(&format!("/v1/api-keys/{}", made["key"]["keyId"].as_str().expect("an id"))).await.expect(204);
    console.get("/v1/me").await.expect_problem(401, "UNAUTHENTICATED");

    let idle = kit.sign_in(json!({"loginToken": kit.link(&tenant.id, &tenant.owner, HOUR).await})).await;
    kit.world.advance_ms(12 * HOUR - 1);
    idle.get("/v1/me").await.expect(200);
    let untouched = kit.sign_in(json!({"loginToken": kit.link(&tenant.id, &tenant.owner, HOUR).await})).await;
    kit.world.advance_ms(12 * HOUR);
    untouched.get("/v1/me").await.expect_problem(401, "TOKEN_EXPIRED");
    for (cookie, code) in
        [("callboard_session=nonsense", "UNAUTHENTICATED"), (untouched.cookie.as_str(), "TOKEN_EXPIRED")]
    {
        Answer::of(kit.http.request(Method::GET, "/v1/me").header("cookie", cookie)).await.expect_problem(401, code);
    }
});

both_engines!(old_logins_are_forgotten, |db: Db| async move {
    let kit = Kit::new(db).await;
    let tenant = kit.tenant(&[Scope::KeysManage]).await;
    let _browser = kit.sign_in(json!({"loginToken": kit.link(&tenant.id, &tenant.owner, HOUR).await})).await;
    let repair = kit.repairs.iter().find(|r| r.name() == "tenants.forget_logins").expect("the repair");
    let now = callboard_kernel::World::now(&*kit.world);
    assert_eq!(repair.run(now).await.expect("a run"), 0);
    assert_eq!(repair.run(now.plus_ms(8 * 24 * HOUR + 1)).await.expect("a run"), 2);
    assert_eq!(repair.run(now.plus_ms(8 * 24 * HOUR + 1)).await.expect("a run"), 0);
});

both_engines!(sign_ins_are_limited, |db: Db| async move {
    let kit = Kit::new(db).await;
    for _ in 0..10 {
        kit.http
            .anonymous()
            .post("/v1/login", &json!({"apiKey": "cbk_guess"}))
            .await
            .expect_problem(401, "UNAUTHENTICATED");
    }
    let refused = kit.http.anonymous().post("/v1/login", &json!({"apiKey": "cbk_guess"})).await;
    assert_eq!(refused.header("retry-after"), Some("6"));
    refused.expect_problem(429, "RATE_LIMITED");
});
