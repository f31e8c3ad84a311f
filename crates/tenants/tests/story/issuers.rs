//! Users by the tokens of a tenant's issuers.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use callboard_http::Scope;
use callboard_kernel::World as _;
use callboard_store::{Db, params, sql};
use callboard_testkit::{LogCapture, both_engines};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};

use super::kit::{Kit, Tenant};
use super::pairs::{EC_DER, EC_XY, ED_DER, ED_X, RSA_DER, RSA_N};

const MANAGER: &[Scope] = &[Scope::KeysManage];
const SECRET: &str = "a shared secret of more than thirty-two bytes";
const ISS: &str = "https://id.example";
fn claims(kit: &Kit, sub: &str) -> Value {
    json!({"iss": ISS, "sub": sub, "aud": "callboard", "exp": kit.world.now().seconds() + 600})
}

fn hs256(claims: &Value, secret: &str) -> String {
    encode(&Header::new(Algorithm::HS256), claims, &EncodingKey::from_secret(secret.as_bytes())).expect("a token")
}

fn der(text: &str) -> Vec<u8> {
    STANDARD.decode(text).expect("base64")
}

fn eddsa(claims: &Value, kid: Option<&str>) -> String {
    let header = Header { kid: kid.map(str::to_owned), ..Header::new(Algorithm::EdDSA) };
    encode(&header, claims, &EncodingKey::from_ed_der(&der(ED_DER))).expect("a token")
}

async fn add_hs256(kit: &Kit, tenant: &Tenant) -> Value {
    let body = json!({"iss": ISS, "audience": "callboard", "algorithm": "HS256", "secret": SECRET});
    kit.by(tenant.secret()).post("/v1/issuers", &body).await.expect(201).json()
}

async fn add_eddsa(kit: &Kit, tenant: &Tenant) -> Value {
    let url = "https://id.example/keys";
    let set =
        json!({"keys": [{"kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig", "kid": "one", "x": ED_X}]});
    kit.jwks.0.lock().insert(url.to_owned(), set.to_string());
    let body = json!({"iss": ISS, "audience": "callboard", "algorithm": "EdDSA", "jwksUrl": url});
    kit.by(tenant.secret()).post("/v1/issuers", &body).await.expect(201).json()
}

both_engines!(a_shared_secret_makes_users, |db: Db| async move {
    let kit = Kit::new(db).await;
    let tenant = kit.tenant(MANAGER).await;
    let issuer = add_hs256(&kit, &tenant).await;
    assert_eq!(issuer.get("secret"), None);
    let mut with_name = claims(&kit, "u1");
    with_name["name"] = json!("Uma");
    let me = kit.by(&hs256(&with_name, SECRET)).get("/v1/me").await.expect(200).json();
    assert_eq!(
        (&me["principal"]["kind"], &me["principal"]["displayName"], &me["principal"]["roles"]),
        (&json!("user"), &json!("Uma"), &json!([]))
    );
    assert_eq!(me["principal"]["tenantId"], tenant.id.as_str());
    let again = kit.by(&hs256(&claims(&kit, "u1"), SECRET)).get("/v1/me").await.expect(200).json();
    assert_eq!(again["principal"]["userId"], me["principal"]["userId"]);
    let other = kit.by(&hs256(&claims(&kit, "u2"), SECRET)).get("/v1/me").await.expect(200).json();
    assert_ne!(other["principal"]["userId"], me["principal"]["userId"]);
    kit.by(&hs256(&claims(&kit, "u1"), SECRET)).get("/v1/users").await.expect_problem(403, "FORBIDDEN");
});

both_engines!(a_shared_secret_whose_key_is_gone_is_counted_and_named, |db: Db| async move {
    sql! {
        pub SEALED_ELSEWHERE;
        SEAL_ELSEWHERE = "update issuer set sealed_secret = 'gone1:AAAAAAAAAAAAAAAA:AAAA' where tenant_id = :tenant and iss = :iss";
    }
    let kit = Kit::new(db).await;
    let tenant = kit.tenant(MANAGER).await;
    let issuer = add_hs256(&kit, &tenant).await["issuerId"].as_str().expect("an id").to_owned();
    let look = async || {
        let keys = Arc::clone(&kit.app.keys);
        kit.app.db.read(move |tx| callboard_tenants::issuer_secrets(tx, &keys)).await.expect("read")
    };
    let good = look().await;
    assert_eq!((SEALED_ELSEWHERE.len(), good.all, good.closed()), (1, 1, 0));
    let id = tenant.id.clone();
    let sealed = kit.app.db.write(move |tx| tx.execute_one(&SEAL_ELSEWHERE, params! { tenant: id, iss: ISS }));
    sealed.await.expect("written");
    assert_eq!(look().await.without_key, [("gone1".to_owned(), 1)].into());
    let log = LogCapture::install();
    kit.by(&hs256(&claims(&kit, "u1"), SECRET)).get("/v1/me").await.expect_problem(500, "INTERNAL");
    let (logged, whose) = (log.text(), format!("issuer `{issuer}`"));
    let line = logged.lines().find(|line| line.contains(&whose)).unwrap_or_else(|| panic!("not told: {logged}"));
    assert!(line.contains("its key `gone1` is not among the configured ones"), "{line}");
    kit.by(tenant.secret()).delete(&format!("/v1/issuers/{issuer}")).await.expect(204);
    assert_eq!(look().await.all, 0, "one out of use has none");
});

