use callboard_kernel::{ApiKeyId, IssuerId, UserId};
use serde_json::json;

use super::*;
use crate::model::Algorithm;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(1_000_000 + seconds)
}

fn tenant() -> TenantId {
    TenantId::from_stored("ten_a".to_owned())
}

fn key(scopes: &[Scope]) -> Principal {
    let key = ApiKeyId::from_stored("key_a".to_owned());
    Principal::Key { tenant: tenant(), key, scopes: scopes.to_vec(), login: None }
}

fn user(roles: &[Role]) -> Principal {
    let user = UserId::from_stored("usr_a".to_owned());
    Principal::User { tenant: tenant(), user, roles: roles.to_vec(), login: None }
}

fn stored(expires: Option<i64>, old_until: Option<i64>, revoked: bool) -> ApiKey {
    ApiKey {
        id: ApiKeyId::from_stored("key_a".to_owned()),
        tenant: tenant(),
        name: "n".to_owned(),
        scopes: vec![],
        secret_hash: "new".to_owned(),
        old_secret_hash: old_until.map(|_| "old".to_owned()),
        old_until: old_until.map(at),
        created_at: at(0),
        created_by: "cli".to_owned(),
        expires_at: expires.map(at),
        last_used_at: None,
        revoked_at: revoked.then(|| at(1)),
    }
}

#[test]
fn keys_hold_until_they_expire_are_rotated_out_or_revoked() {
    for (key, hash, now, outcome) in [
        (stored(None, None, false), "new", 5, "ok"),
        (stored(None, None, false), "other", 5, "UNAUTHENTICATED"),
        (stored(None, None, true), "new", 5, "UNAUTHENTICATED"),
        (stored(Some(10), None, false), "new", 9, "ok"),
        (stored(Some(10), None, false), "new", 10, "TOKEN_EXPIRED"),
        (stored(None, Some(10), false), "old", 9, "ok"),
        (stored(None, Some(10), false), "old", 10, "UNAUTHENTICATED"),
        (stored(None, Some(10), false), "new", 10, "ok"),
        (stored(None, Some(10), true), "old", 9, "UNAUTHENTICATED"),
    ] {
        let seen = key_holds(&key, hash, at(now)).map_or_else(|e| e.code().name, |()| "ok");
        assert_eq!(seen, outcome, "{key:?} {hash} {now}");
    }
    assert_eq!(key_good_until(&stored(Some(20), Some(10), false), "old"), Some(at(10)));
    assert_eq!(key_good_until(&stored(Some(20), Some(10), false), "new"), Some(at(20)));
    assert_eq!(key_good_until(&stored(None, Some(10), false), "new"), None);
}

#[test]
fn scopes_are_given_from_what_one_has() {
    for (by, scopes, good) in [
        (key(&[Scope::KeysManage, Scope::CallsRead]), vec![Scope::CallsRead], true),
        (key(&[Scope::KeysManage]), vec![Scope::CallsRead], false),
        (key(&[Scope::KeysManage, Scope::Installation]), vec![Scope::Installation], true),
        (user(&[Role::Admin]), vec![Scope::CallsRead, Scope::KeysManage], true),
        (user(&[Role::Owner]), vec![Scope::Installation], false),
    ] {
        assert_eq!(may_give_scopes(&by, &scopes).is_ok(), good, "{by:?} {scopes:?}");
    }
}

#[test]
fn roles_are_given_and_taken_from_below() {
    let all = [
        Scope::KeysManage,
        Scope::CallsRead,
        Scope::CallsWrite,
        Scope::EventsRead,
        Scope::TranscriptsRead,
        Scope::ProviderRead,
        Scope::WebhooksManage,
        Scope::DataErase,
    ];
    for (by, before, after, good) in [
        (user(&[Role::Admin]), &[][..], &[Role::Admin][..], true),
        (user(&[Role::Admin]), &[], &[Role::Owner], false),
        (user(&[Role::Admin]), &[Role::Owner], &[], false),
        (user(&[Role::Owner]), &[Role::Owner], &[Role::Owner, Role::Viewer], true),
        (key(&all), &[], &[Role::Admin], true),
        (key(&all), &[], &[Role::Owner], false),
        (key(&all[..6]), &[], &[Role::Operator], true),
        (key(&all[..6]), &[], &[Role::Admin], false),
        (key(&[Scope::KeysManage]), &[], &[Role::Viewer], false),
        (key(&[Scope::KeysManage]), &[Role::Viewer], &[], false),
    ] {
        assert_eq!(may_change_roles(&by, before, after).is_ok(), good, "{by:?} {before:?} {after:?}");
    }
}

