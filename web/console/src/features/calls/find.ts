import type { Session } from "@callboard/api";

/** As the server compares: A-Z and a-z are the same, other letters are not. */
const folded = (text: string): string => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());

/** Whether a call has a text where the list's `q` looks for it: title, id, reference, room, names and identities. */
export function holds(call: Session, text: string): boolean {
  const wanted = folded(text.trim());
  const { title } = call.metadata;
  const places = [
    typeof title === "string" ? title : undefined,
    call.sessionId,
    call.correlationId,
    call.providerRoomId,
    ...call.participants.flatMap(({ name, identity }) => [name, identity]),
  ];
  return places.some((place) => place !== undefined && folded(place).includes(wanted));
}
