//! Small promises, each of which a change of one operator would break.

use callboard_contracts::call::{ParticipantKind, ParticipantRole};
use callboard_kernel::Timestamp;

use super::kit::{Stage, T0, check, peer};
use crate::model::{ConnectionState, Phase};
use crate::provider::{FactKind, Peer, ProviderFact};

const ANN: &str = "room R1; join ann A1;";
const IN: &str = "connecting, +ann, connected";

fn joins(stage: &mut Stage, peer: Peer) {
    stage.apply(&ProviderFact { room_sid: "R1".to_owned(), at: T0, inferred: false, what: FactKind::Joined(peer) });
}

/// An instant of the stage, by its second.
fn at(second: i64) -> Option<Timestamp> {
    Some(T0.plus_ms(second * 1_000))
}

/// Which connections were closed, when and why.
fn closings(stage: &Stage) -> Vec<(&str, Option<Timestamp>, Option<&str>)> {
    stage.call.connections.iter().map(|c| (c.sid.as_str(), c.closed_at, c.close_reason.as_deref())).collect()
}

#[test]
fn what_has_no_effect_says_why() {
    for (script, why) in [
        ("room R1; join ann A1", None),
        ("room R1; room R1", Some("the room is already known")),
        ("room R1; join ann A1; join ann A1", Some("this connection is already known")),
        ("room R1; join ann A1; join ann A2", Some("another connection of somebody who is connected")),
        ("room R1; finish R1", Some("the session has not begun")),
        ("room R1; join ann A1; end; room R1", Some("the session is over")),
    ] {
        assert_eq!(Stage::play(script).call.note.as_deref(), why, "{script}");
    }
}

#[test]
fn a_connection_without_sid_or_identity_is_nobody() {
    for (identity, sid) in [("ann", " "), (" ", "A1"), ("", "")] {
        let mut stage = Stage::new();
        joins(&mut stage, peer(identity, sid));
        assert_eq!(stage.told(), "", "{identity:?} {sid:?}");
        assert_eq!(stage.call.note.as_deref(), Some("the connection has no sid or no identity"));
        assert!(stage.call.connections.is_empty() && stage.call.participants.len() == 4);
    }
}

#[test]
fn every_fact_and_every_missing_poll_moves_the_provider_version() {
    assert_eq!(Stage::play("room R1; join ann A1; join ann A1").call.session.provider_version, 3);
    assert_eq!(Stage::play("room R1; miss; miss").call.session.provider_version, 3);
    assert_eq!(Stage::play("room R1; miss; room R1").call.session.missing_polls, 0, "it was found again");
}

#[test]
fn callers_who_came_and_are_gone_leave_the_call_disconnected() {
    let mut stage = Stage::play(ANN);
    stage.call.participants[0].phase = Phase::Left;
    assert_eq!(stage.call.connection(), ConnectionState::Disconnected);
    let outside = Stage::play("activate");
    assert_eq!(outside.call.connection(), ConnectionState::Connected, "nobody of ours was ever there");
}

#[test]
fn a_new_connection_ends_a_cut_that_the_page_told_but_not_a_later_one() {
    let told = format!("{IN}, lost ann 1");
    check(
        "after the cut",
        &format!("{ANN} @1; lost ann r1; @5; join ann A2"),
        &format!("{told}, back ann 4000"),
        "active connected",
    );
    check(
        "as it began",
        &format!("{ANN} @5; lost ann r1; join ann A2"),
        &format!("{told}, back ann 0"),
        "active connected",
    );
    check("before the cut", &format!("{ANN} @5; lost ann r1; ^3; join ann A2"), &told, "active connected");
}

#[test]
fn the_provider_says_what_somebody_is_until_they_come() {
    let phone = |sid: &str| Peer { kind: ParticipantKind::Phone, ..peer("ann", sid) };
    let mut invited = Stage::new();
    joins(&mut invited, phone("A1"));
    assert_eq!(invited.call.participants[0].kind, ParticipantKind::Phone);
    let mut came = Stage::play(ANN);
    joins(&mut came, phone("A2"));
    assert_eq!(came.call.participants[0].kind, ParticipantKind::Standard);
}

#[test]
fn who_was_not_minted_gets_a_role_by_kind_and_a_name_that_says_something() {
    let met = |identity: &str, name: Option<&str>| {
        let mut stage = Stage::new();
        joins(&mut stage, Peer { name: name.map(str::to_owned), ..peer(identity, "S1") });
        let p = stage.call.participants.last().expect("somebody was met");
        (p.role, p.name.clone())
    };
    assert_eq!(met("zoe", Some("Zoe")), (Some(ParticipantRole::Caller), Some("Zoe".to_owned())));
    assert_eq!(met("ph1", Some(" ")), (Some(ParticipantRole::Caller), None));
    assert_eq!(met("ai-1", None), (Some(ParticipantRole::Agent), None));
    assert_eq!(met("eg-1", None), (None, None));
}

#[test]
fn an_arrival_that_only_something_later_tells_is_marked_as_inferred() {
    for script in ["left ann A1 client", "room R1; pub ann A1 T1"] {
        let stage = Stage::play(script);
        let joined = stage.log.iter().find(|p| p.ty.as_str() == "call.participant.joined").expect("she came");
        assert_eq!(joined.payload["inferred"], true, "{script}");
    }
    let seen = Stage::play(ANN);
    assert!(seen.log.iter().all(|p| p.payload.get("inferred").is_none()), "{}", seen.told());
}

