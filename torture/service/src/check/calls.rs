//! Calls: the status, who is in them, windows and graces, and why they ended.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::Found;
use crate::book::{Book, Committed, Conn, LOOKED, SLACK, Session, is_end};
use crate::core::{MS, SEC, Us};
use crate::template::BEGIN;

/// How long the service takes from a commit to the answer that the cast gets, and back.
const REACH: Us = 6 * SEC;

/// Looks at one session.
pub fn check(book: &Book, n: usize, found: &mut Found) {
    let s = &book.sessions[n];
    if !s.made {
        return;
    }
    let log = book.log_of(&s.id);
    status(n, &log, found);
    presence(book, n, &log, found);
    attempts(book, n, &log, found);
    losses(book, n, &log, found);
    ending(book, n, &log, found);
    asked(s, n, &log, found);
    durations(book, s, n, &log, found);
    view(book, n, &log, found);
}

/// `created -> active -> ended | failed`, each once, and nothing after but late words.
fn status(n: usize, log: &[&Committed], found: &mut Found) {
    let count = |ty: &str| log.iter().filter(|e| e.ty == ty).count();
    for (ty, most) in [("call.started", 1), ("call.connecting", 1), ("call.connected", 1)] {
        found.must(count(ty) <= most, "a status is reached once", n, || format!("{} of {ty}", count(ty)));
    }
    let over = count("call.ended") + count("call.terminal_failure");
    found.must(over == 1, "a call ends, and ends once", n, || format!("{over} ends"));
    if let Some(end) = log.iter().position(|e| is_end(&e.ty)) {
        for after in &log[end + 1..] {
            let late = after.ty.starts_with("transcript.");
            found.must(late, "nothing but late words follows the end", n, || {
                format!("#{} {}", after.sequence, after.ty)
            });
        }
        if log[end].ty == "call.terminal_failure" {
            let error = end > 0 && log[end - 1].ty == "call.error";
            found.must(error, "a failure is told with its error", n, || format!("#{}", log[end].sequence));
        }
    }
}

fn text<'a>(e: &'a Committed, name: &str) -> &'a str {
    e.payload[name].as_str().unwrap_or_default()
}

/// Who is in the call: joined and left in turn; the call goes on exactly as long as a caller is in it.
fn presence(book: &Book, n: usize, log: &[&Committed], found: &mut Found) {
    let mut here: BTreeSet<&str> = BTreeSet::new();
    let mut callers: BTreeSet<&str> = BTreeSet::new();
    for (at, e) in log.iter().enumerate() {
        let id = text(e, "participantId");
        match e.ty.as_str() {
            "call.participant.joined" => {
                found.must(here.insert(id), "somebody joins who is not there", n, || format!("#{} {id}", e.sequence));
                if e.payload["role"] == "caller" {
                    callers.insert(id);
                }
            }
            "call.participant.left" => {
                found.must(here.remove(id), "somebody leaves who is there", n, || format!("#{} {id}", e.sequence));
                left(book, n, e, found);
                let dismissed = text(e, "reason") == "session_over";
                if callers.remove(id) && callers.is_empty() && !dismissed {
                    let next = log.get(at + 1);
                    let ends = next.is_some_and(|x| {
                        is_end(&x.ty)
                            || x.ty == "call.error"
                            || (x.ty == "call.participant.left" && text(x, "reason") == "session_over")
                    });
                    found.must(ends, "a call ends with its last caller; agents keep none alive", n, || {
                        format!("#{} {} was the last caller, and then came {:?}", e.sequence, id, next.map(|x| &x.ty))
                    });
                }
            }
            ty if is_end(ty) => {
                found.must(here.is_empty(), "everybody has left a call that is over", n, || format!("{here:?}"));
            }
            _ => {}
        }
    }
}

