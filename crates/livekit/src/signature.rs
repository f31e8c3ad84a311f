//! Whether a webhook was signed by a key of ours, over these very bytes, just now.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use callboard_kernel::teeth::{Tooth, planted};
use callboard_kernel::{Error, Timestamp, codes, sha256};
use subtle::ConstantTimeEq;

use crate::config::LiveKitConfig;
use crate::jwt;

/// How far the clocks of LiveKit and Callboard may differ, seconds. With none, a clock one second ahead would lose
/// every event for good, because LiveKit counts a 4xx as delivered.
pub const LEEWAY_S: i64 = 60;

/// Why a delivery was rejected; counted by reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Rejection {
    /// No `Authorization` header.
    HeaderMissing,
    /// The header is not a bare JWT.
    Malformed,
    /// The token does not say HS256.
    Algorithm,
    /// `iss` names no key of ours.
    UnknownKey,
    /// The signature is not that key's.
    Signature,
    /// `exp` is missing or past.
    Expired,
    /// `nbf` lies ahead.
    NotYetValid,
    /// The token binds no body.
    DigestMissing,
    /// The token binds another body.
    Digest,
}

impl Rejection {
    /// All reasons, in the order of their counters.
    pub const ALL: [Self; 9] = [
        Self::HeaderMissing,
        Self::Malformed,
        Self::Algorithm,
        Self::UnknownKey,
        Self::Signature,
        Self::Expired,
        Self::NotYetValid,
        Self::DigestMissing,
        Self::Digest,
    ];

    /// The reason's name in metrics.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::HeaderMissing => "header_missing",
            Self::Malformed => "malformed",
            Self::Algorithm => "algorithm",
            Self::UnknownKey => "unknown_key",
            Self::Signature => "signature",
            Self::Expired => "expired",
            Self::NotYetValid => "not_yet_valid",
            Self::DigestMissing => "digest_missing",
            Self::Digest => "digest",
        }
    }

    /// The reason of a name.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == name)
    }

    /// What an operator should look at.
    pub const fn advice(self) -> &'static str {
        match self {
            Self::HeaderMissing => {
                "The delivery has no Authorization header: it does not come from LiveKit, or a proxy takes the header away."
            }
            Self::Malformed => "The Authorization header is not a bare token as LiveKit sends it.",
            Self::Algorithm => "The token is not signed with HS256.",
            Self::UnknownKey => {
                "The token names an API key that is not configured here: compare `webhook.api_key` of LiveKit with `livekit.api_key`."
            }
            Self::Signature => {
                "The token names our API key but another secret signed it: compare the secrets on both sides."
            }
            Self::Expired => "The token's time is over: the delivery was held up, repeated, or the clocks differ.",
            Self::NotYetValid => "The token's time has not begun: LiveKit's clock runs ahead of this server's.",
            Self::DigestMissing => "The token does not bind the body.",
            Self::Digest => "The body is not the one that was signed: something between LiveKit and here changes it.",
        }
    }

    /// The refusal that the sender sees.
    pub fn error(self) -> Error {
        let code =
            if self == Self::Expired { &codes::LIVEKIT_SIGNATURE_EXPIRED } else { &codes::INVALID_LIVEKIT_SIGNATURE };
        Error::new(code, self.advice()).with("reason", self.as_str())
    }
}

/// The key that a delivery claims to be signed by; to be believed only after [`verify`] with that key.
pub(crate) fn issuer(authorization: &str) -> Option<String> {
    jwt::split(authorization)?.text("iss").map(str::to_owned)
}

/// Verifies a delivery over its raw bytes. `authorization` is the header as it came.
pub fn verify(
    config: &LiveKitConfig,
    authorization: Option<&str>,
    body: &[u8],
    now: Timestamp,
) -> Result<(), Rejection> {
    let header = authorization.ok_or(Rejection::HeaderMissing)?;
    let token = jwt::split(header).ok_or(Rejection::Malformed)?;
    if token.algorithm != "HS256" {
        return Err(Rejection::Algorithm);
    }
    let key = token.text("iss").and_then(|iss| config.webhook_secret(iss)).ok_or(Rejection::UnknownKey)?;
    if !token.verifies(key) && !planted(Tooth::ForgeryAccepted) {
        return Err(Rejection::Signature);
    }
    let at = now.seconds();
    let ends = token.seconds("exp").ok_or(Rejection::Expired)?;
    if at > ends.saturating_add(LEEWAY_S) {
        return Err(Rejection::Expired);
    }
    if token.seconds("nbf").is_some_and(|begins| at < begins.saturating_sub(LEEWAY_S)) {
        return Err(Rejection::NotYetValid);
    }
    let claimed = token.text("sha256").ok_or(Rejection::DigestMissing)?;
    let digest = STANDARD.encode(sha256(&[body]));
    if bool::from(digest.as_bytes().ct_eq(claimed.as_bytes())) { Ok(()) } else { Err(Rejection::Digest) }
}

