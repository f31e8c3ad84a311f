//! Status: transitions, provider fields, end reasons.

use callboard_contracts::call::EndReason;
use callboard_kernel::codes;

use super::kit::{Stage, check};
use crate::decide::{Ask, EndAsk, ProviderFields, StateChange, end_reason_for};

const TO: [&str; 3] = ["active", "ended", "failed"];

fn ask(to: &str, fields: ProviderFields) -> Ask {
    match to {
        "active" => Ask::Activate(fields),
        "ended" => Ask::End(EndReason::Completed, fields),
        _ => Ask::Fail("CODE".to_owned(), "why".to_owned(), fields),
    }
}

#[test]
fn transitions() {
    for (from, script, allowed) in [
        ("created", "", &["active", "ended", "failed"][..]),
        ("active", "activate", &["ended", "failed"][..]),
        ("ended", "end", &[][..]),
        ("failed", "fail", &[][..]),
    ] {
        for to in TO {
            let mut stage = Stage::play(script);
            let before = stage.call.clone();
            let got = stage.call.change_state(&ask(to, ProviderFields::default()), "call_2", stage.now.plus_ms(5_000));
            if from == to {
                assert_eq!(got.ok(), Some(StateChange::Replay), "{from} again");
                assert_eq!(stage.call, before, "{from} again touches nothing");
            } else if allowed.contains(&to) {
                assert_eq!(got.ok(), Some(StateChange::Changed), "{from} -> {to}");
                assert_eq!(stage.call.status().as_str(), to);
                assert_eq!(stage.call.session.version, before.session.version + 1);
            } else {
                let refusal = got.expect_err("refused");
                assert!(refusal.is(&codes::INVALID_TRANSITION), "{from} -> {to}: {refusal}");
                let told = |name: &str| refusal.extra().get(name).cloned().unwrap_or_default();
                assert_eq!((told("from"), told("to")), (from.into(), to.into()));
                assert_eq!(told("allowed"), serde_json::json!(allowed));
                assert_eq!(stage.call, before);
            }
        }
    }
}

#[test]
fn outcomes() {
    check("ended, never active", "@60; end", "ended completed", "ended disconnected");
    check("failed", "activate; fail", "connected, error CODE, failed CODE", "failed disconnected");
    let stage = Stage::play("room R1; join ann A1; @61.5; end");
    let ended = &stage.log.last().expect("an end").payload;
    assert_eq!((ended["durationMs"].as_i64(), ended["durationSeconds"].as_i64()), (Some(61_500), Some(61)));
    let never = Stage::play("@60; end");
    assert_eq!(never.log[0].payload["durationMs"], 0);
    let failed = Stage::play("fail");
    assert_eq!(failed.call.session.last_error.map(|e| e.code), Some("CODE".to_owned()));
}

fn fields(name: &str, value: &str) -> ProviderFields {
    let value = Some(value.to_owned());
    match name {
        "provider" => ProviderFields { provider: value, ..ProviderFields::default() },
        "room" => ProviderFields { room: value, ..ProviderFields::default() },
        "participant" => ProviderFields { participant: value, ..ProviderFields::default() },
        _ => ProviderFields { call: value, ..ProviderFields::default() },
    }
}

#[test]
fn provider_fields_are_fixed_once_active() {
    for (script, name, value, good) in [
        ("", "provider", "livekit", true),
        ("", "provider", "other", false),
        ("", "room", "cb_room", true),
        ("", "room", "cb_other", false),
        ("", "participant", "sip-1", true),
        ("", "call", "c-1", true),
        ("activate", "call", "call_1", true),
        ("activate", "call", "c-1", false),
        ("activate", "participant", "sip-1", false),
        ("join ann A1", "participant", "ann", true),
        ("join ann A1", "participant", "bob", false),
        ("join ann A1; end", "call", "c-1", false),
        ("join ann A1; end", "room", "cb_room", true),
        ("end", "call", "c-1", false),
    ] {
        for to in TO {
            let stage = Stage::play(script);
            if stage.call.status().is_terminal() && stage.call.status().as_str() != to {
                continue;
            }
            let mut call = stage.call.clone();
            let got = call.change_state(&ask(to, fields(name, value)), "call_1", stage.now);
            let refused = got.as_ref().err().is_some_and(|e| e.is(&codes::PROVIDER_CORRELATION_MISMATCH));
            assert_eq!(refused, !good, "`{script}` then {to} with {name}={value}: {got:?}");
        }
    }
}

#[test]
fn what_an_end_names_is_kept_so_that_it_can_be_repeated() {
    for to in ["ended", "failed"] {
        let mut call = Stage::new().call;
        let asked = ask(to, fields("call", "c-1"));
        assert_eq!(call.change_state(&asked, "call_1", Stage::new().now).ok(), Some(StateChange::Changed));
        assert_eq!(call.change_state(&asked, "call_1", Stage::new().now).ok(), Some(StateChange::Replay));
    }
}

#[test]
fn an_externally_run_call_may_not_name_our_own_bridges() {
    for (provider, good) in [("twilio", true), ("livekit", false), ("simulated", false)] {
        let mut call = Stage::new().call;
        call.session.provider = "none".to_owned();
        call.session.provider_room_id = None;
        let asked = ProviderFields { room: Some("cb_theirs".to_owned()), ..fields("provider", provider) };
        assert_eq!(call.change_state(&Ask::Activate(asked), "call_1", Stage::new().now).is_ok(), good, "{provider}");
    }
}

#[test]
fn who_asks_decides_the_reason() {
    use EndReason::{AgentHandover, Completed, OperatorEnded, ProviderEnded, Timeout, UserHangup};
    for (by, default, allowed) in [
        (EndAsk::Key, Completed, &[Completed, UserHangup, AgentHandover][..]),
        (EndAsk::Owner, UserHangup, &[UserHangup][..]),
        (EndAsk::Operator, OperatorEnded, &[OperatorEnded][..]),
    ] {
        assert_eq!(end_reason_for(by, None).ok(), Some(default));
        for reason in [Completed, UserHangup, AgentHandover, OperatorEnded, ProviderEnded, Timeout] {
            let got = end_reason_for(by, Some(reason));
            assert_eq!(got.is_ok(), allowed.contains(&reason), "{by:?} asks for {reason:?}");
            assert!(got.err().is_none_or(|e| e.is(&codes::END_REASON_INVALID)));
        }
    }
}
