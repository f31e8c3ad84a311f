//! Webhook signatures as LiveKit 1.13 makes them, and the forgeries that a receiver must refuse.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use callboard_kernel::{Timestamp, sha256};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

/// Signs with one API key.
#[derive(Clone)]
pub struct Signer {
    key: String,
    secret: String,
}

/// A request body with its signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// The body.
    pub body: String,
    /// The `Authorization` header; `None`: not sent.
    pub authorization: Option<String>,
}

/// Ways to get a signature wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Forgery {
    /// Signed with another secret under the right key id.
    WrongSecret,
    /// Signed by a key that the receiver does not know.
    UnknownKey,
    /// The body was changed after signing.
    AlteredBody,
    /// The body got a byte more, outside the JSON.
    AppendedSpace,
    /// Valid until ten minutes ago.
    Expired,
    /// Valid in ten minutes from now.
    NotYetValid,
    /// Header `alg: none`, no signature.
    AlgNone,
    /// Header `alg: none`, but a good HS256 signature.
    AlgNoneSigned,
    /// Header `alg: RS256` over an HS256 signature.
    AlgRs256,
    /// Header `alg: HS512` over an HS256 signature.
    AlgHs512,
    /// No `sha256` claim.
    NoDigest,
    /// No `exp` claim.
    NoExpiry,
    /// The digest of another body.
    OtherDigest,
    /// `Authorization: Bearer …`.
    BearerPrefix,
    /// No header at all.
    NoHeader,
    /// Not a JWT.
    Garbage,
    /// The signature cut by one character.
    CutSignature,
}

impl Forgery {
    /// All of them.
    pub const ALL: [Self; 17] = [
        Self::WrongSecret,
        Self::UnknownKey,
        Self::AlteredBody,
        Self::AppendedSpace,
        Self::Expired,
        Self::NotYetValid,
        Self::AlgNone,
        Self::AlgNoneSigned,
        Self::AlgRs256,
        Self::AlgHs512,
        Self::NoDigest,
        Self::NoExpiry,
        Self::OtherDigest,
        Self::BearerPrefix,
        Self::NoHeader,
        Self::Garbage,
        Self::CutSignature,
    ];
}

impl Signer {
    /// A signer for an API key and its secret.
    pub fn new(key: &str, secret: &str) -> Self {
        Self { key: key.to_owned(), secret: secret.to_owned() }
    }

    /// The claims of the real server: `nbf` and `iat` now, five minutes of validity, the body's digest.
    fn claims(&self, body: &str, now: Timestamp) -> Value {
        let at = now.seconds();
        let digest = STANDARD.encode(sha256(&[body.as_bytes()]));
        json!({ "iss": self.key, "exp": at + 300, "nbf": at, "iat": at, "sha256": digest })
    }

    /// Signs a body as the real server does.
    pub fn sign(&self, body: &str, now: Timestamp) -> Signed {
        let token = jwt("HS256", &self.claims(body, now), &self.secret);
        Signed { body: body.to_owned(), authorization: Some(token) }
    }

    /// Signs a body wrongly.
    pub fn forge(&self, body: &str, now: Timestamp, how: Forgery) -> Signed {
        let mut claims = self.claims(body, now);
        let (mut alg, mut secret, mut sent) = ("HS256", self.secret.clone(), body.to_owned());
        match how {
            Forgery::WrongSecret => secret = "another-secret-0123456789abcdef0123456789".to_owned(),
            Forgery::UnknownKey => claims["iss"] = json!("APIstranger"),
            Forgery::AlteredBody => sent = body.replacen("\"event\"", "\"Event\"", 1).replacen("CLIENT", "SERVER", 1),
            Forgery::AppendedSpace => sent.push(' '),
            Forgery::Expired => {
                claims["exp"] = json!(now.seconds() - 600);
                claims["nbf"] = json!(now.seconds() - 900);
            }
            Forgery::NotYetValid => {
                claims["nbf"] = json!(now.seconds() + 600);
                claims["exp"] = json!(now.seconds() + 900);
            }
            Forgery::AlgNone | Forgery::AlgNoneSigned => alg = "none",
            Forgery::AlgRs256 => alg = "RS256",
            Forgery::AlgHs512 => alg = "HS512",
            Forgery::NoDigest => drop_claim(&mut claims, "sha256"),
            Forgery::NoExpiry => drop_claim(&mut claims, "exp"),
            Forgery::OtherDigest => claims["sha256"] = json!(STANDARD.encode(sha256(&[b"another body"]))),
            Forgery::BearerPrefix | Forgery::NoHeader | Forgery::Garbage | Forgery::CutSignature => {}
        }
        let mut token = jwt(alg, &claims, &secret);
        let authorization = match how {
            Forgery::AlgNone => Some(token[..=token.rfind('.').unwrap_or(0)].to_owned()),
            Forgery::BearerPrefix => Some(format!("Bearer {token}")),
            Forgery::NoHeader => None,
            Forgery::Garbage => Some("not.a.token".to_owned()),
            Forgery::CutSignature => {
                token.pop();
                Some(token)
            }
            _ => Some(token),
        };
        Signed { body: sent, authorization }
    }
}

fn drop_claim(claims: &mut Value, name: &str) {
    if let Some(map) = claims.as_object_mut() {
        map.remove(name);
    }
}

/// A JWT with an HMAC-SHA-256 signature, whatever its header says.
pub(crate) fn jwt(alg: &str, claims: &Value, secret: &str) -> String {
    let header = json!({ "alg": alg, "typ": "JWT" });
    let text = format!("{}.{}", URL_SAFE_NO_PAD.encode(header.to_string()), URL_SAFE_NO_PAD.encode(claims.to_string()));
    let signature = URL_SAFE_NO_PAD.encode(mac(&text, secret));
    format!("{text}.{signature}")
}

/// The claims of an HS256 JWT whose signature is good.
pub(crate) fn read_jwt(token: &str, secret: &str) -> Option<Value> {
    let (text, signature) = token.rsplit_once('.')?;
    let (header, claims) = text.split_once('.')?;
    let header: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).ok()?).ok()?;
    let good = header["alg"] == "HS256" && URL_SAFE_NO_PAD.decode(signature).ok()? == mac(text, secret);
    good.then(|| serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).ok()?).ok()).flatten()
}

fn mac(text: &str, secret: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("HMAC takes keys of any length");
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}
