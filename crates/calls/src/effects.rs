//! Effects of calls on their provider: rooms deleted, participants sent out. Both are idempotent.

use std::sync::Arc;

use async_trait::async_trait;
use callboard_eventlog::outbox::{Handler, Leased, Outcome};
use callboard_kernel::{Result, Timestamp};
use serde::Deserialize;

use crate::commands::{DELETE_ROOM, REMOVE_PARTICIPANT};
use crate::ports::Providers;

#[derive(Deserialize)]
struct Target {
    provider: String,
    room: String,
    #[serde(default)]
    identity: String,
}

/// Carries out one kind of effect at the session's own provider.
pub(crate) struct RoomEffect {
    pub kind: &'static str,
    pub providers: Arc<Providers>,
}

#[async_trait]
impl Handler for RoomEffect {
    fn kind(&self) -> &'static str {
        self.kind
    }

    /// About an hour of trying; repair finds a room that is still there.
    fn max_attempts(&self) -> i64 {
        60
    }

    async fn deliver(&self, effect: &Leased, _now: Timestamp) -> Outcome {
        let target: Target = match serde_json::from_str(&effect.payload) {
            Ok(target) => target,
            Err(error) => return Outcome::Dead(format!("the payload cannot be read: {error}")),
        };
        let Some(rooms) = self.providers.of(&target.provider) else {
            return Outcome::Retry(format!("provider {} is not configured", target.provider));
        };
        let done: Result<()> = match self.kind {
            DELETE_ROOM => rooms.delete_room(&target.room).await,
            _ => rooms.remove_participant(&target.room, &target.identity).await,
        };
        match done {
            Ok(()) => Outcome::Done,
            Err(error) => Outcome::Retry(error.to_string()),
        }
    }
}

/// The handlers of this feature.
pub(crate) fn handlers(providers: &Arc<Providers>) -> Vec<Arc<dyn Handler>> {
    [DELETE_ROOM, REMOVE_PARTICIPANT]
        .into_iter()
        .map(|kind| Arc::new(RoomEffect { kind, providers: Arc::clone(providers) }) as Arc<dyn Handler>)
        .collect()
}