/// A connection of somebody at an instant that the service had heard of before: then nothing was over or lost. None when
/// they have told since it began that they leave.
fn known<'a>(book: &'a Book, s: &Session, (id, identity): (&str, &str), at: Us) -> Option<&'a Conn> {
    let there = |c: &&Conn| c.identity == identity && c.from <= at && c.until.is_none_or(|(until, _)| until > at);
    let heard = book.conns.iter().filter(there).find(|c| c.joined_taken.is_some_and(|taken| taken < at));
    heard.filter(|c| !told_gone(s, id, c, at))
}

/// Whether somebody has told, since that connection began, that they leave: then it is no sign of presence.
fn told_gone(s: &Session, id: &str, conn: &Conn, at: Us) -> bool {
    s.asked.iter().any(|a| a.what == "left" && a.about == id && (conn.from..=at).contains(&a.sent))
}

/// Whether a leave's reason is true, and whether the one who is said to be gone is gone.
fn left(book: &Book, n: usize, e: &Committed, found: &mut Found) {
    let (s, reason) = (&book.sessions[n], text(e, "reason"));
    let (id, identity) = (text(e, "participantId"), text(e, "identity"));
    let asked = |what: &str| s.asked.iter().any(|a| a.what == what && a.about == id && a.sent <= e.at);
    let lost = |why: &[&str]| {
        let of = |c: &&Conn| c.identity == identity && c.room == s.room;
        book.conns
            .iter()
            .filter(of)
            .any(|c| c.until.is_some_and(|(at, r)| at <= e.at && (why.is_empty() || why.contains(&r))))
    };
    let true_reason = match reason {
        "session_over" => true,
        "left" => asked("left"),
        "removed" => asked("removed"),
        "participant_removed" => asked("kicked") || asked("removed"),
        "room_deleted" => lost(&["ROOM_DELETED"]),
        "client_initiated" => lost(&["CLIENT_INITIATED"]),
        _ => lost(&[]),
    };
    found.must(true_reason, "a leave's reason is true", n, || format!("#{} {id}: {reason}", e.sequence));
    if matches!(reason, "session_over" | "left" | "removed") {
        return;
    }
    let alive = known(book, s, (id, identity), e.at);
    found.must(alive.is_none(), "nobody leaves who is known to be connected", n, || {
        format!("#{} {id} ({reason}), connected by {:?}", e.sequence, alive.map(|c| (&c.sid, c.from, c.joined_taken)))
    });
    if reason == "client_initiated" && !book.jumped {
        let last =
            book.conns.iter().filter(|c| c.identity == identity).filter_map(|c| c.until).filter(|(at, _)| *at <= e.at);
        let since = last.filter(|(_, r)| *r == "CLIENT_INITIATED").map(|(at, _)| at).min().unwrap_or(e.at);
        found.must(e.at >= since + s.grace, "a grace is waited for", n, || {
            format!(
                "#{} {id}: {} ms after the disconnect, the grace is {} ms",
                e.sequence,
                (e.at - since) / MS,
                s.grace / MS
            )
        });
    }
}

