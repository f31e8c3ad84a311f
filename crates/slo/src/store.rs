//! The SQL of service levels. Minutes are counted since 1970.

use callboard_kernel::{Counts, Error, LEVEL_BUCKETS, Result, TenantId};
use callboard_store::{Row, Tx, params, sql};

use crate::model::Alive;

sql! {
    pub ALL_SQL;
    SLO_MINUTE_ADD = "insert into slo_minute (tenant_id, minute, kind, instance, ok, refused, failed, b_5, b_10, b_25, b_50, b_100, b_150, b_250, \
        b_350, b_500, b_600, b_1000, b_1500, b_2500, b_3500, b_5000, b_10000, b_above) \
        values (:tenant, :minute, :kind, :instance, :ok, :refused, :failed, :b_5, :b_10, :b_25, :b_50, :b_100, \
        :b_150, :b_250, :b_350, :b_500, :b_600, :b_1000, :b_1500, :b_2500, :b_3500, :b_5000, :b_10000, \
        :b_above) \
        on conflict (minute, kind, tenant_id, instance) do update set \
        ok = slo_minute.ok + excluded.ok, refused = slo_minute.refused + excluded.refused, \
        failed = slo_minute.failed + excluded.failed, b_5 = slo_minute.b_5 + excluded.b_5, \
        b_10 = slo_minute.b_10 + excluded.b_10, b_25 = slo_minute.b_25 + excluded.b_25, \
        b_50 = slo_minute.b_50 + excluded.b_50, b_100 = slo_minute.b_100 + excluded.b_100, \
        b_150 = slo_minute.b_150 + excluded.b_150, b_250 = slo_minute.b_250 + excluded.b_250, \
        b_350 = slo_minute.b_350 + excluded.b_350, b_500 = slo_minute.b_500 + excluded.b_500, \
        b_600 = slo_minute.b_600 + excluded.b_600, b_1000 = slo_minute.b_1000 + excluded.b_1000, \
        b_1500 = slo_minute.b_1500 + excluded.b_1500, b_2500 = slo_minute.b_2500 + excluded.b_2500, \
        b_3500 = slo_minute.b_3500 + excluded.b_3500, b_5000 = slo_minute.b_5000 + excluded.b_5000, \
        b_10000 = slo_minute.b_10000 + excluded.b_10000, b_above = slo_minute.b_above + excluded.b_above";
    SLO_MINUTES_OF = "select kind, cast(sum(ok) as bigint) as ok, cast(sum(refused) as bigint) as refused, \
        cast(sum(failed) as bigint) as failed, cast(sum(b_5) as bigint) as b_5, \
        cast(sum(b_10) as bigint) as b_10, cast(sum(b_25) as bigint) as b_25, \
        cast(sum(b_50) as bigint) as b_50, cast(sum(b_100) as bigint) as b_100, \
        cast(sum(b_150) as bigint) as b_150, cast(sum(b_250) as bigint) as b_250, \
        cast(sum(b_350) as bigint) as b_350, cast(sum(b_500) as bigint) as b_500, \
        cast(sum(b_600) as bigint) as b_600, cast(sum(b_1000) as bigint) as b_1000, \
        cast(sum(b_1500) as bigint) as b_1500, cast(sum(b_2500) as bigint) as b_2500, \
        cast(sum(b_3500) as bigint) as b_3500, cast(sum(b_5000) as bigint) as b_5000, \
        cast(sum(b_10000) as bigint) as b_10000, cast(sum(b_above) as bigint) as b_above \
        from slo_minute where tenant_id = :tenant and minute >= :from and minute < :until group by kind";
    SLO_MINUTES_ALL = "select kind, cast(sum(ok) as bigint) as ok, cast(sum(refused) as bigint) as refused, \
        cast(sum(failed) as bigint) as failed, cast(sum(b_5) as bigint) as b_5, \
        cast(sum(b_10) as bigint) as b_10, cast(sum(b_25) as bigint) as b_25, \
        cast(sum(b_50) as bigint) as b_50, cast(sum(b_100) as bigint) as b_100, \
        cast(sum(b_150) as bigint) as b_150, cast(sum(b_250) as bigint) as b_250, \
        cast(sum(b_350) as bigint) as b_350, cast(sum(b_500) as bigint) as b_500, \
        cast(sum(b_600) as bigint) as b_600, cast(sum(b_1000) as bigint) as b_1000, \
        cast(sum(b_1500) as bigint) as b_1500, cast(sum(b_2500) as bigint) as b_2500, \
        cast(sum(b_3500) as bigint) as b_3500, cast(sum(b_5000) as bigint) as b_5000, \
        cast(sum(b_10000) as bigint) as b_10000, cast(sum(b_above) as bigint) as b_above \
        from slo_minute where minute >= :from and minute < :until group by kind";
    SLO_FAILING_OF = "select minute, cast(sum(failed) as bigint) as failed, cast(sum(ok + refused + failed) as bigint) as n \
        from slo_minute where tenant_id = :tenant and minute >= :from and minute < :until and kind = 'requests' \
        group by minute having sum(failed) > 0 order by minute";
    SLO_FAILING_ALL = "select minute, cast(sum(failed) as bigint) as failed, cast(sum(ok + refused + failed) as bigint) as n \
        from slo_minute where minute >= :from and minute < :until and kind = 'requests' \
        group by minute having sum(failed) > 0 order by minute";
    SLO_ALIVE_PUT = "insert into slo_alive (minute, instance, ready, stopped) values (:minute, :instance, :ready, :stopped) \
        on conflict (minute, instance) do update set ready = slo_alive.ready * excluded.ready, \
        stopped = case when excluded.stopped = 1 then 1 else slo_alive.stopped end";
    SLO_ALIVE = "select minute, max(ready) as ready, min(stopped) as stopped from slo_alive \
        where minute >= :from and minute < :until group by minute order by minute";
    SLO_ALIVE_BEFORE = "select minute, max(ready) as ready, min(stopped) as stopped from slo_alive \
        where minute = (select max(minute) from slo_alive where minute < :from) group by minute";
    SLO_MINUTES_PRUNE = "delete from slo_minute where (minute, kind, tenant_id, instance) in (\
        select minute, kind, tenant_id, instance from slo_minute where minute < :before order by minute limit :slice)";
    SLO_ALIVE_PRUNE = "delete from slo_alive where (minute, instance) in (\
        select minute, instance from slo_alive where minute < :before order by minute limit :slice)";
}

