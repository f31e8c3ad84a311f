//! The life of a session as its builder's server sees it: made, populated, perhaps ended, and looked at afterwards.

use std::cell::Cell;
use std::rc::Rc;

use std::future::Future;

use serde_json::{Value, json};

use super::{caller, watchers};
use crate::book::Session;
use crate::core::MS;
use crate::ctx::Ctx;
use crate::wire::{Ask, Said, What};

/// How many parts of a session are still being played.
#[derive(Clone, Default)]
pub struct Playing(Rc<Cell<usize>>);

impl Playing {
    /// Begins a part.
    pub fn begin(&self, ctx: &Ctx, part: impl Future<Output = ()> + 'static) {
        self.0.set(self.0.get() + 1);
        let own = self.0.clone();
        ctx.spawn(async move {
            part.await;
            own.set(own.get() - 1);
        });
    }

    /// Whether nobody plays.
    pub fn over(&self) -> bool {
        self.0.get() == 0
    }
}

/// Starts a session and everybody in it.
pub fn play(ctx: &Ctx, playing: &Playing, limited: bool) {
    let number = ctx.with(|core| {
        let n = core.book.sessions.len();
        let tenancy = if limited { core.template.limited.clone() } else { core.template.open.clone() };
        let longest = core.rng.chance(12).then(|| core.rng.between(8, 30) * 1_000 * MS);
        core.book.sessions.push(Session {
            id: format!("call-{n}"),
            key: tenancy.key,
            limited,
            window: core.rng.between(10, 16) * 1_000 * MS,
            grace: core.rng.between(0, 6) * 1_000 * MS,
            longest,
            ..Session::default()
        });
        n
    });
    let (own, all) = (ctx.clone(), playing.clone());
    playing.begin(ctx, async move { life(own, all, number).await });
}

async fn life(ctx: Ctx, playing: Playing, n: usize) {
    ctx.sleep_between(0, 4_000).await;
    let s = ctx.with(|c| c.book.sessions[n].clone());
    let mut limits = json!({ "reconnectWindowMs": s.window / MS, "leaveGraceMs": s.grace / MS });
    if let Some(longest) = s.longest {
        limits["maxDurationMs"] = Value::from(longest / MS);
    }
    let body = json!({ "sessionId": s.id, "limits": limits });
    let make = Ask::new(What::Create, n, "POST", "/v1/call/sessions", &s.key, &body).once(&format!("make-{n}"));
    let said = ctx.ask(make).await;
    let Some(made) = said.good() else { return };
    let room = made["session"]["providerRoomId"].as_str().unwrap_or_default().to_owned();
    ctx.with(|c| {
        c.book.sessions[n].made = true;
        c.book.sessions[n].room.clone_from(&room);
        c.provider.owners.insert(room.clone(), n);
    });
    if s.limited {
        return limited(&ctx, n, &s).await;
    }
    populate(&ctx, &playing, n).await;
    meddle(&ctx, n, &room).await;
}

async fn populate(ctx: &Ctx, playing: &Playing, n: usize) {
    for _ in 0..ctx.between(1, 2) {
        let own = ctx.clone();
        playing.begin(ctx, async move { caller::caller(own, n).await });
    }
    if ctx.chance(50) {
        let own = ctx.clone();
        playing.begin(ctx, async move { caller::agent(own, n).await });
    }
    if ctx.chance(15) {
        let own = ctx.clone();
        playing.begin(ctx, async move { caller::observer(own, n).await });
    }
    let own = ctx.clone();
    playing.begin(ctx, async move { watchers::writer(own, n).await });
    let own = ctx.clone();
    playing.begin(ctx, async move { watchers::reader(own, n).await });
}

/// What others do to a call: an operator or a server ends it, somebody is sent out, the room is deleted.
async fn meddle(ctx: &Ctx, n: usize, room: &str) {
    ctx.sleep_between(4_000, 30_000).await;
    match ctx.between(0, 99) {
        0..=11 => end(ctx, n, "completed").await,
        12..=19 => end(ctx, n, "operator_ended").await,
        20..=25 => end(ctx, n, "failed").await,
        26..=33 => {
            let person = ctx.with(|c| {
                let people: Vec<String> = c.book.sessions[n].people.keys().cloned().collect();
                if people.is_empty() { None } else { Some(c.rng.pick(&people).clone()) }
            });
            if let Some(person) = person {
                remove(ctx, n, &person).await;
            }
        }
        34..=39 => ctx.with(|c| c.close_room(room, "others")),
        40..=45 => drop(activate(ctx, n).await),
        _ => {}
    }
}

