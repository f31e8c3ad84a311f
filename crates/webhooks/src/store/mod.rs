//! All SQL of the feature. Scans of repairs yield rows with their tenant; everything else names it.

mod deliveries;
mod endpoints;
mod sweep;

use std::sync::LazyLock;

use callboard_store::Sql;

pub(crate) use deliveries::{
    attempt_insert, attempts, deliveries_cancel, delivery_arm, delivery_by_id, delivery_disarm, delivery_insert,
    delivery_page, delivery_requeue, delivery_settle, delivery_tried, delivery_waits, lane_head, lane_waits,
};
pub(crate) use endpoints::{
    Wanted, endpoint_by_id, endpoint_count, endpoint_delete, endpoint_disable, endpoint_enable, endpoint_failing,
    endpoint_insert, endpoint_lock, endpoint_page, endpoint_rotate, endpoint_update, endpoint_view, endpoint_well,
    endpoints_sealed, endpoints_wanting,
};
pub(crate) use sweep::{
    Resend, answers_erase, left_over, prune_deliveries, prune_endpoints, resend_count, resend_insert, resend_lock,
    resend_move, resend_remove, resend_slice, resends_due, settled,
};

/// Rows of one transaction.
pub(crate) const SLICE: i64 = 500;

/// Every SQL text of this crate.
pub static ALL_SQL: LazyLock<&'static [&'static Sql]> =
    LazyLock::new(|| [deliveries::SQL, endpoints::SQL, sweep::SQL].concat().leak());
