//! Participants: leave, report, remove.

use callboard_eventlog::SessionKey;
use callboard_kernel::{Error, ParticipantId, Result};
use callboard_store::Tx;

use super::Change;
use crate::access::access_hint;
use crate::decide::Report;
use crate::model::Call;
use crate::store;

/// A told leave, by the participant's own pass. Again is the same.
pub(crate) fn leave(change: &mut Change<'_>, tx: &Tx<'_>, key: &SessionKey, id: &ParticipantId) -> Result<Call> {
    let now = change.now;
    let done = change.run(tx, key, |call| {
        call.leave(id, "left", now);
        Ok(())
    })?;
    Ok(done.call)
}

/// What the participant's own page saw; whether it became a fact. The same report again has no effect.
pub(crate) fn report(
    change: &mut Change<'_>,
    tx: &Tx<'_>,
    key: &SessionKey,
    id: &ParticipantId,
    report: &Report,
) -> Result<bool> {
    let now = change.now;
    let side = if report.connected { "back" } else { "lost" };
    let event_id = format!("cb:report:{id}:{}:{side}", report.report_id);
    if change.log.event(tx, key, &event_id)?.is_some() {
        return Ok(true);
    }
    let done = change.run(tx, key, |call| Ok(call.report(id, report, now)))?;
    Ok(done.value)
}

/// An operator's removal: the participant leaves, its passes die, and the provider sends it out.
pub(crate) fn remove(change: &mut Change<'_>, tx: &Tx<'_>, key: &SessionKey, id: &ParticipantId) -> Result<()> {
    let target = store::participant(tx, key, id)?.ok_or_else(|| Error::not_found("participant"))?;
    let now = change.now;
    let done = change.run(tx, key, |call| {
        call.leave(id, "removed", now);
        Ok(())
    })?;
    for pass in store::access::passes_of(tx, key, id)? {
        // Open streams and sockets look at their credential when they hear this.
        tx.hint(access_hint(&format!("pass:{pass}")));
    }
    store::access::passes_revoke(tx, key, id, now)?;
    if !done.call.status().is_terminal() {
        change.remove_from_room(tx, key, &done.call, &target.identity)?;
    }
    Ok(())
}
