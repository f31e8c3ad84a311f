//! Answers as data: replies that can be stored under an idempotency key and written again.

use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use callboard_kernel::{Error, ExposeSecret as _, Keyring, Result, SecretString, TokenKind};
use serde::Serialize;
use serde_json::Value;

use crate::problem::Problem;

/// A secret in a reply that is derived when the reply is written, so that no stored answer holds it.
#[derive(Clone, Debug, Serialize, serde::Deserialize)]
pub struct Derived {
    /// JSON Pointer of the member that gets the secret, `/pass`.
    pub pointer: String,
    /// The token's prefix, which names its kind.
    pub kind: String,
    /// What it is derived from.
    pub parts: Vec<String>,
    /// Text put before the token, for links: `https://…/join#`.
    pub before: String,
}

/// A random secret that is shown in the first answer and in no replay.
#[derive(Clone, Debug)]
pub struct ShownOnce {
    /// JSON Pointer of the member that gets the secret.
    pub pointer: String,
    /// JSON Pointer of the boolean that says whether it was shown.
    pub flag: String,
    /// The secret.
    pub secret: SecretString,
}

/// A JSON answer with its status and headers, as data: stored under an idempotency key and replayed.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// The body; absent for 204.
    pub body: Option<Value>,
    /// Secrets to fill in while writing.
    pub secrets: Vec<Derived>,
    /// Random secrets, for the first answer only; never stored.
    pub once: Vec<ShownOnce>,
    /// `ETag` header, without quotes.
    pub etag: Option<String>,
    /// `Location` header.
    pub location: Option<String>,
}

impl Reply {
    /// A reply with a body.
    pub fn json(status: u16, body: &impl Serialize) -> Result<Self> {
        let body = serde_json::to_value(body).map_err(Error::internal)?;
        Ok(Self { status, body: Some(body), secrets: Vec::new(), once: Vec::new(), etag: None, location: None })
    }
    /// 200 with a body.
    pub fn ok(body: &impl Serialize) -> Result<Self> {
        Self::json(200, body)
    }
    /// 201 with a body and the place of what was created.
    pub fn created(location: impl Into<String>, body: &impl Serialize) -> Result<Self> {
        Ok(Self { location: Some(location.into()), ..Self::json(201, body)? })
    }
    /// 204.
    pub const fn empty() -> Self {
        Self { status: 204, body: None, secrets: Vec::new(), once: Vec::new(), etag: None, location: None }
    }
    /// Adds a derived secret at a pointer.
    #[must_use]
    pub fn secret(self, pointer: &str, kind: TokenKind, parts: &[&str]) -> Self {
        self.secret_after(pointer, "", kind, parts)
    }
    /// Adds a derived secret behind a prefix, at a pointer.
    #[must_use]
    pub fn secret_after(mut self, pointer: &str, before: &str, kind: TokenKind, parts: &[&str]) -> Self {
        self.secrets.push(Derived {
            pointer: pointer.to_owned(),
            kind: kind.prefix().to_owned(),
            parts: parts.iter().map(|p| (*p).to_owned()).collect(),
            before: before.to_owned(),
        });
        self
    }
    /// Adds a random secret that only the first answer shows; `flag` becomes true there and false in a replay.
    #[must_use]
    pub fn shown_once(mut self, pointer: &str, flag: &str, secret: SecretString) -> Self {
        self.once.push(ShownOnce { pointer: pointer.to_owned(), flag: flag.to_owned(), secret });
        self
    }
    /// Sets the `ETag`.
    #[must_use]
    pub fn with_etag(mut self, version: i64) -> Self {
        self.etag = Some(version.to_string());
        self
    }
    /// The response of a reply that is not under an idempotency key.
    pub fn into_response(self, keys: &Keyring) -> Response {
        Answer { reply: self, replayed: false }.into_response(keys)
    }
}

/// A reply, and whether it is the stored one of an earlier request.
#[derive(Clone, Debug)]
pub struct Answer {
    /// What to answer.
    pub reply: Reply,
    /// Whether an earlier request with the same key had the effect.
    pub replayed: bool,
}

static IDEMPOTENCY_REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

