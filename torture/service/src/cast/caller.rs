//! People in a call: they join by a link, lose their connection, come back, and leave in every way that there is.

use serde_json::{Value, json};

use super::session::{done, end};
use crate::book::Use;
use crate::core::MS;
use crate::ctx::Ctx;
use crate::wire::{Ask, Said, What};

/// A seat in a call.
struct Me {
    n: usize,
    session: String,
    person: String,
    pass: String,
    tokens: Vec<String>,
    identity: String,
    room: String,
    agent: bool,
}

/// Gets a seat by a link of its own.
async fn seat(ctx: &Ctx, n: usize, kind: &str) -> Option<Me> {
    let (s, nth) = ctx.with(|c| {
        c.next_flight += 1;
        (c.book.sessions[n].clone(), c.next_flight)
    });
    let path = format!("/v1/call/sessions/{}/join-links", s.id);
    let ask = Ask::new(What::Link, n, "POST", &path, &s.key, &json!({ "kind": kind }));
    let link = ctx.ask(ask.once(&format!("link-{n}-{nth}"))).await;
    let token = link.good()?["joinUrl"].as_str()?.split_once('#')?.1.to_owned();
    let ask = Ask::new(What::Join, n, "POST", "/v1/join", "", &json!({ "token": token, "displayName": kind }));
    let said = ctx.ask(ask.once(&format!("join-{n}-{nth}"))).await;
    let body = said.good()?;
    let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
    let mut me = Me {
        n,
        session: s.id,
        person: text("participantId"),
        pass: text("pass"),
        tokens: vec![text("resumeToken")],
        identity: body["transport"]["participantIdentity"].as_str().unwrap_or_default().to_owned(),
        room: s.room,
        agent: kind == "agent",
    };
    for _ in 0..8 {
        if !me.identity.is_empty() {
            break;
        }
        // The media server was not there: ask for its token again.
        ctx.sleep_between(800, 2_500).await;
        let path = format!("/v1/call/sessions/{}/livekit/token", me.session);
        let said = ctx.ask(Ask::new(What::Token, n, "POST", &path, &me.pass, &json!({}))).await;
        if said.status() == 409 {
            return None;
        }
        let transport = said.good().map(|b| b["transport"]["participantIdentity"].clone()).unwrap_or_default();
        me.identity = transport.as_str().unwrap_or_default().to_owned();
    }
    if me.identity.is_empty() {
        return None;
    }
    ctx.with(|c| c.book.sessions[n].people.insert(me.person.clone(), me.identity.clone()));
    Some(me)
}

/// Connects, and goes on trying while the media server is away.
async fn connect(ctx: &Ctx, me: &Me) -> bool {
    for _ in 0..40 {
        if ctx.with(|c| c.connect(&me.room, &me.identity, me.agent)) {
            return true;
        }
        ctx.sleep_between(300, 900).await;
    }
    false
}

fn there(ctx: &Ctx, me: &Me) -> bool {
    ctx.with(|c| c.is_connected(&me.room, &me.identity))
}

/// A caller from the link to the end.
pub async fn caller(ctx: Ctx, n: usize) {
    ctx.sleep_between(0, 3_000).await;
    let Some(mut me) = seat(&ctx, n, "caller").await else { return };
    ctx.sleep_between(0, 800).await;
    if !connect(&ctx, &me).await {
        return;
    }
    for _ in 0..ctx.between(0, 3) {
        ctx.sleep_between(500, 6_000).await;
        if !there(&ctx, &me) {
            // Sent out, or the server is gone; pages do not know which, and come back.
            if !come_back(&ctx, &mut me, 1_500).await {
                return;
            }
            continue;
        }
        if !episode(&ctx, &mut me).await {
            return;
        }
    }
    ctx.sleep_between(200, 4_000).await;
    go(&ctx, &mut me).await;
}

/// Something happens to a connection; whether the caller is still in the call.
async fn episode(ctx: &Ctx, me: &mut Me) -> bool {
    match ctx.between(0, 99) {
        0..=19 => {
            ctx.with(|c| c.disconnect(&me.room, &me.identity, "CLIENT_INITIATED"));
            ctx.sleep_between(100, 400).await;
            ctx.with(|c| c.book.situations.add("reload within the grace"));
            connect(ctx, me).await
        }
        20..=31 => connect(ctx, me).await,
        32..=71 => {
            lose(ctx, me).await;
            let gap = ctx.between(200, 7_000);
            come_back(ctx, me, gap).await
        }
        72..=79 => {
            lose(ctx, me).await;
            let gap = ctx.with(|c| c.book.sessions[me.n].window / MS) + ctx.between(-500, 3_000);
            come_back(ctx, me, gap).await
        }
        80..=87 => {
            report(ctx, me).await;
            true
        }
        88..=95 => {
            old_tab(ctx, me).await;
            true
        }
        _ => true,
    }
}

