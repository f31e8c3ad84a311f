//! Standard Webhooks: the secret, the body, the signature. Pure.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use callboard_eventlog::StoredEvent;
use callboard_kernel::teeth::{Tooth, planted};
use callboard_kernel::{Entropy, Error, ExposeSecret as _, Result, SecretString, TenantId, Timestamp};
use callboard_kernel::{WebhookDeliveryId as DeliveryId, WebhookEndpointId as EndpointId};
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde_json::json;
use sha2::Sha256;

use crate::model::TEST;

const PREFIX: &str = "whsec_";

/// A fresh secret: `whsec_` and 32 bytes in base64.
pub(crate) fn mint(entropy: &mut Entropy) -> SecretString {
    format!("{PREFIX}{}", STANDARD.encode(entropy.block())).into()
}

/// The place that a sealed secret is bound to.
pub(crate) fn seal_context(tenant: &TenantId, id: &EndpointId) -> String {
    format!("webhook.secret:{tenant}:{id}")
}

/// `v1,` and the HMAC-SHA256 over `id.timestamp.body`.
fn signature(secret: &SecretString, id: &str, at: Timestamp, body: &str) -> Result<String> {
    let text = secret.expose_secret().strip_prefix(PREFIX);
    let key =
        text.and_then(|t| STANDARD.decode(t).ok()).ok_or_else(|| Error::internal("a webhook secret is damaged"))?;
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).map_err(Error::internal)?;
    mac.update(format!("{id}.{}.", at.seconds()).as_bytes());
    mac.update(body.as_bytes());
    Ok(format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes())))
}

/// The headers of an attempt at `at`: one signature per secret, the newest first.
pub(crate) fn headers(
    secrets: &[SecretString],
    id: &DeliveryId,
    at: Timestamp,
    body: &str,
) -> Result<Vec<(&'static str, String)>> {
    let signed: Vec<String> = secrets.iter().map(|s| signature(s, id.as_str(), at, body)).collect::<Result<_>>()?;
    Ok(vec![
        ("content-type", "application/json".to_owned()),
        ("webhook-id", if planted(Tooth::RetryUnderNewId) { format!("{id}-{}", at.micros()) } else { id.to_string() }),
        ("webhook-timestamp", at.seconds().to_string()),
        ("webhook-signature", signed.join(" ")),
    ])
}

/// The body for an event: the same text at each attempt.
pub(crate) fn body_of(event: &StoredEvent) -> String {
    format!(r#"{{"type":"{}","timestamp":"{}","data":{}}}"#, event.ty.as_str(), event.ts, event.json())
}

/// The body of a test.
pub(crate) fn body_of_test(endpoint: &EndpointId, created_at: Timestamp) -> String {
    let data = json!({ "endpointId": endpoint.as_str(), "message": "A test from Callboard." });
    format!(r#"{{"type":"{TEST}","timestamp":"{created_at}","data":{data}}}"#)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the Standard Webhooks specification.
    #[test]
    fn the_published_example() {
        let secret: SecretString = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_owned().into();
        let at = Timestamp::from_seconds(1_614_265_330);
        let signed = signature(&secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", at, r#"{"test": 2432232314}"#).expect("signed");
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn secrets_have_their_form_and_both_sign() {
        let mut entropy = Entropy::from_seed([5; 32]);
        let (new, old) = (mint(&mut entropy), mint(&mut entropy));
        let bytes = STANDARD.decode(new.expose_secret().strip_prefix("whsec_").expect("the prefix")).expect("base64");
        assert_eq!(bytes.len(), 32);
        let id = DeliveryId::generate(Timestamp::from_seconds(5), &mut entropy);
        let all = headers(&[new, old], &id, Timestamp::from_seconds(7), "{}").expect("headers");
        let signatures: Vec<&str> = all[3].1.split(' ').collect();
        assert_eq!((signatures.len(), all[2].1.as_str()), (2, "7"));
        assert_ne!(signatures[0], signatures[1]);
    }
}