#[cfg(test)]
mod tests {
    use callboard_testkit::START;
    use callboard_testkit::fake_livekit::{Forgery, Signed, Signer};

    use super::*;

    const BODY: &str =
        r#"{"event":"participant_left","participant":{"disconnectReason":"CLIENT_INITIATED"},"id":"EV_1"}"#;

    fn config() -> LiveKitConfig {
        LiveKitConfig::new("http://lk", None, "key", "secret-of-the-key".into()).expect("good")
    }

    fn check(signed: &Signed, now: Timestamp) -> Result<(), Rejection> {
        verify(&config(), signed.authorization.as_deref(), signed.body.as_bytes(), now)
    }

    #[test]
    fn the_table_of_forgeries() {
        let signer = Signer::new("key", "secret-of-the-key");
        assert_eq!(check(&signer.sign(BODY, START), START), Ok(()));
        for (how, rejection) in [
            (Forgery::WrongSecret, Rejection::Signature),
            (Forgery::UnknownKey, Rejection::UnknownKey),
            (Forgery::AlteredBody, Rejection::Digest),
            (Forgery::AppendedSpace, Rejection::Digest),
            (Forgery::Expired, Rejection::Expired),
            (Forgery::NotYetValid, Rejection::NotYetValid),
            (Forgery::AlgNone, Rejection::Algorithm),
            (Forgery::AlgNoneSigned, Rejection::Algorithm),
            (Forgery::AlgRs256, Rejection::Algorithm),
            (Forgery::AlgHs512, Rejection::Algorithm),
            (Forgery::NoDigest, Rejection::DigestMissing),
            (Forgery::NoExpiry, Rejection::Expired),
            (Forgery::OtherDigest, Rejection::Digest),
            (Forgery::BearerPrefix, Rejection::Malformed),
            (Forgery::NoHeader, Rejection::HeaderMissing),
            (Forgery::Garbage, Rejection::Malformed),
        ] {
            assert_eq!(check(&signer.forge(BODY, START, how), START), Err(rejection), "{how:?}");
        }
        // A cut signature is either no base64 any more or another signature.
        assert!(check(&signer.forge(BODY, START, Forgery::CutSignature), START).is_err());
    }

    #[test]
    fn clocks_may_differ_by_a_minute_and_no_more() {
        let signed = Signer::new("key", "secret-of-the-key").sign(BODY, START);
        for (skew_s, outcome) in
            [(-60, Ok(())), (-61, Err(Rejection::NotYetValid)), (300 + 60, Ok(())), (300 + 61, Err(Rejection::Expired))]
        {
            assert_eq!(check(&signed, START.plus_ms(skew_s * 1_000)), outcome, "{skew_s} s");
        }
    }

    #[test]
    fn further_keys_count_and_bind_their_own_secret() {
        let config = config().with_webhook_key("second", "its-own-secret".into());
        let good = Signer::new("second", "its-own-secret").sign(BODY, START);
        assert_eq!(verify(&config, good.authorization.as_deref(), BODY.as_bytes(), START), Ok(()));
        let mixed = Signer::new("second", "secret-of-the-key").sign(BODY, START);
        let outcome = verify(&config, mixed.authorization.as_deref(), BODY.as_bytes(), START);
        assert_eq!(outcome, Err(Rejection::Signature));
    }

    #[test]
    fn only_an_old_token_is_called_expired() {
        assert!(Rejection::Expired.error().is(&codes::LIVEKIT_SIGNATURE_EXPIRED));
        for other in Rejection::ALL.into_iter().filter(|r| *r != Rejection::Expired) {
            assert!(other.error().is(&codes::INVALID_LIVEKIT_SIGNATURE), "{other:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_header_and_no_body_can_panic(header in ".{0,200}", body in proptest::collection::vec(0u8.., 0..64)) {
            proptest::prop_assert!(verify(&config(), Some(&header), &body, START).is_err());
        }

        #[test]
        fn one_changed_character_of_a_token_is_never_accepted(at in 0usize..300, by in 1u8..63) {
            let signed = Signer::new("key", "secret-of-the-key").sign(BODY, START);
            let mut token = signed.authorization.unwrap_or_default().into_bytes();
            let at = at % token.len();
            const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
            let old = ALPHABET.iter().position(|c| *c == token[at]).unwrap_or(0);
            token[at] = ALPHABET[(old + usize::from(by)) % 64];
            let token = String::from_utf8_lossy(&token).into_owned();
            proptest::prop_assert!(verify(&config(), Some(&token), BODY.as_bytes(), START).is_err());
        }
    }
}