#[test]
fn a_track_is_a_new_connection_only_when_it_begins_on_one() {
    for (script, connections, note) in [
        ("pub ann A1 T1", 1, None),
        ("pub ann A2 T1", 2, Some("another connection of somebody who is connected")),
        ("unpub ann A1 T1", 1, None),
        ("unpub ann A2 T1", 1, None),
    ] {
        let stage = Stage::play(&format!("{ANN} {script}"));
        assert_eq!(stage.call.connections.len(), connections, "{script}");
        assert_eq!(stage.call.note.as_deref(), note, "{script}");
    }
    check("early media of an unknown phone", "pub ph1 P1 T1", "connecting, track+ ph1", "created connecting");
}

#[test]
fn ringing_goes_on_while_one_connection_rings_and_only_phones_refuse() {
    assert_eq!(Stage::play("ring ph1 P1; ring ph1 P2; left ph1 P1 rejected").phase("ph1"), Phase::Ringing);
    assert_eq!(Stage::play("ring ph1 P1; left ph1 P1 rejected").phase("ph1"), Phase::Left);
    assert_eq!(Stage::play("ring zoe Z1; left zoe Z1 rejected").phase("zoe"), Phase::Invited, "may try again");
}

#[test]
fn a_departure_closes_the_connections_of_the_one_who_left() {
    let stage = Stage::play(&format!("{ANN} join bob B1; @1; left ann A1 timeout; @2; join ann A2; @3; leave ann"));
    assert_eq!(
        closings(&stage),
        [("A1", at(1), Some("connection_timeout")), ("B1", None, None), ("A2", at(3), Some("left"))]
    );
}

#[test]
fn a_transcript_names_its_speaker_by_role() {
    for (who, speaker) in [("ann A1", "said user ann"), ("agt G1", "said agent agt"), ("obs O1", "said unknown obs")] {
        let name = who.split(' ').next().unwrap_or_default();
        let told = Stage::play(&format!("room R1; join {who}; say {name} u1 hello")).told();
        assert!(told.ends_with(speaker), "{told}");
    }
}

#[test]
fn a_cut_at_the_instant_of_coming_counts() {
    check("as it came", &format!("{ANN} lost ann r1"), &format!("{IN}, lost ann 1"), "active connected");
}

#[test]
fn what_a_recording_says_is_kept_and_blanks_are_not() {
    let stage = Stage::play("room R1; rec r1; recend r1 disk");
    let payload = |ty: &str| &stage.log.iter().find(|p| p.ty.as_str() == ty).expect("it is told").payload;
    assert!(payload("call.recording.started").get("status").is_none(), "blank");
    assert_eq!(payload("call.recording.ended")["status"], "egress_complete");
    assert!(payload("call.recording.ended").get("uri").is_none(), "blank");
    assert_eq!(payload("call.error")["message"], "disk");
}

#[test]
fn only_what_we_concluded_ourselves_can_a_poll_take_back() {
    let gone = format!("{IN}, lost ann 1");
    check(
        "the provider said it",
        &format!("{ANN} left ann A1 timeout; @1; poll R1 ann:A1"),
        &gone,
        "active reconnecting",
    );
    let back = format!("{gone}, back ann 1000");
    check("two polls said it", &format!("{ANN} miss; miss; @1; poll R1 ann:A1"), &back, "active connected");
}

#[test]
fn a_new_room_closes_what_was_open_in_the_old_one_and_nothing_else() {
    let stage = Stage::play(&format!("{ANN} join bob B1; ring ph1 P1; @1; left bob B1 timeout; @2; room R2"));
    let restarted = Some("provider_restarted");
    assert_eq!(
        closings(&stage),
        [("A1", at(2), restarted), ("B1", at(1), Some("connection_timeout")), ("P1", at(2), restarted)]
    );
    assert_eq!(stage.phase("ph1"), Phase::Invited, "it rang in the old room");
    check("made at once", &format!("{ANN} room R2"), &format!("{IN}, lost ann 1"), "active reconnecting");
}

#[test]
fn the_end_of_a_room_is_noted_for_that_room_alone() {
    let closed = |script: &str| {
        let stage = Stage::play(script);
        stage.call.rooms.iter().map(|r| (r.sid.clone(), r.closed_at)).collect::<Vec<_>>()
    };
    let (one, two) = ("R1".to_owned(), "R2".to_owned());
    assert_eq!(closed("room R1; @1; finish R1"), [(one.clone(), at(1))]);
    assert_eq!(closed("room R1; @1; room R2; @2; finish R1"), [(one, at(1)), (two, None)]);
}

#[test]
fn a_poll_finds_the_room_that_there_is_whatever_the_clocks_say() {
    check(
        "seen by an instance whose clock is behind",
        "@50; room R1; join ann A1; @10; poll R2; @60; in R2; join ann A2",
        &format!("{IN}, lost ann 1, back ann 50000"),
        "active connected",
    );
    check(
        "after one that was seen by an instance whose clock is ahead",
        "room R1; join ann A1; @50; poll R2 ann:A2; @20; room R3; in R3; join ann A3; @21; poll R3 ann:A3",
        &format!("{IN}, lost ann 1, back ann 0, lost ann 2, back ann 0"),
        "active connected",
    );
    check(
        "a late word of an old connection brings no old room back",
        "room R1; join ann A1; @5; room R2; in R2; join ann A2; in R1; left ann A0 SIGNAL_CLOSE; in R2; join bob B1",
        &format!("{IN}, lost ann 1, back ann 0, +bob"),
        "active connected",
    );
}

#[test]
fn the_window_of_an_agent_fails_no_call() {
    // Ann left before it was heard that she had come, to a room that the server lost; then the call was activated.
    check(
        "nobody else is there",
        "room R1; join agt G1; leave ann; @5; room R2; in R1; join ann A1; activate; @500; expire",
        "connecting, +agt, lost agt 1, connected, -agt reconnect_window_expired, ended user_hangup",
        "ended disconnected",
    );
}
