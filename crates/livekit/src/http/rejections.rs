//! What was not genuine: counts by reason, nothing of what was sent.

use axum::extract::State;
use axum::response::Response;
use callboard_http::{Caller, List, Problem, Reply};
use callboard_kernel::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::Bridge;
use crate::health::Tally;
use crate::signature::Rejection;
use crate::store;

/// Deliveries that were rejected for one reason.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct RejectionView {
    /// `livekit`, or `simulated`.
    provider: String,
    /// `header_missing`, `malformed`, `algorithm`, `unknown_key`, `signature`, `expired`, `not_yet_valid`,
    /// `digest_missing`, `digest`.
    reason: &'static str,
    /// How many.
    count: i64,
    /// The first of them.
    #[schema(value_type = String, format = DateTime)]
    first_at: Timestamp,
    /// The last of them.
    #[schema(value_type = String, format = DateTime)]
    last_at: Timestamp,
    /// What it means, and what to look at.
    advice: &'static str,
}

impl RejectionView {
    fn of(provider: String, reason: Rejection, tally: Tally) -> Self {
        let Tally { count, first, last } = tally;
        Self { provider, reason: reason.as_str(), count, first_at: first, last_at: last, advice: reason.advice() }
    }
}

/// List rejected deliveries
///
/// How many deliveries were not genuine, by provider and reason, the latest first. What cannot be verified belongs to no
/// tenant: the counts are the installation's, and nothing of what was sent is kept. A reason is forgotten 30 days after
/// its last delivery.
#[utoipa::path(get, path = "/v1/provider/rejections", operation_id = "list_rejections", tag = "Provider",
    responses((status = 200, description = "Every reason that occurred", body = List<RejectionView>)))]
pub(crate) async fn list(State(bridge): State<Bridge>, caller: Caller) -> Result<Response, Problem> {
    let Caller { principal: _, .. } = caller;
    let mut all = bridge.app.db.read(store::rejections).await?;
    for (provider, health) in bridge.healths() {
        for (reason, tally) in health.uncounted() {
            let key = (provider.to_owned(), reason);
            all.entry(key).and_modify(|known| known.add(tally)).or_insert(tally);
        }
    }
    let mut items: Vec<_> = all.into_iter().map(|((p, reason), tally)| RejectionView::of(p, reason, tally)).collect();
    items.sort_by_key(|r| std::cmp::Reverse(r.last_at));
    Ok(Reply::ok(&List::whole(items))?.into_response(&bridge.app.keys))
}