async fn lose(ctx: &Ctx, me: &Me) {
    let reason = ctx.with(|c| {
        *c.rng.pick(&["CONNECTION_TIMEOUT", "SIGNAL_CLOSE", "SERVER_SHUTDOWN", "MIGRATION", "STATE_MISMATCH"])
    });
    ctx.with(|c| c.disconnect(&me.room, &me.identity, reason));
}

/// A cut that the media server does not see, told by the page itself.
async fn report(ctx: &Ctx, me: &Me) {
    let path = format!("/v1/call/sessions/{}/participants/{}/connection", me.session, me.person);
    let id = ctx.between(1, 1_000_000);
    let kind = if ctx.chance(50) { "signal" } else { "media" };
    ctx.with(|c| *c.book.reports.entry(me.person.clone()).or_default() += 1);
    let lost = json!({ "reportId": format!("r{id}"), "state": "reconnecting", "kind": kind });
    ctx.ask(Ask::new(What::Report, me.n, "POST", &path, &me.pass, &lost)).await;
    ctx.sleep_between(300, 5_000).await;
    if ctx.chance(20) && there(ctx, me) {
        // What the page told was the beginning of a real loss.
        lose(ctx, me).await;
        ctx.sleep_between(200, 4_000).await;
        connect(ctx, me).await;
    }
    let back = json!({ "reportId": format!("r{id}"), "state": "connected", "kind": kind });
    ctx.ask(Ask::new(What::Report, me.n, "POST", &path, &me.pass, &back)).await;
    ctx.with(|c| c.book.situations.add("a cut told by the page"));
}

/// Waits, asks to come back in one of the ways in which pages do, and connects; whether the call goes on.
async fn come_back(ctx: &Ctx, me: &mut Me, gap: i64) -> bool {
    ctx.sleep(gap).await;
    let said = match ctx.between(0, 99) {
        0..=29 => burst(ctx, me).await,
        30..=37 => {
            let (own, n) = (ctx.clone(), me.n);
            ctx.spawn(async move { end(&own, n, "completed").await });
            ctx.sleep(0).await;
            resume(ctx, me, 0).await
        }
        38..=55 => race_with_ack(ctx, me).await,
        56..=63 if me.tokens.len() > 1 => {
            let old = ctx.with(|c| c.rng.below(me.tokens.len() - 1));
            let back = me.tokens.len() - 1 - old;
            resume_by(ctx, me, back, 0).await;
            resume(ctx, me, 0).await
        }
        64..=89 => resume(ctx, me, 0).await,
        _ => Said::Unknown,
    };
    if matches!(said.status(), 409 | 410) {
        // Pages stop here; an old one may not.
        if !ctx.chance(10) {
            return false;
        }
        ctx.with(|c| c.book.situations.add("a page that connects after the end"));
    }
    connect(ctx, me).await
}

/// Uses the newest resume token, until the answer is known.
async fn resume(ctx: &Ctx, me: &mut Me, acked: i64) -> Said {
    resume_by(ctx, me, 0, acked).await
}

async fn resume_by(ctx: &Ctx, me: &mut Me, back: usize, acked: i64) -> Said {
    let token = me.tokens[me.tokens.len() - 1 - back].clone();
    for _ in 0..6 {
        let (nth, pending) = present(ctx, me, &token, acked);
        let said = pending.await;
        judge(ctx, me, nth, &said);
        if !said.is_unknown() {
            return said;
        }
        ctx.sleep_between(100, 1_500).await;
    }
    Said::Unknown
}

/// A page that asks to come back again and again, and another tab that still has an old token.
async fn old_tab(ctx: &Ctx, me: &mut Me) {
    for _ in 0..ctx.between(1, 4) {
        resume(ctx, me, 0).await;
    }
    let oldest = me.tokens.len() - 1;
    let back = if ctx.chance(60) { oldest.min(2) } else { oldest };
    if ctx.chance(50) {
        ctx.sleep_between(28_000, 36_000).await;
    }
    resume_by(ctx, me, back, 0).await;
    ctx.with(|c| c.book.situations.add("an old resume token"));
}

/// Shows a token.
fn present(ctx: &Ctx, me: &Me, token: &str, acked: i64) -> (usize, crate::wire::Pending) {
    let consumer = format!("page-{}", me.person);
    let mut body = json!({ "resumeToken": token, "consumerId": consumer });
    if acked > 0 {
        body["lastAckSequence"] = Value::from(acked);
    }
    let nth = ctx.with(|c| {
        let now = c.now;
        let uses = c.book.uses.entry((me.n, me.person.clone())).or_default();
        uses.push(Use {
            token: token.to_owned(),
            sent: now,
            done: None,
            status: 0,
            code: String::new(),
            next: None,
            replayed: Vec::new(),
        });
        uses.len() - 1
    });
    let path = format!("/v1/call/sessions/{}/reconnect", me.session);
    let what = What::Reconnect(token.to_owned(), consumer);
    (nth, ctx.send(Ask::new(what, me.n, "POST", &path, &me.pass, &body)))
}

