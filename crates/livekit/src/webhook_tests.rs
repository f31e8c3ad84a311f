use callboard_testkit::fake_livekit::Person;
use callboard_testkit::livekit_proto::DisconnectReason;
use callboard_testkit::{FakeLiveKit, FakeWorld, START};

use super::*;

/// As recorded from livekit-server 1.13.5, shortened lists.
const LEFT: &str = r#"{"event":"participant_left","room":{"sid":"RM_wFbb3fWXGkvP","name":"cb_room","emptyTimeout":300,
"departureTimeout":20,"creationTime":"1795307400","creationTimeMs":"1795307400123","turnPassword":"planted-turn",
"enabledCodecs":[{"mime":"audio/opus"}]},"participant":{"sid":"PA_4hJzrgxyHcxC","identity":"caller_par_1",
"state":"DISCONNECTED","joinedAt":"1795307401","joinedAtMs":"1795307401777","name":"Ann","version":2,
"permission":{"canSubscribe":true,"canPublish":true,"canPublishData":true},"isPublisher":true,
"disconnectReason":"CLIENT_INITIATED","clientProtocol":2,"capabilities":["CAP_PACKET_TRAILER"]},
"id":"EV_5rfVfB7yEGw7","createdAt":"1795307431"}"#;

#[test]
fn a_recorded_body_is_read_and_redacted() {
    let arrived = read(LEFT.as_bytes());
    assert!(!arrived.body.to_string().contains("planted"));
    assert_eq!(arrived.body_sha256, sha256_hex(LEFT.as_bytes()));
    let event = arrived.event;
    assert_eq!((event.id.as_str(), event.name.as_str()), ("EV_5rfVfB7yEGw7", "participant_left"));
    assert_eq!(event.created_at, Some(Timestamp::from_seconds(1_795_307_431)));
    assert_eq!((event.room_sid.as_str(), event.room_name.as_str()), ("RM_wFbb3fWXGkvP", "cb_room"));
    let who = event.participant.expect("somebody");
    assert_eq!(who.reason, LeaveReason::ClientInitiated);
    assert_eq!(who.kind, ParticipantKind::Standard);
    assert_eq!(who.joined_at, Some(Timestamp::from_millis(1_795_307_401_777)));
    assert_eq!(who.name.as_deref(), Some("Ann"));
}

#[tokio::test]
async fn everything_that_the_fake_server_sends_is_read() {
    let fake = FakeLiveKit::start(FakeWorld::manual(5)).await;
    fake.join("cb_room", &Person::agent("agent-AJ_1"));
    fake.join("cb_room", &Person::ringing_phone("sip_1"));
    fake.publish("cb_room", "agent-AJ_1");
    fake.leave("cb_room", "agent-AJ_1", DisconnectReason::ConnectionTimeout);
    fake.finish_room("cb_room");
    let password = fake.turn_password("cb_room");
    assert_eq!(password, None, "the room is gone");
    let events: Vec<ProviderEvent> = fake
        .take_webhooks()
        .iter()
        .map(|w| {
            let arrived = read(w.body.as_bytes());
            assert!(!arrived.body.to_string().contains("TURNPASSWORD"), "{}", arrived.body);
            assert_eq!((&arrived.event.id, &arrived.event.name), (&w.id, &w.event));
            assert_eq!(arrived.event.room_name, "cb_room");
            assert_eq!(arrived.event.created_at, Some(START));
            arrived.event
        })
        .collect();
    let kinds: Vec<_> = events.iter().filter_map(|e| e.participant.as_ref()).map(|p| (p.kind, p.answered)).collect();
    assert_eq!(kinds[0], (ParticipantKind::Agent, true));
    assert_eq!(kinds[1], (ParticipantKind::Phone, false));
    assert_eq!(events[3].track.as_ref().map(|t| (t.kind.as_str(), t.source.as_str())), Some(("AUDIO", "MICROPHONE")));
    let left = events.iter().find(|e| e.name == "participant_left").and_then(|e| e.participant.clone());
    assert_eq!(left.map(|p| p.reason), Some(LeaveReason::ConnectionTimeout));
}

