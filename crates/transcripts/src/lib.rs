//! Floor 2: what was said in a call. The state of every utterance follows from `transcript.*` events; each version is
//! kept until compaction.
//!
//! What lives elsewhere: who may write an utterance (`realtime`), who may read a session (`calls`), and storing events
//! (`eventlog`). The one thing to know: the state is read from `transcript_segment`, never computed from the log; what
//! search finds stands in `transcript_search`, folded by `words.rs` and by nobody else.

mod commands;
mod decide;
mod erase;
mod export;
mod http;
mod model;
mod project;
mod repair;
mod snippet;
mod store;
mod words;

use std::sync::Arc;

use callboard_eventlog::Projector;
use callboard_http::{App, Module};
use callboard_kernel::{Result, TenantId, Timestamp};
use callboard_store::Tx;

pub use decide::{bound_to, in_order, supersede};
pub use erase::TranscriptEraser;
pub use export::{TextForm, render};
pub use model::{Compacted, FinalAt, Segment, SnapshotBounds, Version};
pub use store::{ALL_SQL, POSTGRES_SQL, SQLITE_SQL};
pub use words::query_texts;

/// The feature's routes.
pub fn module(app: App) -> Module {
    Module {
        name: "transcripts",
        repairs: repair::repairs(&app),
        router: http::router(app),
        authenticators: Vec::new(),
        sql: &ALL_SQL,
    }
}

/// What keeps the transcript's tables up to date, for [`callboard_eventlog::Log::new`].
pub fn projectors() -> Vec<Arc<dyn Projector>> {
    vec![Arc::new(project::Transcripts)]
}

/// The newest finals whose events are from `from` until before `until`, of one tenant or of all; at most `limit`, the
/// newest first. For service levels.
pub fn finals(
    tx: &Tx<'_>,
    tenant: Option<&TenantId>,
    span: (Timestamp, Timestamp),
    limit: i64,
) -> Result<Vec<FinalAt>> {
    store::finals(tx, tenant, span, limit)
}
