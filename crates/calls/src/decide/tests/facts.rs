//! Rooms, phones, people that we did not mint, polls, and what arrives late or never.

use super::kit::{Stage, check};
use crate::model::Phase;

const ANN: &str = "room R1; join ann A1;";
const IN: &str = "connecting, +ann, connected";

#[test]
fn the_first_caller_activates() {
    check("room only", "room R1; room R1", "connecting", "created connecting");
    check("an agent first", "join agt G1; join obs O1", "connecting, +agt, +obs", "created connecting");
    check(
        "then a caller",
        "join agt G1; join ann A1; join bob B1",
        "connecting, +agt, +ann, connected, +bob",
        "active connected",
    );
    let stage = Stage::play(ANN);
    assert_eq!(stage.call.session.provider_participant_id.as_deref(), Some("ann"));
    assert_eq!(stage.call.session.provider_call_id.as_deref(), Some("call_1"));
}

#[test]
fn people_that_we_did_not_mint_count_by_kind() {
    for (identity, log, state) in [
        ("zoe", "connecting, +zoe, connected", "active connected"),
        ("ph1", "connecting, +ph1, connected", "active connected"),
        ("ai-1", "connecting, +ai-1", "created connecting"),
        ("eg-1", "connecting, +eg-1", "created connecting"),
        ("in-1", "connecting, +in-1", "created connecting"),
        ("ot-1", "connecting, +ot-1", "created connecting"),
    ] {
        check(identity, &format!("join {identity} S1"), log, state);
    }
    check(
        "a recorder keeps nothing alive",
        &format!("{ANN} join eg-1 E1; leave ann"),
        &format!("{IN}, +eg-1, -ann left, -eg-1 session_over, ended user_hangup"),
        "ended disconnected",
    );
    check(
        "a recorder has no window",
        &format!("{ANN} join eg-1 E1; left eg-1 E1 timeout"),
        &format!("{IN}, +eg-1, -eg-1 connection_timeout"),
        "active connected",
    );
}

#[test]
fn phones_ring_first() {
    check("rings", "ring ph1 P1", "connecting", "created connecting");
    check("rings and answers", "ring ph1 P1; @4; poll R1 ph1:P1", "connecting, +ph1, connected", "active connected");
    check("still rings", "ring ph1 P1; poll R1 ph1:P1?", "connecting", "created connecting");
    check("refuses", "ring ph1 P1; left ph1 P1 rejected", "connecting", "created connecting");
    check(
        "plays early media",
        "ring ph1 P1; pub ph1 P1 T1",
        "connecting, track+ -".replace("-", "ph1").as_str(),
        "created connecting",
    );
    let alone = |script: &str| {
        let mut stage = Stage::new();
        stage.call.participants.retain(|p| !p.is_caller());
        stage.go(script);
        (stage.told(), stage.call.status().to_string())
    };
    let ends = |log: &str| (log.to_owned(), "ended".to_owned());
    assert_eq!(alone("ring ph1 P1; left ph1 P1 rejected"), ends("connecting, ended user_hangup"));
    assert_eq!(alone("ring ph1 P1; left ph1 P1 removed"), ends("connecting, ended user_hangup"));
    let rings_on = ("connecting".to_owned(), "created".to_owned());
    assert_eq!(alone("ring ph1 P1; left ph1 P1 timeout"), rings_on, "not answering is no refusal");
    assert_eq!(alone("ring ph1 P1; ring ph2 P2; left ph1 P1 rejected"), rings_on, "the other may still answer");
    assert_eq!(alone("ring ph1 P1; ring ph2 P2; left ph1 P1 rejected; left ph2 P2 rejected").1, "ended");
    assert_eq!(Stage::play("ring ph1 P1").phase("ph1"), Phase::Ringing);
    assert_eq!(Stage::play("ring ph1 P1; left ph1 P1 rejected").phase("ph1"), Phase::Left);
    check("a left whose joined was lost", "left ph1 P1 client", "connecting", "created connecting");
}

#[test]
fn order_may_be_wrong_and_messages_lost() {
    check(
        "left before joined",
        "left ann A1 client; join ann A1; @10; expire",
        &format!("{IN}, -ann client_initiated, ended user_hangup"),
        "ended disconnected",
    );
    check("joined twice", &format!("{ANN} join ann A1"), IN, "active connected");
    check(
        "left twice",
        &format!("{ANN} left ann A1 timeout; left ann A1 timeout"),
        &format!("{IN}, lost ann 1"),
        "active reconnecting",
    );
    check(
        "joined again after left",
        &format!("{ANN} left ann A1 timeout; join ann A1"),
        &format!("{IN}, lost ann 1"),
        "active reconnecting",
    );
    check(
        "lost joined, seen by a track",
        "room R1; pub ann A1 T1; join ann A1",
        &format!("{IN}, track+ ann"),
        "active connected",
    );
    check("lost joined, seen by a poll", "poll R1 ann:A1; join ann A1", IN, "active connected");
    check(
        "tracks",
        &format!("{ANN} pub ann A1 T1; pub ann A1 T1; unpub ann A1 T1"),
        &format!("{IN}, track+ ann, track- ann"),
        "active connected",
    );
    check("a stranger's track ends", "unpub zoe Z1 T1", "connecting, +zoe, connected, track- zoe", "active connected");
}

