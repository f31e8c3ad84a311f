//! Beginning an erasure, carrying it on slice by slice, and ending it. Each function on a `Tx` is one transaction.

use std::sync::Arc;

use callboard_calls::{InCalls, mark_erased, terminal_or_refuse, with_user};
use callboard_contracts::{Actor as EventActor, EventType, Role};
use callboard_eventlog::erase::{Eraser, Extent};
use callboard_eventlog::{Log, NewEvent, SessionKey};
use callboard_http::{App, Principal, erase_answers_about};
use callboard_kernel::{Entropy, ErasureId, Error, Result, SessionId, TenantId, Timestamp, UserId, codes};
use callboard_store::Tx;
use callboard_tenants::{Actor, Entry, audit};
use serde_json::json;

use crate::Keepers;
use crate::model::{Cause, Erasure, ErasureStatus, ObjectKind, Part, Step};
use crate::store;

/// Rows of one transaction.
pub(crate) const SLICE: i64 = 500;
/// Sessions that a refusal names.
const NAMED: usize = 20;

fn fresh(
    tenant: &TenantId,
    (object_kind, object_id): (ObjectKind, &str),
    cause: Cause,
    by: &Actor,
    now: Timestamp,
    entropy: &mut Entropy,
) -> Erasure {
    Erasure {
        id: ErasureId::generate(now, entropy),
        tenant: tenant.clone(),
        object_kind,
        object_id: object_id.to_owned(),
        cause: cause.as_str().to_owned(),
        status: ErasureStatus::Running,
        sessions: 0,
        events: 0,
        records: 0,
        created_by: by.subject(),
        created_at: now,
        finished_at: None,
    }
}

/// Marks a session, so that nothing personal of the extent is stored any more. The caller holds its lock.
fn mark(tx: &Tx<'_>, log: &Log, key: &SessionKey, extent: &Extent, now: Timestamp) -> Result<()> {
    log.begin_erasure(tx, key, extent, now)?;
    mark_erased(tx, key, extent, now)
}

fn asked(tx: &Tx<'_>, by: &Actor, e: &Erasure, now: Timestamp, entropy: &mut Entropy) -> Result<()> {
    let action = match e.object_kind {
        ObjectKind::Session => "session.erase",
        ObjectKind::User => "user.erase",
    };
    let detail = json!({ "erasureId": e.id, "cause": e.cause });
    let entry = Entry { action, object_kind: e.object_kind.as_str(), object_id: &e.object_id, detail };
    audit(tx, &e.tenant, by.clone(), &entry, now, entropy)
}

/// Begins to erase a session, or finds the erasure that was begun before.
pub(crate) fn erase_session(
    tx: &Tx<'_>,
    log: &Log,
    by: &Principal,
    id: &SessionId,
    now: Timestamp,
    entropy: &mut Entropy,
) -> Result<Erasure> {
    let key = terminal_or_refuse(tx, log, by, id)?;
    begin(tx, log, &key, Cause::Request, &Actor::from(by), now, entropy)
}

/// Begins to erase a session that is over and locked.
pub(crate) fn begin(
    tx: &Tx<'_>,
    log: &Log,
    key: &SessionKey,
    cause: Cause,
    by: &Actor,
    now: Timestamp,
    entropy: &mut Entropy,
) -> Result<Erasure> {
    let object = (ObjectKind::Session, key.session().as_str());
    if let Some(before) = store::of(tx, key.tenant(), object.0, object.1)? {
        return Ok(before);
    }
    let erasure = fresh(key.tenant(), object, cause, by, now, entropy);
    store::insert(tx, &erasure)?;
    store::part_insert(tx, &erasure, key.key(), &Extent::Session)?;
    mark(tx, log, key, &Extent::Session, now)?;
    asked(tx, by, &erasure, now, entropy)?;
    Ok(erasure)
}

