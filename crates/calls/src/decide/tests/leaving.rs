//! Leaving and losing.

use callboard_contracts::EventType;

use super::kit::{Stage, T0, check};
use crate::model::Phase;

/// Ann is in the call.
const ANN: &str = "room R1; join ann A1;";
const IN: &str = "connecting, +ann, connected";
/// Ann and Bob are in the call.
const BOTH: &str = "room R1; join ann A1; join bob B1;";
const BOTH_IN: &str = "connecting, +ann, connected, +bob";

#[test]
fn a_told_leave_is_definite() {
    check(
        "last caller",
        &format!("{ANN} leave ann"),
        &format!("{IN}, -ann left, ended user_hangup"),
        "ended disconnected",
    );
    check(
        "again",
        &format!("{ANN} leave ann; leave ann"),
        &format!("{IN}, -ann left, ended user_hangup"),
        "ended disconnected",
    );
    check("not the last", &format!("{BOTH} leave ann"), &format!("{BOTH_IN}, -ann left"), "active connected");
    check(
        "another's window waits, who comes back",
        &format!("{BOTH} left bob B1 timeout; leave ann; @5; join bob B2; leave bob"),
        &format!("{BOTH_IN}, lost bob 1, -ann left, back bob 5000, -bob left, ended user_hangup"),
        "ended disconnected",
    );
    check(
        "another's window waits, who does not",
        &format!("{BOTH} left bob B1 timeout; leave ann; @120; expire"),
        &format!(
            "{BOTH_IN}, lost bob 1, -ann left, -bob reconnect_window_expired, error RECONNECT_WINDOW_EXPIRED, failed RECONNECT_WINDOW_EXPIRED"
        ),
        "failed disconnected",
    );
    check("before it came", "leave ann; expire", "", "created idle");
    check(
        "an agent keeps no call alive",
        &format!("{ANN} join agt G1; join obs O1; leave ann"),
        &format!("{IN}, +agt, +obs, -ann left, -agt session_over, -obs session_over, ended user_hangup"),
        "ended disconnected",
    );
    check(
        "an agent goes",
        &format!("{ANN} join agt G1; leave agt"),
        &format!("{IN}, +agt, -agt left"),
        "active connected",
    );
    check(
        "the provider's left after it",
        &format!("{BOTH} leave ann; left ann A1 client"),
        &format!("{BOTH_IN}, -ann left"),
        "active connected",
    );
    check(
        "an externally run call has no callers of ours",
        "activate; leave ann; join agt G1; leave agt",
        "connected, +agt, -agt left",
        "active connected",
    );
}

#[test]
fn client_initiated_opens_a_grace() {
    check("back within", &format!("{ANN} left ann A1 client; @1; join ann A2; @60; expire"), IN, "active connected");
    check(
        "not back",
        &format!("{ANN} left ann A1 client; @9; expire; @10; expire"),
        &format!("{IN}, -ann client_initiated, ended user_hangup"),
        "ended disconnected",
    );
    check(
        "another stays",
        &format!("{BOTH} left ann A1 client; @10; expire"),
        &format!("{BOTH_IN}, -ann client_initiated"),
        "active connected",
    );
    check(
        "a phone hangs up at once",
        "join ph1 P1; left ph1 P1 client",
        "connecting, +ph1, connected, -ph1 client_initiated, ended user_hangup",
        "ended disconnected",
    );
    check(
        "told while it runs",
        &format!("{ANN} left ann A1 client; leave ann"),
        &format!("{IN}, -ann left, ended user_hangup"),
        "ended disconnected",
    );
}

#[test]
fn definite_reasons_end_at_once() {
    for reason in ["removed", "deleted", "rejected"] {
        let text = match reason {
            "removed" => "participant_removed",
            "deleted" => "room_deleted",
            _ => "user_rejected",
        };
        let log = format!("{IN}, -ann {text}, ended user_hangup");
        check(reason, &format!("{ANN} left ann A1 {reason}"), &log, "ended disconnected");
        let log = format!("{BOTH_IN}, -ann {text}");
        check(reason, &format!("{BOTH} left ann A1 {reason}"), &log, "active connected");
    }
}

#[test]
fn all_other_reasons_open_the_window() {
    for reason in ["twin", "timeout", "shutdown", "migration", "signal", "closed", "absent", "SOMETHING_NEW", ""] {
        let reason = if reason.is_empty() { "?" } else { reason };
        check(reason, &format!("{ANN} left ann A1 {reason}"), &format!("{IN}, lost ann 1"), "active reconnecting");
        check(
            reason,
            &format!("{ANN} left ann A1 {reason}; @3; join ann A2"),
            &format!("{IN}, lost ann 1, back ann 3000"),
            "active connected",
        );
    }
    check("a twin's other sid", &format!("{ANN} join ann A2; left ann A1 twin"), IN, "active connected");
    check(
        "rejoin before the old left",
        &format!("{ANN} join ann A2; left ann A1 client; @60; expire"),
        IN,
        "active connected",
    );
}

