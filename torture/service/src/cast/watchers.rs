//! Servers around a call: one writes what is said, one reads the log and keeps its place.

use serde_json::{Value, json};

use crate::book::{Ack, Fact, is_end};
use crate::ctx::Ctx;
use crate::wire::{Ask, Pending, Said, What};

/// Writes words, some of them twice, some late.
pub async fn writer(ctx: Ctx, n: usize) {
    let s = ctx.with(|c| c.book.sessions[n].clone());
    ctx.sleep_between(1_000, 5_000).await;
    let mut nth = 0;
    for round in 0..ctx.between(2, 5) {
        let many = if ctx.chance(30) { ctx.between(2, 4) } else { 1 };
        let ids: Vec<String> = (0..many).map(|k| format!("said-{n}-{}", nth + k)).collect();
        nth += many;
        if many == 1 {
            single(&ctx, n, &s.key, &s.id, &ids[0]).await;
        } else {
            batch(&ctx, n, &s.key, &s.id, &ids).await;
        }
        if ctx.chance(25) && nth > 1 {
            let again = format!("said-{n}-{}", ctx.between(0, nth - 1));
            ctx.with(|c| c.book.situations.add("an event written again"));
            single(&ctx, n, &s.key, &s.id, &again).await;
        }
        ctx.sleep_between(1_000, if round == 3 { 40_000 } else { 7_000 }).await;
    }
}

fn event(n: usize, session: &str, id: &str) -> Value {
    let kind = if id.ends_with('1') { "transcript.partial" } else { "transcript.final" };
    json!({
        "eventId": id, "sessionId": session, "type": kind,
        "payload": { "utteranceId": format!("u-{id}"), "speaker": "user", "text": format!("words of {n} in {id}"), "startMs": 1, "endMs": 2 },
    })
}

fn wrote(ctx: &Ctx, n: usize, id: &str, body: &Value) {
    let sequence = body["event"]["sequence"].as_i64();
    ctx.with(|c| {
        let fact = c
            .book
            .facts
            .entry((n, id.to_owned()))
            .or_insert_with(|| Fact { text: format!("words of {n} in {id}"), acked: None });
        let before = std::mem::replace(&mut fact.acked, sequence);
        if before.is_some() && before != sequence {
            let what = format!("event {id} was acknowledged as {before:?}, and again as {sequence:?}");
            c.book.violation(Some(n), what);
        }
        c.book.checked.add("acknowledged events");
    });
}

async fn single(ctx: &Ctx, n: usize, key: &str, session: &str, id: &str) {
    let ask = Ask::new(What::Ingest, n, "POST", "/v1/realtime/events", key, &event(n, session, id));
    if let Some(body) = ctx.ask(ask).await.good() {
        wrote(ctx, n, id, body);
    }
}

async fn batch(ctx: &Ctx, n: usize, key: &str, session: &str, ids: &[String]) {
    let mut events: Vec<Value> = ids.iter().map(|id| event(n, session, id)).collect();
    let twice = events[0].clone();
    events.push(twice);
    let body = json!({ "events": events, "atomic": ctx.chance(50) });
    let said = ctx.ask(Ask::new(What::Ingest, n, "POST", "/v1/realtime/events", key, &body)).await;
    let results = said.good().map(|b| b["results"].clone()).unwrap_or_default();
    for (id, result) in ids.iter().chain([&ids[0]]).zip(results.as_array().into_iter().flatten()) {
        if !result["event"].is_null() {
            wrote(ctx, n, id, result);
        }
    }
}