/// Begins to erase a user: the sessions that are theirs, and what they said and were called in others'.
pub(crate) fn erase_user(
    tx: &Tx<'_>,
    by: &Principal,
    user: &UserId,
    now: Timestamp,
    entropy: &mut Entropy,
) -> Result<Erasure> {
    let tenant = by.tenant();
    if !callboard_tenants::erase_user(tx, by, user, now)? {
        return erase_since(tx, by, user, now, entropy);
    }
    let calls = with_user(tx, tenant, user)?;
    none_is_live(&calls)?;
    let erasure = fresh(tenant, (ObjectKind::User, user.as_str()), Cause::Request, &Actor::from(by), now, entropy);
    store::insert(tx, &erasure)?;
    for call in &calls {
        store::part_insert(tx, &erasure, call.session_key, &call.extent)?;
    }
    let answers = erase_answers_about(tx, tenant, user.as_str())?;
    store::count(tx, &erasure, 0, 0, 1 + i64::try_from(answers).unwrap_or(0))?;
    asked(tx, &Actor::from(by), &erasure, now, entropy)?;
    Ok(erasure)
}

/// Sessions of an erased user that their erasure does not know (they came by a restore, or in the instant of it) join it.
fn erase_since(tx: &Tx<'_>, by: &Principal, user: &UserId, now: Timestamp, entropy: &mut Entropy) -> Result<Erasure> {
    let tenant = by.tenant();
    let before = store::of(tx, tenant, ObjectKind::User, user.as_str())?
        .ok_or_else(|| Error::internal("a user is erased and no erasure knows of it"))?;
    // Nobody ends it between the look and the addition.
    let before = store::lock(tx, tenant, &before.id)?;
    let known = store::parts(tx, &before)?;
    let mut since = with_user(tx, tenant, user)?;
    since.retain(|call| !known.contains(&call.session_key));
    if since.is_empty() {
        return Ok(before);
    }
    none_is_live(&since)?;
    for call in &since {
        store::part_insert(tx, &before, call.session_key, &call.extent)?;
    }
    let answers = erase_answers_about(tx, tenant, user.as_str())?;
    store::count(tx, &before, 0, 0, i64::try_from(answers).unwrap_or(0))?;
    store::reopen(tx, &before)?;
    asked(tx, &Actor::from(by), &before, now, entropy)?;
    store::lock(tx, tenant, &before.id)
}

fn none_is_live(calls: &[InCalls]) -> Result<()> {
    let live: Vec<&str> = calls.iter().filter(|c| !c.over).map(|c| c.session.as_str()).take(NAMED).collect();
    if live.is_empty() {
        return Ok(());
    }
    let message = "The user has sessions that are still going on: end them first, then erase the user.";
    Err(Error::new(&codes::SESSION_NOT_OVER, message).with("sessions", json!(live)))
}

/// One slice. Safe to run again, and by two instances: the erasure's row is locked, and says how far it is.
pub(crate) fn step(
    tx: &Tx<'_>,
    log: &Log,
    erasers: &[Arc<dyn Eraser>],
    (tenant, id): (&TenantId, &ErasureId),
    now: Timestamp,
) -> Result<Step> {
    let erasure = store::lock(tx, tenant, id)?;
    match erasure.status {
        ErasureStatus::Done => return Ok(Step::Done),
        ErasureStatus::Settling => return Ok(Step::RowsDone),
        ErasureStatus::Running => {}
    }
    let Some(part) = store::part_next(tx, &erasure)? else {
        store::settling(tx, &erasure)?;
        return Ok(Step::RowsDone);
    };
    let key = log.by_key(tx, part.session_key)?;
    log.lock(tx, &key)?;
    if log.removed(tx, tenant, key.session())?.is_some() {
        // Retention was faster: nothing of it is left.
        store::part_done(tx, &erasure, part.session_key, now)?;
        store::count(tx, &erasure, 1, 0, 0)?;
        return Ok(Step::More);
    }
    if part.after == 0 {
        mark(tx, log, &key, &part.extent, now)?;
    }
    let slice = log.erase_slice(tx, &key, &part.extent, (part.after, SLICE), now)?;
    store::part_move(tx, &erasure, part.session_key, slice.last, slice.erased)?;
    store::count(tx, &erasure, 0, slice.erased, 0)?;
    if slice.looked == SLICE {
        return Ok(Step::More);
    }
    let mut records = 0;
    for eraser in erasers {
        records += eraser.erase(tx, &key, &part.extent, SLICE)?;
    }
    store::count(tx, &erasure, 0, 0, i64::try_from(records).unwrap_or(0))?;
    if records == 0 {
        let part = Part { events: part.events + slice.erased, ..part };
        finish_session(tx, log, &key, &erasure, &part, now)?;
    }
    Ok(Step::More)
}