#[test]
fn windows_are_a_participants_own() {
    check(
        "attempts rise",
        &format!("{ANN} left ann A1 timeout; @1; join ann A2; left ann A2 timeout; @4; join ann A3"),
        &format!("{IN}, lost ann 1, back ann 1000, lost ann 2, back ann 3000"),
        "active connected",
    );
    check(
        "expiry with others",
        &format!("{BOTH} left ann A1 timeout; @119; expire; @120; expire"),
        &format!("{BOTH_IN}, lost ann 1, -ann reconnect_window_expired"),
        "active connected",
    );
    check(
        "expiry alone",
        &format!("{ANN} left ann A1 timeout; @120; expire; join ann A2"),
        &format!(
            "{IN}, lost ann 1, -ann reconnect_window_expired, error RECONNECT_WINDOW_EXPIRED, failed RECONNECT_WINDOW_EXPIRED"
        ),
        "failed disconnected",
    );
    check(
        "an agent's expiry",
        &format!("{ANN} join agt G1; left agt G1 timeout; @120; expire"),
        &format!("{IN}, +agt, lost agt 1, -agt reconnect_window_expired"),
        "active connected",
    );
    // Looked at late: the grace had ended the call's last but one caller before the window ended it.
    check(
        "in the order of the deadlines",
        &format!("{BOTH} left ann A1 timeout; left bob B1 client; @500; expire"),
        &format!(
            "{BOTH_IN}, lost ann 1, -bob client_initiated, -ann reconnect_window_expired, error RECONNECT_WINDOW_EXPIRED, failed RECONNECT_WINDOW_EXPIRED"
        ),
        "failed disconnected",
    );
    check(
        "back after the others had gone on",
        &format!("{BOTH} left ann A1 timeout; @120; expire; @130; join ann A2"),
        &format!("{BOTH_IN}, lost ann 1, -ann reconnect_window_expired, +ann"),
        "active connected",
    );
}

#[test]
fn a_window_says_when_it_ends() {
    let stage = Stage::play(&format!("{ANN} @7; left ann A1 timeout"));
    let lost = stage.log.iter().find(|p| p.ty == EventType::CallReconnecting).expect("one");
    assert_eq!(lost.payload["windowEndsAt"], T0.plus_ms(127_000).to_string());
    assert_eq!(lost.payload["reason"], "connection_timeout");
    assert_eq!(stage.call.participants[0].deadline, Some(T0.plus_ms(127_000)));
}

#[test]
fn reports_are_hints() {
    check(
        "lost and back",
        &format!("{ANN} @1; lost ann r1; @4; back ann r1"),
        &format!("{IN}, lost ann 1, back ann 3000"),
        "active connected",
    );
    check(
        "told on return",
        &format!("{ANN} @9; back ann r1 2500"),
        &format!("{IN}, lost ann 1, back ann 2500"),
        "active connected",
    );
    check(
        "twice",
        &format!("{ANN} @1; lost ann r1; lost ann r1; lost ann r2"),
        &format!("{IN}, lost ann 1"),
        "active connected",
    );
    check("back without a cut", &format!("{ANN} back ann r1"), IN, "active connected");
    check("before it came", &format!("{ANN} lost bob r1; back bob r1 5"), IN, "active connected");
    check(
        "signal and media of one cut",
        &format!("{ANN} @1; lost ann s; lost ann m; @3; back ann s; back ann m 2000"),
        &format!("{IN}, lost ann 1, back ann 2000"),
        "active connected",
    );
    check(
        "the provider then tells the same loss",
        &format!("{ANN} @1; lost ann r1; @21; left ann A1 timeout; @40; join ann A2; @41; back ann r1 40000"),
        &format!("{IN}, lost ann 1, back ann 39000"),
        "active connected",
    );
    check(
        "told on return, after the provider",
        &format!("{ANN} @21; left ann A1 timeout; @40; join ann A2; @42; back ann r1 41000"),
        &format!("{IN}, lost ann 1, back ann 19000"),
        "active connected",
    );
    check(
        "no report closes a window",
        &format!("{ANN} left ann A1 timeout; @2; back ann r1 1000"),
        &format!("{IN}, lost ann 1"),
        "active reconnecting",
    );
    check(
        "a reported cut, then a new connection",
        &format!("{ANN} @1; lost ann r1; @2; left ann A1 client; @3; join ann A2; @9; left ann A2 timeout"),
        &format!("{IN}, lost ann 1, back ann 2000, lost ann 2"),
        "active reconnecting",
    );
    check(
        "after the end",
        &format!("{ANN} end; lost ann r1"),
        &format!("{IN}, -ann session_over, ended completed"),
        "ended disconnected",
    );
}

#[test]
fn what_a_poll_concluded_gives_way_to_the_providers_word() {
    let absent = format!("{ANN} @10; poll R1;");
    check("a poll misses ann", &absent, &format!("{IN}, lost ann 1"), "active reconnecting");
    check(
        "removed, told late",
        &format!("{absent} left ann A1 removed"),
        &format!("{IN}, lost ann 1, -ann participant_removed, ended user_hangup"),
        "ended disconnected",
    );
    check(
        "hung up, told late",
        &format!("{absent} left ann A1 client; @20; expire"),
        &format!("{IN}, lost ann 1, -ann client_initiated, ended user_hangup"),
        "ended disconnected",
    );
    check(
        "hung up, told late, but a reload",
        &format!("{absent} left ann A1 client; @11; join ann A2"),
        &format!("{IN}, lost ann 1, back ann 1000"),
        "active connected",
    );
    check(
        "lost, told late",
        &format!("{absent} left ann A1 timeout; @20; expire"),
        &format!("{IN}, lost ann 1"),
        "active reconnecting",
    );
    // The word about an older connection says nothing about the newest.
    check(
        "an older connection",
        &format!("{absent} @11; join ann A2; @12; left ann A2 timeout; left ann A1 client; @30; expire"),
        &format!("{IN}, lost ann 1, back ann 1000, lost ann 2"),
        "active reconnecting",
    );
    assert_eq!(Stage::play(&format!("{absent} left ann A1 client")).phase("ann"), Phase::Grace);
}
