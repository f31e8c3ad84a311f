use callboard_calls::model::ParticipantKind;
use callboard_calls::provider::LeaveReason;
use callboard_testkit::START;
use serde_json::json;

use super::*;
use crate::webhook::parse;

fn meaning(body: Value) -> Translation {
    translate(&parse(&body, "0"), START)
}

fn event(name: &str, rest: &Value) -> Value {
    let mut body = json!({
        "event": name, "id": "EV_1", "createdAt": START.seconds().to_string(),
        "room": { "sid": "RM_1", "name": "cb_room" },
        "participant": { "sid": "PA_1", "identity": "caller_par_1", "name": "Ann", "state": "ACTIVE" },
    });
    for (name, value) in rest.as_object().expect("an object") {
        body[name] = value.clone();
    }
    body
}

#[track_caller]
fn fact(name: &str, rest: &Value) -> FactKind {
    match meaning(event(name, rest)) {
        Translation::Facts(mut facts) if facts.len() == 1 => {
            let fact = facts.remove(0);
            assert_eq!((fact.room_sid.as_str(), fact.inferred), ("RM_1", false));
            fact.what
        }
        other => panic!("{name}: {other:?}"),
    }
}

fn ann(active: bool) -> Peer {
    Peer {
        sid: "PA_1".to_owned(),
        identity: "caller_par_1".to_owned(),
        name: Some("Ann".to_owned()),
        kind: ParticipantKind::Standard,
        active,
    }
}

#[test]
fn the_table_of_the_bridge() {
    let none = json!({});
    assert_eq!(fact("room_started", &none), FactKind::RoomStarted);
    assert_eq!(fact("room_finished", &none), FactKind::RoomFinished);
    assert_eq!(fact("participant_joined", &none), FactKind::Joined(ann(true)));
    let gone = json!({ "participant": { "sid": "PA_1", "identity": "caller_par_1", "name": "Ann",
        "state": "DISCONNECTED", "disconnectReason": "DUPLICATE_IDENTITY" } });
    assert_eq!(fact("participant_left", &gone), FactKind::Left(ann(false), LeaveReason::DuplicateIdentity));
    let aborted = fact("participant_connection_aborted", &gone);
    assert_eq!(aborted, FactKind::ConnectionAborted(ann(false), LeaveReason::DuplicateIdentity));
    let track = |kind: &str, source: &str| json!({ "track": { "sid": "TR_1", "type": kind, "source": source } });
    for (kind, source, means) in [
        ("AUDIO", "MICROPHONE", TrackKind::Audio),
        ("AUDIO", "SCREEN_SHARE_AUDIO", TrackKind::Audio),
        ("VIDEO", "CAMERA", TrackKind::Video),
        ("VIDEO", "SCREEN_SHARE", TrackKind::Screen),
        ("VIDEO", "SOMETHING_NEW", TrackKind::Video),
    ] {
        let track_sid = "TR_1".to_owned();
        let seen = fact("track_published", &track(kind, source));
        assert_eq!(seen, FactKind::TrackPublished { peer: ann(true), track_sid: track_sid.clone(), kind: means });
        let seen = fact("track_unpublished", &track(kind, source));
        assert_eq!(seen, FactKind::TrackUnpublished { peer: ann(true), track_sid, kind: means });
    }
    assert!(matches!(meaning(event("track_published", &track("DATA", "UNKNOWN"))), Translation::Ignored(_)));
}

