import { callFromSession, type CallState, type Session } from "@callboard/api";

/** Who is known: from the log, and from the session where the log has not been read so far. */
export function peopleOf(call: CallState, session: Session): CallState["participants"] {
  const unread = session.participants.filter((person) => !call.participants.has(person.participantId));
  if (unread.length === 0) return call.participants;
  return new Map([
    ...callFromSession({ ...session, participants: unread }, 0).participants,
    ...call.participants,
  ]);
}
