//! Reconnects, repairs and races, on both engines.

mod common;

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;

use callboard_calls::model::ParticipantKind;
use callboard_calls::provider::{FactKind, LeaveReason};
use callboard_kernel::World as _;
use callboard_testkit::both_engines;
use common::{House, at, behind, identity, text};
use serde_json::{Value, json};

fn resume(token: &str) -> Value {
    json!({ "resumeToken": token, "consumerId": "page" })
}

both_engines!(a_resume_token_rotates_and_a_lost_answer_is_given_again, |db| async move {
    let h = House::open(db).await;
    let (room, seat, peer) = h.active("s").await;
    let (pass, path) = (h.pass(&seat), at("s", "/reconnect"));
    h.goes(&room, &peer, LeaveReason::ConnectionTimeout).await;
    assert_eq!(h.session("s").await["connection"], "reconnecting");
    let t1 = text(&seat, "resumeToken");
    let first = pass.post(&path, &resume(&t1)).await.expect(200).json();
    let t2 = text(&first, "resumeToken");
    assert_ne!(t1, t2);
    assert_eq!(identity(&first), identity(&seat), "a fresh provider token for the same identity");
    assert_eq!(h.types("s").await.iter().filter(|t| *t == "call.resumed").count(), 0, "the provider has the word");
    h.joins(&room, &identity(&seat)).await;
    assert_eq!(h.types("s").await.iter().filter(|t| *t == "call.resumed").count(), 1);
    h.world.advance_ms(3_600_000);
    let again = pass.post(&path, &resume(&t1)).await.expect(200).json();
    assert_eq!(again["resumeToken"], first["resumeToken"], "good until its successor is used");
    for bound in ["untilSequence", "nextAfterSequence", "events", "watermark"] {
        assert_eq!(again["replay"][bound], first["replay"][bound], "{bound}");
    }
    let second = pass.post(&path, &resume(&t2)).await.expect(200).json();
    h.world.advance_ms(30_000);
    assert_eq!(pass.post(&path, &resume(&t1)).await.expect(200).json()["resumeToken"], first["resumeToken"]);
    h.world.advance_ms(1);
    pass.post(&path, &resume(&t1)).await.expect_problem(403, "INVALID_RESUME_TOKEN");
    assert_eq!(pass.post(&path, &resume(&t2)).await.expect(200).json()["resumeToken"], second["resumeToken"]);
    let other = h.seat("s").await;
    h.pass(&other).post(&path, &resume(&t2)).await.expect_problem(403, "INVALID_RESUME_TOKEN");
    pass.post(&path, &resume("cbr_nonsense")).await.expect_problem(403, "INVALID_RESUME_TOKEN");
    let ahead = json!({ "resumeToken": text(&second, "resumeToken"), "consumerId": "page", "lastAckSequence": 999 });
    pass.post(&path, &ahead).await.expect_problem(400, "ACK_AHEAD_OF_LOG");
    let acked = json!({ "resumeToken": text(&second, "resumeToken"), "consumerId": "page", "lastAckSequence": 5 });
    let third = pass.post(&path, &acked).await.expect(200).json();
    assert_eq!(third["replay"]["events"][0]["sequence"], 6, "{third}");
    let by_key = json!({ "resumeToken": text(&third, "resumeToken"), "consumerId": "page" });
    h.key.post(&path, &by_key).await.expect_problem(403, "CONSUMER_FORBIDDEN");
    h.key.post(&at("s", "/state"), &json!({ "status": "ended" })).await.expect(200);
    pass.post(&path, &resume(&text(&third, "resumeToken"))).await.expect_problem(409, "SESSION_CLOSED");
    h.close().await;
});