#[test]
fn a_phone_is_active_only_when_somebody_answered() {
    for (status, active) in [("ringing", false), ("dialing", false), ("active", true), ("hangup", false)] {
        let phone = json!({ "participant": { "sid": "PA_1", "identity": "sip_1", "kind": "SIP",
            "attributes": { "sip.callStatus": status } } });
        match fact("participant_joined", &phone) {
            FactKind::Joined(peer) => {
                assert_eq!((peer.kind, peer.active), (ParticipantKind::Phone, active), "{status}")
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn recordings_by_their_room_in_the_egress() {
    let started = json!({ "event": "egress_started", "id": "EV_1", "createdAt": START.seconds().to_string(),
        "egressInfo": { "egressId": "EG_1", "roomId": "RM_1", "roomName": "cb_room", "status": "EGRESS_ACTIVE" } });
    assert_eq!(parse(&started, "0").room_name, "cb_room");
    let mut ended = started.clone();
    ended["event"] = json!("egress_ended");
    ended["egressInfo"]["status"] = json!("EGRESS_COMPLETE");
    ended["egressInfo"]["fileResults"] = json!([{ "filename": "a.ogg", "location": "s3://bucket/a.ogg" }]);
    let mut failed = ended.clone();
    failed["egressInfo"]["status"] = json!("EGRESS_FAILED");
    failed["egressInfo"]["error"] = json!("no space");
    let what = |body| match meaning(body) {
        Translation::Facts(facts) => facts[0].what.clone(),
        other => panic!("{other:?}"),
    };
    let id = || "EG_1".to_owned();
    let text = |t: &str| Some(t.to_owned());
    assert_eq!(what(started), FactKind::RecordingStarted { recording_id: id(), status: text("egress_active") });
    let uri = text("s3://bucket/a.ogg");
    let good =
        FactKind::RecordingEnded { recording_id: id(), status: text("egress_complete"), uri: uri.clone(), error: None };
    assert_eq!(what(ended), good);
    let bad =
        FactKind::RecordingEnded { recording_id: id(), status: text("egress_failed"), uri, error: text("no space") };
    assert_eq!(what(failed), bad);
}

#[test]
fn relayed_transcripts() {
    let spoken = |rest: Value| fact("transcription_received", &json!({ "transcription": rest }));
    let said = spoken(json!({ "utteranceId": "u1", "text": "hello", "isFinal": true, "startMs": 5, "endMs": "9" }));
    let expected = FactKind::Transcript {
        source_id: "EV_1:0".to_owned(),
        identity: Some("caller_par_1".to_owned()),
        utterance_id: "u1".to_owned(),
        text: "hello".to_owned(),
        is_final: true,
        start_ms: 5,
        end_ms: 9,
        language: None,
    };
    assert_eq!(said, expected);
    for (flag, is_final) in [("final", true), ("isFinal", true), ("neither", false)] {
        match spoken(json!({ "text": "x", flag: true })) {
            FactKind::Transcript { is_final: seen, utterance_id, .. } => {
                assert_eq!((seen, utterance_id.as_str()), (is_final, "lk-EV_1-0"), "{flag}");
            }
            other => panic!("{other:?}"),
        }
    }
    let parts = json!({ "transcription": { "transcribedParticipantIdentity": "bob", "segments": [
        { "id": "s1", "text": "one", "final": true }, { "id": "s2", "text": "  " }, { "id": "s3", "text": "two" } ] } });
    match meaning(event("transcript_received", &parts)) {
        Translation::Facts(facts) => {
            assert_eq!(facts.len(), 2, "the blank one is left out");
            assert!(matches!(&facts[1].what, FactKind::Transcript { identity, source_id, .. }
                if identity.as_deref() == Some("bob") && source_id == "EV_1:2"));
        }
        other => panic!("{other:?}"),
    }
    let flat = event("transcript_received", &json!({ "text": "flat", "segmentId": "s9" }));
    assert!(matches!(meaning(flat), Translation::Facts(f)
        if matches!(&f[0].what, FactKind::Transcript { utterance_id, .. } if utterance_id == "s9")));
    assert!(matches!(meaning(event("transcript_received", &json!({ "text": "   " }))), Translation::Ignored(_)));
}

#[test]
fn data_is_a_signal_only_when_it_names_an_action() {
    let named = json!({ "actionId": "a1", "actionType": "transfer", "summary": "to sales" });
    let expected = FactKind::ActionSignal {
        source_id: "EV_1".to_owned(),
        action_id: "a1".to_owned(),
        action_type: "transfer".to_owned(),
        summary: "to sales".to_owned(),
    };
    let encoded = STANDARD.encode(named.to_string());
    for data in [json!({ "data": named }), json!({ "data": named.to_string() }), json!({ "data": encoded })] {
        assert_eq!(fact("data_received", &data), expected, "{data}");
    }
    let by_metadata = json!({ "participant": { "sid": "PA_1", "identity": "x", "metadata": named.to_string() } });
    assert_eq!(fact("participant_metadata_changed", &by_metadata), expected);
    for data in [json!({}), json!({ "data": "hello" }), json!({ "data": { "actionId": "a1" } }), json!({ "data": 7 })] {
        assert!(matches!(meaning(event("data_received", &data)), Translation::Ignored(_)), "{data}");
    }
}

#[test]
fn unknown_events_are_ignored_and_poor_ones_refused() {
    for name in
        ["egress_updated", "ingress_started", "ingress_ended", "agent_job_started", "agent_job_ended", "brand_new"]
    {
        assert!(matches!(meaning(event(name, &json!({}))), Translation::Ignored(_)), "{name}");
    }
    for (name, lacking) in [
        ("participant_joined", json!({ "participant": null })),
        ("participant_left", json!({ "participant": { "sid": "PA_1" } })),
        ("participant_left", json!({ "participant": { "identity": "x" } })),
        ("track_published", json!({})),
        ("egress_ended", json!({ "egressInfo": {} })),
        ("", json!({})),
    ] {
        assert!(matches!(meaning(event(name, &lacking)), Translation::Refused(_)), "{name} {lacking}");
    }
}

#[test]
fn a_second_becomes_the_best_known_instant() {
    let left = |created: Value| {
        let mut body = event("participant_left", &json!({}));
        body["createdAt"] = created;
        parse(&body, "0")
    };
    let at = |created: i64, received: Timestamp| happened_at(&left(json!(created.to_string())), received);
    let second = START.seconds();
    assert_eq!(at(second, START.plus_ms(120)), START.plus_ms(120), "it arrived within its second");
    assert_eq!(at(second, START.plus_ms(15_000)), START.plus_ms(999), "held up: the end of its second");
    assert_eq!(at(second, START.plus_ms(-30_000)), START, "our clock is behind: its second");
    assert_eq!(at(second + 86_400, START), START, "a day ahead is not believed");
    assert_eq!(happened_at(&left(Value::Null), START), START);
    let mut joined = event("participant_joined", &json!({}));
    joined["participant"]["joinedAtMs"] = json!(START.plus_ms(-250).millis().to_string());
    assert_eq!(happened_at(&parse(&joined, "0"), START.plus_ms(50)), START.plus_ms(-250));
}
