//! Coming back: the resume token rotates, a lost answer can be asked for again, and the replay is pinned.

use callboard_contracts::EventType;
use callboard_eventlog::{Log, Page, ReplayQuery, SessionKey};
use callboard_http::Principal;
use callboard_kernel::{Error, Keyring, Result, Timestamp, TokenKind, codes};
use callboard_store::Tx;

use super::Change;
use crate::decide::{ResumeAnswer, judge_resume};
use crate::model::{Call, NO_PROVIDER, ParticipantRow, Pending, Phase, ResumeUse};
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
    /// The call as saved.
    pub call: Call,
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
    let (now, log) = (change.now, change.log);
    let done = change.run(tx, key, |call| {
        call.expire(now);
        let (participant, presented) = match admitted(call, tx, keys, key, by, &ask.token)? {
            Ok(found) => found,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let uses = store::resume_uses(tx, key, &participant.id)?;
        match judge_resume(presented, participant.generation, &uses, now) {
            Err(refusal) => Ok(Err(refusal)),
            Ok(ResumeAnswer::Again(stored)) => Ok(Ok((participant, stored))),
            Ok(ResumeAnswer::Fresh) => {
                let after = place_of(log, tx, key, by, ask, now)?;
                come_back(call, &participant, now);
                let used = ResumeUse {
                    generation: participant.generation,
                    used_at: now,
                    replay_after: after,
                    replay_until: -1,
                };
                Ok(Ok((participant, used)))
            }
        }
    })?;
    let (participant, mut used) = match done.value {
        Ok(found) => found,
        Err(refusal) => return Ok(Outcome::Refused(refusal)),
    };
    if used.replay_until < 0 {
        // The replay ends with what this very request appended.
        used.replay_until = done.call.sequence;
        store::resume_insert(tx, key, &participant.id, &used)?;
    }
    let query = ReplayQuery { after: used.replay_after, until: Some(used.replay_until), limit: ask.limit };
    let page = log.replay(tx, key, &query)?;
    let (generation, until) = (used.generation + 1, used.replay_until);
    Ok(Outcome::Resumed(Box::new(Resumed { call: done.call, participant, generation, until, page })))
}

/// The participant and generation of a token that may be judged, or why not.
fn admitted(
    call: &Call,
    tx: &Tx<'_>,
    keys: &Keyring,
    key: &SessionKey,
    by: &Principal,
    token: &str,
) -> Result<Result<(ParticipantRow, i64)>> {
    let closed = || {
        Error::new(&codes::SESSION_CLOSED, format!("The call has {}.", call.status()))
            .with("status", call.status().as_str())
    };
    let refused =
        || Error::new(&codes::INVALID_RESUME_TOKEN, "This resume token is not the current one of its participant.");
    let Some((participant, presented)) = find(call, keys, key, token) else {
        return Ok(Err(if call.status().is_terminal() { closed() } else { refused() }));
    };
    let foreign = matches!(by, Principal::Pass { participant: own, .. } if *own != participant.id);
    if !foreign && window_over(call, tx, key, &participant)? {
        let why = "The window in which this participant could come back is over.";
        return Ok(Err(Error::new(&codes::RECONNECT_WINDOW_EXPIRED, why)));
    }
    if call.status().is_terminal() {
        return Ok(Err(closed()));
    }
    if foreign || participant.phase == Phase::Left {
        return Ok(Err(refused()));
    }
    Ok(Ok((participant, presented)))
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

/// Whether the participant left because its window ended, in the log or just now.
fn window_over(call: &Call, tx: &Tx<'_>, key: &SessionKey, participant: &ParticipantRow) -> Result<bool> {
    if participant.phase != Phase::Left {
        return Ok(false);
    }
    let left =
        |p: &&Pending| p.ty == EventType::CallParticipantLeft && p.payload["participantId"] == participant.id.as_str();
    if let Some(just_now) = call.pending.iter().find(left) {
        return Ok(just_now.payload["reason"] == "reconnect_window_expired");
    }
    let presences = store::projection::presences(tx, key)?;
    let reason = presences.get(participant.id.as_str()).and_then(|p| p.leave_reason.as_deref());
    Ok(reason == Some("reconnect_window_expired"))
}

/// Where the replay begins: the consumer's place, moved on by what the request acknowledges, never before the pass.
fn place_of(log: &Log, tx: &Tx<'_>, key: &SessionKey, by: &Principal, ask: &ResumeAsk, now: Timestamp) -> Result<i64> {
    let owner = by.subject();
    let acked = match ask.last_ack {
        Some(sequence) => log.checkpoint(tx, key, &ask.consumer, &owner, sequence, now)?.1,
        None => log.checkpoint_of(tx, key, &ask.consumer, &owner)?,
    };
    let floor = if let Principal::Pass { from_sequence, .. } = by { *from_sequence } else { 0 };
    Ok(acked.max(floor))
}

/// Rotates the token. Without a provider nobody else could show that the participant is back.
fn come_back(call: &mut Call, participant: &ParticipantRow, now: Timestamp) {
    let without_provider = call.session.provider == NO_PROVIDER;
    if let Some(at) = call.index_of(&participant.id) {
        call.participants[at].generation += 1;
        if without_provider && call.participants[at].phase == Phase::Window {
            call.close_window(at, now, now, false);
        }
    }
}
