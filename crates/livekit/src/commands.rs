//! A delivery in one transaction: its receipt, and in a savepoint of its own what it does to a session.

use callboard_calls::{apply_fact, session_by_room};
use callboard_eventlog::Log;
use callboard_kernel::{Entropy, Error, Kind, ReceiptId, Result, Timestamp, codes, short};
use callboard_store::Tx;

use crate::erase;
use crate::model::{Mapped, Outcome, Receipt, Verdict};
use crate::store;
use crate::translate::{Translation, translate};
use crate::webhook::{Arrived, ProviderEvent, parse};

/// Rooms of the connection test begin with this; nothing about them concerns a session.
pub const TEST_ROOM: &str = "cb_test_";

/// What the webhook route answers.
#[derive(Clone, Debug, PartialEq)]
pub struct Received {
    /// The receipt.
    pub receipt: ReceiptId,
    /// What became of it; of the first delivery when this one is a repetition.
    pub verdict: Verdict,
    /// Whether it had been delivered before.
    pub replayed: bool,
}

/// Stores a genuine delivery and lets it have its effect. A refusal or a defect in the effect is kept on the receipt
/// and undoes nothing else; an error here means that the receipt could not be stored.
pub fn receive(
    tx: &Tx<'_>,
    log: &Log,
    provider: &str,
    arrived: &Arrived,
    now: Timestamp,
    mut entropy: Entropy,
) -> Result<Received> {
    let id = ReceiptId::generate(now, &mut entropy);
    if !store::claim(tx, provider, &id, arrived, now)? {
        let first = store::delivered_again(tx, provider, &arrived.event.id)?;
        let verdict = Verdict { outcome: first.outcome, reason: first.reason, published: vec![], session: None };
        return Ok(Received { receipt: first.id, verdict, replayed: true });
    }
    let verdict = process(tx, log, provider, &arrived.event, now, now, &mut entropy)?;
    erase::write_verdict(tx, log, (&id, now), &verdict, &verdict.published)?;
    Ok(Received { receipt: id, verdict, replayed: false })
}

/// Processes a stored receipt again. Events that it added before are not added twice: their ids name the fact.
pub fn process_again(
    tx: &Tx<'_>,
    log: &Log,
    receipt: &Receipt,
    now: Timestamp,
    mut entropy: Entropy,
) -> Result<Verdict> {
    if erase::is_erased(&receipt.body) {
        return Err(Error::new(
            &codes::CONTENT_ERASED,
            "The body of this receipt was erased; it cannot be processed again.",
        ));
    }
    let event = parse(&receipt.body, &receipt.body_sha256);
    let mut verdict = process(tx, log, &receipt.provider, &event, receipt.received_at, now, &mut entropy)?;
    let mut published = receipt.published.clone();
    published.extend(verdict.published.iter().filter(|id| !receipt.published.contains(id)).cloned());
    if verdict.outcome == Outcome::Ignored && !published.is_empty() {
        // What it did before it still did.
        verdict.outcome = Outcome::Applied;
    }
    erase::write_verdict(tx, log, (&receipt.id, now), &verdict, &published)?;
    Ok(verdict)
}

/// Maps, translates and applies, each in the savepoint that a failure rolls back.
fn process(
    tx: &Tx<'_>,
    log: &Log,
    provider: &str,
    event: &ProviderEvent,
    received_at: Timestamp,
    now: Timestamp,
    entropy: &mut Entropy,
) -> Result<Verdict> {
    let facts = match translate(event, received_at) {
        Translation::Ignored(why) => return Ok(with_session(tx, log, provider, event, Outcome::Ignored, why)),
        Translation::Refused(why) => return Ok(with_session(tx, log, provider, event, Outcome::Refused, why)),
        Translation::Facts(facts) => facts,
    };
    if event.room_name.starts_with(TEST_ROOM) {
        return Ok(Verdict::plain(Outcome::Ignored, "a room of the connection test"));
    }
    let outcome = tx.savepoint(|tx| {
        let Some(key) = session_by_room(tx, log, provider, &event.room_name, &event.room_sid)? else {
            return Ok(Verdict::plain(Outcome::Unmapped, "its room belongs to no session"));
        };
        let (mut published, mut note) = (Vec::new(), None);
        for fact in &facts {
            let applied = apply_fact(tx, log, &key, provider, fact, now, entropy)?;
            published.extend(applied.published);
            note = note.or(applied.note);
        }
        let session = Mapped { tenant: key.tenant().clone(), session: key.session().clone(), key: key.key() };
        let outcome = if published.is_empty() { Outcome::Ignored } else { Outcome::Applied };
        let reason = if published.is_empty() { note.or_else(|| Some("nothing new".to_owned())) } else { None };
        Ok(Verdict { outcome, reason, published, session: Some(session) })
    })?;
    Ok(match outcome {
        Ok(verdict) => verdict,
        Err(error) => failed(tx, log, provider, event, &error)?,
    })
}

/// The verdict on an effect that did not come about. An outage of the store is not kept on a receipt: the delivery
/// must come again.
fn failed(tx: &Tx<'_>, log: &Log, provider: &str, event: &ProviderEvent, error: &Error) -> Result<Verdict> {
    if matches!(error.kind(), Kind::Unavailable) {
        return Err(error.clone());
    }
    let outcome = if error.kind() == Kind::Internal { Outcome::Failed } else { Outcome::Refused };
    if outcome == Outcome::Failed {
        tracing::error!(provider.event = %event.name, provider.event_id = %event.id, error = %error,
            "A provider's `{}` could not be applied; its receipt keeps it", event.name);
    }
    Ok(with_session(tx, log, provider, event, outcome, short(&error.to_string(), 500)))
}

/// A verdict without events that still belongs to the session of its room, when there is one.
fn with_session(
    tx: &Tx<'_>,
    log: &Log,
    provider: &str,
    event: &ProviderEvent,
    outcome: Outcome,
    reason: String,
) -> Verdict {
    let found = tx.savepoint(|tx| session_by_room(tx, log, provider, &event.room_name, &event.room_sid));
    let session = match found {
        Ok(Ok(Some(key))) => {
            Some(Mapped { tenant: key.tenant().clone(), session: key.session().clone(), key: key.key() })
        }
        _ => None,
    };
    Verdict { session, ..Verdict::plain(outcome, reason) }
}
