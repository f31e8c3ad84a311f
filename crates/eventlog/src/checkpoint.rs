//! Named readers of a session and how far they have acknowledged.

use callboard_kernel::teeth::{Tooth, planted};
use callboard_kernel::{Error, Result, Timestamp, codes};
use callboard_store::{Row, Tx, params};

use crate::log::Log;
use crate::model::SessionKey;
use crate::store;

/// What a checkpoint request did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CheckpointOutcome {
    /// The consumer moved forward.
    Advanced,
    /// It already stood there.
    Equal,
    /// It already stood further; nothing changed.
    Stale,
}

impl CheckpointOutcome {
    /// The name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Advanced => "advanced_sequence",
            Self::Equal => "equal_sequence_idempotent",
            Self::Stale => "stale_sequence_ignored",
        }
    }
}

/// A consumer's stored place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// The consumer's name.
    pub consumer: String,
    /// The principal that first named it.
    pub owner: String,
    /// The last acknowledged sequence.
    pub sequence: i64,
    /// When it last moved.
    pub updated_at: Timestamp,
}

impl Log {
    /// Moves a consumer forward. Monotone per consumer; a consumer belongs to the principal that first named it
    /// (`CONSUMER_FORBIDDEN` for others); beyond the log is `ACK_AHEAD_OF_LOG`. Returns the outcome and where it stands.
    pub fn checkpoint(
        &self,
        tx: &Tx<'_>,
        key: &SessionKey,
        consumer: &str,
        owner: &str,
        sequence: i64,
        now: Timestamp,
    ) -> Result<(CheckpointOutcome, i64)> {
        let head = store::stream_head(tx, key)?.map_or(0, |w| w.sequence);
        if sequence > head {
            let message = format!("The log ends at {head}; {sequence} cannot be acknowledged.");
            return Err(Error::new(&codes::ACK_AHEAD_OF_LOG, message).with("latestSequence", head));
        }
        let made = tx.execute(
            &store::CHECKPOINT_INSERT,
            params! { tenant: key.tenant(), key: key.key(), consumer, owner, sequence, now },
        )?;
        if made == 1 {
            return Ok((CheckpointOutcome::Advanced, sequence));
        }
        let row = tx.query_one(&store::CHECKPOINT_LOCK, params! { key: key.key(), consumer })?;
        owned_by(&row, owner)?;
        let stands: i64 = row.get("sequence")?;
        if sequence > stands || planted(Tooth::CheckpointMovedBack) {
            tx.execute_one(&store::CHECKPOINT_RAISE, params! { key: key.key(), consumer, sequence, now })?;
        }
        Ok(match sequence.cmp(&stands) {
            std::cmp::Ordering::Greater => (CheckpointOutcome::Advanced, sequence),
            std::cmp::Ordering::Equal => (CheckpointOutcome::Equal, stands),
            std::cmp::Ordering::Less => (CheckpointOutcome::Stale, stands),
        })
    }

    /// Where a consumer stands; 0 when it was never named.
    pub fn checkpoint_of(&self, tx: &Tx<'_>, key: &SessionKey, consumer: &str, owner: &str) -> Result<i64> {
        match tx.query_opt(&store::CHECKPOINT_GET, params! { key: key.key(), consumer })? {
            Some(row) => {
                owned_by(&row, owner)?;
                row.get("sequence")
            }
            None => Ok(0),
        }
    }

    /// Consumers of a session by name, after `after`.
    pub fn checkpoints(&self, tx: &Tx<'_>, key: &SessionKey, after: &str, limit: i64) -> Result<Vec<Checkpoint>> {
        tx.query(&store::CHECKPOINT_LIST, params! { key: key.key(), after, limit })?
            .iter()
            .map(|r| {
                Ok(Checkpoint {
                    consumer: r.get("consumer_id")?,
                    owner: r.get("owner")?,
                    sequence: r.get("sequence")?,
                    updated_at: r.get("updated_at")?,
                })
            })
            .collect()
    }
}

fn owned_by(row: &Row, owner: &str) -> Result<()> {
    if row.get::<String>("owner")? == owner {
        return Ok(());
    }
    Err(Error::new(&codes::CONSUMER_FORBIDDEN, "This consumer name belongs to another principal; choose another."))
}
