//! The SQL of stored answers: table `idempotency_key` (record).

use callboard_kernel::{Error, Result, TenantId, Timestamp, codes};
use callboard_store::{Tx, params, sql};
use serde_json::Value;

use super::OnceScope;
use crate::answer::{Derived, Reply};
use crate::extract::IdempotencyKey;

/// Stands as the status of an answer that was erased. Its key stays taken: the effect is not repeated.
pub(super) const ERASED: i64 = -1;
/// Rows per pruning transaction.
pub(super) const SLICE: u64 = 500;

sql! {
    pub ALL_SQL;
    IDEMPOTENCY_CLAIM = "insert into idempotency_key (tenant_id, subject, route, idempotency_key, request_hash, status, created_at)
        values (:tenant, :subject, :route, :key, :request_hash, 0, :now) on conflict do nothing";
    IDEMPOTENCY_GET = "select request_hash, status, body, secrets, once_members, etag, location from idempotency_key
        where tenant_id = :tenant and subject = :subject and route = :route and idempotency_key = :key";
    IDEMPOTENCY_COMPLETE = "update idempotency_key set status = :status, body = :body, secrets = :secrets,
        once_members = :once_members, etag = :etag, location = :location, about = :about
        where tenant_id = :tenant and subject = :subject and route = :route and idempotency_key = :key";
    IDEMPOTENCY_DUE = "select tenant_id, subject, route, idempotency_key from idempotency_key
        where created_at < :before order by created_at limit :slice";
    IDEMPOTENCY_ERASE = "update idempotency_key set status = -1, body = null, secrets = null, once_members = null, location = null
        where tenant_id = :tenant and about = :about and status <> -1";
    IDEMPOTENCY_ERASE_OLD = "update idempotency_key set status = -1, body = null, secrets = null, once_members = null, location = null
        where tenant_id = :tenant and about is null and body like :pattern and status <> -1";
    IDEMPOTENCY_FORGET = "delete from idempotency_key
        where tenant_id = :tenant and subject = :subject and route = :route and idempotency_key = :key";
}

/// What a request claims.
pub(super) struct Claim {
    pub(super) scope: OnceScope,
    pub(super) route: &'static str,
    pub(super) key: IdempotencyKey,
    pub(super) request_hash: String,
}

/// Takes the key; false when an earlier request has it.
pub(super) fn claim(tx: &Tx<'_>, c: &Claim) -> Result<bool> {
    let n = tx.execute(
        &IDEMPOTENCY_CLAIM,
        params! { tenant: c.scope.tenant, subject: c.scope.subject, route: c.route, key: c.key.as_str(),
        request_hash: c.request_hash, now: c.scope.now },
    )?;
    Ok(n == 1)
}

/// The stored answer of the earlier request.
pub(super) fn stored(tx: &Tx<'_>, c: &Claim) -> Result<Reply> {
    let row = tx.query_one(
        &IDEMPOTENCY_GET,
        params! { tenant: c.scope.tenant, subject: c.scope.subject, route: c.route, key: c.key.as_str() },
    )?;
    if row.get::<String>("request_hash")? != c.request_hash {
        let message = "This Idempotency-Key was used with another request; a new request needs a new key.";
        return Err(Error::new(&codes::IDEMPOTENCY_CONFLICT, message));
    }
    if row.get::<i64>("status")? == ERASED {
        return Err(Error::new(&codes::CONTENT_ERASED, "What this request was answered with was erased."));
    }
    let json = |text: String| serde_json::from_str(&text).map_err(Error::internal);
    let secrets: Vec<Derived> =
        serde_json::from_str(&row.get::<Option<String>>("secrets")?.unwrap_or_else(|| "[]".to_owned()))
            .map_err(Error::internal)?;
    let mut reply = Reply::empty();
    reply.status = u16::try_from(row.get::<i64>("status")?).map_err(Error::internal)?;
    reply.body = row.get::<Option<String>>("body")?.map(json).transpose()?;
    reply.secrets = secrets;
    reply.etag = row.get("etag")?;
    reply.location = row.get("location")?;
    let once: Vec<(String, String)> =
        serde_json::from_str(&row.get::<Option<String>>("once_members")?.unwrap_or_else(|| "[]".to_owned()))
            .map_err(Error::internal)?;
    for (pointer, flag) in once {
        // The secret itself was never stored; a replay only says that it was shown before.
        reply = reply.shown_once(&pointer, &flag, String::new().into());
    }
    Ok(reply)
}

/// The session, or else the user, that an answer tells of.
fn about(body: &Value) -> Option<String> {
    named(body, "sessionId").or_else(|| named(body, "userId"))
}

fn named(body: &Value, name: &str) -> Option<String> {
    match body {
        Value::Object(members) => members
            .get(name)
            .and_then(Value::as_str)
            .map(str::to_owned)
            .or_else(|| members.values().find_map(|member| named(member, name))),
        Value::Array(items) => items.iter().find_map(|item| named(item, name)),
        _ => None,
    }
}

/// Stores the answer beside its effect.
pub(super) fn complete(tx: &Tx<'_>, c: &Claim, reply: &Reply) -> Result<()> {
    let secrets = serde_json::to_string(&reply.secrets).map_err(Error::internal)?;
    let once: Vec<(&str, &str)> = reply.once.iter().map(|o| (o.pointer.as_str(), o.flag.as_str())).collect();
    let once = serde_json::to_string(&once).map_err(Error::internal)?;
    tx.execute_one(
        &IDEMPOTENCY_COMPLETE,
        params! { tenant: c.scope.tenant, subject: c.scope.subject, route: c.route, key: c.key.as_str(),
        status: i64::from(reply.status), body: reply.body.as_ref().map(ToString::to_string), secrets: secrets,
        once_members: once, etag: reply.etag, location: reply.location, about: reply.body.as_ref().and_then(about).unwrap_or_default() },
    )
}

/// Erases answers about a session or user, also those from before answers said what they are about; how many.
pub(super) fn erase(tx: &Tx<'_>, tenant: &TenantId, about: &str) -> Result<u64> {
    // `_` of an id matches any character here: at worst another old answer of the tenant goes.
    let pattern = format!("%\"{about}\"%");
    let old = tx.execute(&IDEMPOTENCY_ERASE_OLD, params! { tenant, pattern })?;
    Ok(old + tx.execute(&IDEMPOTENCY_ERASE, params! { tenant, about })?)
}

/// Deletes one slice of rows made before the instant; how many there were.
pub(super) fn forget(tx: &Tx<'_>, before: Timestamp) -> Result<u64> {
    let rows = tx.query(&IDEMPOTENCY_DUE, params! { before, slice: SLICE.cast_signed() })?;
    let mut gone = 0;
    for row in rows {
        let tenant: String = row.get("tenant_id")?;
        gone += tx.execute(
            &IDEMPOTENCY_FORGET,
            params! { tenant, subject: row.get::<String>("subject")?, route: row.get::<String>("route")?,
            key: row.get::<String>("idempotency_key")? },
        )?;
    }
    Ok(gone)
}
