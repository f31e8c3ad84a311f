//! Background repair: ends what is over, and asks each session's own provider for what was missed.
//! Every loop takes no input and is safe to run twice, or on two instances.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use callboard_contracts::call::EndReason;
use callboard_eventlog::{Log, SessionKey};
use callboard_http::{App, Repair};
use callboard_kernel::{Error, Result, Timestamp, codes};
use callboard_store::Tx;
use futures_util::future::join_all;

use crate::commands::provider::{Snapshot, reconcile};
use crate::commands::{Change, actor_system};
use crate::model::{Call, NEVER_ACTIVE_MS, Status};
use crate::ports::{MediaRooms, ProviderParticipant, ProviderRoom, Providers};
use crate::store;
use crate::store::due::Due;

/// Sessions that one run takes on.
const BATCH: i64 = 200;
/// Rooms that a provider is asked about side by side.
const ASKED_AT_ONCE: usize = 16;
/// Sessions with a deadline that one run takes on: as many as one silent provider may hold up before another's.
const DUE_AT_ONCE: i64 = 1_000;
/// How long a provider may take for each answer of a last look.
const LAST_LOOK: Duration = Duration::from_secs(3);
/// How long a deadline waits for a provider that does not answer.
const PATIENCE_MS: i64 = 30_000;

fn system<'a>(log: &'a Log, app: &App, now: Timestamp) -> Change<'a> {
    Change { log, actor: actor_system(), now, entropy: app.world.entropy() }
}

/// Finds due sessions and lets the rules end what is over, each in its own transaction.
async fn sweep(
    app: &App,
    now: Timestamp,
    find: impl Fn(&Tx<'_>) -> Result<Vec<i64>> + Send + 'static,
    rules: impl Fn(&mut Call) + Clone + Send + 'static,
) -> Result<u64> {
    let due = app.db.read(find).await?;
    settle(app, now, due, rules).await
}

/// Lets the rules end what is over in some sessions, each in its own transaction.
async fn settle(
    app: &App,
    now: Timestamp,
    due: Vec<i64>,
    rules: impl Fn(&mut Call) + Clone + Send + 'static,
) -> Result<u64> {
    let mut outcome = Mended::default();
    for key in due {
        let (own, rules) = (app.clone(), rules.clone());
        let mended = app
            .db
            .write(move |tx| {
                let key = own.log.by_key(tx, key)?;
                let done = system(&own.log, &own, now).run(tx, &key, |call| {
                    if !call.status().is_terminal() {
                        rules(call);
                    }
                    Ok(())
                })?;
                Ok(done.events.len() as u64)
            })
            .await;
        outcome.add(mended);
    }
    outcome.result()
}

/// What a run over many sessions came to: one that fails keeps no other from being mended.
#[derive(Default)]
struct Mended {
    events: u64,
    first_error: Option<Error>,
}

impl Mended {
    fn add(&mut self, one: Result<u64>) {
        match one {
            Ok(n) => self.events += n,
            Err(error) => self.first_error = self.first_error.take().or(Some(error)),
        }
    }
    fn result(self) -> Result<u64> {
        self.first_error.map_or(Ok(self.events), Err)
    }
}

/// Ends graces and windows that are over, after a last look at who is there: a webhook that was lost must not end the
/// call of somebody who is back in it.
pub(crate) struct Deadlines {
    pub app: App,
    pub providers: Providers,
}

impl Deadlines {
    /// Asks a provider about some of its sessions; of which of them it was heard who is there. None when it does not
    /// answer at all.
    async fn look(
        &self,
        rooms: &Arc<dyn MediaRooms>,
        due: &[Due],
        now: Timestamp,
        outcome: &mut Mended,
    ) -> Option<BTreeSet<i64>> {
        let keys = due.iter().map(|due| due.key).collect();
        match poll(&self.app, rooms, keys, now, Look::BeforeTheEnd).await {
            Ok(looked) => {
                outcome.events += looked.mended.events;
                if let Some(error) = looked.mended.first_error {
                    tracing::debug!("No last look at some sessions before a deadline: {error}");
                }
                Some(looked.seen)
            }
            Err(error) => {
                tracing::debug!("No last look before a deadline: {error}");
                None
            }
        }
    }
}

#[async_trait]
impl Repair for Deadlines {
    fn name(&self) -> &'static str {
        "calls.deadlines"
    }
    fn every_ms(&self) -> u64 {
        1_000
    }
    async fn run(&self, now: Timestamp) -> Result<u64> {
        let due = self.app.db.read(move |tx| store::due::deadlines(tx, now, DUE_AT_ONCE)).await?;
        let mut by_provider: BTreeMap<Option<String>, Vec<Due>> = BTreeMap::new();
        for mut one in due {
            by_provider.entry(one.provider.take()).or_default().push(one);
        }
        let mut outcome = Mended::default();
        for (provider, due) in by_provider {
            let rooms = provider.and_then(|name| self.providers.of(&name).cloned());
            let mut answers = rooms.is_some();
            for some in due.chunks(ASKED_AT_ONCE) {
                let seen = match &rooms {
                    Some(rooms) if answers => self.look(rooms, some, now, &mut outcome).await,
                    _ => None,
                };
                answers = seen.is_some();
                let seen = seen.unwrap_or_default();
                // Who was not looked at is looked at again in a second; but not for ever.
                let ends =
                    |due: &&Due| rooms.is_none() || seen.contains(&due.key) || now.since_ms(due.since) >= PATIENCE_MS;
                let over = some.iter().filter(ends).map(|due| due.key).collect();
                outcome.add(settle(&self.app, now, over, move |call| call.expire(now)).await);
            }
        }
        outcome.result()
    }
}

