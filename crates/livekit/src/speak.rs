//! For a second media server that speaks LiveKit's language (crate `simulated`): its tokens and its signed webhooks,
//! under a key of its own.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use callboard_calls::ports::TokenRequest;
use callboard_kernel::{Error, Result, SecretString, Timestamp, codes, sha256};
use serde_json::{Value, json};

use crate::config::LiveKitConfig;
use crate::signature::LEEWAY_S;
use crate::{jwt, token};

/// How long a webhook's signature is good, seconds, as LiveKit has it.
const WEBHOOK_TTL_S: i64 = 300;

/// A participant's token of this server.
pub fn participant_token(config: &LiveKitConfig, request: &TokenRequest) -> Result<SecretString> {
    token::participant(config, request)
}

/// The `Authorization` of a webhook with this body.
pub fn webhook_token(config: &LiveKitConfig, body: &[u8], now: Timestamp) -> Result<String> {
    let at = now.seconds();
    let digest = STANDARD.encode(sha256(&[body]));
    let claims = json!({ "iss": config.api_key, "nbf": at, "exp": at + WEBHOOK_TTL_S, "sha256": digest });
    jwt::sign(&claims, &config.api_secret)
}

/// The claims of a participant's token that this server made and that is good now. `UNAUTHENTICATED` for what it did
/// not make, `TOKEN_EXPIRED` for what is over.
pub fn participant_claims(config: &LiveKitConfig, token: &str, now: Timestamp) -> Result<Value> {
    let foreign = || Error::new(&codes::UNAUTHENTICATED, "This is not an access token of this media server.");
    let parts = jwt::split(token).filter(|p| p.algorithm == "HS256").ok_or_else(foreign)?;
    let known = parts.text("iss") == Some(config.api_key.as_str()) && parts.verifies(&config.api_secret);
    if !known || parts.claims["video"]["roomJoin"] != json!(true) || parts.text("sub").is_none() {
        return Err(foreign());
    }
    let at = now.seconds();
    let begun = parts.seconds("nbf").is_none_or(|nbf| at >= nbf.saturating_sub(LEEWAY_S));
    if !begun || parts.seconds("exp").is_none_or(|exp| at > exp) {
        return Err(Error::new(&codes::TOKEN_EXPIRED, "This access token is over; ask for a new one."));
    }
    Ok(parts.claims)
}

#[cfg(test)]
mod tests {
    use callboard_calls::model::ParticipantRole;
    use callboard_calls::ports::RoomOptions;
    use callboard_kernel::ExposeSecret as _;
    use callboard_testkit::START;

    use super::*;
    use crate::signature::verify;

    fn config(key: &str, secret: &str) -> LiveKitConfig {
        LiveKitConfig::new("http://lk", None, key, secret.to_owned().into()).expect("good")
    }

    fn token(config: &LiveKitConfig) -> String {
        let request = TokenRequest {
            room: "cb_room".to_owned(),
            identity: "caller_par_1".to_owned(),
            name: None,
            role: ParticipantRole::Caller,
            can_publish: true,
            ttl_s: 300,
            now: START,
            metadata: "{}".to_owned(),
            options: RoomOptions { empty_timeout_s: 900, departure_timeout_s: 150 },
        };
        participant_token(config, &request).expect("minted").expose_secret().to_owned()
    }

    #[test]
    fn what_is_signed_here_is_verified_here_and_nowhere_else() {
        let (ours, theirs) = (config("ours", "secret"), config("theirs", "another"));
        let signed = webhook_token(&ours, b"{}", START).expect("signed");
        assert_eq!(verify(&ours, Some(&signed), b"{}", START), Ok(()));
        assert!(verify(&ours, Some(&signed), b"{ }", START).is_err());
        assert!(verify(&theirs, Some(&signed), b"{}", START).is_err());
    }

    #[test]
    fn participants_tokens_are_ours_whole_and_in_time() {
        let ours = config("ours", "secret");
        let good = token(&ours);
        assert_eq!(participant_claims(&ours, &good, START).expect("good")["sub"], "caller_par_1");
        let over = participant_claims(&ours, &good, START.plus_ms(301_000)).expect_err("over");
        assert!(over.is(&codes::TOKEN_EXPIRED));
        let webhook = webhook_token(&ours, b"{}", START).expect("signed");
        for forged in [
            token(&config("ours", "guessed")),
            token(&config("theirs", "secret")),
            webhook,
            format!("{good}x"),
            "a.b.c".to_owned(),
            String::new(),
        ] {
            let refused = participant_claims(&ours, &forged, START).expect_err("refused");
            assert!(refused.is(&codes::UNAUTHENTICATED), "{forged}: {refused}");
        }
    }
}
