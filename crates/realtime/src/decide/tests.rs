use callboard_kernel::{ApiKeyId, ParticipantId, PassId, SessionId, TenantId, UserId};
use proptest::prelude::*;

use super::*;

const OWN: &str = "par_00000000000000000000000001";
const OTHER: &str = "par_00000000000000000000000002";
const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);

fn tenant() -> TenantId {
    TenantId::from_stored("ten_1".into())
}

fn key(scopes: &[Scope]) -> Principal {
    Principal::Key {
        tenant: tenant(),
        key: ApiKeyId::from_stored("key_1".into()),
        scopes: scopes.to_vec(),
        login: None,
    }
}

fn user() -> Principal {
    let roles = vec![callboard_http::Role::Owner];
    Principal::User { tenant: tenant(), user: UserId::from_stored("usr_1".into()), roles, login: None }
}

fn pass(kind: PassKind) -> Principal {
    Principal::Pass {
        tenant: tenant(),
        session: SessionId::from_stored("s".into()),
        participant: ParticipantId::from_stored(OWN.into()),
        pass: PassId::from_stored("pas_1".into()),
        kind,
        from_sequence: 0,
    }
}

fn writers() -> [(&'static str, Principal); 4] {
    [
        ("key", key(&[Scope::EventsWrite])),
        ("agent", pass(PassKind::Agent)),
        ("participant", pass(PassKind::Participant)),
        ("user", user()),
    ]
}

fn person(id: &str) -> Person {
    Person { id: id.into(), identity: format!("caller_{id}") }
}

fn event(ty: EventType, actor: Option<Actor>) -> Parsed {
    let payload = r#"{"code":"AGENT_X"}"#.to_owned();
    Parsed { event_id: None, session: SessionId::from_stored("s".into()), ts: None, ty, actor, payload }
}

fn try_write(by: &Principal, closed_at: Option<Timestamp>, incoming: &Parsed, now: Timestamp) -> Result<Actor> {
    let named = incoming.actor.as_ref().filter(|a| a.id.contains(OTHER)).map(|_| person(OTHER));
    admit(by, SessionView { closed_at }, Some(&person(OWN)), named.as_ref(), incoming, now)
}

/// The contract's table, written down again from the text and not from the code.
fn expected(writer: &str, ty: &str) -> bool {
    let agent = ty.starts_with("transcript.")
        || ty.starts_with("call.turn.")
        || ["action.proposed", "call.agent.state_changed", "call.error", "usage.tick"].contains(&ty);
    match writer {
        "key" | "agent" => agent,
        "participant" => ty.starts_with("transcript."),
        _ => false,
    }
}

#[test]
fn every_writer_against_every_type() {
    for (name, by) in writers() {
        for ty in EventType::ALL {
            let outcome = try_write(&by, None, &event(*ty, None), NOW);
            assert_eq!(outcome.is_ok(), expected(name, ty.as_str()), "{name} {ty}");
            if let Err(e) = outcome {
                assert!(e.is(&codes::EVENT_FAMILY_FORBIDDEN), "{name} {ty}");
            }
        }
    }
}

#[test]
fn keys_need_the_scope_and_errors_the_prefix() {
    let outcome = try_write(&key(&[Scope::EventsRead]), None, &event(EventType::TranscriptFinal, None), NOW);
    assert!(outcome.expect_err("no scope").is(&codes::FORBIDDEN));
    let mut error = event(EventType::CallError, None);
    error.payload = r#"{"code":"PROVIDER_DOWN"}"#.into();
    for by in [key(&[Scope::EventsWrite]), pass(PassKind::Agent)] {
        let refused = try_write(&by, None, &error, NOW).expect_err("a code of ours");
        assert!(refused.is(&codes::EVENT_FAMILY_FORBIDDEN));
    }
}

#[test]
fn actors() {
    let own = format!("caller_{OWN}");
    let other = format!("caller_{OTHER}");
    let speech = EventType::TranscriptFinal;
    let state = EventType::CallAgentStateChanged;
    for (writer, ty, asked, stored) in [
        ("key", speech, None, Some((Role::Operator, "key_1"))),
        ("key", speech, Some((Role::Agent, "bot")), Some((Role::Agent, "bot"))),
        ("key", speech, Some((Role::User, "anyone")), Some((Role::User, "anyone"))),
        ("key", speech, Some((Role::Operator, "key_1")), Some((Role::Operator, "key_1"))),
        ("key", speech, Some((Role::Operator, "key_2")), None),
        ("key", speech, Some((Role::System, "callboard")), None),
        ("key", speech, Some((Role::Provider, "livekit")), None),
        ("agent", speech, None, Some((Role::Agent, OWN))),
        ("agent", speech, Some((Role::Agent, OWN)), Some((Role::Agent, OWN))),
        ("agent", speech, Some((Role::Agent, own.as_str())), Some((Role::Agent, OWN))),
        ("agent", speech, Some((Role::Agent, OTHER)), None),
        ("agent", speech, Some((Role::User, OTHER)), Some((Role::User, OTHER))),
        ("agent", speech, Some((Role::User, other.as_str())), Some((Role::User, OTHER))),
        ("agent", speech, Some((Role::User, "stranger")), None),
        ("agent", state, Some((Role::User, OTHER)), None),
        ("agent", speech, Some((Role::System, "callboard")), None),
        ("participant", speech, None, Some((Role::User, OWN))),
        ("participant", speech, Some((Role::User, OWN)), Some((Role::User, OWN))),
        ("participant", speech, Some((Role::User, own.as_str())), Some((Role::User, OWN))),
        ("participant", speech, Some((Role::User, OTHER)), None),
        ("participant", speech, Some((Role::Agent, own.as_str())), None),
    ] {
        let by = writers().into_iter().find(|(n, _)| *n == writer).expect("a writer").1;
        let asked = asked.map(|(role, id)| Actor::new(role, id));
        let outcome = try_write(&by, None, &event(ty, asked.clone()), NOW);
        match stored {
            Some((role, id)) => assert_eq!(outcome.expect("allowed"), Actor::new(role, id), "{writer} {asked:?}"),
            None => assert!(outcome.expect_err("refused").is(&codes::ACTOR_FORBIDDEN), "{writer} {asked:?}"),
        }
    }
}

#[test]
fn late_events() {
    let over = limits::LATE_WINDOW_MS;
    for (ty, late_ms, good) in [
        (EventType::TranscriptFinal, 0, true),
        (EventType::TranscriptPartial, over, true),
        (EventType::TranscriptFinal, over + 1, false),
        (EventType::CallTurnTiming, 0, false),
        (EventType::UsageTick, 0, false),
    ] {
        let now = NOW.plus_ms(late_ms);
        let outcome = try_write(&key(&[Scope::EventsWrite]), Some(NOW), &event(ty, None), now);
        assert_eq!(outcome.is_ok(), good, "{ty} after {late_ms} ms");
        if let Err(e) = outcome {
            assert!(e.is(&codes::SESSION_CLOSED) && yields_to_repetition(&e));
        }
    }
    let recording = SessionView { closed_at: Some(NOW) };
    assert!(open(recording, EventType::CallRecordingEnded, NOW).is_ok());
}

#[test]
fn own_speech_keeps_everything_else_as_written() {
    let sent = r#"{"speaker":"agent","text":"a\u00e4 \"x\"","startMs":1,"participantId":"par_9","extra":{"b":[1.50]}}"#;
    let kept = r#"{"text":"a\u00e4 \"x\"","startMs":1,"extra":{"b":[1.50]},"speaker":"user","participantId":"par_1"}"#;
    assert_eq!(as_own(sent, "par_1").expect("an object"), kept);
    assert_eq!(as_own(kept, "par_1").expect("an object"), kept);
    assert!(as_own("[]", "par_1").is_err());
    assert_eq!(as_own("{}", "p").expect("an object"), r#"{"speaker":"user","participantId":"p"}"#);
}

proptest! {
    /// Nobody ever gets an actor that is system or provider, and passes only ever speak as somebody of the session.
    #[test]
    fn nobody_becomes_somebody_else(
        writer in 0usize..4, ty in prop::sample::select(EventType::ALL), role in prop::sample::select(Role::ALL),
        id in prop::sample::select(vec![OWN, OTHER, "caller_par_x", "key_1", "callboard"]), closed in any::<Option<bool>>(),
    ) {
        let (name, by) = writers()[writer].clone();
        let closed_at = closed.map(|long_ago| NOW.plus_ms(if long_ago { -limits::LATE_WINDOW_MS - 1 } else { -1 }));
        if let Ok(actor) = try_write(&by, closed_at, &event(ty, Some(Actor::new(role, id))), NOW) {
            prop_assert!(!matches!(actor.role, Role::System | Role::Provider));
            prop_assert!(expected(name, ty.as_str()));
            prop_assert!(closed_at.is_none() || (closed == Some(false) && ty.as_str().starts_with("transcript.")));
            if name != "key" {
                prop_assert!(actor.id == OWN || actor.id == OTHER);
            }
            if name == "participant" {
                prop_assert_eq!(actor, Actor::new(Role::User, OWN));
            }
        }
    }

    #[test]
    fn own_speech_is_always_ones_own(names in prop::collection::vec("[a-z]{1,8}", 0..6), text in ".*") {
        let mut payload = serde_json::Map::new();
        for name in names {
            payload.insert(name, text.clone().into());
        }
        payload.insert("participantId".into(), text.clone().into());
        let sent = serde_json::Value::Object(payload.clone()).to_string();
        let kept: serde_json::Value = serde_json::from_str(&as_own(&sent, OWN).expect("an object")).expect("JSON");
        payload.insert("participantId".into(), OWN.into());
        payload.insert("speaker".into(), "user".into());
        prop_assert_eq!(kept, serde_json::Value::Object(payload));
    }
}
