//! The SQL of stored answers: table `idempotency_key` (record).

use callboard_kernel::{Error, Result, Timestamp, codes};
use callboard_store::{Tx, params, sql};

use super::OnceScope;
use crate::answer::{Derived, Reply};
use crate::extract::IdempotencyKey;

/// Rows per pruning transaction.
pub(super) const SLICE: u64 = 500;

sql! {
    pub ALL_SQL;
    IDEMPOTENCY_CLAIM = "insert into idempotency_key (tenant_id, subject, route, idempotency_key, request_hash, status, created_at)
        values (:tenant, :subject, :route, :key, :request_hash, 0, :now) on conflict do nothing";
    IDEMPOTENCY_GET = "select request_hash, status, body, secrets, once_members, etag, location from idempotency_key
        where tenant_id = :tenant and subject = :subject and route = :route and idempotency_key = :key";
    IDEMPOTENCY_COMPLETE = "update idempotency_key set status = :status, body = :body, secrets = :secrets,
        once_members = :once_members, etag = :etag, location = :location
        where tenant_id = :tenant and subject = :subject and route = :route and idempotency_key = :key";
    IDEMPOTENCY_DUE = "select tenant_id, subject, route, idempotency_key from idempotency_key
        where created_at < :before order by created_at limit :slice";
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

/// Stores the answer beside its effect.
pub(super) fn complete(tx: &Tx<'_>, c: &Claim, reply: &Reply) -> Result<()> {
    let secrets = serde_json::to_string(&reply.secrets).map_err(Error::internal)?;
    let once: Vec<(&str, &str)> = reply.once.iter().map(|o| (o.pointer.as_str(), o.flag.as_str())).collect();
    let once = serde_json::to_string(&once).map_err(Error::internal)?;
    tx.execute_one(
        &IDEMPOTENCY_COMPLETE,
        params! { tenant: c.scope.tenant, subject: c.scope.subject, route: c.route, key: c.key.as_str(),
        status: i64::from(reply.status), body: reply.body.as_ref().map(ToString::to_string), secrets: secrets,
        once_members: once, etag: reply.etag, location: reply.location },
    )
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