#[test]
fn unknown_values_and_other_number_forms_do_not_reject() {
    let body = json!({
        "event": "participant_left", "id": "EV_1", "createdAt": 1_795_307_431_i64, "fromTheFuture": { "x": [1, 2] },
        "room": { "sid": "RM_1", "name": "cb_room" },
        "participant": { "sid": "PA_1", "identity": "x", "kind": "HOLOGRAM", "state": 99,
            "disconnectReason": "SOLAR_FLARE", "joinedAt": "soon", "capabilities": "none" },
        "track": { "sid": "TR_1", "type": 7 },
    });
    let event = read(body.to_string().as_bytes()).event;
    let who = event.participant.expect("somebody");
    assert_eq!(who.kind, ParticipantKind::Other);
    assert_eq!(who.reason, LeaveReason::Other("SOLAR_FLARE".to_owned()));
    assert_eq!(who.joined_at, None);
    assert_eq!(who.state, "99");
    assert_eq!(event.created_at, Some(START));
    assert_eq!(event.track.map(|t| t.kind).as_deref(), Some("7"));
    let numbered = json!({ "participant": { "disconnectReason": 14, "kind": 3 } });
    let who = parse(&numbered, "0").participant.expect("somebody");
    assert_eq!((who.kind, who.reason), (ParticipantKind::Phone, LeaveReason::ConnectionTimeout));
}

#[test]
fn a_body_that_cannot_be_read_still_makes_a_receipt() {
    for raw in ["", "nonsense", "[1]", "\"text\"", "{\"a\":", "{\"a\":\"\\ud800\"}", "\u{0}"] {
        let arrived = read(raw.as_bytes());
        assert_eq!(arrived.event.name, "", "{raw}");
        assert_eq!(arrived.event.id, format!("sha256:{}", sha256_hex(raw.as_bytes())), "{raw}");
        assert!(arrived.body["unreadable"].is_string(), "{raw}");
    }
    let deep = "[".repeat(100_000);
    assert_eq!(read(deep.as_bytes()).event.name, "");
    assert_eq!(read(b"\xff\xfe").event.name, "");
}

fn any_json() -> impl proptest::strategy::Strategy<Value = Value> {
    use proptest::prelude::*;
    let names = prop_oneof![
        Just("event"),
        Just("id"),
        Just("createdAt"),
        Just("room"),
        Just("participant"),
        Just("sid"),
        Just("name"),
        Just("identity"),
        Just("kind"),
        Just("state"),
        Just("disconnectReason"),
        Just("joinedAtMs"),
        Just("track"),
        Just("egressInfo"),
        Just("attributes"),
        Just("sip.callStatus"),
        Just("turnPassword"),
        Just("data"),
        Just("transcription"),
        Just("segments"),
        Just("text"),
        Just("fileResults"),
        Just("metadata"),
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,20}".prop_map(Value::from),
        prop_oneof![
            Just("participant_left"),
            Just("room_started"),
            Just("track_published"),
            Just("egress_ended"),
            Just("data_received"),
            Just("transcript_received"),
            Just("{\"actionId\":1}"),
            Just("eyJhIjoxfQ=="),
        ]
        .prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 64, 8, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            proptest::collection::vec((names.clone(), inner), 0..8)
                .prop_map(|members| members.into_iter().map(|(n, v)| (n.to_owned(), v)).collect()),
        ]
    })
}

proptest::proptest! {
    #[test]
    fn no_document_panics_and_no_password_stays(body in any_json()) {
        let event = read(body.to_string().as_bytes());
        let _meaning = crate::translate::translate(&event.event, START);
        let mut left = vec![&event.body];
        while let Some(value) = left.pop() {
            if let Some(map) = value.as_object() {
                for (name, inner) in map {
                    proptest::prop_assert!(name != "turnPassword" || *inner == crate::redact::REDACTED || inner.is_null());
                    left.push(inner);
                }
            }
            left.extend(value.as_array().into_iter().flatten());
        }
    }

    #[test]
    fn no_bytes_panic(raw in proptest::collection::vec(0u8.., 0..200)) {
        let _arrived = read(&raw);
    }
}