both_engines!(an_expired_window_is_noticed_by_whoever_asks, |db| async move {
    let h = House::open(db).await;
    let (room, seat, peer) = h.active("s").await;
    h.goes(&room, &peer, LeaveReason::ConnectionTimeout).await;
    h.world.advance_ms(119_999);
    let pass = h.pass(&seat);
    let next = pass.post(&at("s", "/reconnect"), &resume(&text(&seat, "resumeToken"))).await.expect(200).json();
    h.world.advance_ms(1);
    let token = resume(&text(&next, "resumeToken"));
    pass.post(&at("s", "/reconnect"), &token).await.expect_problem(410, "RECONNECT_WINDOW_EXPIRED");
    let session = h.session("s").await;
    assert_eq!(
        (&session["status"], &session["lastError"]["code"]),
        (&json!("failed"), &json!("RECONNECT_WINDOW_EXPIRED"))
    );
    pass.post(&at("s", "/reconnect"), &token).await.expect_problem(410, "RECONNECT_WINDOW_EXPIRED");
    let types = h.types("s").await;
    assert_eq!(types[types.len() - 3..], ["call.participant.left", "call.error", "call.terminal_failure"]);
    assert!(!types.contains(&"call.ended".to_owned()));
    assert_eq!(h.repair("calls.deadlines").await, 0);
    // A grace that ran out: the end is committed as well, and the answer says so.
    let (room, seat, peer) = h.active("g").await;
    h.goes(&room, &peer, LeaveReason::ClientInitiated).await;
    h.world.advance_ms(10_000);
    let problem = h.pass(&seat).post(&at("g", "/reconnect"), &resume(&text(&seat, "resumeToken"))).await;
    problem.expect_problem(409, "SESSION_CLOSED");
    assert_eq!(h.session("g").await["endReason"], "user_hangup");
    h.close().await;
});

both_engines!(without_a_provider_the_request_is_enough, |db| async move {
    let h = House::limited(db, false, None).await;
    h.create(json!({ "sessionId": "s" })).await;
    let link = h.key.post(&at("s", "/join-links"), &json!({})).await.expect(201).json();
    let seat = h.key.anonymous().post("/v1/join", &json!({ "token": behind(&link) })).await.expect(200).json();
    assert_eq!(seat["transportUnavailable"]["code"], "LIVEKIT_UNAVAILABLE");
    let back =
        h.pass(&seat).post(&at("s", "/reconnect"), &resume(&text(&seat, "resumeToken"))).await.expect(200).json();
    assert_eq!(back.get("transport"), None);
    h.close().await;
});

both_engines!(repairs_end_what_is_over, |db| async move {
    let h = House::open(db).await;
    h.create(json!({ "sessionId": "never" })).await;
    let made = h.create(json!({ "sessionId": "long", "limits": { "maxDurationMs": 60_000 } })).await;
    h.joins(&text(&made, "providerRoomId"), "zoe").await;
    let (room, _, peer) = h.active("grace").await;
    h.goes(&room, &peer, LeaveReason::ClientInitiated).await;
    let (room, _, peer) = h.active("window").await;
    h.goes(&room, &peer, LeaveReason::SignalClose).await;
    assert_eq!((h.repair("calls.deadlines").await, h.repair("calls.overdue").await), (0, 0));
    h.world.advance_ms(10_000);
    assert_eq!(h.repair("calls.deadlines").await, 2);
    assert_eq!(h.session("grace").await["endReason"], "user_hangup");
    h.world.advance_ms(50_000);
    assert_eq!(h.repair("calls.overdue").await, 2);
    assert_eq!(h.session("long").await["endReason"], "timeout");
    h.world.advance_ms(60_000);
    assert_eq!(h.repair("calls.deadlines").await, 3);
    assert_eq!(h.session("window").await["status"], "failed");
    h.world.advance_ms(780_000);
    assert_eq!(h.repair("calls.overdue").await, 1);
    let never = h.session("never").await;
    assert_eq!((&never["status"], &never["endReason"]), (&json!("ended"), &json!("timeout")));
    for name in ["calls.deadlines", "calls.overdue"] {
        assert_eq!(h.repair(name).await, 0, "{name} is safe to run twice");
    }
    assert_eq!(h.effects().await, 4, "every room is deleted");
    h.close().await;
});

