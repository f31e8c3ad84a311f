//! What arrived from the provider: list it, process one again.

use axum::extract::State;
use axum::response::Response;
use callboard_http::{
    Caller, Cursor, IdempotencyKey, List, OptionalBody, Page, Path, Principal, Problem, Query, Reply, Scope,
    fingerprint, once,
};
use callboard_kernel::{Error, ReceiptId, Result, SessionId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::{IntoParams, ToSchema};

use super::Bridge;
use crate::commands::process_again;
use crate::model::{Outcome, Receipt};
use crate::store;

/// A delivery of the provider.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ReceiptView {
    /// Its id.
    receipt_id: String,
    /// `livekit`, or `simulated`.
    provider: String,
    /// The provider's id of the delivery.
    provider_event_id: String,
    /// The event's name; empty when the body could not be read.
    event: String,
    /// When it arrived.
    #[schema(format = DateTime)]
    received_at: String,
    /// The session of its room.
    #[serde(skip_serializing_if = "Option::is_none")]
    session_id: Option<String>,
    /// What became of it.
    outcome: Outcome,
    /// Why.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// Ids of the events that it added.
    published: Vec<String>,
    /// How often it was processed.
    attempts: i64,
    /// The body, without secrets.
    #[schema(value_type = Object)]
    body: Value,
    /// SHA-256 of the body as it came, hexadecimal.
    body_sha256: String,
}

impl From<Receipt> for ReceiptView {
    fn from(r: Receipt) -> Self {
        Self {
            receipt_id: r.id.to_string(),
            provider: r.provider,
            provider_event_id: r.provider_event_id,
            event: r.event,
            received_at: r.received_at.to_string(),
            session_id: r.session.map(|s| s.to_string()),
            outcome: r.outcome,
            reason: r.reason,
            published: r.published,
            attempts: r.attempts,
            body: r.body,
            body_sha256: r.body_sha256,
        }
    }
}

/// A receipt that was processed again.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Processed {
    /// The receipt as it is now.
    receipt: ReceiptView,
}

/// Filters and paging.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub(crate) struct ListAsk {
    /// Only receipts of this session.
    #[param(value_type = Option<String>)]
    session_id: Option<SessionId>,
    /// Only receipts with this outcome.
    outcome: Option<Outcome>,
    /// 1-100, default 50.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<i64>,
    /// A `nextCursor` of this list.
    cursor: Option<String>,
}

/// Receipts without a session belong to the installation.
fn sees_unmapped(principal: &Principal) -> bool {
    principal.has_scope(Scope::Installation)
}

/// List provider receipts
///
/// Newest first. Receipts whose room belongs to no session are shown to keys with `installation:*` only.
#[utoipa::path(get, path = "/v1/provider/receipts", operation_id = "list_receipts", tag = "Provider", params(ListAsk),
    responses((status = 200, description = "A page of receipts", body = List<ReceiptView>)))]
pub(crate) async fn list(
    State(bridge): State<Bridge>,
    caller: Caller,
    Query(ask): Query<ListAsk>,
) -> Result<Response, Problem> {
    let tenant = caller.principal.tenant().clone();
    let unmapped = sees_unmapped(&caller.principal);
    let order = format!("receipts:{tenant}:{unmapped}:{:?}:{:?}", ask.session_id, ask.outcome);
    let page = Page::of(ask.limit, ask.cursor.as_deref(), &order)?;
    let (session, outcome) = (ask.session_id, ask.outcome);
    let wanted = store::Wanted { session, outcome, unmapped, before: page.before(), limit: page.fetch() };
    let rows = bridge.app.db.read(move |tx| store::list(tx, &tenant, &wanted)).await?;
    let list = page.list(rows, |r| Cursor { at: r.received_at, id: r.id.to_string() });
    let items = list.items.into_iter().map(ReceiptView::from).collect();
    Ok(Reply::ok(&List { items, next_cursor: list.next_cursor })?.into_response(&bridge.app.keys))
}

/// Nothing: the body of a request that needs none.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Nothing {}

/// Process a receipt again
///
/// Translates the stored body once more. Events that it added before are not added twice.
#[utoipa::path(post, path = "/v1/provider/receipts/{receiptId}/process", tag = "Provider",
    request_body(content = Option<Nothing>),
    params(("receiptId" = String, Path, description = "The receipt"),
        ("Idempotency-Key" = Option<String>, Header, description = "1-255 printable ASCII characters")),
    responses((status = 200, description = "Processed", body = Processed)),
    extensions(("x-error-codes" = json!(["IDEMPOTENCY_CONFLICT", "IDEMPOTENCY_IN_PROGRESS"]))))]
pub(crate) async fn process(
    State(bridge): State<Bridge>,
    caller: Caller,
    Path(id): Path<ReceiptId>,
    key: Option<IdempotencyKey>,
    body: OptionalBody<Nothing>,
) -> Result<Response, Problem> {
    let print = fingerprint(&[id.as_str()], &body.text);
    let (log, by) = (bridge.app.log.clone(), caller.clone());
    let answer = once(&bridge.app, &caller, "POST /v1/provider/receipts/{receiptId}/process", key, print, move |tx| {
        let tenant = by.principal.tenant();
        let unmapped = sees_unmapped(&by.principal);
        let receipt = store::read(tx, tenant, unmapped, &id)?.ok_or_else(|| Error::not_found("receipt"))?;
        let mut entropy = by.entropy.clone();
        process_again(tx, &log, &receipt, by.now, entropy.clone())?;
        let _used = entropy.block();
        note(tx, &by, &receipt, &mut entropy)?;
        let now = store::read_any(tx, &id)?;
        Reply::ok(&Processed { receipt: now.into() })
    })
    .await?;
    Ok(answer.into_response(&bridge.app.keys))
}

/// Who processed it, in the audit list.
fn note(
    tx: &callboard_store::Tx<'_>,
    by: &Caller,
    receipt: &Receipt,
    entropy: &mut callboard_kernel::Entropy,
) -> Result<()> {
    let detail = json!({ "event": receipt.event, "providerEventId": receipt.provider_event_id });
    let entry = callboard_tenants::Entry {
        action: "receipt.process",
        object_kind: "receipt",
        object_id: receipt.id.as_str(),
        detail,
    };
    callboard_tenants::audit(tx, by.principal.tenant(), &by.principal, &entry, by.now, entropy)
}