/// What a roll-up counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Answers of the API.
    Requests,
    /// Events that reached live readers.
    Visible,
}

impl Kind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Requests => "requests",
            Self::Visible => "visible",
        }
    }
}

/// Columns of the buckets, in their order.
const BUCKETS: [&str; LEVEL_BUCKETS] = [
    "b_5", "b_10", "b_25", "b_50", "b_100", "b_150", "b_250", "b_350", "b_500", "b_600", "b_1000", "b_1500", "b_2500",
    "b_3500", "b_5000", "b_10000", "b_above",
];

/// Adds to a minute.
pub(crate) fn minute_add(
    tx: &Tx<'_>,
    (minute, instance): (i64, &str),
    kind: Kind,
    (tenant, counts): &(Option<TenantId>, Counts),
) -> Result<()> {
    let tenant = tenant.as_ref().map_or("", TenantId::as_str);
    let kind = kind.as_str();
    let Counts { ok, refused, failed, buckets } = counts;
    let mut values = params! { tenant, minute, kind, instance, ok, refused, failed };
    values.0.extend(BUCKETS.into_iter().zip(buckets.iter().map(callboard_store::ToValue::to_value)));
    tx.execute_one(&SLO_MINUTE_ADD, values)
}

fn counts_from(row: &Row) -> Result<Counts> {
    let mut counts =
        Counts { ok: row.get("ok")?, refused: row.get("refused")?, failed: row.get("failed")?, ..Counts::default() };
    for (n, column) in counts.buckets.iter_mut().zip(BUCKETS) {
        *n = row.get(column)?;
    }
    Ok(counts)
}

/// Requests and live delivery of a span, added up over its minutes and instances.
pub(crate) fn minutes(tx: &Tx<'_>, whose: Option<&TenantId>, (from, until): (i64, i64)) -> Result<(Counts, Counts)> {
    let rows = match whose {
        Some(tenant) => tx.query(&SLO_MINUTES_OF, params! { tenant, from, until })?,
        None => tx.query(&SLO_MINUTES_ALL, params! { from, until })?,
    };
    let (mut requests, mut visible) = (Counts::default(), Counts::default());
    for row in rows {
        match row.get::<String>("kind")?.as_str() {
            "requests" => requests = counts_from(&row)?,
            "visible" => visible = counts_from(&row)?,
            other => return Err(Error::internal(format!("stored kind {other} is unknown"))),
        }
    }
    Ok((requests, visible))
}

/// Minutes of a span with answers 5xx: the minute, how many, of how many.
pub(crate) fn failing(
    tx: &Tx<'_>,
    whose: Option<&TenantId>,
    (from, until): (i64, i64),
) -> Result<Vec<(i64, i64, i64)>> {
    let rows = match whose {
        Some(tenant) => tx.query(&SLO_FAILING_OF, params! { tenant, from, until })?,
        None => tx.query(&SLO_FAILING_ALL, params! { from, until })?,
    };
    rows.iter().map(|r| Ok((r.get("minute")?, r.get("failed")?, r.get("n")?))).collect()
}

/// Says that an instance runs in a minute. It was ready when it was so at every look; who said that it stops has said so, whatever
/// is written after it.
pub(crate) fn alive_put(tx: &Tx<'_>, (minute, instance): (i64, &str), ready: bool, stopped: bool) -> Result<()> {
    let (ready, stopped) = (i64::from(ready), i64::from(stopped));
    tx.execute_one(&SLO_ALIVE_PUT, params! { minute, instance, ready, stopped })
}

fn alive_from(row: &Row) -> Result<Alive> {
    Ok(Alive { minute: row.get("minute")?, ready: row.get("ready")?, stopped: row.get("stopped")? })
}

/// The minutes of a span in which an instance ran, ascending, and the last one before it.
pub(crate) fn alive(tx: &Tx<'_>, (from, until): (i64, i64)) -> Result<(Option<Alive>, Vec<Alive>)> {
    let before = tx.query_opt(&SLO_ALIVE_BEFORE, params! { from })?.as_ref().map(alive_from).transpose()?;
    let rows = tx.query(&SLO_ALIVE, params! { from, until })?;
    Ok((before, rows.iter().map(alive_from).collect::<Result<_>>()?))
}

/// Forgets at most a slice of each table from before a minute; how many.
pub(crate) fn prune(tx: &Tx<'_>, before: i64, slice: i64) -> Result<u64> {
    let minutes = tx.execute(&SLO_MINUTES_PRUNE, params! { before, slice })?;
    Ok(minutes + tx.execute(&SLO_ALIVE_PRUNE, params! { before, slice })?)
}