both_engines!(who_is_back_without_a_webhook_is_seen_before_the_end, |db| async move {
    let h = House::open(db).await;
    let mut calls = Vec::new();
    for (name, why) in [("grace", LeaveReason::ClientInitiated), ("window", LeaveReason::SignalClose)] {
        let (room, seat, peer) = h.active(name).await;
        h.goes(&room, &peer, why).await;
        h.provider.join(&room, &identity(&seat), ParticipantKind::Standard, true, h.world.now());
        calls.push((name, room, seat));
    }
    h.world.advance_ms(120_000);
    assert!(h.repair("calls.deadlines").await > 0);
    for (name, _, _) in &calls {
        assert_eq!(h.session(name).await["connection"], "connected", "{name}");
        assert!(!h.types(name).await.contains(&"call.participant.left".to_owned()), "{name}");
    }
    assert_eq!(h.repair("calls.deadlines").await, 0);
    // A provider that has no such room keeps no deadline from coming, and one that does not answer keeps it for 30 s.
    for (name, room, seat) in &calls {
        h.provider.gone(room, &identity(seat));
        assert!(h.repair("calls.reconcile").await > 0, "{name}");
        let silent = *name == "grace";
        h.provider.down.store(silent, Ordering::SeqCst);
        h.provider.rooms.lock().remove(room);
        h.world.advance_ms(120_000);
        if silent {
            assert_eq!(h.repair("calls.deadlines").await, 0, "{name}");
            h.world.advance_ms(29_999);
            assert_eq!(h.repair("calls.deadlines").await, 0, "{name}");
            h.world.advance_ms(1);
        }
        assert!(h.repair("calls.deadlines").await > 0, "{name}");
        assert_eq!(h.session(name).await["status"], "failed", "{name}");
        h.provider.down.store(false, Ordering::SeqCst);
    }
    h.close().await;
});

both_engines!(a_last_look_that_came_too_late_or_was_overtaken_is_taken_again, |db| async move {
    let h = House::open(db).await;
    let (room, seat, peer) = h.active("s").await;
    h.goes(&room, &peer, LeaveReason::SignalClose).await;
    h.world.advance_ms(120_000);
    // Silent when the window is over, heard again before patience ends: she was there all the while.
    h.provider.join(&room, &identity(&seat), ParticipantKind::Standard, true, h.world.now());
    h.provider.down.store(true, Ordering::SeqCst);
    assert_eq!(h.repair("calls.deadlines").await, 0);
    h.provider.down.store(false, Ordering::SeqCst);
    assert_eq!(h.repair("calls.deadlines").await, 1);
    assert_eq!(h.session("s").await["connection"], "connected");
    // While the provider is asked, a fact about somebody else arrives: what was seen may be older than that.
    h.provider.gone(&room, &identity(&seat));
    assert_eq!(h.repair("calls.reconcile").await, 1);
    h.world.advance_ms(120_000);
    let held = h.provider.hold.lock().await;
    let (repair, now) = (h.repair_of("calls.deadlines"), h.world.now());
    let look = tokio::spawn(async move { repair.run(now).await });
    h.provider.listed.notified().await;
    h.joins(&room, "zoe").await;
    drop(held);
    assert_eq!(look.await.expect("no panic").expect("the repair runs"), 0);
    assert_eq!(h.session("s").await["connection"], "connected", "zoe is there");
    assert_eq!(h.types("s").await.iter().filter(|t| *t == "call.participant.left").count(), 0);
    assert_eq!(h.repair("calls.deadlines").await, 1);
    assert_eq!(h.types("s").await.iter().filter(|t| *t == "call.participant.left").count(), 1);
    h.close().await;
});

both_engines!(a_poll_finds_what_webhooks_lost, |db| async move {
    let h = House::open(db).await;
    let (room, seat) = h.call("s").await;
    let who = identity(&seat);
    h.provider.join(&room, &who, ParticipantKind::Standard, true, h.world.now());
    assert_eq!(h.repair("calls.reconcile").await, 3, "connecting, joined, connected");
    assert_eq!(h.repair("calls.reconcile").await, 0);
    h.provider.gone(&room, &who);
    assert_eq!(h.repair("calls.reconcile").await, 1);
    assert_eq!(h.session("s").await["connection"], "reconnecting");
    h.provider.join(&room, &who, ParticipantKind::Standard, true, h.world.now());
    assert_eq!(h.repair("calls.reconcile").await, 1);
    // The server crashes: one poll proves nothing, an unreachable provider proves nothing, two polls open the window.
    h.provider.rooms.lock().clear();
    assert_eq!(h.repair("calls.reconcile").await, 0);
    h.provider.down.store(true, Ordering::SeqCst);
    assert!(h.try_repair("calls.reconcile").await.is_err());
    assert_eq!(h.session("s").await["connection"], "connected");
    h.provider.down.store(false, Ordering::SeqCst);
    assert_eq!(h.repair("calls.reconcile").await, 1);
    assert_eq!(h.session("s").await["connection"], "reconnecting");
    h.provider.join(&room, &who, ParticipantKind::Standard, true, h.world.now());
    assert_eq!(h.repair("calls.reconcile").await, 1);
    let types = h.types("s").await;
    assert_eq!(types.iter().filter(|t| *t == "call.connecting").count(), 1);
    assert_eq!(types.iter().filter(|t| *t == "call.participant.left").count(), 0);
    h.close().await;
});