#[test]
fn a_claim_narrows_and_never_adds() {
    let stored = [Role::Viewer, Role::Admin];
    assert_eq!(narrowed(&stored, None), stored);
    assert_eq!(narrowed(&stored, Some(&[Role::Viewer, Role::Owner])), [Role::Viewer]);
    assert_eq!(narrowed(&stored, Some(&[])), []);
    let claims: Claims = serde_json::from_value(json!({"roles": ["viewer", "king"]})).expect("claims");
    assert_eq!(claims.roles(), Some(vec![Role::Viewer]));
}

#[test]
fn claims_must_say_who_for_whom_and_until_when() {
    let issuer = Issuer {
        id: IssuerId::from_stored("iss_a".to_owned()),
        tenant: tenant(),
        iss: "https://id.example".to_owned(),
        audience: "callboard".to_owned(),
        algorithm: Some(Algorithm::HS256),
        sealed_secret: None,
        jwks_url: None,
        created_at: at(0),
    };
    let now = at(0).seconds();
    let good = json!({"iss": "https://id.example", "sub": "u1", "aud": "callboard", "exp": now + 60});
    let with = |name: &str, value: serde_json::Value| {
        let mut claims = good.clone();
        claims[name] = value;
        claims
    };
    let null = serde_json::Value::Null;
    for (claims, outcome) in [
        (good.clone(), "ok"),
        (with("aud", json!(["other", "callboard"])), "ok"),
        (with("aud", json!("other")), "UNAUTHENTICATED"),
        (with("aud", null.clone()), "UNAUTHENTICATED"),
        (with("iss", json!("https://evil.example")), "UNAUTHENTICATED"),
        (with("iss", null.clone()), "UNAUTHENTICATED"),
        (with("exp", null.clone()), "UNAUTHENTICATED"),
        (with("exp", json!(now)), "TOKEN_EXPIRED"),
        (with("exp", json!(now as f64 + 0.5)), "ok"),
        (with("nbf", json!(now + 60)), "ok"),
        (with("nbf", json!(now + 61)), "UNAUTHENTICATED"),
        (with("tenant", json!("ten_a")), "ok"),
        (with("tenant", json!("ten_b")), "UNAUTHENTICATED"),
        (with("tenantId", json!("ten_b")), "UNAUTHENTICATED"),
        (with("tenant_id", json!("ten_b")), "UNAUTHENTICATED"),
        (with("sub", json!("")), "UNAUTHENTICATED"),
        (with("sub", null), "UNAUTHENTICATED"),
        (with("sub", json!("x".repeat(256))), "UNAUTHENTICATED"),
    ] {
        let parsed: Claims = serde_json::from_value(claims.clone()).expect("claims");
        let seen = claims_hold(&parsed, &issuer, at(0)).map_or_else(|e| e.code().name, |_| "ok");
        assert_eq!(seen, outcome, "{claims}");
    }
}

#[test]
fn logins_end_when_idle_old_or_ended() {
    let login = |used: i64, expires: i64, ended: bool| Login {
        id: callboard_kernel::LoginId::from_stored("lgn_a".to_owned()),
        tenant: tenant(),
        secret_hash: "h".to_owned(),
        user: None,
        key: None,
        narrowed_to: None,
        last_used_at: at(used),
        expires_at: at(expires),
        ended_at: ended.then(|| at(0)),
    };
    for (login, hash, now, outcome) in [
        (login(0, 1_000_000, false), "h", 0, "ok"),
        (login(0, 1_000_000, false), "x", 0, "UNAUTHENTICATED"),
        (login(0, 1_000_000, true), "h", 0, "UNAUTHENTICATED"),
        (login(0, 1_000_000, false), "h", 12 * 3600 - 1, "ok"),
        (login(0, 1_000_000, false), "h", 12 * 3600, "TOKEN_EXPIRED"),
        (login(100, 100, false), "h", 100, "TOKEN_EXPIRED"),
    ] {
        let seen = login_holds(&login, hash, at(now)).map_or_else(|e| e.code().name, |()| "ok");
        assert_eq!(seen, outcome, "{login:?} {now}");
    }
}