/// Ends calls over their longest duration, and sessions that nobody made active.
pub(crate) struct Overdue(pub App);

#[async_trait]
impl Repair for Overdue {
    fn name(&self) -> &'static str {
        "calls.overdue"
    }
    fn every_ms(&self) -> u64 {
        1_000
    }
    async fn run(&self, now: Timestamp) -> Result<u64> {
        let long = sweep(
            &self.0,
            now,
            move |tx| store::due::durations(tx, now, BATCH),
            move |call| {
                let limit = call.session.max_duration_ms.unwrap_or(i64::MAX);
                if call.session.state.started_at.is_some_and(|started| now.since_ms(started) >= limit) {
                    call.end(EndReason::Timeout, now);
                }
            },
        );
        let before = now.plus_ms(-NEVER_ACTIVE_MS);
        let idle = sweep(
            &self.0,
            now,
            move |tx| store::due::never_active(tx, before, BATCH),
            move |call| {
                if call.status() == Status::Created {
                    call.end(EndReason::Timeout, now);
                }
            },
        );
        Ok(long.await? + idle.await?)
    }
}

/// Compares open sessions with their own provider's rooms and participants.
pub(crate) struct Reconcile {
    pub app: App,
    pub rooms: Arc<dyn MediaRooms>,
}

#[async_trait]
impl Repair for Reconcile {
    fn name(&self) -> &'static str {
        "calls.reconcile"
    }
    fn every_ms(&self) -> u64 {
        10_000
    }
    async fn run(&self, now: Timestamp) -> Result<u64> {
        let provider = self.rooms.provider();
        let (mut outcome, mut after) = (Mended::default(), 0);
        loop {
            let keys = self.app.db.read(move |tx| store::due::open_with_provider(tx, provider, after, BATCH)).await?;
            let Some(last) = keys.last() else { return outcome.result() };
            after = *last;
            outcome.add(poll(&self.app, &self.rooms, keys, now, Look::Compare).await.and_then(Looked::result));
        }
    }
}

/// Deletes rooms again that are still there although their session is over.
pub(crate) struct Leftovers {
    pub app: App,
    pub rooms: Arc<dyn MediaRooms>,
}

#[async_trait]
impl Repair for Leftovers {
    fn name(&self) -> &'static str {
        "calls.leftovers"
    }
    fn every_ms(&self) -> u64 {
        30_000
    }
    async fn run(&self, now: Timestamp) -> Result<u64> {
        let provider = self.rooms.provider();
        let rooms = self.rooms.list_all_rooms().await?;
        let mut mended = 0;
        for room in rooms.into_iter().filter(|r| r.name.starts_with("cb_")) {
            let app = self.app.clone();
            mended += self
                .app
                .db
                .write(move |tx| {
                    let Some(key) = store::due::closed_by_room(tx, provider, &room.name)? else { return Ok(0) };
                    let key = app.log.by_key(tx, key)?;
                    let call = store::call_load(tx, &key, app.log.lock(tx, &key)?)?;
                    system(&app.log, &app, now).delete_room(tx, &key, &call, &room.sid)?;
                    Ok(1)
                })
                .await?;
        }
        Ok(mended)
    }
}

/// A phone that rings is polled every second, since its attributes fire no webhook.
pub(crate) struct Ringing {
    pub app: App,
    pub rooms: Arc<dyn MediaRooms>,
}

#[async_trait]
impl Repair for Ringing {
    fn name(&self) -> &'static str {
        "calls.ringing"
    }
    fn every_ms(&self) -> u64 {
        1_000
    }
    async fn run(&self, now: Timestamp) -> Result<u64> {
        let provider = self.rooms.provider();
        let keys = self.app.db.read(move |tx| store::due::ringing(tx, provider, BATCH)).await?;
        poll(&self.app, &self.rooms, keys, now, Look::Compare).await?.result()
    }
}

/// What a poll is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Look {
    /// Everything that was missed, a missing room included.
    Compare,
    /// Who is back: a room that is not there proves nothing.
    BeforeTheEnd,
}

impl Look {
    /// A provider's answer, for as long as this look waits for one.
    async fn answer<T>(self, asked: impl Future<Output = Result<T>>) -> Result<T> {
        match self {
            Self::Compare => asked.await,
            Self::BeforeTheEnd => {
                let late = || Error::new(&codes::LIVEKIT_UNAVAILABLE, "The provider took too long to answer.");
                tokio::time::timeout(LAST_LOOK, asked).await.map_err(|_| late())?
            }
        }
    }
}