/// One `call.reconnecting` per attempt with a rising number, one `call.resumed` for it, and windows to the second.
fn attempts(book: &Book, n: usize, log: &[&Committed], found: &mut Found) {
    let s = &book.sessions[n];
    let mut open: BTreeMap<&str, (i64, &Committed)> = BTreeMap::new();
    let mut last: BTreeMap<&str, i64> = BTreeMap::new();
    for e in log {
        let id = text(e, "participantId");
        match e.ty.as_str() {
            "call.reconnecting" => {
                let attempt = e.payload["attempt"].as_i64().unwrap_or(-1);
                let before = last.insert(id, attempt).unwrap_or(0);
                found.must(attempt == before + 1, "attempts rise by one", n, || {
                    format!("#{} {id}: {before}, {attempt}", e.sequence)
                });
                found.must(!open.contains_key(id), "one attempt at a time", n, || format!("#{} {id}", e.sequence));
                open.insert(id, (attempt, e));
                let identity = s.people.get(id).map_or("", String::as_str);
                let alive = known(book, s, (id, identity), e.at).filter(|_| e.payload["reportedBy"].is_null());
                found.must(alive.is_none(), "nobody is lost who is known to be connected", n, || {
                    format!("#{} {id}, connected by {:?}", e.sequence, alive.map(|c| (&c.sid, c.from, c.joined_taken)))
                });
                if let Some(ends) = instant(&e.payload["windowEndsAt"]) {
                    found.must(ends == e.ts + s.window, "a window is as long as the session says", n, || {
                        format!("#{} {id}: {} ms instead of {} ms", e.sequence, (ends - e.ts) / MS, s.window / MS)
                    });
                }
            }
            "call.resumed" => {
                let began = open.remove(id);
                found.must(began.is_some(), "one call.resumed for each attempt", n, || format!("#{} {id}", e.sequence));
                if let Some((_, began)) = began {
                    in_time(book, n, began, e, found);
                }
            }
            "call.participant.left" => {
                let began = open.remove(id);
                if text(e, "reason") == "reconnect_window_expired" {
                    match began {
                        None => {
                            found.must(false, "a window that ended had begun", n, || format!("#{} {id}", e.sequence))
                        }
                        Some((_, began)) => ran_out(book, n, began, e, found),
                    }
                }
            }
            _ => {}
        }
    }
    for (id, many) in last {
        let identity = s.people.get(id).cloned().unwrap_or_default();
        let of = |c: &&Conn| c.identity == identity && c.until.is_some();
        let losses = book.conns.iter().filter(of).count() as u64 + book.reports.get(id).copied().unwrap_or(0);
        if !identity.is_empty() {
            found.must(many as u64 <= losses, "no attempt without a loss", n, || {
                format!("{id}: {many} for {losses} losses")
            });
        }
    }
}

/// Every loss that the service heard of, in turn and without anybody else of that identity, is in the log: as an attempt,
/// as a leave, or as the end.
fn losses(book: &Book, n: usize, log: &[&Committed], found: &mut Found) {
    let s = &book.sessions[n];
    for c in book.conns.iter().filter(|c| c.room == s.room) {
        // A page that reloads has its grace, and is not lost.
        let Some((until, _)) = c.until.filter(|(_, why)| *why != "CLIENT_INITIATED") else { continue };
        let (Some(joined), Some(taken)) = (c.joined_taken, c.left_taken) else { continue };
        let others = || book.conns.iter().filter(|o| o.identity == c.identity && o.sid != c.sid);
        let alone =
            others().all(|o| if o.from < c.from { o.left_taken.is_some_and(|t| t < joined) } else { o.from > taken });
        let Some((id, _)) = s.people.iter().find(|(_, identity)| **identity == c.identity).filter(|_| alone) else {
            continue;
        };
        if joined >= taken || !log.iter().any(|e| e.ty == "call.participant.joined" && text(e, "participantId") == id) {
            continue;
        }
        // A page may tell of its cut before the media server does.
        let told = log.iter().any(|e| {
            let about = matches!(e.ty.as_str(), "call.reconnecting" | "call.participant.left");
            e.at <= taken + REACH && (is_end(&e.ty) || about && e.at >= c.from && text(e, "participantId") == id)
        });
        found.must(told, "a loss that was heard of is told", n, || {
            format!("{id}: {} was lost at {} ms, heard at {} ms", c.sid, until / MS, taken / MS)
        });
    }
}

fn instant(value: &Value) -> Option<Us> {
    let at = callboard_kernel::Timestamp::parse_rfc3339(value.as_str()?)?;
    Some(at.micros() - BEGIN.micros())
}

fn in_time(book: &Book, n: usize, began: &Committed, back: &Committed, found: &mut Found) {
    let Some(ends) = instant(&began.payload["windowEndsAt"]).filter(|_| !book.jumped) else { return };
    if let Some(limit) = book.must_be_done(ends, LOOKED) {
        found.must(back.at <= limit, "nobody comes back after the window", n, || {
            format!("#{} {} ms after its end", back.sequence, (back.at - ends) / MS)
        });
    }
}