/// Follows the log by cursor, and keeps its place.
pub async fn reader(ctx: Ctx, n: usize) {
    let s = ctx.with(|c| c.book.sessions[n].clone());
    let (name, mut place, mut over) = (format!("reader-{n}"), 0, false);
    let deadline = ctx.now() + 90 * crate::core::SEC;
    while !over && ctx.now() < deadline {
        ctx.sleep_between(1_500, 9_000).await;
        let path = format!("/v1/realtime/sessions/{}/events?afterSequence={place}&limit={}", s.id, ctx.between(1, 30));
        let said = ctx.ask(Ask::new(What::Read, n, "GET", &path, &s.key, &Value::Null)).await;
        let Some(body) = said.good() else { continue };
        let events = body["events"].as_array().cloned().unwrap_or_default();
        let terminal = |e: &Value| e["type"].as_str().is_some_and(is_end);
        over = events.iter().any(terminal);
        place = body["nextAfterSequence"].as_i64().unwrap_or(place);
        ctx.with(|c| c.book.read.entry((n, name.clone())).or_default().extend(events));
        if place == 0 {
            continue;
        }
        let first = ack(&ctx, n, &name, &s.key, place);
        let other = ctx.between(1, place);
        if ctx.chance(25) {
            // A second worker of the same consumer, which is behind: at the same time, or right after.
            let second = ack(&ctx, n, &name, &s.key, other);
            acked(&ctx, n, &name, second).await;
            acked(&ctx, n, &name, first).await;
        } else {
            acked(&ctx, n, &name, first).await;
            if ctx.chance(35) {
                let late = ack(&ctx, n, &name, &s.key, other);
                acked(&ctx, n, &name, late).await;
            }
        }
    }
    if over {
        ctx.sleep_between(500, 10_000).await;
        let last = ack(&ctx, n, &name, &s.key, place);
        acked(&ctx, n, &name, last).await;
        ctx.with(|c| c.book.situations.add("a checkpoint after the end"));
    }
}

/// Moves a consumer; [`acked`] waits for the answer.
pub fn ack(ctx: &Ctx, n: usize, consumer: &str, bearer: &str, sequence: i64) -> (usize, Pending) {
    let (session, nth) = ctx.with(|c| {
        let now = c.now;
        let acks = c.book.acks.entry((n, consumer.to_owned())).or_default();
        acks.push(Ack { sent: now, done: None, wanted: sequence, stands: None });
        let nth = acks.len() - 1;
        (c.book.sessions[n].id.clone(), nth)
    });
    let path = format!("/v1/realtime/sessions/{session}/checkpoint");
    let body = json!({ "consumerId": consumer, "sequence": sequence });
    let what = What::Checkpoint(consumer.to_owned());
    (nth, ctx.send(Ask::new(what, n, "POST", &path, bearer, &body)))
}

/// Notes where a consumer stands.
pub async fn acked(ctx: &Ctx, n: usize, consumer: &str, (nth, pending): (usize, Pending)) {
    let said = pending.await;
    let Said::Answer(status, body) = &said else { return };
    if *status == 400 {
        ctx.with(|c| c.book.violation(Some(n), format!("a checkpoint within the log was refused: {}", said.code())));
    }
    let Some(sequence) = body["sequence"].as_i64().filter(|_| *status == 200) else { return };
    let outcome = body["outcome"].as_str().unwrap_or_default().to_owned();
    ctx.with(|c| {
        let now = c.now;
        if let Some(acks) = c.book.acks.get_mut(&(n, consumer.to_owned())) {
            (acks[nth].done, acks[nth].stands) = (Some(now), Some((sequence, outcome)));
        }
    });
}

/// Late words, a late checkpoint, and everything read once more.
pub async fn look_back(ctx: &Ctx, n: usize, s: &crate::book::Session) {
    single(ctx, n, &s.key, &s.id, &format!("said-{n}-late")).await;
    let path = format!("/v1/call/sessions/{}", s.id);
    let view = ctx.ask(Ask::new(What::Read, n, "GET", &path, &s.key, &Value::Null)).await;
    let path = format!("/v1/realtime/sessions/{}/events?limit=1000", s.id);
    ctx.with(|c| {
        let stands = c.book.log_of(&s.id).len();
        c.book.stood.insert(n, stands);
    });
    let all = ctx.ask(Ask::new(What::Read, n, "GET", &path, &s.key, &Value::Null)).await;
    ctx.with(|c| {
        if let Some(view) = view.good() {
            c.book.views.insert(n, view.clone());
        }
        if let Some(all) = all.good() {
            let events = all["events"].as_array().cloned().unwrap_or_default();
            c.book.read.insert((n, "everything".to_owned()), events);
        }
    });
}