/// Asks for an end; who asks follows from the reason.
pub async fn end(ctx: &Ctx, n: usize, reason: &'static str) {
    let (s, operator, asked) = ctx.with(|c| {
        let now = c.now;
        let asked = c.book.ask(n, reason, "", now);
        let tenancy = if c.book.sessions[n].limited { &c.template.limited } else { &c.template.open };
        (c.book.sessions[n].clone(), tenancy.operator.clone(), asked)
    });
    let (bearer, body, what) = match reason {
        "operator_ended" => (operator, json!({ "status": "ended" }), "end"),
        "failed" => {
            (s.key.clone(), json!({ "status": "failed", "error": { "code": "RIG", "message": "broken" } }), "fail")
        }
        _ => (s.key.clone(), json!({ "status": "ended" }), "end"),
    };
    let path = format!("/v1/call/sessions/{}/state", s.id);
    let key = format!("state-{n}-{asked}");
    let said = ctx.ask(Ask::new(What::State(what), n, "POST", &path, &bearer, &body).once(&key)).await;
    done(ctx, n, asked, &said);
}

async fn activate(ctx: &Ctx, n: usize) -> Said {
    let (s, asked) = ctx.with(|c| {
        let now = c.now;
        (c.book.sessions[n].clone(), c.book.ask(n, "activate", "", now))
    });
    let path = format!("/v1/call/sessions/{}/state", s.id);
    let ask = Ask::new(What::State("activate"), n, "POST", &path, &s.key, &json!({ "status": "active" }));
    let said = ctx.ask(ask.once(&format!("state-{n}-{asked}"))).await;
    done(ctx, n, asked, &said);
    said
}

async fn remove(ctx: &Ctx, n: usize, person: &str) {
    let (s, asked) = ctx.with(|c| {
        let now = c.now;
        (c.book.sessions[n].clone(), c.book.ask(n, "removed", person, now))
    });
    let path = format!("/v1/call/sessions/{}/participants/{person}", s.id);
    let said = ctx.ask(Ask::new(What::Remove, n, "DELETE", &path, &s.key, &Value::Null)).await;
    done(ctx, n, asked, &said);
}

/// Notes that something asked for was done.
pub fn done(ctx: &Ctx, n: usize, asked: usize, said: &Said) {
    if said.good().is_some() {
        ctx.with(|c| {
            let now = c.now;
            c.book.sessions[n].asked[asked].done = Some(now);
        });
    }
}

/// A call of the tenant that may have few: run elsewhere, activated and ended by its server.
async fn limited(ctx: &Ctx, n: usize, _s: &Session) {
    if activate(ctx, n).await.good().is_none() {
        return;
    }
    ctx.sleep_between(2_000, 12_000).await;
    end(ctx, n, "completed").await;
}

/// After the end: words and checkpoints that come late, and everything read once more.
pub fn late(ctx: &Ctx, playing: &Playing) {
    let sessions = ctx.with(|c| c.book.sessions.clone());
    for (n, s) in sessions.iter().enumerate().filter(|(_, s)| s.made) {
        let (own, s) = (ctx.clone(), s.clone());
        playing.begin(ctx, async move {
            let path = format!("/v1/call/sessions/{}", s.id);
            let view = own.ask(Ask::new(What::Read, n, "GET", &path, &s.key, &Value::Null)).await;
            let status = view.good().map(|v| v["status"].clone()).unwrap_or_default();
            let never = status == "created"
                || (status == "active" && own.with(|c| c.book.sessions[n].asked.iter().any(|a| a.what == "activate")));
            if never {
                end(&own, n, "completed").await;
            }
            watchers::look_back(&own, n, &s).await;
        });
    }
}
