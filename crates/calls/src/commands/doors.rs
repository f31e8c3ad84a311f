//! The ways into a session: join links, session passes, provider tokens.

use callboard_eventlog::{Log, SessionKey};
use callboard_http::{PassKind, Principal};
use callboard_kernel::{
    Entropy, Error, ExposeSecret as _, JoinLinkId, Keyring, ParticipantId, PassId, Result, Timestamp, TokenKind,
    UserId, codes,
};
use callboard_store::Tx;

use super::Change;
use crate::model::{ParticipantKind, ParticipantRole, ParticipantRow, Phase, Status};
use crate::store::{
    self,
    access::{LinkRow, NewLink, NewPass},
};

/// A checked request for a join link.
#[derive(Clone, Debug)]
pub(crate) struct LinkAsk {
    pub role: ParticipantRole,
    pub name: Option<String>,
    pub ttl_s: i64,
    pub max_uses: i64,
}

/// Makes a join link; its token is derived from (tenant, link) and only its hash is stored.
pub(crate) fn link_create(
    tx: &Tx<'_>,
    keys: &Keyring,
    key: &SessionKey,
    by: &Principal,
    ask: &LinkAsk,
    now: Timestamp,
    entropy: &mut Entropy,
) -> Result<LinkRow> {
    let id = JoinLinkId::generate(now, entropy);
    let token = keys.derive(TokenKind::Join, &[key.tenant().as_str(), id.as_str()]);
    let expires = now.plus_ms(ask.ttl_s * 1000);
    let new = NewLink {
        id: &id,
        role: ask.role.as_str(),
        name: ask.name.as_deref(),
        hash: &Keyring::lookup_hash(token.expose_secret()),
        by: &by.subject(),
        expires,
        max_uses: ask.max_uses,
    };
    store::access::link_insert(tx, key, &new, now)?;
    Ok(LinkRow {
        session_key: key.key(),
        role: ask.role.as_str().to_owned(),
        name: ask.name.clone(),
        created_at: now,
        expires_at: expires,
        max_uses: ask.max_uses,
        uses: 0,
        revoked_at: None,
        id,
    })
}

/// A participant with the pass and resume generation that its holder gets.
#[derive(Clone, Debug)]
pub(crate) struct Seat {
    pub key: SessionKey,
    pub participant: ParticipantRow,
    pub pass: PassId,
    pub from_sequence: i64,
}

/// The session and link of a join token, whatever became of the link; `JOIN_LINK_INVALID` when there is none.
pub(crate) fn link_of(tx: &Tx<'_>, log: &Log, keys: &Keyring, token: &str) -> Result<(SessionKey, LinkRow)> {
    let refused = || {
        Error::new(&codes::JOIN_LINK_INVALID, "This link is used up, expired, revoked or unknown. Ask for a new one.")
    };
    let link = store::access::link_by_secret(tx, &Keyring::lookup_hash(token))?.ok_or_else(refused)?;
    let key = log.by_key(tx, link.session_key)?;
    if !keys.matches(TokenKind::Join, &[key.tenant().as_str(), link.id.as_str()], token) {
        return Err(refused());
    }
    // Whoever joins is nobody's yet; from here on it is this tenant's matter alone.
    tx.narrow(key.tenant())?;
    Ok((key, link))
}

/// Exchanges a join token for a seat. Each exchange is a new participant and uses the link once.
pub(crate) fn join(
    change: &mut Change<'_>,
    tx: &Tx<'_>,
    keys: &Keyring,
    token: &str,
    name: Option<&str>,
) -> Result<Seat> {
    let refused = || {
        Error::new(&codes::JOIN_LINK_INVALID, "This link is used up, expired, revoked or unknown. Ask for a new one.")
    };
    let (key, link) = link_of(tx, change.log, keys, token)?;
    // The session's lock comes first, as at its end: the other order would let the two wait for each other.
    change.log.lock(tx, &key)?;
    let seen = store::session_load(tx, &key)?;
    if seen.state.status.is_terminal() {
        return Err(Error::new(&codes::SESSION_CLOSED, "This call is over.").with("status", seen.state.status.as_str()));
    }
    if link.revoked_at.is_some() || link.expires_at <= change.now || !store::access::link_use(tx, &key, &link.id)? {
        return Err(refused());
    }
    callboard_tenants::require_active(tx, key.tenant())?;
    let role = ParticipantRole::parse(&link.role).ok_or_else(|| Error::internal("a link's role is unknown"))?;
    let shown = name.map(str::to_owned).or(link.name);
    seat(change, tx, keys, &key, &SeatAsk { role, name: shown, user: None })
}

/// Who a seat is for.
#[derive(Clone, Debug)]
pub(crate) struct SeatAsk {
    pub role: ParticipantRole,
    pub name: Option<String>,
    pub user: Option<UserId>,
}

