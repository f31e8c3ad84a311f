//! JSON web tokens as LiveKit uses them: HS256 and nothing else.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use callboard_kernel::{Error, ExposeSecret, Result, SecretString};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha2::Sha256;

/// A token taken apart; nothing in it is to be believed before [`Parts::verifies`].
pub(crate) struct Parts<'a> {
    signed: &'a str,
    signature: Vec<u8>,
    pub(crate) algorithm: String,
    pub(crate) claims: Value,
}

fn mac(secret: &SecretString) -> Result<Hmac<Sha256>> {
    Hmac::new_from_slice(secret.expose_secret().as_bytes()).map_err(Error::internal)
}

/// Signs claims.
pub(crate) fn sign(claims: &Value, secret: &SecretString) -> Result<String> {
    let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256","typ":"JWT"}"#);
    let text = format!("{header}.{}", URL_SAFE_NO_PAD.encode(claims.to_string()));
    let mut mac = mac(secret)?;
    mac.update(text.as_bytes());
    Ok(format!("{text}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())))
}

/// Takes a token apart; `None` when it is none.
pub(crate) fn split(token: &str) -> Option<Parts<'_>> {
    let (signed, signature) = token.rsplit_once('.')?;
    let (header, claims) = signed.split_once('.')?;
    let read = |part: &str| serde_json::from_slice::<Value>(&URL_SAFE_NO_PAD.decode(part).ok()?).ok();
    let algorithm = read(header)?.get("alg")?.as_str()?.to_owned();
    let claims = read(claims).filter(Value::is_object)?;
    Some(Parts { signed, signature: URL_SAFE_NO_PAD.decode(signature).ok()?, algorithm, claims })
}

impl Parts<'_> {
    /// Whether the signature is good under the secret; constant time.
    pub(crate) fn verifies(&self, secret: &SecretString) -> bool {
        mac(secret).is_ok_and(|mut mac| {
            mac.update(self.signed.as_bytes());
            mac.verify_slice(&self.signature).is_ok()
        })
    }

    /// A claim that is a text.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.claims.get(name)?.as_str()
    }

    /// A claim that is a point in time, in whole seconds since the epoch.
    pub(crate) fn seconds(&self, name: &str) -> Option<i64> {
        let value = self.claims.get(name)?;
        // RFC 7519 allows fractions; casting saturates, so no number can hurt.
        value.as_i64().or_else(|| value.as_f64().map(|f| f as i64))
    }
}