/// Tells readers of the log, and notes that the session is done.
fn finish_session(
    tx: &Tx<'_>,
    log: &Log,
    key: &SessionKey,
    erasure: &Erasure,
    part: &Part,
    now: Timestamp,
) -> Result<()> {
    let scope = if part.extent == Extent::Session { "call" } else { "participants" };
    let payload = json!({
        "callId": key.session(), "erasedAt": erasure.created_at.to_string(), "scope": scope, "events": part.events,
    });
    let actor = EventActor::new(Role::System, "callboard");
    let id = format!("cb:erased:{}", erasure.id);
    let fact = NewEvent::own(id, now, EventType::CallErased, actor, payload.to_string());
    log.append_facts(tx, key, vec![fact], now)?;
    store::part_done(tx, erasure, part.session_key, now)?;
    store::count(tx, erasure, 1, 0, 0)
}

/// Ends an erasure whose rows are done and whose files are clean.
pub(crate) fn finish(
    tx: &Tx<'_>,
    (tenant, id): (&TenantId, &ErasureId),
    now: Timestamp,
    entropy: &mut Entropy,
) -> Result<()> {
    let e = store::lock(tx, tenant, id)?;
    if !store::done(tx, &e, now)? {
        return Ok(());
    }
    let detail = json!({ "erasureId": e.id, "sessions": e.sessions, "events": e.events, "records": e.records });
    let entry = Entry { action: "erasure.done", object_kind: e.object_kind.as_str(), object_id: &e.object_id, detail };
    audit(tx, tenant, Actor::system(), &entry, now, entropy)
}

/// Carries an erasure on for at most so many slices, to its end when they suffice; the repair does the rest.
pub(crate) async fn carry_on(
    app: &App,
    keepers: &Keepers,
    tenant: &TenantId,
    id: &ErasureId,
    slices: u32,
) -> Result<()> {
    // A reader may hold the WAL; the repair asks again.
    if erase_rows(app, keepers, tenant, id, slices).await? == Step::RowsDone && clean(app, keepers).await? {
        end(app, tenant, id).await?;
    }
    Ok(())
}

/// At most so many slices of an erasure, and how far it is then.
pub(crate) async fn erase_rows(
    app: &App,
    keepers: &Keepers,
    tenant: &TenantId,
    id: &ErasureId,
    slices: u32,
) -> Result<Step> {
    for _ in 0..slices {
        let (log, erasers) = (app.log.clone(), Arc::clone(&keepers.erasers));
        let (of, which, now) = (tenant.clone(), id.clone(), app.world.now());
        match app.db.write(move |tx| step(tx, &log, &erasers, (&of, &which), now)).await? {
            Step::More => {}
            over => return Ok(over),
        }
    }
    Ok(Step::More)
}

/// Clears what deletions left in indexes, and (SQLite) what files still hold of overwritten and moved rows; false when a
/// reader kept it from that. It writes a whole index anew, and serves every erasure whose rows were done before it began.
pub(crate) async fn clean(app: &App, keepers: &Keepers) -> Result<bool> {
    for at in 0..keepers.erasers.len() {
        let mut first = true;
        loop {
            let erasers = Arc::clone(&keepers.erasers);
            if !app.db.write(move |tx| erasers[at].tidy(tx, first)).await? {
                break;
            }
            first = false;
        }
    }
    app.db.scrub().await?;
    app.db.settle().await
}

/// Ends an erasure after [`clean`].
pub(crate) async fn end(app: &App, tenant: &TenantId, id: &ErasureId) -> Result<()> {
    let (of, which, now, entropy) = (tenant.clone(), id.clone(), app.world.now(), app.world.entropy());
    app.db.write(move |tx| finish(tx, (&of, &which), now, &mut entropy.clone())).await
}
