//! Coming back: the resume token rotates, a lost answer can be asked for again, and the replay is pinned.

use callboard_eventlog::{Page, ReplayQuery, SessionKey};
use callboard_http::Principal;
use callboard_kernel::{Error, Keyring, Result, TokenKind, codes};
use callboard_store::Tx;

use super::Change;
use crate::decide::{ResumeAnswer, judge_resume};
use crate::model::{Call, NO_PROVIDER, ParticipantRow, Phase, ResumeUse};
use crate::store;

/// A checked request to come back.
#[derive(Clone, Debug)]
pub(crate) struct ResumeAsk {
    pub token: String,
    pub consumer: String,
    pub last_ack: Option<i64>,
    pub limit: i64,
}

/// What the one who came back gets.
#[derive(Clone, Debug)]
pub(crate) struct Resumed {
    pub participant: ParticipantRow,
    /// The generation of the next resume token.
    pub generation: i64,
    pub until: i64,
    pub page: Page,
}

/// The outcome, as data: what the handler notices first, an expiry or an end, must be committed although the caller
/// is refused.
pub(crate) enum Outcome {
    Resumed(Box<Resumed>),
    Refused(Error),
}

/// Judges and uses a resume token.
pub(crate) fn reconnect(
    change: &mut Change<'_>,
    tx: &Tx<'_>,
    keys: &Keyring,
    key: &SessionKey,
    by: &Principal,
    ask: &ResumeAsk,
) -> Result<Outcome> {
    change.log.lock(tx, key)?;
    let now = change.now;
    let expired = change.run(tx, key, |call| {
        call.expire(now);
        Ok(())
    })?;
    let call = expired.call;
    let closed = || {
        Error::new(&codes::SESSION_CLOSED, format!("The call has {}.", call.status()))
            .with("status", call.status().as_str())
    };
    let refused =
        || Error::new(&codes::INVALID_RESUME_TOKEN, "This resume token is not the current one of its participant.");
    let Some((participant, presented)) = find(&call, keys, key, &ask.token) else {
        return Ok(Outcome::Refused(if call.status().is_terminal() { closed() } else { refused() }));
    };
    let foreign = matches!(by, Principal::Pass { participant: own, .. } if *own != participant.id);
    if !foreign && window_over(tx, key, &participant)? {
        let why = "The window in which this participant could come back is over.";
        return Ok(Outcome::Refused(Error::new(&codes::RECONNECT_WINDOW_EXPIRED, why)));
    }
    if call.status().is_terminal() {
        return Ok(Outcome::Refused(closed()));
    }
    if foreign || participant.phase == Phase::Left {
        return Ok(Outcome::Refused(refused()));
    }
    let uses = store::resume_uses(tx, key, &participant.id)?;
    let used = match judge_resume(presented, participant.generation, &uses, now) {
        Err(refusal) => return Ok(Outcome::Refused(refusal)),
        Ok(ResumeAnswer::Again(stored)) => stored,
        Ok(ResumeAnswer::Fresh) => first_use(change, tx, key, by, &participant, ask)?,
    };
    let query = ReplayQuery { after: used.replay_after, until: Some(used.replay_until), limit: ask.limit };
    let page = change.log.replay(tx, key, &query)?;
    Ok(Outcome::Resumed(Box::new(Resumed {
        participant,
        generation: used.generation + 1,
        until: used.replay_until,
        page,
    })))
}

/// Which participant and generation a token stands for; the last three generations are tried.
fn find(call: &Call, keys: &Keyring, key: &SessionKey, token: &str) -> Option<(ParticipantRow, i64)> {
    call.participants.iter().find_map(|p| {
        let oldest = (p.generation - 2).max(1);
        (oldest..=p.generation).rev().find_map(|generation| {
            let parts = [key.tenant().as_str(), key.session().as_str(), p.id.as_str(), &generation.to_string()];
            keys.matches(TokenKind::Resume, &parts, token).then(|| (p.clone(), generation))
        })
    })
}

fn window_over(tx: &Tx<'_>, key: &SessionKey, participant: &ParticipantRow) -> Result<bool> {
    if participant.phase != Phase::Left {
        return Ok(false);
    }
    let presences = store::projection::presences(tx, key)?;
    let reason = presences.get(participant.id.as_str()).and_then(|p| p.leave_reason.as_deref());
    Ok(reason == Some("reconnect_window_expired"))
}

fn first_use(
    change: &mut Change<'_>,
    tx: &Tx<'_>,
    key: &SessionKey,
    by: &Principal,
    participant: &ParticipantRow,
    ask: &ResumeAsk,
) -> Result<ResumeUse> {
    let (now, log) = (change.now, change.log);
    let owner = by.subject();
    let acked = match ask.last_ack {
        Some(sequence) => log.checkpoint(tx, key, &ask.consumer, &owner, sequence, now)?.1,
        None => log.checkpoint_of(tx, key, &ask.consumer, &owner)?,
    };
    let floor = if let Principal::Pass { from_sequence, .. } = by { *from_sequence } else { 0 };
    let id = participant.id.clone();
    change.run(tx, key, |call| {
        let without_provider = call.session.provider == NO_PROVIDER;
        if let Some(at) = call.index_of(&id) {
            call.participants[at].generation += 1;
            // Without a provider nobody else could show that the participant is back.
            if without_provider && call.participants[at].phase == Phase::Window {
                call.close_window(at, now, now, false);
            }
        }
        Ok(())
    })?;
    let head = log.head(tx, key)?.map_or(0, |w| w.sequence);
    let used = ResumeUse {
        generation: participant.generation,
        used_at: now,
        replay_after: acked.max(floor),
        replay_until: head,
    };
    store::resume_insert(tx, key, &participant.id, &used)?;
    Ok(used)
}