#[test]
fn a_connection_that_never_came_up_ends_nothing() {
    check(
        "unknown",
        &format!("{ANN} abort ann A2 signal"),
        &format!("{IN}, error PROVIDER_JOIN_FAILED"),
        "active connected",
    );
    check(
        "in a window",
        &format!("{ANN} left ann A1 timeout; abort ann A2 signal; @5; join ann A3"),
        &format!("{IN}, lost ann 1, error PROVIDER_JOIN_FAILED, back ann 5000"),
        "active connected",
    );
    check(
        "seen by a poll before",
        "poll R1 ann:A1?; abort ann A1 signal; join ann A2",
        "connecting, error PROVIDER_JOIN_FAILED, +ann, connected",
        "active connected",
    );
    check(
        "of the only connection",
        &format!("{ANN} abort ann A1 signal"),
        &format!("{IN}, error PROVIDER_JOIN_FAILED, lost ann 1"),
        "active reconnecting",
    );
}

#[test]
fn an_absent_room_ends_nothing() {
    check("once", &format!("{ANN} miss"), IN, "active connected");
    check("once, seen, once", &format!("{ANN} miss; poll R1 ann:A1; miss"), IN, "active connected");
    check("twice", &format!("{ANN} miss; miss; miss"), &format!("{IN}, lost ann 1"), "active reconnecting");
    check("never begun", "miss; miss", "", "created idle");
    check(
        "twice, with a recorder",
        &format!("{ANN} join eg-1 E1; miss; miss"),
        &format!("{IN}, +eg-1, lost ann 1, -eg-1 provider_room_missing"),
        "active reconnecting",
    );
    check(
        "it was there after all",
        &format!("{ANN} miss; miss; @20; poll R1 ann:A1"),
        &format!("{IN}, lost ann 1, back ann 20000"),
        "active connected",
    );

    let mut stage = Stage::play(ANN);
    let before = stage.call.session.provider_version;
    stage.go("miss");
    assert!(stage.call.session.provider_version > before, "a second poll that had begun concludes nothing");
}

#[test]
fn a_new_life_of_the_room_is_a_restart() {
    let crash = format!("{ANN} join agt G1; @3; room R2;");
    check("windows open", &crash, &format!("{IN}, +agt, lost ann 1, lost agt 1"), "active reconnecting");
    check(
        "and close",
        &format!("{crash} in R2; @8; join ann A2; join agt G2"),
        &format!("{IN}, +agt, lost ann 1, lost agt 1, back ann 5000, back agt 5000"),
        "active connected",
    );
    check(
        "heard by a joined",
        &format!("{ANN} join bob B1; in R2; @4; join ann A2"),
        &format!("{IN}, +bob, lost ann 1, lost bob 1, back ann 0"),
        "active connected",
    );
    check(
        "after two missing polls",
        &format!("{ANN} @1; miss; miss; @4; room R2; in R2; join ann A2"),
        &format!("{IN}, lost ann 1, back ann 3000"),
        "active connected",
    );
    check(
        "by a poll",
        &format!("{ANN} @4; poll R2 ann:A2"),
        &format!("{IN}, lost ann 1, back ann 0"),
        "active connected",
    );
    check("a late word about the old one", "in R2; @9; join ann A2; in R1; ^1; room R1", IN, "active connected");
    check(
        "a late joined of the old one",
        "in R2; @9; join ann A2; in R1; ^1; join ann A1; in R2; left ann A2 timeout",
        &format!("{IN}, lost ann 1"),
        "active reconnecting",
    );
    check(
        "a late joined of who did not return",
        "in R2; @9; join ann A2; in R1; ^1; join bob B1",
        &format!("{IN}, +bob, lost bob 1"),
        "active connected",
    );
}

#[test]
fn room_finished_ends_what_has_begun() {
    check("created", "room R1; finish R1", "connecting", "created connecting");
    check(
        "somebody listed",
        &format!("{ANN} finish R1"),
        &format!("{IN}, -ann session_over, ended provider_ended"),
        "ended disconnected",
    );
    check(
        "a window is open",
        &format!("{ANN} left ann A1 timeout; finish R1"),
        &format!("{IN}, lost ann 1"),
        "active reconnecting",
    );
    check(
        "an older life",
        &format!("{ANN} @3; in R2; join ann A2; finish R1"),
        &format!("{IN}, lost ann 1, back ann 0"),
        "active connected",
    );
    check(
        "only an agent's window",
        "activate; join agt G1; left agt G1 timeout; finish R1",
        "connected, +agt, lost agt 1, -agt session_over, ended provider_ended",
        "ended disconnected",
    );
    check(
        "twice",
        &format!("{ANN} finish R1; finish R1"),
        &format!("{IN}, -ann session_over, ended provider_ended"),
        "ended disconnected",
    );
}

#[test]
fn relays_and_recordings() {
    check(
        "while it runs",
        &format!("{ANN} rec E1; rec E1; recend E1; say ann u1 hello; say zed u2 hi; say ann u3  ; signal s1"),
        &format!("{IN}, rec+, rec-, said user ann, said unknown -, orchestration.action.requested"),
        "active connected",
    );
    check(
        "a recording that failed",
        &format!("{ANN} recend E1 disk"),
        &format!("{IN}, rec-, error PROVIDER_RECORDING_FAILED"),
        "active connected",
    );
    let over = format!("{ANN} leave ann;");
    let ended = format!("{IN}, -ann left, ended user_hangup");
    check(
        "late, within the window",
        &format!("{over} @900; say ann u1 hello; recend E1 disk; signal s1; pub ann A1 T; join bob B1"),
        &format!("{ended}, said user ann, rec-"),
        "ended disconnected",
    );
    check("after the late window", &format!("{over} @901; say ann u1 hello; rec E1"), &ended, "ended disconnected");
}

#[test]
fn strange_ids_make_lawful_events() {
    let stage = Stage::play(&format!("{ANN} pub ann A1 {}", "T".repeat(200)));
    assert!(stage.log.iter().all(|p| callboard_contracts::event_id_fault(&p.event_id).is_none()));
    assert!(stage.told().ends_with("track+ ann"));
}