/// Makes a participant with a pass, or finds the user's own one again.
pub(crate) fn seat(
    change: &mut Change<'_>,
    tx: &Tx<'_>,
    keys: &Keyring,
    key: &SessionKey,
    ask: &SeatAsk,
) -> Result<Seat> {
    let sequence = change.log.lock(tx, key)?;
    let session = store::session_load(tx, key)?;
    if session.state.status.is_terminal() {
        return Err(
            Error::new(&codes::SESSION_CLOSED, "This call is over.").with("status", session.state.status.as_str())
        );
    }
    let same_user = |p: &ParticipantRow| p.user.is_some() && p.user == ask.user && p.role == Some(ask.role);
    let found = store::participants(tx, key)?.into_iter().find(same_user);
    let participant = match found {
        Some(p) => p,
        None => {
            let p = new_participant(ask, change.now, &mut change.entropy);
            store::participant_save(tx, key, &p)?;
            p
        }
    };
    take_slot(change, tx, key, session.slot_held, session.state.status)?;
    let (pass, from_sequence) = match store::access::pass_of(tx, key, &participant.id)? {
        Some(pass) => (pass, 0),
        None => new_pass(change, tx, keys, key, &participant, sequence)?,
    };
    Ok(Seat { key: key.clone(), participant, pass, from_sequence })
}

fn new_participant(ask: &SeatAsk, now: Timestamp, entropy: &mut Entropy) -> ParticipantRow {
    let id = ParticipantId::generate(now, entropy);
    let kind = if ask.role == ParticipantRole::Agent { ParticipantKind::Agent } else { ParticipantKind::Standard };
    ParticipantRow {
        identity: format!("{}_{id}", ask.role.as_str()),
        id,
        kind,
        role: Some(ask.role),
        name: ask.name.clone(),
        user: ask.user.clone(),
        phase: Phase::Invited,
        since: now,
        deadline: None,
        attempt: 0,
        lost_at: None,
        reported_lost_at: None,
        generation: 1,
        created_at: now,
    }
}

/// A slot is taken at the first token or at activation, whichever comes first.
fn take_slot(change: &mut Change<'_>, tx: &Tx<'_>, key: &SessionKey, held: bool, status: Status) -> Result<()> {
    if held || status != Status::Created {
        return Ok(());
    }
    callboard_tenants::take_call_slot(tx, key.tenant())?;
    change.run(tx, key, |call| {
        call.session.slot_held = true;
        Ok(())
    })?;
    Ok(())
}

fn new_pass(
    change: &mut Change<'_>,
    tx: &Tx<'_>,
    keys: &Keyring,
    key: &SessionKey,
    participant: &ParticipantRow,
    sequence: i64,
) -> Result<(PassId, i64)> {
    let id = PassId::generate(change.now, &mut change.entropy);
    let agent = participant.role == Some(ParticipantRole::Agent);
    let kind = if agent { PassKind::Agent } else { PassKind::Participant };
    let from_sequence = if agent { 0 } else { sequence };
    let token = keys.derive(TokenKind::Pass, &[key.tenant().as_str(), id.as_str()]);
    let new = NewPass {
        id: &id,
        participant: &participant.id,
        kind: pass_text(kind),
        from_sequence,
        hash: &Keyring::lookup_hash(token.expose_secret()),
    };
    store::access::pass_insert(tx, key, &new, change.now)?;
    Ok((id, from_sequence))
}

const fn pass_text(kind: PassKind) -> &'static str {
    match kind {
        PassKind::Participant => "participant",
        PassKind::Agent => "agent",
    }
}

/// The principal of a session pass; `UNAUTHENTICATED` when it is unknown, revoked or dead.
pub(crate) fn authenticate(tx: &Tx<'_>, log: &Log, keys: &Keyring, token: &str, now: Timestamp) -> Result<Principal> {
    let refused = |why: &'static str| Error::new(&codes::UNAUTHENTICATED, why);
    let row = store::access::pass_by_secret(tx, &Keyring::lookup_hash(token))?
        .ok_or_else(|| refused("This session pass is not known."))?;
    let key = log.by_key(tx, row.session_key)?;
    if !keys.matches(TokenKind::Pass, &[key.tenant().as_str(), row.id.as_str()], token) {
        return Err(refused("This session pass is not known."));
    }
    if row.revoked_at.is_some() {
        return Err(refused("This session pass was revoked."));
    }
    if row.dies_at.is_some_and(|at| at <= now) {
        return Err(Error::new(&codes::TOKEN_EXPIRED, "This call is over, and so is its session pass."));
    }
    Ok(Principal::Pass {
        tenant: key.tenant().clone(),
        session: key.session().clone(),
        participant: row.participant,
        pass: row.id,
        kind: if row.kind == "agent" { PassKind::Agent } else { PassKind::Participant },
        from_sequence: row.from_sequence,
    })
}

/// The seat that a pass already speaks for.
pub(crate) fn seat_of(tx: &Tx<'_>, key: &SessionKey, participant: &ParticipantId, pass: &PassId) -> Result<Seat> {
    let session = store::session_load(tx, key)?;
    if session.state.status.is_terminal() {
        return Err(
            Error::new(&codes::SESSION_CLOSED, "This call is over.").with("status", session.state.status.as_str())
        );
    }
    let participant = store::participant(tx, key, participant)?.ok_or_else(|| Error::not_found("participant"))?;
    Ok(Seat { key: key.clone(), participant, pass: pass.clone(), from_sequence: 0 })
}