both_engines!(a_poll_that_was_overtaken_concludes_nothing, |db| async move {
    let h = House::open(db).await;
    let (room, seat, first) = h.active("s").await;
    // The poll sees nobody; before it can conclude, the webhooks of a rejoin arrive.
    h.provider.gone(&room, &identity(&seat));
    let held = h.provider.hold.lock().await;
    let (repair, now) = (h.repair_of("calls.reconcile"), h.world.now());
    let poll = tokio::spawn(async move { repair.run(now).await });
    h.provider.listed.notified().await;
    let second = h.joins(&room, &identity(&seat)).await;
    h.fact(&room, FactKind::Left(first, LeaveReason::DuplicateIdentity)).await;
    let before = h.session("s").await;
    drop(held);
    assert_eq!(poll.await.expect("no panic").expect("the repair runs"), 0);
    assert_eq!(h.session("s").await, before);
    assert_eq!((before["connection"].clone(), h.repair("calls.reconcile").await), (json!("connected"), 0));
    // The same seen too late as too early: a poll concludes, then the webhook that it missed arrives.
    h.provider.gone(&room, &identity(&seat));
    assert_eq!(h.repair("calls.reconcile").await, 1);
    h.fact(&room, FactKind::Left(second, LeaveReason::ClientInitiated)).await;
    h.world.advance_ms(10_000);
    h.repair("calls.deadlines").await;
    assert_eq!(h.session("s").await["endReason"], "user_hangup");
    h.close().await;
});

both_engines!(phones_are_polled_while_they_ring, |db| async move {
    let h = House::open(db).await;
    let (room, _) = h.call("s").await;
    let phone = h.provider.join(&room, "sip_1", ParticipantKind::Phone, false, h.world.now());
    h.fact(&room, FactKind::Joined(phone)).await;
    assert_eq!((h.session("s").await["status"].clone(), h.repair("calls.ringing").await), (json!("created"), 0));
    if let Some((_, people)) = h.provider.rooms.lock().get_mut(&room) {
        people.iter_mut().for_each(|p| p.active = true);
    }
    assert_eq!(h.repair("calls.ringing").await, 2);
    assert_eq!(h.session("s").await["status"], "active");
    h.close().await;
});

both_engines!(a_phone_that_refuses_ends_the_call, |db| async move {
    let h = House::open(db).await;
    let session = h.create(json!({ "sessionId": "s", "direction": "outbound" })).await;
    let room = text(&session, "providerRoomId");
    let phone = h.provider.join(&room, "sip_1", ParticipantKind::Phone, false, h.world.now());
    h.fact(&room, FactKind::Joined(phone.clone())).await;
    h.goes(&room, &phone, LeaveReason::UserRejected).await;
    let session = h.session("s").await;
    assert_eq!((&session["status"], &session["endReason"]), (&json!("ended"), &json!("user_hangup")));
    assert_eq!(h.types("s").await, ["call.started", "call.connecting", "call.ended"]);
    h.effects().await;
    assert!(!h.provider.rooms.lock().contains_key(&room));
    h.close().await;
});