both_engines!(tokens_that_do_not_hold_are_refused, |db: Db| async move {
    let kit = Kit::new(db).await;
    let tenant = kit.tenant(MANAGER).await;
    add_hs256(&kit, &tenant).await;
    let now = kit.world.now().seconds();
    let with = |name: &str, value: Value| {
        let mut c = claims(&kit, "u1");
        c[name] = value;
        c
    };
    for (claims, code) in [
        (with("aud", json!("other")), "UNAUTHENTICATED"),
        (with("iss", json!("https://evil.example")), "UNAUTHENTICATED"),
        (with("iss", json!(format!("local:{}", tenant.id))), "UNAUTHENTICATED"),
        (with("exp", json!(now)), "TOKEN_EXPIRED"),
        (with("exp", Value::Null), "UNAUTHENTICATED"),
        (with("nbf", json!(now + 61)), "UNAUTHENTICATED"),
        (with("tenant", json!("ten_00000000000000000000000000")), "UNAUTHENTICATED"),
    ] {
        kit.by(&hs256(&claims, SECRET)).get("/v1/me").await.expect_problem(401, code);
    }
    let good = claims(&kit, "u1");
    kit.by(&hs256(&good, "another secret of more than thirty-two bytes"))
        .get("/v1/me")
        .await
        .expect_problem(401, "UNAUTHENTICATED");
    let mut tampered = hs256(&good, SECRET);
    tampered.truncate(tampered.len() - 2);
    kit.by(&tampered).get("/v1/me").await.expect_problem(401, "UNAUTHENTICATED");
    kit.by(&hs256(&with("tenant", json!(tenant.id)), SECRET)).get("/v1/me").await.expect(200);
    assert_eq!(
        kit.by(tenant.secret()).get("/v1/users").await.expect(200).json()["items"].as_array().map(Vec::len),
        Some(2)
    );
});

both_engines!(the_algorithm_is_the_issuers_not_the_tokens, |db: Db| async move {
    let kit = Kit::new(db).await;
    let tenant = kit.tenant(MANAGER).await;
    add_eddsa(&kit, &tenant).await;
    let good = claims(&kit, "u1");
    kit.by(&eddsa(&good, Some("one"))).get("/v1/me").await.expect(200);
    // The public key as a shared secret: the classic confusion.
    kit.by(&hs256(&good, ED_X)).get("/v1/me").await.expect_problem(401, "UNAUTHENTICATED");
    let signed = eddsa(&good, Some("one"));
    let parts: Vec<&str> = signed.split('.').collect();
    // {"alg":"none","typ":"JWT"}
    for forged in [
        format!("eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.{}.", parts[1]),
        format!("eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.{}.{}", parts[1], parts[2]),
    ] {
        kit.by(&forged).get("/v1/me").await.expect_problem(401, "UNAUTHENTICATED");
    }
});

both_engines!(each_kind_of_signature_verifies, |db: Db| async move {
    let kit = Kit::new(db).await;
    let tenant = kit.tenant(MANAGER).await;
    let (x, y) = EC_XY;
    for (name, algorithm, key, jwk) in [
        (
            "RS256",
            Algorithm::RS256,
            EncodingKey::from_rsa_der(&der(RSA_DER)),
            json!({"kty": "RSA", "n": RSA_N, "e": "AQAB"}),
        ),
        (
            "ES256",
            Algorithm::ES256,
            EncodingKey::from_ec_der(&der(EC_DER)),
            json!({"kty": "EC", "crv": "P-256", "x": x, "y": y}),
        ),
        (
            "EdDSA",
            Algorithm::EdDSA,
            EncodingKey::from_ed_der(&der(ED_DER)),
            json!({"kty": "OKP", "crv": "Ed25519", "x": ED_X}),
        ),
    ] {
        let (iss, url) = (format!("https://{name}.example"), format!("https://{name}.example/keys"));
        kit.jwks.0.lock().insert(url.clone(), json!({"keys": [jwk]}).to_string());
        let body = json!({"iss": iss, "audience": "callboard", "algorithm": name, "jwksUrl": url});
        kit.by(tenant.secret()).post("/v1/issuers", &body).await.expect(201);
        let mut claims = claims(&kit, "u1");
        claims["iss"] = json!(iss);
        let token = encode(&Header::new(algorithm), &claims, &key).expect("a token");
        kit.by(&token).get("/v1/me").await.expect(200);
        claims["sub"] = json!("u2");
        let other = encode(&Header::new(algorithm), &claims, &key).expect("a token");
        let (signed, _) = other.rsplit_once('.').expect("three parts");
        let (_, signature) = token.rsplit_once('.').expect("three parts");
        kit.by(&format!("{signed}.{signature}")).get("/v1/me").await.expect_problem(401, "UNAUTHENTICATED");
    }
});