struct Polled {
    key: SessionKey,
    room: String,
    provider_version: i64,
    /// Whether anybody was heard of there; an untouched session has no room to miss.
    begun: bool,
}

/// What polls came to.
#[derive(Default)]
struct Looked {
    mended: Mended,
    /// Sessions of which the provider said who is there, and nothing overtook it.
    seen: BTreeSet<i64>,
}

impl Looked {
    fn result(self) -> Result<u64> {
        self.mended.result()
    }
}

/// Polls the rooms of some sessions. An unreachable provider proves nothing: the whole poll fails and says so.
async fn poll(app: &App, rooms: &Arc<dyn MediaRooms>, keys: Vec<i64>, now: Timestamp, look: Look) -> Result<Looked> {
    let log = app.log.clone();
    let polled: Vec<Polled> = app
        .db
        .read(move |tx| {
            keys.iter()
                .map(|&key| {
                    let key = log.by_key(tx, key)?;
                    let session = store::session_load(tx, &key)?;
                    Ok(Polled {
                        key,
                        room: session.provider_room_id.unwrap_or_default(),
                        provider_version: session.provider_version,
                        begun: session.state.status == Status::Active,
                    })
                })
                .collect()
        })
        .await?;
    let mut looked = Looked::default();
    if polled.is_empty() {
        return Ok(looked);
    }
    let names: Vec<String> = polled.iter().map(|p| p.room.clone()).collect();
    let listed: HashMap<String, ProviderRoom> =
        look.answer(rooms.list_rooms(&names)).await?.into_iter().map(|r| (r.name.clone(), r)).collect();
    let (asked, empty): (Vec<_>, Vec<_>) =
        polled.into_iter().map(|p| (listed.get(&p.room).cloned(), p)).partition(|(room, p)| match look {
            Look::Compare => room.is_some() || p.begun,
            Look::BeforeTheEnd => room.is_some(),
        });
    looked.seen.extend(empty.iter().map(|(_, p)| p.key.key()));
    let mut waiting = asked.into_iter();
    loop {
        let some: Vec<_> = waiting.by_ref().take(ASKED_AT_ONCE).collect();
        if some.is_empty() {
            return Ok(looked);
        }
        let people = join_all(some.iter().map(|(room, p)| look.answer(people(rooms, room.as_ref(), &p.room)))).await;
        for ((room, p), people) in some.into_iter().zip(people) {
            let (key, own) = (p.key.key(), app.clone());
            let mended = match people {
                Ok(listed) => {
                    let seen = Snapshot { provider_version: p.provider_version, room, listed };
                    let conclude = move |tx: &Tx<'_>| reconcile(tx, &own.log, &p.key, &seen, now, own.world.entropy());
                    app.db.write(conclude).await
                }
                Err(error) => Err(error),
            };
            looked.seen.extend(matches!(mended, Ok(Some(_))).then_some(key));
            looked.mended.add(mended.map(Option::unwrap_or_default));
        }
    }
}

/// Everybody in a room; a room that is not there has nobody.
async fn people(
    rooms: &Arc<dyn MediaRooms>,
    room: Option<&ProviderRoom>,
    name: &str,
) -> Result<Vec<ProviderParticipant>> {
    match room {
        None => Ok(Vec::new()),
        Some(_) => rooms.list_participants(name).await,
    }
}

/// Counts the concurrent call slots of each tenant anew.
pub(crate) struct Slots(pub App);

#[async_trait]
impl Repair for Slots {
    fn name(&self) -> &'static str {
        "calls.slots"
    }
    fn every_ms(&self) -> u64 {
        60_000
    }
    async fn run(&self, _now: Timestamp) -> Result<u64> {
        self.0
            .db
            .write(|tx| {
                // Locked before they are counted: a call that begins or ends meanwhile is counted whole or not at all.
                let mut tenants = callboard_tenants::tenants_in_calls(tx)?;
                tenants.extend(store::due::slots(tx)?.into_keys());
                for tenant in &tenants {
                    callboard_tenants::lock_call_slots(tx, tenant)?;
                }
                let held = store::due::slots(tx)?;
                let mut mended = 0;
                for tenant in &tenants {
                    let n = held.get(tenant).copied().unwrap_or(0);
                    mended += u64::from(callboard_tenants::recount(tx, tenant, n)?);
                }
                Ok(mended)
            })
            .await
    }
}

/// The repairs of this feature.
pub(crate) fn repairs(app: &App, providers: &Providers) -> Vec<Arc<dyn Repair>> {
    let mut out: Vec<Arc<dyn Repair>> = vec![
        Arc::new(Deadlines { app: app.clone(), providers: providers.clone() }),
        Arc::new(Overdue(app.clone())),
        Arc::new(Slots(app.clone())),
    ];
    for rooms in providers.all() {
        out.push(Arc::new(Reconcile { app: app.clone(), rooms: Arc::clone(rooms) }));
        out.push(Arc::new(Leftovers { app: app.clone(), rooms: Arc::clone(rooms) }));
        out.push(Arc::new(Ringing { app: app.clone(), rooms: Arc::clone(rooms) }));
    }
    out
}