both_engines!(rooms_of_closed_sessions_go, |db| async move {
    let h = House::open(db).await;
    let (room, _, _) = h.active("s").await;
    h.key.post(&at("s", "/state"), &json!({ "status": "ended" })).await.expect(200);
    assert!(h.provider.rooms.lock().contains_key(&room));
    h.effects().await;
    assert!(!h.provider.rooms.lock().contains_key(&room));
    // The server makes it again by itself for somebody who still holds a token.
    h.provider.join(&room, "zoe", ParticipantKind::Standard, true, h.world.now());
    h.provider.join("cb_of_somebody_else", "zoe", ParticipantKind::Standard, true, h.world.now());
    assert_eq!(h.repair("calls.leftovers").await, 1);
    h.effects().await;
    assert_eq!(h.provider.rooms.lock().keys().cloned().collect::<Vec<_>>(), ["cb_of_somebody_else"]);
    assert_eq!(h.repair("calls.leftovers").await, 0);
    h.close().await;
});

async fn many<T: Send + 'static>(n: usize, one: impl Fn(usize) -> tokio::task::JoinHandle<T>) -> Vec<T> {
    let tasks: Vec<_> = (0..n).map(one).collect();
    let mut out = Vec::new();
    for task in tasks {
        out.push(task.await.expect("no panic"));
    }
    out
}

both_engines!(a_hundred_reconnects_with_one_token_rotate_once, |db| async move {
    let h = House::open(db).await;
    let (_, seat, _) = h.active("s").await;
    let (pass, body) = (h.pass(&seat), resume(&text(&seat, "resumeToken")));
    let answers = many(100, |_| {
        let (pass, body) = (pass.clone(), body.clone());
        tokio::spawn(async move { pass.post(&at("s", "/reconnect"), &body).await.expect(200).json() })
    })
    .await;
    let tokens: BTreeSet<String> = answers.iter().map(|a| text(a, "resumeToken")).collect();
    let bounds: BTreeSet<String> = answers.iter().map(|a| a["replay"].to_string()).collect();
    assert_eq!((tokens.len(), bounds.len()), (1, 1));
    h.close().await;
});

both_engines!(an_end_races_with_everything_and_there_is_one, |db| async move {
    let h = House::open(db).await;
    for round in 0..10 {
        let id = format!("s{round}");
        let (_, seat, _) = h.active(&id).await;
        let (pass, key, token) = (h.pass(&seat), h.key.clone(), resume(&text(&seat, "resumeToken")));
        let answers = many(6, |n| {
            let (pass, key, token, id) = (pass.clone(), key.clone(), token.clone(), id.clone());
            tokio::spawn(async move {
                match n % 3 {
                    0 => key.post(&at(&id, "/state"), &json!({ "status": "ended" })).await,
                    1 => pass.post(&at(&id, "/reconnect"), &token).await,
                    _ => pass.post(&at(&id, "/leave"), &json!({})).await,
                }
            })
        })
        .await;
        for (n, answer) in answers.into_iter().enumerate() {
            if n % 3 == 1 && answer.status != 200 {
                answer.expect_problem(409, "SESSION_CLOSED");
            } else {
                answer.expect(200);
            }
        }
        let types = h.types(&id).await;
        assert_eq!(types.iter().filter(|t| *t == "call.ended").count(), 1, "{types:?}");
        assert_eq!(types.iter().filter(|t| *t == "call.participant.left").count(), 1, "{types:?}");
        assert_eq!(types.last().map(String::as_str), Some("call.ended"));
    }
    assert_eq!(h.slots().await, 0);
    h.close().await;
});

both_engines!(one_seat_for_many_hands, |db| async move {
    let h = House::open(db).await;
    h.create(json!({ "sessionId": "s" })).await;
    let link = h.key.post(&at("s", "/join-links"), &json!({})).await.expect(201).json();
    let (nobody, body) = (h.key.anonymous(), json!({ "token": behind(&link) }));
    let statuses = many(20, |_| {
        let (nobody, body) = (nobody.clone(), body.clone());
        tokio::spawn(async move { nobody.post("/v1/join", &body).await.status })
    })
    .await;
    let count = |status| statuses.iter().filter(|s| **s == status).count();
    assert_eq!((count(200), count(403)), (1, 19), "{statuses:?}");
    assert_eq!(h.session("s").await["participants"].as_array().map(Vec::len), Some(1));
    h.close().await;
});