/// Notes an answer, and keeps the next token.
fn judge(ctx: &Ctx, me: &mut Me, nth: usize, said: &Said) {
    let Said::Answer(status, body) = said else { return };
    let next = body["resumeToken"].as_str().map(str::to_owned);
    ctx.with(|c| {
        let now = c.now;
        let Some(uses) = c.book.uses.get_mut(&(me.n, me.person.clone())) else { return };
        let used = &mut uses[nth];
        (used.done, used.status, used.code) = (Some(now), *status, said.code().to_owned());
        used.next = next.clone().zip(body["replay"]["untilSequence"].as_i64());
        used.replayed = body["replay"]["events"].as_array().cloned().unwrap_or_default();
    });
    if let Some(next) = next.filter(|n| !me.tokens.contains(n)) {
        me.tokens.push(next);
    }
}

/// Several tabs, or an impatient page: one token, many times at once.
async fn burst(ctx: &Ctx, me: &mut Me) -> Said {
    let token = me.tokens[me.tokens.len() - 1].clone();
    let times = if ctx.chance(4) { 40 } else { ctx.between(2, 6) };
    let sent: Vec<_> = (0..times).map(|_| present(ctx, me, &token, 0)).collect();
    let mut last = Said::Unknown;
    for (nth, pending) in sent {
        let said = pending.await;
        judge(ctx, me, nth, &said);
        if !said.is_unknown() {
            last = said;
        }
    }
    if last.is_unknown() { resume(ctx, me, 0).await } else { last }
}

/// The page's consumer moves while the page comes back.
async fn race_with_ack(ctx: &Ctx, me: &mut Me) -> Said {
    let head = ctx.with(|c| c.book.log_of(&me.session).len() as i64);
    let (a, b) = (ctx.between(1, head.max(1)), ctx.between(1, head.max(1)));
    let token = me.tokens[me.tokens.len() - 1].clone();
    let consumer = format!("page-{}", me.person);
    let acked = super::watchers::ack(ctx, me.n, &consumer, &me.pass, b);
    let (nth, pending) = present(ctx, me, &token, a);
    let said = pending.await;
    judge(ctx, me, nth, &said);
    super::watchers::acked(ctx, me.n, &consumer, acked).await;
    if said.is_unknown() { resume(ctx, me, a).await } else { said }
}

/// The end of a caller's part.
async fn go(ctx: &Ctx, me: &mut Me) {
    match ctx.between(0, 99) {
        0..=39 => leave(ctx, me).await,
        40..=64 => ctx.with(|c| c.disconnect(&me.room, &me.identity, "CLIENT_INITIATED")),
        65..=74 => ctx.with(|c| {
            let now = c.now;
            c.book.ask(me.n, "kicked", &me.person, now);
            c.disconnect(&me.room, &me.identity, "PARTICIPANT_REMOVED");
        }),
        _ => lose(ctx, me).await,
    }
    // Whoever came back by themselves meanwhile must go as well, or the call would last for ever.
    ctx.sleep(20_000).await;
    ctx.with(|c| c.disconnect(&me.room, &me.identity, "CONNECTION_TIMEOUT"));
}

async fn leave(ctx: &Ctx, me: &Me) {
    let asked = ctx.with(|c| {
        let now = c.now;
        c.book.ask(me.n, "left", &me.person, now)
    });
    let path = format!("/v1/call/sessions/{}/leave", me.session);
    let ask = Ask::new(What::Leave, me.n, "POST", &path, &me.pass, &json!({}));
    let said = ctx.ask(ask.once(&format!("leave-{}-{}", me.n, me.person))).await;
    done(ctx, me.n, asked, &said);
    ctx.with(|c| c.disconnect(&me.room, &me.identity, "CLIENT_INITIATED"));
}

/// An agent: there until nobody needs it, and sometimes gone before.
pub async fn agent(ctx: Ctx, n: usize) {
    ctx.sleep_between(0, 4_000).await;
    let Some(me) = seat(&ctx, n, "agent").await else { return };
    if !connect(&ctx, &me).await {
        return;
    }
    ctx.sleep_between(5_000, 70_000).await;
    if ctx.chance(50) {
        leave(&ctx, &me).await;
    }
    ctx.with(|c| c.disconnect(&me.room, &me.identity, "SIGNAL_CLOSE"));
}

/// Somebody who only listens.
pub async fn observer(ctx: Ctx, n: usize) {
    ctx.sleep_between(0, 6_000).await;
    let Some(me) = seat(&ctx, n, "observer").await else { return };
    if connect(&ctx, &me).await {
        ctx.sleep_between(3_000, 50_000).await;
        ctx.with(|c| c.disconnect(&me.room, &me.identity, "CLIENT_INITIATED"));
    }
}