fn ran_out(book: &Book, n: usize, began: &Committed, left: &Committed, found: &mut Found) {
    let s = &book.sessions[n];
    // A cut that a page has told opens no window; the loss that follows does, and that is not told again. It may be heard
    // by an instance of another clock than the one that heard the page.
    let ends = instant(&began.payload["windowEndsAt"]);
    if let Some(least) = ends.or((!book.jumped).then_some(began.ts + s.window)) {
        found.must(left.ts >= least, "a window is waited for", n, || {
            format!("#{} {} ms before its end", left.sequence, (least - left.ts) / MS)
        });
    }
    let Some(ends) = ends.filter(|_| !book.jumped) else { return };
    if let Some(limit) = book.must_be_done(ends, LOOKED) {
        found.must(left.at <= limit, "a window ends when it is over", n, || {
            format!("#{} {} ms after its end", left.sequence, (left.at - ends) / MS)
        });
    }
}

/// Why the call ended, and whether that is true.
fn ending(book: &Book, n: usize, log: &[&Committed], found: &mut Found) {
    let s = &book.sessions[n];
    let Some(at) = log.iter().position(|e| is_end(&e.ty)) else { return };
    let end = log[at];
    let asked = |what: &str| s.asked.iter().any(|a| a.what == what && a.sent <= end.at);
    let last = log[..at].iter().rev().find(|e| {
        e.ty == "call.participant.left" && e.payload["role"] == "caller" && text(e, "reason") != "session_over"
    });
    let last_reason = last.map_or("", |e| text(e, "reason"));
    let reason = if end.ty == "call.ended" { text(end, "endReason") } else { text(end, "code") };
    let started = log.iter().find(|e| e.ty == "call.connected");
    let fine = match reason {
        "completed" => asked("completed"),
        "operator_ended" => asked("operator_ended"),
        "RIG" => asked("failed"),
        // Who left before it was heard that they had come is not in the log.
        "user_hangup" if last.is_none() => asked("left"),
        "user_hangup" => last.is_some_and(|e| e.at == end.at) && last_reason != "reconnect_window_expired",
        "RECONNECT_WINDOW_EXPIRED" => last.is_some_and(|e| e.at == end.at) && last_reason == "reconnect_window_expired",
        "provider_ended" => {
            book.rooms_closed.iter().any(|(room, by, when)| *room == s.room && *by != "us" && *when <= end.at)
        }
        "timeout" => started.zip(s.longest).is_some_and(|(started, longest)| end.ts >= started.ts + longest),
        _ => false,
    };
    found.must(fine, "the reason of an end is true", n, || format!("{reason} (last left: {last_reason})"));
    if end.ty == "call.ended" {
        let lasted = started.map_or(0, |c| ((end.ts - c.ts) / MS).max(0));
        let told = end.payload["durationMs"].as_i64().unwrap_or(-1);
        found.must((told - lasted).abs() <= 1, "a call's duration is told", n, || {
            format!("{told} ms, lasted {lasted} ms")
        });
    }
}

/// What was asked for and acknowledged has happened.
fn asked(s: &Session, n: usize, log: &[&Committed], found: &mut Found) {
    for one in &s.asked {
        let Some(done) = one.done else { continue };
        match one.what.as_str() {
            "left" | "removed" => {
                let was = log.iter().rfind(|e| {
                    e.at < one.sent && text(e, "participantId") == one.about && e.ty.starts_with("call.participant.")
                });
                if was.is_some_and(|e| e.ty == "call.participant.joined") {
                    let gone = log.iter().any(|e| {
                        e.ty == "call.participant.left"
                            && e.at >= one.sent
                            && e.at <= done
                            && text(e, "participantId") == one.about
                    });
                    found.must(gone, "a told leave is in the log when it is answered", n, || one.about.clone());
                }
            }
            "completed" | "operator_ended" | "failed" => {
                let over = log.iter().any(|e| is_end(&e.ty) && e.at <= done);
                found.must(over, "an end is in the log when it is answered", n, || one.what.clone());
            }
            "activate" => {
                let active = log.iter().any(|e| e.ty == "call.connected" && e.at <= done);
                found.must(active, "an activation is in the log when it is answered", n, || one.what.clone());
            }
            _ => {}
        }
    }
}

