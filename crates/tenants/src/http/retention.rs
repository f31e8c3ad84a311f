//! `/v1/retention`

use axum::extract::State;
use axum::response::Response;
use callboard_http::{Body, Caller, Problem, Reply};
use callboard_kernel::Result;
use callboard_store::Tx;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Here;
use super::wire::present;
use crate::commands::retention::{self, day_text};
use crate::model::retention::{Kind, Retention};
use crate::store;

/// How long each kind of data is kept, days; null keeps it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RetentionDays)]
pub(super) struct Days {
    /// Whole calls, counted from their end: log, transcript and records. A tombstone with the id stays.
    events: Option<i64>,
    /// The personal text of calls, counted from their end. Order, counts and times stay.
    text: Option<i64>,
    /// What media providers delivered.
    receipts: Option<i64>,
    /// What was sent to webhook endpoints.
    deliveries: Option<i64>,
    /// The request log.
    requests: Option<i64>,
    /// The audit: at least 365.
    audit: Option<i64>,
}

impl From<&Retention> for Days {
    fn from(all: &Retention) -> Self {
        Self {
            events: all.days(Kind::Events),
            text: all.days(Kind::Text),
            receipts: all.days(Kind::Receipts),
            deliveries: all.days(Kind::Deliveries),
            requests: all.days(Kind::Requests),
            audit: all.days(Kind::Audit),
        }
    }
}

/// What went on a day.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RetentionRun)]
pub(super) struct Run {
    /// The kind of data.
    kind: String,
    /// The day, UTC.
    #[schema(format = Date)]
    day: String,
    /// How many rows or calls went.
    removed: i64,
}

/// How long data is kept.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Retention)]
pub(super) struct View {
    /// What holds now.
    days: Days,
    /// What holds where nothing is said.
    defaults: Days,
    /// What went lately, newest first.
    runs: Vec<Run>,
}

fn view(tx: &Tx<'_>, tenant: &callboard_kernel::TenantId) -> Result<View> {
    let runs = store::retention_runs(tx, tenant)?;
    Ok(View {
        days: Days::from(&retention::retention(tx, tenant)?),
        defaults: Days::from(&Retention::default()),
        runs: runs.into_iter().map(|(kind, day, removed)| Run { kind, day: day_text(day), removed }).collect(),
    })
}

/// How long each kind is kept from now on, days. What is left out gets its default, null keeps.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SetRetention {
    /// Whole calls, counted from their end.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<i64>, minimum = 1, maximum = 36_500)]
    events: Option<Option<i64>>,
    /// The personal text of calls, counted from their end.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<i64>, minimum = 1, maximum = 36_500)]
    text: Option<Option<i64>>,
    /// What media providers delivered.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<i64>, minimum = 1, maximum = 36_500)]
    receipts: Option<Option<i64>>,
    /// What was sent to webhook endpoints.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<i64>, minimum = 1, maximum = 36_500)]
    deliveries: Option<Option<i64>>,
    /// The request log.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<i64>, minimum = 1, maximum = 36_500)]
    requests: Option<Option<i64>>,
    /// The audit.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<i64>, minimum = 365, maximum = 36_500)]
    audit: Option<Option<i64>>,
}

/// Read how long data is kept.
#[utoipa::path(get, path = "/v1/retention", tag = "Data", responses((status = 200, body = View)))]
pub(super) async fn get_retention(State(here): State<Here>, caller: Caller) -> Result<Response, Problem> {
    let tenant = caller.principal.tenant().clone();
    let found = here.app.db.read(move |tx| view(tx, &tenant)).await?;
    Ok(Reply::ok(&found)?.into_response(&here.app.keys))
}

/// Say how long data is kept. Audited; the next sweep goes by it.
#[utoipa::path(put, path = "/v1/retention", tag = "Data", request_body = SetRetention, responses((status = 200, body = View)))]
pub(super) async fn put_retention(
    State(here): State<Here>,
    caller: Caller,
    Body { value, .. }: Body<SetRetention>,
) -> Result<Response, Problem> {
    let SetRetention { events, text, receipts, deliveries, requests, audit } = value;
    let mut all = Retention::default();
    let said = [events, text, receipts, deliveries, requests, audit];
    for (kind, days) in Kind::ALL.into_iter().zip(said).filter_map(|(kind, days)| Some((kind, days?))) {
        all.set(kind, days);
    }
    all.check()?;
    let write = here.app.db.write(move |tx| {
        retention::set_retention(tx, &caller.principal, &all, caller.now, &mut caller.entropy.clone())?;
        view(tx, caller.principal.tenant())
    });
    Ok(Reply::ok(&write.await?)?.into_response(&here.app.keys))
}

/// What a tenant keeps, for the operator's view of its configuration.
pub(super) fn days_of(tx: &Tx<'_>, tenant: &callboard_kernel::TenantId) -> Result<Days> {
    Ok(Days::from(&retention::retention(tx, tenant)?))
}