impl Answer {
    /// Writes the answer, with derived secrets filled in.
    pub fn into_response(self, keys: &Keyring) -> Response {
        match self.build(keys) {
            Ok(response) => response,
            Err(error) => Problem(error).into_response(),
        }
    }

    fn build(self, keys: &Keyring) -> Result<Response> {
        let Self { reply, replayed } = self;
        let status = StatusCode::from_u16(reply.status).map_err(Error::internal)?;
        let mut response = match reply.body {
            None => status.into_response(),
            Some(mut body) => {
                for secret in &reply.secrets {
                    set(&mut body, &secret.pointer, Value::String(derive(keys, secret)?))?;
                }
                for shown in &reply.once {
                    set(&mut body, &shown.flag, Value::Bool(!replayed))?;
                    if !replayed {
                        set(&mut body, &shown.pointer, Value::String(shown.secret.expose_secret().to_owned()))?;
                    }
                }
                let json = HeaderValue::from_static("application/json");
                (status, [(header::CONTENT_TYPE, json)], body.to_string()).into_response()
            }
        };
        let headers = response.headers_mut();
        if let Some(etag) = reply.etag {
            headers.insert(header::ETAG, HeaderValue::try_from(format!("\"{etag}\"")).map_err(Error::internal)?);
        }
        if let Some(location) = reply.location {
            headers.insert(header::LOCATION, HeaderValue::try_from(location).map_err(Error::internal)?);
        }
        if replayed {
            headers.insert(IDEMPOTENCY_REPLAYED.clone(), HeaderValue::from_static("true"));
        }
        Ok(response)
    }
}

fn derive(keys: &Keyring, secret: &Derived) -> Result<String> {
    const KINDS: [TokenKind; 5] =
        [TokenKind::Resume, TokenKind::Pass, TokenKind::Join, TokenKind::LoginLink, TokenKind::Csrf];
    let kind = KINDS.into_iter().find(|k| k.prefix() == secret.kind);
    let kind = kind.ok_or_else(|| Error::internal(format!("no kind of token has the prefix {}", secret.kind)))?;
    let parts: Vec<&str> = secret.parts.iter().map(String::as_str).collect();
    Ok(format!("{}{}", secret.before, keys.derive(kind, &parts).expose_secret()))
}

/// Sets the member at a pointer whose parent exists.
fn set(body: &mut Value, pointer: &str, value: Value) -> Result<()> {
    let (parent, name) = pointer.rsplit_once('/').unwrap_or_default();
    let object = body.pointer_mut(parent).and_then(Value::as_object_mut);
    let object = object.ok_or_else(|| Error::internal(format!("a secret's place {pointer} is not in the answer")))?;
    object.insert(name.to_owned(), value);
    Ok(())
}

#[cfg(test)]
mod tests {
    use callboard_kernel::MasterKey;
    use serde_json::json;

    use super::*;

    fn keys() -> Keyring {
        Keyring::new(MasterKey::new("t", [3; 32]).expect("a key"), vec![])
    }

    async fn body_of(answer: Answer) -> Value {
        let response = answer.into_response(&keys());
        let bytes = axum::body::to_bytes(response.into_body(), usize::MAX).await.expect("a body");
        serde_json::from_slice(&bytes).expect("JSON")
    }

    #[tokio::test]
    async fn a_replay_derives_the_same_token_and_shows_no_random_one() {
        let reply = Reply::ok(&json!({"key": {"id": 1}}))
            .expect("a reply")
            .secret_after("/key/link", "https://x/#", TokenKind::Join, &["ten", "row"])
            .shown_once("/secret", "/secretShown", "random".to_owned().into());
        let first = body_of(Answer { reply: reply.clone(), replayed: false }).await;
        let second = body_of(Answer { reply, replayed: true }).await;
        assert!(first["key"]["link"].as_str().is_some_and(|l| l.starts_with("https://x/#cbj_t.")));
        assert_eq!(first["key"]["link"], second["key"]["link"]);
        assert_eq!((&first["secret"], &first["secretShown"]), (&json!("random"), &json!(true)));
        assert_eq!((second.get("secret"), &second["secretShown"]), (None, &json!(false)));
    }
}
