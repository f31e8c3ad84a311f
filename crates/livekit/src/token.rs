//! Tokens: for participants, and for our own calls of LiveKit's API.

use callboard_calls::model::ParticipantRole;
use callboard_calls::ports::TokenRequest;
use callboard_kernel::{Error, Result, SecretString, Timestamp};
use serde_json::{Value, json};

use crate::config::LiveKitConfig;
use crate::jwt;

/// Shortest and longest life of a participant's token, seconds. There is no revocation list, so it is kept short.
pub const TTL_S: std::ops::RangeInclusive<u32> = 30..=3600;
/// Life of a token for one API call, seconds.
const API_TTL_S: i64 = 60;

/// A participant's token. Every grant is written out, because LiveKit takes an absent `canPublish` or
/// `canSubscribe` for permission.
pub fn participant(config: &LiveKitConfig, request: &TokenRequest) -> Result<SecretString> {
    if !TTL_S.contains(&request.ttl_s) {
        return Err(Error::invalid("/ttlSeconds", "must be 30 to 3600"));
    }
    jwt::sign(&claims(config, request), &config.api_secret).map(SecretString::from)
}

fn claims(config: &LiveKitConfig, request: &TokenRequest) -> Value {
    let observer = request.role == ParticipantRole::Observer;
    let at = request.now.seconds();
    let mut claims = json!({
        "iss": config.api_key,
        "sub": request.identity,
        "iat": at,
        "nbf": at,
        "exp": at + i64::from(request.ttl_s),
        "metadata": request.metadata,
        "video": {
            "roomJoin": true,
            "room": request.room,
            "canPublish": request.can_publish && !observer,
            "canSubscribe": true,
            "canPublishData": !observer,
            "canUpdateOwnMetadata": false,
            "hidden": observer,
            "roomCreate": false,
            "roomList": false,
            "roomRecord": false,
            "roomAdmin": false,
            "ingressAdmin": false,
            "recorder": false,
            // Not what makes somebody an agent (that is `kind`): it would let the holder register as a worker.
            "agent": false,
        },
        "roomConfig": {
            "emptyTimeout": request.options.empty_timeout_s,
            "departureTimeout": request.options.departure_timeout_s,
        },
    });
    if let Some(name) = &request.name {
        claims["name"] = json!(name);
    }
    if request.role == ParticipantRole::Agent {
        claims["kind"] = json!("agent");
    }
    claims
}

/// A token for one call of the API with just the grants that it needs.
pub(crate) fn service(config: &LiveKitConfig, grants: &Value, now: Timestamp) -> Result<String> {
    let at = now.seconds();
    jwt::sign(&json!({ "iss": config.api_key, "nbf": at, "exp": at + API_TTL_S, "video": grants }), &config.api_secret)
}

#[cfg(test)]
mod tests {
    use callboard_calls::ports::RoomOptions;
    use callboard_testkit::START;

    use callboard_kernel::ExposeSecret;

    use super::*;

    fn request(role: ParticipantRole) -> TokenRequest {
        TokenRequest {
            room: "cb_room".to_owned(),
            identity: "caller_par_1".to_owned(),
            name: Some("Ann".to_owned()),
            role,
            can_publish: true,
            ttl_s: 300,
            now: START,
            metadata: r#"{"sessionId":"ses_1"}"#.to_owned(),
            options: RoomOptions { empty_timeout_s: 900, departure_timeout_s: 150 },
        }
    }

    fn minted(role: ParticipantRole) -> Value {
        let config = LiveKitConfig::new("http://lk", None, "key", "secret".into()).expect("good");
        let token = participant(&config, &request(role)).expect("minted");
        let parts = jwt::split(token.expose_secret()).expect("a token");
        assert!(parts.verifies(&config.api_secret));
        assert_eq!(parts.algorithm, "HS256");
        parts.claims
    }

    #[test]
    fn every_grant_is_written_out() {
        let claims = minted(ParticipantRole::Caller);
        let grants = claims["video"].as_object().expect("grants");
        for (name, value) in [
            ("roomJoin", json!(true)),
            ("room", json!("cb_room")),
            ("canPublish", json!(true)),
            ("canSubscribe", json!(true)),
            ("canPublishData", json!(true)),
            ("canUpdateOwnMetadata", json!(false)),
            ("hidden", json!(false)),
            ("roomAdmin", json!(false)),
            ("roomCreate", json!(false)),
        ] {
            assert_eq!(grants.get(name), Some(&value), "{name}");
        }
        assert_eq!(claims["exp"].as_i64(), Some(START.seconds() + 300));
        assert_eq!(claims["nbf"].as_i64(), Some(START.seconds()));
        assert_eq!(claims["sub"], "caller_par_1");
        assert_eq!(claims["name"], "Ann");
        assert_eq!(claims["roomConfig"], json!({ "emptyTimeout": 900, "departureTimeout": 150 }));
        assert_eq!(claims.get("kind"), None);
    }

    #[test]
    fn observers_are_hidden_and_mute_and_agents_say_so() {
        let observer = minted(ParticipantRole::Observer);
        assert_eq!(observer["video"]["canPublish"], false);
        assert_eq!(observer["video"]["canPublishData"], false);
        assert_eq!(observer["video"]["hidden"], true);
        let agent = minted(ParticipantRole::Agent);
        assert_eq!(agent["kind"], "agent");
        assert_eq!(agent["video"]["hidden"], false);
        assert_eq!(agent["video"]["agent"], false);
    }

    #[test]
    fn a_life_out_of_range_is_refused() {
        let config = LiveKitConfig::new("http://lk", None, "key", "secret".into()).expect("good");
        for ttl_s in [0, 29, 3601] {
            assert!(
                participant(&config, &TokenRequest { ttl_s, ..request(ParticipantRole::Caller) }).is_err(),
                "{ttl_s}"
            );
        }
    }
}