both_engines!(keys_of_an_issuer_are_fetched_and_found_again, |db: Db| async move {
    let kit = Kit::new(db).await;
    let tenant = kit.tenant(MANAGER).await;
    add_eddsa(&kit, &tenant).await;
    let good = claims(&kit, "u1");
    kit.by(&eddsa(&good, None)).get("/v1/me").await.expect(200);
    kit.by(&eddsa(&good, Some("two"))).get("/v1/me").await.expect_problem(401, "UNAUTHENTICATED");
    let set = json!({"keys": [{"kty": "OKP", "crv": "Ed25519", "kid": "two", "x": ED_X}]});
    kit.jwks.0.lock().insert("https://id.example/keys".to_owned(), set.to_string());
    // Within half a minute of the last fetch nobody asks again, whatever tokens say.
    kit.by(&eddsa(&good, Some("two"))).get("/v1/me").await.expect_problem(401, "UNAUTHENTICATED");
    kit.world.advance_ms(30_000);
    kit.by(&eddsa(&good, Some("two"))).get("/v1/me").await.expect(200);
});

both_engines!(issuers_are_checked_listed_and_removed, |db: Db| async move {
    let kit = Kit::new(db).await;
    let (tenant, foreign) = (kit.tenant(MANAGER).await, kit.tenant(MANAGER).await);
    let by = kit.by(tenant.secret());
    let base = json!({"iss": ISS, "audience": "callboard", "algorithm": "HS256", "secret": SECRET});
    for (name, value, pointer) in [
        ("secret", json!("short"), "/secret"),
        ("secret", Value::Null, "/secret"),
        ("jwksUrl", json!("https://id.example/keys"), "/secret"),
        ("jwksUrl", json!("http://id.example/keys"), "/jwksUrl"),
        ("algorithm", json!("EdDSA"), "/jwksUrl"),
        ("algorithm", json!("none"), "/algorithm"),
        ("iss", json!("local"), "/iss"),
        ("iss", json!(format!("local:{}", tenant.id)), "/iss"),
        ("iss", json!(""), "/iss"),
        ("audience", json!(""), "/audience"),
    ] {
        let mut body = base.clone();
        body[name] = value;
        let problem = by.post("/v1/issuers", &body).await.expect_problem(400, "VALIDATION_FAILED");
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{body}");
    }
    let id = add_hs256(&kit, &tenant).await["issuerId"].as_str().expect("an id").to_owned();
    kit.by(foreign.secret()).post("/v1/issuers", &base).await.expect_problem(409, "ALREADY_EXISTS");
    kit.by(foreign.secret()).delete(&format!("/v1/issuers/{id}")).await.expect_problem(404, "NOT_FOUND");
    let user = kit.by(&hs256(&claims(&kit, "u1"), SECRET));
    user.get("/v1/me").await.expect(200);
    let list = by.get("/v1/issuers").await.expect(200).json();
    let names: Vec<&str> = list["items"].as_array().expect("items").iter().filter_map(|i| i["iss"].as_str()).collect();
    assert_eq!((names.len(), names.contains(&ISS), names.contains(&"local")), (2, true, true));
    assert!(!list.to_string().contains(SECRET));
    by.delete(&format!("/v1/issuers/{id}")).await.expect(204);
    user.get("/v1/me").await.expect_problem(401, "UNAUTHENTICATED");
    by.delete(&format!("/v1/issuers/{id}")).await.expect_problem(404, "NOT_FOUND");
    let local =
        list["items"].as_array().and_then(|l| l.iter().find(|i| i["iss"] == "local")).expect("local")["issuerId"]
            .clone();
    by.delete(&format!("/v1/issuers/{}", local.as_str().expect("an id"))).await.expect_problem(403, "FORBIDDEN");
    add_hs256(&kit, &foreign).await;
});