/// The longest duration is kept, and a call that everybody has left does not go on.
fn durations(book: &Book, s: &Session, n: usize, log: &[&Committed], found: &mut Found) {
    let Some(end) = log.iter().find(|e| is_end(&e.ty)) else { return };
    let started = log.iter().find(|e| e.ty == "call.connected");
    if book.jumped {
        return;
    }
    if let Some((started, longest)) = started.zip(s.longest)
        && let Some(limit) = book.must_be_done(started.ts + longest, SLACK)
    {
        found.must(end.at <= limit, "no call is longer than it may be", n, || {
            format!("{} ms", (end.at - started.at) / MS)
        });
    }
    // Somebody who has gone for good without a word, and everybody with them: two polls, the latest webhook, the window.
    // All of it can only pass while somebody works: a pause begins it anew. Who was heard of late is missed later.
    let needed = 40 * SEC + s.window.max(s.grace) + 2 * 10 * SEC + SLACK + REACH;
    let callers: Vec<_> = book.conns.iter().filter(|c| c.room == s.room && c.identity.starts_with("caller_")).collect();
    let gone = callers.iter().filter_map(|c| c.until.map(|(at, _)| at)).max();
    if let (Some(gone), Some(started)) = (gone.filter(|_| callers.iter().all(|c| c.until.is_some())), started)
        && !s.asked.iter().any(|a| a.what == "activate")
        && let Some(limit) = book.must_be_done(gone.max(started.at), needed)
    {
        found.must(end.at <= limit, "a call that everybody has left ends", n, || {
            format!("the last caller was gone at {} s, the end came at {} s", gone / SEC, end.at / SEC)
        });
    }
}

/// The session as it is shown at the end, against the log.
fn view(book: &Book, n: usize, log: &[&Committed], found: &mut Found) {
    let Some(view) = book.views.get(&n) else { return };
    let end = log.iter().find(|e| is_end(&e.ty));
    let status = end.map_or("active", |e| if e.ty == "call.ended" { "ended" } else { "failed" });
    let started = log.iter().find(|e| e.ty == "call.connected").map(|e| e.ts);
    let ended = end.filter(|e| e.ty == "call.ended");
    let same = [
        ("status", view["status"] == status),
        ("connection", view["connection"] == "disconnected" || view["connection"] == "idle"),
        ("startedAt", instant(&view["startedAt"]) == started),
        ("endedAt", instant(&view["endedAt"]) == ended.map(|e| e.ts)),
        ("endReason", view["endReason"].as_str() == ended.map(|e| text(e, "endReason"))),
        ("latestSequence", view["latestSequence"].as_i64() >= end.map(|e| e.sequence)),
    ];
    for (name, fine) in same {
        found.must(fine, "a session shows what its log says", n, || format!("{name}: {}", view[name]));
    }
    for p in view["participants"].as_array().into_iter().flatten() {
        let id = p["participantId"].as_str().unwrap_or_default();
        let of =
            |ty: &str| log.iter().filter(|e| e.ty == ty && text(e, "participantId") == id).map(|e| e.ts).next_back();
        let first =
            log.iter().find(|e| e.ty == "call.participant.joined" && text(e, "participantId") == id).map(|e| e.ts);
        let shown = (instant(&p["joinedAt"]), instant(&p["leftAt"]));
        found.must(p["state"] == "left", "everybody has left a call that is over", n, || {
            format!("{id}: {}", p["state"])
        });
        found.must(shown == (first, of("call.participant.left")), "a participant shows what the log says", n, || {
            format!("{id}: {shown:?}, the log says {first:?}, {:?}", of("call.participant.left"))
        });
    }
}
